// Score tests and ratios of predictive values, and ratios of likelihood ratios.
#include "libqpcr/study/comparison/paired_predictive_values.hpp"

#include <array>
#include <cmath>

namespace qpcr {
namespace {

double as_number(long count) { return static_cast<double>(count); }

/// A cell of the cross-table as it enters a predictive value: who is right, by whom called, how many.
struct Cell {
  double diseased;
  double by_first;
  double by_second;
  double subjects;
};

std::array<Cell, 8> cells_of(const PairedAccuracyCounts& counts) {
  const auto cell = [](double diseased, double by_first, double by_second, long subjects) {
    return Cell{diseased, by_first, by_second, as_number(subjects)};
  };
  return {cell(1, 1, 1, counts.cases.both_positive),    cell(1, 1, 0, counts.cases.first_only),
          cell(1, 0, 1, counts.cases.second_only),      cell(1, 0, 0, counts.cases.both_negative),
          cell(0, 1, 1, counts.controls.both_positive), cell(0, 1, 0, counts.controls.first_only),
          cell(0, 0, 1, counts.controls.second_only),   cell(0, 0, 0, counts.controls.both_negative)};
}

/// Estimating-equation score with working independence: subjects positive by a test, weighted about their means.
void compare_by_scores(PairedValueComparison& made, const PairedAccuracyCounts& counts) {
  const double n1 = as_number(counts.first_positive());
  const double n2 = as_number(counts.second_positive());
  const double t1 = as_number(counts.cases.first_positive());
  const double t2 = as_number(counts.cases.second_positive());
  const double pooled = (t1 + t2) / (n1 + n2);
  const double share = n2 / (n1 + n2);
  double score = 0.0;
  double variance = 0.0;
  for (const Cell& cell : cells_of(counts)) {
    const double weight = cell.by_second * (1.0 - share) - cell.by_first * share;
    const double part = (cell.diseased - pooled) * weight;
    score += cell.subjects * part;
    variance += cell.subjects * part * part;
  }
  const double both = (as_number(counts.cases.both_positive) * (1.0 - pooled) * (1.0 - pooled) +
                       as_number(counts.controls.both_positive) * pooled * pooled) /
                      (n1 + n2);
  const double weighted = (pooled * (1.0 - pooled) - 2.0 * both) * (1.0 / n1 + 1.0 / n2);
  const bool constant = t1 + t2 == 0.0 || t1 + t2 == n1 + n2;
  // Rounding leaves traces of variance where the tests agree in every subject.
  const bool same = counts.cases.discordant() + counts.controls.discordant() == 0;
  const double least = 1e-14;
  made.generalised_score = constant || same || variance < least
                               ? test_without_result("generalised_score", "not_estimable_no_variation")
                               : chi_square_test("generalised_score", score * score / variance, 1.0);
  const double difference = t1 / n1 - t2 / n2;
  made.weighted_generalised_score =
      constant || same || weighted < least
          ? test_without_result("weighted_generalised_score", "not_estimable_no_variation")
          : chi_square_test("weighted_generalised_score", difference * difference / weighted, 1.0);
}

/// What a cell adds to ln(PPV₁/PPV₂) when it gains a subject.
double ratio_gradient(const Cell& cell, const PairedAccuracyCounts& counts) {
  return cell.diseased * (cell.by_first / as_number(counts.cases.first_positive()) -
                          cell.by_second / as_number(counts.cases.second_positive())) -
         cell.by_first / as_number(counts.first_positive()) + cell.by_second / as_number(counts.second_positive());
}

void set_ratio(PairedValueComparison& made, double ratio, double variance, double z, double least_variance) {
  if (variance <= least_variance) {
    made.ratio = make_estimate(ratio, "not_estimable_no_variation");
    made.ratio.why_absent = Message{"not_estimable_no_variation", {}};
    made.ratio_test = test_without_result("ratio_z", "not_estimable_no_variation");
    return;
  }
  const double error = std::sqrt(variance);
  made.ratio = log_scale_estimate(ratio, error, z);
  made.ratio.standard_error = error;
  made.ratio_test.method = "ratio_z";
  made.ratio_test.statistic = std::log(ratio) / error;
  made.ratio_test.p_value = 2.0 * normal_upper_tail(std::abs(*made.ratio_test.statistic));
}

PairedValueComparison without_value(const char* why) {
  PairedValueComparison made;
  made.difference = made.ratio = not_estimable(why);
  made.generalised_score = test_without_result("generalised_score", why);
  made.weighted_generalised_score = test_without_result("weighted_generalised_score", why);
  made.ratio_test = test_without_result("ratio_z", why);
  return made;
}

PairedValueComparison compare_ppv(const PairedAccuracyCounts& counts, double z, const char* why_empty) {
  if (counts.first_positive() == 0 || counts.second_positive() == 0) return without_value(why_empty);
  PairedValueComparison made;
  const double first = as_number(counts.cases.first_positive()) / as_number(counts.first_positive());
  const double second = as_number(counts.cases.second_positive()) / as_number(counts.second_positive());
  made.difference = make_estimate(first - second, why_empty);
  compare_by_scores(made, counts);
  if (counts.cases.first_positive() == 0 || counts.cases.second_positive() == 0) {
    made.ratio = not_estimable("comparison_zero_denominator");
    made.ratio_test = test_without_result("ratio_z", "comparison_zero_denominator");
    return made;
  }
  double variance = 0.0;
  for (const Cell& cell : cells_of(counts)) {
    if (cell.subjects > 0.0) variance += cell.subjects * std::pow(ratio_gradient(cell, counts), 2);
  }
  set_ratio(made, first / second, variance, z, 1e-20);
  return made;
}

/// ln of the ratio of two paired shares: its variance.
double log_share_variance(const PairedCounts& counts) {
  return as_number(counts.discordant()) / (as_number(counts.first_positive()) * as_number(counts.second_positive()));
}

/// (a₁/m)/(b₁/n) over (a₂/m)/(b₂/n), with `up` the positive of the numerators and `down` those of the denominators.
PairedValueComparison compare_ratios(const PairedCounts& up, const PairedCounts& down, double z) {
  if (up.total() == 0 || down.total() == 0) return without_value("not_estimable_needs_cases_and_controls");
  if (up.first_positive() == 0 || up.second_positive() == 0 || down.first_positive() == 0 ||
      down.second_positive() == 0)
    return without_value("comparison_zero_denominator");
  PairedValueComparison made;
  made.difference = not_estimable("comparison_ratio_only");
  made.generalised_score = test_without_result("generalised_score", "comparison_ratio_only");
  made.weighted_generalised_score = test_without_result("weighted_generalised_score", "comparison_ratio_only");
  const double ratio = as_number(up.first_positive()) / as_number(up.second_positive()) *
                       as_number(down.second_positive()) / as_number(down.first_positive());
  set_ratio(made, ratio, log_share_variance(up) + log_share_variance(down), z, 0.0);
  return made;
}

PairedAccuracyCounts ordered(const PairedAccuracyCounts& counts, ComparisonOrder order) {
  check_counts(counts.cases);
  check_counts(counts.controls);
  return order == ComparisonOrder::first_minus_second ? counts : counts.swapped();
}

}  // namespace

PairedPredictiveValuesResult compare_paired_predictive_values(const PairedAccuracyCounts& given,
                                                              const PairedProportionsOptions& options) {
  const double z = two_sided_z(options.confidence);
  const PairedAccuracyCounts counts = ordered(given, options.order);
  const PairedAccuracyCounts mirrored = counts.mirrored();
  PairedPredictiveValuesResult result;
  result.confidence = options.confidence;
  result.positive = compare_ppv(counts, z, "not_estimable_no_test_positives");
  result.negative = compare_ppv(mirrored, z, "not_estimable_no_test_negatives");
  const PairedAccuracyResult single = compare_paired_accuracy(given, options);
  result.positive.first = single.first.positive_predictive_value;
  result.positive.second = single.second.positive_predictive_value;
  result.negative.first = single.first.negative_predictive_value;
  result.negative.second = single.second.negative_predictive_value;
  if (result.positive.ratio.value && result.negative.ratio.value) {
    double covariance = 0.0;
    const auto cells = cells_of(counts);
    for (const Cell& cell : cells) {
      if (cell.subjects == 0.0) continue;
      const Cell seen_negative{1.0 - cell.diseased, 1.0 - cell.by_first, 1.0 - cell.by_second, cell.subjects};
      covariance += cell.subjects * ratio_gradient(cell, counts) * ratio_gradient(seen_negative, mirrored);
    }
    result.log_ratio_covariance = covariance;
  }
  result.warnings.push_back(Message{"comparison_predictive_values_need_cohort", {}});
  return result;
}

PairedLikelihoodRatiosResult compare_paired_likelihood_ratios(const PairedAccuracyCounts& given,
                                                              const PairedProportionsOptions& options) {
  const double z = two_sided_z(options.confidence);
  const PairedAccuracyCounts counts = ordered(given, options.order);
  PairedLikelihoodRatiosResult result;
  result.confidence = options.confidence;
  result.positive = compare_ratios(counts.cases, counts.controls, z);
  result.negative = compare_ratios(counts.cases.mirrored(), counts.controls.mirrored(), z);
  const PairedAccuracyResult single = compare_paired_accuracy(given, options);
  result.positive.first = single.first.positive_likelihood_ratio;
  result.positive.second = single.second.positive_likelihood_ratio;
  result.negative.first = single.first.negative_likelihood_ratio;
  result.negative.second = single.second.negative_likelihood_ratio;
  return result;
}

}  // namespace qpcr
