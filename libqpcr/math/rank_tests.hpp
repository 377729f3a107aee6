// Tests and estimates that only use ranks: two groups, several groups, ordered groups, association.
#pragma once

#include <span>
#include <vector>

#include "libqpcr/math/distributions.hpp"

namespace qpcr {

/// Ranks from 1, equal values sharing their mean rank, and Σ(t³ − t) over the runs of t equal values.
struct MidRanks {
  std::vector<double> ranks;
  double tie_sum = 0.0;
};

/// @throws Error invalid_value for NaN.
MidRanks derive_mid_ranks(std::span<const double> values);

enum class RankDistribution {
  automatic,  ///< exact for both groups below 50 without ties, normal otherwise
  exact,      ///< of samples without ties; normal where there are ties
  normal,
};

struct MannWhitneyOptions {
  double confidence = 0.95;
  RankDistribution distribution = RankDistribution::automatic;
  bool continuity_correction = true;  ///< of the normal approximation, test and interval alike

  /// @throws Error invalid_option unless 0 < confidence < 1.
  void validate() const;
};

/// Mann–Whitney (Wilcoxon's rank sum) of `first` against `second`. P-values and limits are NaN where they do not exist:
/// an empty group, all values equal.
struct MannWhitneyTest {
  double u = 0.0;  ///< pairs with first > second, ties as halves
  double p_value = 0.0;
  bool exact = false;
  double shift = 0.0;  ///< Hodges and Lehmann's: median of the differences first − second
  Interval shift_interval;
};

/// Interval: the shifts that the test does not reject (Hollander, Wolfe & Chicken 2014, 10.1002/9781119196037, section
/// 4.3), as order statistics of the differences, found without forming them. @throws Error invalid_value for values
/// that are not finite, invalid_option.
MannWhitneyTest compare_mann_whitney(std::span<const double> first, std::span<const double> second,
                                     const MannWhitneyOptions& options = {});

/// Null distribution of U of samples without ties: entry u is P(U = u).
std::vector<double> derive_mann_whitney_distribution(long first, long second);

struct RankTest {
  double statistic = 0.0;
  double degrees_of_freedom = 0.0;
  double p_value = 0.0;
};

/// Kruskal and Wallis' H (1952, 10.1080/01621459.1952.10483441) with its correction for ties; NaN when all values are
/// equal. @throws Error invalid_value for fewer than two groups, an empty group, values that are not finite.
RankTest compare_kruskal_wallis(const std::vector<std::vector<double>>& groups);

enum class Alternative { two_sided, greater, less };

struct JonckheereOptions {
  Alternative alternative = Alternative::two_sided;
  RankDistribution distribution = RankDistribution::automatic;  ///< automatic: exact up to 100 values without ties
  bool tie_correction = true;                                   ///< of the variance of the normal approximation
};

struct JonckheereTest {
  double j = 0.0;  ///< pairs in rising order over all pairs of groups, ties as halves
  double mean = 0.0;
  double standard_deviation = 0.0;
  double p_value = 0.0;
  bool exact = false;
};

/// Jonckheere (1954, 10.1093/biomet/41.1-2.133) and Terpstra's test of a trend over groups in their given order.
/// @throws as compare_kruskal_wallis().
JonckheereTest compare_jonckheere_terpstra(const std::vector<std::vector<double>>& groups,
                                           const JonckheereOptions& options = {});

/// Kendall's τ-b in O(n log n) (Knight 1966, 10.1080/01621459.1966.10480879) and the p-value of its normal
/// approximation with ties; NaN when one of both does not vary.
struct KendallCorrelation {
  double tau_b = 0.0;
  double score = 0.0;  ///< concordant − discordant pairs
  double p_value = 0.0;
};

/// @throws Error invalid_value for unequal lengths and values that are not finite.
KendallCorrelation estimate_kendall(std::span<const double> x, std::span<const double> y);

}  // namespace qpcr
