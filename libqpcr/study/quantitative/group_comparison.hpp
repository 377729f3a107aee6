// Do groups of measurements differ? Means, medians, variances and trends over two or more groups.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "libqpcr/core/message.hpp"
#include "libqpcr/math/rank_tests.hpp"
#include "libqpcr/study/estimate.hpp"

namespace qpcr {

/// A test that gave a statistic and its p-value, or the reason why not.
struct TestOutcome {
  std::optional<double> statistic;
  std::optional<double> degrees_of_freedom;              ///< of the numerator, for F
  std::optional<double> denominator_degrees_of_freedom;  ///< of F alone
  std::optional<double> p_value;                         ///< two-sided where there are sides
  std::optional<Message> why_absent;

  bool operator==(const TestOutcome&) const = default;
};

struct TwoGroupOptions {
  double confidence = 0.95;
  RankDistribution distribution = RankDistribution::automatic;
  bool continuity_correction = true;  ///< of Mann–Whitney's normal approximation

  /// @throws Error invalid_option.
  void validate() const;
};

/// Differences and ratios are first over second.
struct TwoGroupResult {
  long first_count = 0;
  long second_count = 0;
  double confidence = 0.95;
  TestOutcome welch;
  Estimate mean_difference;  ///< with Welch's interval (1947, 10.1093/biomet/34.1-2.28)
  TestOutcome student;
  Estimate mean_difference_pooled;  ///< with Student's interval of equal variances
  TestOutcome variance_ratio_test;
  Estimate variance_ratio;
  TestOutcome mann_whitney;  ///< statistic U: pairs with first above second
  bool mann_whitney_exact = false;
  Estimate hodges_lehmann;
};

/// Two independent groups. @throws Error invalid_value (values that are not finite), invalid_option.
TwoGroupResult compare_two_groups(std::span<const double> first, std::span<const double> second,
                                  const TwoGroupOptions& options = {});

/// Where the deviations of Levene's test are taken from.
enum class LeveneCentre { median, mean };

/// One-way analysis of variance. @throws Error invalid_value for fewer than two groups, empty groups, not finite.
TestOutcome compare_means(const std::vector<std::vector<double>>& groups);
/// Levene 1960 (mean), Brown & Forsythe 1974 (median, 10.1080/01621459.1974.10482955). @throws as compare_means().
TestOutcome compare_spread(const std::vector<std::vector<double>>& groups, LeveneCentre centre = LeveneCentre::median);
/// Bartlett 1937 (10.1098/rspa.1937.0109), sensitive to non-normality. @throws as compare_means().
TestOutcome compare_variances(const std::vector<std::vector<double>>& groups);
/// Kruskal and Wallis. @throws as compare_means().
TestOutcome compare_rank_sums(const std::vector<std::vector<double>>& groups);
/// Jonckheere and Terpstra; statistic J. @throws as compare_means().
TestOutcome compare_trend(const std::vector<std::vector<double>>& groups, const JonckheereOptions& options = {});

struct EquivalenceOptions {
  double lower = 0.0;  ///< limits of the difference that does not matter
  double upper = 0.0;
  double alpha = 0.05;
  bool equal_variances = false;

  /// @throws Error invalid_option unless lower < upper, both finite, and 0 < alpha < 1.
  void validate() const;
};

/// Two one-sided t tests (Schuirmann 1987, 10.1007/BF01068419) of first − second.
struct EquivalenceResult {
  Estimate difference;            ///< interval of confidence 1 − 2·alpha
  std::optional<double> p_lower;  ///< against difference ≤ lower
  std::optional<double> p_upper;  ///< against difference ≥ upper
  std::optional<bool> equivalent;
};

/// @throws Error invalid_value, invalid_option.
EquivalenceResult compare_equivalence(std::span<const double> first, std::span<const double> second,
                                      const EquivalenceOptions& options);

enum class PAdjustment { bonferroni, holm, hochberg, benjamini_hochberg };

/// Adjusted p-values in the order given (Holm 1979; Hochberg 1988, 10.1093/biomet/75.4.800; Benjamini & Hochberg 1995,
/// 10.1111/j.2517-6161.1995.tb02031.x). @throws Error invalid_value for p outside [0, 1].
std::vector<double> adjust_p_values(std::span<const double> p_values, PAdjustment adjustment);

}  // namespace qpcr
