// The one path from a curve to a Cq: call, baseline, the rule asked for; one curve or many.
#include "libqpcr/curve/cq.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/curve/baseline_window.hpp"
#include "libqpcr/curve/cq_rules.hpp"
#include "libqpcr/curve/irregularity.hpp"
#include "libqpcr/math/robust.hpp"

namespace qpcr {
namespace {

// Squares and cubes of readings beyond this overflow; no detector gives them.
constexpr double largest_fluorescence = 1e100;

constexpr std::array<std::pair<CqMethod, std::string_view>, 8> method_names{{
    {CqMethod::threshold, "threshold"},
    {CqMethod::relative_threshold, "relative_threshold"},
    {CqMethod::first_derivative_maximum, "first_derivative_maximum"},
    {CqMethod::second_derivative_maximum, "second_derivative_maximum"},
    {CqMethod::third_derivative_zero, "third_derivative_zero"},
    {CqMethod::cy0, "cy0"},
    {CqMethod::max_ratio, "max_ratio"},
    {CqMethod::take_off, "take_off"},
}};

constexpr std::array<std::pair<Interpolation, std::string_view>, 2> interpolation_names{{
    {Interpolation::linear, "linear"},
    {Interpolation::logarithmic, "logarithmic"},
}};

void refuse(const char* field, std::string found, const char* expected) {
  ErrorContext context;
  context.field = field;
  context.found = std::move(found);
  context.expected = expected;
  throw Error(ErrorCode::invalid_option, context);
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

void apply_rule(CqContext& context, const CqOptions& options, CqResult& result) {
  switch (options.method) {
    case CqMethod::threshold:
      if (!std::isfinite(result.baseline.intercept)) {
        set_failed(make_curve_message("curve_no_baseline"), result);
        return;
      }
      estimate_by_threshold(context, options, result);
      return;
    case CqMethod::relative_threshold:
      estimate_by_relative_threshold(context, options, result);
      return;
    case CqMethod::first_derivative_maximum:
    case CqMethod::second_derivative_maximum:
      estimate_by_derivative_maximum(context, options, result);
      return;
    case CqMethod::third_derivative_zero:
      estimate_by_third_derivative(context, result);
      return;
    case CqMethod::cy0:
      estimate_by_tangent(context, options, result);
      return;
    case CqMethod::max_ratio:
      estimate_by_max_ratio(context, options, result);
      return;
    case CqMethod::take_off:
      estimate_by_take_off(context, options, result);
      return;
  }
}

bool is_in_range(CurveView curve) {
  return std::none_of(curve.fluorescence.begin(), curve.fluorescence.end(),
                      [](double value) { return std::isfinite(value) && std::abs(value) > largest_fluorescence; });
}

/// The one path to a Cq, single or batch; `context` only lends its buffers.
CqResult estimate(CqContext& context, CurveView curve, const CqOptions& options) {
  check_cycles(curve);
  CurveAnalyser& analyser = context.analyser;
  CqResult result;
  result.method = options.method;
  result.interpolation = options.interpolation;
  result.threshold = options.method == CqMethod::threshold ? options.threshold : std::nullopt;
  if (!is_in_range(curve)) {
    set_failed(make_curve_message("curve_out_of_range", {{"limit", format_double(largest_fluorescence)}}), result);
    return result;
  }
  analyser.analyse(curve);
  result.amplified = analyser.call().amplified;
  result.reason = analyser.call().reason;
  result.baseline = estimate_baseline(analyser, curve.kind, options.baseline);
  result.end_fluorescence_rise = estimate_end_rise(analyser.readings(), result.baseline);
  if (result.reason.id == "curve_too_few_points") return result;
  if (!analyser.dropped_cycles().empty()) {
    result.notes.push_back(
        make_curve_message("curve_spikes_dropped", {{"cycles", join_cycles(analyser.dropped_cycles())}}));
  }
  if (result.amplified) {
    apply_rule(context, options, result);
  } else {
    judge_silence(analyser, curve, options, result);
  }
  return result;
}

}  // namespace

void set_failed(Message reason, CqResult& result) {
  result.status = CqStatus::fit_failed;
  result.reason = std::move(reason);
}

void set_cycle(const CurveAnalyser& analyser, double cycle, double standard_error, CqResult& result) {
  const std::vector<double>& cycles = analyser.readings().cycles;
  if (!(cycle >= cycles.front() && cycle <= cycles.back())) {
    set_failed(make_curve_message("curve_point_outside_cycles", {{"cycle", format_fixed(cycle, 1)},
                                                                 {"first_cycle", format_double(cycles.front())},
                                                                 {"last_cycle", format_double(cycles.back())}}),
               result);
    return;
  }
  result.status = CqStatus::found;
  result.cq_cycles = cycle;
  if (std::isfinite(standard_error)) result.standard_error_cycles = standard_error;
}

double find_noise_sd(const CurveAnalyser& analyser, const CqResult& result) {
  const Baseline& baseline = result.baseline;
  return baseline.method != BaselineMethod::none && baseline.noise_sd > 0.0 ? baseline.noise_sd
                                                                            : analyser.call().noise_sd;
}

void fill_fitted(CqContext& context) {
  context.fitted.clear();
  for (const double cycle : context.analyser.readings().cycles)
    context.fitted.push_back(evaluate_sigmoid(context.analyser.fit(), cycle));
}

bool fit_for_cq(CqContext& context, const CqOptions& options, CqResult& result) {
  const CurveAnalyser& analyser = context.analyser;
  const Readings& readings = analyser.readings();
  const std::size_t count = analyser.fitted_end() - analyser.first();
  CurveView part;
  part.cycles = std::span<const double>(readings.cycles).subspan(analyser.first(), count);
  part.fluorescence = std::span<const double>(readings.fluorescence).subspan(analyser.first(), count);
  if (options.choose_model) {
    result.fit = choose_model(part, all_amplification_models());
  } else if (options.model == AmplificationModel::log_logistic_4 && analyser.fit().status == FitStatus::converged) {
    result.fit = context.fitter.adopt(part, analyser.fit());
  } else {
    AmplificationModelOptions model;
    model.model = options.model;
    result.fit = context.fitter.fit(part, model);
  }
  if (result.fit->status == FitStatus::converged) return true;
  set_failed(make_curve_message("curve_fit_failed", {{"fit_status", std::string(to_string(result.fit->status))}}),
             result);
  return false;
}

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

std::string_view to_string(Interpolation interpolation) {
  return interpolation == Interpolation::linear ? interpolation_names[0].second : interpolation_names[1].second;
}

std::optional<Interpolation> parse_interpolation(std::string_view text) {
  for (const auto& [value, name] : interpolation_names) {
    if (name == text) return value;
  }
  return std::nullopt;
}

bool is_model_based(CqMethod method) {
  return method == CqMethod::relative_threshold || method == CqMethod::first_derivative_maximum ||
         method == CqMethod::second_derivative_maximum || method == CqMethod::cy0;
}

void RelativeThresholdOptions::validate() const {
  if (!(share > 0.0 && share < 1.0)) refuse("share", format_double(share), "a share between 0 and 1");
}

void MaxRatioOptions::validate() const {
  if (!std::isfinite(shift)) refuse("shift", format_double(shift), "a finite fluorescence");
}

void TakeOffOptions::validate() const {
  if (!(significance > 0.0 && significance < 1.0))
    refuse("significance", format_double(significance), "a probability between 0 and 1");
  if (sustained_cycles < 1) refuse("sustained_cycles", std::to_string(sustained_cycles), "at least 1");
}

void CqOptions::validate() const {
  baseline.validate();
  relative_threshold.validate();
  max_ratio.validate();
  take_off.validate();
  if (!threshold || (std::isfinite(*threshold) && *threshold > 0.0)) return;
  refuse("threshold", format_double(*threshold), "a positive fluorescence above the baseline");
}

CqResult estimate_cq(CurveView curve, const CqOptions& options) {
  options.validate();
  CqContext context;
  return estimate(context, curve, options);
}

std::vector<CqResult> estimate_cq_batch(std::span<const CurveView> curves, const CqOptions& options) {
  options.validate();
  CqContext context;
  std::vector<CqResult> results;
  results.reserve(curves.size());
  for (const CurveView& curve : curves) results.push_back(estimate(context, curve, options));
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

}  // namespace qpcr
