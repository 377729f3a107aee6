"""Writes the two tables of this folder: simulated Cq of subjects with and without cancer; nobody was tested."""

import pathlib
import random


def render(prefix, seed, cases, controls):
    source = random.Random(seed)
    rows = [(f"SIM-{prefix}{i + 1:03}", source.gauss(33.0, 2.6), "positive") for i in range(cases)]
    rows += [(f"SIM-{prefix}{cases + i + 1:03}", source.gauss(37.5, 1.8), "negative") for i in range(controls)]
    return "subject,value,reference\n" + "".join(f"{s},{v:.2f},{r}\n" for s, v, r in rows)


TABLES = {"establishment.csv": ("E", 20260105, 90, 140), "verification.csv": ("V", 20260106, 80, 120)}

if __name__ == "__main__":
    for name, arguments in TABLES.items():
        (pathlib.Path(__file__).parent / name).write_text(render(*arguments), encoding="utf-8")
