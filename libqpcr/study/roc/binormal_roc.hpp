// A smooth ROC curve from two normal distributions, on the scale of the values or on a Box–Cox scale.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "libqpcr/study/estimate.hpp"
#include "libqpcr/study/roc/roc_sample.hpp"

namespace qpcr {

struct BinormalOptions {
  RocDirection direction = RocDirection::higher_is_case;
  bool box_cox = false;          ///< one power for both groups, by maximum likelihood; positive values only
  std::optional<double> lambda;  ///< a power fixed beforehand instead
  double confidence = 0.95;
  long curve_points = 101;  ///< of the figure

  /// @throws Error invalid_option.
  void validate() const;
};

struct BinormalPoint {
  double false_positive_rate = 0.0;
  double sensitivity = 0.0;

  bool operator==(const BinormalPoint&) const = default;
};

struct BinormalResult {
  std::string_view method = "binormal_moments";
  RocDirection direction = RocDirection::higher_is_case;
  double confidence = 0.95;
  long cases = 0;
  long controls = 0;
  std::optional<double> lambda;  ///< power used
  Estimate intercept;            ///< a: difference of the means over the standard deviation of the cases
  Estimate slope;                ///< b: standard deviation of the controls over that of the cases
  Estimate auc;
  std::vector<BinormalPoint> curve;
  std::vector<Assumption> assumptions;
  std::vector<Message> warnings;
};

/// Means and standard deviations (n − 1) of both groups, Se = Φ(a + b·Φ⁻¹(FPR)), AUC = Φ(a/√(1 + b²)); the interval of
/// the area by the delta method on the probit scale (Reiser & Guttman 1986, 10.2307/1269081). Box–Cox: Box & Cox 1964;
/// its power between −5 and 5 maximises the likelihood with means and variances of the two groups, and its uncertainty
/// is not in the interval. Not estimable with less than two subjects or no variation in a group.
/// @throws Error invalid_option, invalid_value (not finite; not positive where a power is used).
BinormalResult fit_binormal_roc(const RocSample& sample, const BinormalOptions& options);

}  // namespace qpcr
