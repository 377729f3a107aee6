"""qpcr key, qpcr assay sign and qpcr assay verify, as a quality officer uses them."""

import datetime
import hashlib
import json
import os
import pathlib
import stat
import subprocess

import pytest

from conftest import BIN, DATA

SHA = hashlib.sha256(b"record").hexdigest()
RECORD = f'{{ method = "Youden", dataset = "A", cases = 60, controls = 120, date = 2026-01-15, record_sha256 = "{SHA}" }}'
VERIFICATION = RECORD.replace('"A"', '"B"')


def released_text():
    """The demonstration panel as if it were released: every record that a release asks for."""
    text = (DATA / "assays/demo-methylation.toml").read_text(encoding="utf-8")
    text = text.replace('status = "simulated"', 'status = "released"').replace('certainty = "assumed"', 'certainty = "found"')
    head, *rules = text.split("[[rules]]\n")
    rules = [f"establishment = {RECORD}\nverification = {VERIFICATION}\n{rule}" for rule in rules]
    text = "[[rules]]\n".join([head, *rules])
    today = datetime.datetime.now(datetime.timezone.utc).date()
    return text + f"""
[release]
laboratory_developed_test = "LDT-1"
verified_by = "Laboratory 1"
verification_date = {today - datetime.timedelta(days=30)}
verification_sha256 = "{SHA}"
valid_from = {today - datetime.timedelta(days=10)}
valid_until = {today + datetime.timedelta(days=300)}
"""


@pytest.fixture(name="desk")
def desk_fixture(tmp_path, qpcr):
    """A key, a list that trusts it, and a definition ready to be signed."""
    (tmp_path / "assay.toml").write_text(released_text(), encoding="utf-8")
    assert qpcr("key", "new", "--holder", "QA of laboratory 1", "-o", tmp_path / "qa.key").status == 0
    assert qpcr("key", "trust", "add", "--file", tmp_path / "trust.toml", "--key", tmp_path / "qa.key", "--purpose", "release").status == 0
    return tmp_path


def sign(qpcr, desk, *more):
    return qpcr("assay", "sign", desk / "assay.toml", "--key", desk / "qa.key", "--reason", "verified on 120 samples", *more)


def verify(qpcr, desk, *more):
    return qpcr("assay", "verify", desk / "assay.toml", "--trust", desk / "trust.toml", *more)


def test_new_key_is_private_and_never_overwritten(qpcr, tmp_path):
    path = tmp_path / "qa.key"
    made = qpcr("key", "new", "--holder", "QA", "-o", path)
    assert made.status == 0 and stat.S_IMODE(path.stat().st_mode) == 0o600
    content = json.loads(path.read_text())
    assert made.out == f"id {content['id']}\npublic_key {content['public_key']}\n"
    assert content["id"] == hashlib.sha256(bytes.fromhex(content["public_key"])).hexdigest()[:16]
    assert content["secret"] not in made.out + made.err
    again = qpcr("key", "new", "--holder", "QA", "-o", path)
    assert again.status == 1 and "never overwritten" in again.err
    shown = qpcr("key", "show", path)
    assert shown.status == 0 and "holder QA\n" in shown.out and content["secret"] not in shown.out
    path.chmod(0o644)
    assert qpcr("key", "show", path).status == 6


def test_passphrase_comes_from_a_private_file(qpcr, desk):
    words = desk / "words"
    words.write_text("correct horse\n")
    words.chmod(0o600)
    assert qpcr("key", "new", "--holder", "B", "-o", desk / "b.key", "--passphrase-file", words).status == 0
    content = json.loads((desk / "b.key").read_text())
    assert "secret" not in content and content["encrypted_secret"]["derivation"] == "argon2id13"
    arguments = ("assay", "sign", desk / "assay.toml", "--key", desk / "b.key", "--reason", "r")
    # No terminal to ask on: refused, never silently signed.
    assert qpcr(*arguments, start_new_session=True).status == 2
    wrong = desk / "wrong"
    wrong.write_text("other\n")
    wrong.chmod(0o600)
    assert qpcr(*arguments, "--passphrase-file", wrong).status == 6
    words.chmod(0o640)
    assert qpcr(*arguments, "--passphrase-file", words).status == 6
    words.chmod(0o600)
    assert qpcr(*arguments, "--passphrase-file", words).status == 0


def test_passphrase_is_asked_on_a_terminal_without_echo(tmp_path):
    primary, secondary = os.openpty()
    path = tmp_path / "t.key"
    process = subprocess.Popen(["setsid", "--ctty", BIN / "qpcr", "key", "new", "--holder", "T", "-o", path, "--ask-passphrase"],
                               stdin=secondary, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    os.close(secondary)
    seen = b""
    for expected in (b"Passphrase: ", b"The same again: "):
        while expected not in seen:
            seen += os.read(primary, 1024)
        os.write(primary, b"correct horse\n")
    assert process.wait(timeout=60) == 0, process.stderr.read()
    os.close(primary)
    assert b"correct" not in seen and "encrypted_secret" in json.loads(path.read_text())


def test_trust_list_names_and_refuses(qpcr, desk):
    listed = qpcr("key", "trust", "list", "--file", desk / "trust.toml")
    assert listed.status == 0 and "QA of laboratory 1" in listed.out and "release" in listed.out
    again = qpcr("key", "trust", "add", "--file", desk / "trust.toml", "--key", desk / "qa.key", "--purpose", "release")
    assert again.status == 3 and "listed twice" in again.err
    before = (desk / "trust.toml").read_text()
    for arguments in (("--public-key", "12", "--holder", "X", "--purpose", "release"),
                      ("--public-key", "1" * 64, "--purpose", "release"),
                      ("--public-key", "1" * 64, "--holder", "X", "--purpose", "everything"),
                      ("--public-key", "1" * 64, "--holder", "X", "--purpose", "audit", "--valid-from", "2026-02-30")):
        assert qpcr("key", "trust", "add", "--file", desk / "trust.toml", *arguments).status == 2
    assert (desk / "trust.toml").read_text() == before


def test_sign_and_verify(qpcr, desk):
    made = sign(qpcr, desk, "--log", desk / "log.jsonl")
    assert made.status == 0, made.err
    content = json.loads((desk / "assay.toml.signature.json").read_text())
    assert content["subject"] == "demo-methylation 1.0.0" and content["purpose"] == "release"
    held = verify(qpcr, desk)
    assert held.status == 0, held.err
    assert "signed by QA of laboratory 1" in held.out and "verified on 120 samples" in held.out and content["content_sha256"] in held.out
    signature_sha256 = hashlib.sha256((desk / "assay.toml.signature.json").read_bytes()).hexdigest()
    assert f"signature sha256 {signature_sha256}\ntrust list sha256 " in held.out
    record = json.loads((desk / "log.jsonl").read_text())
    assert record["event"] == "assay_signed" and record["details"]["sha256"] == content["content_sha256"]
    assert "QA" not in (desk / "log.jsonl").read_text()
    second = sign(qpcr, desk)
    assert second.status == 2 and "never overwritten" in second.err


def test_layout_is_no_change_and_a_constant_is(qpcr, desk):
    assert sign(qpcr, desk).status == 0
    path = desk / "assay.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text("# moved\n\n" + text, encoding="utf-8")
    assert verify(qpcr, desk).status == 0
    path.write_text(text.replace("at_most = 9.0", "at_most = 9.1"), encoding="utf-8")
    changed = verify(qpcr, desk)
    assert changed.status == 6 and "another content" in changed.err and changed.out == ""


def test_a_forged_signature_does_not_hold(qpcr, desk):
    assert sign(qpcr, desk).status == 0
    path = desk / "assay.toml.signature.json"
    good = json.loads(path.read_text())
    for member, value in {"content_sha256": "0" * 64, "subject": "other 1.0.0", "purpose": "audit", "reason": "other",
                          "signed_at": "2026-01-01T00:00:00Z", "key_id": "0" * 16, "bytes": "0" * 128}.items():
        path.write_text(json.dumps({**good, member: value}))
        assert verify(qpcr, desk).status == 6, member
    path.write_text(json.dumps({**good, "more": "1"}))
    assert verify(qpcr, desk).status == 3
    path.unlink()
    assert verify(qpcr, desk).status == 3


def test_no_program_accepts_a_test_key(qpcr, desk):
    assert qpcr("key", "new", "--holder", "T", "--test-key", "-o", desk / "t.key").status == 0
    assert qpcr("key", "trust", "add", "--file", desk / "trust.toml", "--key", desk / "t.key", "--purpose", "release").status == 0
    made = qpcr("assay", "sign", desk / "assay.toml", "--key", desk / "t.key", "--reason", "r")
    assert made.status == 0 and "test key" in made.err
    refused = verify(qpcr, desk)
    assert refused.status == 6 and "test key" in refused.err


def test_a_test_key_cannot_be_laundered_by_its_public_part(qpcr, desk):
    assert qpcr("key", "new", "--holder", "T", "--test-key", "-o", desk / "t.key").status == 0
    public = json.loads((desk / "t.key").read_text())["public_key"]
    assert qpcr("key", "trust", "add", "--file", desk / "trust.toml", "--public-key", public, "--holder", "QA", "--purpose", "release").status == 0
    assert "(test)" in qpcr("key", "trust", "list", "--file", desk / "trust.toml").out
    assert qpcr("assay", "sign", desk / "assay.toml", "--key", desk / "t.key", "--reason", "r").status == 0
    path = desk / "trust.toml"
    path.write_text(path.read_text().replace("test = true\n", ""))
    refused = verify(qpcr, desk)
    assert refused.status == 6 and "test key" in refused.err
    edited = desk / "edited.key"
    edited.write_text((desk / "t.key").read_text().replace('"test_key": true', '"test_key": false'))
    edited.chmod(0o600)
    assert qpcr("key", "show", edited).status == 6


@pytest.mark.parametrize("before, after, words", [
    ('status = "released"', 'status = "draft"', "not 'released'"),
    ('certainty = "found"', 'certainty = "recalled"', "nothing recalled or assumed"),
    (f"verification = {VERIFICATION}", "", "established and verified"),
])
def test_what_is_not_complete_is_not_signed(qpcr, desk, before, after, words):
    path = pathlib.Path(desk / "assay.toml")
    path.write_text(path.read_text(encoding="utf-8").replace(before, after, 1), encoding="utf-8")
    made = sign(qpcr, desk)
    assert made.status == 5 and words in made.err
    assert not (desk / "assay.toml.signature.json").exists()


def test_expired_definition_verifies_and_says_so(qpcr, desk):
    path = desk / "assay.toml"
    text = path.read_text(encoding="utf-8")
    tomorrow = datetime.datetime.now(datetime.timezone.utc).date() + datetime.timedelta(days=2)
    lines = [f"valid_from = {tomorrow}" if line.startswith("valid_from") else line for line in text.splitlines()]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert sign(qpcr, desk).status == 0
    early = verify(qpcr, desk)
    assert early.status == 5 and "not yet" in early.err and "signed by" in early.out


def test_a_broken_log_stops_the_signing(qpcr, desk):
    assert sign(qpcr, desk, "--log", desk / "log.jsonl").status == 0
    log = desk / "log.jsonl"
    log.write_text(log.read_text().replace("demo-methylation", "demo-methylatiom"))
    (desk / "assay.toml.signature.json").unlink()
    refused = sign(qpcr, desk, "--log", log)
    assert refused.status == 6 and "line 1" in refused.err
    assert not (desk / "assay.toml.signature.json").exists()
