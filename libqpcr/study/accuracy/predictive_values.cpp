// Bayes' rule on a fourfold table, with intervals on the logit scale.
#include "libqpcr/study/accuracy/predictive_values.hpp"

#include <cmath>

#include "libqpcr/study/request_checks.hpp"

namespace qpcr {
namespace {

double logistic(double logit) { return 1.0 / (1.0 + std::exp(-logit)); }

/// Positive results of a group, adjusted or as they were counted.
struct Rate {
  double count;
  double total;

  double value() const { return count / total; }
  Rate complement() const { return {total - count, total}; }
};

/// One predictive value: `right` and `wrong` are the rates of the test result among those it is right and wrong about,
/// the weights the shares of both groups.
Estimate estimate_value(Rate right, double right_weight, Rate wrong, double wrong_weight, double z) {
  if (right.count == 0.0 && wrong.count == 0.0) return not_estimable("not_estimable_result_never_given");
  const double correct = right.value() * right_weight;
  const double incorrect = wrong.value() * wrong_weight;
  Estimate made;
  made.value = correct / (correct + incorrect);
  if (right.count == 0.0 || wrong.count == 0.0) {
    made.why_absent = Message{"interval_not_estimable_zero_cell", {}};
    return made;
  }
  const double variance = (1.0 - right.value()) / right.count + (1.0 - wrong.value()) / wrong.count;
  if (variance == 0.0) {
    made.why_absent = Message{"interval_not_estimable_no_variation", {}};
    return made;
  }
  const double logit = std::log(correct / incorrect);
  const double error = std::sqrt(variance);
  made.interval = Interval{logistic(logit - z * error), logistic(logit + z * error)};
  return made;
}

}  // namespace

PredictiveValues estimate_predictive_values(const FourfoldTable& table, double prevalence, double confidence,
                                            PredictiveInterval interval) {
  check_fraction("confidence", confidence);
  check_fraction("prevalence", prevalence);
  PredictiveValues values;
  values.prevalence = prevalence;
  values.confidence = confidence;
  if (interval == PredictiveInterval::logit_adjusted) values.method = "bayes_mercaldo_adjusted_logit";
  if (table.cases() == 0 || table.controls() == 0) {
    values.positive = not_estimable("not_estimable_needs_cases_and_controls");
    values.negative = values.positive;
    return values;
  }
  const double z = normal_upper_quantile((1.0 - confidence) / 2.0);
  const double added = interval == PredictiveInterval::logit_adjusted ? z * z / 2.0 : 0.0;
  const auto make_rate = [added](long count, long total) {
    return Rate{static_cast<double>(count) + added, static_cast<double>(total) + 2.0 * added};
  };
  const Rate sensitivity = make_rate(table.true_positive, table.cases());
  const Rate specificity = make_rate(table.true_negative, table.controls());
  values.positive = estimate_value(sensitivity, prevalence, specificity.complement(), 1.0 - prevalence, z);
  values.negative = estimate_value(specificity, 1.0 - prevalence, sensitivity.complement(), prevalence, z);
  return values;
}

}  // namespace qpcr
