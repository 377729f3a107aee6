// The truth of simulated plates recovered from their files by the readers, the curve room and the shipped definitions.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "instruments/registry.hpp"
#include "libqpcr/assay/analysis.hpp"
#include "libqpcr/core/file.hpp"
#include "libqpcr/curve/run_cq.hpp"
#include "libqpcr/simulate/output_files.hpp"
#include "libqpcr/simulate/shipped.hpp"
#include "libqpcr/simulate/trial.hpp"

namespace {

using namespace qpcr;

const AssayDefinition& definition(SimulatedPanel panel) {
  static std::map<SimulatedPanel, AssayDefinition> definitions;
  const auto found = definitions.find(panel);
  if (found != definitions.end()) return found->second;
  const std::filesystem::path folder = std::filesystem::path(QPCR_SOURCE_DIR) / "validation_data" / "assays";
  return definitions.emplace(panel, read_assay(folder / (std::string(to_string(panel)) + ".toml"))).first->second;
}

CovariateTable covariates(const std::vector<OutputFile>& files, SimulatedPanel panel) {
  for (const OutputFile& file : files) {
    if (file.path == "covariates.csv") return parse_covariates(file.bytes, file.path, definition(panel));
  }
  return {};
}

/// The plate through its RDML file.
PlateResult analyze(const SimulatedPlate& plate) {
  const std::vector<OutputFile> files = render_plate_files(plate);
  return analyze_run(load_bytes(files[0].bytes, "run.rdml").at(0), definition(plate.panel),
                     covariates(files, plate.panel));
}

struct Tally {
  int clear = 0;
  int wrong = 0;      ///< positive for negative, negative for positive, either for invalid
  int undecided = 0;  ///< indeterminate or invalid where a call was expected
};

void count_calls_against_truth(const SimulatedPlate& plate, const PlateResult& result, Tally& tally) {
  for (const SampleTruth& truth : plate.samples) {
    if (!truth.expected_call) continue;
    const auto call = std::find_if(result.calls.begin(), result.calls.end(),
                                   [&](const SampleCall& c) { return c.sample == truth.sample.id; });
    REQUIRE(call != result.calls.end());
    const std::string outcome(to_string(call->outcome));
    ++tally.clear;
    if (outcome == *truth.expected_call) continue;
    INFO(truth.sample.id << " expected " << *truth.expected_call << " got " << outcome);
    if (outcome == "indeterminate" || outcome == "invalid") {
      ++tally.undecided;
    } else {
      ++tally.wrong;
    }
  }
}

PlateOptions plate_options(SimulatedPanel panel, std::uint64_t seed) {
  PlateOptions options;
  options.panel = panel;
  options.seed = seed;
  if (panel == SimulatedPanel::demo_methylation) options.cases = options.controls = 45;
  return options;
}

TEST_CASE("Every call of the noise-free plates is right, from RDML and from CFX CSV") {
  for (const SimulatedPanel panel : {SimulatedPanel::demo_methylation, SimulatedPanel::demo_rna}) {
    for (const double failure_rate : {0.0, 0.2}) {
      PlateOptions options = plate_options(panel, 31);
      options.noise_free = true;
      options.internal_control_failure_rate = failure_rate;
      const SimulatedPlate plate = simulate_plate(options);
      Tally tally;
      const PlateResult result = analyze(plate);
      CHECK(result.run_valid);
      CHECK(result.simulated);
      count_calls_against_truth(plate, result, tally);
      CHECK(tally.clear == options.cases + options.controls);
      CHECK(tally.wrong + tally.undecided == 0);

      const std::filesystem::path folder = std::filesystem::path(QPCR_BINARY_DIR) / "test_simulate_cfx";
      std::filesystem::remove_all(folder);
      OutputFiles output(folder);
      const std::vector<OutputFile> files = render_plate_files(plate);
      for (const OutputFile& file : files) {
        if (file.path.starts_with("cfx/")) output.add(file.path.substr(4), file.bytes);
      }
      const std::vector<Run> runs = load_runs(output.commit());
      std::filesystem::remove_all(folder);
      REQUIRE(runs.size() == 1);
      Tally cfx;
      const PlateResult from_cfx = analyze_run(runs[0], definition(panel), covariates(files, panel));
      CHECK(from_cfx.simulated);
      count_calls_against_truth(plate, from_cfx, cfx);
      CHECK(cfx.wrong + cfx.undecided == 0);
    }
  }
}

TEST_CASE("The shipped plates are called alike from RDML and from CFX CSV") {
  std::size_t plates = 0;
  for (const ShippedDataset& dataset : shipped_datasets()) {
    const std::filesystem::path folder = std::filesystem::path(QPCR_SOURCE_DIR) / "validation_data" / dataset.name;
    if (!std::filesystem::is_regular_file(folder / "run.rdml")) continue;
    INFO(dataset.name);
    ++plates;
    const SimulatedPanel panel = dataset.name.find("methylation") != std::string::npos
                                     ? SimulatedPanel::demo_methylation
                                     : SimulatedPanel::demo_rna;
    const CovariateTable table = covariates(dataset.files, panel);
    const std::vector<Run> rdml = load_runs({folder / "run.rdml"});
    std::vector<std::filesystem::path> paths;
    for (const auto& entry : std::filesystem::directory_iterator(folder / "cfx")) paths.push_back(entry.path());
    std::sort(paths.begin(), paths.end());
    const std::vector<Run> cfx = load_runs(paths);
    REQUIRE(cfx.size() == 1);
    std::set<std::string> excluded;
    for (const Measurement& measurement : rdml.at(0)->measurements) {
      if (measurement.excluded) excluded.insert(measurement.well.label);
    }
    for (const Measurement& measurement : cfx[0]->measurements) CHECK_FALSE(excluded.contains(measurement.well.label));
    const PlateResult from_rdml = analyze_run(rdml[0], definition(panel), table);
    const PlateResult from_cfx = analyze_run(cfx[0], definition(panel), table);
    CHECK(from_rdml.run_valid);
    CHECK(from_cfx.run_valid);
    std::map<std::string, Outcome> calls;
    for (const SampleCall& call : from_cfx.calls) calls[call.sample] = call.outcome;
    std::size_t differing = 0;
    for (const SampleCall& call : from_rdml.calls) {
      INFO(call.sample << " " << to_string(call.outcome));
      const auto found = calls.find(call.sample);
      if (found == calls.end()) {
        // Its only well is excluded: RDML says so, and CFX files hold nothing of it.
        CHECK(call.outcome == Outcome::invalid);
        continue;
      }
      differing += found->second != call.outcome ? std::size_t{1} : std::size_t{0};
    }
    WARN(dataset.name << ": " << differing << " of " << calls.size() << " calls differ");
    CHECK(differing == 0);
  }
  CHECK(plates == 4);
}

double worst_difference(const BaselineOptions& baseline) {
  double worst = 0;
  for (const SimulatedPanel panel : {SimulatedPanel::demo_methylation, SimulatedPanel::demo_rna}) {
    PlateOptions options = plate_options(panel, 32);
    options.noise_free = true;
    const SimulatedPlate plate = simulate_plate(options);
    RunCqOptions cq;
    cq.cq.method = CqMethod::threshold;
    cq.kind = CurveKind::multicomponent;
    cq.cq.baseline = baseline;
    cq.cq.threshold = 200;
    const RunCq result = estimate_run_cq(plate.run, cq);
    REQUIRE(result.curves.size() == plate.reactions.size());
    for (const MeasurementCq& curve : result.curves) {
      const ReactionTruth& truth = plate.reactions[curve.measurement];
      INFO(truth.well.label << " " << truth.target);
      REQUIRE(curve.result.cq_cycles.has_value() == truth.expected_cq_cycles.has_value());
      if (truth.expected_cq_cycles)
        worst = std::max(worst, std::abs(*curve.result.cq_cycles - *truth.expected_cq_cycles));
    }
  }
  return worst;
}

TEST_CASE("Cq of noise-free curves is the expected one over a baseline of early cycles") {
  BaselineOptions early;
  early.first_cycle = 3;
  early.last_cycle = 8;
  CHECK(worst_difference(early) < 0.002);
}

TEST_CASE("The automatic baseline leaves the Cq of noise-free curves where it is expected") {
  const double worst = worst_difference({});
  WARN("automatic linear baseline: up to " << worst << " cycles from the expected Cq");
  CHECK(worst < 0.02);
}

TEST_CASE("The rate of wrong calls on noisy plates, without and with artefacts, is the stated one") {
  for (const MeasuredCalls& stated : measured_calls()) {
    const SimulatedPanel panel = stated.panel;
    Tally tally;
    int invalid_runs = 0;
    for (std::uint64_t seed = stated.first_seed; seed <= stated.last_seed; ++seed) {
      PlateOptions options = plate_options(panel, seed);
      options.artefact_rate = stated.artefact_rate;
      REQUIRE(options.cases == stated.samples_per_class);
      const SimulatedPlate plate = simulate_plate(options);
      const PlateResult result = analyze(plate);
      invalid_runs += result.run_valid ? 0 : 1;
      count_calls_against_truth(plate, result, tally);
    }
    WARN(to_string(panel) << ", artefacts in " << stated.artefact_rate << " of the wells: " << tally.clear
                          << " clear-cut samples, " << tally.wrong << " wrong, " << tally.undecided << " undecided, "
                          << invalid_runs << " runs invalid");
    CHECK(invalid_runs == 0);
    CHECK(tally.clear == stated.clear_cut);
    CHECK(tally.wrong == stated.wrong);
    CHECK(tally.undecided == stated.undecided);
    if (stated.artefact_rate > 0) continue;
    CHECK(tally.wrong <= tally.clear / 100);
    CHECK(tally.undecided <= tally.clear / 20);
  }
}

TEST_CASE("Planted failures of controls invalidate the run, of the internal control the sample") {
  for (const SimulatedPanel panel : {SimulatedPanel::demo_methylation, SimulatedPanel::demo_rna}) {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      PlateOptions options = plate_options(panel, seed);
      options.contaminated_ntc = true;
      CHECK_FALSE(analyze(simulate_plate(options)).run_valid);
      options.contaminated_ntc = false;
      options.degraded_positive_control = true;
      CHECK_FALSE(analyze(simulate_plate(options)).run_valid);
      options.degraded_positive_control = false;
      options.internal_control_failure_rate = 0.1;
      const SimulatedPlate plate = simulate_plate(options);
      const PlateResult result = analyze(plate);
      CHECK(result.run_valid);
      for (const SampleTruth& truth : plate.samples) {
        if (!truth.sample.internal_control_failure) continue;
        const auto call = std::find_if(result.calls.begin(), result.calls.end(),
                                       [&](const SampleCall& c) { return c.sample == truth.sample.id; });
        REQUIRE(call != result.calls.end());
        CHECK(call->outcome == Outcome::invalid);
      }
    }
  }
}

TEST_CASE("A large trial reaches the rates it was aimed at") {
  TrialOptions options;
  options.subjects = 1800;
  options.plant_defects = false;
  const SimulatedTrial trial = simulate_trial(options);
  const CovariateTable table = covariates(trial.files, SimulatedPanel::demo_methylation);
  std::map<std::string, Outcome> calls;
  const std::filesystem::path folder = std::filesystem::path(QPCR_BINARY_DIR) / "test_simulate_trial";
  std::filesystem::remove_all(folder);
  OutputFiles output(folder);
  for (const OutputFile& file : trial.files) output.add(file.path, file.bytes);
  output.commit();
  for (const TrialRun& run : trial.runs) {
    std::vector<std::filesystem::path> paths;
    for (const std::string& path : run.files) paths.push_back(folder / path);
    const PlateResult result = analyze_run(load_runs(paths).at(0), definition(SimulatedPanel::demo_methylation), table);
    CHECK(result.run_valid);
    for (const SampleCall& call : result.calls) calls[call.sample] = call.outcome;
  }
  std::filesystem::remove_all(folder);
  std::map<TrialGroup, std::pair<int, int>> counts;  // positive, decided
  int indeterminate = 0;
  for (const TrialRecord& record : trial.records) {
    const Outcome outcome = calls.at(record.subject.sample);
    if (outcome == Outcome::indeterminate) ++indeterminate;
    if (outcome != Outcome::positive && outcome != Outcome::negative) continue;
    ++counts[record.subject.group].second;
    if (outcome == Outcome::positive) ++counts[record.subject.group].first;
  }
  for (const GroupModel& group : trial_groups()) {
    const auto [positive, decided] = counts[group.group];
    const double rate = static_cast<double>(positive) / decided;
    WARN(group.name << " " << group.stage << ": " << positive << "/" << decided << " = " << rate << ", aimed at "
                    << group.aimed_positive_rate);
    const double aimed = group.aimed_positive_rate;
    // Four standard errors of a proportion, and two points for the tuning itself.
    CHECK(std::abs(rate - aimed) < 4 * std::sqrt(aimed * (1 - aimed) / decided) + 0.02);
  }
  WARN(indeterminate << " of " << trial.records.size() << " indeterminate");
}

}  // namespace
