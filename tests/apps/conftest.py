"""Shared fixtures: the programs, the shipped data, the reference data."""

import os
import pathlib
import subprocess

import pytest

SOURCE = pathlib.Path(os.environ["QPCR_SOURCE_DIR"])
BIN = pathlib.Path(os.environ["QPCR_BIN"])
DATA = SOURCE / "validation_data"


def pytest_configure(config):
    config.addinivalue_line("markers", "reference: needs the reference data")


class Outcome:
    """Exit status and what was printed."""

    def __init__(self, process):
        self.status = process.returncode
        self.out = process.stdout.decode("utf-8")
        self.err = process.stderr.decode("utf-8")


def run(program, *arguments, **options):
    """Runs a program of the build with no terminal and the English catalogue unless told otherwise."""
    environment = {**os.environ, "QPCR_LANG": "en", **options.pop("env", {})}
    process = subprocess.run([BIN / program, *map(str, arguments)], capture_output=True, env=environment, check=False,
                             stdin=subprocess.DEVNULL, timeout=300, **options)
    return Outcome(process)


@pytest.fixture(name="qpcr")
def qpcr_fixture():
    return lambda *arguments, **options: run("qpcr", *arguments, **options)


@pytest.fixture(name="plate")
def plate_fixture():
    return DATA / "demo_methylation_plate/run.rdml"


@pytest.fixture(name="reference")
def reference_fixture():
    return pathlib.Path(os.environ["QPCR_REFERENCE_DATA"])
