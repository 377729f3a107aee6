// Straight lines where the points have weights, or where both coordinates carry error.
#pragma once

#include <span>

namespace qpcr {

/// y = intercept + slope·x. Numbers that do not exist are NaN: all of them where the line does not exist, the standard
/// errors with fewer than three points and where the method has none.
struct StructuralLine {
  double intercept = 0.0;
  double slope = 0.0;
  double intercept_standard_error = 0.0;
  double slope_standard_error = 0.0;
  double centre = 0.0;  ///< (weighted) mean of x, at which the fitted value has its least variance
  int iterations = 0;
  bool converged = true;
};

/// Weighted least squares of y on x. Does not exist when fewer than two different x carry weight.
/// @throws Error invalid_value for spans of unequal length.
StructuralLine fit_weighted_line(std::span<const double> x, std::span<const double> y, std::span<const double> weights);

/// Deming's line for a known ratio of the error variance of x to that of y (Linnet 1990, 10.1002/sim.4780091210), with
/// the standard errors of Strike 1991. Does not exist without covariation unless x varies more than y by that ratio.
/// @throws Error invalid_value for spans of unequal length and unless 0 < error_ratio < infinity.
StructuralLine fit_deming(std::span<const double> x, std::span<const double> y, double error_ratio);

struct WeightedDemingOptions {
  int iterations = 200;
  double tolerance = 1e-12;  ///< of a step, relative to the slope and to the largest y
  /// Stop instead at an absolute step of this size in both coefficients, as mcr does; 0: the relative rule above.
  double absolute_tolerance = 0.0;
};

/// Deming's line with weights 1/level², the level being the weighted mean of both estimated true values, iterated from
/// the unweighted line (Linnet 1990). Standard errors are NaN: take the jackknife. Does not exist unless all values are
/// positive. @throws as fit_deming().
StructuralLine fit_weighted_deming(std::span<const double> x, std::span<const double> y, double error_ratio,
                                   const WeightedDemingOptions& options = {});

}  // namespace qpcr
