// How many reference subjects the limits of a reference interval need.
#pragma once

#include <string_view>

#include "libqpcr/study/planning/plan.hpp"

namespace qpcr {

struct ReferenceIntervalPlanOptions {
  double coverage = 0.95;    ///< of the reference interval
  double confidence = 0.90;  ///< of the interval of each limit
  double width_ratio = 0.2;  ///< width of that interval over the width of the reference interval

  /// @throws Error invalid_option.
  void validate() const;
};

struct ReferenceIntervalPlan {
  std::string_view method = "reference_interval";
  PlannedSize rank_minimum;  ///< fewest subjects with which ranks give each limit an interval (EP28: 120 by convention)
  PlannedSize parametric;    ///< normal results, width ratio (Linnet 1987; Bellera & Hanley 2007)
  PlannedSize nonparametric;  ///< sample quantile of normal results, width ratio, large samples
};

/// @throws Error invalid_option.
ReferenceIntervalPlan derive_reference_interval_plan(const ReferenceIntervalPlanOptions& options);

}  // namespace qpcr
