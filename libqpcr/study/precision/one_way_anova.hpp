// Whether groups (days, lots, instruments) differ: the table of a one-way analysis of variance.
#pragma once

#include <span>
#include <vector>

#include "libqpcr/math/one_way_anova.hpp"
#include "libqpcr/study/estimate.hpp"
#include "libqpcr/study/precision/precision_factor.hpp"

namespace qpcr {

/// Rows of the table; a statistic that does not exist says why.
struct OneWayAnovaResult {
  long values = 0;
  long groups = 0;
  double between_degrees = 0.0;
  double within_degrees = 0.0;
  double between_sum = 0.0;
  double within_sum = 0.0;
  Estimate between_mean_square;
  Estimate within_mean_square;
  Estimate f;
  Estimate p_value;
  Estimate r_squared;                 ///< between sum over total sum
  Estimate residual_sd;               ///< square root of the within mean square
  std::vector<std::size_t> excluded;  ///< rows without a value or a group

  bool operator==(const OneWayAnovaResult&) const = default;
};

/// F = (between mean square)/(within mean square), p from the F distribution.
/// @param values centred ones (math/one_way_anova.hpp); NaN where missing
/// @throws Error invalid_value for lengths that differ, infinite values and fewer than two values left.
OneWayAnovaResult estimate_one_way_anova(const CentredValues& values, const PrecisionFactor& group);

}  // namespace qpcr
