// Simulated plates: layout, determinism, planted defects, and the truth recovered from the curves.
#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/simulate/output_files.hpp"
#include "libqpcr/simulate/panel_rule.hpp"
#include "libqpcr/simulate/plate.hpp"

namespace {

using namespace qpcr;

PlateOptions noise_free(SimulatedPanel panel) {
  PlateOptions options;
  options.panel = panel;
  options.noise_free = true;
  return options;
}

TEST_CASE("A plate declares itself simulated and holds its controls first") {
  for (const SimulatedPanel panel : {SimulatedPanel::demo_methylation, SimulatedPanel::demo_rna}) {
    PlateOptions options;
    options.panel = panel;
    const SimulatedPlate plate = simulate_plate(options);
    CHECK(is_simulated(*plate.run));
    CHECK(plate.run->instrument.serial_number == "SIMULATED");
    const std::size_t wells = 6 + 30 * static_cast<std::size_t>(describe(panel).wells_per_sample);
    CHECK(plate.run->measurements.size() == wells * 4);
    CHECK(plate.reactions.size() == wells * 4);
    CHECK(plate.run->measurements[0].sample == "NTC");
    CHECK(plate.run->measurements[4].well.label == "A2");
    CHECK(plate.run->measurements[8].sample == "NC");
    CHECK(plate.run->measurements[16].role == SampleRole::positive_control);
    CHECK(plate.run->measurements[24].sample == "SIM-0001");
    CHECK(plate.run->measurements[24].amplification.size() == 2);
    CHECK(plate.run->measurements[24].amplification[0].cycles.size() == 45);
    std::map<SimulatedClass, int> classes;
    for (const SampleTruth& truth : plate.samples) ++classes[truth.sample.intended];
    CHECK(classes[SimulatedClass::case_sample] == 15);
    CHECK(classes[SimulatedClass::control_sample] == 15);
  }
}

TEST_CASE("The same options draw the same bytes; another seed other ones") {
  const PlateOptions options;
  const std::vector<OutputFile> files = render_plate_files(simulate_plate(options));
  CHECK(files == render_plate_files(simulate_plate(options)));
  PlateOptions other;
  other.seed = 2;
  CHECK(files[0].bytes != render_plate_files(simulate_plate(other))[0].bytes);
}

TEST_CASE("A further sample does not move the wells before it") {
  PlateOptions options;
  std::vector<SimulatedSample> samples;
  for (int i = 0; i < 5; ++i) {
    SimulatedSample sample;
    sample.id = "SIM-" + std::to_string(i);
    sample.expected_molecules = {10, 10, 10, 1500};
    samples.push_back(sample);
  }
  const SimulatedPlate longer = simulate_plate(options, samples);
  samples.pop_back();
  const SimulatedPlate shorter = simulate_plate(options, samples);
  for (std::size_t i = 0; i < shorter.run->measurements.size(); ++i) {
    CHECK(shorter.run->measurements[i].amplification[0].fluorescence ==
          longer.run->measurements[i].amplification[0].fluorescence);
  }
}

TEST_CASE("Readings lie where the optics of the model put them") {
  PlateOptions options;
  const SimulatedPlate plate = simulate_plate(options);
  for (const Measurement& measurement : plate.run->measurements) {
    for (const double value : measurement.amplification[0].fluorescence) {
      CHECK(value > 800);
      CHECK(value < 9000);
      CHECK(std::abs(value * 100 - std::round(value * 100)) < 1e-6);
    }
  }
}

TEST_CASE("Artefacts change the wells that the truth names and no other reading") {
  for (const SimulatedPanel panel : {SimulatedPanel::demo_methylation, SimulatedPanel::demo_rna}) {
    PlateOptions options;
    options.panel = panel;
    const SimulatedPlate clean = simulate_plate(options);
    options.artefact_rate = 0.3;
    const SimulatedPlate plate = simulate_plate(options);
    std::map<std::string, std::string> planted;
    for (const PlantedDefect& defect : plate.defects) CHECK(planted.emplace(defect.where, defect.kind).second);
    std::map<std::string, int> kinds;
    for (const auto& [well, kind] : planted) ++kinds[kind];
    CHECK(kinds.size() == 3);
    std::map<std::string, std::vector<std::size_t>> changed;  // well → changed readings, by target
    REQUIRE(plate.run->measurements.size() == clean.run->measurements.size());
    for (std::size_t i = 0; i < plate.run->measurements.size(); ++i) {
      const Measurement& with = plate.run->measurements[i];
      const Measurement& without = clean.run->measurements[i];
      for (std::size_t kind = 0; kind < 2; ++kind) {
        std::size_t count = 0;
        for (std::size_t k = 0; k < 45; ++k)
          count += with.amplification[kind].fluorescence[k] != without.amplification[kind].fluorescence[k]
                       ? std::size_t{1}
                       : std::size_t{0};
        if (count > 0) changed[with.well.label].push_back(count);
      }
    }
    CHECK(changed.size() == planted.size());
    for (const auto& [well, counts] : changed) {
      INFO(well);
      REQUIRE(planted.contains(well));
      const std::string& kind = planted[well];
      if (kind == "artefact_step") CHECK(counts.size() == 8);
      if (kind != "artefact_step") CHECK(counts.size() == 2);
      if (kind == "artefact_spike") CHECK(counts == std::vector<std::size_t>{1, 1});
      if (kind == "artefact_drift") CHECK(counts == std::vector<std::size_t>{44, 44});
      if (kind == "artefact_step") CHECK(counts.front() >= 5);
    }
    for (std::size_t i = 0; i < plate.samples.size(); ++i)
      CHECK(plate.samples[i].expected_call == clean.samples[i].expected_call);
  }
  PlateOptions options;
  options.artefact_rate = 1.5;
  CHECK_THROWS_AS(simulate_plate(options), Error);
}

TEST_CASE("Without noise the vendor's Cq is the expected one to the rounding of the readings") {
  for (const SimulatedPanel panel : {SimulatedPanel::demo_methylation, SimulatedPanel::demo_rna}) {
    const SimulatedPlate plate = simulate_plate(noise_free(panel));
    for (std::size_t i = 0; i < plate.reactions.size(); ++i) {
      const VendorResult& vendor = plate.run->measurements[i].vendor;
      REQUIRE(vendor.cq_cycles.has_value() == plate.reactions[i].expected_cq_cycles.has_value());
      if (vendor.cq_cycles) CHECK(*vendor.cq_cycles == Approx(*plate.reactions[i].expected_cq_cycles).margin(1e-4));
    }
  }
}

TEST_CASE("Without noise every sample has a clear call, cases positive and controls negative") {
  for (const SimulatedPanel panel : {SimulatedPanel::demo_methylation, SimulatedPanel::demo_rna}) {
    const SimulatedPlate plate = simulate_plate(noise_free(panel));
    for (const SampleTruth& truth : plate.samples) {
      if (truth.sample.intended == SimulatedClass::case_sample) CHECK(truth.expected_call == "positive");
      if (truth.sample.intended == SimulatedClass::control_sample) CHECK(truth.expected_call == "negative");
    }
  }
}

TEST_CASE("With noise drawn molecules are Poisson about the expected ones and Cq follows them") {
  PlateOptions options;
  options.cases = 45;
  options.controls = 45;
  double chi_square = 0;
  int count = 0;
  double worst = 0;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    options.seed = seed;
    const SimulatedPlate plate = simulate_plate(options);
    for (std::size_t i = 0; i < plate.reactions.size(); ++i) {
      const ReactionTruth& truth = plate.reactions[i];
      if (truth.expected_molecules == 0) {
        CHECK(truth.drawn_molecules == 0);
        CHECK_FALSE(plate.run->measurements[i].vendor.cq_cycles);
        continue;
      }
      chi_square += std::pow(truth.drawn_molecules - truth.expected_molecules, 2) / truth.expected_molecules;
      ++count;
      if (truth.drawn_molecules < 500) continue;
      const double expected =
          *derive_expected_cq(truth.drawn_molecules, to_amplification_options(plate.panel, i % 4, 0), 200);
      worst = std::max(worst, std::abs(*plate.run->measurements[i].vendor.cq_cycles - expected));
    }
  }
  CHECK(std::abs(chi_square / count - 1) < 5 * std::sqrt(2.0 / count));
  // Gain of 3 % and noise of about 10 RFU at the threshold: 0.05 and 0.1 cycles; five of their standard deviations.
  CHECK(worst < 0.6);
}

TEST_CASE("A lot shift moves every Cq by its size and nothing else") {
  PlateOptions options = noise_free(SimulatedPanel::demo_methylation);
  const SimulatedPlate plain = simulate_plate(options);
  options.lot_shift_cycles = 0.6;
  const SimulatedPlate shifted = simulate_plate(options);
  for (std::size_t i = 0; i < plain.reactions.size(); ++i) {
    if (!plain.reactions[i].expected_cq_cycles) continue;
    CHECK(*shifted.reactions[i].expected_cq_cycles == Approx(*plain.reactions[i].expected_cq_cycles + 0.6).margin(0.1));
  }
  CHECK(shifted.defects.size() == 1);
}

TEST_CASE("Planted defects are in the curves and in the list") {
  PlateOptions options;
  options.contaminated_ntc = true;
  options.degraded_positive_control = true;
  options.internal_control_failure_rate = 0.2;
  options.excluded_wells = 2;
  options.seed = 5;
  const SimulatedPlate plate = simulate_plate(options);
  CHECK_FALSE(plate.expected_valid);
  std::map<std::string, int> kinds;
  for (const PlantedDefect& defect : plate.defects) ++kinds[defect.kind];
  CHECK(kinds["contaminated_ntc"] == 1);
  CHECK(kinds["degraded_positive_control"] == 1);
  CHECK(kinds["excluded_well"] == 2);
  CHECK(kinds["internal_control_failure"] >= 1);
  CHECK(plate.run->measurements[0].vendor.cq_cycles.has_value());
  CHECK_FALSE(plate.run->measurements[4].vendor.cq_cycles.has_value());
  std::set<std::string> excluded;
  for (const Measurement& measurement : plate.run->measurements) {
    if (measurement.excluded) excluded.insert(measurement.well.label);
    if (measurement.excluded) CHECK(measurement.vendor.cq_status == CqStatus::excluded);
  }
  CHECK(excluded.size() == 2);
  int failures = 0;
  for (const SampleTruth& truth : plate.samples) {
    if (truth.sample.id.starts_with("SIM-")) CHECK(truth.expected_call == "invalid");
    if (!truth.sample.internal_control_failure) continue;
    ++failures;
    CHECK(truth.expected_cq_cycles[3].value_or(99) > 32.7);
  }
  CHECK(failures == kinds["internal_control_failure"]);
}

TEST_CASE("Plates that cannot be are refused") {
  PlateOptions options;
  options.cases = 60;
  options.controls = 31;
  CHECK_THROWS_AS(simulate_plate(options), Error);
  options = {};
  options.panel = SimulatedPanel::demo_rna;
  options.cases = 16;
  CHECK_THROWS_AS(simulate_plate(options), Error);
  options = {};
  options.internal_control_failure_rate = 1.5;
  CHECK_THROWS_AS(simulate_plate(options), Error);
  options = {};
  options.excluded_wells = 31;
  CHECK_THROWS_AS(simulate_plate(options), Error);
  options = {};
  SimulatedSample sample;
  sample.id = "SIM-1";
  CHECK_THROWS_AS(simulate_plate(options, {sample}), Error);
}

}  // namespace
