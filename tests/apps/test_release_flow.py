"""From a calibrated, signed threshold and a signed definition to a result that may be released, and what blocks it."""

import datetime
import json

import pytest

from test_calibrate_threshold import ASSAY, curve
from test_key import RECORD, SHA, VERIFICATION

TODAY = datetime.datetime.now(datetime.timezone.utc).date()


def released_text():
    """The panel of the calibration tests with all that a release asks for; its calibration materials stay at home."""
    text = ASSAY.replace('status = "simulated"', 'status = "released"').replace('certainty = "assumed"', 'certainty = "found"')
    text = text.replace('kind = "calibrator"', 'kind = "calibrator"\nminimum_count = 0').replace("minimum_count = 1\n", "minimum_count = 0\n")
    text = text.replace('role = "reference"', 'role = "internal_control"\nkind = "endogenous"')
    text = text.replace("[[rules]]\n", f"[[rules]]\nestablishment = {RECORD}\nverification = {VERIFICATION}\n")
    text = text.replace("[[values]]", '[[validity]]\nid = "reference"\ntarget = "R"\nwithin = [20, 30]\n\n[[values]]')
    return text + f"""
[release]
laboratory_developed_test = "LDT-1"
verified_by = "Laboratory 1"
verification_date = {TODAY - datetime.timedelta(days=30)}
verification_sha256 = "{SHA}"
valid_from = {TODAY - datetime.timedelta(days=10)}
valid_until = {TODAY + datetime.timedelta(days=300)}
"""


def write_plate(path, wells):
    header = ["Well", "Sample", "Sample Type", "Target", "Target Type", "Dye", "Cq", *map(str, range(1, 46))]
    lines = ["\t".join(header)]
    for column, (sample, kind, t, r) in enumerate(wells, 1):
        for target, dye, cq in (("T", "FAM", t), ("R", "VIC", r)):
            readings = [f"{value:.6f}" for value in curve(cq, 1.0)]
            lines.append("\t".join([f"A{column}", sample, kind, target, "toi", dye, "", *readings]))
    path.write_text("\n".join(lines) + "\n")
    return path


NTC = ("NTC", "ntc", None, None)


@pytest.fixture(name="desk")
def desk_fixture(tmp_path, qpcr):
    """A definition, a threshold record, both signed with trusted keys, a plate and its run sheet."""
    (tmp_path / "assay.toml").write_text(released_text(), encoding="utf-8")
    for name, purpose in (("qa", "release"), ("director", "calibration")):
        assert qpcr("key", "new", "--holder", name, "-o", tmp_path / f"{name}.key").status == 0
        added = qpcr("key", "trust", "add", "--file", tmp_path / "trust.toml", "--key", tmp_path / f"{name}.key", "--purpose", purpose)
        assert added.status == 0, added.err
    calibration = write_plate(tmp_path / "cal.tsv", [NTC] * 3 + [("CAL", "unkn", 26.0, 24.0)] * 3 + [("WP", "unkn", 33.0, 26.0)] * 2)
    made = qpcr("calibrate", "threshold", "--assay", tmp_path / "assay.toml", "--serial", "SN-7", "--lot", "L1", "--operator", "technician1",
                "--approver", "director1", "--date", TODAY, "--output", tmp_path / "record.json", calibration)
    assert made.status == 0, made.err
    signed = qpcr("calibrate", "sign", tmp_path / "record.json", "--key", tmp_path / "director.key", "--reason", "weak positive within its limit")
    assert signed.status == 0, signed.err
    signed = qpcr("assay", "sign", tmp_path / "assay.toml", "--key", tmp_path / "qa.key", "--reason", "verified on 120 samples")
    assert signed.status == 0, signed.err
    write_plate(tmp_path / "plate.tsv", [NTC, ("NC", "unkn", None, 25.0), ("PC", "unkn", 26.0, 24.0), ("P1", "unkn", 30.0, 25.0), ("N1", "unkn", None, 25.0)])
    write_sheet(tmp_path)
    return tmp_path


def write_sheet(desk, serial="SN-7", lot="L1", expires=None):
    expires = expires or TODAY + datetime.timedelta(days=30)
    (desk / "sheet.toml").write_text(
        f'schema = "qpcr.run_sheet/1"\nrun_date = {TODAY}\ninstrument_serial = "{serial}"\n\n'
        f'[[lots]]\nkind = "reagent"\nlot = "{lot}"\nexpires = {expires}\n')


def analyze(qpcr, desk, *more, sheet=True, thresholds=True, trust=True):
    words = ["analyze", desk / "plate.tsv", "--assay", desk / "assay.toml", "--out", desk / "out", "--json"]
    words += ["--run-sheet", desk / "sheet.toml"] if sheet else []
    words += ["--thresholds", desk / "record.json"] if thresholds else []
    words += ["--trust", desk / "trust.toml"] if trust else []
    return qpcr(*words, *more)


def outcomes(result):
    return {call["sample"]: call["outcome"] for call in result["calls"]}


def test_everything_signed_and_in_date_is_releasable(qpcr, desk):
    done = analyze(qpcr, desk)
    assert done.status == 0, done.err
    result = json.loads(done.out)
    assert [block["en"] for block in result["not_releasable"]] == []
    assert result["releasable"] and result["marking"] is None
    assert outcomes(result) == {"P1": "positive", "N1": "negative"}
    record = json.loads((desk / "record.json").read_text())
    assert {each["calibration"] for each in result["thresholds"]} == {record["identity"]}


@pytest.mark.parametrize("change", ["no sheet", "no thresholds", "other lot", "other serial", "expired lot", "unsigned record"])
def test_what_is_missing_is_named_and_nothing_is_released(qpcr, desk, change):
    options = {}
    if change == "no sheet":
        options["sheet"] = False
    if change == "no thresholds":
        options["thresholds"] = False
    if change == "other lot":
        write_sheet(desk, lot="L2")
    if change == "other serial":
        write_sheet(desk, serial="SN-8")
    if change == "expired lot":
        write_sheet(desk, expires=TODAY - datetime.timedelta(days=1))
    if change == "unsigned record":
        (desk / "record.json.signature.json").unlink()
    done = analyze(qpcr, desk, **options)
    result = json.loads(done.out)
    assert not result["releasable"] and result["not_releasable"] and result["marking"] is not None
    # An expired lot makes the run invalid; for the others the calls stand, for research.
    expected = {"P1": "invalid", "N1": "invalid"} if change == "expired lot" else {"P1": "positive", "N1": "negative"}
    assert outcomes(result) == expected
    assert done.status == (4 if change == "expired lot" else 0)


def test_a_released_definition_without_its_proof_makes_no_calls(qpcr, desk):
    done = analyze(qpcr, desk, trust=False)
    assert done.status == 5 and done.out == "" and not (desk / "out").exists()
    (desk / "assay.toml").write_text((desk / "assay.toml").read_text(encoding="utf-8").replace("at_most = 9.0", "at_most = 9.5"), encoding="utf-8")
    done = analyze(qpcr, desk)
    assert done.status == 6 and done.out == "" and not (desk / "out").exists()


def test_a_record_that_was_not_accepted_is_not_signed(qpcr, desk):
    late = write_plate(desk / "late.tsv", [NTC] * 3 + [("CAL", "unkn", 26.0, 24.0)] * 3 + [("WP", "unkn", 35.0, 26.0)] * 2)
    made = qpcr("calibrate", "threshold", "--assay", desk / "assay.toml", "--serial", "SN-7", "--lot", "L1", "--operator", "technician1",
                "--approver", "director1", "--date", TODAY, "--output", desk / "late.json", late)
    assert made.status == 4
    signed = qpcr("calibrate", "sign", desk / "late.json", "--key", desk / "director.key", "--reason", "in a hurry")
    assert signed.status == 5 and not (desk / "late.json.signature.json").exists()
