// One measurement must not be two runs of a study: equal files and equal curves.
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/study/distinct_runs.hpp"
#include "tests/study/synthetic_trial.hpp"

using namespace qpcr;

namespace {

struct Well {
  std::string label;
  std::string sample;
  std::vector<double> readings;
};

std::vector<double> make_readings(double offset) {
  std::vector<double> readings;
  for (int cycle = 1; cycle <= 40; ++cycle) readings.push_back(100.0 + offset + 900.0 / (1.0 + std::exp(25.0 - cycle)));
  return readings;
}

TestedRun make_curves(const std::string& id, const std::vector<Well>& wells) {
  TestedRun tested = test::make_run(id, true, {});
  RunData data;
  data.name = id;
  data.plate = PlateGeometry{8, 12};
  data.provenance = tested.results.front().provenance;
  for (const Well& well : wells) {
    Measurement measurement;
    measurement.well = to_well(*parse_label(well.label));
    measurement.sample = well.sample;
    measurement.dye = "FAM";
    AmplificationCurve curve;
    for (std::size_t i = 0; i < well.readings.size(); ++i) curve.cycles.push_back(static_cast<double>(i + 1));
    curve.fluorescence = well.readings;
    measurement.amplification.push_back(curve);
    data.measurements.push_back(measurement);
  }
  tested.runs.emplace_back(std::move(data));
  return tested;
}

const StudyPlan plan = test::make_plan({test::make_planned("R1", "C01"), test::make_planned("R2", "C01", {"R1"})});

std::string refuse(const std::vector<TestedRun>& runs) {
  try {
    check_distinct_runs(plan, runs);
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::study_invalid);
    return error.what();
  }
  FAIL("accepted");
  return {};
}

}  // namespace

TEST_CASE("a copy of a file under another name is refused, also as a declared repeat") {
  std::vector<TestedRun> runs{make_curves("R1", {{"A1", "X1", make_readings(0)}}),
                              make_curves("R2", {{"A1", "X1", make_readings(1)}})};
  CHECK_NOTHROW(check_distinct_runs(plan, runs));
  RunData copy = *runs[1].runs[0];
  copy.provenance.sources[0].sha256 = runs[0].runs[0]->provenance.sources[0].sha256;
  runs[1].runs = {Run(copy)};
  const std::string message = refuse(runs);
  for (const char* word : {"R2.rdml", "R1.rdml", "'run R2'", "run 'R1'"})
    CHECK(message.find(word) != std::string::npos);
}

TEST_CASE("equal readings in wells of two runs are refused with both wells, under any sample name") {
  const std::string message =
      refuse({make_curves("R1", {{"A1", "X1", make_readings(0)}, {"B7", "X2", make_readings(2)}}),
              make_curves("R2", {{"C3", "X9", make_readings(2)}})});
  for (const char* word : {"well C3 (sample 'X9'", "well B7 (sample 'X2'", "'run R2'", "run 'R1'"}) {
    INFO(message);
    CHECK(message.find(word) != std::string::npos);
  }
}

TEST_CASE("a changed bit, a repeat inside one run and flat or short curves are no copies") {
  std::vector<double> nearly = make_readings(0);
  nearly[20] = std::nextafter(nearly[20], 1e9);
  CHECK_NOTHROW(check_distinct_runs(
      plan, {make_curves("R1", {{"A1", "X1", make_readings(0)}}), make_curves("R2", {{"A1", "X2", nearly}})}));
  CHECK_NOTHROW(
      check_distinct_runs(plan, {make_curves("R1", {{"A1", "X1", make_readings(0)}, {"A2", "X2", make_readings(0)}}),
                                 make_curves("R2", {{"A1", "X3", make_readings(1)}})}));
  const std::vector<double> flat(40, 0.0);
  CHECK_NOTHROW(
      check_distinct_runs(plan, {make_curves("R1", {{"A1", "X1", flat}}), make_curves("R2", {{"A1", "X2", flat}})}));
  std::vector<double> gaps(40, std::numeric_limits<double>::quiet_NaN());
  for (int i = 0; i < 9; ++i) gaps[static_cast<std::size_t>(i)] = i;
  CHECK_NOTHROW(
      check_distinct_runs(plan, {make_curves("R1", {{"A1", "X1", gaps}}), make_curves("R2", {{"A1", "X2", gaps}})}));
}

TEST_CASE("missing readings do not hide a copy") {
  std::vector<double> gaps = make_readings(0);
  gaps[3] = std::numeric_limits<double>::quiet_NaN();
  refuse({make_curves("R1", {{"A1", "X1", gaps}}), make_curves("R2", {{"A1", "X2", gaps}})});
}
