"""qpcr-validate from an empty protocol to an unblinded study: what its users type, and everything that is refused."""

import csv
import hashlib
import io
import os
import pathlib
import re
import subprocess
import tomllib
import zipfile

import pytest

BIN = pathlib.Path(os.environ["QPCR_BIN"])
SOURCE = pathlib.Path(os.environ["QPCR_SOURCE_DIR"])
TRIAL = SOURCE / "validation_data/demo_trial"
ASSAY = SOURCE / "validation_data/assays/demo-methylation.toml"


COLUMNS = ("subject", "sex", "group", "reference_standard", "comparator.afp", "stage_bclc")
MAPPING = 'schema = "qpcr.mapping/1"\nformat = "csv"\ndecimal = "dot"\ndates = "ymd"\n' + "".join(
    f'[column."{name}"]\nfrom = "{name.removeprefix("comparator.")}"\n' for name in COLUMNS)
TABLE = ("subject,sex,group,reference_standard,afp,stage_bclc\n"
         "SIM-C01-001,male,hcc,positive,12,A\nSIM-C01-002,female,controls,negative,3,\n")


def run(program, *arguments):
    return subprocess.run([BIN / program, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=300,
                          stdin=subprocess.DEVNULL, env={**os.environ, "QPCR_LANG": "en"})


def validate(*arguments):
    return run("qpcr-validate", *arguments)


def protocol_text():
    header = (SOURCE / "tests/study/protocol/example_protocol.hpp").read_text(encoding="utf-8")
    text = re.search(r'R"\((.*?)\)"', header, re.S).group(1)
    sha256 = re.search(r"[0-9a-f]{64}", run("qpcr", "assay", "show", ASSAY).stdout).group(0)
    version = tomllib.loads(ASSAY.read_text(encoding="utf-8"))["version"]
    text = re.sub(r'assay_sha256 = "[^"]*"', f'assay_sha256 = "{sha256}"', text)
    return re.sub(r'assay_version = "[^"]*"', f'assay_version = "{version}"', text)


@pytest.fixture(name="study")
def study_fixture(tmp_path):
    folder = tmp_path / "trial"
    folder.mkdir()
    (tmp_path / "assays").mkdir()
    (tmp_path / "assays/demo-methylation.toml").write_bytes(ASSAY.read_bytes())
    (folder / "protocol.toml").write_text(protocol_text(), encoding="utf-8")
    made = run("qpcr", "key", "new", "-o", tmp_path / "key", "--holder", "Statistician")
    assert made.returncode == 0, made.stderr
    return folder


@pytest.fixture(name="sent")
def sent_fixture(tmp_path):
    """What a centre sends: subjects, a mapping, a list of runs with its file."""
    folder = tmp_path / "sent"
    (folder / "runs").mkdir(parents=True)
    (folder / "subjects.csv").write_text(TABLE, encoding="utf-8")
    (folder / "mapping.toml").write_text(MAPPING, encoding="utf-8")
    (folder / "runs/C01-1.rdml").write_bytes((TRIAL / "runs/C01-1.rdml").read_bytes())
    (folder / "runs.csv").write_text("run,centre,files,status\nC01-1,C01,runs/C01-1.rdml,completed\n", encoding="utf-8")
    (folder / "codes.csv").write_text("blinding_code,subject\nB001,SIM-C01-001\n", encoding="utf-8")
    return folder


def send(study, sent, *more):
    return validate("import", study, "clinical", sent / "subjects.csv", "--centre", "C01", "--mapping",
                    sent / "mapping.toml", *more)


def write_rows(path, rows):
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


def seal(command, study, *more, key=True):
    keys = ("--key", study.parent / "key") if key else ()
    return validate(command, study, "--reason", "as planned", *keys, *more)


def test_an_empty_workbook_names_every_field_and_a_filled_one_says_the_same_as_toml(tmp_path, study):
    assert validate("new", tmp_path / "empty").returncode == 0
    with zipfile.ZipFile(tmp_path / "empty/protocol.xlsx") as book:
        sheets = "".join(book.read(name).decode() for name in book.namelist() if name.startswith("xl/worksheets/"))
    for text in ("study.intended_use_zh", "预期用途（中文）", "analysis.confidence", "(ethics_approved_on)", "(cuts)"):
        assert text in sheets
    refused = validate("protocol", tmp_path / "empty/protocol.xlsx")
    assert refused.returncode == 3 and "study.id" in refused.stderr and "required" in refused.stderr
    assert "nothing is overwritten" in validate("new", tmp_path / "empty").stderr

    written = validate("protocol", study / "protocol.toml", "-o", tmp_path / "filled.xlsx")
    assert written.returncode == 0, written.stderr
    again = validate("protocol", tmp_path / "filled.xlsx", "-o", tmp_path / "again.toml")
    assert again.returncode == 0, again.stderr
    assert written.stdout == again.stdout
    assert validate("protocol", tmp_path / "again.toml").stdout == written.stdout
    assert tomllib.loads((tmp_path / "again.toml").read_text(encoding="utf-8")) == tomllib.loads(protocol_text())


def test_the_toml_form_is_valid_and_explains_itself(tmp_path):
    for kind in ("clinical", "analytical"):
        assert validate("new", tmp_path / kind, "--kind", kind, "--form", "toml").returncode == 0
        text = (tmp_path / kind / "protocol.toml").read_text(encoding="utf-8")
        assert tomllib.loads(text)["study"] == {"kind": kind}
        assert ("[[endpoint]]" in text) == (kind == "clinical")


def test_two_forms_that_differ_are_refused(study):
    assert validate("protocol", study / "protocol.toml", "-o", study / "protocol.xlsx").returncode == 0
    text = protocol_text().replace('sponsor = "SIM"', 'sponsor = "Other"')
    (study / "protocol.toml").write_text(text, encoding="utf-8")
    refused = seal("sign-plan", study)
    assert refused.returncode == 3
    assert "[study 1] sponsor: 'Other' / 'SIM'" in refused.stderr


def test_a_study_from_import_to_unblinding(study, sent):
    assert send(study, sent).returncode == 0
    imported = validate("import", study, "runs", sent / "runs.csv", "--centre", "C01")
    assert imported.returncode == 0, imported.stderr
    assert "imported 2 file(s)" in imported.stderr
    kept = study / "imports/000003/files/runs/C01-1.rdml"
    assert kept.read_bytes() == (sent / "runs/C01-1.rdml").read_bytes()

    assert "plan is not signed" in seal("lock", study, "--codes", sent / "codes.csv").stderr
    assert seal("sign-plan", study).returncode == 0
    assert "table of codes" in seal("lock", study).stderr
    locked = seal("lock", study, "--codes", sent / "codes.csv")
    assert locked.returncode == 0, locked.stderr
    assert not (study / "blinding").exists()

    late = send(study, sent, "--reason", "answer to query 3")
    assert late.returncode == 2 and "--after-lock" in late.stderr
    assert seal("unlock", study, key=False).returncode == 0
    assert seal("lock", study, "--codes", sent / "codes.csv").returncode == 0

    other = sent / "other.csv"
    other.write_text("blinding_code,subject\nB001,SIM-C01-002\n", encoding="utf-8")
    assert seal("unblind", study, "--codes", other).returncode == 6
    assert seal("unblind", study, "--codes", sent / "codes.csv").returncode == 0
    assert seal("unblind", study, "--codes", sent / "codes.csv").returncode == 3
    assert seal("unlock", study, key=False).returncode == 3

    audit = validate("audit", study)
    assert audit.returncode == 0, audit.stderr
    events = [line.split()[2] for line in audit.stdout.splitlines() if re.match(r"\d+ ", line)]
    assert events == ["study_created", "imported", "imported", "plan_signed", "locked", "unlocked", "locked", "unblinded"]
    assert "phase unblinded" in audit.stdout


def test_what_is_asked_is_answered_before_the_lock(study, sent):
    (sent / "subjects.csv").write_text(TABLE.replace("positive,12,A", "positive,,A"), encoding="utf-8")
    assert send(study, sent).returncode == 0
    assert seal("sign-plan", study).returncode == 0
    refused = seal("lock", study, "--codes", sent / "codes.csv")
    assert refused.returncode == 3 and "1 open" in refused.stderr and "SIM-C01-001" in refused.stderr
    checked = validate("check", study, "--out", study / "queries")
    assert checked.returncode == 0 and "0 blocking, 1 queries" in checked.stdout
    path = study / "queries/queries.csv"
    query = next(csv.DictReader(path.open(encoding="utf-8")))
    assert query["check"] == "clinical_comparator_missing" and query["resolution"] == ""
    for changes, said in (({"resolution": "deviation", "answer": "x"}, "confirmed, explained or corrected"),
                          ({"resolution": "explained"}, "a sentence"),
                          ({"resolution": "explained", "answer": "call 13812345678"}, "number of a person"),
                          ({"query": "00000000", "resolution": "explained", "answer": "x"}, "asks now")):
        write_rows(sent / "answers.csv", [{**query, **changes}])
        wrong = validate("answer", study, sent / "answers.csv")
        assert wrong.returncode == 3 and said in wrong.stderr, wrong.stderr
        assert "13812345678" not in wrong.stderr
    write_rows(sent / "answers.csv", [{**query, "resolution": "explained", "answer": "not done at the visit"}])
    assert validate("answer", study, sent / "answers.csv").returncode == 0
    assert "→ explained: not done at the visit" in validate("check", study).stdout
    assert seal("lock", study, "--codes", sent / "codes.csv").returncode == 0


def test_clinical_data_with_persons_never_enter_the_study(study, sent):
    table = TABLE.replace("subject,", "姓名,住院号,subject,", 1).replace("SIM-C01-00", "张三,A0012345,SIM-C01-00")
    (sent / "subjects.csv").write_text(table, encoding="utf-8")
    refused = send(study, sent)
    assert refused.returncode == 3 and "drop" in refused.stderr
    persons = 'drop = ["姓名"]\npseudonymise = ["住院号"]\n[column.person]\nfrom = "住院号"\n'
    (sent / "mapping.toml").write_text(MAPPING.replace("[column", persons + "[column", 1), encoding="utf-8")
    assert "--pseudonym-key" in send(study, sent).stderr
    (sent / "secret").write_text("a secret of the study\n", encoding="utf-8")
    assert send(study, sent, "--pseudonym-key", sent / "secret").returncode == 0
    for path in study.rglob("*"):
        if path.is_file():
            assert "张三".encode() not in path.read_bytes() and b"A0012345" not in path.read_bytes(), path
    checked = validate("check", study)
    assert checked.returncode == 4 and "same person" in checked.stdout


def test_importing_again_lists_every_difference_and_needs_a_reason(study, sent):
    assert send(study, sent).returncode == 0
    changed = TABLE.replace("001,male", "001,female").replace("002,female,controls,negative,3,", "003,=1+1,controls,negative,3,")
    (sent / "subjects.csv").write_text(changed, encoding="utf-8")
    refused = send(study, sent)
    assert refused.returncode == 2 and "--reason" in refused.stderr
    rows = list(csv.reader(io.StringIO(refused.stdout)))
    assert rows == [["kind", "row", "column", "before", "after"],
                    ["changed", "SIM-C01-001", "sex", "male", "female"],
                    ["removed", "SIM-C01-002", "", "subject=SIM-C01-002; sex=female; group=controls; reference_standard=negative; afp=3", ""],
                    ["added", "SIM-C01-003", "", "", "subject=SIM-C01-003; sex==1+1; group=controls; reference_standard=negative; afp=3"]]
    assert len(list((study / "imports").iterdir())) == 1
    assert send(study, sent, "--reason", "corrected by the centre").returncode == 0
    audit = validate("audit", study).stdout
    assert "added=1" in audit and "removed=1" in audit and "changed=1" in audit


def test_everything_that_was_touched_is_noticed(study, sent):
    assert send(study, sent).returncode == 0
    assert seal("sign-plan", study).returncode == 0
    assert seal("lock", study, "--codes", sent / "codes.csv").returncode == 0
    head = validate("audit", study).stderr.strip().split("log line ")[1]
    number, sha256 = head.split(" sha256 ")
    assert validate("audit", study, "--head", f"{number}:{sha256}").returncode == 0

    table = study / "imports/000002/subjects.csv"
    original = table.read_bytes()
    table.write_bytes(original.replace(b"male", b"mael", 1))
    edited = validate("audit", study)
    assert edited.returncode == 6
    assert "subjects.csv" in edited.stderr and hashlib.sha256(original).hexdigest() in edited.stderr
    table.write_bytes(original)

    log = study / "study.log"
    lines = log.read_text(encoding="utf-8").splitlines(keepends=True)
    log.write_text("".join(lines[:-1]), encoding="utf-8")
    assert validate("audit", study).returncode == 0
    assert validate("audit", study, "--head", f"{number}:{sha256}").returncode == 6
    log.write_text("".join(lines).replace("C01", "C02", 1), encoding="utf-8")
    assert validate("audit", study).returncode == 6


def test_a_plan_that_changed_after_its_signature_blocks_the_lock(study, sent):
    assert send(study, sent).returncode == 0
    assert seal("sign-plan", study).returncode == 0
    text = protocol_text().replace("criterion_value = 0.6", "criterion_value = 0.5")
    (study / "protocol.toml").write_text(text, encoding="utf-8")
    refused = seal("lock", study, "--codes", sent / "codes.csv")
    assert refused.returncode == 3 and "whose plan was signed" in refused.stderr


def test_another_definition_than_the_protocol_names_blocks_the_lock(study, sent):
    assert send(study, sent).returncode == 0
    assert seal("sign-plan", study).returncode == 0
    definition = study.parent / "assays/demo-methylation.toml"
    text = ASSAY.read_text(encoding="utf-8")
    definition.write_text(text.replace('version = "1.0.0"', 'version = "1.0.1"', 1), encoding="utf-8")
    refused = seal("lock", study, "--codes", sent / "codes.csv")
    assert refused.returncode == 6 and "1.0.1" in refused.stderr and "as the protocol says" in refused.stderr


def test_the_signatures_are_verified_with_a_trust_list(study, sent, tmp_path):
    assert send(study, sent).returncode == 0
    assert seal("sign-plan", study).returncode == 0
    assert seal("lock", study, "--codes", sent / "codes.csv").returncode == 0
    shown = run("qpcr", "key", "show", tmp_path / "key").stdout
    public_key = re.search(r"[0-9a-f]{64}", shown).group(0)
    trusted = run("qpcr", "key", "trust", "add", "--file", tmp_path / "trust.toml", "--public-key", public_key, "--holder", "Statistician",
                  "--purpose", "study")
    assert trusted.returncode == 0, trusted.stderr
    audit = validate("audit", study, "--trust", tmp_path / "trust.toml")
    assert audit.returncode == 0, audit.stderr
    assert "plan signed by Statistician" in audit.stdout and "lock signed by Statistician" in audit.stdout
    for seal_file in (study / "seal").glob("lock-*"):
        seal_file.write_text(seal_file.read_text(encoding="utf-8").replace("as planned", "as desired"), encoding="utf-8")
    assert validate("audit", study, "--trust", tmp_path / "trust.toml").returncode == 6


@pytest.mark.parametrize("arguments, said", [
    (("clinical", "subjects.csv", "--centre", "C09", "--mapping", "mapping.toml"), "a centre of the protocol"),
    (("clinical", "subjects.csv", "--centre", "C01"), "--mapping"),
    (("clinical", "subjects.csv", "--mapping", "mapping.toml"), "--centre"),
    (("runs", "runs.csv", "--centre", "C02"), "the centre of the list"),
    (("runs", "subjects.csv", "--centre", "C01"), "run"),
    (("links", "subjects.csv", "--centre", "C01", "--mapping", "mapping.toml"), "only clinical data"),
    (("clinical", "none.csv", "--centre", "C01", "--mapping", "mapping.toml"), "none.csv"),
    (("clinical", "subjects.csv", "--centre", "C01", "--mapping", "mapping.toml", "--after-lock"), "not locked"),
])
def test_imports_that_are_refused_leave_nothing(study, sent, arguments, said):
    paths = [sent / each if each.endswith((".csv", ".toml")) else each for each in arguments]
    refused = validate("import", study, *paths)
    assert refused.returncode != 0 and said in refused.stderr
    assert not (study / "imports").exists()
