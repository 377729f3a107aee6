// Whether a proportion rises or falls along ordered strata (stages, sizes): the Cochran–Armitage test.
#pragma once

#include <span>
#include <vector>

#include "libqpcr/study/comparison/centre_homogeneity.hpp"

namespace qpcr {

struct ProportionTrendOptions {
  std::vector<double> scores;  ///< of the strata in their order; empty: 1, 2, 3 …
  bool exact = true;
  long most_states = 1'000'000;  ///< of the exact test, which also ends after ten partial sums made for each

  /// @throws Error invalid_option.
  void validate() const;
};

struct ProportionTrendResult {
  ComparisonTest asymptotic;  ///< chi-square of one degree; no continuity correction
  ComparisonTest exact;       ///< two-sided: sums of scores at least as far from their mean
  Estimate slope;             ///< least squares: change of the proportion for one unit of the score
  std::vector<Exclusion> exclusions;
};

/// Cochran 1954 (10.2307/3001616), Armitage 1955 (10.2307/3001775); exact: conditional on the number of successes.
/// Not estimable with fewer than two strata, equal scores, or no variation.
/// @throws Error invalid_option (as many scores as strata, finite), invalid_value, duplicate_entry.
ProportionTrendResult estimate_proportion_trend(std::span<const StratumCount> strata,
                                                const ProportionTrendOptions& options);

}  // namespace qpcr
