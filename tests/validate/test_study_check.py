"""qpcr-validate check on the runs of the demonstration trial: silent where nothing is wrong, and every planted fault named."""

import csv
import hashlib
import os
import pathlib
import re
import subprocess

import pytest

from test_study_flow import ASSAY, SOURCE, TRIAL, protocol_text, run, validate

CENTRES = ("C01", "C02", "C03", "C04")
RUNS = {"C01": [("C01-1", "")], "C02": [("C02-1", ""), ("C02-1R", "C02-1")], "C03": [("C03-1", ""), ("C03-1R", "C03-1")],
        "C04": [("C04-1", "")]}


def files_of(name):
    single = TRIAL / "runs" / f"{name}.rdml"
    return [single] if single.exists() else sorted((TRIAL / "runs" / name).iterdir())


class Study:
    """The demonstration trial as its centres would send it; a test changes what was sent before it is imported."""

    def __init__(self, folder):
        self.folder = folder / "trial"
        self.sent = folder / "sent"
        self.folder.mkdir(parents=True)
        (folder / "assays").mkdir()
        (folder / "assays/demo-methylation.toml").write_bytes(ASSAY.read_bytes())
        extra = "".join(f'\n[[centre]]\nid = "{centre}"\n' for centre in ("C03", "C04"))
        (self.folder / "protocol.toml").write_text(protocol_text() + extra, encoding="utf-8")
        subjects = list(csv.DictReader((TRIAL / "subjects.csv").open(encoding="utf-8")))
        tested = {row["sample"] for row in csv.DictReader((TRIAL / "covariates.csv").open(encoding="utf-8"))}
        self.rows = {}
        self.links = {}
        for centre in CENTRES:
            (self.sent / centre).mkdir(parents=True)
            self.rows[centre] = []
            for name, repeat_of in RUNS[centre]:
                for file in files_of(name):
                    (self.sent / centre / file.name).write_bytes(file.read_bytes())
                self.rows[centre].append({
                    "run": name, "centre": centre, "files": ";".join(file.name for file in files_of(name)), "sha256": "",
                    "serial": "", "lot": "", "started_at": "", "ended_at": "", "status": "completed",
                    "repeat_of": repeat_of, "reason": "control failed" if repeat_of else ""})
            self.links[centre] = [{"centre": centre, "sample": row["sample"], "blinding_code": f"B-{row['sample']}",
                                   "barcode": f"9{row['sample'][4:]}", "collected_at": "2026-01-05"}
                                  for row in subjects if row["centre"] == centre and row["sample"] in tested]

    def run_of(self, name):
        return next(row for rows in self.rows.values() for row in rows if row["run"] == name)

    def send(self):
        for centre in CENTRES:
            for kind, rows in (("links", self.links[centre]), ("runs", self.rows[centre])):
                path = self.sent / centre / f"{kind}.csv"
                with path.open("w", newline="", encoding="utf-8") as file:
                    writer = csv.DictWriter(file, rows[0].keys())
                    writer.writeheader()
                    writer.writerows(rows)
                sent = validate("import", self.folder, kind, path, "--centre", centre)
                assert sent.returncode == 0, sent.stderr

    def check(self):
        outcome = validate("check", self.folder, "--out", self.folder / "queries")
        rows = list(csv.DictReader((self.folder / "queries/queries.csv").open(encoding="utf-8")))
        return outcome, rows


@pytest.fixture(name="study")
def study_fixture(tmp_path):
    return Study(tmp_path)


def test_a_sound_submission_raises_nothing(study):
    study.send()
    outcome, rows = study.check()
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert rows == []
    assert "0 blocking, 0 queries" in outcome.stdout
    assert "checked" in validate("audit", study.folder).stdout


def scale_column(path, source, target):
    """One well's curve in place of another's, scaled and shifted, in the digits of the export."""
    rows = list(csv.reader(path.open(encoding="utf-8-sig")))
    header = next(i for i, row in enumerate(rows) if source in row and target in row)
    one, other = rows[header].index(source), rows[header].index(target)
    for row in rows[header + 1:]:
        if len(row) > max(one, other) and row[one]:
            row[other] = f"{0.9 * float(row[one]) + 17.25:.4f}"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)


def plant_copy(study):
    path = next((study.sent / "C04").glob("*Amplification Results_FAM.csv"))
    scale_column(path, "B5", "E7")


def plant_edit(study):
    row = study.run_of("C02-1")
    row["sha256"] = hashlib.sha256(b"the file as it was exported").hexdigest()


def plant_overlap(study):
    row = study.run_of("C03-1R")
    row["repeat_of"] = row["reason"] = ""


def plant_unlinked(study):
    del study.links["C01"][4]


def plant_code_twice(study):
    study.links["C02"][0]["blinding_code"] = study.links["C01"][0]["blinding_code"]


def plant_barcode_twice(study):
    study.links["C02"][1]["barcode"] = study.links["C02"][0]["barcode"]


def plant_late_collection(study):
    study.links["C01"][0]["collected_at"] = "2026-12-01"


def plant_lost_sample(study):
    study.links["C04"].append({**study.links["C04"][0], "sample": "SIM-9999", "blinding_code": "B-9999", "barcode": "99999"})


def plant_same_run(study):
    (study.sent / "C02" / "again.rdml").write_bytes((study.sent / "C01" / "C01-1.rdml").read_bytes())
    study.rows["C02"].append({**study.run_of("C02-1"), "run": "C02-2", "files": "again.rdml"})


def plant_unreadable(study):
    (study.sent / "C01" / "C01-1.rdml").write_bytes(b"PK nothing")


@pytest.mark.parametrize("plant, check, status", [
    (plant_copy, "curve_affine", 0),
    (plant_edit, "run_file_changed", 4),
    (plant_overlap, "retest_not_declared", 4),
    (plant_unlinked, "sample_not_linked", 4),
    (plant_code_twice, "code_linked_twice", 4),
    (plant_barcode_twice, "barcode_twice", 4),
    (plant_late_collection, "run_before_collection", 4),
    (plant_lost_sample, "sample_not_tested", 0),
    (plant_same_run, "curve_identical", 4),
    (plant_unreadable, "run_not_read", 4),
])
def test_a_planted_fault_is_named(study, plant, check, status):
    plant(study)
    study.send()
    outcome, rows = study.check()
    assert outcome.returncode == status, outcome.stdout + outcome.stderr
    assert check in {row["check"] for row in rows}
    for row in rows:
        assert re.fullmatch(r"[0-9a-f]{8}", row["query"]) and row["zh"] and row["en"] and row["answer"] == ""
    again = list(csv.DictReader((study.folder / "queries/queries.csv").open(encoding="utf-8")))
    study.check()
    assert again == list(csv.DictReader((study.folder / "queries/queries.csv").open(encoding="utf-8")))


def test_instruments_that_list_more_than_was_submitted(study, tmp_path):
    study.send()
    listed = tmp_path / "instrument.csv"
    listed.write_text("run,serial,started_at,ended_at,status\nC01-1,SIMULATED,2026-02-03T09:00:00,,completed\n"
                      "C01-0,SIMULATED,2026-02-02T09:00:00,,aborted\n", encoding="utf-8")
    assert validate("import", study.folder, "instruments", listed, "--centre", "C01").returncode == 0
    outcome, rows = study.check()
    assert "run_not_submitted" in {row["check"] for row in rows}
    assert "C01-0" in outcome.stdout


def test_real_data_in_a_simulated_study_and_the_reverse(study):
    path = study.folder / "protocol.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("simulated = true", "simulated = false"), encoding="utf-8")
    study.send()
    outcome, rows = study.check()
    assert outcome.returncode == 4
    assert {row["check"] for row in rows} == {"run_simulated"}
    assert len(rows) == 6


def test_the_words_are_chinese_first(study):
    plant_unlinked(study)
    study.send()
    process = subprocess.run([pathlib.Path(os.environ["QPCR_BIN"]) / "qpcr-validate", "check", study.folder],
                             capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
                             env={key: value for key, value in os.environ.items() if key != "QPCR_LANG"})
    assert "阻断" in process.stdout and "对应表中没有记录" in process.stdout
