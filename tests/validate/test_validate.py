"""qpcr-validate report on the shipped trial, recounted from its tables, and on every kind of broken study."""

import csv
import hashlib
import html.parser
import json
import math
import os
import pathlib
import shutil
import subprocess
import zipfile

import pytest

SOURCE = pathlib.Path(os.environ["QPCR_SOURCE_DIR"])
PROGRAM = pathlib.Path(os.environ["QPCR_BIN"]) / "qpcr-validate"
TRIAL = SOURCE / "validation_data/demo_trial"
OUTPUTS = {"report.html", "report.pdf", "listing.csv", "results.json"}


def run(*arguments, **environment):
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=300,
                          stdin=subprocess.DEVNULL, env={**os.environ, "QPCR_LANG": "en", **environment})


@pytest.fixture(name="reported", scope="module")
def reported_fixture(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trial") / "out"
    process = run("report", TRIAL / "study.toml", "--out", folder)
    assert process.returncode == 0, process.stderr
    return folder, process


@pytest.fixture(name="study")
def study_fixture(tmp_path):
    """A copy of the shipped trial that a test may break."""
    shutil.copytree(SOURCE / "validation_data/assays", tmp_path / "assays")
    shutil.copytree(TRIAL, tmp_path / "trial")
    return tmp_path / "trial"


def edit(path, old, new, count=1):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, count), encoding="utf-8")


def refused(study, status, *words):
    out = study.parent / "out"
    process = run("report", study / "study.toml", "--out", out)
    assert process.returncode == status, process.stderr
    assert process.stdout == ""
    assert process.stderr.startswith("qpcr-validate: error: ") and process.stderr.count("\n") == 1
    for word in words:
        assert word in process.stderr
    assert not out.exists()
    return process.stderr


def test_the_four_files_and_nothing_else(reported):
    folder, process = reported
    assert {path.name for path in folder.iterdir()} == OUTPUTS
    assert "SIMULATED" in process.stdout and "Sensitivity" in process.stdout
    assert "\x1b" not in process.stdout + process.stderr


def test_numbers_equal_a_recount_of_the_listing(reported):
    folder, _ = reported
    results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    with open(folder / "listing.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with open(TRIAL / "subjects.csv", encoding="utf-8", newline="") as file:
        subjects = {row["subject"]: row for row in csv.DictReader(file)}
    assert [row["subject"] for row in rows] == list(subjects)
    cells = {"tp": 0, "fp": 0, "fn": 0, "tn": 0}
    for row in rows:
        subject = subjects[row["subject"]]
        assert row["data_status"] == "SIMULATED"
        if subject.get("excluded") == "yes":
            assert row["place"] == "excluded"
        elif subject["reference_standard"] == "":
            assert row["place"] == "reference_missing"
        elif row["place"] == "analysed":
            name = {("positive", "positive"): "tp", ("negative", "positive"): "fp", ("positive", "negative"): "fn",
                    ("negative", "negative"): "tn"}[subject["reference_standard"], row["index_result"]]
            assert row["cell"] == name
            cells[name] += 1
    overall = results["overall"]
    assert [overall[key] for key in ("true_positive", "false_positive", "false_negative", "true_negative")] == [
        cells[key] for key in ("tp", "fp", "fn", "tn")]
    n, k, z = cells["tp"] + cells["fn"], cells["tp"], 1.959963984540054
    centre = (k + z * z / 2) / (n + z * z)
    half = z / (n + z * z) * math.sqrt(k * (n - k) / n + z * z / 4)
    assert overall["sensitivity"]["wilson"]["lower"] == pytest.approx(centre - half, abs=1e-12)
    assert overall["sensitivity"]["wilson"]["upper"] == pytest.approx(centre + half, abs=1e-12)
    assert overall["positive_predictive_value"]["estimate"] is None
    flow = dict(results["flow"])
    assert flow.pop("enrolled") == sum(flow.values()) == len(rows)


def test_calls_agree_with_the_simulated_truth(reported):
    """Every failed internal control is invalid; of the clear-cut samples few drew molecules that turn their call."""
    folder, _ = reported
    with open(folder / "listing.csv", encoding="utf-8", newline="") as file:
        found = {row["sample"]: row for row in csv.DictReader(file)}
    with open(TRIAL / "truth.csv", encoding="utf-8", newline="") as file:
        truth = [row for row in csv.DictReader(file) if row["sample"] in found and found[row["sample"]]["index_result"]]
    failed = [row for row in truth if row["expected_call"] == "invalid"]
    assert len(failed) >= 5
    assert all(found[row["sample"]]["index_result"] == "invalid" for row in failed)
    clear = [row for row in truth if row["expected_call"] in ("positive", "negative")]
    wrong = [row for row in clear if {row["expected_call"], found[row["sample"]]["index_result"]} == {"positive", "negative"}]
    assert len(clear) > 200
    assert len(wrong) <= 0.05 * len(clear)
    results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    assert [run_["valid"] for run_ in results["runs"]].count(False) == 2


def test_every_hash_is_of_the_file_that_is_there(reported):
    folder, _ = reported
    results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    on_disk = {hashlib.sha256(path.read_bytes()).hexdigest() for path in TRIAL.rglob("*") if path.is_file()}
    for run_ in results["runs"]:
        for file in run_["files"]:
            assert file["sha256"] in on_disk
    for key in ("file", "subjects_file", "covariates_file"):
        assert results["study"][key]["sha256"] in on_disk


class Links(html.parser.HTMLParser):
    """Identifiers and internal links of a page."""

    def __init__(self):
        super().__init__()
        self.identifiers, self.links = [], []

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name == "id":
                self.identifiers.append(value)
            if name == "href":
                self.links.append(value)


def test_the_page_stands_alone_and_its_links_lead_somewhere(reported):
    folder, _ = reported
    page = Links()
    page.feed((folder / "report.html").read_text(encoding="utf-8"))
    assert len(set(page.identifiers)) == len(page.identifiers)
    assert len(page.links) > 1000
    assert all(link.startswith("#") and link[1:] in set(page.identifiers) for link in page.links)


def test_the_same_study_gives_the_same_bytes(reported, tmp_path):
    folder, _ = reported
    assert run("report", TRIAL / "study.toml", "--out", tmp_path / "again").returncode == 0
    for name in OUTPUTS:
        assert (folder / name).read_bytes() == (tmp_path / "again" / name).read_bytes()


def test_json_on_stdout_is_the_file(tmp_path):
    process = run("report", TRIAL / "study.toml", "--out", tmp_path / "out", "--lang", "zh", "--json")
    assert process.returncode == 0
    assert process.stdout == (tmp_path / "out/results.json").read_text(encoding="utf-8")


def test_usage():
    assert run("--version").stdout.startswith("qpcr-validate ")
    assert "qpcr-validate report study.toml" in run("--help").stdout
    assert run().returncode == 2
    assert run("report", "x.toml").returncode == 2
    assert run("report", TRIAL / "study.toml", "--out", "/tmp/never", "--lang", "fr").returncode == 2


def test_missing_files(study):
    (study / "subjects.csv").unlink()
    refused(study, 3, "subjects.csv")


def test_a_missing_run(study):
    edit(study / "study.toml", "runs/C01-1.rdml", "runs/none.rdml")
    refused(study, 3, "none.rdml")


def test_an_unknown_key(study):
    edit(study / "study.toml", "sampling", "samplng")
    refused(study, 3, "samplng", "sampling")


def test_a_subject_without_a_sample_and_a_sample_of_two_subjects(study):
    lines = (study / "subjects.csv").read_text(encoding="utf-8").splitlines()
    header = lines[0].split(",")
    sample = header.index("sample")
    first, second = lines[1].split(","), lines[2].split(",")
    taken = first[sample]
    second[sample] = taken
    (study / "subjects.csv").write_text("\n".join([lines[0], lines[1], ",".join(second), *lines[3:]]) + "\n", encoding="utf-8")
    refused(study, 3, "line 3", "'sample'", "two subjects")
    second[sample] = ""
    (study / "subjects.csv").write_text("\n".join([lines[0], lines[1], ",".join(second), *lines[3:]]) + "\n", encoding="utf-8")
    message = run("report", study / "study.toml", "--out", study.parent / "out")
    assert message.returncode == 3 and "without a sample" in message.stderr


def test_personal_data_are_refused_and_masked(study):
    first = (study / "subjects.csv").read_text(encoding="utf-8").splitlines()[1].split(",")[0]
    edit(study / "subjects.csv", first, "11010519491231002X")
    message = refused(study, 3, "line 2", "'subject'")
    assert "19491231" not in message


def test_a_name_inside_a_sample_is_refused_and_masked(study):
    lines = (study / "subjects.csv").read_text(encoding="utf-8").splitlines()
    sample = lines[1].split(",")[2]
    edit(study / "subjects.csv", f",{sample},", ",欧阳小明13812345678,")
    message = refused(study, 3, "line 2", "'sample'")
    assert "小明" not in message and "13812345678" not in message


def test_a_column_for_names(study):
    edit(study / "subjects.csv", "size_mm", "Patient Name")
    refused(study, 3, "line 1", "Patient Name")


def test_two_samples_in_one_cell(study):
    edit(study / "subjects.csv", ",SIM-0001,", ",SIM-0001/SIM-9999,")
    refused(study, 3, "line 2", "'sample'", "SIM-0001/SIM-9999", "one identifier")
    edit(study / "subjects.csv", ",SIM-0001/SIM-9999,", ",SIM-0001 SIM-9999,")
    refused(study, 3, "line 2", "'sample'", "space")


def test_a_sample_in_other_case(study):
    edit(study / "subjects.csv", ",SIM-0001,", ",sim-0001,")
    refused(study, 3, "SIM-0001", "sim-0001", "upper and lower case")


def contradicted(study, column, value):
    """The shipped trial with one covariate of its first sample changed."""
    lines = (study / "covariates.csv").read_text(encoding="utf-8").splitlines()
    cells = lines[1].split(",")
    cells[column] = value
    (study / "covariates.csv").write_text("\n".join([lines[0], ",".join(cells), *lines[2:]]) + "\n", encoding="utf-8")


def test_a_sex_that_contradicts_the_covariates(study):
    contradicted(study, 1, "female")
    refused(study, 3, "subjects.csv", "line 2", "'sex'", "covariates.csv' line 2", "'female'", "'male'")


def test_an_afp_that_contradicts_the_covariates(study):
    contradicted(study, 2, "4000")
    refused(study, 3, "subjects.csv", "line 2", "'afp_ng_ml'", "covariates.csv' line 2", "'4000'")


def test_a_copy_of_a_run(study):
    shutil.copy(study / "runs/C01-1.rdml", study / "runs/copy.rdml")
    with open(study / "study.toml", "a", encoding="utf-8") as file:
        file.write('\n[[run]]\nid = "C01-9"\ncentre = "C01"\nfiles = ["runs/copy.rdml"]\n'
                   'repeat_of = ["C01-1"]\nreason = "again"\n')
    refused(study, 3, "C01-9", "copy.rdml", "C01-1.rdml", "same bytes")


def test_the_same_curves_under_new_sample_names(study):
    """A plate rewritten with other samples is another file with the same readings."""
    with zipfile.ZipFile(study / "runs/C01-1.rdml") as archive:
        name = archive.namelist()[0]
        text = archive.read(name).decode("utf-8")
    with zipfile.ZipFile(study / "runs/copy.rdml", "w") as archive:
        archive.writestr(name, text.replace("SIM-0", "SIM-8"))
    with open(study / "study.toml", "a", encoding="utf-8") as file:
        file.write('\n[[run]]\nid = "C01-9"\ncentre = "C01"\nfiles = ["runs/copy.rdml"]\n')
    lines = (study / "covariates.csv").read_text(encoding="utf-8").splitlines()
    lines += [line.replace("SIM-0", "SIM-8") for line in lines[1:] if line.startswith("SIM-0")]
    (study / "covariates.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    message = refused(study, 3, "C01-9", "run 'C01-1'", "same readings")
    assert message.count("well A1") == 2


def test_simulated_runs_in_a_study_that_is_not(study):
    edit(study / "study.toml", "simulated = true", "simulated = false")
    refused(study, 3, "simulated")


def test_a_repeat_without_a_rule(study):
    edit(study / "study.toml", 'repeats = "invalid"', 'repeats = "none"')
    refused(study, 3, "no rule for repeats")


def test_another_definition_than_the_locked_one(study):
    edit(study / "study.toml", "sampling", f'assay_sha256 = "{"0" * 64}"\nsampling')
    refused(study, 6, "0000")


def test_another_file_than_the_named_one(study):
    edit(study / "study.toml", '"runs/C01-1.rdml",\n]', f'"runs/C01-1.rdml",\n]\nsha256 = ["{"0" * 64}"]')
    refused(study, 6, "C01-1.rdml")


def test_a_damaged_definition(study):
    edit(study.parent / "assays/demo-methylation.toml", "[cq]", "[cqq]")
    refused(study, 5, "demo-methylation.toml")


def test_a_truncated_run(study):
    path = study / "runs/C01-1.rdml"
    path.write_bytes(path.read_bytes()[:200])
    refused(study, 3, "C01-1.rdml")


def test_a_study_whose_only_run_failed(study):
    text = (study / "study.toml").read_text(encoding="utf-8")
    head, *runs = text.split("[[run]]")
    failed = [run_ for run_ in runs if 'id = "C02-1"\n' in run_]
    assert len(failed) == 1
    (study / "study.toml").write_text(head + "[[run]]" + failed[0], encoding="utf-8")
    process = run("report", study / "study.toml", "--out", study.parent / "out")
    assert process.returncode == 4, process.stderr
    assert "not estimable" in process.stdout
    results = json.loads((study.parent / "out/results.json").read_text(encoding="utf-8"))
    assert results["overall"]["sensitivity"]["estimate"] is None
    assert results["overall"]["sensitivity"]["why_absent"]["id"] == "not_estimable_no_cases"


def test_an_output_folder_that_cannot_be_written(study):
    (study.parent / "file").write_text("", encoding="utf-8")
    process = run("report", study / "study.toml", "--out", study.parent / "file")
    assert process.returncode == 1
    assert (study.parent / "file").read_text(encoding="utf-8") == ""
