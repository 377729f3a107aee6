// Centred weighted sums and the closed form of the slope that minimises orthogonal distances.
#include "libqpcr/math/structural_line.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

struct Moments {
  double mean_x = 0.0;
  double mean_y = 0.0;
  double xx = 0.0;
  double yy = 0.0;
  double xy = 0.0;
  double weight = 0.0;
};

[[noreturn]] void refuse(std::string field, std::string found, std::string expected) {
  ErrorContext context;
  context.field = std::move(field);
  context.found = std::move(found);
  context.expected = std::move(expected);
  throw Error(ErrorCode::invalid_value, context);
}

void check_lengths(std::span<const double> x, std::span<const double> y) {
  if (x.size() != y.size())
    refuse("y", std::to_string(y.size()), "as many values as x has (" + std::to_string(x.size()) + ")");
}

template <typename Weight>
Moments form_moments(std::span<const double> x, std::span<const double> y, const Weight& weight) {
  Moments sums;
  for (std::size_t i = 0; i < x.size(); ++i) {
    sums.weight += weight(i);
    sums.mean_x += weight(i) * x[i];
    sums.mean_y += weight(i) * y[i];
  }
  sums.mean_x /= sums.weight;
  sums.mean_y /= sums.weight;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double dx = x[i] - sums.mean_x;
    const double dy = y[i] - sums.mean_y;
    sums.xx += weight(i) * dx * dx;
    sums.yy += weight(i) * dy * dy;
    sums.xy += weight(i) * dx * dy;
  }
  return sums;
}

StructuralLine absent_line() { return {nan, nan, nan, nan, nan, 0, true}; }

/// The root with the sign of the covariation, in the form that does not cancel.
double solve_slope(const Moments& sums, double ratio) {
  const double excess = ratio * sums.yy - sums.xx;
  const double root = std::hypot(excess, 2.0 * std::sqrt(ratio) * sums.xy);
  if (excess < 0.0) return 2.0 * sums.xy / (root - excess);
  return sums.xy == 0.0 ? nan : (excess + root) / (2.0 * ratio * sums.xy);
}

}  // namespace

StructuralLine fit_weighted_line(std::span<const double> x, std::span<const double> y,
                                 std::span<const double> weights) {
  check_lengths(x, y);
  check_lengths(x, weights);
  StructuralLine line = absent_line();
  if (x.size() < 2) return line;
  const Moments sums = form_moments(x, y, [&](std::size_t i) { return weights[i]; });
  if (!(sums.xx > 0.0)) return line;
  line.slope = sums.xy / sums.xx;
  line.intercept = sums.mean_y - line.slope * sums.mean_x;
  line.centre = sums.mean_x;
  if (x.size() < 3) return line;
  double residual = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double off = (y[i] - sums.mean_y) - line.slope * (x[i] - sums.mean_x);
    residual += weights[i] * off * off;
  }
  const double variance = residual / static_cast<double>(x.size() - 2);
  line.slope_standard_error = std::sqrt(variance / sums.xx);
  line.intercept_standard_error = std::sqrt(variance * (1.0 / sums.weight + sums.mean_x * sums.mean_x / sums.xx));
  return line;
}

StructuralLine fit_deming(std::span<const double> x, std::span<const double> y, double error_ratio) {
  check_lengths(x, y);
  if (!(error_ratio > 0.0 && std::isfinite(error_ratio)))
    refuse("error_ratio", format_double(error_ratio), "a positive finite number");
  StructuralLine line = absent_line();
  if (x.size() < 2) return line;
  const Moments sums = form_moments(x, y, [](std::size_t) { return 1.0; });
  line.slope = solve_slope(sums, error_ratio);
  if (!std::isfinite(line.slope)) return absent_line();
  line.intercept = sums.mean_y - line.slope * sums.mean_x;
  line.centre = sums.mean_x;
  if (x.size() < 3 || sums.xy == 0.0) return line;
  const auto n = static_cast<double>(x.size());
  const double unexplained = std::max(0.0, sums.xx * sums.yy - sums.xy * sums.xy) / (sums.xy * sums.xy);
  line.slope_standard_error = std::abs(line.slope) * std::sqrt(unexplained / (n - 2.0));
  line.intercept_standard_error = line.slope_standard_error * std::sqrt(sums.xx / n + sums.mean_x * sums.mean_x);
  return line;
}

StructuralLine fit_weighted_deming(std::span<const double> x, std::span<const double> y, double error_ratio,
                                   const WeightedDemingOptions& options) {
  StructuralLine line = fit_deming(x, y, error_ratio);
  double largest_y = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!(x[i] > 0.0 && y[i] > 0.0)) return absent_line();
    largest_y = std::max(largest_y, y[i]);
  }
  line.slope_standard_error = nan;
  line.intercept_standard_error = nan;
  line.converged = false;
  if (std::isnan(line.slope)) return line;
  std::vector<double> weights(x.size());
  while (line.iterations < options.iterations && !line.converged) {
    const double scale = 1.0 + error_ratio * line.slope * line.slope;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double off = y[i] - (line.intercept + line.slope * x[i]);
      const double true_x = x[i] + error_ratio * line.slope * off / scale;
      const double true_y = y[i] - off / scale;
      const double level = (true_x + error_ratio * true_y) / (1.0 + error_ratio);
      weights[i] = 1.0 / (level * level);
    }
    const Moments sums = form_moments(x, y, [&](std::size_t i) { return weights[i]; });
    const double slope = solve_slope(sums, error_ratio);
    const double intercept = sums.mean_y - slope * sums.mean_x;
    if (!std::isfinite(slope) || !std::isfinite(intercept)) return absent_line();
    const double slope_step = std::abs(slope - line.slope);
    const double intercept_step = std::abs(intercept - line.intercept);
    line.converged =
        options.absolute_tolerance > 0.0
            ? std::max(slope_step, intercept_step) < options.absolute_tolerance
            : slope_step <= options.tolerance * std::abs(slope) && intercept_step <= options.tolerance * largest_y;
    line.slope = slope;
    line.intercept = intercept;
    line.centre = sums.mean_x;
    ++line.iterations;
  }
  return line;
}

}  // namespace qpcr
