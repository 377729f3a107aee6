// The difference of two areas under ROC curves, of the same subjects or of different ones.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "libqpcr/study/estimate.hpp"
#include "libqpcr/study/roc/roc_resampling.hpp"
#include "libqpcr/study/roc/roc_sample.hpp"

namespace qpcr {

struct AucComparisonOptions {
  RocDirection first = RocDirection::higher_is_case;
  RocDirection second = RocDirection::higher_is_case;
  double confidence = 0.95;
  /// The values of one place in both samples are of one subject; else the samples are independent.
  bool paired = true;
  RocResampling resampling{0, 1, 0};

  /// @throws Error invalid_option.
  void validate() const;
};

struct AucComparison {
  std::string_view method = "delong_paired";  ///< or "delong_unpaired"
  double confidence = 0.95;
  RocDirection first_direction = RocDirection::higher_is_case;
  RocDirection second_direction = RocDirection::higher_is_case;
  Estimate first;
  Estimate second;
  Estimate difference;                       ///< first − second
  std::optional<double> covariance;          ///< of the two areas; paired only
  std::optional<double> statistic;           ///< difference over its standard error
  std::optional<double> degrees_of_freedom;  ///< unpaired only
  std::optional<double> p_value;             ///< two-sided
  Estimate bootstrap_difference;             ///< stratified percentile
  std::optional<double> bootstrap_statistic;
  std::optional<double> bootstrap_p_value;
  std::vector<Message> warnings;
};

/// DeLong et al. 1988 (10.2307/2531595): normal for paired areas; for independent ones Student's t with Satterthwaite's
/// degrees of freedom, each variance having its subjects less one. Where both areas vary together completely the
/// statistic is not estimable. Bootstrap: difference over the standard deviation of its resamples, against the normal.
/// @throws Error invalid_option; invalid_value for unequal numbers of paired subjects, or a value that is not finite.
AucComparison compare_auc(const RocSample& first, const RocSample& second, const AucComparisonOptions& options);

/// Placement of every subject: the share of the other group that it is on the right side of, ties by half. In the
/// order of the sample, O(n log n).
struct RocPlacements {
  std::vector<double> cases;
  std::vector<double> controls;
  double auc = 0.0;
};
RocPlacements compute_placements(const RocSample& sample, RocDirection direction);

}  // namespace qpcr
