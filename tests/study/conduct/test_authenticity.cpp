// Copies of curves, clocks, retests, lots and variances: each check finds its fault and is silent without it.
#include <algorithm>
#include <cmath>
#include <deque>
#include <random>

#include <catch2/catch.hpp>

#include "libqpcr/study/conduct/authenticity_curves.hpp"
#include "libqpcr/study/conduct/authenticity_ledger.hpp"

namespace {

using namespace qpcr;

constexpr int cycles = 45;

/// Runs and results that outlive the ledger made of them.
struct Laboratory {
  std::deque<Run> plates;
  std::deque<PlateResult> results;
  std::vector<LedgerRun> ledger;
  std::mt19937_64 random{20260301};

  std::vector<double> curve(double cq, double noise = 8) {
    std::normal_distribution<double> normal(0, noise);
    std::vector<double> readings;
    for (int cycle = 1; cycle <= cycles; ++cycle)
      readings.push_back(500 + 2000 / (1 + std::exp(-(cycle - cq) / 1.6)) + normal(random));
    return readings;
  }

  RunData plate(const std::string& id, int samples, int first_sample = 1) {
    std::uniform_real_distribution<double> cq(22, 38);
    RunData data;
    data.name = id;
    data.instrument.serial_number = "S1";
    data.plate = PlateGeometry{8, 12};
    for (int i = 0; i < samples; ++i) {
      Measurement measurement;
      measurement.well = to_well({i / 12, i % 12});
      measurement.sample = "S" + std::to_string(first_sample + i);
      measurement.target = "DM1";
      measurement.dye = "FAM";
      measurement.role = SampleRole::unknown;
      AmplificationCurve made;
      made.kind = CurveKind::multicomponent;
      for (int cycle = 1; cycle <= cycles; ++cycle) made.cycles.push_back(cycle);
      made.fluorescence = curve(i % 3 == 0 ? 80 : cq(random));
      measurement.amplification.push_back(std::move(made));
      data.measurements.push_back(std::move(measurement));
    }
    return data;
  }

  LedgerRun& add(RunData data, const std::string& centre) {
    LedgerRun run;
    run.listed.id = data.name;
    run.listed.centre = centre;
    plates.emplace_back(std::move(data));
    run.plates = {&plates.back()};
    ledger.push_back(std::move(run));
    return ledger.back();
  }

  LedgerRun& add_listed(const std::string& id, const std::string& centre, const std::string& start,
                        const std::string& end) {
    LedgerRun run;
    run.listed.id = id;
    run.listed.centre = centre;
    run.listed.serial = "S1";
    run.listed.started_at = start;
    run.listed.ended_at = end;
    ledger.push_back(std::move(run));
    return ledger.back();
  }
};

std::vector<double>& readings_of(RunData& data, std::size_t measurement) {
  return data.measurements[measurement].amplification[0].fluorescence;
}

std::vector<std::string> checks_of(const StudyFindings& findings) {
  std::vector<std::string> checks;
  for (const StudyFinding& finding : findings) checks.push_back(finding.check);
  return checks;
}

using Checks = std::vector<std::string>;

}  // namespace

TEST_CASE("independent curves are no copies of each other", "[authenticity]") {
  Laboratory laboratory;
  for (int plate = 0; plate < 40; ++plate) laboratory.add(laboratory.plate("R" + std::to_string(plate), 96), "C01");
  CHECK(find_curve_copies(laboratory.ledger).empty());
}

TEST_CASE("a copied curve is found, equal, scaled, shifted and rounded", "[authenticity]") {
  Laboratory laboratory;
  RunData first = laboratory.plate("R1", 96);
  RunData second = laboratory.plate("R2", 96, 101);
  const double digits = GENERATE(0.0, 1.0, 100.0);
  std::vector<double>& source = readings_of(first, 7);
  if (digits > 0) {
    for (double& reading : source) reading = std::round(reading * digits) / digits;
  }
  SECTION("equal, in one run") {
    readings_of(first, 50) = source;
    laboratory.add(first, "C01");
    const StudyFindings findings = find_curve_copies(laboratory.ledger);
    REQUIRE(checks_of(findings) == Checks{"curve_identical"});
    CHECK(findings[0].well == "E3");
    CHECK(findings[0].severity == Severity::blocks);
    CHECK(find_value(findings[0].what, "other_well") == "A8 DM1");
  }
  SECTION("scaled and shifted, at another centre") {
    for (std::size_t i = 0; i < source.size(); ++i) {
      const double scaled = 0.83 * source[i] + 41.7;
      readings_of(second, 3)[i] = digits > 0 ? std::round(scaled * digits) / digits : scaled;
    }
    laboratory.add(first, "C01");
    laboratory.add(second, "C02");
    const StudyFindings findings = find_curve_copies(laboratory.ledger);
    REQUIRE(checks_of(findings) == Checks{"curve_affine"});
    CHECK(findings[0].run == "R2");
    CHECK(findings[0].sample == "S104");
    CHECK(find_value(findings[0].what, "other_run") == "R1");
  }
  SECTION("turned upside down is another curve") {
    for (std::size_t i = 0; i < source.size(); ++i) readings_of(second, 3)[i] = 3000 - source[i];
    laboratory.add(first, "C01");
    laboratory.add(second, "C02");
    CHECK(find_curve_copies(laboratory.ledger).empty());
  }
}

TEST_CASE("curves without noise say too little to be copies, unless they are equal", "[authenticity]") {
  Laboratory laboratory;
  RunData data = laboratory.plate("R1", 12);
  for (std::size_t i = 0; i < 12; ++i) readings_of(data, i) = laboratory.curve(28 + 1e-5 * static_cast<double>(i), 0);
  readings_of(data, 11) = readings_of(data, 0);
  readings_of(data, 5).assign(cycles, 0.0);
  readings_of(data, 6).assign(cycles, 0.0);
  laboratory.add(data, "C01");
  CHECK(checks_of(find_curve_copies(laboratory.ledger)) == Checks{"curve_identical"});
}

TEST_CASE("runs of one instrument do not overlap", "[authenticity]") {
  Laboratory laboratory;
  laboratory.add_listed("R1", "C01", "2026-02-03T09:00:00", "2026-02-03T10:45:00");
  SECTION("one after another, whatever the order of the list") {
    laboratory.add_listed("R0", "C01", "2026/02/03 07:00", "2026-02-03T09:00:00");
    laboratory.add_listed("R2", "C01", "2026-02-03 10:45:00+08:00", "");
    CHECK(find_overlapping_runs(laboratory.ledger).empty());
  }
  SECTION("at the same time") {
    laboratory.add_listed("R2", "C01", "2026-02-03T10:44:00", "2026-02-03T12:00:00");
    const StudyFindings findings = find_overlapping_runs(laboratory.ledger);
    REQUIRE(checks_of(findings) == Checks{"runs_overlap"});
    CHECK(findings[0].run == "R2");
  }
  SECTION("inside a longer one") {
    laboratory.add_listed("R2", "C01", "2026-02-03T09:10:00", "2026-02-03T09:20:00");
    laboratory.add_listed("R3", "C01", "2026-02-03T10:00:00", "2026-02-03T11:00:00");
    CHECK(checks_of(find_overlapping_runs(laboratory.ledger)) == Checks{"runs_overlap", "runs_overlap"});
  }
  SECTION("at two centres") {
    laboratory.add_listed("R2", "C02", "2026-02-04T10:44:00", "");
    CHECK(checks_of(find_overlapping_runs(laboratory.ledger)) == Checks{"serial_at_two_centres"});
  }
  SECTION("a clock that cannot be read is told") {
    laboratory.add_listed("R2", "C01", "yesterday", "");
    CHECK(checks_of(find_overlapping_runs(laboratory.ledger)) == Checks{"clock_not_readable"});
  }
}

TEST_CASE("clocks are compared with approval, collection, lock and unblinding", "[authenticity]") {
  Laboratory laboratory;
  RunData data = laboratory.plate("R1", 2);
  data.started_at = "2026-02-03T09:00:00";
  laboratory.add(data, "C01");
  const auto found = [&](const std::string& collected, StudyDates dates) {
    return checks_of(find_clock_faults(laboratory.ledger, {{"S1", "C01", collected}}, dates));
  };
  CHECK(found("2026-02-03T08:59", {}).empty());
  CHECK(found("2026-02-03", {{{"C01", "2026-02-03"}}, "", ""}).empty());
  CHECK(found("2026-02-03T09:01", {}) == Checks{"run_before_collection"});
  CHECK(found("2026-02-04", {}) == Checks{"run_before_collection"});
  CHECK(found("", {{{"C01", "2026-02-04"}}, "", ""}) == Checks{"run_before_approval"});
  CHECK(found("", {{{"C02", "2026-02-04"}}, "", ""}).empty());
  CHECK(found("", {{}, "2026-02-02T10:00:00Z", ""}) == Checks{"run_after_lock"});
  CHECK(found("", {{}, "2026-02-01T10:00:00Z", "2026-02-02T10:00:00Z"}) == Checks{"run_after_unblinding"});
  CHECK(found("", {{}, "2026-02-03T01:00:00Z", ""}).empty());
}

TEST_CASE("runs and retests that were not reported are found", "[authenticity]") {
  Laboratory laboratory;
  laboratory.add(laboratory.plate("R1", 3), "C01");
  LedgerRun& repeat = laboratory.add(laboratory.plate("R2", 1, 3), "C01");
  repeat.listed.repeat_of = "R1";
  const std::vector<InstrumentEntry> complete{{"R1", "S1", "", "", "completed", "", 0},
                                              {"R2", "S1", "", "", "completed", "", 0}};
  CHECK(find_unreported_tests(laboratory.ledger, complete).empty());
  CHECK(find_unreported_tests(laboratory.ledger, {}).empty());

  std::vector<InstrumentEntry> more = complete;
  more.push_back({"R9", "S1", "2026-02-05T10:00:00", "", "aborted", "ledger.csv", 4});
  const StudyFindings findings = find_unreported_tests(laboratory.ledger, more);
  REQUIRE(checks_of(findings) == Checks{"run_not_submitted"});
  CHECK(findings[0].severity == Severity::query);
  CHECK(findings[0].line == 4);
  more.back().status = "completed";
  CHECK(find_unreported_tests(laboratory.ledger, more)[0].severity == Severity::blocks);

  CHECK(checks_of(find_unreported_tests(laboratory.ledger, {complete[0]})) == Checks{"run_not_in_instrument"});
  repeat.listed.repeat_of.clear();
  CHECK(checks_of(find_unreported_tests(laboratory.ledger, complete)) == Checks{"retest_not_declared"});
  repeat.listed.repeat_of = "R1";
  laboratory.ledger[0].listed.status = RunStatus::aborted;
  CHECK(checks_of(find_unreported_tests(laboratory.ledger, complete)) == Checks{"run_without_reason"});
}

TEST_CASE("lots and instruments are those of the protocol, and in date", "[authenticity]") {
  Laboratory laboratory;
  laboratory.add_listed("R1", "C01", "2026-02-03T09:00", "").listed.lot = "L1";
  laboratory.add_listed("R2", "C02", "2026-02-03T09:00", "").listed.lot = "L1";
  const auto found = [&](const std::vector<LotFacts>& lots, const std::vector<CalibrationFacts>& instruments) {
    return checks_of(find_material_faults(laboratory.ledger, lots, instruments));
  };
  CHECK(found({}, {}).empty());
  CHECK(found({{"L1", "2026-02-03"}}, {}).empty());
  CHECK(found({{"L1", "2026-02-02"}}, {}) == Checks{"lot_expired", "lot_expired"});
  CHECK(found({{"L2", "2027-02-02"}}, {}) == Checks{"lot_unknown", "lot_unknown"});
  CHECK(found({}, {{"S1", "C01", "2026-02-03"}}) == Checks{"instrument_elsewhere"});
  CHECK(found({}, {{"S1", "C01", "2026-02-02"}}) ==
        Checks{"calibration_overdue", "instrument_elsewhere", "calibration_overdue"});
  CHECK(found({}, {{"S2", "C01", ""}}) == Checks{"instrument_unknown", "instrument_unknown"});
  laboratory.ledger[1].listed.lot = "L2";
  CHECK(found({}, {}) == Checks{"lot_confounded", "lot_confounded"});
  laboratory.add_listed("R3", "C02", "2026-02-04T09:00", "").listed.lot = "L1";
  CHECK(found({}, {}).empty());
}

TEST_CASE("a centre that varies too little is found, an ordinary one is not", "[authenticity]") {
  const double spread = GENERATE(1.0, 0.8, 0.3);
  Laboratory laboratory;
  for (int i = 0; i < 16; ++i) {
    const std::string centre = "C0" + std::to_string(i % 4 + 1);
    std::normal_distribution<double> normal(28 + 0.3 * i, centre == "C03" ? 0.5 * spread : 0.5);
    PlateResult result;
    result.run_valid = true;
    for (int sample = 0; sample < 20; ++sample) {
      WellResult well;
      well.sample = "S" + std::to_string(sample);
      well.target = "DIC";
      well.role = TargetRole::internal_control;
      well.cq.status = CqStatus::found;
      well.cq.cq_cycles = normal(laboratory.random);
      result.wells.push_back(std::move(well));
    }
    laboratory.results.push_back(std::move(result));
    LedgerRun run;
    run.listed.id = "R" + std::to_string(i);
    run.listed.centre = centre;
    run.results = {&laboratory.results.back()};
    laboratory.ledger.push_back(std::move(run));
  }
  const StudyFindings findings = find_small_variances(laboratory.ledger);
  if (spread > 0.5) {
    CHECK(findings.empty());
  } else {
    REQUIRE(checks_of(findings) == Checks{"variance_too_small"});
    CHECK(findings[0].centre == "C03");
  }
}

TEST_CASE("local times are read in the styles of instruments", "[authenticity]") {
  CHECK(parse_local_minutes("1970-01-02T00:01:00") == 1441);
  CHECK(parse_local_minutes("2024/02/29 23:59") == parse_local_minutes("2024-02-29T23:59:30Z"));
  CHECK(parse_local_minutes("2024-03-01T00:00").value() - parse_local_minutes("2024-02-29T00:00").value() == 1440);
  for (const char* const text :
       {"2026-02-03", "2026-02-30T09:00", "2026-02-03T24:00", "03.02.2026 09:00", "", "2026-02-03T9:00"})
    CHECK_FALSE(parse_local_minutes(text));
  CHECK(parse_local_day("2026/02/03") == "2026-02-03");
  CHECK(parse_local_day("02/03/2026").empty());
}
