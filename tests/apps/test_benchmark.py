"""qpcr benchmark on a small made folder: what is scored, what is named as wrong, and the forms of its output."""

import json
import math
import pathlib
import random
import re

import pytest

from conftest import SOURCE


def make_curve(cq, noise, amplitude=1000.0):
    """A logistic curve that rises around a cycle, on a baseline, with small noise."""
    return [100 + amplitude / (1 + math.exp(-0.62 * (cycle - cq))) + noise.gauss(0, 0.6) for cycle in range(1, 41)]


def write_set(folder, name, curves, truth_header, truth_rows):
    folder.mkdir(parents=True, exist_ok=True)
    lines = ["cycle," + ",".join(curves)]
    lines += [f"{c + 1}," + ",".join(f"{readings[c]:.4f}" for readings in curves.values()) for c in range(40)]
    (folder / f"{name}.csv").write_text("\n".join(lines) + "\n")
    rows = [truth_header] + [",".join(map(str, row)) for row in truth_rows]
    (folder / f"{name}.truth.csv").write_text("\n".join(rows) + "\n")


@pytest.fixture(name="folder")
def folder_fixture(tmp_path):
    """A replicate series with a blank and a failed well, two targets, replicates of one amount, and labels."""
    noise = random.Random(5)
    root = tmp_path / "data folder"
    curves, truth, peer = {}, [], ["curve,TD0,Ncopy,amplification"]
    for copies in (10000, 1000, 100):
        for k in range(9):
            true_cq = 34 - 3.32 * math.log10(copies) + noise.gauss(0, 0.1)
            curves[f"s{copies}.{k}"] = make_curve(true_cq, noise)
            truth.append((f"s{copies}.{k}", copies, "std"))
            # A peer with more noise and a compressed scale.
            cq = true_cq + noise.gauss(0, 0.4)
            peer.append(f"s{copies}.{k},{cq},{2 ** (-0.9 * cq)},True")
    flat = random.Random(6)
    curves["dead"] = [100 + flat.gauss(0, 0.6) for _ in range(40)]
    truth.append(("dead", 1000, "std"))
    peer.append("dead,21.0,55,False")
    curves["blank"] = [100 + flat.gauss(0, 0.6) for _ in range(40)]
    truth.append(("blank", 0, "ntc"))
    peer.append("blank,-1,-1,False")
    write_set(root / "data/series", "series", curves, "curve,copies,sample_type", truth)
    (root / "reference/rdmlpython").mkdir(parents=True)
    (root / "reference/rdmlpython/series.v3.0.1.csv").write_text("\n".join(peer) + "\n")

    curves, truth = {}, []
    for target, offset in (("G1", 0), ("G2", 2)):
        for step in range(4):
            for k in range(3):
                curves[f"{target}.{step}.{k}"] = make_curve(16 + offset + 3.4 * step + noise.gauss(0, 0.1), noise)
                truth.append((f"{target}.{step}.{k}", target, 10 ** -step))
    write_set(root / "data/targets", "targets", curves, "curve,target,rel_conc", truth)
    rows = ["method,gene,bias_as_ratio,slope_bias,R,MS_deviation,MS_within,detectable_diff_paper"]
    rows += [f"pub:poor,{gene},500,0.9,0.99,0.5,0.5,9" for gene in ("G1", "G2")]
    rows += [f"pub:worse,{gene},100,0.8,0.99,0.6,0.6,10" for gene in ("G1", "G2")]
    (root / "reference/benchmark").mkdir()
    (root / "reference/benchmark/targets_methods_per_gene.csv").write_text("\n".join(rows) + "\n")

    curves = {f"r{k}": make_curve(22 + noise.gauss(0, 0.1), noise) for k in range(110)}
    write_set(root / "data/reps", "ds_380", curves, "curve,copies", [(name, 500) for name in curves])

    curves = {f"y{k}": make_curve(24, noise) for k in range(6)}
    curves |= {f"n{k}": [50 + flat.gauss(0, 0.5) for _ in range(40)] for k in range(5)}
    truth = [(name, *(("a", "a", "n") if name == "y5" else (name[0],) * 3)) for name in curves]
    write_set(root / "data/labelled", "labelled", curves, "curve,rater.1,rater.2,rater.3", truth)
    return root


def score(qpcr, folder, *arguments):
    outcome = qpcr("benchmark", "accuracy", "--data", folder, "--json", "--bootstrap", 200, *arguments)
    assert outcome.status == 0, outcome.err
    document = json.loads(outcome.out)
    assert document["schema"] == "qpcr.benchmark/1"
    tables = {table["id"]: table for section in document["sections"] for table in section["tables"]}
    return {key: [dict(zip(table["columns"], row)) for row in table["rows"]] for key, table in tables.items()}, tables


def of(rows, key, value):
    return [row for row in rows if row[key] == value]


def test_every_method_and_peer_is_scored_on_a_series(qpcr, folder):
    rows, tables = score(qpcr, folder)
    methods = [row["method"] for row in rows["methods"]]
    assert len(methods) >= 5
    series = rows["series_series"]
    assert [row["method"] for row in series[:len(methods)]] == methods
    assert {"rdmlpython 3.0.1 TD0", "rdmlpython 3.0.1 Ncopy", "Poisson floor"} <= {row["method"] for row in series}
    assert "failed for every peer: dead" in tables["series_series"]["note"]
    for method in methods:
        row = of(series, "method", method)[0]
        assert row["n (lost)"] == 27
        # Take-off is a whole cycle: too coarse for these limits.
        if row["kind"].startswith("Cq") and method != "take_off":
            assert 1.9 < row["E"] < 2.1 and row["slope"] == pytest.approx(1, abs=1e-9)
            assert 900 < 10 * row["ratio max/min"] < 1100
            assert row["MS within"] == pytest.approx((0.1 / 3.32) ** 2, rel=0.6)
    ncopy = of(series, "method", "rdmlpython 3.0.1 Ncopy")[0]
    assert ncopy["slope"] == pytest.approx(0.9, abs=0.03)
    assert ncopy["MS within/slope²"] == pytest.approx(ncopy["MS within"] / ncopy["slope"] ** 2, rel=1e-9)
    assert of(series, "method", "Poisson floor")[0]["var 100"] == pytest.approx(0.001886, rel=1e-3)


def test_the_paired_comparison_sees_that_the_peer_is_worse(qpcr, folder):
    rows, _ = score(qpcr, folder)
    within = [row for row in of(rows["paired_series"], "method", "sdm_l4") if row["indicator"] == "MS within"][0]
    assert within["verdict"] == "better" and within["ratio"] < 0.3
    again, _ = score(qpcr, folder)
    assert again["paired_series"] == rows["paired_series"]
    other, _ = score(qpcr, folder, "--seed", 2)
    assert other["paired_series"] != rows["paired_series"]


def test_targets_are_ranked_among_the_published_methods(qpcr, folder):
    rows, _ = score(qpcr, folder)
    ours = of(rows["targets_targets"], "method", "sdm_l4")[0]
    assert ours["mean rank"] == 1 and ours["best peer then"] == 2
    assert of(rows["targets_targets"], "method", "pub:poor")[0]["mean rank"] == 1
    assert of(rows["targets_targets"], "method", "pub:worse")[0]["fold bias"] == pytest.approx(10, rel=1e-9)


def test_replicates_labels_and_blanks(qpcr, folder):
    rows, _ = score(qpcr, folder)
    replicates = of(rows["replicates_ds_380"], "method", "sdm_l4")[0]
    assert replicates["n (lost)"] == 110 and 0.08 < replicates["SD of Cq"] < 0.12
    goals = {row["what"]: row for row in of(rows["goals"], "set", "ds_380")}
    assert "sdm_l4" in goals["SD of Cq"]["methods that meet it"]
    assert "sdm_l4" in goals["reactions without a value"]["methods that meet it"]
    label = rows["labels"][0]
    assert (label["set"], label["y"], label["n"], label["sensitivity"], label["specificity"]) == ("labelled", 5, 5, 1, 1)
    assert (label["ambiguous"], label["of these amplified"]) == (1, 1)
    blank = rows["blanks"][0]
    assert (blank["curve"], blank["our call"], blank["methods with a value"]) == ("blank", "not amplified", 0)
    assert blank["peers"] == "rdmlpython 3.0.1: flat"
    call = rows["agreement_calls"][0]
    assert (call["set"], call["compared"], call["same"], call["amplified for us only"]) == ("series", 29, 29, 0)
    goal = of(of(rows["goals"], "set", "series"), "what", "values for blanks that all peers call flat")[0]
    assert goal["verdict"] == "met"


def test_one_set_text_markdown_and_figures(qpcr, folder, tmp_path):
    outcome = qpcr("benchmark", "accuracy", "--data", folder, "--set", "series", "--figures", tmp_path / "f")
    assert outcome.status == 0, outcome.err
    assert "series: 27 reactions, 3 amounts (copies)" in outcome.out and "labelled" not in outcome.out
    assert sorted(path.name for path in (tmp_path / "f").iterdir()) == ["fits_series.svg", "variance_series.svg"]
    assert "Poisson floor" in (tmp_path / "f/variance_series.svg").read_text()
    markdown = qpcr("benchmark", "accuracy", "--data", folder, "--markdown").out
    for line in markdown.splitlines():
        if line.startswith("|"):
            assert line.endswith("|")
    assert "## Goals" in markdown and "| sdm_l4 |" in markdown


def test_files_that_are_wrong_are_named_and_the_rest_is_scored(qpcr, folder):
    series = folder / "data/series"
    (folder / "data/reps/ds_380.truth.csv").write_text("curve,copies\nr0,five\n")
    (folder / "data/labelled/orphan.truth.csv").write_text("curve,copies\nx,1\n")
    (folder / "data/targets/notes.csv").write_text("cycle,a\n1,2\n")
    (folder / "reference/rdmlpython/elsewhere.v3.0.1.csv").write_text("curve,TD0\nq,1\n")
    (folder / "reference/rdmlpython/targets.v3.0.1.csv").write_text("curve,TD0\nG1.0.0,early\n")
    outcome = qpcr("benchmark", "accuracy", "--data", folder)
    assert outcome.status == 3
    assert "series: 27 reactions" in outcome.out and "ds_380: 110" not in outcome.out
    for words in (("ds_380.truth.csv", "five", "copies"), ("orphan.truth.csv", "orphan.csv is missing"), ("notes.csv", "notes.truth.csv"),
                  ("elsewhere.v3.0.1.csv", "no set"), ("targets.v3.0.1.csv", "early", "TD0")):
        assert any(all(word in line for word in words) for line in outcome.err.splitlines()), words
    text = (series / "series.truth.csv").read_text()
    for wrong, what in ((text + "ghost,1,std\n", "ghost"), (text.replace("dead,1000,std\n", ""), "dead"), (text + "dead,1000,std\n", "once"),
                        ("id,copies\na,1\n", "curve")):
        (series / "series.truth.csv").write_text(wrong)
        outcome = qpcr("benchmark", "accuracy", "--data", folder, "--set", "series")
        assert outcome.status == 3 and what in outcome.err, what


@pytest.mark.parametrize("arguments, status, what", [
    (("--set", "nothing"), 2, "nothing"),
    (("--bootstrap", "0"), 2, "at least one"),
    (("--json", "--markdown"), 2, "one form"),
])
def test_wrong_options_are_named(qpcr, folder, arguments, status, what):
    outcome = qpcr("benchmark", "accuracy", "--data", folder, *arguments)
    assert outcome.status == status and what in outcome.err


def test_a_folder_without_data_is_named(qpcr, tmp_path):
    outcome = qpcr("benchmark", "accuracy", "--data", tmp_path)
    assert outcome.status == 3 and "data/<set>" in outcome.err


def test_the_page_holds_the_tables_of_the_methods_that_the_command_knows(qpcr):
    page = (SOURCE / "docs/methods/accuracy.md").read_text(encoding="utf-8")
    begin, end = re.findall(r"<!-- benchmark (?:begin|end)[^>]*-->", page)
    block = page[page.index(begin):page.index(end)]
    document = json.loads(qpcr("benchmark", "methods", "--json").out)
    known = [row[0] for row in document["sections"][0]["tables"][0]["rows"]]
    table = block[block.index("#### Methods"):]
    assert re.findall(r"^\| (\w+) \|", table, re.M)[1:] == known
    for method in known:
        assert block.count(f"\n| {method} |") >= 3, method
    assert pathlib.Path(SOURCE / "docs/images/variance_ds_94_4.svg").is_file()


@pytest.mark.reference
def test_the_reference_data_give_the_published_figures_of_peers(qpcr, reference):
    rows, _ = score(qpcr, reference / "curves", "--set", "ds_94_4", "--set", "vermeulen2")
    series = rows["series_ds_94_4"]
    ncopy = of(series, "method", "rdmlpython 3.0.1 Ncopy")[0]
    half = ncopy["n (lost)"] == 187
    assert half or ncopy["n (lost)"] == 375
    assert ncopy["slope"] == pytest.approx(0.9059 if half else 0.9085, abs=6e-5)
    assert ncopy["MS within/slope²"] == pytest.approx(0.00479 if half else 0.00442, abs=6e-6)
    second = of(series, "method", "qpcR l4 cpD2")[0]
    assert second["var 15"] == pytest.approx(0.01487 if half else 0.01376, abs=6e-6)
    assert second["MSdev/slope²"] == pytest.approx(0.0038 if half else 0.0106, abs=6e-5)
    for method in rows["methods"]:
        assert of(series, "method", method["method"])[0]["n (lost)"] == ncopy["n (lost)"], method
    cy0 = of(rows["targets_vermeulen2"], "method", "pub:Cy0")[0]
    if cy0["series"] == 31:
        assert cy0["mean rank"] == pytest.approx(7.38, abs=0.006)
        assert cy0["fold bias"] == pytest.approx(1.073, abs=6e-4)
    flat = of(of(rows["goals"], "set", "ds_94_4"), "what", "blanks that all peers call amplified and we do not")
    assert flat and flat[0]["verdict"] == "met"
