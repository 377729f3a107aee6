"""Files that need the user's help to open: maps of columns, keys; and the table of instruments."""

import io
import json
import zipfile

from conftest import SOURCE

TABLE = "Tube,Who,Hit,Odd\nA1,s1,20.5,x\nA2,s2,none seen,y\n"


def test_instruments_lists_every_layout_with_its_maturity(qpcr):
    outcome = qpcr("instruments")
    assert outcome.status == 0
    page = (SOURCE / "docs/instruments.md").read_text(encoding="utf-8")
    for line in outcome.out.splitlines():
        assert line in page
    document = json.loads(qpcr("instruments", "--json").out)
    assert document["schema"] == "qpcr.instruments/1"
    layouts = [layout for reader in document["readers"] for layout in reader["layouts"]]
    assert len(document["readers"]) >= 20
    assert {layout["maturity"] for layout in layouts} == {"verified", "sampled", "provisional"}


def test_a_table_that_no_reader_knows_opens_by_a_map(qpcr, tmp_path):
    table = tmp_path / "table.csv"
    table.write_text(TABLE, encoding="utf-8")
    refused = qpcr("info", table)
    assert refused.status == 3 and "no reader knows the file" in refused.err
    columns = tmp_path / "map.toml"
    columns.write_text('''schema = "qpcr.columns/1"
no_cq = "none seen"
[columns]
well = "Tube"
sample = "Who"
cq = "Hit"
''', encoding="utf-8")
    outcome = qpcr("info", table, "--columns", columns, "--json")
    assert outcome.status == 0, outcome.err
    run = json.loads(outcome.out)["runs"][0]
    assert run["reader"] == "mapped_table"
    assert run["wells"] == 2 and run["vendor_cq"] == 1
    assert [item["where"] for item in run["not_read"]] == ["table: column 'Odd'"]
    assert [source["name"] for source in run["sources"]] == ["map.toml", "table.csv"]


def test_a_map_with_a_fault_is_refused_with_its_line(qpcr, tmp_path):
    table = tmp_path / "table.csv"
    table.write_text(TABLE, encoding="utf-8")
    columns = tmp_path / "map.toml"
    columns.write_text('schema = "qpcr.columns/1"\n[columns]\nwell = "Tube"\nct = "Hit"\n', encoding="utf-8")
    outcome = qpcr("info", table, "--columns", columns)
    assert outcome.status != 0 and "map.toml" in outcome.err and "columns.ct" in outcome.err


def test_columns_proposes_a_map_that_opens_the_table(qpcr, tmp_path):
    table = tmp_path / "results.csv"
    table.write_text("\ufeffhead\nWell,Sample Name,Ct,Odd\nB7,s,31.25,1\n", encoding="utf-8")
    proposal = qpcr("columns", table)
    assert proposal.status == 0
    assert "check every line" in proposal.out and "Odd" in proposal.out
    columns = tmp_path / "map.toml"
    columns.write_text(proposal.out, encoding="utf-8")
    run = json.loads(qpcr("info", table, "--columns", columns, "--json").out)["runs"][0]
    assert run["vendor_cq"] == 1
    assert qpcr("columns", SOURCE / "LICENSE").status == 3


def test_the_operator_is_shown_to_those_who_ask(qpcr, plate):
    document = json.loads(qpcr("info", plate, "--json").out)
    assert "operator_name" not in document["runs"][0]
    document = json.loads(qpcr("info", plate, "--json", "--operator").out)
    assert "operator_name" in document["runs"][0]


def test_an_encrypted_project_is_refused_without_its_key_and_the_key_is_never_shown(qpcr, tmp_path):
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        archive.writestr("datafile.pcrd", "not what it seems")
    bytes_ = bytearray(memory.getvalue())
    bytes_[6] |= 1
    bytes_[bytes_.index(b"PK\x01\x02") + 8] |= 1
    project = tmp_path / "run.pcrd"
    project.write_bytes(bytes_)
    refused = qpcr("info", project)
    assert refused.status == 3 and "key" in refused.err
    key = tmp_path / "key"
    key.write_text("not-the-key-0815\n", encoding="utf-8")
    wrong = qpcr("info", project, "--key-file", key)
    assert wrong.status == 2
    assert "0815" not in wrong.err + wrong.out
