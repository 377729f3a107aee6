// Recoveries in percent, and differences between neighbours of a dilution series.
#include "libqpcr/study/quantitative/recovery.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "libqpcr/math/linear_model.hpp"
#include "libqpcr/study/quantitative/group_comparison.hpp"
#include "libqpcr/study/quantitative/input_checks.hpp"

namespace qpcr {
namespace {

constexpr const char* no_variation = "quantitative_no_variation";

Estimate estimate_mean(std::span<const double> values, double confidence) {
  Estimate mean;
  if (values.size() < 2) {
    mean = make_estimate(mean_of(values), "quantitative_too_few_values");
    mean.why_absent = too_few_values(values.size(), 2);
    return mean;
  }
  const double n = static_cast<double>(values.size());
  return make_t_estimate(mean_of(values), std::sqrt(variance_of(values) / n), n - 1.0, confidence, no_variation);
}

void scale_estimate(Estimate& estimate, double factor) {
  if (estimate.value) *estimate.value *= factor;
  if (estimate.standard_error) *estimate.standard_error *= factor;
  if (estimate.interval)
    estimate.interval = Interval{estimate.interval->lower * factor, estimate.interval->upper * factor};
}

/// Decided only where the interval does not straddle a limit.
std::optional<bool> accept(const Estimate& estimate, const std::optional<Interval>& limits) {
  if (!limits || !estimate.interval) return std::nullopt;
  if (estimate.interval->lower >= limits->lower && estimate.interval->upper <= limits->upper) return true;
  if (estimate.interval->upper < limits->lower || estimate.interval->lower > limits->upper) return false;
  return std::nullopt;
}

/// The more concentrated sample reads lower than the next dilution by more than scatter explains.
bool is_hooked(std::span<const double> concentrated, std::span<const double> diluted, double confidence) {
  TwoGroupOptions two;
  two.confidence = confidence;
  const Estimate difference = compare_two_groups(concentrated, diluted, two).mean_difference;
  if (difference.interval) return difference.interval->upper < 0.0;
  return difference.value && *difference.value < 0.0;
}

Estimate estimate_log_slope(const std::map<double, std::vector<double>>& groups, double confidence) {
  std::vector<double> x;
  std::vector<double> y;
  for (const auto& [factor, replicates] : groups) {
    for (const double value : replicates) {
      if (!(value > 0.0)) return not_estimable("quantitative_needs_positive_values");
      x.push_back(std::log10(factor));
      y.push_back(std::log10(value));
    }
  }
  const LinearModelFit line = fit_linear_model({x}, y);
  return make_t_estimate(line.coefficients[1], line.standard_errors[1], line.degrees_of_freedom, confidence,
                         "quantitative_exact_fit");
}

}  // namespace

void RecoveryOptions::validate() const {
  check_fraction("confidence", confidence);
  if (acceptable_percent && !(acceptable_percent->lower < acceptable_percent->upper)) {
    refuse_option("acceptable_percent", fmt::format("{} to {}", acceptable_percent->lower, acceptable_percent->upper),
                  "a lower limit below the upper one");
  }
}

RecoveryResult estimate_spike_recovery(std::span<const SpikedSample> samples, const RecoveryOptions& options) {
  options.validate();
  RecoveryResult result;
  for (const SpikedSample& sample : samples) {
    const double values[] = {sample.unspiked, sample.added, sample.measured};
    check_finite("samples", values);
    if (!(sample.added > 0.0)) refuse_value("added", fmt::format("{}", sample.added), "an amount above 0");
    result.percent.push_back(100.0 * (sample.measured - sample.unspiked) / sample.added);
  }
  if (samples.empty()) {
    result.mean_percent = not_estimable(too_few_values(0, 1));
    return result;
  }
  result.mean_percent = estimate_mean(result.percent, options.confidence);
  result.acceptable = accept(result.mean_percent, options.acceptable_percent);
  if (options.acceptable_percent && !result.mean_percent.interval) {
    result.acceptable = std::all_of(result.percent.begin(), result.percent.end(), [&](double percent) {
      return percent >= options.acceptable_percent->lower && percent <= options.acceptable_percent->upper;
    });
  }
  return result;
}

DilutionResult estimate_dilution_recovery(std::span<const DilutedSample> samples,
                                          std::optional<double> reference_factor, const RecoveryOptions& options) {
  options.validate();
  std::map<double, std::vector<double>> groups;
  for (const DilutedSample& sample : samples) {
    const double values[] = {sample.factor, sample.measured};
    check_finite("samples", values);
    if (!(sample.factor > 0.0)) refuse_value("factor", fmt::format("{}", sample.factor), "a factor above 0");
    groups[sample.factor].push_back(sample.measured);
  }
  if (groups.size() < 2) refuse_value("factor", fmt::format("{}", groups.size()), "at least two dilutions");
  if (reference_factor && groups.count(*reference_factor) == 0) {
    refuse_value("reference_factor", fmt::format("{}", *reference_factor), "one of the dilutions");
  }
  DilutionResult result;
  std::optional<double> reference = reference_factor;
  for (auto at = groups.begin(); at != groups.end(); ++at) {
    DilutionLevel level;
    level.factor = at->first;
    level.replicates = static_cast<long>(at->second.size());
    level.mean = estimate_mean(at->second, options.confidence);
    level.corrected = level.mean;
    scale_estimate(level.corrected, at->first);
    const auto next = std::next(at);
    level.hook = next != groups.end() && is_hooked(at->second, next->second, options.confidence);
    result.hook_effect = result.hook_effect || level.hook;
    if (!reference && !level.hook) reference = at->first;
    result.levels.push_back(std::move(level));
  }
  result.reference_factor = *reference;
  const double truth = mean_of(groups.at(result.reference_factor)) * result.reference_factor;
  for (DilutionLevel& level : result.levels) {
    if (truth == 0.0) {
      level.recovery_percent = not_estimable("quantitative_zero_reference");
      continue;
    }
    level.recovery_percent = level.corrected;
    scale_estimate(level.recovery_percent, 100.0 / truth);
    if (truth < 0.0 && level.recovery_percent.interval) {
      std::swap(level.recovery_percent.interval->lower, level.recovery_percent.interval->upper);
      *level.recovery_percent.standard_error = std::abs(*level.recovery_percent.standard_error);
    }
    level.acceptable = accept(level.recovery_percent, options.acceptable_percent);
  }
  result.log_slope = estimate_log_slope(groups, options.confidence);
  return result;
}

}  // namespace qpcr
