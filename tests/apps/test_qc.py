"""qpcr qc on records and result files made here: planted drifts, jumps, a lot change, a control that is not detected."""

import csv
import datetime
import io
import json
import math
import random
import re

import pytest

OUTPUTS = ["limits.json", "months.csv", "qc.csv", "qc.json", "report.html", "report.pdf"]
START = datetime.date(2026, 8, 3)
EXCLUSIONS = "run,control,target,reason\nRUN-009,PC,GENE,wrong tube pipetted\n"


def day(index):
    return (START + datetime.timedelta(days=2 * index)).isoformat()


def cq_of(index, control):
    """Steady for 25 runs; then a jump, a drift of the positive control, and a new control lot from run 44 on."""
    noise = 0.16 * math.sin(2.4 * index + len(control))
    if control == "WEAK":
        return 31.2 + 1.5 * noise + (0.4 if index >= 44 else 0)
    if index == 9:
        return 29.4
    if index == 28:
        return 26.4
    drift = 0.05 * (index - 32) if 32 <= index < 44 else 0
    return 25.0 + noise + drift + (0.5 if index >= 44 else 0)


def record_lines(runs=52):
    lines = ["run,date,control,target,well,instrument,lot,control_lot,cq,slope,intercept"]
    for i in range(runs):
        lot = "C2607" if i < 44 else "C2611"
        for control, wells in (("PC", ("A1", "A2")), ("WEAK", ("B1",))):
            for n, well in enumerate(wells):
                cq = "No Cq" if (control, i) == ("WEAK", 38) else f"{cq_of(i, control) + 0.03 * n:.3f}"
                lines.append(f"RUN-{i:03},{day(i)},{control},GENE,{well},SIMULATED,R1,{lot},{cq},,")
        noise = 1.4 * math.sin(2.4 * i)
        lines.append(f"RUN-{i:03},{day(i)},CURVE,GENE,,SIMULATED,R1,{lot},,{-3.35 + 0.03 * noise:.4f},{38.4 - 0.1 * noise:.4f}")
    return lines


@pytest.fixture(name="records")
def records_fixture(tmp_path):
    path = tmp_path / "records.csv"
    path.write_text("\n".join(record_lines()) + "\n", encoding="utf-8")
    (tmp_path / "exclusions.csv").write_text(EXCLUSIONS, encoding="utf-8")
    return path


def points_of(out, control, kind="cq"):
    rows = csv.DictReader(io.StringIO((out / "qc.csv").read_text(encoding="utf-8-sig")))
    return {row["run"]: row for row in rows if row["control"] == control and row["kind"] == kind}


def test_planted_faults_are_found_and_nothing_else_rejects(qpcr, records, tmp_path):
    out = tmp_path / "out"
    outcome = qpcr("qc", records, "--exclusions", tmp_path / "exclusions.csv", "--out", out)
    assert outcome.status == 0, outcome.err
    assert sorted(path.name for path in out.iterdir()) == OUTPUTS
    positive = points_of(out, "PC")
    assert positive["RUN-009"]["verdict"] == "excluded"
    assert positive["RUN-009"]["exclusion"] == "wrong tube pipetted"
    assert "1-3s" in positive["RUN-028"]["rules"].split()
    drift = [positive[f"RUN-{i:03}"] for i in range(36, 44)]
    assert any(row["verdict"] == "reject" for row in drift)
    assert {"2-2s", "4-1s"} & set(" ".join(row["rules"] for row in drift).split())
    assert all(positive[f"RUN-{i:03}"]["verdict"] in ("in_control", "warning", "not_judged")
               for i in [*range(9), *range(10, 28), *range(44, 52)])
    missing = points_of(out, "WEAK")["RUN-038"]
    assert (missing["verdict"], missing["rules"], missing["value"], missing["z"]) == ("reject", "not_detected", "", "")
    # The new lot has no limits of its own yet.
    assert positive["RUN-043"]["mean"] and not positive["RUN-044"]["mean"]
    assert positive["RUN-020"]["forms_limits"] == "true" and positive["RUN-021"]["forms_limits"] == "false"
    assert len(points_of(out, "CURVE", "slope")) == 52 == len(points_of(out, "CURVE", "intercept"))


def test_json_says_which_points_break_a_rule(qpcr, records, tmp_path):
    outcome = qpcr("qc", records, "--out", tmp_path / "out", "--json")
    document = json.loads(outcome.out)
    assert document == json.loads((tmp_path / "out/qc.json").read_text(encoding="utf-8"))
    assert document["schema"] == "qpcr.qc/1" and document["simulated"] is True
    found = {rule["rule"]: rule for series in document["series"] for point in series["points"] for rule in point["rules"]}
    assert len(found["4-1s"]["points"]) == 4
    assert found["1-2s"]["rejects"] is False


def test_limits_are_read_back_unchanged(qpcr, records, tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    qpcr("qc", records, "--exclusions", tmp_path / "exclusions.csv", "--out", first)
    qpcr("qc", records, "--exclusions", tmp_path / "exclusions.csv", "--limits", first / "limits.json", "--out", second)
    assert (first / "limits.json").read_bytes() == (second / "limits.json").read_bytes()
    assert (first / "qc.csv").read_bytes() == (second / "qc.csv").read_bytes()
    limits = json.loads((first / "limits.json").read_text(encoding="utf-8"))["limits"]
    assert limits and all(each["runs"] == 20 and each["origin"] == "frozen" for each in limits)


def test_the_last_run_rejected_ends_with_4(qpcr, tmp_path):
    path = tmp_path / "records.csv"
    path.write_text("\n".join(record_lines(29)) + "\n", encoding="utf-8")
    (tmp_path / "exclusions.csv").write_text(EXCLUSIONS, encoding="utf-8")
    outcome = qpcr("qc", path, "--exclusions", tmp_path / "exclusions.csv", "--out", tmp_path / "out")
    assert outcome.status == 4
    assert "Rejected" in outcome.out and "1-3s" in outcome.out


@pytest.mark.parametrize("language, words", [("zh", ["失控处理记录", "月度小结", "即刻法", "模拟数据"]),
                                             ("en", ["Records of loss of control", "Monthly summary", "SIMULATED"])])
def test_the_report_has_charts_months_and_empty_records(qpcr, records, tmp_path, language, words):
    out = tmp_path / "out"
    qpcr("qc", records, "--exclusions", tmp_path / "exclusions.csv", "--out", out, "--lang", language)
    html = (out / "report.html").read_text(encoding="utf-8")
    for word in words:
        assert word in html
    assert len(re.findall(r"levey-jennings-\d+-\d+", html)) >= 4
    assert (out / "report.pdf").read_bytes().startswith(b"%PDF")


def test_a_month_alone(qpcr, records, tmp_path):
    out = tmp_path / "out"
    assert qpcr("qc", records, "--out", out, "--month", "2026-09").status == 0
    html = (out / "report.html").read_text(encoding="utf-8")
    assert "2026-09" in html and "<td>2026-08</td>" not in html
    assert qpcr("qc", records, "--out", out, "--month", "2025-09").status == 2


def write_result(folder, index, started_at, cq="25.1", extra=None):
    limit = {"id": "cq_limit_at_most", "values": {}, "zh": "", "en": ""}
    absent = {"id": "cq_limit_not_detected", "values": {}, "zh": "", "en": ""}

    def control(name, kind, well, expectation, value):
        return {"kind": kind, "control": name, "sample": name, "well": well, "target": "GENE",
                "cq_status": "found" if value else "no_amplification", "cq_cycles": value, "passed": True,
                "expectation": expectation, "finding": expectation}
    result = {"schema": "qpcr.result/2", "run": f"RUN-{index:03}", "simulated": True, "run_started_at": started_at,
              "instrument_serial": "SIMULATED", "reagent_lot": "R1", "control_lot": "C1",
              "controls": [control("PC", "positive", "A1", limit, float(cq)), control("PC", "positive", "A1", limit, float(cq)),
                           control("NTC", "no_template", "A2", absent, None)],
              "standard_curves": [{"id": "curve", "target": "GENE", "slope": -3.3, "intercept": 38.0}], **(extra or {})}
    path = folder / f"run{index}" / "result.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(result), encoding="utf-8")


def test_result_files_of_a_folder(qpcr, tmp_path):
    folder = tmp_path / "results"
    for i in range(30):
        write_result(folder, i, day(i), f"{25 + random.Random(i).gauss(0, 0.1):.3f}")
    outcome = qpcr("qc", folder, "--out", tmp_path / "out", "--json")
    document = json.loads(outcome.out)
    assert [series["control"] for series in document["series"]] == ["PC", "curve", "curve"]
    assert len(document["series"][0]["points"][0]["wells"]) == 1
    assert document["series"][0]["limits"]["runs"] == 20


def test_a_missing_start_comes_from_the_table_of_runs_and_nowhere_else(qpcr, tmp_path):
    folder = tmp_path / "results"
    write_result(folder, 1, None)
    outcome = qpcr("qc", folder, "--out", tmp_path / "out")
    assert outcome.status == 3
    assert "start of run 'RUN-001'" in outcome.err
    runs = tmp_path / "runs.csv"
    runs.write_text("run,date\nRUN-001,2026-01-05\n", encoding="utf-8")
    assert qpcr("qc", folder, "--runs", runs, "--out", tmp_path / "out").status == 0
    write_result(folder, 2, "2026-02-01")
    runs.write_text("run,date\nRUN-001,2026-01-05\nRUN-002,2026-02-02\n", encoding="utf-8")
    contradiction = qpcr("qc", folder, "--runs", runs, "--out", tmp_path / "out")
    assert contradiction.status == 3 and "2026-02-01" in contradiction.err


@pytest.mark.parametrize("text, words", [
    ("{", "no JSON object"),
    ('{"schema": "qpcr.qc/1"}', "qpcr.qc_limits/1"),
    ('{"schema": "qpcr.qc_limits/1", "limits": [{"kind": "cq", "control": "PC", "target": "G", "origin": "given", "mean": 25, "sd": 0}]}',
     "above 0"),
    ('{"schema": "qpcr.qc_limits/1", "limits": [{"kind": "cq", "control": "PC", "target": "G", "origin": "frozen", "mean": 25, "sd": 1}]}',
     "frozen_on"),
])
def test_wrong_limits_are_refused(qpcr, records, tmp_path, text, words):
    (tmp_path / "limits.json").write_text(text, encoding="utf-8")
    outcome = qpcr("qc", records, "--limits", tmp_path / "limits.json", "--out", tmp_path / "out")
    assert outcome.status == 3 and words in outcome.err
    assert not (tmp_path / "out").exists()


def test_an_exclusion_that_names_no_point_is_refused_with_its_line(qpcr, records, tmp_path):
    wrong = tmp_path / "exclusions.csv"
    wrong.write_text(EXCLUSIONS + "RUN-999,PC,GENE,typo\n", encoding="utf-8")
    outcome = qpcr("qc", records, "--exclusions", wrong, "--out", tmp_path / "out")
    assert outcome.status == 3 and "line 3" in outcome.err
