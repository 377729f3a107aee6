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
// Readings without noise still weigh by what they hold of the rise.
constexpr double smallest_noise_share = 1e-6;

constexpr std::array<std::pair<BaselineMethod, std::string_view>, 4> method_names{{
    {BaselineMethod::none, "none"},
    {BaselineMethod::constant, "constant"},
    {BaselineMethod::linear, "linear"},
    {BaselineMethod::model, "model"},
}};

/// Readings [first, end), and how much each counts.
struct Window {
  std::size_t first = 0;
  std::size_t end = 0;
  /// Fitted curve whose rise stands against the noise; null where every reading counts alike.
  const SigmoidFit* rise = nullptr;
  double noise_sd = 0.0;
};

/// 1/(1 + (rise/noise)²): what the fit says the reading holds of the rise is an error of unknown part, beside the
/// noise.
double weigh(const Window& window, double cycle) {
  if (window.rise == nullptr) return 1.0;
  const SigmoidFit& fit = *window.rise;
  const double ratio = (fit.d - fit.c) * derive_shape(fit, cycle) / window.noise_sd;
  return 1.0 / (1.0 + ratio * ratio);
}

/// Sums of a weighted straight line, or of a weighted mean.
struct WeightedFit {
  double weights = 0.0;
  double mean_x = 0.0;
  double mean_y = 0.0;
  double xx = 0.0;
  double xy = 0.0;
};

WeightedFit sum_window(const Readings& readings, const Window& window) {
  WeightedFit sums;
  for (std::size_t i = window.first; i < window.end; ++i) {
    const double w = weigh(window, readings.cycles[i]);
    sums.weights += w;
    sums.mean_x += w * readings.cycles[i];
    sums.mean_y += w * readings.fluorescence[i];
  }
  sums.mean_x /= sums.weights;
  sums.mean_y /= sums.weights;
  for (std::size_t i = window.first; i < window.end; ++i) {
    const double w = weigh(window, readings.cycles[i]);
    const double x = readings.cycles[i] - sums.mean_x;
    sums.xx += w * x * x;
    sums.xy += w * x * (readings.fluorescence[i] - sums.mean_y);
  }
  return sums;
}

/// Line or mean of the readings in a window.
Baseline fit_window(const Readings& readings, const Window& window, BaselineMethod method) {
  Baseline baseline;
  baseline.method = method;
  baseline.intercept = baseline.slope_per_cycle = baseline.noise_sd = nan;
  baseline.first_cycle = baseline.last_cycle = nan;
  const bool linear = method == BaselineMethod::linear;
  if (window.end > window.first) {
    baseline.first_cycle = readings.cycles[window.first];
    baseline.last_cycle = readings.cycles[window.end - 1];
  }
  const std::size_t count = window.end > window.first ? window.end - window.first : 0;
  if (count == 0) return baseline;
  const WeightedFit sums = sum_window(readings, window);
  if (linear && (count < 2 || !(sums.xx > 0.0))) return baseline;
  baseline.slope_per_cycle = linear ? sums.xy / sums.xx : 0.0;
  baseline.intercept = sums.mean_y - baseline.slope_per_cycle * sums.mean_x;
  double squares = 0.0;
  // Variances of the weighted estimates when every reading has the same noise: Σw², Σw²x, Σw²x².
  double w2 = 0.0;
  double w2x = 0.0;
  double w2xx = 0.0;
  for (std::size_t i = window.first; i < window.end; ++i) {
    const double w = weigh(window, readings.cycles[i]);
    const double x = readings.cycles[i] - sums.mean_x;
    const double residual = readings.fluorescence[i] - evaluate_baseline(baseline, readings.cycles[i]);
    squares += w * residual * residual;
    w2 += w * w;
    w2x += w * w * x;
    w2xx += w * w * x * x;
  }
  const std::size_t parameters = linear ? 2 : 1;
  if (count > parameters) {
    const double degrees = sums.weights * static_cast<double>(count - parameters) / static_cast<double>(count);
    baseline.noise_sd = std::sqrt(squares / degrees);
  }
  const double variance = baseline.noise_sd * baseline.noise_sd;
  const double level = variance * w2 / (sums.weights * sums.weights);
  const double slope = linear ? variance * w2xx / (sums.xx * sums.xx) : 0.0;
  const double both = linear ? variance * w2x / (sums.weights * sums.xx) : 0.0;
  baseline.slope_variance = slope;
  baseline.covariance = both - sums.mean_x * slope;
  baseline.intercept_variance = level - 2.0 * sums.mean_x * both + sums.mean_x * sums.mean_x * slope;
  if (method == BaselineMethod::none) {
    baseline.intercept = 0.0;
    baseline.intercept_variance = 0.0;
  }
  return baseline;
}

/// The ground of a fitted sigmoid over all readings that the analyser fits.
Baseline fit_ground(const CurveAnalyser& analyser, AmplificationModel model) {
  const Readings& readings = analyser.readings();
  const std::size_t count = analyser.fitted_end() - analyser.first();
  Baseline baseline;
  baseline.method = BaselineMethod::model;
  baseline.intercept = baseline.slope_per_cycle = baseline.noise_sd = nan;
  baseline.intercept_variance = baseline.slope_variance = baseline.covariance = nan;
  baseline.first_cycle = baseline.last_cycle = nan;
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
    return fit_window(readings, {static_cast<std::size_t>(first - begin), static_cast<std::size_t>(end - begin)}, method);
  }
  // A curve that did not amplify has no fitted ground; its baseline is that of a constant.
  const bool amplified = analyser.call().amplified;
  if (method == BaselineMethod::model && amplified) return fit_ground(analyser, options.model);
  const std::size_t end = std::max(find_window_end(analyser), std::min(smallest_constant_count, readings.size()));
  std::size_t first = analyser.first() < end ? analyser.first() : 0;
  const bool linear = method == BaselineMethod::linear && end - first >= smallest_linear_count;
  if (first == 0 && end >= smallest_linear_count + settling_count) first = settling_count;
  const bool constant = (method == BaselineMethod::linear && !linear) || method == BaselineMethod::model;
  Window window{first, end};
  if (amplified) {
    window.rise = &analyser.fit();
    window.noise_sd = std::max(analyser.call().noise_sd, smallest_noise_share * analyser.call().rise);
  }
  return fit_window(readings, window, constant ? BaselineMethod::constant : method);
}

Baseline estimate_baseline(CurveView curve, const BaselineOptions& options) {
  options.validate();
  check_cycles(curve);
  CurveAnalyser analyser;
  analyser.analyse(curve);
  return estimate_baseline(analyser, curve.kind, options);
}

}  // namespace qpcr
