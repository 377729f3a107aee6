// Makes the calibration record of fluorescence thresholds from calibration runs.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>

#include "libqpcr/assay/threshold_calibration.hpp"
#include "libqpcr/core/run.hpp"

namespace qpcr {

/// What a person says about calibration runs.
struct ThresholdCalibrationRequest {
  std::string name;
  std::string instrument_serial;  ///< needed where the files do not name it; else empty or the same
  std::string reagent_lot;
  ThresholdMethod method = ThresholdMethod::calibrator_anchored;
  std::optional<double> blank_factor;   ///< k: blank_deviations, and no other method
  std::map<std::string, double> fixed;  ///< by target: fixed, and no other method
  std::string date;                     ///< ISO 8601, of the calibration runs
  std::string operator_name;            ///< an account
  std::string approver;                 ///< another account
};

/// Finds the threshold of every target and judges it by the plan of the definition. The result does not depend on the
/// order of runs and wells. What breaks a condition of the plan is a finding, and the record is not accepted; a
/// target whose threshold cannot be found has none in the record.
/// @throws Error assay_refused for a template; assay_mismatch for a definition without calibrated thresholds or an
/// incomplete plan, for a signal on another scale, and as match_plate(); invalid_value for runs of two instruments, of
/// none, real and simulated ones together, an operator who approves, a date that is none, a missing lot, or numbers
/// that do not fit the method; personal_data for an operator or approver who is named by an identity or telephone
/// number; duplicate_entry where a run is given twice.
/// Methods, conditions and accuracy: docs/methods/threshold_calibration.md.
ThresholdCalibration calibrate_thresholds(std::span<const Run> runs, const AssayDefinition& definition,
                                          const ThresholdCalibrationRequest& request);

}  // namespace qpcr
