// Limit of quantitation: the lowest amount at which the precision, or the total error, meets its goal.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/study/estimate.hpp"

namespace qpcr {

/// moments: SD over mean. lognormal: √(exp(s²) − 1) of the natural logarithms, for quantities from Cq.
enum class CvKind { moments, lognormal };
/// westgard: |bias| + 2·SD. root_mean_square: √(bias² + SD²). Both over the assigned amount.
enum class TotalError { westgard, root_mean_square };

struct QuantitationOptions {
  double cv_goal = 0.35;                   ///< a fraction
  std::optional<double> total_error_goal;  ///< a fraction; needs assigned amounts
  CvKind cv = CvKind::moments;
  TotalError total_error = TotalError::westgard;
  double confidence = 0.95;                  ///< one-sided, of the upper limits of the CV
  std::optional<double> limit_of_detection;  ///< the limit of quantitation is never below it

  /// @throws Error invalid_option.
  void validate() const;
};

/// One result of a level.
struct QuantityResult {
  std::string level;
  double value = 0.0;
  std::optional<double> assigned;

  bool operator==(const QuantityResult&) const = default;
};

struct QuantityLevel {
  std::string level;
  long results = 0;
  double mean = 0.0;
  std::optional<double> sd;
  std::optional<double> cv;
  std::optional<double> cv_upper;      ///< one-sided, of this level alone (chi-square of the variance)
  std::optional<double> fitted_cv;     ///< of the precision profile
  std::optional<double> fitted_upper;  ///< one-sided upper limit of the profile
  std::optional<double> assigned;
  std::optional<double> bias;
  std::optional<double> total_error;  ///< a fraction of the assigned amount

  bool operator==(const QuantityLevel&) const = default;
};

/// ln CV = ln scale + power·ln amount, weighted by degrees of freedom.
struct PrecisionPower {
  double scale = 0.0;  ///< CV at amount 1
  double power = 0.0;
  double log_scale_variance = 0.0;
  double power_variance = 0.0;
  double covariance = 0.0;

  bool operator==(const PrecisionPower&) const = default;
};

struct LimitOfQuantitation {
  QuantitationOptions options;
  std::vector<QuantityLevel> levels;  ///< by rising mean
  std::optional<PrecisionPower> profile;
  std::optional<Message> why_no_profile;
  Estimate by_profile;        ///< amount at which the profile meets the goal; interval two-sided at the confidence
  Estimate by_upper_profile;  ///< lowest level from which on the upper limit of the profile meets the goal
  Estimate by_observed;       ///< lowest level from which on the observed CV meets the goal
  Estimate by_total_error;    ///< lowest level from which on the total error meets the goal
  std::vector<Message> warnings;
};

/// CLSI EP17-A2. The profile is a power function, ln CV a line in ln amount with variance 1/(2·degrees).
/// @throws Error invalid_option, invalid_value (no result, not finite, amounts of at most 0 for lognormal, several
/// assigned amounts of a level).
LimitOfQuantitation estimate_limit_of_quantitation(const std::vector<QuantityResult>& results,
                                                   const QuantitationOptions& options);

}  // namespace qpcr
