"""qpcr-validate cutoff: the record recounted from its tables, and every request that must write nothing."""

import hashlib
import json
import os
import pathlib
import random
import runpy
import subprocess
import tomllib

import pytest

PROGRAM = pathlib.Path(os.environ["QPCR_BIN"]) / "qpcr-validate"


def run(*arguments):
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=300,
                          stdin=subprocess.DEVNULL, env={**os.environ, "QPCR_LANG": "en"})


def make_rows(prefix, seed, count=80):
    """Cq values: cases are detected earlier."""
    source = random.Random(seed)
    return ([(f"{prefix}c{i}", round(source.gauss(32, 2.5), 2), "positive") for i in range(count)] +
            [(f"{prefix}n{i}", round(source.gauss(38, 2.5), 2), "negative") for i in range(count)])


def write(path, rows):
    path.write_text("subject,value,reference\n" + "".join(f"{s},{v},{r}\n" for s, v, r in rows), encoding="utf-8")
    return path


@pytest.fixture(name="sets")
def sets_fixture(tmp_path):
    return write(tmp_path / "e.csv", make_rows("e", 1)), write(tmp_path / "v.csv", make_rows("v", 2)), tmp_path


def establish(sets, *arguments, criterion=("--criterion", "youden")):
    establishment, verification, folder = sets
    out = folder / "cutoff.json"
    process = run("cutoff", "--establishment", establishment, "--verification", verification, *criterion,
                  "--direction", "lower", "--replicates", 300, "--out", out,
                  *(() if "--date" in arguments else ("--date", "2026-01-05")), *arguments)
    return process, out


def refused(sets, status, *words, arguments=(), **options):
    process, out = establish(sets, *arguments, **options)
    assert process.returncode == status, process.stderr
    assert process.stdout == "" and not out.exists()
    assert process.stderr.startswith("qpcr-validate: error: ") and process.stderr.count("\n") == 1
    for word in words:
        assert word in process.stderr
    return process.stderr


def test_the_shipped_tables_are_what_their_program_writes():
    folder = pathlib.Path(os.environ["QPCR_SOURCE_DIR"]) / "validation_data/demo_cutoff"
    made = runpy.run_path(str(folder / "make.py"))
    for name, arguments in made["TABLES"].items():
        assert (folder / name).read_text(encoding="utf-8") == made["render"](*arguments)


def test_the_record_equals_a_recount(sets):
    process, out = establish(sets, "--target-sensitivity", "0.7", "--target-specificity", "0.7")
    assert process.returncode == 0, process.stderr
    record = json.loads(out.read_text(encoding="utf-8"))
    establishment, verification, _ = sets
    assert record["schema"] == "qpcr.cutoff/1" and record["relation"] == "at_most" and record["name"] == "cutoff"
    for part, path in (("establishment", establishment), ("verification", verification)):
        assert record[part]["source"]["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
        assert record[part]["source"]["name"] == path.name
    rows = make_rows("e", 1)
    cases = [v for _, v, r in rows if r == "positive"]
    controls = [v for _, v, r in rows if r == "negative"]
    youden = {c: sum(v <= c for v in cases) / len(cases) - sum(v <= c for v in controls) / len(controls)
              for c in sorted(set(cases + controls))}
    best = max(youden.values())
    assert record["establishment"]["criterion_value"]["value"] == pytest.approx(best, abs=1e-12)
    cutoff = record["cutoff"]
    counted = {"true_positive": 0, "false_negative": 0, "false_positive": 0, "true_negative": 0}
    for _, value, reference in make_rows("v", 2):
        if reference == "positive":
            counted["true_positive" if value <= cutoff else "false_negative"] += 1
        else:
            counted["false_positive" if value <= cutoff else "true_negative"] += 1
    assert record["verification"]["table"] == counted
    assert record["accepted"] is True and record["verification"]["sensitivity"]["met"] is True
    low, high = record["establishment"]["cutoff"]["interval"]
    assert low <= cutoff <= high
    assert record["gray_zone"]["lower"]["value"] < record["gray_zone"]["upper"]["value"]


def test_the_rule_printed_is_what_a_definition_carries(sets):
    process, out = establish(sets)
    record = json.loads(out.read_text(encoding="utf-8"))
    rule = tomllib.loads("\n".join(line for line in process.stdout.splitlines() if " = " in line))
    assert rule["at_most"] == record["cutoff"]
    assert rule["gray"][0] <= record["cutoff"] <= rule["gray"][1]
    assert rule["establishment"] == {"method": "youden", "dataset": "e.csv", "cases": 80, "controls": 80,
                                     "date": "2026-01-05", "record_sha256": record["identity"]}
    assert rule["verification"]["dataset"] == "v.csv" and rule["verification"]["record_sha256"] == record["identity"]


def test_the_same_at_any_number_of_threads(sets):
    _, out = establish(sets, "--threads", 1)
    first = out.read_bytes()
    out.unlink()
    _, out = establish(sets, "--threads", 3)
    assert out.read_bytes() == first


def test_a_target_missed_is_written_and_said(sets):
    process, out = establish(sets, "--target-sensitivity", "0.999")
    assert process.returncode == 4 and "missed" in process.stdout
    assert json.loads(out.read_text(encoding="utf-8"))["accepted"] is False


def test_every_criterion(sets):
    for criterion in (("--criterion", "specificity", "--level", "0.9"), ("--criterion", "sensitivity", "--level", "0.9"),
                      ("--criterion", "cost", "--cost-ratio", "5", "--prevalence", "0.1"),
                      ("--criterion", "limit_of_blank", "--level", "0.95")):
        process, out = establish(sets, criterion=criterion)
        assert process.returncode == 0, process.stderr
        record = json.loads(out.read_text(encoding="utf-8"))
        assert record["options"]["criterion"] == criterion[1]
        out.unlink()
        if criterion[1] == "limit_of_blank":
            assert record["relation"] == "below"
        elif criterion[1] != "cost":
            assert record["establishment"][criterion[1]]["apparent"]["value"] >= 0.9


def test_without_verification_the_record_says_so(sets):
    establishment, _, folder = sets
    process = run("cutoff", "--establishment", establishment, "--criterion", "youden", "--direction", "lower",
                  "--replicates", 100, "--out", folder / "c.json")
    assert process.returncode == 0 and "not yet verified" in process.stderr
    record = json.loads((folder / "c.json").read_text(encoding="utf-8"))
    assert record["verification"] is None and record["accepted"] is None


def test_a_missing_value_is_refused_or_named(sets):
    establishment, _, folder = sets
    lacking = (establishment, write(folder / "v5.csv", make_rows("v", 2) + [("v-late", "", "positive")]), folder)
    assert "line 162" in refused(lacking, 3, "v5.csv", "no value", "--missing exclude")
    process, out = establish(lacking, "--missing", "exclude")
    assert process.returncode == 0 and "v5.csv: 1 ×" in process.stderr
    assert json.loads(out.read_text(encoding="utf-8"))["verification"]["exclusions"][0]["rows"] == 1


def test_a_direction_against_the_data_is_refused(sets):
    process, out = establish(sets, "--direction", "higher")
    assert process.returncode == 2 and not out.exists()
    establishment, verification, folder = sets
    process = run("cutoff", "--establishment", establishment, "--verification", verification, "--criterion", "youden",
                  "--direction", "higher", "--replicates", 100, "--out", folder / "w.json")
    assert process.returncode == 2 and "area under the curve" in process.stderr and not (folder / "w.json").exists()


def test_a_target_needs_other_subjects(sets):
    establishment, _, folder = sets
    process = run("cutoff", "--establishment", establishment, "--criterion", "youden", "--direction", "lower",
                  "--target-sensitivity", "0.7", "--replicates", 100, "--out", folder / "t.json")
    assert process.returncode == 2 and "other subjects" in process.stderr and not (folder / "t.json").exists()


def test_full_width_letters_are_the_same_subject(sets):
    establishment, _, folder = sets
    wide = (establishment, write(folder / "v6.csv", make_rows("v", 2) + [("Ｅc７", 30, "positive")]), folder)
    refused(wide, 3, "1 are in both")


def test_subjects_of_both_sets_are_refused(sets):
    establishment, verification, folder = sets
    shared = (establishment, write(folder / "v2.csv", make_rows("v", 2) + [("E-C7", 30, "positive")]), folder)
    refused(shared, 3, "E-C7", "e.csv", "1 are in both")
    twice = (establishment, write(folder / "v3.csv", make_rows("v", 2) + [("vc1", 30, "positive")]), folder)
    refused(twice, 3, "v3.csv", "vc1")
    assert verification.exists()


def test_a_person_is_masked(sets):
    establishment, _, folder = sets
    named = (establishment, write(folder / "v4.csv", [("13812345678", 30, "positive")]), folder)
    assert "13812345678" not in refused(named, 3, "v4.csv")


def test_requests_without_meaning(sets):
    refused(sets, 2, "criterion", criterion=("--criterion", "best"))
    refused(sets, 2, "level", criterion=("--criterion", "specificity"))
    refused(sets, 2, "level", arguments=("--level", "0.9"))
    refused(sets, 2, "prevalence", criterion=("--criterion", "cost", "--cost-ratio", "2"))
    refused(sets, 2, "date", arguments=("--date", "tomorrow"))
    refused(sets, 2, "tied", arguments=("--tied", "first"))
    establishment, verification, folder = sets
    one_group = (write(folder / "e2.csv", [("x1", 1, "positive"), ("x2", 2, "positive")]), verification, folder)
    refused(one_group, 3, "e2.csv", "not_estimable_no_controls")
    missing = (folder / "none.csv", verification, folder)
    refused(missing, 3, "none.csv")
    assert establishment.exists()


def test_an_existing_record_is_never_overwritten(sets):
    _, out = establish(sets)
    before = out.read_bytes()
    process, out = establish(sets)
    assert process.returncode == 2 and out.read_bytes() == before
