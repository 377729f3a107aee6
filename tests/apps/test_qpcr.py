"""qpcr on the shipped plates: what it prints, what it writes, how it ends."""

import csv
import io
import json
import os
import re
import signal
import subprocess
import time
import zipfile

import pytest

from conftest import BIN, DATA

ASSAY = DATA / "assays/demo-methylation.toml"
COVARIATES = DATA / "demo_methylation_plate/covariates.csv"
OUTPUTS = ["calls.csv", "report.html", "report.pdf", "result.json", "wells.csv"]


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_help_shows_examples_first_and_version_is_a_number(qpcr):
    outcome = qpcr("--help")
    assert outcome.status == 0
    assert outcome.out.index("qpcr info plate.rdml") < outcome.out.index("--version")
    assert qpcr("--version").out.startswith("qpcr 0.")


@pytest.mark.parametrize("arguments", [(), ("nonsense",), ("cq",), ("cq", "x.csv", "--methode", "sdm"), ("analyze", "x")])
def test_wrong_usage_ends_with_2_and_says_so_on_stderr(qpcr, arguments):
    outcome = qpcr(*arguments)
    assert outcome.status == 2
    assert outcome.out == ""
    assert outcome.err


@pytest.mark.parametrize("arguments, what", [
    (("--method", "magic"), "relative_threshold (crt)"),
    (("--interpolation", "cubic"), "linear or logarithmic"),
    (("--method", "cy0", "--interpolation", "log"), "no interpolation"),
    (("--method", "cy0", "--model", "l7"), "gompertz"),
    (("--method", "td0", "--model", "l4"), "no model"),
    (("--baseline", "quadratic"), "constant, linear or model"),
    (("--threshold", "0,5"), "a number with a dot"),
    (("--threshold", "-1"), "threshold"),
    (("--method", "sdm", "--threshold", "5"), "no threshold"),
    (("--kind", "RFU"), "baseline_subtracted"),
    (("--lang", "fr"), "zh or en"),
])
def test_wrong_values_of_options_are_named(qpcr, plate, arguments, what):
    outcome = qpcr("cq", plate, *arguments)
    assert outcome.status == 2
    assert what in outcome.err


def test_info_says_what_was_read_and_what_was_not(qpcr, plate):
    outcome = qpcr("info", plate)
    assert outcome.status == 0
    for word in ("rdml", "SHA-256", "Not read", "SIMULATED", "DM1"):
        assert word in outcome.out
    document = json.loads(qpcr("info", plate, "--json").out)
    assert document["schema"] == "qpcr.info/1"
    assert document["runs"][0]["wells"] == 96
    assert document["runs"][0]["simulated"] is True


def test_info_speaks_chinese_by_default(qpcr, plate):
    assert "未读取的内容" in qpcr("info", plate, env={"QPCR_LANG": ""}).out


def test_curves_is_a_long_table(qpcr, plate):
    outcome = qpcr("curves", plate, "--csv")
    assert outcome.out.splitlines()[0] == "run,well,sample,target,dye,kind,cycle,fluorescence"
    table = rows(outcome.out)
    assert len(table) == 96 * 4 * 45
    assert {row["dye"] for row in table} == {"FAM", "ROX", "VIC", "CY5"}
    assert all(row["fluorescence"] for row in table)


def test_cq_gives_one_row_a_curve_and_no_number_without_a_cq(qpcr, plate):
    for method in ("threshold", "sdm"):
        outcome = qpcr("cq", plate, "--method", method, "--csv")
        assert outcome.status == 0
        assert outcome.out.startswith("run,well,sample,target,dye,cq_cycles,status,")
        table = rows(outcome.out)
        assert len(table) == 96 * 4
        assert all((row["cq_cycles"] != "") == (row["status"] == "found") for row in table)
        assert {"found", "no_amplification"} <= {row["status"] for row in table}


METHODS = {
    "threshold": "ct", "relative_threshold": "crt", "first_derivative_maximum": "cpd1", "second_derivative_maximum": "cpd2",
    "third_derivative_zero": "td0", "cy0": "cy", "max_ratio": "mr", "take_off": "top",
}


@pytest.mark.parametrize("name, short", METHODS.items())
def test_every_method_has_a_name_and_a_short_one_and_says_which_it_is(qpcr, plate, name, short):
    long = qpcr("cq", plate, "--method", name, "--csv")
    assert long.status == 0
    assert qpcr("cq", plate, "--method", short, "--csv").out == long.out
    table = rows(long.out)
    assert {row["method"] for row in table} == {name}
    assert any(row["status"] == "found" for row in table)
    document = json.loads(qpcr("cq", plate, "--method", short, "--json").out)
    assert document["method"] == name
    assert [entry["cq_cycles"] is not None for entry in document["curves"]] == [row["cq_cycles"] != "" for row in table]


def test_model_and_interpolation_are_echoed(qpcr, plate):
    found = [row for row in rows(qpcr("cq", plate, "--method", "cpd2", "--model", "b4").out) if row["status"] == "found"]
    assert {row["model"] for row in found} == {"logistic_4"}
    chosen = [row for row in rows(qpcr("cq", plate, "--method", "cpd1", "--model", "aicc").out) if row["model"]]
    assert chosen
    linear = rows(qpcr("cq", plate, "--method", "threshold").out)
    logarithmic = rows(qpcr("cq", plate, "--interpolation", "log").out)
    assert {row["interpolation"] for row in logarithmic if row["status"] == "found"} == {"logarithmic"}
    pairs = [(float(a["cq_cycles"]), float(b["cq_cycles"])) for a, b in zip(linear, logarithmic) if a["cq_cycles"]]
    assert pairs and all(0 <= late - early < 0.2 for early, late in pairs)


def test_a_wide_table_is_keyed_by_its_columns(qpcr, tmp_path):
    path = tmp_path / "wide.csv"
    curve = [10 + 1000 / (1 + 2 ** (20 - c)) + (c % 3) for c in range(1, 41)]
    lines = ["cycle,\"sample|1\",flat"] + [f"{c},{curve[c - 1]},{10 + c % 3}" for c in range(1, 41)]
    path.write_text("\n".join(lines) + "\n")
    table = rows(qpcr("cq", path, "--method", "sdm", "--csv").out)
    assert [row["well"] for row in table] == ["sample|1", "flat"]
    assert table[0]["status"] == "found" and 15 < float(table[0]["cq_cycles"]) < 20
    assert table[1]["cq_cycles"] == ""


def rdml_of(plate):
    with zipfile.ZipFile(plate) as archive:
        return archive.read(archive.namelist()[0])


def test_bare_rdml_of_one_long_line_is_known(qpcr, plate, tmp_path):
    text = rdml_of(plate).decode()
    head, body = text.split("?>", 1)
    for name, data in (("flat", head + "?>\n" + body.replace("\n", "")), ("no_line", head + "?>" + body.replace("\n", ""))):
        path = tmp_path / f"{name}.xml"
        path.write_text(data)
        assert qpcr("curves", path).out == qpcr("curves", plate).out
    path.write_bytes((head + "?>\n" + body.replace("\n", "")).replace("UTF-8", "UTF-16").encode("utf-16"))
    assert qpcr("curves", path).out == qpcr("curves", plate).out


@pytest.mark.parametrize("member", ["data.bin", "some/where/My Export.xml", "rdml"])
def test_the_inner_name_of_an_rdml_archive_does_not_matter(qpcr, plate, tmp_path, member):
    for name in ("a.rdml", "a.zip"):
        path = tmp_path / name
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(member, rdml_of(plate))
        assert qpcr("curves", path).out == qpcr("curves", plate).out


def test_messages_that_nobody_can_read_do_not_end_the_work(plate, tmp_path):
    command = f"'{BIN / 'qpcr'}' analyze '{plate}' --assay '{ASSAY}' --covariates '{COVARIATES}' --out '{tmp_path / 'out'}' 2>&- >/dev/null"
    assert subprocess.run(["bash", "-c", command], check=False).returncode == 0
    assert sorted(os.listdir(tmp_path / "out")) == OUTPUTS
    assert subprocess.run(["bash", "-c", f"'{BIN / 'qpcr'}' info nofile 2>/dev/full"], check=False).returncode == 3


def test_a_file_name_that_is_not_utf8_is_shown_repaired(qpcr, tmp_path):
    path = os.fsencode(tmp_path) + b"/n\xff.csv"
    with open(path, "wb") as file:
        file.write(b"cycle,a\n" + b"".join(b"%d,%d\n" % (i, i * i) for i in range(1, 30)))
    outcome = qpcr("info", os.fsdecode(path), "--json")
    assert outcome.status == 0, outcome.err
    assert json.loads(outcome.out)["runs"][0]["sources"][0]["name"] == "n\ufffd.csv"


def test_personal_numbers_in_free_text_are_masked_everywhere(qpcr, plate, tmp_path):
    text = rdml_of(plate).decode()
    text = re.sub(r'<run id="[^"]*"', '<run id="13912345678"', text).replace("air bubble", "11010519491231002X")
    path = tmp_path / "张伟 13912345678.rdml"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("rdml_data.xml", text)
    outcome = qpcr("analyze", path, "--assay", ASSAY, "--covariates", COVARIATES, "--out", tmp_path / "out")
    assert outcome.status == 0, outcome.err
    everything = outcome.out + outcome.err.replace(str(tmp_path), "") + subprocess.run(
        ["pdftotext", tmp_path / "out/report.pdf", "-"], capture_output=True, text=True, check=True).stdout
    for name in ("result.json", "calls.csv", "wells.csv", "report.html"):
        everything += (tmp_path / "out" / name).read_text(encoding="utf-8-sig")
    assert "13912345678" not in everything and "19491231" not in everything


def test_analyze_prints_the_verdict_and_writes_all_reports(qpcr, plate, tmp_path):
    out = tmp_path / "out"
    outcome = qpcr("analyze", plate, "--assay", ASSAY, "--covariates", COVARIATES, "--out", out)
    assert outcome.status == 0, outcome.err
    assert sorted(os.listdir(out)) == OUTPUTS
    result = json.loads((out / "result.json").read_text())
    assert result["schema"] == "qpcr.result/2"
    assert result["run_valid"] is True
    outcomes = {call["outcome"] for call in result["calls"]}
    assert {"positive", "negative"} <= outcomes
    assert all(call["reasons"] for call in result["calls"])
    assert len(rows((out / "calls.csv").read_text(encoding="utf-8-sig"))) == len(result["calls"])
    html = (out / "report.html").read_text()
    assert "SIMULATED" in html and "http://" not in html.replace("http://www.w3.org", "")
    assert (out / "report.pdf").read_bytes().startswith(b"%PDF")


def test_analyze_is_the_same_bytes_every_time(qpcr, plate, tmp_path):
    for name in ("one", "two"):
        assert qpcr("analyze", plate, "--assay", ASSAY, "--covariates", COVARIATES, "--out", tmp_path / name).status == 0
    for name in OUTPUTS:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name


def test_json_on_stdout_is_the_file(qpcr, plate, tmp_path):
    outcome = qpcr("analyze", plate, "--assay", ASSAY, "--covariates", COVARIATES, "--out", tmp_path, "--json")
    assert outcome.out == (tmp_path / "result.json").read_text()


def test_rdml_and_cfx_of_one_plate_give_the_same_calls(qpcr, tmp_path):
    folder = DATA / "demo_methylation_plate"
    cfx = sorted(folder.glob("cfx/*Amplification*.csv"))
    assert cfx
    calls = []
    for name, files in (("rdml", [folder / "run.rdml"]), ("cfx", cfx)):
        outcome = qpcr("analyze", *files, "--assay", ASSAY, "--covariates", COVARIATES, "--out", tmp_path / name)
        assert outcome.status == 0, outcome.err
        result = json.loads((tmp_path / name / "result.json").read_text())
        calls.append({call["sample"]: call["outcome"] for call in result["calls"]})
    # A well that the operator excluded is in no CFX file.
    wells = {row["where"] for row in rows((folder / "truth_defects.csv").read_text()) if row["kind"] == "excluded_well"}
    omitted = {row["sample"] for row in rows((folder / "truth_reactions.csv").read_text()) if row["well"] in wells}
    assert omitted and set(calls[0]) - set(calls[1]) == omitted
    assert all(calls[0][sample] == calls[1][sample] for sample in calls[1])


def test_an_amplified_ntc_invalidates_the_run_and_every_call(qpcr, tmp_path):
    assert qpcr("simulate", "plate", "--panel", "demo-methylation", "--seed", 5, "--contaminated-ntc", "--out", tmp_path / "plate").status == 0
    plate = tmp_path / "plate/run.rdml"
    covariates = tmp_path / "plate/covariates.csv"
    outcome = qpcr("analyze", plate, "--assay", ASSAY, "--covariates", covariates, "--out", tmp_path / "out")
    assert outcome.status == 4
    result = json.loads((tmp_path / "out/result.json").read_text())
    assert result["run_valid"] is False and result["run_reasons"]
    assert {call["outcome"] for call in result["calls"]} == {"invalid"}


def test_convert_to_rdml_and_back_keeps_every_reading(qpcr, plate, tmp_path):
    assert qpcr("convert", plate, "--to", "rdml", "--out", tmp_path / "again.rdml").status == 0
    before = [(r["well"], r["target"], r["cycle"], r["fluorescence"]) for r in rows(qpcr("curves", plate).out)]
    after = [(r["well"], r["target"], r["cycle"], r["fluorescence"]) for r in rows(qpcr("curves", tmp_path / "again.rdml").out)]
    assert before == after
    assert qpcr("convert", plate, "--to", "rdml", "--out", tmp_path / "again.rdml").status == 2
    tidy = [(r["well"], r["target"], r["cycle"], r["fluorescence"]) for r in rows(qpcr("convert", plate, "--to", "csv").out)]
    assert tidy == before


def test_simulated_data_say_so_on_stderr(qpcr, plate):
    for command in ("info", "curves", "cq"):
        assert "simulated data" in qpcr(command, plate).err


def test_a_plate_with_artefacts_gives_no_unreviewed_wrong_negative(qpcr, tmp_path):
    assert qpcr("simulate", "plate", "--seed", 3, "--artefact-rate", "0.3", "--out", tmp_path / "plate").status == 0
    folder = tmp_path / "plate"
    outcome = qpcr("analyze", folder / "run.rdml", "--assay", ASSAY, "--covariates", folder / "covariates.csv", "--out", tmp_path / "out")
    assert outcome.status in (0, 4), outcome.err
    truth = {row["sample"]: row["expected_call"] for row in rows((folder / "truth_samples.csv").read_text())}
    calls = {call["sample"]: call for call in json.loads((tmp_path / "out/result.json").read_text())["calls"]}
    positives = [sample for sample, call in truth.items() if call == "positive"]
    assert positives
    assert not [s for s in positives if calls[s]["outcome"] == "negative" and not calls[s]["needs_review"]]


def test_simulate_is_deterministic(qpcr, tmp_path):
    for name in ("one", "two"):
        assert qpcr("simulate", "plate", "--panel", "demo-rna", "--seed", 11, "--out", tmp_path / name).status == 0
    files = sorted(path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*") if path.is_file())
    assert files
    for name in files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_assay_check_names_the_definition_and_refuses_a_changed_key(qpcr, tmp_path):
    outcome = qpcr("assay", "check", ASSAY)
    assert outcome.status == 0
    assert outcome.out.startswith("demo-methylation 1.0.0 (simulated) sha256 ")
    assert "DM1" in qpcr("assay", "show", ASSAY).out
    changed = tmp_path / "a.toml"
    changed.write_text(ASSAY.read_text().replace("schema =", "shelf_life = 3\nschema =", 1))
    outcome = qpcr("assay", "check", changed)
    assert outcome.status == 5
    assert "shelf_life" in outcome.out and f"{changed}:" in outcome.out


def test_every_shipped_definition_is_accepted(qpcr):
    definitions = sorted((DATA / "assays").glob("*.toml"))
    assert len(definitions) >= 5
    for definition in definitions:
        assert qpcr("assay", "check", definition).status == 0, definition


def test_outputs_are_all_or_nothing_when_the_folder_cannot_be_written(qpcr, plate, tmp_path):
    blocked = tmp_path / "out"
    blocked.mkdir()
    (blocked / "report.pdf").mkdir()
    (blocked / "report.pdf/in the way").write_text("")
    outcome = qpcr("analyze", plate, "--assay", ASSAY, "--covariates", COVARIATES, "--out", blocked)
    assert outcome.status == 1
    assert "report.pdf" in outcome.err
    assert os.listdir(blocked) == ["report.pdf"]


def test_an_interrupted_program_leaves_no_half_written_file(plate, tmp_path):
    for delay in (0.0, 0.05, 0.2, 0.4):
        out = tmp_path / f"out{delay}"
        process = subprocess.Popen(
            [BIN / "qpcr", "analyze", plate, "--assay", ASSAY, "--covariates", COVARIATES, "--out", out],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(delay)
        process.send_signal(signal.SIGTERM)
        process.wait()
        found = sorted(os.listdir(out)) if out.exists() else []
        assert found in ([], OUTPUTS), found


def test_stdout_that_is_closed_is_an_error_not_a_crash(plate):
    process = subprocess.Popen(f"'{BIN / 'qpcr'}' curves '{plate}' | head -n 1", shell=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, _ = process.communicate(timeout=60)
    assert out.startswith(b"run,well")
