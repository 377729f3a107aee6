"""qpcr melt: a row a peak or a row with the reason, in CSV and JSON, in both languages, on made and real files."""

import csv
import io
import json
import math
import random

import pytest


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def melted(temperature, tm, amount=1000.0, width=0.9):
    return amount / (1.0 + math.exp((temperature - tm) / width))


@pytest.fixture(name="table")
def table_fixture(tmp_path):
    """A wide table of melting curves: a product, a primer dimer, a blank, a mixture."""
    noise = random.Random(1)
    lines = ["Temperature,A1,A2,A3,A4"]
    for step in range(101):
        temperature = 65 + 0.3 * step
        background = 200 - temperature
        lines.append(",".join(f"{value:.4f}" for value in (
            temperature,
            background + melted(temperature, 86) + noise.gauss(0, 0.4),
            background + melted(temperature, 75, 500, 1.2) + noise.gauss(0, 0.4),
            background + noise.gauss(0, 0.4),
            background + melted(temperature, 86, 600) + melted(temperature, 77, 400) + noise.gauss(0, 0.4))))
    path = tmp_path / "melt.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_row_a_peak_or_the_reason(qpcr, table):
    outcome = qpcr("melt", table, "--product", "86")
    assert outcome.status == 0, outcome.err
    by_well = {}
    for row in rows(outcome.out):
        by_well.setdefault(row["well"], []).append(row)
    assert [len(by_well[well]) for well in ("A1", "A2", "A3", "A4")] == [1, 1, 1, 2]
    assert float(by_well["A1"][0]["tm_celsius"]) == pytest.approx(86, abs=0.05)
    assert [row["product"] for row in (by_well[well][0] for well in by_well)] == [
        "product", "primer_dimer", "nothing", "product_and_others"]
    assert by_well["A3"][0]["status"] == "no_peak"
    assert by_well["A3"][0]["tm_celsius"] == ""
    assert "error" in by_well["A3"][0]["reason"] or "peak" in by_well["A3"][0]["reason"]
    assert [row["peak"] for row in by_well["A4"]] == ["1", "2"]
    assert "二聚体" in qpcr("melt", table, "--product", "86", "--lang", "zh").out


def test_json_says_the_same(qpcr, table):
    document = json.loads(qpcr("melt", table, "--json").out)
    assert document["schema"] == "qpcr.melt/1"
    table_rows = rows(qpcr("melt", table, "--csv").out)
    from_json = [(curve["well"], peak["tm_celsius"]) for curve in document["curves"] for peak in curve["peaks"]]
    assert from_json == [(row["well"], float(row["tm_celsius"])) for row in table_rows if row["tm_celsius"]]
    assert all("product" not in curve for curve in document["curves"])
    assert {curve["reason"] for curve in document["curves"]} <= {
        "melt_peaks_found", "melt_within_noise", "melt_small_peak", "melt_no_maximum"}


@pytest.mark.parametrize("arguments, what", [
    (("--signal", "up"), "falls or rises"),
    (("--kind", "RFU"), "baseline_subtracted"),
    (("--smoothing", "-1"), "more than 0"),
    (("--from", "90", "--to", "80"), "lowest_tm_celsius"),
    (("--product", "eighty"), "a number with a dot"),
    (("--tolerance", "2"), "--product"),
])
def test_wrong_values_of_options_are_named(qpcr, table, arguments, what):
    outcome = qpcr("melt", table, *arguments)
    assert outcome.status == 2
    assert what in outcome.err


def test_files_without_melting_curves_give_a_header_and_say_so(qpcr, plate):
    outcome = qpcr("melt", plate)
    assert outcome.status == 0
    assert rows(outcome.out) == []
    assert "no melting curve" in outcome.err


@pytest.mark.reference
def test_peaks_of_instrument_files_stand_where_the_readings_fall_fastest(qpcr, reference):
    """The witness: the steepest fall between readings of the expected table, each averaged with its neighbours."""
    checked = 0
    files = 0
    for expected_path in sorted((reference / "instruments/expected").glob("*.melt.csv")):
        name = expected_path.name[:-len(".melt.csv")]
        found = [path for path in (reference / "instruments/files").glob("*/" + name)]
        if not found or not name.endswith((".rdml", ".eds")):
            continue
        with expected_path.open(encoding="utf-8", newline="") as file:
            table = list(csv.DictReader(file))
        axis = next(key for key in table[0] if key.startswith("temp"))
        curves = {}
        for row in table:
            curves.setdefault((row["well"], row["dye_or_target"]), []).append((float(row[axis]), float(row["fluorescence"])))
        outcome = qpcr("melt", found[0], "--json")
        assert outcome.status == 0, outcome.err
        document = json.loads(outcome.out)
        assert document["curves"]
        files += 1
        several = len({curve["run"] for curve in document["curves"]}) > 1
        for curve in document["curves"]:
            well = f"{curve['run']}:{curve['well']}" if several else curve["well"]
            readings = curves.get((well, curve["target"])) or curves.get((well, curve["dye"]))
            if not readings:
                continue
            low, high = min(readings)[0], max(readings)[0]
            for peak in curve["peaks"]:
                assert low < peak["tm_celsius"] < high
                assert peak["width_celsius"] > 0
                assert 0 < peak["area_fraction"] <= 1
            if not curve["peaks"]:
                continue
            largest = max(curve["peaks"], key=lambda peak: peak["area"])
            ordered = sorted(readings)
            steps = sorted(b[0] - a[0] for a, b in zip(ordered, ordered[1:]))
            step = max(steps[len(steps) // 2], 0.05)
            lag = max(1, round(0.5 / step))
            near = [(ordered[i - lag][1] - ordered[i + lag][1]) / (ordered[i + lag][0] - ordered[i - lag][0])
                    for i in range(lag, len(ordered) - lag)
                    if abs(ordered[i][0] - largest["tm_celsius"]) <= 3 and ordered[i + lag][0] > ordered[i - lag][0]]
            centres = [ordered[i][0] for i in range(lag, len(ordered) - lag)
                       if abs(ordered[i][0] - largest["tm_celsius"]) <= 3 and ordered[i + lag][0] > ordered[i - lag][0]]
            steepest = centres[near.index(max(near))]
            if largest["prominence_over_error"] > 30:
                assert abs(largest["tm_celsius"] - steepest) <= max(0.6, 1.5 * step), (name, well, largest, steepest)
                checked += 1
    assert files >= 3
    assert checked >= 50
