// Diagnostic accuracy from a fourfold table: proportions with two kinds of interval, likelihood ratios, odds ratio,
// Youden's index, kappa.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/study/estimate.hpp"
#include "libqpcr/study/sampling.hpp"

namespace qpcr {

/// Subjects by index test (positive, negative) and reference standard (true: they agree).
struct FourfoldTable {
  long true_positive = 0;
  long false_positive = 0;
  long false_negative = 0;
  long true_negative = 0;

  bool operator==(const FourfoldTable&) const = default;
  long cases() const { return true_positive + false_negative; }
  long controls() const { return false_positive + true_negative; }
  long test_positive() const { return true_positive + false_positive; }
  long test_negative() const { return false_negative + true_negative; }
  long total() const { return cases() + controls(); }
};

/// Subjects that are not in an evaluation, and why: shown beside its numbers.
struct ExcludedCount {
  std::string reason;  ///< a place of the flow (see disposition.hpp): "indeterminate"
  long subjects = 0;

  bool operator==(const ExcludedCount&) const = default;
};

/// A count over a count. Without a denominator nothing is estimated: `why_absent` says so and the optionals are empty.
struct Proportion {
  long numerator = 0;
  long denominator = 0;
  std::optional<double> estimate;
  std::optional<Interval> wilson;
  std::optional<Interval> clopper_pearson;
  std::optional<Message> why_absent;
};

/// Everything a fourfold table says. PPV, NPV and every other share of the whole that depends on the prevalence are
/// absent where the sampling does not let them mean anything.
struct AccuracyResult {
  std::string_view method = "fourfold_accuracy";
  double confidence = 0.95;
  FourfoldTable table;
  Proportion sensitivity;
  Proportion specificity;
  Proportion positive_predictive_value;
  Proportion negative_predictive_value;
  Proportion overall_accuracy;
  Proportion apparent_prevalence;   ///< share of positive results ("ruled in")
  Proportion true_prevalence;       ///< share of cases
  Proportion ruled_out;             ///< share of negative results
  Proportion false_positive_rate;   ///< positive results among controls
  Proportion false_negative_rate;   ///< negative results among cases
  Proportion false_discovery_rate;  ///< controls among positive results
  Proportion false_omission_rate;   ///< cases among negative results
  Estimate positive_likelihood_ratio;
  Estimate negative_likelihood_ratio;
  Estimate diagnostic_odds_ratio;
  Estimate youden_index;
  Estimate number_needed_to_diagnose;  ///< 1/Youden's index
  Estimate kappa;
  std::vector<ExcludedCount> exclusions;
};

/// Where the limits of Youden's index come from.
enum class YoudenInterval {
  newcombe,         ///< score interval of the difference Se − (1 − Sp)
  marginal_limits,  ///< sums of the Clopper–Pearson limits of Se and Sp: wide, as epiR gives them
};

/// What a zero cell does to likelihood ratios and the odds ratio.
enum class ZeroCells {
  not_estimable,
  add_half,  ///< 1/2 is added to all four cells of a table that has a zero (Haldane 1956, Anscombe 1956)
};

struct AccuracyOptions {
  double confidence = 0.95;  ///< two-sided
  Sampling sampling = Sampling::enriched;
  YoudenInterval youden_interval = YoudenInterval::newcombe;
  ZeroCells zero_cells = ZeroCells::not_estimable;

  /// @throws Error invalid_option unless 0 < confidence < 1.
  void validate() const;
};

/// A proportion with its Wilson score and Clopper–Pearson intervals (math/distributions.hpp).
/// @param why_absent what to say when the denominator is 0.
/// @throws Error invalid_value unless 0 ≤ numerator ≤ denominator.
Proportion estimate_proportion(long numerator, long denominator, double confidence, const std::string& why_absent);

/// Likelihood ratios with the logarithmic interval of Simel et al. 1991 (10.1016/0895-4356(91)90128-V); Youden's index
/// with Newcombe's score interval of a difference
/// (1998, 10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I, method 10); the odds ratio with Woolf's
/// logarithmic interval (1955, 10.1111/j.1469-1809.1955.tb01348.x); the number needed to diagnose with the reciprocal
/// limits of Youden's index, absent when those hold 0; Cohen's kappa with the variance of Fleiss, Cohen and Everitt
/// 1969 (10.1037/h0028106). A ratio whose denominator is 0 is not estimable; an interval whose standard error is
/// infinite is absent. Tested to 1e-9 (intervals 1e-10) against epiR, DescTools and published tables in
/// tests/study/accuracy/test_fourfold_accuracy.cpp.
/// @throws Error invalid_option (options), invalid_value (negative count).
AccuracyResult estimate_accuracy(const FourfoldTable& table, const AccuracyOptions& options);

}  // namespace qpcr
