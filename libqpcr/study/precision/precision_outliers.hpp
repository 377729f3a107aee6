// Hints at values that do not belong to a precision study: never a reason to drop one.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "libqpcr/study/estimate.hpp"
#include "libqpcr/study/precision/precision_factor.hpp"

namespace qpcr {

/// A test for one outlier. `p_value` is the upper bound of the Bonferroni inequality, at most 1.
struct OutlierHint {
  std::string test;  ///< "cochran", "grubbs_means", "grubbs_values"
  Estimate statistic;
  std::optional<double> p_value;
  std::optional<bool> suspicious;  ///< p below the level
  std::string suspect;             ///< label of the cell; empty for a value
  std::optional<std::size_t> row;  ///< of the value

  bool operator==(const OutlierHint&) const = default;
};

struct PrecisionOutliersResult {
  long values = 0;
  long cells = 0;
  std::vector<OutlierHint> hints;
  bool balanced = true;  ///< cells of equal size, as Cochran's test takes them to be
  std::vector<std::size_t> excluded;

  bool operator==(const PrecisionOutliersResult&) const = default;
};

/// Cochran's C (1941, 10.1111/j.1469-1809.1941.tb02271.x) of the largest cell variance, and Grubbs' G (1969,
/// 10.1080/00401706.1969.10490657) of the cell means, as ISO 5725-2, and of the values' distances from their cell's
/// mean. Those distances are not independent, so that the last one is conservative: in cells of two, about a third of
/// the nominal level.
/// @param cell the finest cell of the design (day:run)
/// @throws Error invalid_option unless 0 < level < 1; invalid_value for lengths, infinite values, fewer than two
/// values.
PrecisionOutliersResult estimate_precision_outliers(std::span<const double> values, const PrecisionFactor& cell,
                                                    double level = 0.01);

}  // namespace qpcr
