// The log-linear window of a curve in fluorescence.
#include "libqpcr/assay/log_linear_window.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "libqpcr/curve/linear_phase.hpp"

namespace qpcr {
namespace {

// A phase must rise by as much to count as one (docs/methods/window_of_linearity.md).
constexpr double noise_multiple = 5.0;

double read_above(CurveView curve, const Baseline& baseline, double cycle) {
  const auto place = std::lower_bound(curve.cycles.begin(), curve.cycles.end(), cycle);
  const auto index = static_cast<std::size_t>(std::distance(curve.cycles.begin(), place));
  return curve.fluorescence[index] - evaluate_baseline(baseline, cycle);
}

}  // namespace

std::optional<LogLinearWindow> derive_log_linear_window(CurveView curve, const Baseline& baseline) {
  const LinearPhase phase = estimate_linear_phase(curve, LinearPhaseOptions{});
  if (phase.status != LinearPhaseStatus::found) return std::nullopt;
  LogLinearWindow window{read_above(curve, baseline, phase.first_cycle), read_above(curve, baseline, phase.last_cycle)};
  const double noise_sd = std::isfinite(baseline.noise_sd) ? baseline.noise_sd : phase.noise_sd;
  if (std::isfinite(noise_sd)) window.lower = std::max(window.lower, noise_multiple * noise_sd);
  if (!(window.lower > 0.0 && window.lower < window.upper)) return std::nullopt;
  return window;
}

std::optional<LogLinearWindow> intersect(const LogLinearWindow& left, const LogLinearWindow& right) {
  const LogLinearWindow both{std::max(left.lower, right.lower), std::min(left.upper, right.upper)};
  if (!(both.lower < both.upper)) return std::nullopt;
  return both;
}

}  // namespace qpcr
