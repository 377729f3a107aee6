// Does a high sample leave something behind for the next one? Measured values and positive wells.
#pragma once

#include <optional>
#include <span>

#include "libqpcr/study/estimate.hpp"
#include "libqpcr/study/quantitative/group_comparison.hpp"

namespace qpcr {

struct CarryOverOptions {
  double confidence = 0.95;
  double limit_sd = 3.0;                    ///< limit of the difference, in sd of low after low
  std::optional<double> allowable_percent;  ///< of the high level; judged by the interval's upper limit

  /// @throws Error invalid_option.
  void validate() const;
};

struct CarryOverResult {
  Estimate difference;                ///< mean of low after high − mean of low after low, Welch's interval
  std::optional<double> limit;        ///< limit_sd · sd of low after low
  TestOutcome welch;                  ///< two-sided
  std::optional<double> p_one_sided;  ///< of low after high being higher
  Estimate relative_percent;          ///< 100·difference/(mean of high − mean of low after low): Broughton's k
  std::optional<bool> within_limit;   ///< difference below the limit
  std::optional<bool> within_allowable;
};

/// Low samples after a high one against low samples after a low one (Broughton 1969; CLSI EP10).
/// @param high the high samples themselves, for the relative carry-over; may be empty.
/// @throws Error invalid_value, invalid_option.
CarryOverResult estimate_carry_over(std::span<const double> low_after_high, std::span<const double> low_after_low,
                                    std::span<const double> high, const CarryOverOptions& options = {});

/// Wells that must be negative, after or beside high positives, against such wells elsewhere.
struct WellCounts {
  long positive = 0;
  long wells = 0;
};

struct WellCarryOverResult {
  Estimate exposed_rate;                      ///< exact interval
  Estimate unexposed_rate;                    ///< exact interval
  std::optional<double> exposed_upper_limit;  ///< exact one-sided limit of confidence
  std::optional<double> p_value;              ///< Fisher's exact test, exposed wells more often positive
};

/// @throws Error invalid_value for negative counts or more positives than wells, invalid_option.
WellCarryOverResult estimate_well_carry_over(WellCounts exposed, WellCounts unexposed, double confidence = 0.95);

}  // namespace qpcr
