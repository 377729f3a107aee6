"""qpcr convert: every format, what it lists, and the files it leaves alone."""

import csv
import io
import json
import zipfile

import openpyxl
import pytest


def readings(text):
    return [(r["well"], r["target"], r["cycle"], r["fluorescence"]) for r in csv.DictReader(io.StringIO(text))]


@pytest.mark.parametrize("name", ["rdml", "rdml-1.2", "rdes"])
def test_a_format_that_is_read_gives_the_readings_back(qpcr, plate, tmp_path, name):
    assert qpcr("convert", plate, "--to", name, "-o", tmp_path / "again").status == 0
    assert readings(qpcr("curves", tmp_path / "again").out) == readings(qpcr("curves", plate).out)


def test_rdml_says_its_version(qpcr, plate, tmp_path):
    for name, version in (("rdml", "1.3"), ("rdml-1.2", "1.2")):
        qpcr("convert", plate, "--to", name, "--out", tmp_path / name)
        with zipfile.ZipFile(tmp_path / name) as archive:
            assert f'version="{version}"'.encode() in archive.read("rdml_data.xml")[:200]


def test_asm_lists_what_nobody_states_and_takes_what_the_user_does(qpcr, plate, tmp_path):
    silent = qpcr("convert", plate, "--to", "asm")
    assert silent.status == 0 and "'well volume' is not stated" in silent.err
    stated = qpcr("convert", plate, "--to", "asm", "--well-volume", "20", "--method-id", "M-1")
    assert "well volume" not in stated.err
    document = json.loads(stated.out)["qpcr aggregate document"]["qpcr document"][0]["measurement aggregate document"]
    assert document["well volume"] == {"value": 20.0, "unit": "μL"}
    expected = {(r["well"], r["target"]) for r in csv.DictReader(io.StringIO(qpcr("curves", plate).out))}
    found = {(m["sample document"]["location identifier"], m["target DNA description"]) for m in document["measurement document"]}
    assert found == expected


def test_a_workbook_opens_elsewhere(qpcr, plate, tmp_path):
    assert qpcr("convert", plate, "--to", "xlsx", "-o", tmp_path / "run.xlsx").status == 0
    sheet = openpyxl.load_workbook(tmp_path / "run.xlsx")["amplification"]
    assert sheet.max_row - 1 == len(readings(qpcr("curves", plate).out))


def test_a_file_that_is_there_is_replaced_only_by_force(qpcr, plate, tmp_path):
    out = tmp_path / "run.rdml"
    out.write_text("precious")
    refused = qpcr("convert", plate, "--to", "rdml", "--out", out)
    assert refused.status == 2 and "--force" in refused.err and out.read_text() == "precious"
    assert qpcr("convert", plate, "--to", "rdml", "--out", out, "--force").status == 0
    assert out.read_bytes()[:2] == b"PK"


def test_several_files_go_into_a_folder_or_not_at_all(qpcr, plate, tmp_path):
    assert qpcr("convert", plate, "--to", "setup-cfx").status == 2
    folder = tmp_path / "setup"
    assert qpcr("convert", plate, "--to", "setup-cfx", "--out", folder).status == 0
    files = sorted(file.name for file in folder.iterdir())
    assert len(files) > 1 and all(name.endswith(".csv") for name in files)
    (folder / files[0]).unlink()
    assert qpcr("convert", plate, "--to", "setup-cfx", "--out", folder).status == 2
    assert not (folder / files[0]).exists()


def test_every_place_of_what_is_not_written_is_listed_on_demand(qpcr, plate, tmp_path):
    outcome = qpcr("convert", plate, "--to", "rdes", "--out", tmp_path / "x.tsv", "--not-written", tmp_path / "list.csv")
    entries = list(csv.DictReader((tmp_path / "list.csv").open(encoding="utf-8")))
    assert entries and all(entry["why"] in outcome.err for entry in entries)


def test_a_set_up_table_becomes_files_for_instruments(qpcr, tmp_path):
    table = tmp_path / "plate.csv"
    table.write_text("well,sample,target,dye,role,quantity\nA1,=1+1,T,FAM,unknown,\nB1,S,T,FAM,std,1000\n")
    setup = qpcr("convert", table, "--from-setup", "--to", "setup-cfx", "--out", tmp_path / "cfx.csv")
    assert setup.status == 0 and "role standard" in setup.err
    lines = (tmp_path / "cfx.csv").read_bytes().split(b"\r\n")
    assert lines[0] == b"Row,Column,*Target Name,*Sample Name" and lines[1] == b"A,1,T,=1+1" and len(lines) == 98
    assert qpcr("convert", table, "--from-setup", "--to", "setup-rdml", "--out", tmp_path / "set.rdml").status == 0
    table.write_text("well,role\nA1,boss\n")
    wrong = qpcr("convert", table, "--from-setup", "--to", "setup-csv")
    assert wrong.status == 3 and "line 2" in wrong.err and "'role'" in wrong.err


def test_formulas_are_guarded_and_numbers_are_not(qpcr, tmp_path):
    table = tmp_path / "curves.csv"
    table.write_text("cycle,=A1,b\n1,-0.5,2\n2,1,2\n")
    guarded = qpcr("convert", table, "--to", "csv").out
    assert ",'=A1," in guarded and ",-0.5\n" in guarded
    assert ",=A1," in qpcr("convert", table, "--to", "csv", "--plain-text").out
