// Standard curve: Cq against log10 quantity, what it says about the reaction, and quantities read back from it.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "libqpcr/core/message.hpp"
#include "libqpcr/math/distributions.hpp"

namespace qpcr {

/// One reaction of a standard. The quantity may be in any unit; every result is in the same.
struct StandardPoint {
  double quantity = 0.0;
  double cq_cycles = 0.0;  ///< NaN where the reaction has none
  double weight = 1.0;     ///< proportional to 1/variance of this Cq; equal weights give ordinary least squares
};

enum class StandardCurveStatus {
  fitted,
  too_few_points,     ///< fewer than three reactions with Cq
  too_few_levels,     ///< fewer quantities than min_levels
  slope_not_falling,  ///< Cq does not fall with the quantity: nothing can be read back
};

std::string_view to_string(StandardCurveStatus status);

struct StandardCurveOptions {
  double confidence = 0.95;
  int min_levels = 3;  ///< at least 2; with 2 there is no lack-of-fit test
  /// Limits of quantification, in the unit of the standards. Absent: the lowest and highest standard with a Cq.
  std::optional<double> lower_limit_quantity;
  std::optional<double> upper_limit_quantity;

  /// @throws Error invalid_option naming the violated constraint.
  void validate() const;

  bool operator==(const StandardCurveOptions&) const = default;
};

/// Scatter of the level means about the line against scatter within the levels.
struct LackOfFit {
  double f = 0.0;
  double numerator_degrees = 0.0;
  double denominator_degrees = 0.0;
  double p_value = 0.0;
};

/// Cq = intercept + slope_cycles_per_log10·log10(quantity). Numbers other than counts are NaN unless status is fitted
/// or slope_not_falling.
struct StandardCurve {
  StandardCurveStatus status = StandardCurveStatus::too_few_points;
  StandardCurveOptions options;
  int points = 0;    ///< reactions used
  int left_out = 0;  ///< without Cq, or without a positive quantity or weight
  int levels = 0;    ///< different quantities
  double slope_cycles_per_log10 = 0.0;
  double slope_standard_error = 0.0;
  Interval slope_interval;
  double intercept_cycles = 0.0;  ///< Cq of one unit
  double intercept_standard_error = 0.0;
  Interval intercept_interval;
  double r_squared = 0.0;
  double residual_sd_cycles = 0.0;  ///< of a Cq of weight 1
  double degrees_of_freedom = 0.0;
  /// 10^(−1/slope) − 1: 1 is a doubling per cycle. Its interval is the slope's, transformed.
  double amplification_efficiency = 0.0;
  double amplification_efficiency_standard_error = 0.0;  ///< delta method
  Interval amplification_efficiency_interval;
  std::optional<LackOfFit> lack_of_fit;  ///< absent without replicates, or with two levels
  double lower_limit_quantity = 0.0;     ///< of the calibrated range
  double upper_limit_quantity = 0.0;
  /// What predictions need: weighted mean of log10 quantity and of Cq, their sum of squares, and the sum of weights.
  double mean_log10_quantity = 0.0;
  double mean_cq_cycles = 0.0;
  double log10_quantity_sum_of_squares = 0.0;
  double weight_sum = 0.0;
};

/// Least squares with weights. Accuracy: NIST StRD Norris to 11 digits, R's lm() to 9 (tests/quantity).
/// @throws Error invalid_option.
/// Definition: docs/methods/standard_curve.md.
StandardCurve estimate_standard_curve(std::span<const StandardPoint> points, const StandardCurveOptions& options);

/// A Cq that the curve predicts.
struct PredictedCq {
  double cq_cycles = 0.0;
  double mean_standard_error_cycles = 0.0;  ///< of the line there
  Interval mean_interval;                   ///< of the line
  Interval prediction_interval;             ///< of the mean Cq of `replicates` new reactions of weight 1
};

/// NaN throughout for a curve that was not fitted. @throws Error invalid_value for a quantity that is not positive or
/// fewer than 1 replicate.
PredictedCq predict_cq(const StandardCurve& curve, double quantity, int replicates);

enum class QuantityInterval {
  fieller,  ///< exact under normal errors (Fieller 1954, 10.1111/j.2517-6161.1954.tb00159.x)
  delta,    ///< symmetric on the log scale: the estimate ± t times its delta-method standard error
};

std::string_view to_string(QuantityInterval interval);

/// Where an estimate lies against the calibrated range.
enum class QuantityRange { within, below_lower_limit, above_upper_limit };

std::string_view to_string(QuantityRange range);

enum class QuantityStatus {
  estimated,
  no_cq,               ///< no replicate has a Cq
  no_standard_curve,   ///< the curve was not fitted or does not fall
  interval_unbounded,  ///< estimated, but the slope is not significantly different from 0: Fieller's set is no interval
};

std::string_view to_string(QuantityStatus status);

struct QuantityEstimate {
  QuantityStatus status = QuantityStatus::no_cq;
  QuantityInterval method = QuantityInterval::fieller;
  int replicates = 0;  ///< with a Cq
  int replicates_without_cq = 0;
  std::optional<double> mean_cq_cycles;
  std::optional<double> log10_quantity;
  std::optional<double> log10_standard_error;  ///< delta method: the replicates' scatter and the curve's
  std::optional<Interval> log10_interval;
  std::optional<double> quantity;  ///< 10 to the log10_quantity: the median, not the mean, of its distribution
  std::optional<Interval> quantity_interval;
  /// An estimate outside the calibrated range is an extrapolation: it is given, and said to be one.
  std::optional<QuantityRange> range;
};

/// Quantity of a sample from the Cq of its replicates (NaN where one has none), which count as weight 1 each.
/// @throws Error invalid_option for a confidence outside (0, 1).
QuantityEstimate estimate_quantity(const StandardCurve& curve, std::span<const double> cq_cycles,
                                   QuantityInterval method, double confidence);

/// Why an estimate is missing or must not be used as it stands; no id where nothing is to be said.
Message derive_reason(const QuantityEstimate& estimate, const StandardCurve& curve);

}  // namespace qpcr
