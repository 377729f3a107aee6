// Names and options of the Cq methods, and what their rules share.
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

constexpr std::array<std::pair<CqMethod, std::string_view>, 9> method_names{{
    {CqMethod::common_shape, "common_shape"},
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
  context.buffers.fitted.clear();
  for (const double cycle : context.analyser.readings().cycles)
    context.buffers.fitted.push_back(evaluate_sigmoid(context.analyser.fit(), cycle));
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
    result.fit = context.buffers.fitter.adopt(part, analyser.fit());
  } else {
    AmplificationModelOptions model;
    model.model = options.model;
    result.fit = context.buffers.fitter.fit(part, model);
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
  if (method == CqMethod::common_shape && common_shape == nullptr)
    refuse("common_shape", "none", "a shape, learned from the target's curves or pinned in a calibration record");
  if (!threshold || (std::isfinite(*threshold) && *threshold > 0.0)) return;
  refuse("threshold", format_double(*threshold), "a positive fluorescence above the baseline");
}

}  // namespace qpcr
