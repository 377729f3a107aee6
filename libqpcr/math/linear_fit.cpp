// Centred sums for the straight line; no cancellation between large sums of squares.
#include "libqpcr/math/linear_fit.hpp"

#include <cmath>
#include <limits>
#include <string>

#include "libqpcr/core/error.hpp"

namespace qpcr {

LinearFit fit_line(std::span<const double> x, std::span<const double> y) {
  if (x.size() != y.size()) {
    ErrorContext context;
    context.field = "y";
    context.found = std::to_string(y.size());
    context.expected = "as many values as x has (" + std::to_string(x.size()) + ")";
    throw Error(ErrorCode::invalid_value, context);
  }
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  LinearFit fit{nan, nan, nan, nan, nan, nan, nan, 0};
  double sum_x = 0.0;
  double sum_y = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (std::isnan(x[i]) || std::isnan(y[i])) continue;
    sum_x += x[i];
    sum_y += y[i];
    ++fit.points;
  }
  if (fit.points < 2) return fit;
  const double n = fit.points;
  const double mean_x = sum_x / n;
  const double mean_y = sum_y / n;
  double sxx = 0.0;
  double sxy = 0.0;
  double syy = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (std::isnan(x[i]) || std::isnan(y[i])) continue;
    sxx += (x[i] - mean_x) * (x[i] - mean_x);
    sxy += (x[i] - mean_x) * (y[i] - mean_y);
    syy += (y[i] - mean_y) * (y[i] - mean_y);
  }
  if (!(sxx > 0.0)) return fit;
  fit.slope = sxy / sxx;
  fit.intercept = mean_y - fit.slope * mean_x;
  fit.residual_sum_of_squares = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (std::isnan(x[i]) || std::isnan(y[i])) continue;
    const double residual = (y[i] - mean_y) - fit.slope * (x[i] - mean_x);
    fit.residual_sum_of_squares += residual * residual;
  }
  fit.r_squared = syy > 0.0 ? 1.0 - fit.residual_sum_of_squares / syy : nan;
  if (fit.points < 3) return fit;
  fit.residual_sd = std::sqrt(fit.residual_sum_of_squares / (n - 2.0));
  fit.slope_standard_error = fit.residual_sd / std::sqrt(sxx);
  fit.intercept_standard_error = fit.residual_sd * std::sqrt(1.0 / n + mean_x * mean_x / sxx);
  return fit;
}

}  // namespace qpcr
