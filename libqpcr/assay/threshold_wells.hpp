// What a threshold calibration takes in: its request checked, and the wells of controls of all its runs.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "libqpcr/assay/threshold_estimation.hpp"

namespace qpcr {

/// One target in one well of a control. It lives as long as the runs and the definition.
struct CalibrationWell {
  std::string label;  ///< "A1", with the run before it where there are several
  const ControlDefinition* control = nullptr;
  const AmplificationCurve* curve = nullptr;

  CurveView view() const { return to_view(*curve); }
};

struct CalibrationWells {
  std::vector<std::vector<CalibrationWell>> by_target;  ///< in the order of the definition's targets
  bool simulated = false;
  std::vector<Message> problems;  ///< the record is not accepted
  std::vector<Message> notes;     ///< wells left out by the user of the instrument
};

/// Wells of the calibrator, the weak positive and the blanks, by run and place, whatever order they are given in.
/// @throws Error as calibrate_thresholds().
CalibrationWells collect_calibration_wells(std::span<const Run> runs, const AssayDefinition& definition);

/// The record without thresholds: who, when, what for, from which files.
/// @throws Error as calibrate_thresholds().
ThresholdCalibration start_threshold_record(std::span<const Run> runs, const AssayDefinition& definition,
                                            const ThresholdCalibrationRequest& request);

}  // namespace qpcr
