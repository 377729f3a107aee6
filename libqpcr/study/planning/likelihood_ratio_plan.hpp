// How many cases and controls show that a likelihood ratio is beyond a limit.
#pragma once

#include <string_view>

#include "libqpcr/study/planning/plan.hpp"

namespace qpcr {

struct LikelihoodRatioOptions {
  double sensitivity = 0.0;
  double specificity = 0.0;
  double positive_limit = 1.0;  ///< lower limit that the interval of LR+ shall reach
  double negative_limit = 1.0;  ///< upper limit that the interval of LR− shall reach
  double controls_per_case = 1.0;
  double confidence = 0.95;

  /// @throws Error invalid_option, also where the expected ratios do not lie beyond their limits.
  void validate() const;
};

struct LikelihoodRatioPlan {
  std::string_view method = "likelihood_ratio_simel";
  double positive = 0.0;  ///< expected LR+
  double negative = 0.0;  ///< expected LR−
  PlannedSize positive_cases, positive_controls;
  PlannedSize negative_cases, negative_controls;
};

/// The number with which the logarithmic interval of the expected ratio ends at the limit (Simel, Samsa & Matchar 1991,
/// 10.1016/0895-4356(91)90128-V). The chance that a study of this size succeeds is about one half.
/// @throws Error invalid_option.
LikelihoodRatioPlan derive_likelihood_ratio_plan(const LikelihoodRatioOptions& options);

}  // namespace qpcr
