// Dixon's ratios: given the largest value and the lowest one used, the others are independent.
#include "libqpcr/math/dixon.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "libqpcr/core/error.hpp"
#include "libqpcr/math/distributions.hpp"

namespace qpcr {
namespace {

/// At most gap − 1 of the `between` values lie within the gap, the others below it.
double estimate_gap_probability(double in_gap, double below_gap, long between, int gap) {
  double sum = 0.0;
  for (int k = 0; k < gap; ++k) {
    sum +=
        std::exp(log_choose(between, k)) * std::pow(in_gap, k) * std::pow(below_gap, static_cast<double>(between - k));
  }
  return sum;
}

}  // namespace

DixonRatio find_dixon_ratio(long count) {
  if (count <= 7) return {1, 0};
  if (count <= 10) return {1, 1};
  if (count <= 13) return {2, 1};
  return {2, 2};
}

double dixon_upper_tail(double value, long count, DixonRatio ratio) {
  if (!(value >= 0.0 && value <= 1.0) || ratio.gap < 1 || ratio.trim < 0 || count < ratio.gap + ratio.trim + 2) {
    ErrorContext context;
    context.field = "dixon ratio";
    context.found = std::to_string(value) + " of " + std::to_string(count);
    context.expected = "a ratio from 0 to 1 of at least gap + trim + 2 values";
    throw Error(ErrorCode::invalid_value, context);
  }
  if (value == 0.0) return 1.0;
  if (value == 1.0) return 0.0;
  constexpr double inverse_root_two_pi = 0.39894228040143267794;
  const long between = count - 2 - ratio.trim;
  const double n = static_cast<double>(count);
  const double arrangements = n * (n - 1.0) * std::exp(log_choose(count - 2, ratio.trim));
  // The integrand vanishes with all its derivatives at both ends of the largest value, where the trapezoidal rule gains
  // digits exponentially; the distance is exp(t − exp(−t)), which does the same at 0 and far out.
  constexpr double step = 1.0 / 16.0;
  double sum = 0.0;
  for (double t = -4.0; t <= 3.25; t += step) {
    const double distance = std::exp(t - std::exp(-t));
    const double jacobian = distance * (1.0 + std::exp(-t));
    if (distance < 1e-300) continue;
    double inner = 0.0;
    for (double x = -8.5; x <= 9.5; x += step) {
      const double low = x - distance;
      const double density = inverse_root_two_pi * inverse_root_two_pi * std::exp(-0.5 * (x * x + low * low));
      if (density < 1e-30) continue;
      const double border = x - value * distance;
      const double below = normal_cumulative(low);
      const double up_to_gap = normal_cumulative(border);
      const double in_gap = ratio.gap > 1 ? std::max(0.0, normal_cumulative(x) - up_to_gap) : 0.0;
      inner += density * std::pow(below, ratio.trim) *
               estimate_gap_probability(in_gap, std::max(0.0, up_to_gap - below), between, ratio.gap);
    }
    sum += inner * jacobian;
  }
  return std::clamp(arrangements * sum * step * step, 0.0, 1.0);
}

}  // namespace qpcr
