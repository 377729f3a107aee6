// How many pairs show that two tests of the same subjects differ (McNemar).
#pragma once

#include <string_view>
#include <vector>

#include "libqpcr/study/planning/plan.hpp"

namespace qpcr {

struct PairedProportionsPlanOptions {
  double first_only = 0.0;   ///< share of pairs in which only the first test is positive
  double second_only = 0.0;  ///< share in which only the second is
  double alpha = 0.05;       ///< two-sided
  double power = 0.8;

  /// @throws Error invalid_option unless both are ≥ 0, differ, and sum to at most 1.
  void validate() const;
};

/// Power of McNemar's exact (conditional binomial, two-sided, each side α/2) test with n pairs, summed over the number
/// of discordant pairs. @throws Error invalid_option.
double derive_exact_mcnemar_power(long pairs, const PairedProportionsPlanOptions& options);

struct PairedProportionsPlan {
  std::string_view method = "mcnemar";
  PlannedSize normal;        ///< Connor 1987 (10.2307/2531961), after Miettinen 1968
  PlannedSize exact_first;   ///< first number of pairs with which the exact test has the power
  PlannedSize exact_stable;  ///< from here on always
  std::vector<PowerPoint> saw_tooth;
};

/// @throws Error invalid_option.
PairedProportionsPlan derive_paired_proportions_plan(const PairedProportionsPlanOptions& options);

}  // namespace qpcr
