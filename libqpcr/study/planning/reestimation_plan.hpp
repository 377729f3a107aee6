// How many subjects a running study still needs, from what may be looked at without unblinding the index test.
#pragma once

#include <string_view>

#include "libqpcr/study/planning/plan.hpp"

namespace qpcr {

struct ReestimationOptions {
  long planned = 0;        ///< subjects of the protocol
  long enrolled = 0;       ///< so far
  long cases = 0;          ///< among them, by the reference standard alone
  long needed_cases = 0;   ///< that the study must end with
  double assurance = 0.9;  ///< wanted probability of ending with enough cases

  /// @throws Error invalid_option.
  void validate() const;
};

struct ReestimationPlan {
  std::string_view method = "blinded_prevalence";
  Estimate prevalence;                ///< so far, Wilson
  double assurance_as_planned = 0.0;  ///< probability of enough cases with the planned size
  PlannedSize subjects;               ///< new total, never below the planned one
};

/// Uses the reference standard only, not who tested positive, so that the type I error of the accuracy test is not
/// touched. The total is the smallest with which at least the missing cases come with the assurance, given the
/// prevalence so far (negative binomial). @throws Error invalid_option.
ReestimationPlan derive_reestimation_plan(const ReestimationOptions& options);

}  // namespace qpcr
