// Baseline over a window that ends before the fitted sigmoid leaves the ground.
#include "libqpcr/curve/baseline.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/curve/baseline_window.hpp"
#include "libqpcr/curve/ground_under_rise.hpp"
#include "libqpcr/math/linear_fit.hpp"

namespace qpcr {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

// Instruments settle during the first cycles; they are left out where enough readings remain
// (docs/methods/baseline.md).
constexpr std::size_t settling_count = 2;
constexpr std::size_t smallest_constant_count = 3;
constexpr std::size_t smallest_linear_count = 8;
// The window ends where the fitted curve has made this share of its rise.
constexpr double window_share = 0.005;
// A ground fitted together with the beginning of the rise takes readings up to this share, where growth still is
// exponential.
constexpr double rise_share = 0.1;
constexpr std::size_t smallest_constant_rise_count = 6;
constexpr std::size_t smallest_linear_rise_count = 10;

constexpr std::array<std::pair<BaselineMethod, std::string_view>, 4> method_names{{
    {BaselineMethod::none, "none"},
    {BaselineMethod::constant, "constant"},
    {BaselineMethod::linear, "linear"},
    {BaselineMethod::model, "model"},
}};

/// Nothing known but the method.
Baseline make_unknown(BaselineMethod method) { return {method, nan, nan, nan, nan, nan, nan, nan, nan}; }

/// Line or mean of readings [first, end).
Baseline fit_window(const Readings& readings, std::size_t first, std::size_t end, BaselineMethod method) {
  Baseline baseline = make_unknown(method);
  if (end <= first) return baseline;
  baseline.first_cycle = readings.cycles[first];
  baseline.last_cycle = readings.cycles[end - 1];
  const auto x = std::span<const double>(readings.cycles).subspan(first, end - first);
  const auto y = std::span<const double>(readings.fluorescence).subspan(first, end - first);
  const auto count = static_cast<double>(y.size());
  if (method == BaselineMethod::linear) {
    const LinearFit line = fit_line(x, y);
    baseline.intercept = line.intercept;
    baseline.slope_per_cycle = line.slope;
    baseline.noise_sd = line.residual_sd;
    double mean = 0.0;
    for (const double cycle : x) mean += cycle / count;
    baseline.slope_variance = line.slope_standard_error * line.slope_standard_error;
    baseline.intercept_variance = line.intercept_standard_error * line.intercept_standard_error;
    baseline.covariance = -mean * baseline.slope_variance;
    return baseline;
  }
  double mean = 0.0;
  for (const double value : y) mean += value;
  mean /= count;
  double squares = 0.0;
  for (const double value : y) squares += (value - mean) * (value - mean);
  if (y.size() >= 2) baseline.noise_sd = std::sqrt(squares / (count - 1.0));
  const bool none = method == BaselineMethod::none;
  baseline.intercept = none ? 0.0 : mean;
  baseline.intercept_variance = none ? 0.0 : baseline.noise_sd * baseline.noise_sd / count;
  baseline.slope_per_cycle = baseline.slope_variance = baseline.covariance = 0.0;
  return baseline;
}

/// The ground of a fitted sigmoid over all readings that the analyser fits.
Baseline fit_ground(const CurveAnalyser& analyser, AmplificationModel model) {
  const Readings& readings = analyser.readings();
  const std::size_t count = analyser.fitted_end() - analyser.first();
  Baseline baseline = make_unknown(BaselineMethod::model);
  if (count == 0) return baseline;
  baseline.first_cycle = readings.cycles[analyser.first()];
  baseline.last_cycle = readings.cycles[analyser.fitted_end() - 1];
  CurveView part;
  part.cycles = std::span<const double>(readings.cycles).subspan(analyser.first(), count);
  part.fluorescence = std::span<const double>(readings.fluorescence).subspan(analyser.first(), count);
  AmplificationModelOptions options;
  options.model = model;
  const AmplificationFit fit = fit_amplification_model(part, options);
  if (fit.status != FitStatus::converged) return baseline;
  baseline.intercept = fit.c;
  baseline.slope_per_cycle = fit.slope_per_cycle;
  baseline.noise_sd = std::sqrt(fit.residual_sum_of_squares / (fit.points - fit.parameters));
  baseline.intercept_variance = fit.covariance[3][3];
  baseline.slope_variance = fit.covariance[5][5];
  baseline.covariance = fit.covariance[3][5];
  return baseline;
}

/// One past the last reading before the fitted curve has made a share of its rise: all readings of a curve that does
/// not amplify.
std::size_t find_window_end(const CurveAnalyser& analyser, double share) {
  const std::vector<double>& cycles = analyser.readings().cycles;
  if (!analyser.call().amplified) return cycles.size();
  const double first = derive_shape(analyser.fit(), cycles[analyser.first()]);
  const double last = derive_shape(analyser.fit(), cycles[analyser.fitted_end() - 1]);
  const double end = find_shape_cycle(analyser.fit(), first + share * (last - first));
  const auto after = std::upper_bound(cycles.begin(), cycles.end(), end);
  return static_cast<std::size_t>(after - cycles.begin());
}

}  // namespace

std::string_view to_string(BaselineMethod method) {
  for (const auto& [value, name] : method_names) {
    if (value == method) return name;
  }
  return "none";
}

std::optional<BaselineMethod> parse_baseline_method(std::string_view text) {
  for (const auto& [value, name] : method_names) {
    if (name == text) return value;
  }
  return std::nullopt;
}

double evaluate_baseline(const Baseline& baseline, double cycle) {
  return baseline.intercept + baseline.slope_per_cycle * cycle;
}

double estimate_baseline_variance(const Baseline& baseline, double cycle) {
  return baseline.intercept_variance + cycle * (2.0 * baseline.covariance + cycle * baseline.slope_variance);
}

void BaselineOptions::validate() const {
  ErrorContext context;
  if (first_cycle.has_value() != last_cycle.has_value()) {
    context.field = first_cycle ? "last_cycle" : "first_cycle";
    context.problem = "a baseline window needs both its first and its last cycle, or neither";
    throw Error(ErrorCode::invalid_option, context);
  }
  if (!first_cycle) return;
  if (method == BaselineMethod::model) {
    context.field = "first_cycle";
    context.problem = "a baseline that is part of the model has no window";
    throw Error(ErrorCode::invalid_option, context);
  }
  if (!std::isfinite(*first_cycle) || !std::isfinite(*last_cycle) || *first_cycle > *last_cycle) {
    context.field = "last_cycle";
    context.found = format_double(*last_cycle);
    context.expected = "a cycle not before the first one of the window (" + format_double(*first_cycle) + ")";
    throw Error(ErrorCode::invalid_option, context);
  }
}

void check_cycles(CurveView curve) {
  check_lengths(curve);
  double last = -std::numeric_limits<double>::infinity();
  for (const double cycle : curve.cycles) {
    if (!std::isfinite(cycle)) continue;
    if (!(cycle > last)) {
      ErrorContext context;
      context.field = "cycles";
      context.found = format_double(cycle) + " after " + format_double(last);
      context.expected = "cycles that increase";
      throw Error(ErrorCode::invalid_value, context);
    }
    last = cycle;
  }
}

Baseline estimate_baseline(const CurveAnalyser& analyser, CurveKind kind, const BaselineOptions& options) {
  const Readings& readings = analyser.readings();
  // Subtracting twice is impossible: the kind of the curve decides before any option does.
  const BaselineMethod method = kind == CurveKind::baseline_subtracted ? BaselineMethod::none : options.method;
  if (options.first_cycle && method != BaselineMethod::none && method != BaselineMethod::model) {
    const auto begin = readings.cycles.begin();
    const auto first = std::lower_bound(begin, readings.cycles.end(), *options.first_cycle);
    const auto end = std::upper_bound(begin, readings.cycles.end(), *options.last_cycle);
    return fit_window(readings, static_cast<std::size_t>(first - begin), static_cast<std::size_t>(end - begin), method);
  }
  // A curve that did not amplify has no fitted ground; its baseline is that of a constant.
  const bool amplified = analyser.call().amplified;
  if (method == BaselineMethod::model && amplified) return fit_ground(analyser, options.model);
  const std::size_t end =
      std::max(find_window_end(analyser, window_share), std::min(smallest_constant_count, readings.size()));
  std::size_t first = analyser.first() < end ? analyser.first() : 0;
  const bool linear = method == BaselineMethod::linear && end - first >= smallest_linear_count;
  if (first == 0 && end >= smallest_linear_count + settling_count) first = settling_count;
  const BaselineMethod done = linear || method == BaselineMethod::none ? method : BaselineMethod::constant;
  if (amplified && done != BaselineMethod::none) {
    const std::size_t far = find_window_end(analyser, rise_share);
    if (far >= first + (linear ? smallest_linear_rise_count : smallest_constant_rise_count)) {
      const auto x = std::span<const double>(readings.cycles).subspan(first, far - first);
      const auto y = std::span<const double>(readings.fluorescence).subspan(first, far - first);
      if (const auto found = fit_ground_under_rise(x, y, linear)) return *found;
    }
  }
  return fit_window(readings, first, end, done);
}

Baseline estimate_baseline(CurveView curve, const BaselineOptions& options) {
  options.validate();
  check_cycles(curve);
  CurveAnalyser analyser;
  analyser.analyse(curve);
  return estimate_baseline(analyser, curve.kind, options);
}

}  // namespace qpcr
