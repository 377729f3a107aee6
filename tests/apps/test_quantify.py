"""qpcr quantify: standard curves, quantities and ratios of a small made run and of real ones, and what it refuses."""

import csv
import io
import json
import math
import re
import zipfile

import pytest


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def curve(cq):
    """Logistic growth by two per cycle that is a tenth of its plateau at the cycle cq."""
    return [100.0 + 1000.0 / (1.0 + 9.0 * 2.0 ** (cq - cycle)) for cycle in range(1, 41)]


@pytest.fixture(name="standards_file")
def standards_file_fixture(tmp_path):
    """Standards of T in four steps, samples A and B of T and R, one above the range, one that does not amplify."""
    reactions = []
    for quantity in (10, 100, 1000, 10000):
        for shift in (-0.03, 0.03):
            reactions.append((f"Std {quantity}", "T", 35.0 - math.log2(quantity) + shift))
    for shift in (-0.05, 0.05):
        reactions += [("A", "T", 35.0 - math.log2(400) + shift), ("B", "T", 35.0 - math.log2(100) + shift),
                      ("A", "R", 22.0 + shift), ("B", "R", 21.0 + shift)]
    reactions += [("High", "T", 35.0 - math.log2(200000)), ("NTC", "T", None)]
    samples = ""
    for name in dict.fromkeys(sample for sample, _, _ in reactions):
        kind = "std" if name.startswith("Std") else "ntc" if name == "NTC" else "unkn"
        quantity = f"<quantity><value>{name[4:]}</value><unit>cop</unit></quantity>" if kind == "std" else ""
        samples += f'<sample id="{name}"><type>{kind}</type>{quantity}</sample>'
    reacts = ""
    for number, (sample, target, cq) in enumerate(reactions, 1):
        noise = [((number * 7919 + cycle * 104729) % 97 - 48) / 48.0 for cycle in range(1, 41)]
        readings = [100.0] * 40 if cq is None else curve(cq)
        adp = "".join(f"<adp><cyc>{cycle}</cyc><fluor>{reading + wobble:.6f}</fluor></adp>"
                      for cycle, (reading, wobble) in enumerate(zip(readings, noise), 1))
        reacts += f'<react id="{number}"><sample id="{sample}"/><data><tar id="{target}"/>{adp}</data></react>'
    targets = "".join(f'<target id="{name}"><type>{kind}</type><dyeId id="FAM"/></target>'
                      for name, kind in (("T", "toi"), ("R", "ref")))
    path = tmp_path / "standards.xml"
    path.write_text(f'<?xml version="1.0"?><rdml version="1.2" xmlns="http://www.rdml.org"><dye id="FAM"/>{samples}{targets}'
                    '<experiment id="E"><run id="R1"><pcrFormat><rows>8</rows><columns>12</columns>'
                    '<rowLabel>ABC</rowLabel><columnLabel>123</columnLabel></pcrFormat>'
                    f"{reacts}</run></experiment></rdml>", encoding="utf-8")
    return path


def test_quantities_come_with_interval_and_range(qpcr, standards_file):
    outcome = qpcr("quantify", standards_file)
    assert outcome.status == 0, outcome.err
    table = {(row["sample"], row["target"], row["result"]): row for row in rows(outcome.out)}
    standards = table["", "T", "standard_curve"]
    assert standards["status"] == "fitted"
    assert abs(float(standards["amplification_efficiency"]) - 1.0) < 0.02
    for sample, truth in (("A", 400.0), ("B", 100.0)):
        row = table[sample, "T", "quantity"]
        assert row["status"] == "estimated" and row["range"] == "within" and row["unit"] == "cop"
        assert abs(float(row["value"]) / truth - 1.0) < 0.05
        assert float(row["lower"]) < float(row["value"]) < float(row["upper"])
    assert table["High", "T", "quantity"]["range"] == "above_upper_limit"
    assert "extrapolation" in table["High", "T", "quantity"]["reason"]
    blank = table["NTC", "T", "quantity"]
    assert blank["status"] == "no_cq" and blank["value"] == "" and blank["role"] == "no_template_control"
    assert table["A", "R", "quantity"]["status"] == "no_standard_curve"


def test_relative_quantities_name_what_they_assume(qpcr, standards_file):
    outcome = qpcr("quantify", standards_file, "--reference", "R", "--calibrator", "B", "--json")
    assert outcome.status == 0, outcome.err
    document = json.loads(outcome.out)
    assert document["schema"] == "qpcr.quantify/1"
    relative = {entry["sample"]: entry for entry in document["runs"][0]["relative"]}
    # Four times the target at half the reference, whose growth is assumed.
    assert abs(relative["A"]["ratio"] / 8.0 - 1.0) < 0.1
    assert relative["A"]["growth_is_assumed"] is True
    assert relative["A"]["reason"] == "quantity_growth_assumed"
    assert relative["A"]["ratio_interval"][0] < relative["A"]["ratio"] < relative["A"]["ratio_interval"][1]
    assert relative["B"]["ratio"] == 1.0
    assert relative["NTC"]["ratio"] is None
    assert relative["NTC"]["reason"] == "quantity_relative_no_cq"


@pytest.mark.parametrize("arguments, what", [
    (("--method", "magic"), "second_derivative_maximum (cpd2, sdm)"),
    (("--interval", "exact"), "fieller or delta"),
    (("--confidence", "95"), "between 0 and 1"),
    (("--lower-limit", "0"), "a positive quantity"),
    (("--method", "sdm", "--threshold", "3"), "no threshold"),
    (("--reference", "R"), "together"),
    (("--reference", "X", "--calibrator", "B"), "a target of the run"),
    (("--reference", "R", "--calibrator", "Z"), "a sample of the run"),
])
def test_wrong_requests_are_named(qpcr, standards_file, arguments, what):
    outcome = qpcr("quantify", standards_file, *arguments)
    assert outcome.status == 2, outcome.err
    assert outcome.out == ""
    assert what in outcome.err


def test_reasons_are_in_chinese_by_default(qpcr, standards_file):
    assert "外推" in qpcr("quantify", standards_file, env={"QPCR_LANG": ""}).out


def fit_line(points):
    """Slope and intercept by the textbook sums."""
    n = len(points)
    sx, sy = sum(x for x, _ in points), sum(y for _, y in points)
    sxx, sxy = sum(x * x for x, _ in points), sum(x * y for x, y in points)
    slope = (n * sxy - sx * sy) / (n * sxx - sx * sx)
    return slope, (sy - slope * sx) / n


@pytest.mark.reference
def test_quantities_of_real_runs_follow_from_their_cq(qpcr, reference):
    """Every RDML file with standards: the quantity of each sample by an independent line through the same Cq."""
    checked = 0
    for path in sorted((reference / "instruments/files/rdml").glob("*.rdml")):
        outcome = qpcr("quantify", path, "--json", "--interval", "delta")
        if outcome.status != 0:
            continue
        for run in json.loads(outcome.out)["runs"]:
            curves = {(entry["target"], entry["dye"]): entry for entry in run["standard_curves"]}
            for sample in run["samples"]:
                standards = curves[sample["target"], sample["dye"]]
                if sample["status"] != "estimated":
                    assert sample["quantity"] is None or sample["status"] == "interval_unbounded"
                    continue
                checked += 1
                expected = (sample["mean_cq_cycles"] - standards["intercept_cycles"]) / standards["slope_cycles_per_log10"]
                assert abs(sample["log10_quantity"] - expected) < 1e-9
                assert sample["quantity_interval"][0] < sample["quantity"] < sample["quantity_interval"][1]
                inside = standards["lower_limit_quantity"] <= sample["quantity"] <= standards["upper_limit_quantity"]
                assert (sample["range"] == "within") == inside
    assert checked > 0


@pytest.mark.reference
def test_the_line_is_that_of_the_standards_cq(qpcr, reference):
    """The slope against textbook sums over the Cq that qpcr cq prints and the quantities in the file."""
    path = reference / "instruments/files/rdml/stepone_std.rdml"
    with zipfile.ZipFile(path) as archive:
        text = b"".join(archive.read(name) for name in archive.namelist() if name.endswith(".xml")).decode()
    quantities = {}
    for identifier, body in re.findall(r'<sample id="([^"]+)">(.*?)</sample>', text, re.S):
        if re.search(r"<type[^>]*>std</type>", body):
            quantities[identifier] = float(re.search(r"<quantity>.*?<value>([^<]+)</value>", body, re.S).group(1))
    assert quantities
    points = [(math.log10(quantities[row["sample"]]), float(row["cq_cycles"]))
              for row in rows(qpcr("cq", path).out) if row["sample"] in quantities and row["cq_cycles"]]
    slope, intercept = fit_line(points)
    standards = json.loads(qpcr("quantify", path, "--json").out)["runs"][0]["standard_curves"][0]
    assert standards["points"] == len(points)
    assert abs(standards["slope_cycles_per_log10"] / slope - 1.0) < 1e-9
    assert abs(standards["intercept_cycles"] / intercept - 1.0) < 1e-9
