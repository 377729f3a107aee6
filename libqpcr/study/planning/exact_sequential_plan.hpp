// Repeated looks at a proportion against a target value, exact for the binomial: no normal approximation.
#pragma once

#include <string_view>
#include <vector>

#include "libqpcr/study/planning/group_sequential_plan.hpp"

namespace qpcr {

struct ExactSequentialOptions {
  std::vector<long> looks;  ///< subjects at each look, rising; the last is the largest size
  double target = 0.0;
  double expected = 0.0;  ///< above the target: successes are counted, below: failures
  double one_sided_alpha = 0.025;
  SequentialBoundary spending = SequentialBoundary::lan_demets_obrien;  ///< a Lan–DeMets function
  /// Optional, one for each look but the last: at most so many stop the study without a rejection. The type I error is
  /// held whether or not one stops there (non-binding).
  std::vector<long> futility;

  /// @throws Error invalid_option.
  void validate() const;
};

struct ExactSequentialLook {
  long subjects = 0;
  long critical = 0;                 ///< reject from this count on; subjects + 1 when this look cannot reject
  double alpha_allowed = 0.0;        ///< that may be spent until here
  double cumulative_alpha = 0.0;     ///< that is spent, exactly, never stopping for futility
  double cumulative_power = 0.0;     ///< with the futility stops
  double cumulative_futility = 0.0;  ///< stopped in vain although the expected value is true
};

struct ExactSequentialPlan {
  std::string_view method = "exact_binomial_sequential";
  bool counts_failures = false;
  double size = 0.0;
  double power = 0.0;
  double expected_subjects_under_target = 0.0;
  double expected_subjects_under_expected = 0.0;
  std::vector<ExactSequentialLook> looks;
};

/// Each look rejects from the smallest count with which the exact probability, under the target, of having rejected
/// until then stays within what the spending function allows. What discreteness leaves over is carried on.
/// @throws Error invalid_option.
ExactSequentialPlan derive_exact_sequential_plan(const ExactSequentialOptions& options);

/// Probability of reaching `critical` of `planned` subjects given `count` of `seen`.
/// @throws Error invalid_option.
double derive_conditional_power(long count, long seen, long planned, long critical, double rate);

}  // namespace qpcr
