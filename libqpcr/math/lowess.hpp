// A smooth curve through scattered points by locally weighted lines.
#pragma once

#include <span>
#include <vector>

namespace qpcr {

struct LowessOptions {
  double span = 2.0 / 3.0;  ///< share of the points in each neighbourhood, over 0 up to 1
  /// Points nearer than this share of the range of x to the last one computed are interpolated, as in Cleveland's
  /// program (1981, 10.2307/2683591) and R's lowess(); 0 computes every point.
  double skip = 0.01;

  /// @throws Error invalid_option.
  void validate() const;
};

/// Locally weighted straight lines with tricube weights (Cleveland 1979, 10.1080/01621459.1979.10481038), without
/// robustness iterations, which would take the rarer outcome of binary data for outliers.
/// @param x in ascending order; both finite.
/// @return the smoothed y at each x; points of equal x have equal values.
/// @throws Error invalid_value for lengths that differ, values that are not finite and x out of order.
std::vector<double> smooth_lowess(std::span<const double> x, std::span<const double> y, const LowessOptions& options);

}  // namespace qpcr
