"""qpcr-validate coverage: a short run, its files and numbers, and every request that must write nothing."""

import json
import os
import pathlib
import subprocess

import pytest

PROGRAM = pathlib.Path(os.environ["QPCR_BIN"]) / "qpcr-validate"
ROOT = pathlib.Path(os.environ["QPCR_SOURCE_DIR"])


def run(*arguments, language="en"):
    return subprocess.run([PROGRAM, "coverage", *map(str, arguments)], capture_output=True, text=True, check=False,
                          timeout=600, stdin=subprocess.DEVNULL, env={**os.environ, "QPCR_LANG": language})


@pytest.fixture(name="short", scope="module")
def short_fixture(tmp_path_factory):
    out = tmp_path_factory.mktemp("coverage") / "coverage.md"
    process = run("--replicates", 50, "--seed", 7, "--threads", 1, "--json", "--out", out)
    assert process.returncode == 0, process.stderr
    return process, out.read_text(encoding="utf-8")


def test_the_page_and_the_json_hold_the_same_numbers(short):
    process, page = short
    numbers = json.loads(process.stdout)
    rows = [row for section in numbers["sections"] for row in section["rows"]]
    assert numbers["replicates"] == 50 and numbers["seed"] == 7
    assert "--replicates 50 --seed 7" in page.split("\n## ", maxsplit=1)[0]
    assert page.count("\n| ") == (len(numbers["one_proportion"]) + 1) + len(rows) + len(numbers["sections"])
    for row in rows:
        assert f"| {row['scenario']} | {row['interval']} |" in page
        if row["coverage"] is not None:
            assert 0 <= row["coverage"] <= 1
        assert (row["standard_error"] is None) == (row["replicates"] == 0 or row["coverage"] is None)
        assert 0 <= row["not_estimable"] <= 1
    assert "nan" not in page and "inf " not in page


def test_threads_do_not_change_a_byte(short, tmp_path):
    process, page = short
    out = tmp_path / "again.md"
    again = run("--replicates", 50, "--seed", 7, "--threads", 2, "--json", "--out", out)
    assert again.stdout == process.stdout
    assert out.read_text(encoding="utf-8") == page


def test_progress_is_told_in_the_language_asked_for(short):
    process, _ = short
    assert process.stderr.startswith("measuring coverage: ")


@pytest.mark.parametrize("arguments, status, word", [
    (("--replicates", "9"), 2, "replicates"),
    (("--replicates", "many"), 2, "replicates"),
    (("--threads", "-1"), 2, "threads"),
    (("--lang", "xx"), 2, "xx"),
    (("--levels", "3"), 2, "levels"),
])
def test_a_request_without_meaning_writes_nothing(tmp_path, arguments, status, word):
    out = tmp_path / "coverage.md"
    process = run(*arguments, "--out", out)
    assert process.returncode == status, process.stderr
    assert word in process.stderr and process.stdout == "" and not out.exists()


def test_the_page_of_the_methods_was_made_by_this_command(short):
    _, page = short
    shipped = (ROOT / "docs" / "methods" / "coverage.md").read_text(encoding="utf-8")
    assert shipped.startswith("# Coverage of the 95 % intervals\n\nMade by `qpcr-validate coverage --replicates 10000 --seed 1 ")
    # What is enumerated does not depend on replicates: those lines must stand in the page as they are made today.
    exact = [line for line in page.splitlines() if "| exact |" in line or line.startswith("| 10 | ")]
    assert len(exact) > 100
    missing = set(exact) - set(shipped.splitlines())
    assert not missing
