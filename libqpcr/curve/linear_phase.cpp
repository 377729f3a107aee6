// End by the third derivative, baseline by a safeguarded Newton search for equal slopes, errors by the delta method.
#include "libqpcr/curve/linear_phase.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <string>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/curve/readings.hpp"
#include "libqpcr/math/elementary.hpp"

namespace qpcr {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t min_readings = 6;
constexpr std::size_t min_noise_readings = 5;
constexpr double plateau_fold = 5.0;
/// Readings at the top of the phase whose mean the line passes through: low ones carry the error of the baseline.
constexpr std::size_t anchor_readings = 3;
constexpr double short_phase_fold = 10.0;
/// Part of the rise over noise asked of the reaction that its phase alone must show.
constexpr double phase_share_of_rise = 0.25;
constexpr double noisy_r_squared = 0.99;
/// Fluorescence settles in the first cycles; they are never part of a phase.
constexpr std::size_t settling_readings = 3;
/// Growth slows before the third derivative vanishes; the phase ends half a cycle earlier.
constexpr double end_margin_cycles = 0.5;

[[noreturn]] void refuse(const char* field, const std::string& found, const char* expected) {
  ErrorContext context;
  context.field = field;
  context.found = found;
  context.expected = expected;
  throw Error(ErrorCode::invalid_option, context);
}

LinearPhase make_empty(LinearPhaseStatus status) {
  LinearPhase phase;
  phase.status = status;
  phase.baseline = phase.first_cycle = phase.last_cycle = nan;
  phase.efficiency = phase.efficiency_standard_error = phase.r_squared = nan;
  phase.anchor_cycle = phase.anchor_log10_fluorescence = phase.anchor_log10_standard_error = nan;
  phase.td0_cycle = phase.td0_fluorescence = phase.plateau_fluorescence = phase.noise_sd = nan;
  return phase;
}

/// Keeps only what was found before the analysis failed.
LinearPhase make_failed(LinearPhaseStatus status, const LinearPhase& found) {
  LinearPhase phase = make_empty(status);
  phase.td0_cycle = found.td0_cycle;
  phase.noise_sd = found.noise_sd;
  phase.points = found.points;
  phase.first_cycle = found.first_cycle;
  phase.last_cycle = found.last_cycle;
  return phase;
}

/// Adds to `weights` those by which a sum over y gives the least-squares slope over readings first … last − 1.
void add_slope_weights(const double* x, std::size_t first, std::size_t last, double sign, double* weights) {
  double mean = 0.0;
  for (std::size_t i = first; i < last; ++i) mean += x[i];
  mean /= static_cast<double>(last - first);
  double sxx = 0.0;
  for (std::size_t i = first; i < last; ++i) sxx += (x[i] - mean) * (x[i] - mean);
  for (std::size_t i = first; i < last; ++i) weights[i] += sign * (x[i] - mean) / sxx;
}

}  // namespace

std::string_view to_string(LinearPhaseStatus status) {
  switch (status) {
    case LinearPhaseStatus::found:
      return "found";
    case LinearPhaseStatus::not_measured:
      return "not_measured";
    case LinearPhaseStatus::no_amplification:
      return "no_amplification";
    case LinearPhaseStatus::baseline_error:
      return "baseline_error";
  }
  return {};
}

void LinearPhaseOptions::validate() const {
  if (min_points < 4) refuse("min_points", std::to_string(min_points), "at least 4");
  if (max_points < min_points || max_points > static_cast<int>(LinearPhaseEstimator::phase_capacity))
    refuse("max_points", std::to_string(max_points), "from min_points to 16");
  if (!(min_efficiency > 1.0 && min_efficiency < 2.0))
    refuse("min_efficiency", format_double(min_efficiency), "between 1 and 2");
  if (!(min_rise_over_noise >= 0.0) || !std::isfinite(min_rise_over_noise))
    refuse("min_rise_over_noise", format_double(min_rise_over_noise), "a number that is not negative");
}

bool LinearPhaseEstimator::assign(CurveView curve) {
  cycles_.clear();
  fluorescence_.clear();
  for (std::size_t i = 0; i < curve.cycles.size(); ++i) {
    if (!std::isfinite(curve.fluorescence[i]) || !std::isfinite(curve.cycles[i])) continue;
    if (!cycles_.empty() && !(curve.cycles[i] > cycles_.back())) return false;
    cycles_.push_back(curve.cycles[i]);
    fluorescence_.push_back(curve.fluorescence[i]);
  }
  return cycles_.size() >= min_readings;
}

bool LinearPhaseEstimator::find_end(LinearPhase& phase) {
  const std::size_t n = cycles_.size();
  first_.resize(n);
  second_.resize(n);
  const double* x = cycles_.data();
  const double* y = fluorescence_.data();
  for (std::size_t i = 0; i + 1 < n; ++i) {
    const double step = x[i + 1] - x[i];
    first_[i] = step == 1.0 ? y[i + 1] - y[i] : (y[i + 1] - y[i]) / step;
  }
  std::size_t steepest = 0;
  for (std::size_t i = 1; i + 1 < n; ++i) {
    if (first_[i] > first_[steepest]) steepest = i;
  }
  second_[0] = second_[n - 1] = nan;
  for (std::size_t i = 1; i + 1 < n; ++i) {
    const double span = x[i + 1] - x[i - 1];
    const double change = first_[i] - first_[i - 1];
    second_[i] = span == 2.0 ? change : 2.0 * change / span;
  }
  // Largest mean curvature of three, at readings 2 … n − 3, not after the steepest rise.
  const std::size_t limit = std::min(n - 2, steepest + 3);
  std::size_t bend = 0;
  double largest = 0.0;
  for (std::size_t i = 2; i < limit; ++i) {
    const double mean = (second_[i - 1] + second_[i] + second_[i + 1]) / 3.0;
    if (mean > largest) {
      largest = mean;
      bend = i;
    }
  }
  if (bend == 0) return false;
  start_ = bend;
  while (start_ >= settling_readings && y[start_ - 1] < y[start_]) --start_;
  // Zero of the third derivative between readings: from the largest mean curvature on it falls.
  const auto mean_curvature = [this](std::size_t i) { return (second_[i - 1] + second_[i] + second_[i + 1]) / 3.0; };
  const auto third_after = [&](std::size_t i) {
    return (mean_curvature(i + 1) - mean_curvature(i)) / (x[i + 1] - x[i]);
  };
  const double before = bend > 2 ? third_after(bend - 1) : 0.0;
  const double after = bend + 3 < n ? third_after(bend) : -before;
  const double from = bend > 2 ? 0.5 * (x[bend - 1] + x[bend]) : x[bend];
  const double to = bend + 3 < n ? 0.5 * (x[bend] + x[bend + 1]) : x[bend];
  phase.td0_cycle = before - after > 0.0 ? from + (to - from) * before / (before - after) : x[bend];
  return true;
}

double LinearPhaseEstimator::estimate_noise(std::size_t count) const {
  if (count < min_noise_readings) return nan;
  // Mean absolute second difference of independent normal readings: σ·√6·√(2/π).
  double sum = 0.0;
  for (std::size_t i = 1; i + 1 < count; ++i) sum += std::abs(second_[i]);
  return sum / static_cast<double>(count - 2) / (std::sqrt(6.0) * std::sqrt(2.0 * std::numbers::inv_pi));
}

bool LinearPhaseEstimator::solve_baseline(double min_efficiency, LinearPhase& phase) {
  const std::size_t n = points_;
  slope_weights_.fill(0.0);
  difference_weights_.fill(0.0);
  // The halves share the middle reading of an odd number.
  add_slope_weights(phase_cycles_.data(), 0, (n + 1) / 2, 0.5, slope_weights_.data());
  add_slope_weights(phase_cycles_.data(), n / 2, n, 0.5, slope_weights_.data());
  add_slope_weights(phase_cycles_.data(), 0, (n + 1) / 2, -1.0, difference_weights_.data());
  add_slope_weights(phase_cycles_.data(), n / 2, n, 1.0, difference_weights_.data());

  const double lowest = phase_fluorescence_[0];
  const double rise = phase_fluorescence_[n - 1] - lowest;
  // u = (lowest − baseline)/rise, searched on its logarithm. It is 1/(E^span − 1), which bounds it for E ≥ the minimum.
  const double span = phase_cycles_[n - 1] - phase_cycles_[0];
  const auto to_log_u = [span](double efficiency) {
    return -elementary::log(elementary::expm1(span * elementary::log(efficiency)));
  };
  const double max_log_u = to_log_u(min_efficiency);
  std::array<double, phase_capacity> relative{};
  for (std::size_t i = 0; i < n; ++i) relative[i] = (phase_fluorescence_[i] - lowest) / rise;

  const double log_rise = elementary::log(rise);
  double derivative = 0.0;
  // Upper minus lower slope and its derivative by log u. Negative where the baseline is too near to the lowest reading.
  const auto evaluate = [&](double log_u) {
    const double u = elementary::exp(log_u);
    double difference = 0.0;
    derivative = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
      const double above = relative[i] + u;
      phase_logs_[i] = elementary::log(above);
      difference += difference_weights_[i] * phase_logs_[i];
      derivative += difference_weights_[i] * (u / above);
    }
    return difference;
  };
  double upper = max_log_u;
  if (!(evaluate(upper) > 0.0)) return false;
  double log_u = std::min(to_log_u(1.9), upper);
  double lower = log_u;
  while (evaluate(lower) > 0.0) {
    upper = lower;
    lower -= 2.0;
    if (lower < -80.0) return false;
  }
  log_u = lower;
  double difference = evaluate(log_u);
  for (int i = 0; i < 60; ++i) {
    (difference > 0.0 ? upper : lower) = log_u;
    double next = log_u - difference / derivative;
    if (!(next > lower && next < upper)) next = 0.5 * (lower + upper);
    const bool settled = std::abs(next - log_u) <= 1e-12 * std::max(1.0, std::abs(log_u));
    log_u = next;
    difference = evaluate(log_u);
    if (settled || difference == 0.0) break;
  }
  phase.baseline = lowest - elementary::exp(log_u) * rise;
  for (std::size_t i = 0; i < n; ++i) phase_logs_[i] += log_rise;
  return true;
}

void LinearPhaseEstimator::estimate_errors(LinearPhase& phase) {
  const auto n = static_cast<double>(points_);
  const std::size_t anchor = points_ - anchor_readings;
  const auto anchor_weight = [anchor](std::size_t i) { return i < anchor ? 0.0 : 1.0 / anchor_readings; };
  double slope = 0.0;
  double mean_cycle = 0.0;
  double mean_log = 0.0;
  double anchor_cycle = 0.0;
  double anchor_log = 0.0;
  for (std::size_t i = 0; i < points_; ++i) {
    anchor_cycle += anchor_weight(i) * phase_cycles_[i];
    anchor_log += anchor_weight(i) * phase_logs_[i];
    slope += slope_weights_[i] * phase_logs_[i];
    mean_cycle += phase_cycles_[i];
    mean_log += phase_logs_[i];
  }
  mean_cycle /= n;
  mean_log /= n;
  double squares = 0.0;
  double cycle_squares = 0.0;
  double products = 0.0;
  // Derivatives by the baseline, which the readings determine through the equality of slopes.
  double slope_change = 0.0;
  double anchor_change = 0.0;
  double difference_change = 0.0;
  for (std::size_t i = 0; i < points_; ++i) {
    const double centred = phase_logs_[i] - mean_log;
    const double centred_cycle = phase_cycles_[i] - mean_cycle;
    squares += centred * centred;
    cycle_squares += centred_cycle * centred_cycle;
    products += centred * centred_cycle;
    const double sensitivity = -1.0 / (phase_fluorescence_[i] - phase.baseline);
    slope_change += slope_weights_[i] * sensitivity;
    anchor_change += anchor_weight(i) * sensitivity;
    difference_change += difference_weights_[i] * sensitivity;
  }
  double slope_variance = 0.0;
  double anchor_variance = 0.0;
  for (std::size_t i = 0; i < points_; ++i) {
    const double baseline_weight = -difference_weights_[i] / difference_change;
    const double slope_weight = slope_weights_[i] + slope_change * baseline_weight;
    const double height_weight = anchor_weight(i) + anchor_change * baseline_weight;
    const double residual = phase_logs_[i] - mean_log - slope * (phase_cycles_[i] - mean_cycle);
    slope_variance += slope_weight * slope_weight * residual * residual;
    anchor_variance += height_weight * height_weight * residual * residual;
  }
  // Each reading's own squared residual: logs scatter the more the nearer a reading is to the baseline (White 1980).
  const double inflation = n / (n - 3.0);
  phase.efficiency = elementary::exp(slope);
  phase.efficiency_standard_error = phase.efficiency * std::sqrt(inflation * slope_variance);
  phase.r_squared = products * products / (squares * cycle_squares);
  phase.anchor_cycle = anchor_cycle;
  phase.anchor_log10_fluorescence = anchor_log / std::numbers::ln10;
  phase.anchor_log10_standard_error = std::sqrt(inflation * anchor_variance) / std::numbers::ln10;
}

LinearPhase LinearPhaseEstimator::estimate(CurveView curve, const LinearPhaseOptions& options) {
  check_lengths(curve);
  points_ = 0;
  if (!assign(curve)) return make_empty(LinearPhaseStatus::not_measured);
  LinearPhase phase = make_empty(LinearPhaseStatus::no_amplification);
  if (!find_end(phase)) return make_failed(LinearPhaseStatus::no_amplification, phase);

  // Readings of the phase: up to the third-derivative zero, without the lowest one, which stands in the noise.
  const std::size_t n = cycles_.size();
  std::size_t end = start_;
  while (end + 1 < n && cycles_[end + 1] <= phase.td0_cycle - end_margin_cycles) ++end;
  std::size_t begin = start_ + 1;
  const auto max_points = static_cast<std::size_t>(options.max_points);
  if (end >= max_points && begin < end + 1 - max_points) begin = end + 1 - max_points;
  phase.noise_sd = estimate_noise(begin);
  if (end < begin || end - begin + 1 < static_cast<std::size_t>(options.min_points))
    return make_failed(LinearPhaseStatus::no_amplification, phase);
  points_ = end - begin + 1;
  phase.points = static_cast<int>(points_);
  phase.first_cycle = cycles_[begin];
  phase.last_cycle = cycles_[end];
  for (std::size_t i = 0; i < points_; ++i) {
    phase_cycles_[i] = cycles_[begin + i];
    phase_fluorescence_[i] = fluorescence_[begin + i];
  }
  const double rise = fluorescence_[end] - fluorescence_[begin];
  if (!std::isfinite(rise)) return make_failed(LinearPhaseStatus::baseline_error, phase);
  double last = 0.0;
  for (std::size_t i = n - 5; i < n; ++i) last += fluorescence_[i] / 5.0;
  const double total_rise = std::max(rise, last - fluorescence_[begin]);
  const double least = options.min_rise_over_noise * phase.noise_sd;
  if (!(rise > 0.0) || total_rise < least || rise < phase_share_of_rise * least)
    return make_failed(LinearPhaseStatus::no_amplification, phase);
  if (!solve_baseline(options.min_efficiency, phase)) return make_failed(LinearPhaseStatus::baseline_error, phase);
  estimate_errors(phase);
  if (!std::isfinite(phase.efficiency) || phase.efficiency < options.min_efficiency)
    return make_failed(LinearPhaseStatus::baseline_error, phase);

  phase.status = LinearPhaseStatus::found;
  // The readings on both sides of the third-derivative zero, on the log scale.
  std::size_t left = end;
  while (left + 1 < n && cycles_[left + 1] <= phase.td0_cycle) ++left;
  const double log_left = elementary::log(fluorescence_[left] - phase.baseline);
  if (left + 1 < n) {
    const double log_right = elementary::log(fluorescence_[left + 1] - phase.baseline);
    const double share = (phase.td0_cycle - cycles_[left]) / (cycles_[left + 1] - cycles_[left]);
    phase.td0_fluorescence = elementary::exp(log_left + share * (log_right - log_left));
  } else {
    phase.td0_fluorescence = elementary::exp(log_left);
  }
  phase.plateau_fluorescence = last - phase.baseline;
  const double log_growth = elementary::log(phase.efficiency);
  const double expected =
      phase.anchor_log10_fluorescence * std::numbers::ln10 + (cycles_[n - 1] - phase.anchor_cycle) * log_growth;
  phase.has_plateau = expected > elementary::log(plateau_fold * (fluorescence_[n - 1] - phase.baseline));
  phase.is_short = phase_logs_[points_ - 1] - phase_logs_[0] < elementary::log(short_phase_fold);
  phase.is_noisy = phase.r_squared < noisy_r_squared;
  return phase;
}

LinearPhase estimate_linear_phase(CurveView curve, const LinearPhaseOptions& options) {
  options.validate();
  LinearPhaseEstimator estimator;
  return estimator.estimate(curve, options);
}

std::vector<LinearPhase> estimate_linear_phase_batch(std::span<const CurveView> curves,
                                                     const LinearPhaseOptions& options) {
  options.validate();
  LinearPhaseEstimator estimator;
  std::vector<LinearPhase> phases;
  phases.reserve(curves.size());
  for (const CurveView& curve : curves) phases.push_back(estimator.estimate(curve, options));
  return phases;
}

}  // namespace qpcr
