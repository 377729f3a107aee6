// Diagnostic accuracy from a fourfold table: proportions with two kinds of interval, likelihood ratios, Youden's index,
// kappa.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/core/message.hpp"
#include "libqpcr/math/distributions.hpp"
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

/// A derived index with one interval; estimate and interval may be absent independently.
struct Index {
  std::optional<double> estimate;
  std::optional<Interval> interval;
  std::optional<Message> why_absent;
};

/// Everything a fourfold table says. PPV and NPV are absent where the sampling does not let them mean anything.
struct AccuracyResult {
  std::string_view method = "fourfold_accuracy";
  double confidence = 0.95;
  FourfoldTable table;
  Proportion sensitivity;
  Proportion specificity;
  Proportion positive_predictive_value;
  Proportion negative_predictive_value;
  Proportion overall_accuracy;
  Index positive_likelihood_ratio;
  Index negative_likelihood_ratio;
  Index youden_index;
  Index kappa;
  std::vector<ExcludedCount> exclusions;
};

struct AccuracyOptions {
  double confidence = 0.95;  ///< two-sided
  Sampling sampling = Sampling::enriched;

  /// @throws Error invalid_option unless 0 < confidence < 1.
  void validate() const;
};

/// A proportion with its Wilson score and Clopper–Pearson intervals (math/distributions.hpp).
/// @param why_absent what to say when the denominator is 0.
/// @throws Error invalid_value unless 0 ≤ numerator ≤ denominator.
Proportion estimate_proportion(long numerator, long denominator, double confidence, const std::string& why_absent);

/// Likelihood ratios with the logarithmic interval of Simel et al. 1991 (10.1016/0895-4356(91)90128-V); Youden's index
/// with Newcombe's score interval of a difference
/// (1998, 10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I, method 10); Cohen's kappa with the variance
/// of Fleiss, Cohen and Everitt 1969 (10.1037/h0028106). A ratio whose denominator is 0 is not estimable; an interval
/// whose standard error is infinite is absent. Tested to 1e-9 (intervals 1e-10) against epiR, DescTools and published
/// tables in tests/study/test_accuracy.cpp.
/// @throws Error invalid_option (options), invalid_value (negative count).
AccuracyResult estimate_accuracy(const FourfoldTable& table, const AccuracyOptions& options);

}  // namespace qpcr
