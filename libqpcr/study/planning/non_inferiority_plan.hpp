// How many subjects show that one proportion is not worse than another by more than a margin.
#pragma once

#include <string_view>

#include "libqpcr/study/planning/plan.hpp"

namespace qpcr {

struct NonInferiorityPlanOptions {
  double expected_new = 0.0;
  double expected_comparator = 0.0;
  double margin = 0.0;  ///< above 0: the largest loss that is tolerated
  double one_sided_alpha = 0.025;
  double power = 0.8;
  double allocation = 1.0;  ///< subjects of the new test for each of the comparator

  /// @throws Error invalid_option, also where the expected difference lies at or beyond the margin.
  void validate() const;
};

struct NonInferiorityPlan {
  std::string_view method = "non_inferiority_independent";
  PlannedSize new_group;         ///< unpooled variance of the difference
  PlannedSize comparator_group;  ///< power: exact, of the test below with both sizes
  double exact_size = 0.0;       ///< true error at the margin, comparator as expected
};

/// Independent groups. The exact power sums over all pairs of counts for which the lower limit of Newcombe's score
/// interval of the difference (1998, method 10) lies above −margin.
/// @throws Error invalid_option.
NonInferiorityPlan derive_non_inferiority_plan(const NonInferiorityPlanOptions& options);

/// Exact probability that the lower Newcombe limit exceeds −margin. @throws Error invalid_option.
double derive_newcombe_power(long new_subjects, long comparator_subjects, double new_rate, double comparator_rate,
                             double margin, double one_sided_alpha);

struct PairedNonInferiorityPlanOptions {
  double new_only = 0.0;         ///< share of subjects that only the new test gets right
  double comparator_only = 0.0;  ///< share that only the comparator gets right
  double margin = 0.0;
  double one_sided_alpha = 0.025;
  double power = 0.8;

  /// @throws Error invalid_option.
  void validate() const;
};

/// Pairs for the difference of paired proportions with the variance of the observed difference (Liu et al. 2002,
/// Statistics in Medicine 21): n = (z_α + z_β)²(ψ − δ²)/(δ + margin)², ψ the discordant share, δ the difference.
PlannedSize derive_paired_non_inferiority_size(const PairedNonInferiorityPlanOptions& options);

}  // namespace qpcr
