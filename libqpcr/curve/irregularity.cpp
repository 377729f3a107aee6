// Silence is a claim too: it is made only for curves that stay near a straight line and carry a living signal.
#include "libqpcr/curve/irregularity.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "libqpcr/core/text.hpp"
#include "libqpcr/math/linear_fit.hpp"

namespace qpcr {
namespace {

// docs/methods/amplification.md says what each limit costs on labelled curves.
constexpr double smallest_excursion_over_noise = 12.0;
constexpr double largest_quiet_excursion_over_noise = 100.0;
constexpr double largest_quiet_range_over_threshold = 1.25;
constexpr double largest_straight_drift_over_threshold = 10.0;
constexpr double smallest_bend_steepness = 2.0;
// A signal without noise is rounded: one step of the rounding is quiet where it is small beside the level.
constexpr double quiet_steps = 1.5;
constexpr double largest_step_share = 0.01;
constexpr std::size_t settling_count = 2;
constexpr std::size_t sustained_count = 3;

/// Of the readings minus a line: highest level that three in a row reach, minus the lowest that three in a row do not
/// exceed.
double find_sustained_range(std::span<const double> x, std::span<const double> y, const LinearFit& line) {
  const auto residual = [&](std::size_t i) { return y[i] - line.intercept - line.slope * x[i]; };
  if (y.size() < sustained_count) return 0.0;
  double highest = -HUGE_VAL;
  double lowest = HUGE_VAL;
  double first = residual(0);
  double second = residual(1);
  for (std::size_t i = 2; i < y.size(); ++i) {
    const double third = residual(i);
    highest = std::max(highest, std::min({first, second, third}));
    lowest = std::min(lowest, std::max({first, second, third}));
    first = second;
    second = third;
  }
  return highest - lowest;
}

/// A bend that grows, but whose exponential phase or plateau the run does not show: no reaction, and no silence either.
bool is_cut_short(const CurveAnalyser& analyser) {
  const AmplificationReason& reason = analyser.call().reason;
  if (reason.rule == AmplificationRule::no_steepness) return reason.value >= smallest_bend_steepness;
  return reason.rule == AmplificationRule::no_takeoff && reason.value >= analyser.readings().cycles.front();
}

/// What a quiet signal without noise may move by: the smallest step between readings is that of its rounding.
double find_rounding_limit(std::span<const double> y) {
  double step = HUGE_VAL;
  double level = 0.0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    level += std::abs(y[i]) / static_cast<double>(y.size());
    if (i > 0 && y[i] != y[i - 1]) step = std::min(step, std::abs(y[i] - y[i - 1]));
  }
  return step <= largest_step_share * level ? quiet_steps * step : 0.0;
}

/// True where three readings in a row stand at the highest value, as those of a saturated detector do.
bool stands_at_ceiling(std::span<const double> y, double highest) {
  std::size_t run = 0;
  for (const double value : y) {
    run = value == highest ? run + 1 : 0;
    if (run >= sustained_count) return true;
  }
  return false;
}

Message describe_excursion(double excursion, double limit) {
  return {"curve_irregular", {{"excursion", format_fixed(excursion, 2)}, {"limit", format_fixed(limit, 2)}}};
}

}  // namespace

std::optional<Message> find_irregularity(const CurveAnalyser& analyser, const Baseline& baseline, CurveKind kind,
                                         std::optional<double> threshold) {
  const std::vector<double>& x = analyser.readings().cycles;
  const std::vector<double>& y = analyser.readings().fluorescence;
  const auto [low, high] = std::minmax_element(y.begin(), y.end());
  if (*low == *high) return Message{"curve_constant", {{"value", format_double(*low)}}};

  // The first readings, where instruments settle, count only when a third joins them.
  const std::size_t first = y.size() >= 12 ? settling_count : 0;
  const auto late_x = std::span<const double>(x).subspan(first);
  const auto late_y = std::span<const double>(y).subspan(first);
  const double noise = analyser.call().noise_sd;
  const bool noisy = std::isfinite(noise) && noise > 0.0;
  const double limit = threshold ? largest_quiet_range_over_threshold * *threshold
                       : noisy   ? largest_quiet_excursion_over_noise * noise
                                 : find_rounding_limit(y);
  if (stands_at_ceiling(y, *high) && *high - *low > limit) return describe_excursion(*high - *low, limit);

  // Above the baseline that the threshold is counted from. Without one in an unsubtracted signal there is no such
  // height.
  const bool has_baseline = baseline.method != BaselineMethod::none || kind == CurveKind::baseline_subtracted;
  if (threshold && has_baseline && std::isfinite(baseline.intercept)) {
    std::size_t run = 0;
    double lowest_of_run = HUGE_VAL;
    for (std::size_t i = 0; i < y.size(); ++i) {
      const double net = y[i] - baseline.intercept - baseline.slope_per_cycle * x[i];
      run = net > *threshold ? run + 1 : 0;
      lowest_of_run = run == 0 ? HUGE_VAL : std::min(lowest_of_run, net);
      if (run >= sustained_count) return describe_excursion(lowest_of_run, *threshold);
    }
  }
  if (threshold && is_cut_short(analyser) && analyser.call().rise > limit) {
    return describe_excursion(analyser.call().rise, limit);
  }
  const LinearFit line = fit_line(late_x, late_y);
  const double excursion = find_sustained_range(late_x, late_y, line);
  const double over_noise = noisy ? smallest_excursion_over_noise * noise : 0.0;
  if (excursion > limit && excursion > over_noise) return describe_excursion(excursion, limit);
  const double drift = std::abs(line.slope) * (late_x.back() - late_x.front());
  if (threshold && drift > largest_straight_drift_over_threshold * *threshold) {
    return describe_excursion(drift, largest_straight_drift_over_threshold * *threshold);
  }
  return std::nullopt;
}

}  // namespace qpcr
