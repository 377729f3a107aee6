// How many subjects show that a proportion exceeds (or stays below) a target value: normal formulas and the exact test.
#pragma once

#include <string_view>
#include <vector>

#include "libqpcr/study/planning/plan.hpp"

namespace qpcr {

struct TargetValueOptions {
  double target = 0.0;    ///< p0 of the hypothesis
  double expected = 0.0;  ///< p1 thought to be true; above the target: shows superiority, below: shows a lower rate
  double one_sided_alpha = 0.025;
  double power = 0.8;

  /// @throws Error invalid_option unless all lie between 0 and 1 and expected differs from the target.
  void validate() const;
};

/// Exact binomial test of p ≤ p0 (p ≥ p0) with n subjects: rejects from the smallest count (of successes, or of
/// failures where expected < target) whose probability under the target is at most α.
/// @throws Error invalid_option; for fewer than one subject.
PowerPoint derive_exact_power(long subjects, const TargetValueOptions& options);

struct TargetValuePlan {
  std::string_view method = "target_value";
  PlannedSize normal;       ///< variance under the target for α and under the expected value for the power (NMPA 2021)
  PlannedSize unpooled;     ///< variance under the expected value for both
  PlannedSize arcsine;      ///< Cohen's effect size
  PlannedSize exact_first;  ///< the first n whose exact power suffices
  PlannedSize exact_stable;           ///< from here on every n suffices
  std::vector<PowerPoint> saw_tooth;  ///< around those sizes
};

/// The power of the exact test is no rising function of n: it falls at each n that adds one to the critical count. The
/// stable n is found by looking at every n up to three times the normal one (and 200 more); beyond, the teeth are
/// smaller than the margin over the wanted power.
/// @throws Error invalid_option.
TargetValuePlan derive_target_value_plan(const TargetValueOptions& options);

}  // namespace qpcr
