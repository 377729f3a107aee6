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

constexpr std::array<std::pair<BaselineMethod, std::string_view>, 3> method_names{{
    {BaselineMethod::none, "none"},
    {BaselineMethod::constant, "constant"},
    {BaselineMethod::linear, "linear"},
}};

/// Line or mean of readings [first, end).
Baseline fit_window(const Readings& readings, std::size_t first, std::size_t end, BaselineMethod method) {
  Baseline baseline;
  baseline.method = method;
  baseline.intercept = baseline.slope_per_cycle = baseline.noise_sd = nan;
  baseline.first_cycle = baseline.last_cycle = nan;
  if (end <= first) return baseline;
  baseline.first_cycle = readings.cycles[first];
  baseline.last_cycle = readings.cycles[end - 1];
  const auto x = std::span<const double>(readings.cycles).subspan(first, end - first);
  const auto y = std::span<const double>(readings.fluorescence).subspan(first, end - first);
  if (method == BaselineMethod::linear) {
    const LinearFit line = fit_line(x, y);
    baseline.intercept = line.intercept;
    baseline.slope_per_cycle = line.slope;
    baseline.noise_sd = line.residual_sd;
    return baseline;
  }
  double mean = 0.0;
  for (const double value : y) mean += value;
  mean /= static_cast<double>(y.size());
  double squares = 0.0;
  for (const double value : y) squares += (value - mean) * (value - mean);
  baseline.slope_per_cycle = 0.0;
  baseline.intercept = mean;
  if (y.size() >= 2) baseline.noise_sd = std::sqrt(squares / static_cast<double>(y.size() - 1));
  if (method == BaselineMethod::none) baseline.intercept = 0.0;
  return baseline;
}

/// One past the last reading of the automatic window: all readings of a curve that does not amplify.
std::size_t find_window_end(const CurveAnalyser& analyser) {
  const std::vector<double>& cycles = analyser.readings().cycles;
  if (!analyser.call().amplified) return cycles.size();
  const double first = derive_shape(analyser.fit(), cycles[analyser.first()]);
  const double last = derive_shape(analyser.fit(), cycles[analyser.fitted_end() - 1]);
  const double end = find_shape_cycle(analyser.fit(), first + window_share * (last - first));
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

void BaselineOptions::validate() const {
  ErrorContext context;
  if (first_cycle.has_value() != last_cycle.has_value()) {
    context.field = first_cycle ? "last_cycle" : "first_cycle";
    context.problem = "a baseline window needs both its first and its last cycle, or neither";
    throw Error(ErrorCode::invalid_option, context);
  }
  if (!first_cycle) return;
  if (!std::isfinite(*first_cycle) || !std::isfinite(*last_cycle) || *first_cycle > *last_cycle) {
    context.field = "last_cycle";
    context.found = format_double(*last_cycle);
    context.expected = "a cycle not before the first one of the window (" + format_double(*first_cycle) + ")";
    throw Error(ErrorCode::invalid_option, context);
  }
}

Baseline estimate_baseline(const CurveAnalyser& analyser, CurveKind kind, const BaselineOptions& options) {
  const Readings& readings = analyser.readings();
  // Subtracting twice is impossible: the kind of the curve decides before any option does.
  const BaselineMethod method = kind == CurveKind::baseline_subtracted ? BaselineMethod::none : options.method;
  if (options.first_cycle && method != BaselineMethod::none) {
    const auto begin = readings.cycles.begin();
    const auto first = std::lower_bound(begin, readings.cycles.end(), *options.first_cycle);
    const auto end = std::upper_bound(begin, readings.cycles.end(), *options.last_cycle);
    return fit_window(readings, static_cast<std::size_t>(first - begin), static_cast<std::size_t>(end - begin), method);
  }
  const std::size_t end = std::max(find_window_end(analyser), std::min(smallest_constant_count, readings.size()));
  std::size_t first = analyser.first() < end ? analyser.first() : 0;
  const bool linear = method == BaselineMethod::linear && end - first >= smallest_linear_count;
  if (first == 0 && end >= smallest_linear_count + settling_count) first = settling_count;
  const BaselineMethod done = method == BaselineMethod::linear && !linear ? BaselineMethod::constant : method;
  return fit_window(readings, first, end, done);
}

Baseline estimate_baseline(CurveView curve, const BaselineOptions& options) {
  options.validate();
  CurveAnalyser analyser;
  analyser.analyse(curve);
  return estimate_baseline(analyser, curve.kind, options);
}

}  // namespace qpcr
