// Percent agreement of two tests.
#include "libqpcr/study/accuracy/percent_agreement.hpp"

#include <cmath>

namespace qpcr {
namespace {

/// Share of agreements among all results of one kind that either test gave.
Estimate estimate_average(long both, long different, double z) {
  if (both == 0 && different == 0) return not_estimable("not_estimable_result_never_given");
  const auto a = static_cast<double>(both);
  const auto m = static_cast<double>(different);
  Estimate made;
  made.value = 2.0 * a / (2.0 * a + m);
  if (both == 0 || different == 0) {
    made.why_absent = Message{"interval_not_estimable_zero_cell", {}};
    return made;
  }
  const double logit = std::log(2.0 * a / m);
  const double error = z * std::sqrt(1.0 / a + 1.0 / m);
  made.interval = Interval{1.0 / (1.0 + std::exp(error - logit)), 1.0 / (1.0 + std::exp(-error - logit))};
  return made;
}

}  // namespace

PercentAgreement estimate_percent_agreement(const AgreementTable& table, double confidence) {
  AccuracyOptions options;
  options.confidence = confidence;
  const AccuracyResult same = estimate_accuracy({.true_positive = table.both_positive,
                                                 .false_positive = table.new_positive_only,
                                                 .false_negative = table.comparator_positive_only,
                                                 .true_negative = table.both_negative},
                                                options);
  PercentAgreement made;
  made.confidence = confidence;
  made.table = table;
  made.positive = estimate_proportion(table.both_positive, table.comparator_positive(), confidence,
                                      "not_estimable_no_comparator_positives");
  made.negative = estimate_proportion(table.both_negative, table.comparator_negative(), confidence,
                                      "not_estimable_no_comparator_negatives");
  made.overall = same.overall_accuracy;
  made.kappa = same.kappa;
  const double z = normal_upper_quantile((1.0 - confidence) / 2.0);
  const long different = table.new_positive_only + table.comparator_positive_only;
  made.average_positive = estimate_average(table.both_positive, different, z);
  made.average_negative = estimate_average(table.both_negative, different, z);
  return made;
}

}  // namespace qpcr
