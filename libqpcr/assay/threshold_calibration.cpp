// Calibration of fluorescence thresholds.
#include "libqpcr/assay/threshold_calibration.hpp"

namespace qpcr {

std::string_view to_string(ThresholdMethod method) {
  switch (method) {
    case ThresholdMethod::calibrator_anchored:
      return "calibrator_anchored";
    case ThresholdMethod::blank_deviations:
      return "blank_deviations";
    case ThresholdMethod::fixed:
      return "fixed";
  }
  return "unknown";
}

CalibrationChoice find_threshold_calibration(const std::vector<ThresholdCalibration>&, const AssayDefinition&,
                                             std::string_view, std::string_view, std::string_view) {
  return {nullptr, {{"calibration_missing", {}}}};
}

const CalibratedThreshold* find_threshold(const ThresholdCalibration& record, std::string_view target) {
  for (const CalibratedThreshold& threshold : record.thresholds) {
    if (threshold.target == target) return &threshold;
  }
  return nullptr;
}

}  // namespace qpcr
