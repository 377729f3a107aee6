// Locally weighted lines over a sliding window of nearest neighbours.
#include "libqpcr/math/lowess.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "libqpcr/core/refusal.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr {
namespace {

void check(std::span<const double> x, std::span<const double> y) {
  if (x.size() != y.size())
    refuse_request(ErrorCode::invalid_value, "y", std::to_string(y.size()),
                   std::to_string(x.size()) + " values, as x has");
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!std::isfinite(x[i]) || !std::isfinite(y[i]))
      refuse_request(ErrorCode::invalid_value, "x, y", "not finite", "finite numbers");
    if (i > 0 && x[i] < x[i - 1])
      refuse_request(ErrorCode::invalid_value, "x", format_double(x[i]), "x in ascending order");
  }
}

double tricube(double share) {
  const double bell = 1.0 - share * share * share;
  return bell * bell * bell;
}

/// The local line at `centre`, whose neighbourhood is first … last (ties of the last beyond it take part too).
double fit_locally(std::span<const double> x, std::span<const double> y, std::size_t centre, std::size_t first,
                   std::size_t last, std::vector<double>& weights) {
  const double at = x[centre];
  const double reach = std::max(at - x[first], x[last] - at);
  double total = 0.0;
  double mean = 0.0;
  std::size_t end = first;
  for (; end < x.size(); ++end) {
    const double distance = std::abs(x[end] - at);
    weights[end] = 0.0;
    if (distance <= 0.999 * reach) {
      weights[end] = distance <= 0.001 * reach ? 1.0 : tricube(distance / reach);
      total += weights[end];
    } else if (x[end] > at) {
      break;
    }
  }
  for (std::size_t j = first; j < end; ++j) mean += weights[j] / total * x[j];
  double spread = 0.0;
  for (std::size_t j = first; j < end; ++j) spread += weights[j] / total * (x[j] - mean) * (x[j] - mean);
  // A line through points that hardly differ in x would be noise: their mean stands there.
  const bool is_line = std::sqrt(spread) > 0.001 * (x.back() - x.front());
  double smooth = 0.0;
  for (std::size_t j = first; j < end; ++j) {
    const double tilt = is_line ? 1.0 + (at - mean) * (x[j] - mean) / spread : 1.0;
    smooth += weights[j] / total * tilt * y[j];
  }
  return smooth;
}

}  // namespace

void LowessOptions::validate() const {
  if (!(span > 0.0 && span <= 1.0))
    refuse_request(ErrorCode::invalid_option, "span", format_double(span), "a number over 0 up to 1");
  if (!(skip >= 0.0 && skip < 1.0))
    refuse_request(ErrorCode::invalid_option, "skip", format_double(skip), "a number from 0 to below 1");
}

std::vector<double> smooth_lowess(std::span<const double> x, std::span<const double> y, const LowessOptions& options) {
  options.validate();
  check(x, y);
  const std::size_t count = x.size();
  if (count < 2) return {y.begin(), y.end()};
  const auto wanted = static_cast<std::size_t>(options.span * static_cast<double>(count) + 1e-7);
  const std::size_t neighbours = std::clamp<std::size_t>(wanted, 2, count);
  const double skipped = options.skip * (x.back() - x.front());
  std::vector<double> smooth(count);
  std::vector<double> weights(count);
  std::size_t first = 0;
  std::size_t done = 0;  // last point computed
  for (std::size_t i = 0;;) {
    while (first + neighbours < count && x[i] - x[first] > x[first + neighbours] - x[i]) ++first;
    const std::size_t last = first + neighbours - 1;
    smooth[i] = fit_locally(x, y, i, first, last, weights);
    for (std::size_t j = done + 1; j < i; ++j) {
      const double share = (x[j] - x[done]) / (x[i] - x[done]);
      smooth[j] = share * smooth[i] + (1.0 - share) * smooth[done];
    }
    done = i;
    std::size_t next = i + 1;
    for (; next < count && x[next] <= x[done] + skipped; ++next) {
      if (x[next] == x[i]) {
        smooth[next] = smooth[i];
        done = next;
      }
    }
    if (done + 1 >= count) return smooth;
    i = std::max(done + 1, next - 1);
  }
}

}  // namespace qpcr
