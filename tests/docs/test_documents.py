"""Runs the shell and Python blocks of the README and the user guides, and follows their links."""

import os
import pathlib
import re
import subprocess

import pytest

SOURCE = pathlib.Path(os.environ["QPCR_SOURCE_DIR"])
DOCUMENTS = [SOURCE / "README.md", *sorted((SOURCE / "docs/user").glob("*.md"))]
# These run by themselves: the demo as a test of its own, the tests as the caller of this one.
ELSEWHERE = {"apps/demo.sh", "tests/run.sh"}


def blocks(language):
    for document in DOCUMENTS:
        for number, block in enumerate(re.findall(rf"```{language}\n(.*?)```", document.read_text(encoding="utf-8"), re.S)):
            if block.strip() not in ELSEWHERE:
                yield pytest.param(block, id=f"{document.name}-{number}")


@pytest.fixture(name="folder")
def folder_fixture(tmp_path):
    (tmp_path / "validation_data").symlink_to(SOURCE / "validation_data")
    return tmp_path


@pytest.mark.parametrize("block", blocks("sh"))
def test_shell(block, folder):
    path = f"{os.environ['QPCR_BIN']}:{os.environ['PATH']}"
    subprocess.run(["bash", "-euo", "pipefail", "-c", block], cwd=folder, env={**os.environ, "PATH": path}, check=True)


@pytest.mark.parametrize("block", blocks("python"))
def test_python(block, folder):
    environment = {**os.environ, "PYTHONPATH": os.environ["QPCR_PYTHON"]}
    result = subprocess.run(["/usr/bin/python3", "-c", block], cwd=folder, env=environment, check=True, capture_output=True, text=True)
    assert result.stdout


def test_there_are_blocks_to_run():
    assert len(list(blocks("sh"))) >= 3 and len(list(blocks("python"))) >= 2


@pytest.mark.parametrize("document", [*DOCUMENTS, *sorted((SOURCE / "docs").rglob("*.md"))], ids=lambda path: path.name)
def test_links_lead_somewhere(document):
    for target in re.findall(r"\]\(([^)#]+)\)", document.read_text(encoding="utf-8")):
        if not target.startswith("http"):
            assert (document.parent / target).exists(), target
