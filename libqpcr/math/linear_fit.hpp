// A straight line by ordinary least squares, with standard errors.
#pragma once

#include <span>

namespace qpcr {

/// y = intercept + slope·x. Standard errors and residual_sd are NaN with fewer than three points.
struct LinearFit {
  double intercept = 0.0;
  double slope = 0.0;
  double intercept_standard_error = 0.0;
  double slope_standard_error = 0.0;
  double residual_sum_of_squares = 0.0;
  double residual_sd = 0.0;  ///< √(RSS/(n − 2))
  double r_squared = 0.0;    ///< NaN when all y are equal
  int points = 0;            ///< pairs used
};

/// Ordinary least squares; pairs with a NaN in either are left out.
/// @return NaN throughout (and the number of points) with fewer than two pairs or when all x are equal.
/// @throws Error invalid_value for spans of unequal length.
/// Accuracy: NIST StRD Norris to 12 digits (tests/math/test_linear_fit.cpp).
LinearFit fit_line(std::span<const double> x, std::span<const double> y);

}  // namespace qpcr
