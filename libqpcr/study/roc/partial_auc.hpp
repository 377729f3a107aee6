// The area under a part of the ROC curve: between two specificities, or between two sensitivities.
#pragma once

#include <string_view>
#include <vector>

#include "libqpcr/study/estimate.hpp"
#include "libqpcr/study/roc/roc_resampling.hpp"
#include "libqpcr/study/roc/roc_sample.hpp"

namespace qpcr {

enum class RocAxis { specificity, sensitivity };

struct PartialAucOptions {
  RocDirection direction = RocDirection::higher_is_case;
  RocAxis axis = RocAxis::specificity;
  double lower = 0.9;  ///< of the range, on the axis
  double upper = 1.0;
  double confidence = 0.95;
  RocResampling resampling;

  /// @throws Error invalid_option unless 0 ≤ lower < upper ≤ 1.
  void validate() const;
};

struct PartialAucResult {
  std::string_view method = "partial_auc";
  RocDirection direction = RocDirection::higher_is_case;
  double confidence = 0.95;
  long cases = 0;
  long controls = 0;
  Estimate area;       ///< mean of the other axis over the range, times its width
  Estimate corrected;  ///< 0.5 without discrimination, 1 for a perfect test (McClish)
  std::vector<Message> warnings;
};

/// Trapezoids of the empirical curve with straight lines between its points, and the correction of McClish 1989
/// (10.1177/0272989X8900900307). Below the chance diagonal the corrected area would be under 0.5 on another scale: it
/// is not estimable there. Intervals: stratified percentile bootstrap.
/// @throws Error invalid_option, invalid_value.
PartialAucResult estimate_partial_auc(const RocSample& sample, const PartialAucOptions& options);

/// Area of counts with both groups.
double compute_partial_auc(const RocCounts& counts, RocAxis axis, double lower, double upper);

}  // namespace qpcr
