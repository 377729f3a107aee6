// Sensitivity, specificity and their companions from one fourfold table.
#include "libqpcr/study/accuracy.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "libqpcr/core/error.hpp"

namespace qpcr {
namespace {

[[noreturn]] void refuse(ErrorCode code, std::string field, std::string found, std::string expected) {
  throw Error(code, {.path = {},
                     .line = 0,
                     .column = {},
                     .field = std::move(field),
                     .found = std::move(found),
                     .expected = std::move(expected),
                     .problem = {}});
}

Message absent(std::string id) { return {std::move(id), {}}; }

double two_sided_quantile(double confidence) { return normal_upper_quantile((1.0 - confidence) / 2.0); }

/// Ratio of two proportions a/m over b/n with Simel's interval on the logarithm.
Index estimate_ratio(long a, long m, long b, long n, double z, const std::string& no_denominator) {
  Index index;
  if (m == 0 || n == 0) {
    index.why_absent =
        absent(m == 0 && n == 0 ? "not_estimable_no_subjects" : "not_estimable_needs_cases_and_controls");
    return index;
  }
  if (b == 0) {
    index.why_absent = absent(no_denominator);
    return index;
  }
  const double numerator = static_cast<double>(a) / static_cast<double>(m);
  const double denominator = static_cast<double>(b) / static_cast<double>(n);
  index.estimate = numerator / denominator;
  if (a == 0) {
    index.why_absent = absent("interval_not_estimable_zero_cell");
    return index;
  }
  const double error =
      std::sqrt((1.0 - numerator) / static_cast<double>(a) + (1.0 - denominator) / static_cast<double>(b));
  index.interval = Interval{*index.estimate * std::exp(-z * error), *index.estimate * std::exp(z * error)};
  return index;
}

Index estimate_youden(const AccuracyResult& result) {
  Index index;
  if (!result.sensitivity.estimate || !result.specificity.estimate) {
    index.why_absent = absent("not_estimable_needs_cases_and_controls");
    return index;
  }
  const FourfoldTable& table = result.table;
  const double sensitivity = *result.sensitivity.estimate;
  const double false_positive_rate = static_cast<double>(table.false_positive) / static_cast<double>(table.controls());
  const Interval first = *result.sensitivity.wilson;
  const Interval second = wilson_interval(table.false_positive, table.controls(), result.confidence);
  index.estimate = sensitivity - false_positive_rate;
  index.interval =
      Interval{*index.estimate - std::hypot(sensitivity - first.lower, second.upper - false_positive_rate),
               *index.estimate + std::hypot(first.upper - sensitivity, false_positive_rate - second.lower)};
  return index;
}

Index estimate_kappa(const FourfoldTable& table, double z) {
  Index index;
  if (table.total() == 0) {
    index.why_absent = absent("not_estimable_no_subjects");
    return index;
  }
  const auto n = static_cast<double>(table.total());
  const double cell[2][2] = {
      {static_cast<double>(table.true_positive) / n, static_cast<double>(table.false_positive) / n},
      {static_cast<double>(table.false_negative) / n, static_cast<double>(table.true_negative) / n}};
  const double test[2] = {static_cast<double>(table.test_positive()) / n,
                          static_cast<double>(table.test_negative()) / n};
  const double reference[2] = {static_cast<double>(table.cases()) / n, static_cast<double>(table.controls()) / n};
  const double observed = cell[0][0] + cell[1][1];
  const double expected = test[0] * reference[0] + test[1] * reference[1];
  if (table.test_positive() * table.cases() + table.test_negative() * table.controls() ==
      table.total() * table.total()) {
    index.why_absent = absent("not_estimable_no_variation");
    return index;
  }
  const double kappa = (observed - expected) / (1.0 - expected);
  index.estimate = kappa;
  double spread = 0.0;
  for (int i = 0; i < 2; ++i) {
    spread += cell[i][i] * std::pow(1.0 - (test[i] + reference[i]) * (1.0 - kappa), 2);
    spread += (1.0 - kappa) * (1.0 - kappa) * cell[i][1 - i] * std::pow(reference[i] + test[1 - i], 2);
  }
  const double variance =
      (spread - std::pow(kappa - expected * (1.0 - kappa), 2)) / (n * (1.0 - expected) * (1.0 - expected));
  const double error = std::sqrt(std::max(0.0, variance));
  index.interval = Interval{std::max(-1.0, kappa - z * error), std::min(1.0, kappa + z * error)};
  return index;
}

}  // namespace

std::string_view to_string(Sampling sampling) { return sampling == Sampling::consecutive ? "consecutive" : "enriched"; }

void AccuracyOptions::validate() const {
  if (!(confidence > 0.0 && confidence < 1.0)) {
    refuse(ErrorCode::invalid_option, "confidence", fmt::format("{}", confidence),
           "a number between 0 and 1, both excluded");
  }
}

Proportion estimate_proportion(long numerator, long denominator, double confidence, const std::string& why_absent) {
  if (numerator < 0 || numerator > denominator) {
    refuse(ErrorCode::invalid_value, "proportion", fmt::format("{}/{}", numerator, denominator),
           "0 ≤ numerator ≤ denominator");
  }
  Proportion proportion;
  proportion.numerator = numerator;
  proportion.denominator = denominator;
  if (denominator == 0) {
    proportion.why_absent = absent(why_absent);
    return proportion;
  }
  proportion.estimate = static_cast<double>(numerator) / static_cast<double>(denominator);
  proportion.wilson = wilson_interval(numerator, denominator, confidence);
  proportion.clopper_pearson = clopper_pearson_interval(numerator, denominator, confidence);
  return proportion;
}

AccuracyResult estimate_accuracy(const FourfoldTable& table, const AccuracyOptions& options) {
  options.validate();
  for (const long count : {table.true_positive, table.false_positive, table.false_negative, table.true_negative}) {
    if (count < 0) refuse(ErrorCode::invalid_value, "fourfold table", fmt::format("{}", count), "counts of at least 0");
  }
  const double z = two_sided_quantile(options.confidence);
  AccuracyResult result;
  result.confidence = options.confidence;
  result.table = table;
  result.sensitivity =
      estimate_proportion(table.true_positive, table.cases(), options.confidence, "not_estimable_no_cases");
  result.specificity =
      estimate_proportion(table.true_negative, table.controls(), options.confidence, "not_estimable_no_controls");
  result.overall_accuracy = estimate_proportion(table.true_positive + table.true_negative, table.total(),
                                                options.confidence, "not_estimable_no_subjects");
  if (options.sampling == Sampling::consecutive) {
    result.positive_predictive_value = estimate_proportion(table.true_positive, table.test_positive(),
                                                           options.confidence, "not_estimable_no_test_positives");
    result.negative_predictive_value = estimate_proportion(table.true_negative, table.test_negative(),
                                                           options.confidence, "not_estimable_no_test_negatives");
  } else {
    for (Proportion* value : {&result.positive_predictive_value, &result.negative_predictive_value}) {
      value->why_absent = absent("not_estimable_sampling_enriched");
    }
    result.positive_predictive_value.numerator = table.true_positive;
    result.positive_predictive_value.denominator = table.test_positive();
    result.negative_predictive_value.numerator = table.true_negative;
    result.negative_predictive_value.denominator = table.test_negative();
  }
  result.positive_likelihood_ratio = estimate_ratio(table.true_positive, table.cases(), table.false_positive,
                                                    table.controls(), z, "not_estimable_no_false_positives");
  result.negative_likelihood_ratio = estimate_ratio(table.false_negative, table.cases(), table.true_negative,
                                                    table.controls(), z, "not_estimable_no_true_negatives");
  result.youden_index = estimate_youden(result);
  result.kappa = estimate_kappa(table, z);
  return result;
}

}  // namespace qpcr
