// Interference as a difference of means and as a slope.
#include "libqpcr/study/quantitative/interference.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "libqpcr/study/quantitative/group_comparison.hpp"
#include "libqpcr/study/quantitative/input_checks.hpp"

namespace qpcr {
namespace {

constexpr const char* no_variation = "quantitative_no_variation";

EffectVerdict judge(const Estimate& effect, std::optional<double> allowable) {
  if (!allowable || !effect.interval) return EffectVerdict::not_judged;
  if (effect.interval->lower >= -*allowable && effect.interval->upper <= *allowable) {
    return EffectVerdict::no_interference;
  }
  const bool beyond = effect.interval->lower > *allowable || effect.interval->upper < -*allowable;
  return beyond ? EffectVerdict::interference : EffectVerdict::undecided;
}

void fill_percent(double control_mean, InterferenceResult& result) {
  if (control_mean == 0.0) {
    result.effect_percent = not_estimable("quantitative_zero_reference");
    return;
  }
  const double scale = 100.0 / std::abs(control_mean);
  result.effect_percent = result.effect;
  *result.effect_percent.value *= scale;
  if (result.effect_percent.standard_error) *result.effect_percent.standard_error *= scale;
  if (result.effect_percent.interval) {
    result.effect_percent.interval->lower *= scale;
    result.effect_percent.interval->upper *= scale;
  }
}

void fill_paired(std::span<const double> test, std::span<const double> control, double confidence,
                 InterferenceResult& result) {
  std::vector<double> differences(test.size());
  for (std::size_t i = 0; i < test.size(); ++i) differences[i] = test[i] - control[i];
  const double n = static_cast<double>(differences.size());
  const double mean = mean_of(differences);
  if (differences.size() < 2) {
    result.effect.value = mean;
    result.effect.why_absent = result.why_no_test = too_few_values(differences.size(), 2);
    return;
  }
  const double error = std::sqrt(variance_of(differences) / n);
  result.effect = make_t_estimate(mean, error, n - 1.0, confidence, no_variation);
  if (!result.effect.interval) {
    result.why_no_test = Message{no_variation, {}};
    return;
  }
  result.t = mean / error;
  result.degrees_of_freedom = n - 1.0;
  result.p_value = student_t_two_sided(*result.t, n - 1.0);
}

}  // namespace

void InterferenceOptions::validate() const {
  check_fraction("confidence", confidence);
  if (allowable_effect) check_positive("allowable_effect", *allowable_effect);
}

InterferenceResult estimate_interference(std::span<const double> test, std::span<const double> control, bool paired,
                                         const InterferenceOptions& options) {
  options.validate();
  check_finite("test", test);
  check_finite("control", control);
  if (paired) check_same_length("control", control.size(), test.size());
  InterferenceResult result;
  result.test_count = static_cast<long>(test.size());
  result.control_count = static_cast<long>(control.size());
  result.paired = paired;
  if (test.empty() || control.empty()) {
    result.effect = result.effect_percent = not_estimable(too_few_values(0, 1));
    result.why_no_test = result.effect.why_absent;
    return result;
  }
  if (paired) {
    fill_paired(test, control, options.confidence, result);
  } else {
    TwoGroupOptions two;
    two.confidence = options.confidence;
    const TwoGroupResult groups = compare_two_groups(test, control, two);
    result.effect = groups.mean_difference;
    result.t = groups.welch.statistic;
    result.degrees_of_freedom = groups.welch.degrees_of_freedom;
    result.p_value = groups.welch.p_value;
    result.why_no_test = groups.welch.why_absent;
  }
  fill_percent(mean_of(control), result);
  result.verdict = judge(result.effect, options.allowable_effect);
  return result;
}

InterferenceDoseResponse estimate_interference_dose_response(std::span<const double> concentrations,
                                                             std::span<const double> values,
                                                             const InterferenceOptions& options) {
  options.validate();
  check_same_length("values", values.size(), concentrations.size());
  check_finite("concentrations", concentrations);
  check_finite("values", values);
  std::map<double, std::vector<double>> groups;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (concentrations[i] < 0.0) refuse_value("concentrations", fmt::format("{}", concentrations[i]), "at least 0");
    groups[concentrations[i]].push_back(values[i]);
  }
  if (groups.size() < 2) refuse_value("concentrations", fmt::format("{}", groups.size()), "at least two levels");
  const LinearModelFit line =
      fit_linear_model({std::vector<double>(concentrations.begin(), concentrations.end())}, values);
  InterferenceDoseResponse result;
  result.slope = make_t_estimate(line.coefficients[1], line.standard_errors[1], line.degrees_of_freedom,
                                 options.confidence, line.exact ? "quantitative_exact_fit" : no_variation);
  double squares = 0.0;
  for (const auto& [concentration, replicates] : groups) {
    InterferenceLevel level;
    level.concentration = concentration;
    level.replicates = static_cast<long>(replicates.size());
    level.mean = mean_of(replicates);
    squares += squares_about(replicates, level.mean);
    level.effect.value = concentration * line.coefficients[1];
    level.effect.why_absent = result.slope.why_absent;
    if (result.slope.interval) {
      level.effect.standard_error = concentration * *result.slope.standard_error;
      level.effect.interval =
          Interval{concentration * result.slope.interval->lower, concentration * result.slope.interval->upper};
    }
    result.levels.push_back(std::move(level));
  }
  const double within = static_cast<double>(values.size()) - static_cast<double>(groups.size());
  if (groups.size() > 2 && within >= 1.0 && squares > 0.0) {
    result.lack_of_fit = compare_nested(line.residual_sum_of_squares, line.degrees_of_freedom, squares, within);
  }
  constexpr double significance = 0.05;
  if (result.lack_of_fit && result.lack_of_fit->p_value < significance) {
    result.highest_harmless = not_estimable("quantitative_not_a_line");
    return result;
  }
  if (!options.allowable_effect || !result.slope.interval) {
    result.highest_harmless = not_estimable("quantitative_no_allowable_effect");
    return result;
  }
  const double steepest = std::max(std::abs(result.slope.interval->lower), std::abs(result.slope.interval->upper));
  const double harmless = *options.allowable_effect / steepest;
  if (harmless > groups.rbegin()->first) {
    result.highest_harmless.value = groups.rbegin()->first;
    result.highest_harmless.why_absent = Message{"quantitative_beyond_tested_range", {}};
  } else {
    result.highest_harmless.value = harmless;
  }
  return result;
}

long find_interference_replicates(double sd, double effect, double confidence, double power) {
  check_positive("sd", sd);
  check_positive("effect", effect);
  check_fraction("confidence", confidence);
  check_fraction("power", power);
  const double quantiles = normal_upper_quantile((1.0 - confidence) / 2.0) + normal_quantile(power);
  if (quantiles <= 0.0) return 1;
  const double replicates = 2.0 * std::pow(quantiles * sd / effect, 2);
  if (replicates > 1e15) refuse_option("effect", fmt::format("{}", effect), "an effect that is not tiny beside sd");
  return std::max(1L, static_cast<long>(std::ceil(replicates)));
}

}  // namespace qpcr
