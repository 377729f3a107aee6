// Cq by threshold and by second-derivative maximum, one curve or many.
#include "libqpcr/curve/cq.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/curve/baseline_window.hpp"
#include "libqpcr/curve/curve_analysis.hpp"
#include "libqpcr/curve/irregularity.hpp"
#include "libqpcr/math/robust.hpp"

namespace qpcr {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

constexpr std::array<std::pair<CqMethod, std::string_view>, 2> method_names{{
    {CqMethod::threshold, "threshold"},
    {CqMethod::second_derivative_maximum, "second_derivative_maximum"},
}};

// The automatic threshold (docs/methods/cq.md): a share of the fluorescence at the second-derivative maximum, and never
// so low that noise reaches it.
constexpr double threshold_share = 0.5;
constexpr double noise_multiple = 10.0;

Message make_message(std::string id, std::vector<std::pair<std::string, std::string>> values = {}) {
  Message message;
  message.id = std::move(id);
  message.values = std::move(values);
  return message;
}

double evaluate_baseline(const Baseline& baseline, double cycle) {
  return baseline.intercept + baseline.slope_per_cycle * cycle;
}

/// Upward crossing between reading `index` and the one after it.
struct Crossing {
  std::size_t index = 0;
  double cycle = 0.0;
  double standard_error = nan;
};

/// The last climb through the threshold before the top of the curve: an earlier blip falls back below it, a plateau
/// that fades later is past the top. On every Bio-Rad CFX and Applied Biosystems export at hand this is the vendor's
/// crossing.
std::optional<Crossing> find_crossing(const CurveAnalyser& analyser, const Baseline& baseline, double threshold,
                                      double noise_sd) {
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
  crossing.standard_error = noise_sd / slope * step * std::sqrt(share * share + (1.0 - share) * (1.0 - share));
  return crossing;
}

void set_found(CqResult& result, double cycle, double standard_error) {
  result.status = CqStatus::found;
  result.cq_cycles = cycle;
  if (std::isfinite(standard_error)) result.standard_error_cycles = standard_error;
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

void estimate_by_threshold(const CurveAnalyser& analyser, const CqOptions& options, CqResult& result) {
  const double threshold =
      options.threshold ? *options.threshold
                        : combine_threshold(find_takeoff_level(analyser, result.baseline), analyser.call().noise_sd);
  if (!(threshold > 0.0)) {
    result.status = CqStatus::fit_failed;
    result.reason = make_message("curve_no_threshold");
    return;
  }
  result.threshold = threshold;
  const std::optional<Crossing> crossing =
      find_crossing(analyser, result.baseline, threshold, analyser.call().noise_sd);
  if (!crossing) {
    result.status = CqStatus::below_threshold;
    result.reason = make_message("curve_below_threshold", {{"threshold", format_double(threshold)}});
    return;
  }
  if (!std::isfinite(crossing->cycle)) {
    result.status = CqStatus::fit_failed;
    result.reason = make_message("curve_above_threshold_at_start", {{"threshold", format_double(threshold)}});
    return;
  }
  set_found(result, crossing->cycle, crossing->standard_error);
  const std::vector<double>& cycles = analyser.readings().cycles;
  const double gap = cycles[crossing->index + 1] - cycles[crossing->index];
  if (gap > 1.5) {
    result.reason = make_message("curve_crossing_in_gap", {{"first_cycle", format_double(cycles[crossing->index])},
                                                           {"last_cycle", format_double(cycles[crossing->index + 1])}});
  }
}

void estimate_by_maximum(CurveAnalyser& analyser, const CqOptions& options, CqResult& result) {
  const Readings& readings = analyser.readings();
  SigmoidOptions sigmoid;
  sigmoid.model = options.model;
  if (options.model == SigmoidModel::log_logistic_4 && analyser.fit().status == FitStatus::converged) {
    result.fit = analyser.fit();
  } else {
    const std::size_t count = analyser.fitted_end() - analyser.first();
    CurveView part;
    part.cycles = std::span<const double>(readings.cycles).subspan(analyser.first(), count);
    part.fluorescence = std::span<const double>(readings.fluorescence).subspan(analyser.first(), count);
    result.fit = analyser.fitter().fit(part, sigmoid);
  }
  if (result.fit->status != FitStatus::converged) {
    result.status = CqStatus::fit_failed;
    result.reason = make_message("curve_fit_failed", {{"fit_status", std::string(to_string(result.fit->status))}});
    return;
  }
  const std::optional<DerivedCycle> maximum = derive_second_derivative_maximum(*result.fit);
  if (!maximum || maximum->cycle < readings.cycles.front() || maximum->cycle > readings.cycles.back()) {
    result.status = CqStatus::fit_failed;
    result.reason =
        make_message("curve_maximum_outside_cycles", {{"last_cycle", format_double(readings.cycles.back())}});
    return;
  }
  set_found(result, maximum->cycle, maximum->standard_error_cycles);
}

double estimate_end_rise(const Readings& readings, const Baseline& baseline) {
  std::array<double, 3> last{};
  const std::size_t count = std::min<std::size_t>(3, readings.size());
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t k = readings.size() - count + i;
    last[i] = readings.fluorescence[k] - evaluate_baseline(baseline, readings.cycles[k]);
  }
  return median_in_place(std::span<double>(last.data(), count));
}

std::string join_cycles(const std::vector<double>& cycles) {
  std::string text;
  for (const double cycle : cycles) text += (text.empty() ? "" : ", ") + format_double(cycle);
  return text;
}

/// Quiet, or neither amplified nor quiet: only the first is silence.
void judge_silence(const CurveAnalyser& analyser, CurveView curve, const CqOptions& options, CqResult& result) {
  result.status = CqStatus::no_amplification;
  std::optional<Message> irregularity = find_irregularity(analyser, result.baseline, curve.kind, options.threshold);
  if (!irregularity || (options.noise_free && irregularity->id == "curve_constant")) return;
  result.status = CqStatus::fit_failed;
  if (irregularity->id != "curve_constant") result.notes.push_back(std::move(result.reason));
  result.reason = *std::move(irregularity);
}

/// The one path to a Cq, single or batch; `analyser` only lends its buffers.
CqResult estimate(CurveAnalyser& analyser, CurveView curve, const CqOptions& options) {
  analyser.analyse(curve);
  CqResult result;
  result.method = options.method;
  result.threshold = options.method == CqMethod::threshold ? options.threshold : std::nullopt;
  result.amplified = analyser.call().amplified;
  result.reason = analyser.call().reason;
  result.baseline = estimate_baseline(analyser, curve.kind, options.baseline);
  result.end_fluorescence_rise = estimate_end_rise(analyser.readings(), result.baseline);
  if (result.reason.id == "curve_too_few_points") return result;
  if (!analyser.dropped_cycles().empty()) {
    result.notes.push_back(make_message("curve_spikes_dropped", {{"cycles", join_cycles(analyser.dropped_cycles())}}));
  }
  if (!result.amplified) {
    judge_silence(analyser, curve, options, result);
    return result;
  }
  if (options.method == CqMethod::second_derivative_maximum) {
    estimate_by_maximum(analyser, options, result);
  } else if (std::isfinite(result.baseline.intercept)) {
    estimate_by_threshold(analyser, options, result);
  } else {
    result.status = CqStatus::fit_failed;
    result.reason = make_message("curve_no_baseline");
  }
  return result;
}

}  // namespace

std::string_view to_string(CqMethod method) {
  for (const auto& [value, name] : method_names) {
    if (value == method) return name;
  }
  return "threshold";
}

std::optional<CqMethod> parse_cq_method(std::string_view text) {
  for (const auto& [value, name] : method_names) {
    if (name == text) return value;
  }
  return std::nullopt;
}

void CqOptions::validate() const {
  baseline.validate();
  if (!threshold || (std::isfinite(*threshold) && *threshold > 0.0)) return;
  ErrorContext context;
  context.field = "threshold";
  context.found = format_double(*threshold);
  context.expected = "a positive fluorescence above the baseline";
  throw Error(ErrorCode::invalid_option, context);
}

CqResult estimate_cq(CurveView curve, const CqOptions& options) {
  options.validate();
  CurveAnalyser analyser;
  return estimate(analyser, curve, options);
}

std::vector<CqResult> estimate_cq_batch(std::span<const CurveView> curves, const CqOptions& options) {
  options.validate();
  CurveAnalyser analyser;
  std::vector<CqResult> results;
  results.reserve(curves.size());
  for (const CurveView& curve : curves) results.push_back(estimate(analyser, curve, options));
  return results;
}

bool are_noise_free(std::span<const CurveView> curves) {
  constexpr std::size_t early_count = 5;
  CurveAnalyser analyser;
  int amplified = 0;
  int still = 0;
  for (const CurveView& curve : curves) {
    analyser.analyse(curve);
    if (!analyser.call().amplified) continue;
    ++amplified;
    const auto begin = analyser.readings().fluorescence.begin();
    still += std::all_of(begin, begin + early_count, [begin](double value) { return value == *begin; }) ? 1 : 0;
  }
  return 2 * still > amplified;
}

double derive_threshold(std::span<const CurveView> curves, const CqOptions& options) {
  options.validate();
  CurveAnalyser analyser;
  std::vector<double> levels;
  std::vector<double> noises;
  for (const CurveView& curve : curves) {
    analyser.analyse(curve);
    if (!analyser.call().amplified) continue;
    const double level = find_takeoff_level(analyser, estimate_baseline(analyser, curve.kind, options.baseline));
    if (!(level > 0.0)) continue;
    levels.push_back(level);
    noises.push_back(analyser.call().noise_sd);
  }
  if (levels.empty()) return nan;
  return combine_threshold(median_in_place(levels), median(noises));
}

}  // namespace qpcr
