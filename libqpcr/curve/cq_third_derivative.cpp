// TD0: the last zero of the readings' third derivative before their steepest rise.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "libqpcr/curve/cq_rules.hpp"

namespace qpcr {
namespace {

// Mean of three neighbouring third differences, over six readings; its place is their middle.
// Of the fitted rise, below which a zero is not looked for.
constexpr double smallest_share = 0.005;
constexpr std::array<double, 6> stencil{-1.0 / 3.0, 2.0 / 3.0, -1.0 / 3.0, 1.0 / 3.0, -2.0 / 3.0, 1.0 / 3.0};
constexpr double middle = 2.5;

double evaluate_stencil(const std::vector<double>& y, std::size_t first) {
  double sum = 0.0;
  for (std::size_t k = 0; k < stencil.size(); ++k) sum += stencil[k] * y[first + k];
  return sum;
}

/// True when readings first … last are one step apart.
bool is_even(const std::vector<double>& x, std::size_t first, std::size_t last, double step) {
  return std::abs(x[last] - x[first] - step * static_cast<double>(last - first)) < 1e-9 * step;
}

/// Where the running mean of three climbs most: the reading before the largest difference.
std::size_t find_steepest(const std::vector<double>& y, std::vector<double>& smooth) {
  const std::size_t n = y.size();
  smooth.resize(n);
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t before = i == 0 ? 0 : i - 1;
    const std::size_t after = std::min(n - 1, i + 1);
    smooth[i] = (y[before] + y[i] + y[after]) / 3.0;
  }
  std::size_t steepest = 0;
  for (std::size_t i = 0; i + 1 < n; ++i) {
    if (smooth[i + 1] - smooth[i] > smooth[steepest + 1] - smooth[steepest]) steepest = i;
  }
  return steepest;
}

}  // namespace

void estimate_by_third_derivative(CqContext& context, CqResult& result) {
  const CurveAnalyser& analyser = context.analyser;
  const std::vector<double>& x = analyser.readings().cycles;
  const std::vector<double>& y = analyser.readings().fluorescence;
  const std::size_t n = x.size();
  if (n < stencil.size() + 1) {
    set_failed(make_curve_message("curve_no_such_point"), result);
    return;
  }
  const std::size_t steepest = find_steepest(y, context.buffers.smooth);
  const double step = x[std::min(n - 1, steepest + 1)] - x[steepest];
  const double limit = (x[steepest] + x[steepest + 1]) / 2.0;
  for (std::size_t i = n - stencil.size(); i-- > 0;) {
    if (x[i] + middle * step > limit) continue;
    if (!is_even(x, i, i + stencil.size(), step)) break;
    const double before = evaluate_stencil(y, i);
    const double after = evaluate_stencil(y, i + 1);
    if (!(before > 0.0) || after > 0.0) continue;
    const double share = before / (before - after);
    const double cycle = x[i] + (middle + share) * step;
    if (cycle > limit) continue;
    // A zero in the noise of the ground is none of the reaction.
    if (derive_shape(analyser.fit(), cycle) < smallest_share) break;
    double squares = 0.0;
    for (std::size_t k = 0; k <= stencil.size(); ++k) {
      const double weight =
          (k < stencil.size() ? (1.0 - share) * stencil[k] : 0.0) + (k > 0 ? share * stencil[k - 1] : 0.0);
      squares += weight * weight;
    }
    fill_fitted(context);
    const double slope =
        (evaluate_stencil(context.buffers.fitted, i) - evaluate_stencil(context.buffers.fitted, i + 1)) / step;
    // Found where the fitted curve has no such zero: nothing can be said of its error.
    const double error = slope > 0.0 ? find_noise_sd(analyser, result) * std::sqrt(squares) / slope
                                     : std::numeric_limits<double>::quiet_NaN();
    set_cycle(analyser, cycle, error, result);
    return;
  }
  set_failed(make_curve_message("curve_no_such_point"), result);
}

}  // namespace qpcr
