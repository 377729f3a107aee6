// Exponential growth over a window of cycles: F = a·exp(r·x) + c.
#pragma once

#include <array>

#include "libqpcr/core/curve.hpp"
#include "libqpcr/curve/sigmoid.hpp"

namespace qpcr {

struct ExponentialOptions {
  double first_cycle = 0.0;  ///< window, both ends included
  double last_cycle = 0.0;
  bool ground = true;  ///< fit c; without it the readings must have their baseline removed
  int max_iterations = 500;

  /// @throws Error invalid_option naming the violated constraint.
  void validate() const;

  bool operator==(const ExponentialOptions&) const = default;
};

struct ExponentialFit {
  FitStatus status = FitStatus::too_few_points;
  double initial_fluorescence = 0.0;  ///< a: extrapolated to cycle 0
  double rate_per_cycle = 0.0;        ///< r
  double ground = 0.0;                ///< c
  double efficiency = 0.0;            ///< eʳ: factor a cycle, 2 for perfect doubling
  double efficiency_standard_error = 0.0;
  /// Of ln a, r, c.
  std::array<double, 3> standard_errors{};
  double residual_sum_of_squares = 0.0;
  double aicc = 0.0;
  int points = 0;
  int iterations = 0;
};

/// Least squares, equal weights, over the readings in the window; missing ones are skipped. a and c are eliminated.
/// @return too_few_points with fewer readings than parameters + 1; degenerate where the readings do not curve upwards.
/// @throws Error invalid_option, invalid_value (arrays of unequal length).
/// Source: Tichopad et al. 2003, 10.1093/nar/gng122 (exponential model over a window). docs/methods/models.md.
ExponentialFit fit_exponential_phase(CurveView curve, const ExponentialOptions& options);

}  // namespace qpcr
