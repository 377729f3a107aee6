// Simulated trials: shares, identifiers, planted defects against the list, determinism.
#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/simulate/trial.hpp"

namespace {

using namespace qpcr;

const SimulatedTrial& trial() {
  static const SimulatedTrial simulated = simulate_trial({});
  return simulated;
}

const std::string& file(const std::string& path) {
  const auto found =
      std::find_if(trial().files.begin(), trial().files.end(), [&](const OutputFile& f) { return f.path == path; });
  REQUIRE(found != trial().files.end());
  return found->bytes;
}

TEST_CASE("Groups have the shares of the plan") {
  const std::vector<int> sizes = share_out(1200);
  CHECK(sizes == std::vector<int>{40, 160, 88, 100, 12, 250, 180, 100, 120, 150});
  for (int subjects = 60; subjects < 400; ++subjects) {
    const std::vector<int> shares = share_out(subjects);
    CHECK(std::accumulate(shares.begin(), shares.end(), 0) == subjects);
  }
}

TEST_CASE("Subjects and samples have unique simulated identifiers at four centres") {
  std::set<std::string> subjects;
  std::set<std::string> samples;
  std::map<std::string, int> centres;
  for (const TrialRecord& record : trial().records) {
    CHECK(record.subject.id.starts_with("SIM-" + record.subject.centre + "-"));
    subjects.insert(record.subject.id);
    samples.insert(record.subject.sample);
    ++centres[record.subject.centre];
    if (record.subject.group == TrialGroup::hcc_0) CHECK(*record.subject.size_mm <= 20);
    if (record.subject.group == TrialGroup::hcc_a) CHECK(*record.subject.size_mm > 20);
  }
  CHECK(subjects.size() == 360);
  CHECK(samples.size() == 360);
  CHECK(centres == std::map<std::string, int>{{"C01", 90}, {"C02", 90}, {"C03", 90}, {"C04", 90}});
}

TEST_CASE("Every planted defect is in the tables") {
  std::map<std::string, int> kinds;
  for (const PlantedDefect& defect : trial().defects) ++kinds[defect.kind];
  CHECK(kinds == std::map<std::string, int>{{"bounded_afp", 2},
                                            {"contaminated_ntc", 1},
                                            {"degraded_positive_control", 1},
                                            {"excluded_well", 1},
                                            {"exclusion", 8},
                                            {"internal_control_failure", 10},
                                            {"lost_sample", 2},
                                            {"lot_shift", 2},
                                            {"missing_afp", 5},
                                            {"missing_reference_standard", 3}});
  int excluded = 0;
  int without_afp = 0;
  int without_reference = 0;
  int untested = 0;
  const std::vector<std::string_view> lines = split(file("subjects.csv"), '\n');
  for (std::size_t i = 1; i + 1 < lines.size(); ++i) {
    const std::vector<std::string_view> cells = split(lines[i], ',');
    REQUIRE(cells.size() == 12);
    excluded += cells[10] == "yes" ? 1 : 0;
    CHECK((cells[10] == "yes") == !cells[11].empty());
    without_afp += cells[9].empty() ? 1 : 0;
    without_reference += cells[3].empty() ? 1 : 0;
    if (cells[2].empty()) CHECK(cells[10] == "yes");
    if (cells[3] != "positive") CHECK(cells[5].empty());
    if (cells[3] != "negative") CHECK(cells[4].empty());
  }
  for (const TrialRecord& record : trial().records) untested += record.tested ? 0 : 1;
  CHECK(lines.size() == 362);
  CHECK(excluded == 8);
  CHECK(without_afp == 5);
  CHECK(without_reference == 3);
  CHECK(untested == 8);
  CHECK(split(file("covariates.csv"), '\n').size() == 1 + 352 + 1);
}

TEST_CASE("Runs are in order of testing and failed plates are repeated") {
  std::vector<std::string> ids;
  for (const TrialRun& run : trial().runs) {
    ids.push_back(run.id);
    CHECK(run.expected_valid == (run.id != "C02-1" && run.id != "C03-1"));
    for (const std::string& path : run.files) CHECK(file("study.toml").find("\"" + path + "\"") != std::string::npos);
  }
  CHECK(ids == std::vector<std::string>{"C01-1", "C02-1", "C02-1R", "C03-1", "C03-1R", "C04-1"});
  CHECK(trial().runs[5].files.size() == 6);
}

TEST_CASE("A trial is drawn again byte for byte, and another seed differs") {
  CHECK(simulate_trial({}).files == trial().files);
  TrialOptions options;
  options.seed = 1;
  options.subjects = 60;
  options.plant_defects = false;
  const SimulatedTrial other = simulate_trial(options);
  CHECK(other.defects.empty());
  CHECK(other.runs.size() == 4);
  options.subjects = 10;
  CHECK_THROWS_AS(simulate_trial(options), Error);
}

}  // namespace
