// Values that are missing for two reasons: nothing was there (Poisson), or the value lies above the limit (censored).
#pragma once

#include <span>
#include <vector>

namespace qpcr {

/// Parameters: intercept/σ and slope/σ of the line on log10 dose, 1/σ, and ln λ, the targets a unit of dose. A row has
/// a value y ≤ limit with density (1 − e^−λd)·φ((y − line)/σ)/σ, and none with probability
/// e^−λd + (1 − e^−λd)·P(y > limit). Empty where there is no maximum inside the parameters' range.
struct PresentOrLateFit {
  std::vector<double> parameters;
  std::vector<double> covariance;  ///< 4 × 4, observed information
  double log_likelihood = 0.0;
  int iterations = 0;

  bool exists() const { return !parameters.empty(); }
};

/// Newton's method from `start` (the same four parameters), damped where the curvature is not that of a maximum.
/// @throws Error invalid_value for lengths that do not fit, doses that are not above 0, numbers that are not finite.
PresentOrLateFit fit_present_or_late(std::span<const double> doses, std::span<const double> values,
                                     std::span<const char> missing, double limit, std::span<const double> start);

}  // namespace qpcr
