// The area under the empirical ROC curve with four intervals, and the rank sum test it is equivalent to.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "libqpcr/study/estimate.hpp"
#include "libqpcr/study/roc/roc_resampling.hpp"
#include "libqpcr/study/roc/roc_sample.hpp"

namespace qpcr {

struct AucOptions {
  RocDirection direction = RocDirection::higher_is_case;
  double confidence = 0.95;
  RocResampling resampling{0, 1, 0};

  /// @throws Error invalid_option.
  void validate() const;
};

/// The four estimates have one value. Variances need two cases and two controls.
struct AucResult {
  std::string_view method = "auc";
  RocDirection direction = RocDirection::higher_is_case;
  double confidence = 0.95;
  long cases = 0;
  long controls = 0;
  Estimate delong;         ///< variance of DeLong et al. 1988, interval on the plain scale, cut to 0 … 1
  Estimate logit;          ///< the same variance, interval on the logit scale; standard error of the area itself
  Estimate hanley_mcneil;  ///< variance of Hanley & McNeil 1982 (negative exponential)
  Estimate bootstrap;      ///< stratified, percentile; not estimable where no replicates were asked for
  std::optional<double> bootstrap_median;
  Estimate rank_sum;                       ///< U: pairs in which the value of the case is higher, ties by half
  std::optional<double> rank_sum_z;        ///< normal, with the variance of ties, without continuity correction
  std::optional<double> rank_sum_p_value;  ///< two-sided
  std::vector<Message> warnings;
};

/// Area by midranks and DeLong's variance (1988, 10.2307/2531595; Sun & Xu 2014, 10.1109/LSP.2014.2337313) in
/// O(n log n); Hanley & McNeil 1982 (10.1148/radiology.143.1.7063747). Tested to 1e-10 against pROC and against all
/// pairs in tests/study/roc/test_auc.cpp.
/// @throws Error invalid_option, invalid_value (a value that is not finite).
AucResult estimate_auc(const RocSample& sample, const AucOptions& options);

/// Area of counts with both groups, exact sums of halves.
double compute_auc(const RocCounts& counts);

/// Variance of DeLong; needs two of each group.
double compute_delong_variance(const RocCounts& counts);

}  // namespace qpcr
