// The mass-action kinetic models MAK2 and MAK3 of the rising part of a curve.
#pragma once

#include <array>
#include <optional>

#include "libqpcr/core/curve.hpp"
#include "libqpcr/curve/sigmoid.hpp"

namespace qpcr {

struct MechanisticOptions {
  bool line = false;  ///< MAK3: a straight line beside the constant ground
  /// Readings used, both ends included. Without a last cycle: up to the second-derivative maximum of the 4-parameter
  /// fit, beyond which the model does not hold.
  std::optional<double> first_cycle;
  std::optional<double> last_cycle;
  int max_iterations = 500;

  /// @throws Error invalid_option naming the violated constraint.
  void validate() const;

  bool operator==(const MechanisticOptions&) const = default;
};

/// D₍ₙ₊₁₎ = Dₙ + k·ln(1 + Dₙ/k) from D₀ at cycle 0; F(n) = Dₙ + Fb (+ slope·n).
struct MechanisticFit {
  FitStatus status = FitStatus::too_few_points;
  double initial_fluorescence = 0.0;  ///< D₀: the template at cycle 0, in units of fluorescence
  double kinetic_constant = 0.0;      ///< k
  double background = 0.0;            ///< Fb
  double slope_per_cycle = 0.0;       ///< 0 without a line
  /// Of ln D₀, ln k, Fb, slope: relative errors for the first two.
  std::array<double, 4> standard_errors{};
  /// Of (ln(D₀/k), k, Fb, slope); 0 for the slope without a line, NaN when degenerate.
  std::array<std::array<double, 4>, 4> covariance{};
  double residual_sum_of_squares = 0.0;
  double aicc = 0.0;
  double first_cycle = 0.0;
  double last_cycle = 0.0;
  int points = 0;
  int iterations = 0;
};

/// Least squares, equal weights, over the readings at whole cycles; others are skipped, as are missing ones. k, Fb and
/// slope are linear once D₀/k is given and are eliminated: one parameter is iterated, from a ladder of starts.
/// @return status too_few_points with fewer readings than parameters + 1 or without a second-derivative maximum;
///   degenerate where k or D₀ is not determined (the rise is a pure exponential, or there is none).
/// @throws Error invalid_option, invalid_value (arrays of unequal length).
/// Source: Boggy & Woolf 2010, 10.1371/journal.pone.0012355. Accuracy: docs/methods/models.md.
MechanisticFit fit_mechanistic_model(CurveView curve, const MechanisticOptions& options);

/// The fitted curve at a whole cycle ≥ 0.
double evaluate_mechanistic(const MechanisticFit& fit, int cycle);

}  // namespace qpcr
