"""qpcr calibrate and qpcr cq --calibration: shapes learned once and pinned, and what is refused."""

import csv
import io
import json


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_a_record_is_written_and_gives_the_results_of_its_own_plate(qpcr, plate, tmp_path):
    record = tmp_path / "lot1.json"
    done = qpcr("calibrate", plate, "--output", record)
    assert done.status == 0 and "simulated data" in done.err
    table = rows(done.out)
    assert {row["shape_status"] for row in table} == {"learned"}
    assert all(1.7 < float(row["efficiency_low"]) < float(row["efficiency"]) < float(row["efficiency_high"]) < 2.2 for row in table)
    document = json.loads(record.read_text())
    assert document["schema"] == "qpcr.calibration/1" and document["simulated"] and len(document["identity"]) == 64
    assert document["sources"][0]["sha256"]

    pinned = qpcr("cq", plate, "--calibration", record)
    learned = qpcr("cq", plate)
    assert pinned.status == learned.status == 0
    # Flags that compare a curve with its plate are not those of a pinned analysis.
    assert [{**row, "flags": ""} for row in rows(pinned.out)] == [{**row, "flags": ""} for row in rows(learned.out)]
    document = json.loads(qpcr("cq", plate, "--calibration", record, "--json").out)
    assert document["calibration"]["identity"] == json.loads(record.read_text())["identity"]
    again = qpcr("calibrate", plate, "--output", record)
    assert again.status == 2 and "does not exist yet" in again.err
    copy = tmp_path / "copy.rdml"
    copy.write_bytes(plate.read_bytes())
    twice = qpcr("calibrate", plate, copy, "--output", tmp_path / "twice.json")
    assert twice.status != 0 and "twice" in twice.err and not (tmp_path / "twice.json").exists()
    assert "common shape pinned, learned" in pinned.err
    found = [row for row in rows(learned.out) if row["status"] == "found"]
    assert {row["method"] for row in found} == {"common_shape"}
    assert all(row["log10_n0"] and row["log10_n0_standard_error"] for row in found)


def test_changed_records_foreign_targets_and_other_methods_are_refused(qpcr, plate, tmp_path):
    record = tmp_path / "lot1.json"
    assert qpcr("calibrate", plate, "--output", record).status == 0
    text = record.read_text()
    document = json.loads(text)
    name = document["targets"][0]["target"]
    record.write_text(text.replace(f'"target": "{name}"', '"target": "other"'))
    refused = qpcr("cq", plate, "--calibration", record)
    assert refused.status == 6 and "identity" in refused.err and refused.out == ""
    record.write_text(text)
    refused = qpcr("cq", plate, "--calibration", record, "--method", "sdm")
    assert refused.status == 2 and "--calibration" in refused.err
    wide = tmp_path / "wide.csv"
    curve = [10 + 1000 / (1 + 2 ** (20 - c)) + (c % 3) for c in range(1, 41)]
    wide.write_text("cycle,A1\n" + "".join(f"{c},{curve[c - 1]}\n" for c in range(1, 41)))
    refused = qpcr("cq", wide, "--calibration", record)
    assert refused.status != 0 and "simulated" in refused.err and refused.out == ""
    refused = qpcr("cq", plate, "--calibration", "")
    assert refused.status == 2 and refused.out == ""


def test_a_plate_without_a_common_shape_says_which_method_took_its_place(qpcr, tmp_path):
    wide = tmp_path / "wide.csv"
    curve = [10 + 1000 / (1 + 2 ** (20 - c)) + (c % 3) for c in range(1, 41)]
    wide.write_text("cycle,A1\n" + "".join(f"{c},{curve[c - 1]}\n" for c in range(1, 41)))
    outcome = qpcr("cq", wide)
    assert "too_few_reactions" in outcome.err
    (row,) = rows(outcome.out)
    assert row["status"] == "found" and row["method"] == "second_derivative_maximum" and row["log10_n0"] == ""
    assert "too_few_reactions" in row["notes"]
    (row,) = rows(qpcr("cq", wide, "--method", "common_shape").out)
    assert row["status"] == "fit_failed" and row["cq_cycles"] == ""
