// A variance as a function of the level, fitted to variances estimated at several levels.
#pragma once

#include <optional>
#include <span>
#include <vector>

namespace qpcr {

/// Sadler's variance functions, by their number there: v = β1; β1u²; β1 + β2u²; (β1 + β2u)²; β1 + β2u^K (K given);
/// β1 + β2u + β3u^J; β1 + β2u^J; (β1 + β2u)^J; β1u^J.
enum class VarianceFunction { one = 1, two, three, four, five, six, seven, eight, nine };

/// A variance estimated at a level with degrees of freedom.
struct VarianceAtLevel {
  double level = 0.0;
  double variance = 0.0;
  double degrees_of_freedom = 0.0;

  bool operator==(const VarianceAtLevel&) const = default;
};

struct VarianceFunctionFit {
  VarianceFunction function = VarianceFunction::one;
  std::vector<double> coefficients;      ///< β1, β2, …, and J last where it is fitted
  double exponent = 1.0;                 ///< J or K in use
  double deviance = 0.0;                 ///< gamma: 2 Σ ν/2 ((v − μ)/μ − ln(v/μ))
  double residual_sum_of_squares = 0.0;  ///< Σ (v − μ)²
  /// Akaike's, dispersion estimated: deviance over the sum of weights, as glm does. None for a fit that meets every
  /// variance, which has no dispersion.
  std::optional<double> aic;
  double exact_aic = 0.0;          ///< of the scaled chi-square likelihood, dispersion 1
  std::vector<double> covariance;  ///< of the coefficients, by rows; dispersion 1; 0 for those on a bound
  std::vector<bool> at_bound;      ///< one a coefficient
};

/// Maximum likelihood for variances that are scaled chi-squares: β1 ≥ 0 (and β2 ≥ 0 in 3 to 5 and 7, β3 ≥ 0 in 6),
/// 0.1 ≤ J ≤ 10, the function above 0 from 0 (not at it) to the largest level.
/// @param power K of function five
/// @return nothing where there are fewer levels than coefficients or no start is finite.
/// @throws Error invalid_value for levels, variances and degrees of freedom that are not above 0.
std::optional<VarianceFunctionFit> fit_variance_function(VarianceFunction function,
                                                         std::span<const VarianceAtLevel> points, double power = 2.0);

double predict_variance(const VarianceFunctionFit& fit, double level);

/// Standard error of predict_variance(), by the delta method.
double predict_variance_error(const VarianceFunctionFit& fit, double level);

/// Coefficients fitted.
int count_coefficients(VarianceFunction function);

}  // namespace qpcr
