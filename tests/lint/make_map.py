"""docs/map.md from the opening sentence of each file; --check compares instead of writing."""

import sys

from project import ROOT, code_files, report

HEAD = """# Map

What each file is for, in its own first sentence. Made by `tests/lint/make_map.py`; a test compares.
"""


def build():
    parts, folder = [HEAD], None
    for path in code_files(".hpp", ".cpp"):
        relative = path.relative_to(ROOT).as_posix()
        if relative.startswith("tests/"):
            continue
        if path.suffix == ".cpp" and path.with_suffix(".hpp").is_file():
            continue
        parent = relative.rsplit("/", 1)[0]
        if parent != folder:
            parts.append(f"\n## {parent}\n")
            folder = parent
        with path.open(encoding="utf-8") as lines:
            sentence = lines.readline().removeprefix("// ").strip()
        parts.append(f"- `{path.name}`: {sentence}")
    return "\n".join(parts) + "\n"


def main():
    target = ROOT / "docs/map.md"
    if "--check" in sys.argv:
        current = target.read_text(encoding="utf-8") if target.is_file() else ""
        report([] if current == build() else ["docs/map.md is not what tests/lint/make_map.py makes"], "map")
    target.write_text(build(), encoding="utf-8")


if __name__ == "__main__":
    main()
