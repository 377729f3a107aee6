"""Wrong files and wrong requests: one clear line with file and place, the right exit status, nothing written."""

import io
import os
import zipfile

import pytest

from conftest import DATA

ASSAY = DATA / "assays/demo-methylation.toml"
COVARIATES = DATA / "demo_methylation_plate/covariates.csv"


def zipped(members, compression=zipfile.ZIP_DEFLATED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return buffer.getvalue()


def wide(values, header="cycle,a"):
    return (header + "\n" + "".join(f"{i},{v}\n" for i, v in enumerate(values, 1))).encode()


RDML = '<rdml xmlns="http://www.rdml.org" version="1.2">{}</rdml>'
REACT = '<experiment id="e"><run id="r">{}</run></experiment>'
POINT = '<react id="{}"><sample id="s"/><data><tar id="t"/><adp><cyc>{}</cyc><fluor>{}</fluor></adp></data></react>'

BAD_FILES = {
    "empty.csv": b"",
    "one_byte.csv": b"x",
    "random.bin": bytes((i * 7919 + 13) % 256 for i in range(5000)),
    "truncated.rdml": zipped([("rdml_data.xml", RDML.format("") * 50)])[:60],
    "no_member.zip": zipped([]),
    "parent.rdml": zipped([("../rdml_data.xml", RDML.format(""))]),
    "absolute.rdml": zipped([("/etc/rdml_data.xml", RDML.format(""))]),
    "doctype.rdml": zipped([("rdml_data.xml", '<!DOCTYPE x [<!ENTITY a "b">]>' + RDML.format(""))]),
    "deep.rdml": zipped([("rdml_data.xml", "<rdml xmlns='http://www.rdml.org' version='1.2'>" + "<a>" * 5000 + "</a>" * 5000 + "</rdml>")]),
    "nan.rdml": zipped([("rdml_data.xml", RDML.format(REACT.format(POINT.format(1, 1, "NaN"))))]),
    "inf.rdml": zipped([("rdml_data.xml", RDML.format(REACT.format(POINT.format(1, 1, "INF"))))]),
    "text.rdml": zipped([("rdml_data.xml", RDML.format(REACT.format(POINT.format(1, 1, "3O.2"))))]),
    "twice.rdml": zipped([("rdml_data.xml", RDML.format(REACT.format(POINT.format(1, 1, 5) + POINT.format(1, 1, 6))))]),
    "nan.csv": wide([1, 2, "nan", 4]),
    "inf.csv": wide([1, 2, "inf", 4]),
    "mixed_commas.csv": wide([1.25, 2, "\"3,5\"", 4]),
    "column_twice.csv": wide(["1,2"] * 5, "cycle,a,a"),
    "short_row.csv": b"cycle,a,b\n1,2\n2,3\n",
    "unclosed.csv": b"cycle,\"a\n1,2\n",
    "encoding.csv": b"cycle,\xff\xfe\x00a\n1,2\n",
    "cfx_without_wells.csv": b",Cycle\r\n,1\r\n",
}


@pytest.mark.parametrize("name", sorted(BAD_FILES))
def test_a_bad_file_gives_one_line_that_names_it(qpcr, tmp_path, name):
    path = tmp_path / name
    path.write_bytes(BAD_FILES[name])
    for command in ("info", "curves", "cq"):
        outcome = qpcr(command, path)
        assert outcome.status == 3, (command, outcome.err)
        assert outcome.out == ""
        assert name in outcome.err
        assert len(outcome.err.splitlines()) <= 12 and "unexpected fault" not in outcome.err


@pytest.mark.parametrize("name, place", [("nan.rdml", "NaN"), ("text.rdml", "3O.2"), ("nan.csv", "line 4"), ("inf.csv", "line 4"),
                                         ("twice.rdml", "twice"), ("column_twice.csv", "'a'"), ("doctype.rdml", "DOCTYPE"),
                                         ("parent.rdml", "..")])
def test_the_line_names_the_place(qpcr, tmp_path, name, place):
    path = tmp_path / name
    path.write_bytes(BAD_FILES[name])
    assert place in qpcr("info", path).err


def test_bombs_are_refused_quickly_and_without_memory(qpcr, tmp_path):
    bombs = {
        "ratio.rdml": zipped([("rdml_data.xml", b" " * (40 << 20))]),
        "many.rdml": zipped([(f"m{i}.xml", b"") for i in range(10_001)], zipfile.ZIP_STORED),
    }
    for name, data in bombs.items():
        path = tmp_path / name
        path.write_bytes(data)
        outcome = qpcr("info", path, preexec_fn=lambda: __import__("resource").setrlimit(__import__("resource").RLIMIT_CPU, (5, 5)))
        assert outcome.status == 3, outcome.err
        assert name in outcome.err


def test_missing_files_and_folders(qpcr, tmp_path):
    outcome = qpcr("info", tmp_path / "none.rdml")
    assert outcome.status == 3 and "no such file" in outcome.err
    outcome = qpcr("info", tmp_path)
    assert outcome.status == 3 and "folder" in outcome.err


def analyze(qpcr, tmp_path, plate, assay=ASSAY, covariates=COVARIATES):
    arguments = ["analyze", plate, "--assay", assay, "--out", tmp_path / "out"]
    if covariates:
        arguments += ["--covariates", covariates]
    outcome = qpcr(*arguments)
    assert not (tmp_path / "out").exists() or sorted(os.listdir(tmp_path / "out"))
    return outcome


def changed_plate(plate, tmp_path, old, new):
    with zipfile.ZipFile(plate) as archive:
        name = archive.namelist()[0]
        text = archive.read(name).decode()
    assert old in text
    path = tmp_path / "changed.rdml"
    path.write_bytes(zipped([(name, text.replace(old, new))]))
    return path


def test_a_dye_the_assay_does_not_name_is_refused(qpcr, plate, tmp_path):
    outcome = analyze(qpcr, tmp_path, changed_plate(plate, tmp_path, '"ROX"', '"TAMRA"'))
    assert outcome.status == 5
    assert "TAMRA" in outcome.err or "ROX" in outcome.err
    assert not (tmp_path / "out").exists()


def test_an_identity_number_as_sample_is_refused_and_masked(qpcr, plate, tmp_path):
    path = changed_plate(plate, tmp_path, '"SIM-0001"', '"11010519491231002X"')
    outcome = analyze(qpcr, tmp_path, path)
    assert outcome.status == 3
    assert "19491231" not in outcome.err + outcome.out
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("text, place", [
    ("sample,sex,afp\nSIM-0001,male,3\n", "unit"),
    ("sample,sex,afp [mg/L]\nSIM-0001,male,3\n", "ng/mL"),
    ("sample,sex,afp [ng/mL]\nSIM-0001,1,3\n", "male"),
    ("sample,sex,afp [ng/mL]\nSIM-0001,male,\"3,5\"\n", "line 2"),
    ("sample,sex,afp [ng/mL]\nSIM-0001,male,3\nSIM-0001,male,3\n", "SIM-0001"),
    ("sample,sex,afp [ng/mL],bmi [kg/m2]\nSIM-0001,male,3,20\n", "bmi"),
    ("sex,afp [ng/mL]\nmale,3\n", "sample"),
])
def test_covariates_are_checked_before_anything_is_written(qpcr, plate, tmp_path, text, place):
    table = tmp_path / "covariates.csv"
    table.write_text(text)
    outcome = analyze(qpcr, tmp_path, plate, covariates=table)
    assert outcome.status == 3, outcome.err
    assert "covariates.csv" in outcome.err and place in outcome.err
    assert not (tmp_path / "out").exists()


def test_an_assay_that_is_no_assay_is_refused(qpcr, plate, tmp_path):
    for text in ("", "not toml =", "schema = \"qpcr.assay/9\"\n", "schema = \"qpcr.study/1\"\n"):
        assay = tmp_path / "assay.toml"
        assay.write_text(text)
        outcome = analyze(qpcr, tmp_path, plate, assay=assay)
        assert outcome.status == 5, (text, outcome.err)
        assert "assay.toml" in outcome.err
