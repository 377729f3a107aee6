// Sample size for reference limits.
#include "libqpcr/study/planning/reference_interval_plan.hpp"

#include <cmath>
#include <numbers>

#include "libqpcr/study/request_checks.hpp"

namespace qpcr {

void ReferenceIntervalPlanOptions::validate() const {
  check_fraction("coverage", coverage);
  check_fraction("confidence", confidence);
  check_fraction("width_ratio", width_ratio);
}

ReferenceIntervalPlan derive_reference_interval_plan(const ReferenceIntervalPlanOptions& options) {
  options.validate();
  const double tail = (1.0 - options.coverage) / 2.0;
  const double z_limit = normal_upper_quantile(tail);
  const double z = normal_upper_quantile((1.0 - options.confidence) / 2.0);
  const double scale = z / (z_limit * options.width_ratio);
  const double density = std::exp(-z_limit * z_limit / 2.0) / std::sqrt(2.0 * std::numbers::pi);
  ReferenceIntervalPlan plan;
  // The smallest value lies below the lower limit unless all do not: (1 − tail)ⁿ must not exceed half the error.
  plan.rank_minimum = plan_size(std::log((1.0 - options.confidence) / 2.0) / std::log1p(-tail));
  plan.parametric = plan_size(scale * scale * (1.0 + z_limit * z_limit / 2.0));
  plan.nonparametric = plan_size(scale * scale * tail * (1.0 - tail) / (density * density));
  return plan;
}

}  // namespace qpcr
