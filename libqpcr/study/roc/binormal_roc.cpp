// Moments of the (transformed) groups and what they imply for the curve.
#include "libqpcr/study/roc/binormal_roc.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "libqpcr/core/refusal.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/math/roots.hpp"

namespace qpcr {
namespace {

constexpr double greatest_power = 5.0;

struct Moments {
  double mean = 0.0;
  double variance = 0.0;  ///< n − 1
  double count = 0.0;
};

Moments find_moments(const std::vector<double>& values) {
  Moments moments;
  moments.count = static_cast<double>(values.size());
  for (const double value : values) moments.mean += value;
  moments.mean /= moments.count;
  for (const double value : values) moments.variance += (value - moments.mean) * (value - moments.mean);
  moments.variance /= moments.count - 1.0;
  return moments;
}

/// (x^λ − 1)/λ, ln x at 0.
double transform(double value, double lambda) {
  const double logarithm = std::log(value);
  return std::abs(lambda) < 1e-12 ? logarithm : std::expm1(lambda * logarithm) / lambda;
}

std::vector<double> transform(const std::vector<double>& values, double lambda) {
  std::vector<double> made(values.size());
  std::transform(values.begin(), values.end(), made.begin(),
                 [lambda](double value) { return transform(value, lambda); });
  return made;
}

/// Minus the profile log likelihood of a power.
double find_deviance(const RocSample& sample, double lambda) {
  double deviance = 0.0;
  for (const std::vector<double>* group : {&sample.cases, &sample.controls}) {
    const Moments moments = find_moments(transform(*group, lambda));
    deviance += 0.5 * moments.count * std::log(moments.variance * (moments.count - 1.0) / moments.count);
    for (const double value : *group) deviance -= (lambda - 1.0) * std::log(value);
  }
  return deviance;
}

void check_positive(const RocSample& sample) {
  for (const std::vector<double>* group : {&sample.cases, &sample.controls}) {
    for (const double value : *group) {
      if (!(value > 0.0))
        refuse_request(ErrorCode::invalid_value, "value", format_double(value), "a number above 0 for a power of it");
    }
  }
}

bool has_variation(const std::vector<double>& values) {
  return std::any_of(values.begin(), values.end(), [&](double value) { return value != values.front(); });
}

void refuse_result(BinormalResult& result, const std::string& why) {
  for (Estimate* one : {&result.intercept, &result.slope, &result.auc}) *one = not_estimable(why);
}

}  // namespace

void BinormalOptions::validate() const {
  check_roc_fraction("confidence", confidence);
  if (curve_points < 2)
    refuse_request(ErrorCode::invalid_option, "curve_points", std::to_string(curve_points), "at least 2");
  if (lambda && !(std::abs(*lambda) <= greatest_power))
    refuse_request(ErrorCode::invalid_option, "lambda", format_double(*lambda), "a power from -5 to 5");
}

BinormalResult fit_binormal_roc(const RocSample& sample, const BinormalOptions& options) {
  options.validate();
  BinormalResult result;
  result.confidence = options.confidence;
  result.direction = decide_roc_direction(sample, options.direction);
  const RocCounts counts = count_roc_sample(sample, result.direction);
  result.cases = counts.case_total;
  result.controls = counts.control_total;
  note_automatic_direction(options.direction, result.direction, result.warnings);
  result.assumptions.push_back({{"roc_assumption_binormal", {}}, "", std::nullopt, std::nullopt, std::nullopt});
  if (const auto why = find_missing_group(result.cases, result.controls)) {
    refuse_result(result, *why);
    return result;
  }
  if (result.cases < 2 || result.controls < 2) {
    refuse_result(result, "roc_variance_needs_two_of_each");
    return result;
  }
  if (!has_variation(sample.cases) || !has_variation(sample.controls)) {
    refuse_result(result, "roc_group_without_variation");
    return result;
  }
  RocSample scaled = sample;
  if (options.box_cox || options.lambda) {
    check_positive(sample);
    result.method = "binormal_box_cox";
    result.lambda = options.lambda ? *options.lambda
                                   : find_minimum([&](double lambda) { return find_deviance(sample, lambda); },
                                                  -greatest_power, greatest_power);
    scaled = {transform(sample.cases, *result.lambda), transform(sample.controls, *result.lambda)};
    if (!options.lambda) result.warnings.push_back({"roc_power_taken_as_known", {}});
  }
  const Moments cases = find_moments(scaled.cases);
  const Moments controls = find_moments(scaled.controls);
  // Values that differ by less than their squares can tell have no variance.
  if (!std::isnormal(cases.variance) || !std::isnormal(controls.variance)) {
    refuse_result(result, "roc_group_without_variation");
    return result;
  }
  const double sign = result.direction == RocDirection::higher_is_case ? 1.0 : -1.0;
  const double difference = sign * (cases.mean - controls.mean);
  const double total = cases.variance + controls.variance;
  const double case_share = cases.variance / total;
  const double control_share = controls.variance / total;
  const double probit = difference / std::sqrt(total);
  const double variance =
      (cases.variance / cases.count + controls.variance / controls.count) / total +
      probit * probit / 2.0 *
          (case_share * case_share / (cases.count - 1.0) + control_share * control_share / (controls.count - 1.0));
  const double error = std::sqrt(variance);
  const double quantile = normal_upper_quantile((1.0 - options.confidence) / 2.0);
  const double intercept = difference / std::sqrt(cases.variance);
  const double slope = std::sqrt(controls.variance / cases.variance);
  result.intercept.value = intercept;
  result.slope.value = slope;
  result.auc.value = normal_cumulative(probit);
  result.auc.standard_error = std::exp(-0.5 * probit * probit) / 2.5066282746310002 * error;
  result.auc.interval =
      Interval{normal_cumulative(probit - quantile * error), normal_cumulative(probit + quantile * error)};
  for (long i = 0; i < options.curve_points; ++i) {
    const double rate = static_cast<double>(i) / static_cast<double>(options.curve_points - 1);
    const double sensitivity =
        i == 0 ? 0.0
               : (i == options.curve_points - 1 ? 1.0 : normal_cumulative(intercept + slope * normal_quantile(rate)));
    result.curve.push_back({rate, sensitivity});
  }
  return result;
}

}  // namespace qpcr
