"""qpcr calibrate threshold: records of fluorescence thresholds made, refused, and never overwritten."""

import csv
import io
import json
import math

import pytest

ASSAY = """
schema = "qpcr.assay/2"
id = "demo-calibrated"
version = "1.0.0"
status = "simulated"
claim = "diagnosis"
title = { zh = "演示校准（虚构，模拟数据）", en = "Demonstration of calibration (fictional, SIMULATED)" }
intended_use = { zh = "仅用于软件测试；靶标与数值均为虚构。", en = "Test of the software only; targets and numbers are fictional." }
source = "fiction"

[[sources]]
id = "fiction"
text = "Made for this test."
certainty = "assumed"

[[statements]]
zh = "仅供科研/演示，不得用于临床诊断"
en = "For research and demonstration only; not for clinical diagnosis"

[[statements]]
zh = "模拟数据：靶标、界值和样本均为虚构"
en = "SIMULATED: targets, cut-offs and samples are fictional"

[[statements]]
zh = "本结果仅供辅助诊断，阴性不能排除肝癌"
en = "An aid to diagnosis only; a negative result does not exclude liver cancer"

[cq]
method = "threshold"
baseline = "linear"
cycles = 45
signal = "fluorescence"
threshold = "calibrated"

[[targets]]
id = "T"
dye = "FAM"
role = "target"
threshold = 200
assigned_cq = 26
not_detected = { policy = "impute", value = 45 }

[[targets]]
id = "R"
dye = "VIC"
role = "reference"
threshold = 200
assigned_cq = 24

[[controls]]
id = "NTC"
kind = "no_template"
sample_names = ["NTC"]
limits = [{ target = "T", not_detected = true }, { target = "R", not_detected = true }]

[[controls]]
id = "NC"
kind = "negative"
sample_names = ["NC"]
limits = [{ target = "T", not_detected = true }, { target = "R", within = [22, 30] }]

[[controls]]
id = "PC"
kind = "positive"
sample_names = ["PC"]
limits = [{ target = "T", within = [24, 28] }, { target = "R", within = [22, 26] }]

[[controls]]
id = "CAL"
kind = "calibrator"
sample_names = ["CAL"]
limits = [{ target = "T", within = [24, 28] }, { target = "R", within = [22, 26] }]

[[controls]]
id = "WP"
kind = "weak_positive"
sample_names = ["WP"]
minimum_count = 1
limits = [{ target = "T", within = [32, 34] }, { target = "R", within = [25, 27] }]

[threshold_calibration]
calibrator = "CAL"
weak_positive = "WP"
maximum_shift_factor = 1.5
tolerance = 0.2
bias_limit = 0.3
minimum_wells = 3
valid_days = 180

[[values]]
id = "dT"
kind = "delta_cq"
target = "T"
references = ["R"]
orientation = "falls_with_template"

[[rules]]
id = "t"
value = "dT"
at_most = 9.0
unit = "{cycles}"

[call]
positive = { any = ["t"] }

[outcomes]
positive = { zh = "阳性", en = "Positive" }
negative = { zh = "阴性", en = "Negative" }
indeterminate = { zh = "不确定", en = "Indeterminate" }
invalid = { zh = "无效", en = "Invalid" }
"""


def curve(cq, gain):
    """Logistic growth by two per cycle that crosses 200 at the cycle cq, times the gain; flat without a Cq."""
    readings = []
    for cycle in range(1, 46):
        rise = 0.0 if cq is None else 5000.0 / (1.0 + 24.0 * 2.0 ** (cq - cycle))
        readings.append(gain * (1800.0 + 1.5 * cycle + 2.0 * math.sin(2.3 * cycle) + rise))
    return readings


def write_plate(path, gain=1.0, weak_delay=0.0):
    wells = [("NTC", "ntc", None, None)] * 3 + [("CAL", "unkn", 26.0, 24.0)] * 3
    wells += [("WP", "unkn", 33.0 + weak_delay, 26.0)] * 2
    lines = ["\t".join(["Well", "Sample", "Sample Type", "Target", "Target Type", "Dye", "Cq", *map(str, range(1, 46))])]
    for column, (sample, kind, t, r) in enumerate(wells, 1):
        for target, dye, cq, factor in (("T", "FAM", t, gain), ("R", "VIC", r, 1.0)):
            readings = [f"{value:.6f}" for value in curve(cq, factor)]
            lines.append("\t".join([f"A{column}", sample, kind, target, "toi", dye, "", *readings]))
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture(name="assay")
def assay_fixture(tmp_path):
    path = tmp_path / "assay.toml"
    path.write_text(ASSAY)
    return path


@pytest.fixture(name="calibrate")
def calibrate_fixture(qpcr, assay, tmp_path):
    def call(*files, output="record.json", **options):
        given = {"assay": assay, "output": tmp_path / output, "serial": "SN-7", "lot": "L1", "operator": "technician1",
                 "approver": "director", "date": "2026-01-05", **options}
        arguments = [word for key, value in given.items() if value is not None for word in (f"--{key}", value)]
        return qpcr("calibrate", "threshold", *arguments, *files)

    return call


def rows(text):
    return {row["target"]: row for row in csv.DictReader(io.StringIO(text))}


def test_a_brighter_dye_is_calibrated_and_the_record_says_how(calibrate, tmp_path):
    plate = write_plate(tmp_path / "plate.tsv", gain=1.3)
    done = calibrate(plate)
    assert done.status == 0 and done.err == ""
    table = rows(done.out)
    assert float(table["T"]["gain"]) == pytest.approx(1.3, rel=0.02)
    assert float(table["R"]["gain"]) == pytest.approx(1.0, rel=0.02)
    assert float(table["T"]["calibrator_cq"]) == pytest.approx(26, abs=1e-9)
    assert abs(float(table["T"]["weak_positive_bias"])) < 0.1 and table["T"]["verdict"] == "accepted"
    assert float(table["T"]["window_lower"]) < float(table["T"]["threshold"]) < float(table["T"]["window_upper"])
    record = json.loads((tmp_path / "record.json").read_text())
    assert record["schema"] == "qpcr.threshold_calibration/1" and record["accepted"] and not record["simulated"]
    assert record["instrument_serial"] == "SN-7" and record["reagent_lot"] == "L1" and record["name"] == "record"
    assert record["operator"] == "technician1" and record["approver"] == "director" and record["expiry"] == "2026-07-04"
    assert record["colour_matrix"] == "none" and len(record["identity"]) == 64 and record["sources"][0]["sha256"]

    again = calibrate(plate)
    assert again.status == 2 and "does not exist yet" in again.err
    assert json.loads((tmp_path / "record.json").read_text()) == record


def test_a_degraded_lot_is_written_and_not_accepted(calibrate, tmp_path):
    plate = write_plate(tmp_path / "plate.tsv", weak_delay=0.6)
    done = calibrate(plate, lang="en")
    assert done.status == 4 and "beyond the limit" in done.err and "not_accepted" in done.out
    record = json.loads((tmp_path / "record.json").read_text())
    assert not record["accepted"] and [finding["id"] for finding in record["findings"]] == ["threshold_weak_positive_bias"]
    chinese = calibrate(plate, output="zh.json", lang="zh")
    assert chinese.status == 4 and "弱阳性" in chinese.err


def test_the_other_methods(calibrate, qpcr, assay, tmp_path):
    plate = write_plate(tmp_path / "plate.tsv")
    fixed = qpcr("calibrate", "threshold", "--assay", assay, "--lot", "L1", "--operator", "a", "--approver", "b", "--serial", "S",
                 "--date", "2026-01-05", "--method", "fixed", "--fixed", "T=210", "--fixed", "R=200", "-o", tmp_path / "fixed.json", plate)
    assert fixed.status == 0 and rows(fixed.out)["T"]["threshold"] == "210"
    assert json.loads((tmp_path / "fixed.json").read_text())["method"] == "fixed"
    # The file states no day, and nobody else did.
    undated = qpcr("calibrate", "threshold", "--assay", assay, "--lot", "L1", "--operator", "a", "--approver", "b", "--serial", "S",
                   "-o", tmp_path / "undated.json", plate)
    assert undated.status == 2 and "--date" in undated.err and not (tmp_path / "undated.json").exists()
    late = calibrate(plate, output="late.json", date="2999-01-01")
    assert late.status == 2 and "future" in late.err and not (tmp_path / "late.json").exists()
    blanks = calibrate(plate, output="blanks.json", method="blank_deviations", k="10")
    assert blanks.status == 4 and "more than the factor 1.5" in blanks.err
    record = json.loads((tmp_path / "blanks.json").read_text())
    assert record["blank_factor"] == 10 and record["thresholds"][0]["threshold"] == 10 * record["thresholds"][0]["blank_sd"]


@pytest.mark.parametrize("options, status, words", [
    ({"approver": "Technician1"}, 3, "another person"),
    ({"operator": "11010519491231002X"}, 3, "account"),
    ({"serial": None}, 3, "serial number"),
    ({"date": "5.1.2026"}, 3, "2026-01-05"),
    ({"method": "guess"}, 2, "--method"),
    ({"k": "10"}, 3, "blank_deviations"),
    ({"fixed": "T"}, 2, "TARGET=FLUORESCENCE"),
    ({"method": "fixed", "fixed": "T=x"}, 2, "a number"),
    ({"lot": None}, 2, "--lot"),
])
def test_requests_without_meaning_leave_nothing_behind(calibrate, tmp_path, options, status, words):
    refused = calibrate(write_plate(tmp_path / "plate.tsv"), **options)
    assert refused.status == status and words in refused.err and refused.out == ""
    assert "11010519491231002X" not in refused.err and not (tmp_path / "record.json").exists()


def test_the_command_above_keeps_its_arguments(qpcr, plate, tmp_path):
    assert qpcr("calibrate", plate).status == 2
    assert qpcr("calibrate", "--output", tmp_path / "shape.json").status == 2
    lost = qpcr("calibrate", plate, "threshold", "--assay", "a", "--lot", "L", "--operator", "a", "--approver", "b", "-o", "o", plate)
    assert lost.status == 2 and "not expected: FILE" in lost.err
    assert qpcr("calibrate", plate, "--output", tmp_path / "shape.json").status == 0
    assert json.loads((tmp_path / "shape.json").read_text())["schema"] == "qpcr.calibration/1"
