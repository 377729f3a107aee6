// How many degrees of freedom a precision experiment needs.
#pragma once

#include <string_view>
#include <vector>

#include "libqpcr/study/planning/plan.hpp"

namespace qpcr {

struct ImprecisionOptions {
  double upper_ratio = 1.5;        ///< upper confidence limit over estimate of the standard deviation
  double confidence = 0.95;        ///< of that one-sided limit
  double claim_over_truth = 1.25;  ///< claimed over true standard deviation, for the test of a claim
  double alpha = 0.05;             ///< one-sided
  double power = 0.8;

  /// @throws Error invalid_option unless both ratios exceed 1.
  void validate() const;
};

struct ImprecisionRow {
  long degrees_of_freedom = 0;
  double lower_factor = 0.0;  ///< two-sided limits of the standard deviation over its estimate
  double upper_factor = 0.0;
  double one_sided_upper_factor = 0.0;
  double power = 0.0;  ///< of showing a standard deviation below the claim

  bool operator==(const ImprecisionRow&) const = default;
};

struct ImprecisionPlan {
  std::string_view method = "imprecision_chi_square";
  PlannedSize width;  ///< degrees of freedom so that √(ν/χ²) stays within upper_ratio
  PlannedSize claim;  ///< degrees of freedom to show σ < claim with the power
  std::vector<ImprecisionRow> rows;
};

/// Normal results, one variance: s²ν/σ² is chi-square. For a component of several, ν is Satterthwaite's number.
/// @throws Error invalid_option.
ImprecisionPlan derive_imprecision_plan(const ImprecisionOptions& options);

}  // namespace qpcr
