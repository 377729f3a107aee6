// The precision profile: variance, SD and CV over the measuring range, and the level at which a CV goal is met.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "libqpcr/math/variance_function.hpp"
#include "libqpcr/study/estimate.hpp"

namespace qpcr {

/// By which number the best function has the smallest: Akaike's with the dispersion estimated (as VFP does), or of the
/// exact likelihood of scaled chi-squares.
enum class ProfileCriterion { estimated_dispersion, exact };

struct PrecisionProfileOptions {
  /// Functions fitted; empty: all but five, whose exponent must be chosen.
  std::vector<VarianceFunction> functions;
  double power = 2.0;  ///< K of function five
  ProfileCriterion criterion = ProfileCriterion::estimated_dispersion;
  double confidence = 0.95;
  std::vector<double> at;         ///< levels to predict
  std::optional<double> cv_goal;  ///< percent

  /// @throws Error invalid_option for a confidence outside (0, 1), a power, levels or a goal not above 0.
  void validate() const;
};

/// Variance, SD and CV at a level, each with chi-square limits on the degrees of freedom 2 (v/SE)².
struct PredictedPrecision {
  double level = 0.0;
  Estimate variance;
  Estimate sd;
  Estimate cv;  ///< percent

  bool operator==(const PredictedPrecision&) const = default;
};

struct PrecisionProfileResult {
  std::vector<VarianceFunctionFit> fits;
  std::vector<VarianceFunction> not_fitted;  ///< more coefficients than levels, or no fit
  std::size_t best = 0;                      ///< of `fits`
  std::vector<PredictedPrecision> predictions;
  std::vector<PredictedPrecision> curve;  ///< the figure: 100 levels of equal ratio over the range
  /// The least level from which the CV of the best function stays at or below the goal within the range of the
  /// levels; the limits are where the limits of the CV cross it, the range's ends where they do not.
  Estimate level_at_goal;
};

/// @throws Error invalid_value for fewer than two levels, and as fit_variance_function(); invalid_option.
PrecisionProfileResult estimate_precision_profile(std::span<const VarianceAtLevel> points,
                                                  const PrecisionProfileOptions& options);

}  // namespace qpcr
