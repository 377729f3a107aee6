"""The Python door: read-only views, located errors, and the numbers of the command line."""

import csv
import doctest
import io
import os
import pathlib
import subprocess

import numpy
import pytest

import qpcr

SOURCE = pathlib.Path(os.environ["QPCR_SOURCE_DIR"])
PROGRAM = os.environ["QPCR_PROGRAM"]
PLATE = SOURCE / "validation_data/demo_methylation_plate/run.rdml"


def test_curves_are_read_only_views_that_outlive_the_run():
    run = qpcr.read(PLATE)
    measurement = run.measurements[0]
    kind = measurement.kinds[0]
    cycles, fluorescence = measurement.curve(kind)
    del run, measurement
    assert cycles.shape == fluorescence.shape and len(cycles) >= 40
    assert not fluorescence.flags.writeable and not fluorescence.flags.owndata
    with pytest.raises(ValueError):
        fluorescence[0] = 1


@pytest.mark.parametrize("method, option", [("threshold", "threshold"), ("second_derivative_maximum", "sdm"), (None, None)])
def test_numbers_are_those_of_the_command_line(method, option):
    rows = qpcr.cq(qpcr.read(PLATE), method=method)
    table = subprocess.run([PROGRAM, "cq", PLATE, "--csv"] + (["--method", option] if option else []), capture_output=True, text=True, check=True).stdout
    expected = list(csv.DictReader(io.StringIO(table)))
    assert len(rows) == len(expected) > 300
    for row, other in zip(rows, expected):
        assert (row["well"], row["target"], row["status"]) == (other["well"], other["target"], other["status"])
        for key in ("cq_cycles", "log10_n0"):
            assert row[key] == (float(other[key]) if other[key] else None)
        assert row["flags"] == other["flags"].split()


def test_errors_carry_code_and_path(tmp_path):
    broken = tmp_path / "broken.rdml"
    broken.write_bytes(b"PK\x03\x04 truncated")
    with pytest.raises(qpcr.Error) as caught:
        qpcr.read(broken)
    assert caught.value.code and str(broken) in caught.value.path
    with pytest.raises(qpcr.Error) as caught:
        qpcr.read(tmp_path / "none.rdml")
    assert caught.value.code == "file_not_found"


def test_missing_kinds_and_methods_are_named():
    run = qpcr.read(PLATE)
    with pytest.raises(KeyError):
        run.measurements[0].curve("normalised")
    with pytest.raises(ValueError, match="unknown curve kind"):
        run.measurements[0].curve("RFU")
    with pytest.raises(ValueError, match="second_derivative_maximum"):
        qpcr.cq(run, method="magic")


def test_documentation_examples():
    assert doctest.testmod(qpcr).failed == 0


def test_arrays_hold_the_readings_of_the_curves_table():
    run = qpcr.read(PLATE)
    table = subprocess.run([PROGRAM, "curves", PLATE, "--csv"], capture_output=True, text=True, check=True).stdout
    first = [row for row in csv.DictReader(io.StringIO(table)) if row["well"] == "A1" and row["target"] == run.measurements[0].target]
    _, fluorescence = run.measurements[0].curve(run.measurements[0].kinds[0])
    assert numpy.array_equal(fluorescence, [float(row["fluorescence"]) for row in first])
