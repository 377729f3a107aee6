"""The programs on real instrument files: every file of a known kind opens, and its numbers are the expected ones."""

import csv
import io
import math

import pytest

pytestmark = pytest.mark.reference

EXPECTED_KINDS = {"rn": "normalised", "drn": "baseline_subtracted", "multicomponent": "multicomponent", "rfu": "baseline_subtracted"}


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def read_expected(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def files(reference, *folders):
    found = [path for folder in folders for path in sorted((reference / "instruments/files" / folder).glob("*")) if path.is_file()]
    assert found
    return found


def test_curves_equal_the_expected_ones(qpcr, reference):
    checked = 0
    for path in files(reference, "rdml", "abi_eds", "biorad_cfx_csv"):
        for kind in ("fluor", "rn", "drn", "multicomponent", "rfu"):
            expected_path = reference / f"instruments/expected/{path.name}.{kind}.csv"
            if not expected_path.is_file() or path.name in ("qslib_v2_test.eds", "sce_7500.eds"):
                continue
            table = rows(qpcr("curves", path, "--csv").out)
            runs = {row["run"] for row in table}
            found = {}
            for row in table:
                if kind in EXPECTED_KINDS and row["kind"] != EXPECTED_KINDS[kind]:
                    continue
                well = row["well"] if len(runs) == 1 else f"{row['run']}:{row['well']}"
                names = {row["dye"]} if kind == "multicomponent" else {row["target"], row["dye"]}
                for name in names:
                    found[well, name, float(row["cycle"])] = float(row["fluorescence"])
            expected = read_expected(expected_path)
            assert expected
            for row in expected:
                key = row["well"], row["dye_or_target"], float(row["cycle"])
                assert found[key] == float(row["fluorescence"]), (path.name, kind, key)
            checked += 1
    assert checked >= 14


def test_cfx_cq_follow_from_the_threshold_of_one_well(qpcr, reference):
    checked = 0
    for path in files(reference, "biorad_cfx_csv"):
        expected_path = reference / f"instruments/expected/{path.name}.cq.csv"
        if not expected_path.is_file():
            continue
        vendor = {row["well"]: float(row["cq"]) if row["cq"] else None for row in read_expected(expected_path)}
        curves = {}
        for row in rows(qpcr("curves", path).out):
            curves.setdefault(row["well"], {})[float(row["cycle"])] = float(row["fluorescence"])
        well, cq = next((w, c) for w, c in vendor.items() if c is not None)
        below = math.floor(cq)
        threshold = curves[well][below] + (cq - below) * (curves[well][below + 1] - curves[well][below])
        table = rows(qpcr("cq", path, "--method", "threshold", "--threshold", repr(threshold), "--csv").out)
        assert len(table) == len(vendor)
        for row in table:
            expected = vendor[row["well"]]
            if expected is None:
                assert row["cq_cycles"] == "", (path.name, row["well"])
            else:
                assert abs(float(row["cq_cycles"]) - expected) <= 1e-9, (path.name, row["well"])
        checked += 1
    assert checked >= 5


def test_files_of_other_kinds_are_refused_by_name(qpcr, reference):
    for folder, name in (("biorad_pcrd", ".pcrd"),):
        for path in files(reference, folder):
            outcome = qpcr("info", path)
            assert outcome.status == 3
            assert name in outcome.err, outcome.err


def test_every_curve_set_gives_a_row_a_curve(qpcr, reference):
    checked = 0
    for path in sorted((reference / "curves/data").glob("*/*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            header = next(csv.reader(file))
        if header[0] != "cycle":
            continue
        for method in ("threshold", "sdm"):
            outcome = qpcr("cq", path, "--method", method, "--csv")
            assert outcome.status == 0, outcome.err
            table = rows(outcome.out)
            assert sorted(row["well"] for row in table) == sorted(header[1:])
            assert all((row["cq_cycles"] != "") == (row["status"] == "found") for row in table)
        checked += 1
    assert checked >= 15
