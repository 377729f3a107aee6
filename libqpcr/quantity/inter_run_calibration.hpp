// Factors that bring the relative quantities of several runs to one scale, from calibrators measured in each.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace qpcr {

/// Normalised relative quantity of one calibrator in one run, for one target.
struct CalibratorValue {
  std::string run;
  std::string calibrator;
  double log2_quantity = 0.0;
  std::optional<double> log2_standard_error;
};

struct RunCalibration {
  std::string run;
  int calibrators = 0;
  double factor = 1.0;  ///< geometric mean of the run's calibrators over that of all runs; quantities are divided by it
  double log2_factor = 0.0;
  std::optional<double> log2_standard_error;  ///< of the run's own calibrators; absent when one has none
  double log2_calibrator_sd = 0.0;  ///< between the calibrators' own factors; NaN with one. Large: they disagree
};

/// Hellemans 2007 (10.1186/gb-2007-8-2-r19), scaled so that the factors' geometric mean is 1. Runs in the order of
/// first appearance.
/// @throws Error invalid_value naming the run and the calibrators it lacks (every run needs every calibrator), a value
///   that is missing, no value at all; duplicate_entry for a calibrator twice in a run.
std::vector<RunCalibration> estimate_run_calibrations(std::span<const CalibratorValue> values);

struct CalibratedQuantity {
  double log2_quantity = 0.0;
  std::optional<double> log2_standard_error;  ///< the factor's included; absent when either is
};

/// A quantity of the run on the common scale.
CalibratedQuantity derive_calibrated_quantity(double log2_quantity, std::optional<double> log2_standard_error,
                                              const RunCalibration& calibration);

}  // namespace qpcr
