// Each rule measures one thing, compares it with one limit and says both.
#include "libqpcr/curve/quality.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/math/elementary.hpp"
#include "libqpcr/math/linear_fit.hpp"
#include "libqpcr/math/robust.hpp"

namespace qpcr {
namespace {

constexpr std::size_t settling_count = 2;
constexpr std::size_t smallest_ground_count = 8;
constexpr double smallest_step_over_noise = 12.0;
// A jump is what stands above this multiple of the larger step beside it: a rise grows and slows less from one cycle to
// the next.
constexpr double neighbour_multiple = 2.0;
constexpr std::size_t smallest_reference_count = 6;
constexpr double smallest_log_rise_sd = 0.1;
constexpr double smallest_log_duration_sd = 0.05;

struct RuleName {
  QualityRule rule;
  std::string_view name;
  const char* message;
  int decimals;
};

constexpr std::array<RuleName, 16> rule_names{{
    {QualityRule::negative_readings, "negative_readings", "quality_negative_readings", 0},
    {QualityRule::saturation, "saturation", "quality_saturation", 0},
    {QualityRule::spike, "spike", "quality_spike", 0},
    {QualityRule::step, "step", "quality_step", 3},
    {QualityRule::noise, "noise", "quality_noise", 3},
    {QualityRule::drift, "drift", "quality_drift", 2},
    {QualityRule::hook, "hook", "quality_hook", 2},
    {QualityRule::no_plateau, "no_plateau", "quality_no_plateau", 2},
    {QualityRule::late_rise, "late_rise", "quality_late_rise", 1},
    {QualityRule::odd_shape, "odd_shape", "quality_odd_shape", 3},
    {QualityRule::low_amplitude, "low_amplitude", "quality_low_amplitude", 2},
    {QualityRule::inhibition, "inhibition", "quality_inhibition", 1},
    {QualityRule::delayed, "delayed", "quality_delayed", 2},
    {QualityRule::shape_outlier, "shape_outlier", "quality_shape_outlier", 1},
    {QualityRule::shape_misfit, "shape_misfit", "quality_shape_misfit", 1},
    {QualityRule::ntc_contamination, "ntc_contamination", "quality_ntc_contamination", 0},
}};

const RuleName& find_name(QualityRule rule) {
  for (const RuleName& name : rule_names) {
    if (name.rule == rule) return name;
  }
  return rule_names.back();
}

void flag_above(QualityRule rule, double value, double limit, std::vector<QualityFlag>& flags) {
  if (value > limit) flags.push_back({rule, value, limit});
}

double count_negative(std::span<const double> values) {
  return static_cast<double>(std::count_if(values.begin(), values.end(), [](double value) { return value < 0.0; }));
}

/// Longest run of readings equal to the highest; 0 where all are equal, which is no ceiling but a dead signal.
double count_saturated(std::span<const double> values) {
  if (values.empty()) return 0.0;
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  if (*low == *high) return 0.0;
  std::size_t run = 0;
  std::size_t longest = 0;
  for (const double value : values) {
    run = value == *high ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return static_cast<double>(longest);
}

/// Height of the largest jump between two readings that stands out from the steps beside it; 0 within noise.
double measure_step(std::span<const double> y, double noise_sd) {
  double largest = 0.0;
  for (std::size_t i = 2; i + 1 < y.size(); ++i) {
    const double before = std::abs(y[i - 1] - y[i - 2]);
    const double after = std::abs(y[i + 1] - y[i]);
    largest = std::max(largest, std::abs(y[i] - y[i - 1]) - neighbour_multiple * std::max(before, after));
  }
  return largest > smallest_step_over_noise * noise_sd ? largest : 0.0;
}

/// Change of the straight line through the ground, first readings left out where instruments settle.
double measure_drift(const CurveAnalyser& analyser) {
  const std::size_t begin = settling_count;
  const std::size_t end = analyser.ground_end();
  if (end < begin + smallest_ground_count) return 0.0;
  const auto x = std::span<const double>(analyser.readings().cycles).subspan(begin, end - begin);
  const auto y = std::span<const double>(analyser.readings().fluorescence).subspan(begin, end - begin);
  return std::abs(fit_line(x, y).slope) * (x.back() - x.front());
}

double standardise(double value, double centre, double sd) { return (value - centre) / sd; }

}  // namespace

std::string_view to_string(QualityRule rule) { return find_name(rule).name; }

Message describe(const QualityFlag& flag) {
  const RuleName& name = find_name(flag.rule);
  Message message;
  message.id = name.message;
  message.values = {{"value", format_fixed(flag.value, name.decimals)},
                    {"limit", format_fixed(flag.limit, name.decimals)}};
  return message;
}

void QualityLimits::validate() const {
  const std::array<std::pair<const char*, double>, 15> limits{{
      {"negative_count", negative_count},
      {"saturated_count", saturated_count},
      {"spike_count", spike_count},
      {"step_share", step_share},
      {"noise_share", noise_share},
      {"drift_share", drift_share},
      {"hook_share", hook_share},
      {"end_slope_share", end_slope_share},
      {"cycles_after_takeoff", cycles_after_takeoff},
      {"oddness", oddness},
      {"amplitude_share", amplitude_share},
      {"inhibition_sd", inhibition_sd},
      {"delay_cycles", delay_cycles},
      {"squared_distance", squared_distance},
      {"misfit_ratio", misfit_ratio},
  }};
  for (const auto& [field, value] : limits) {
    if (std::isfinite(value) && value >= 0.0) continue;
    ErrorContext context;
    context.field = field;
    context.found = format_double(value);
    context.expected = "a limit that is finite and not negative";
    throw Error(ErrorCode::invalid_option, context);
  }
}

void flag_curve(const CurveAnalyser& analyser, CurveKind kind, const QualityLimits& limits,
                std::vector<QualityFlag>& flags) {
  const std::span<const double> y = analyser.readings().fluorescence;
  if (kind != CurveKind::baseline_subtracted) {
    flag_above(QualityRule::negative_readings, count_negative(y), limits.negative_count, flags);
  }
  flag_above(QualityRule::saturation, count_saturated(y), limits.saturated_count, flags);
  flag_above(QualityRule::spike, static_cast<double>(analyser.dropped_cycles().size()), limits.spike_count, flags);
  if (analyser.smoothed().empty()) return;
  const AmplificationCall& call = analyser.call();
  const auto [low, high] = std::minmax_element(y.begin(), y.end());
  const double scale = call.amplified ? call.rise : *high - *low;
  if (scale > 0.0) {
    flag_above(QualityRule::step, measure_step(y, call.noise_sd) / scale, limits.step_share, flags);
  }
  if (!call.amplified) return;
  flag_above(QualityRule::noise, call.noise_sd / call.rise, limits.noise_share, flags);
  flag_above(QualityRule::drift, measure_drift(analyser) / call.rise, limits.drift_share, flags);
  const std::span<const double> smoothed = analyser.smoothed();
  flag_above(QualityRule::hook, (smoothed[analyser.top()] - smoothed.back()) / call.rise, limits.hook_share, flags);
  flag_above(QualityRule::no_plateau, call.shape.end_slope_share, limits.end_slope_share, flags);
  const double after = analyser.readings().cycles.back() - analyser.takeoff()->cycle;
  if (after < limits.cycles_after_takeoff) {
    flags.push_back({QualityRule::late_rise, after, limits.cycles_after_takeoff});
  }
  flag_above(QualityRule::odd_shape, call.shape.oddness, limits.oddness, flags);
}

std::vector<QualityFlag> flag_curve(CurveView curve, const QualityLimits& limits) {
  limits.validate();
  CurveAnalyser analyser;
  analyser.analyse(curve);
  std::vector<QualityFlag> flags;
  flag_curve(analyser, curve.kind, limits, flags);
  return flags;
}

std::optional<ShapeFeatures> derive_shape_features(const CurveAnalyser& analyser) {
  const AmplificationCall& call = analyser.call();
  if (!call.amplified) return std::nullopt;
  const std::optional<DerivedCycle> steepest = derive_first_derivative_maximum(analyser.fit());
  if (!steepest) return std::nullopt;
  ShapeFeatures features;
  features.rise = call.rise;
  features.takeoff_cycles = analyser.takeoff()->cycle;
  features.duration_cycles = steepest->cycle - features.takeoff_cycles;
  features.complete =
      call.verdict == AmplificationVerdict::typical && call.shape.end_slope_share <= QualityLimits().end_slope_share;
  return features;
}

std::optional<ShapeReference> learn_shape_reference(std::span<const ShapeFeatures> features) {
  std::vector<double> rises;
  std::vector<double> durations;
  std::vector<double> takeoffs;
  for (const ShapeFeatures& one : features) {
    if (!one.complete || !(one.rise > 0.0) || !(one.duration_cycles > 0.0)) continue;
    rises.push_back(elementary::log(one.rise));
    durations.push_back(elementary::log(one.duration_cycles));
    takeoffs.push_back(one.takeoff_cycles);
  }
  if (rises.size() < smallest_reference_count) return std::nullopt;
  ShapeReference reference;
  reference.curves = rises.size();
  reference.log_rise = median(rises);
  reference.log_rise_sd = std::max(median_absolute_deviation_sd(rises), smallest_log_rise_sd);
  reference.log_duration = median(durations);
  reference.log_duration_sd = std::max(median_absolute_deviation_sd(durations), smallest_log_duration_sd);
  reference.takeoff_cycles = median(takeoffs);
  return reference;
}

void flag_group(const ShapeFeatures& features, const ShapeReference& reference, bool same_template,
                const QualityLimits& limits, std::vector<QualityFlag>& flags) {
  const double rise = standardise(elementary::log(features.rise), reference.log_rise, reference.log_rise_sd);
  const double duration =
      standardise(elementary::log(features.duration_cycles), reference.log_duration, reference.log_duration_sd);
  const double share = features.rise / elementary::exp(reference.log_rise);
  if (share < limits.amplitude_share) flags.push_back({QualityRule::low_amplitude, share, limits.amplitude_share});
  if (rise <= 0.0) flag_above(QualityRule::inhibition, duration, limits.inhibition_sd, flags);
  if (same_template) {
    flag_above(QualityRule::delayed, features.takeoff_cycles - reference.takeoff_cycles, limits.delay_cycles, flags);
  }
  // The rise of a curve that the run cuts short says nothing of its shape.
  const double distance = duration * duration + (features.complete ? rise * rise : 0.0);
  flag_above(QualityRule::shape_outlier, distance, limits.squared_distance, flags);
}

std::optional<QualityFlag> flag_no_template_control(const AmplificationCall& call) {
  if (!call.amplified) return std::nullopt;
  return QualityFlag{QualityRule::ntc_contamination, call.reason.value, call.reason.limit};
}

}  // namespace qpcr
