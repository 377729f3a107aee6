// The gray zone of a test: values that neither rule disease out nor in at a stated level.
#pragma once

#include <string_view>
#include <vector>

#include "libqpcr/study/estimate.hpp"
#include "libqpcr/study/roc/roc_resampling.hpp"
#include "libqpcr/study/roc/roc_sample.hpp"

namespace qpcr {

/// `quantiles`: C5 of the cases to C95 of the controls, by linear interpolation of the order statistics. `two_graph`:
/// the most suspicious observed value whose sensitivity, and the least suspicious one whose specificity, reaches the
/// level (TG-ROC; a value equal to the limit is positive).
enum class GrayZoneMethod { quantiles, two_graph };

struct GrayZoneOptions {
  RocDirection direction = RocDirection::higher_is_case;
  GrayZoneMethod method = GrayZoneMethod::quantiles;
  double level = 0.95;  ///< of sensitivity and of specificity
  double confidence = 0.95;
  RocResampling resampling;

  /// @throws Error invalid_option unless 0.5 < level < 1.
  void validate() const;
};

struct GrayZoneResult {
  std::string_view method = "quantiles";
  RocDirection direction = RocDirection::higher_is_case;
  double confidence = 0.95;
  long cases = 0;
  long controls = 0;
  Estimate sensitivity_limit;  ///< less suspicious values rule out: at least `level` of the cases are beyond it
  Estimate specificity_limit;  ///< more suspicious values rule in: at least `level` of the controls are before it
  Estimate lower;              ///< of the zone, by value; not estimable where the limits leave no zone between them
  Estimate upper;
  Estimate cases_inside;     ///< share of the cases strictly between the limits
  Estimate controls_inside;  ///< and of the controls
  Estimate valid_range;      ///< share of the measured range outside the zone
  std::vector<Message> warnings;
};

/// TG-ROC: Greiner, Sohr & Göbel 1995 (10.1016/0022-1759(95)00121-U). Intervals of the limits: stratified percentile
/// bootstrap; of the shares: Clopper & Pearson, for the zone as found.
/// @throws Error invalid_option, invalid_value.
GrayZoneResult estimate_gray_zone(const RocSample& sample, const GrayZoneOptions& options);

std::string_view to_string(GrayZoneMethod method);

}  // namespace qpcr
