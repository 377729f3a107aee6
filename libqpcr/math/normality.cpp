// Statistics of normality from the sorted sample, p-values from the published approximations.
#include "libqpcr/math/normality.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "libqpcr/core/error.hpp"
#include "libqpcr/math/distributions.hpp"

namespace qpcr {
namespace {

constexpr NormalityTest absent{std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::quiet_NaN()};

std::vector<double> sort_finite(std::span<const double> values) {
  for (const double value : values) {
    if (std::isfinite(value)) continue;
    ErrorContext context;
    context.field = "values";
    context.found = std::to_string(value);
    context.expected = "finite numbers";
    throw Error(ErrorCode::invalid_value, context);
  }
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

/// Lowest power first.
template <std::size_t N>
double polynomial(const std::array<double, N>& coefficients, double x) {
  double sum = 0.0;
  for (std::size_t i = N; i-- > 0;) sum = sum * x + coefficients[i];
  return sum;
}

/// Standardised by mean and standard deviation; empty for equal values.
std::vector<double> standardise(std::vector<double> sorted) {
  const double n = static_cast<double>(sorted.size());
  const double shift = sorted.front();
  double mean = 0.0;
  for (const double value : sorted) mean += (value - shift) / n;
  double squares = 0.0;
  for (double& value : sorted) {
    value = (value - shift) - mean;
    squares += value * value;
  }
  const double sd = std::sqrt(squares / (n - 1.0));
  if (!(sd > 0.0)) return {};
  for (double& value : sorted) value /= sd;
  return sorted;
}

/// Royston's weights of the lower half of the order statistics, as positive numbers, the smallest order first.
std::vector<double> estimate_weights(std::size_t count) {
  constexpr std::array<double, 6> first{0.0, 0.221157, -0.147981, -2.07119, 4.434685, -2.706056};
  constexpr std::array<double, 6> second{0.0, 0.042981, -0.293762, -1.752461, 5.682633, -3.582633};
  const double n = static_cast<double>(count);
  const std::size_t half = count / 2;
  std::vector<double> weights(half);
  if (count == 3) {
    weights[0] = std::sqrt(0.5);
    return weights;
  }
  double squares = 0.0;
  for (std::size_t i = 0; i < half; ++i) {
    weights[i] = -normal_quantile((static_cast<double>(i) + 1.0 - 0.375) / (n + 0.25));
    squares += 2.0 * weights[i] * weights[i];
  }
  const double length = std::sqrt(squares);
  const double root = 1.0 / std::sqrt(n);
  const double a1 = weights[0] / length + polynomial(first, root);
  const std::size_t corrected = count > 5 ? 2 : 1;
  double rest = squares - 2.0 * weights[0] * weights[0];
  double left = 1.0 - 2.0 * a1 * a1;
  double a2 = 0.0;
  if (corrected == 2) {
    a2 = weights[1] / length + polynomial(second, root);
    rest -= 2.0 * weights[1] * weights[1];
    left -= 2.0 * a2 * a2;
  }
  const double factor = std::sqrt(rest / left);
  for (std::size_t i = corrected; i < half; ++i) weights[i] /= factor;
  weights[0] = a1;
  if (corrected == 2) weights[1] = a2;
  return weights;
}

double estimate_shapiro_p(double complement, std::size_t count) {
  constexpr double pi = 3.14159265358979323846;
  constexpr std::array<double, 4> small_mean{0.544, -0.39978, 0.025054, -6.714e-4};
  constexpr std::array<double, 4> small_sd{1.3822, -0.77857, 0.062767, -0.0020322};
  constexpr std::array<double, 4> large_mean{-1.5861, -0.31082, -0.083751, 0.0038915};
  constexpr std::array<double, 3> large_sd{-0.4803, -0.082676, 0.0030302};
  constexpr std::array<double, 2> bound{-2.273, 0.459};
  const double n = static_cast<double>(count);
  if (count == 3) {
    const double p = 6.0 / pi * (std::asin(std::sqrt(1.0 - complement)) - std::asin(std::sqrt(0.75)));
    return std::clamp(p, 0.0, 1.0);
  }
  const double logarithm = std::log(complement);
  if (count <= 11) {
    const double gamma = polynomial(bound, n);
    if (logarithm >= gamma) return 1e-99;
    const double mean = polynomial(small_mean, n);
    const double sd = std::exp(polynomial(small_sd, n));
    return normal_upper_tail((-std::log(gamma - logarithm) - mean) / sd);
  }
  const double x = std::log(n);
  return normal_upper_tail((logarithm - polynomial(large_mean, x)) / std::exp(polynomial(large_sd, x)));
}

double estimate_lilliefors_p(double distance, double n) {
  const double capped = std::min(n, 100.0);
  const double k = n <= 100.0 ? distance : distance * std::pow(n / 100.0, 0.49);
  const double p = std::exp(-7.01256 * k * k * (capped + 2.78019) + 2.99587 * k * std::sqrt(capped + 2.78019) -
                            0.122119 + 0.974598 / std::sqrt(capped) + 1.67997 / capped);
  if (p <= 0.1) return p;
  const double modified = (std::sqrt(n) - 0.01 + 0.85 / std::sqrt(n)) * distance;
  if (modified <= 0.302) return 1.0;
  if (modified <= 0.5) return polynomial<5>({2.76773, -19.828315, 80.709644, -138.55152, 81.218052}, modified);
  if (modified <= 0.9) return polynomial<5>({-4.901232, 40.662806, -97.490286, 94.029866, -32.355711}, modified);
  if (modified <= 1.31) return polynomial<5>({6.198765, -19.558097, 23.186922, -12.234627, 2.423045}, modified);
  return 0.0;
}

}  // namespace

NormalityTest shapiro_wilk(std::span<const double> values) {
  const std::vector<double> sorted = sort_finite(values);
  const std::size_t count = sorted.size();
  if (count < 3 || count > 5000) return absent;
  const std::vector<double> z = standardise(sorted);
  if (z.empty()) return absent;
  const std::vector<double> half = estimate_weights(count);
  double products = 0.0;
  double weight_squares = 0.0;
  for (std::size_t i = 0; i < half.size(); ++i) {
    products += half[i] * (z[count - 1 - i] - z[i]);
    weight_squares += 2.0 * half[i] * half[i];
  }
  const double scale = std::sqrt(weight_squares * (static_cast<double>(count) - 1.0));
  // 1 − W as a product: it keeps its digits where W is nearly 1.
  const double complement =
      std::max((scale - products) * (scale + products) / (scale * scale), std::numeric_limits<double>::min());
  return {1.0 - complement, estimate_shapiro_p(complement, count)};
}

NormalityTest anderson_darling(std::span<const double> values) {
  const std::vector<double> sorted = sort_finite(values);
  const std::size_t count = sorted.size();
  if (count < 8) return absent;
  const std::vector<double> z = standardise(sorted);
  if (z.empty()) return absent;
  const double n = static_cast<double>(count);
  double sum = 0.0;
  for (std::size_t i = 0; i < count; ++i) {
    sum += (2.0 * static_cast<double>(i) + 1.0) *
           (std::log(normal_cumulative(z[i])) + std::log(normal_upper_tail(z[count - 1 - i])));
  }
  const double statistic = -n - sum / n;
  const double a = (1.0 + 0.75 / n + 2.25 / (n * n)) * statistic;
  double p = 0.0;
  if (a < 0.2) {
    p = -std::expm1(-13.436 + 101.14 * a - 223.73 * a * a);
  } else if (a < 0.34) {
    p = -std::expm1(-8.318 + 42.796 * a - 59.938 * a * a);
  } else if (a < 0.6) {
    p = std::exp(0.9177 - 4.279 * a - 1.38 * a * a);
  } else {
    // The parabola turns upwards far out in the tail, where nothing is published.
    p = a < 10.0 ? std::exp(1.2937 - 5.709 * a + 0.0186 * a * a) : 3.7e-24;
  }
  return {statistic, p};
}

NormalityTest lilliefors(std::span<const double> values) {
  const std::vector<double> sorted = sort_finite(values);
  const std::size_t count = sorted.size();
  if (count < 5) return absent;
  const std::vector<double> z = standardise(sorted);
  if (z.empty()) return absent;
  const double n = static_cast<double>(count);
  double distance = 0.0;
  for (std::size_t i = 0; i < count; ++i) {
    const double p = normal_cumulative(z[i]);
    const double step = static_cast<double>(i);
    distance = std::max({distance, (step + 1.0) / n - p, p - step / n});
  }
  return {distance, estimate_lilliefors_p(distance, n)};
}

}  // namespace qpcr
