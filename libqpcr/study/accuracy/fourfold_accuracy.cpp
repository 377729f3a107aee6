// Sensitivity, specificity and their companions from one fourfold table.
#include "libqpcr/study/accuracy/fourfold_accuracy.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "libqpcr/study/request_checks.hpp"

namespace qpcr {
namespace {

Message absent(std::string id) { return {std::move(id), {}}; }

double two_sided_quantile(double confidence) { return normal_upper_quantile((1.0 - confidence) / 2.0); }

/// The counts as numbers, with a half added to each where a zero shall not stop a ratio.
struct Cells {
  double true_positive, false_positive, false_negative, true_negative;

  double cases() const { return true_positive + false_negative; }
  double controls() const { return false_positive + true_negative; }
};

Cells to_cells(const FourfoldTable& table, ZeroCells zero_cells) {
  const bool any_zero =
      std::min({table.true_positive, table.false_positive, table.false_negative, table.true_negative}) == 0;
  const double added = any_zero && zero_cells == ZeroCells::add_half ? 0.5 : 0.0;
  return {static_cast<double>(table.true_positive) + added, static_cast<double>(table.false_positive) + added,
          static_cast<double>(table.false_negative) + added, static_cast<double>(table.true_negative) + added};
}

std::optional<Message> missing_group(const FourfoldTable& table) {
  if (table.total() == 0) return absent("not_estimable_no_subjects");
  if (table.cases() == 0 || table.controls() == 0) return absent("not_estimable_needs_cases_and_controls");
  return std::nullopt;
}

/// `ratio` with an interval on the logarithm, or without one when it is 0.
Estimate make_ratio(double ratio, double variance_of_logarithm, double z) {
  Estimate made;
  made.value = ratio;
  if (ratio == 0.0) {
    made.why_absent = absent("interval_not_estimable_zero_cell");
    return made;
  }
  const double error = std::sqrt(variance_of_logarithm);
  made.interval = Interval{ratio * std::exp(-z * error), ratio * std::exp(z * error)};
  return made;
}

/// Ratio of two proportions a/m over b/n with Simel's interval on the logarithm.
Estimate estimate_ratio(double a, double m, double b, double n, double z, const std::string& no_denominator) {
  if (b == 0.0) return not_estimable(no_denominator);
  return make_ratio((a / m) / (b / n), (1.0 - a / m) / a + (1.0 - b / n) / b, z);
}

Estimate estimate_odds_ratio(const Cells& cells, double z) {
  if (cells.false_positive == 0.0 || cells.false_negative == 0.0)
    return not_estimable("not_estimable_no_wrong_results");
  const double variance =
      1.0 / cells.true_positive + 1.0 / cells.false_positive + 1.0 / cells.false_negative + 1.0 / cells.true_negative;
  return make_ratio(cells.true_positive * cells.true_negative / (cells.false_positive * cells.false_negative), variance,
                    z);
}

void add_ratios(AccuracyResult& result, ZeroCells zero_cells, double z) {
  if (const std::optional<Message> why = missing_group(result.table)) {
    for (Estimate* each :
         {&result.positive_likelihood_ratio, &result.negative_likelihood_ratio, &result.diagnostic_odds_ratio})
      *each = not_estimable(*why);
    return;
  }
  const Cells cells = to_cells(result.table, zero_cells);
  result.positive_likelihood_ratio = estimate_ratio(cells.true_positive, cells.cases(), cells.false_positive,
                                                    cells.controls(), z, "not_estimable_no_false_positives");
  result.negative_likelihood_ratio = estimate_ratio(cells.false_negative, cells.cases(), cells.true_negative,
                                                    cells.controls(), z, "not_estimable_no_true_negatives");
  result.diagnostic_odds_ratio = estimate_odds_ratio(cells, z);
}

Estimate estimate_youden(const AccuracyResult& result, YoudenInterval kind) {
  if (!result.sensitivity.estimate || !result.specificity.estimate)
    return not_estimable("not_estimable_needs_cases_and_controls");
  const double sensitivity = *result.sensitivity.estimate;
  const double false_positive_rate = *result.false_positive_rate.estimate;
  Estimate made;
  made.value = sensitivity - false_positive_rate;
  if (kind == YoudenInterval::marginal_limits) {
    const Interval first = *result.sensitivity.clopper_pearson;
    const Interval second = *result.specificity.clopper_pearson;
    made.interval = Interval{first.lower + second.lower - 1.0, first.upper + second.upper - 1.0};
    return made;
  }
  const Interval first = *result.sensitivity.wilson;
  const Interval second = *result.false_positive_rate.wilson;
  made.interval = Interval{*made.value - std::hypot(sensitivity - first.lower, second.upper - false_positive_rate),
                           *made.value + std::hypot(first.upper - sensitivity, false_positive_rate - second.lower)};
  return made;
}

/// Whether two fractions are equal, exactly for counts whose products no integer type holds.
bool same_fraction(long first, long of_first, long second, long of_second) {
  const long shared_first = std::gcd(first, of_first);
  const long shared_second = std::gcd(second, of_second);
  return first / shared_first == second / shared_second && of_first / shared_first == of_second / shared_second;
}

/// The reciprocal of Youden's index. Limits that hold 0 have no reciprocal interval.
Estimate estimate_number_needed(const AccuracyResult& result) {
  const Estimate& youden = result.youden_index;
  if (!youden.value) return not_estimable(*youden.why_absent);
  const FourfoldTable& table = result.table;
  if (same_fraction(table.true_positive, table.cases(), table.false_positive, table.controls()))
    return not_estimable("not_estimable_youden_zero");
  Estimate made;
  made.value = 1.0 / *youden.value;
  if (youden.interval->lower <= 0.0 && youden.interval->upper >= 0.0) {
    made.why_absent = absent("interval_not_estimable_holds_zero");
    return made;
  }
  made.interval = Interval{1.0 / youden.interval->upper, 1.0 / youden.interval->lower};
  return made;
}

Estimate estimate_kappa(const FourfoldTable& table, double z) {
  if (table.total() == 0) return not_estimable("not_estimable_no_subjects");
  const auto n = static_cast<double>(table.total());
  const double cell[2][2] = {
      {static_cast<double>(table.true_positive) / n, static_cast<double>(table.false_positive) / n},
      {static_cast<double>(table.false_negative) / n, static_cast<double>(table.true_negative) / n}};
  const double test[2] = {static_cast<double>(table.test_positive()) / n,
                          static_cast<double>(table.test_negative()) / n};
  const double reference[2] = {static_cast<double>(table.cases()) / n, static_cast<double>(table.controls()) / n};
  const double observed = cell[0][0] + cell[1][1];
  const double expected = test[0] * reference[0] + test[1] * reference[1];
  const bool one_agreeing_cell = table.true_positive == table.total() || table.true_negative == table.total();
  if (one_agreeing_cell) return not_estimable("not_estimable_no_variation");
  const double kappa = (observed - expected) / (1.0 - expected);
  double spread = 0.0;
  for (int i = 0; i < 2; ++i) {
    spread += cell[i][i] * std::pow(1.0 - (test[i] + reference[i]) * (1.0 - kappa), 2);
    spread += (1.0 - kappa) * (1.0 - kappa) * cell[i][1 - i] * std::pow(reference[i] + test[1 - i], 2);
  }
  const double variance =
      (spread - std::pow(kappa - expected * (1.0 - kappa), 2)) / (n * (1.0 - expected) * (1.0 - expected));
  const double error = std::sqrt(std::max(0.0, variance));
  Estimate made;
  made.value = kappa;
  made.interval = Interval{std::max(-1.0, kappa - z * error), std::min(1.0, kappa + z * error)};
  return made;
}

/// Shares of the whole, and of those with one result: meaningless where the share of cases was chosen by design.
void add_shares(AccuracyResult& result, Sampling sampling) {
  const FourfoldTable& table = result.table;
  const auto add = [&](Proportion& value, long numerator, long denominator, const char* why_absent) {
    if (sampling == Sampling::consecutive) {
      value = estimate_proportion(numerator, denominator, result.confidence, why_absent);
      return;
    }
    value.numerator = numerator;
    value.denominator = denominator;
    value.why_absent = absent("not_estimable_sampling_enriched");
  };
  const long positive = table.test_positive();
  const long negative = table.test_negative();
  add(result.positive_predictive_value, table.true_positive, positive, "not_estimable_no_test_positives");
  add(result.negative_predictive_value, table.true_negative, negative, "not_estimable_no_test_negatives");
  add(result.false_discovery_rate, table.false_positive, positive, "not_estimable_no_test_positives");
  add(result.false_omission_rate, table.false_negative, negative, "not_estimable_no_test_negatives");
  add(result.apparent_prevalence, positive, table.total(), "not_estimable_no_subjects");
  add(result.ruled_out, negative, table.total(), "not_estimable_no_subjects");
  add(result.true_prevalence, table.cases(), table.total(), "not_estimable_no_subjects");
}

}  // namespace

std::string_view to_string(Sampling sampling) { return sampling == Sampling::consecutive ? "consecutive" : "enriched"; }

void AccuracyOptions::validate() const { check_fraction("confidence", confidence); }

Proportion estimate_proportion(long numerator, long denominator, double confidence, const std::string& why_absent) {
  if (numerator < 0 || numerator > denominator) {
    refuse_value("proportion", fmt::format("{}/{}", numerator, denominator), "0 ≤ numerator ≤ denominator");
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
    if (count < 0) refuse_value("fourfold table", fmt::format("{}", count), "counts of at least 0");
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
  result.false_positive_rate =
      estimate_proportion(table.false_positive, table.controls(), options.confidence, "not_estimable_no_controls");
  result.false_negative_rate =
      estimate_proportion(table.false_negative, table.cases(), options.confidence, "not_estimable_no_cases");
  add_shares(result, options.sampling);
  add_ratios(result, options.zero_cells, z);
  result.youden_index = estimate_youden(result, options.youden_interval);
  result.number_needed_to_diagnose = estimate_number_needed(result);
  result.kappa = estimate_kappa(table, z);
  return result;
}

}  // namespace qpcr
