// How many subjects estimate a proportion to within a half-width.
#pragma once

#include <optional>
#include <string_view>

#include "libqpcr/study/planning/plan.hpp"

namespace qpcr {

struct ProportionPrecisionOptions {
  double expected = 0.0;    ///< proportion thought to be true
  double half_width = 0.0;  ///< of the interval, 0 to 1
  double confidence = 0.95;
  std::optional<double> prevalence;  ///< share of the subjects that the proportion is about, for a consecutive cohort

  /// @throws Error invalid_option.
  void validate() const;
};

struct ProportionPrecisionPlan {
  std::string_view method = "proportion_precision";
  PlannedSize normal;           ///< z²p(1−p)/d² (NMPA 2021 No. 72)
  PlannedSize wilson;           ///< the mean width of Wilson's interval is at most 2d
  PlannedSize clopper_pearson;  ///< the same of the exact interval
  std::optional<long> cohort;   ///< normal size over the prevalence (Buderer 1996, Academic Emergency Medicine 3:895)
};

/// Mean widths are sums over the binomial outcomes, not the width at the expected count.
/// @throws Error invalid_option.
ProportionPrecisionPlan derive_proportion_precision_plan(const ProportionPrecisionOptions& options);

}  // namespace qpcr
