// Bayes' rule on a fourfold table, with intervals on the logit scale.
#include "libqpcr/study/predictive_values.hpp"

#include <cmath>
#include <string>

#include <fmt/format.h>

#include "libqpcr/core/error.hpp"

namespace qpcr {
namespace {

double logistic(double logit) { return 1.0 / (1.0 + std::exp(-logit)); }

/// One predictive value: "right" and "wrong" are the rates of the test result among those it is right and wrong about.
/// Their counts are right_count of right_total and wrong_count of wrong_total; weights are the shares of both groups.
Index estimate_value(long right_count, long right_total, double right_weight, long wrong_count, long wrong_total,
                     double wrong_weight, double z) {
  Index index;
  const auto r = static_cast<double>(right_count);
  const auto w = static_cast<double>(wrong_count);
  const double right = r / static_cast<double>(right_total);
  const double wrong = w / static_cast<double>(wrong_total);
  if (right_count == 0 && wrong_count == 0) {
    index.why_absent = Message{"not_estimable_result_never_given", {}};
    return index;
  }
  index.estimate = right * right_weight / (right * right_weight + wrong * wrong_weight);
  if (right_count == 0 || wrong_count == 0) {
    index.why_absent = Message{"interval_not_estimable_zero_cell", {}};
    return index;
  }
  const double logit = std::log(right * right_weight / (wrong * wrong_weight));
  const double error = std::sqrt((1.0 - right) / r + (1.0 - wrong) / w);
  index.interval = Interval{logistic(logit - z * error), logistic(logit + z * error)};
  return index;
}

}  // namespace

PredictiveValues estimate_predictive_values(const FourfoldTable& table, double prevalence, double confidence) {
  AccuracyOptions options;
  options.confidence = confidence;
  options.validate();
  if (!(prevalence > 0.0 && prevalence < 1.0)) {
    throw Error(ErrorCode::invalid_option, {.path = {},
                                            .line = 0,
                                            .column = {},
                                            .field = "prevalence",
                                            .found = fmt::format("{}", prevalence),
                                            .expected = "a number between 0 and 1, both excluded",
                                            .problem = {}});
  }
  PredictiveValues values;
  values.prevalence = prevalence;
  values.confidence = confidence;
  if (table.cases() == 0 || table.controls() == 0) {
    values.positive.why_absent = Message{"not_estimable_needs_cases_and_controls", {}};
    values.negative.why_absent = values.positive.why_absent;
    return values;
  }
  const double z = normal_upper_quantile((1.0 - confidence) / 2.0);
  values.positive = estimate_value(table.true_positive, table.cases(), prevalence, table.false_positive,
                                   table.controls(), 1.0 - prevalence, z);
  values.negative = estimate_value(table.true_negative, table.controls(), 1.0 - prevalence, table.false_negative,
                                   table.cases(), prevalence, z);
  return values;
}

}  // namespace qpcr
