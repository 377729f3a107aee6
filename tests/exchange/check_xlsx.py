# Compares a written workbook with the readings of the same runs as CSV.
"""check_xlsx.py WORKBOOK READINGS: exit status 1 with a line when they differ."""
import csv
import sys

import openpyxl

SHEETS = ["run", "protocol", "plate", "amplification", "melt", "single readings", "vendor results", "vendor tables", "not read"]


def table(sheet):
    rows = list(sheet.iter_rows(values_only=True))
    return [dict(zip(rows[0], row)) for row in rows[1:]]


def same(cell, text):
    return (cell is None and text == "") or (isinstance(cell, (int, float)) and float(cell) == float(text))


def main():
    workbook = openpyxl.load_workbook(sys.argv[1])
    assert workbook.sheetnames == SHEETS, workbook.sheetnames
    for sheet in workbook:
        assert sheet.freeze_panes == "A2", sheet.title
        assert sheet.max_row < 2 or sheet.auto_filter.ref, sheet.title
        for row in sheet.iter_rows():
            assert all(cell.data_type != "f" for cell in row), "a formula"
    assert str(workbook.properties.created) == "1980-01-01 00:00:00", workbook.properties.created
    with open(sys.argv[2], newline="", encoding="utf-8") as file:
        readings = list(csv.DictReader(file))
    for stage, sheet in (("amplification", "amplification"), ("melt", "melt")):
        expected = [row for row in readings if row["stage"] == stage]
        found = table(workbook[sheet])
        assert len(found) == len(expected), (sheet, len(found), len(expected))
        for left, right in zip(found, expected):
            for column in ("well", "sample", "target", "dye", "kind"):
                assert (left[column] or "") == right[column], (column, left, right)
            for column in ("temperature_celsius", "fluorescence"):
                assert same(left[column], right[column]), (column, left, right)
            assert stage == "melt" or same(left["cycle"], right["cycle"]), (left, right)
    return 0


if __name__ == "__main__":
    sys.exit(main())
