"""qpcr-validate compute and list as a statistician calls them, and what they refuse."""

import json
import os
import pathlib
import re
import subprocess

PROGRAM = pathlib.Path(os.environ["QPCR_BIN"]) / "qpcr-validate"


def run(*arguments):
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=120,
                          stdin=subprocess.DEVNULL, env={**os.environ, "QPCR_LANG": "en"})


def table(folder, text):
    path = folder / "table.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_list_describes_every_evaluation():
    listed = json.loads(run("list", "--json").stdout)
    assert listed["schema"] == "qpcr.evaluation_list/1"
    assert len(listed["evaluations"]) >= 60
    for one in listed["evaluations"]:
        assert one["title"]["zh"] and one["title"]["en"] and one["source"], one["name"]
        for part in one["columns"] + one["options"]:
            assert part["about"]["zh"] and part["about"]["en"], (one["name"], part["name"])
    text = run("list", "--lang", "zh")
    assert text.returncode == 0 and "auc" in text.stdout


def test_an_area_under_the_curve_from_a_table(tmp_path):
    path = table(tmp_path, "value,reference\n1,0\n2,0\n3,1\n2.5,0\n4,1\n2,1\n")
    process = run("compute", "auc", "--data", path, "--json", "--option", "confidence=0.9")
    assert process.returncode == 0, process.stderr
    result = json.loads(process.stdout, parse_constant=lambda name: (_ for _ in ()).throw(ValueError(name)))
    assert result["schema"] == "qpcr.evaluation/1" and result["options"]["confidence"] == "0.9"
    values = {one["name"]: one for one in result["estimates"]}
    # 9 pairs: 7 concordant and one tie.
    assert abs(values["auc"]["value"] - 7.5 / 9) < 1e-15
    assert values["auc"]["interval"]["lower"] < values["auc"]["value"]
    assert "auc" in run("compute", "auc", "--data", path).stdout


def test_columns_are_read_under_the_names_that_the_evaluation_asks_for(tmp_path):
    path = table(tmp_path, "AFP,status,site\n1,阴性,A\n2,阴性,B\n3,阳性,A\n2.5,阴性,A\n4,阳性,B\n2,阳性,B\n")
    process = run("compute", "auc", "--data", path, "--column", "value=AFP", "--column", "reference=status", "--json")
    assert process.returncode == 0, process.stderr
    result = json.loads(process.stdout)
    assert result["unread_columns"] == ["site"]
    assert abs(next(one for one in result["estimates"] if one["name"] == "auc")["value"] - 7.5 / 9) < 1e-15
    assert "site" in run("compute", "auc", "--data", path, "--column", "value=AFP", "--column",
                         "reference=status").stdout
    for column, status, word in [("value=afp", 3, "AFP"), ("site=AFP", 3, "site"), ("value", 2, "NAME=VALUE")]:
        process = run("compute", "auc", "--data", path, "--column", column, "--column", "reference=status")
        assert process.returncode == status and word in process.stderr and not process.stdout, process.stderr
    assert run("compute", "plan_auc", "--column", "a=b").returncode == 2


def test_a_column_has_its_own_words_for_positive_and_negative(tmp_path):
    path = table(tmp_path, "value,reference\n1,benign\n2,benign\n3,HCC\n2.5,benign\n4,HCC\n2,HCC\n")
    words = ("--positive", "reference=HCC", "--negative", "reference=benign")
    process = run("compute", "auc", "--data", path, "--json", *words)
    assert process.returncode == 0, process.stderr
    assert abs(next(one for one in json.loads(process.stdout)["estimates"] if one["name"] == "auc")["value"]
               - 7.5 / 9) < 1e-15
    for arguments, word in [(words[:2], "reference"), ((*words[:2], "--negative", "reference=HCC"), "HCC")]:
        process = run("compute", "auc", "--data", path, *arguments)
        assert process.returncode == 2 and word in process.stderr and not process.stdout, process.stderr


def test_what_is_wrong_is_named(tmp_path):
    path = table(tmp_path, "value,reference\n1,0\nx,1\n")
    process = run("compute", "auc", "--data", path)
    assert process.returncode == 3 and "line 3" in process.stderr and "'value'" in process.stderr and not process.stdout
    for arguments, status, word in [
        (("compute", "area", "--data", path), 2, "auc"),
        (("compute", "auc"), 2, "--data"),
        (("compute", "auc", "--data", tmp_path / "none.csv"), 3, "none.csv"),
        (("compute", "auc", "--data", path, "--option", "level=1"), 2, "confidence"),
        (("compute", "auc", "--data", path, "--option", "confidence"), 2, "NAME=VALUE"),
        (("compute", "auc", "--data", path, "--option", "seed=1", "--option", "seed=2"), 2, "once"),
    ]:
        process = run(*arguments)
        assert process.returncode == status, (arguments, process.returncode, process.stderr)
        assert word in process.stderr and not process.stdout, process.stderr


def test_every_evaluation_has_a_page():
    folder = pathlib.Path(os.environ["QPCR_SOURCE_DIR"]) / "docs" / "methods"
    rows = re.findall(r"^\| `(\w+)` \| [^|]+ \| [^|]* \| \[[^]]+\]\(([^)]+)\) \|$",
                      (folder / "evaluations.md").read_text(encoding="utf-8"), re.MULTILINE)
    pages = dict(rows)
    assert len(pages) == len(rows), "an evaluation stands in the table twice"
    names = {one["name"] for one in json.loads(run("list", "--json").stdout)["evaluations"]}
    assert set(pages) == names
    for name, page in pages.items():
        assert (folder / page).is_file(), (name, page)
        assert f"`{name}`" in (folder / page).read_text(encoding="utf-8"), (name, page)
