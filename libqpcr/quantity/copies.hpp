// From starting fluorescence to copies by a calibrator of known number, and the scatter that no method can avoid.
#pragma once

#include <optional>

#include "libqpcr/math/distributions.hpp"

namespace qpcr {

/// A reaction, or the mean of several, of known copy number.
struct CopyCalibrator {
  double copies_per_reaction = 0.0;
  double log10_n0 = 0.0;
  double log10_n0_standard_error = 0.0;
  double log10_copies_standard_error = 0.0;  ///< of the value assigned to it
};

struct CopyEstimate {
  double copies_per_reaction = 0.0;
  double log10_copies = 0.0;
  double log10_standard_error = 0.0;  ///< sample and calibrator; independent readings
  Interval log10_interval;            ///< normal
  Interval copies_interval;
  /// Scatter between reactions that the number of copies alone makes (poisson_log10_sd()).
  double poisson_log10_sd = 0.0;
};

/// copies = calibrator's copies · N0/N0 of the calibrator. Sample and calibrator must rest on one efficiency and one
/// baseline method. @throws Error invalid_value for copies that are not positive, values that are not finite, negative
/// errors; invalid_option (confidence).
CopyEstimate estimate_copies(double log10_n0, double log10_n0_standard_error, const CopyCalibrator& calibrator,
                             double confidence);

/// Standard deviation of log10 of a Poisson number of mean `copies`, first order: (1/ln 10)·copies^−½; its square is
/// 0.1886/copies. A lower bound: the next order adds 1.5/copies of the variance, 10 % at 15 copies. Below about 5
/// copies reactions without template make a variance of logs meaningless.
/// @throws Error invalid_value for copies that are not positive.
double poisson_log10_sd(double copies_per_reaction);

}  // namespace qpcr
