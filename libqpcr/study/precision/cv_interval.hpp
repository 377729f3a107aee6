// The coefficient of variation of a normal sample, with intervals.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "libqpcr/study/estimate.hpp"

namespace qpcr {

struct CvResult {
  long values = 0;
  Estimate mean;       ///< t interval
  Estimate sd;         ///< chi-square interval
  Estimate cv_naive;   ///< percent; limits of the SD over the mean as if that were known
  Estimate cv_mckay;   ///< McKay 1932 (10.2307/2342041)
  Estimate cv_vangel;  ///< Vangel's modification 1996 (10.1080/00031305.1996.10473537): the default to report
  std::vector<std::size_t> excluded;  ///< missing values

  bool operator==(const CvResult&) const = default;
};

/// Approximations that hold for a CV below about a third: above, the intervals are absent.
/// @throws Error invalid_option unless 0 < confidence < 1; invalid_value for infinite values.
CvResult estimate_cv(std::span<const double> values, double confidence);

}  // namespace qpcr
