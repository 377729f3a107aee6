// A simulated plate with its truth.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libqpcr/core/run.hpp"
#include "libqpcr/simulate/panel.hpp"

namespace qpcr {

/// Of the model and its numbers, not of the library: the bytes of a simulated run change exactly when this does.
inline constexpr const char* simulation_model_version = "1";

struct PlateOptions {
  SimulatedPanel panel = SimulatedPanel::demo_methylation;
  std::uint64_t seed = 1;
  std::string run_name = "SIM-PLATE-1";
  std::string started_at = "2026-01-05T09:00:00";
  int cases = 15;
  int controls = 15;
  int first_sample_number = 1;  ///< samples are SIM-0001, SIM-0002 …
  /// Expected molecules instead of drawn ones, no variation of wells, no drift, no noise of reading.
  bool noise_free = false;
  double internal_control_failure_rate = 0;  ///< of samples; their template was lost
  bool contaminated_ntc = false;             ///< the first NTC well holds target and internal control
  bool degraded_positive_control = false;    ///< the positive control holds 0.1 % of its template
  int excluded_wells = 0;                    ///< wells of samples omitted by the operator
  double lot_shift_cycles = 0;               ///< a reagent lot that reads so much later
  /// Share of the samples' wells with a curve that no amplification makes: a step from an air bubble (all dyes), a
  /// single wrong reading, or a slow drift (one dye each), a third each. Controls are spared, so that the validity of
  /// the run stays known. The expected calls are those of the template: what a call makes of an artefact is the test.
  double artefact_rate = 0;

  /// @throws Error invalid_option naming the violated constraint, among them more wells than a plate of 96 has.
  void validate() const;
};

/// What a call should be, and why the sample is what it is.
struct SampleTruth {
  SimulatedSample sample;
  std::vector<std::optional<double>> expected_cq_cycles;  ///< by target; absent when the expected curve does not cross
  std::optional<std::string> expected_call;               ///< absent where it is not clear-cut, and for controls
};

struct ReactionTruth {
  WellId well;
  std::string sample;
  std::string target;
  std::string dye;
  double expected_molecules = 0;
  double drawn_molecules = 0;
  std::optional<double> expected_cq_cycles;  ///< of the expected molecules
};

/// Something wrong on purpose.
struct PlantedDefect {
  std::string kind;  ///< "internal_control_failure", "contaminated_ntc", "degraded_positive_control", "excluded_well",
                     ///< "lot_shift", "artefact_step", "artefact_spike", "artefact_drift" …
  std::string where;
  std::string detail;
};

struct SimulatedPlate {
  Run run;
  SimulatedPanel panel = SimulatedPanel::demo_methylation;
  bool expected_valid = true;            ///< false when a control was made to fail
  std::vector<SampleTruth> samples;      ///< controls first, then samples, as on the plate
  std::vector<ReactionTruth> reactions;  ///< order of the run's measurements
  std::vector<PlantedDefect> defects;
};

/// Plate of cases and controls SIM-0001 …, in random order, with two wells each of NTC, NC and PC before them. The run
/// declares itself simulated (instrument model and serial number SIMULATED) and carries multicomponent and
/// baseline-subtracted curves and the Cq of a fixed threshold as the vendor's.
SimulatedPlate simulate_plate(const PlateOptions& options);

/// The same with the samples given; `cases`, `controls`, `first_sample_number` and `internal_control_failure_rate` are
/// not used.
SimulatedPlate simulate_plate(const PlateOptions& options, const std::vector<SimulatedSample>& samples);

}  // namespace qpcr
