// A simulated multi-centre trial: subjects, runs, study file, and the truth about all of it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "libqpcr/simulate/output_files.hpp"
#include "libqpcr/simulate/trial_subjects.hpp"

namespace qpcr {

struct TrialOptions {
  std::uint64_t seed = 20260102;
  int subjects = 360;  ///< over four centres; a centre puts up to 90 on a plate
  bool plant_defects = true;
  /// Path of the assay definition as the study file writes it.
  std::string assay_path = "../assays/demo-methylation.toml";

  /// @throws Error invalid_option naming the violated constraint.
  void validate() const;
};

/// A subject with what the tables say, which planted defects may have changed.
struct TrialRecord {
  TrialSubject subject;
  std::string reference_standard;  ///< "positive", "negative"; empty when missing
  bool afp_recorded = true;
  bool afp_below_quantification = false;
  bool excluded = false;
  std::string exclusion_reason;
  bool tested = true;  ///< false: no tube was put on a plate
  bool internal_control_failure = false;
};

struct TrialRun {
  std::string id;  ///< C01-1; C02-1R for a repeat
  std::string centre;
  std::string repeat_of;
  std::string reason;
  std::vector<std::string> files;  ///< paths of its files
  bool expected_valid = true;
};

struct SimulatedTrial {
  std::vector<TrialRecord> records;  ///< by centre, then subject
  std::vector<TrialRun> runs;        ///< order of testing
  std::vector<PlantedDefect> defects;
  /// `study.toml`, `subjects.csv`, `covariates.csv`, `runs/…` (RDML; CFX CSV for centre C04), `truth.csv`,
  /// `truth_defects.csv`.
  std::vector<OutputFile> files;
};

/// Draws a trial of panel demo-methylation. Planted defects, all listed: failures of the internal control (3 %), five
/// AFP values missing, exclusions with reasons, missing reference standards, lost samples, a contaminated NTC and a
/// degraded positive control with the repeats of their plates, a reagent lot 0.6 cycles late at one centre, a well
/// omitted by the operator.
SimulatedTrial simulate_trial(const TrialOptions& options);

}  // namespace qpcr
