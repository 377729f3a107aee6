// Threshold Cq: fixed or automatic level, the last climb through it before the top, linear or logarithmic between
// readings.
#include <algorithm>
#include <cmath>
#include <limits>

#include "libqpcr/core/text.hpp"
#include "libqpcr/curve/baseline_window.hpp"
#include "libqpcr/curve/cq_batch.hpp"
#include "libqpcr/curve/cq_rules.hpp"
#include "libqpcr/math/elementary.hpp"
#include "libqpcr/math/robust.hpp"

namespace qpcr {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

// The automatic threshold (docs/methods/cq.md): a share of the fluorescence at the second-derivative maximum, and never
// so low that noise reaches it.
constexpr double threshold_share = 0.5;
constexpr double noise_multiple = 10.0;

/// Upward crossing between reading `index` and the one after it.
struct Crossing {
  std::size_t index = 0;
  double cycle = 0.0;
  double standard_error = nan;
  Interpolation interpolation = Interpolation::linear;
};

/// The last climb through the threshold before the top of the curve: an earlier blip falls back below it, a plateau
/// that fades later is past the top. On every Bio-Rad CFX and Applied Biosystems export at hand this is the vendor's
/// crossing.
std::optional<Crossing> find_crossing(const CurveAnalyser& analyser, const Baseline& baseline, double threshold,
                                      double noise_sd, Interpolation interpolation) {
  const Readings& readings = analyser.readings();
  const auto net = [&](std::size_t i) {
    return readings.fluorescence[i] - evaluate_baseline(baseline, readings.cycles[i]);
  };
  std::size_t top = analyser.top();
  // The running mean blunts a rise that the run cuts short: its last reading is the top.
  const std::size_t last = std::min(readings.size() - 1, top + 1);
  if (net(last) > net(top)) top = last;
  if (net(top) < threshold) return std::nullopt;
  std::size_t i = top;
  while (i > 0 && net(i - 1) >= threshold) --i;
  Crossing crossing;
  if (i == 0) {
    crossing.cycle = nan;
    return crossing;
  }
  crossing.index = i - 1;
  const double before = net(i - 1);
  const double slope = net(i) - before;
  const double share = (threshold - before) / slope;
  const double step = readings.cycles[i] - readings.cycles[i - 1];
  crossing.cycle = readings.cycles[i - 1] + share * step;
  // Derivatives of the crossing in the two readings and in the baseline under both.
  double by_before = -(1.0 - share) * step / slope;
  double by_after = -share * step / slope;
  if (interpolation == Interpolation::logarithmic && before > 0.0) {
    const double log_slope = elementary::log(net(i) / before);
    const double log_share = elementary::log(threshold / before) / log_slope;
    crossing.cycle = readings.cycles[i - 1] + log_share * step;
    by_before = -(1.0 - log_share) * step / (log_slope * before);
    by_after = -log_share * step / (log_slope * net(i));
    crossing.interpolation = Interpolation::logarithmic;
  }
  const double by_baseline = by_before + by_after;
  const double variance = noise_sd * noise_sd * (by_before * by_before + by_after * by_after) +
                          by_baseline * by_baseline * estimate_baseline_variance(baseline, crossing.cycle);
  crossing.standard_error = std::sqrt(variance);
  return crossing;
}

/// Fluorescence above the baseline where the fitted curve accelerates most; NaN where that lies outside the cycles
/// measured.
double find_takeoff_level(const CurveAnalyser& analyser, const Baseline& baseline) {
  const std::optional<DerivedCycle> maximum = derive_second_derivative_maximum(analyser.fit());
  const std::vector<double>& cycles = analyser.readings().cycles;
  const double cycle = std::min(maximum ? maximum->cycle : cycles.back(), cycles.back());
  return evaluate_sigmoid(analyser.fit(), cycle) - evaluate_baseline(baseline, cycle);
}

double combine_threshold(double level, double noise_sd) {
  const double floor = std::isfinite(noise_sd) ? noise_multiple * noise_sd : 0.0;
  return std::max(threshold_share * level, std::min(floor, level));
}

}  // namespace

void estimate_by_threshold(CqContext& context, const CqOptions& options, CqResult& result) {
  const CurveAnalyser& analyser = context.analyser;
  const double threshold =
      options.threshold ? *options.threshold
                        : combine_threshold(find_takeoff_level(analyser, result.baseline), analyser.call().noise_sd);
  if (!(threshold > 0.0)) {
    set_failed(make_curve_message("curve_no_threshold"), result);
    return;
  }
  result.threshold = threshold;
  const std::optional<Crossing> crossing =
      find_crossing(analyser, result.baseline, threshold, find_noise_sd(analyser, result), options.interpolation);
  if (!crossing) {
    result.status = CqStatus::below_threshold;
    result.reason = make_curve_message("curve_below_threshold", {{"threshold", format_double(threshold)}});
    return;
  }
  if (!std::isfinite(crossing->cycle)) {
    set_failed(make_curve_message("curve_above_threshold_at_start", {{"threshold", format_double(threshold)}}), result);
    return;
  }
  result.interpolation = crossing->interpolation;
  set_cycle(analyser, crossing->cycle, crossing->standard_error, result);
  const std::vector<double>& cycles = analyser.readings().cycles;
  const double gap = cycles[crossing->index + 1] - cycles[crossing->index];
  if (gap > 1.5) {
    result.reason =
        make_curve_message("curve_crossing_in_gap", {{"first_cycle", format_double(cycles[crossing->index])},
                                                     {"last_cycle", format_double(cycles[crossing->index + 1])}});
  }
}

double derive_threshold(std::span<const CurveView> curves, const AnalysisBatch& analysis,
                        const BaselineOptions& options) {
  std::vector<double> levels;
  std::vector<double> noises;
  for (std::size_t i = 0; i < analysis.size(); ++i) {
    const CurveAnalyser& analyser = analysis[i];
    if (!analyser.call().amplified) continue;
    const double level = find_takeoff_level(analyser, estimate_baseline(analyser, curves[i].kind, options));
    if (!(level > 0.0)) continue;
    levels.push_back(level);
    noises.push_back(analyser.call().noise_sd);
  }
  if (levels.empty()) return nan;
  return combine_threshold(median_in_place(levels), median(noises));
}

}  // namespace qpcr
