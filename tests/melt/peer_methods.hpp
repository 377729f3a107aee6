// The methods of other melting programs, written from their descriptions, so that agreement with them means something.
#pragma once

#include <span>
#include <vector>

namespace qpcr::test {

/// Friedman's variable span smoother with spans 0.05, 0.2 and 0.5 (1984, SLAC-PUB-3477), the smoother of rdmlpython;
/// with `exact` false the way rdmlpython 1.8 to 3.0 moves its window (see Moments).
std::vector<double> smooth_with_variable_span(std::span<const double> x, std::span<const double> y, bool exact);

/// rdmlpython's chain for one curve: smooth, remove an exponential, scale to 0 … 1, difference, smooth, difference,
/// smooth.
struct VariableSpanMelt {
  std::vector<double> smoothed;
  std::vector<double> normalised;
  std::vector<double> first_temperatures;
  std::vector<double> first_derivative;
  std::vector<double> second_derivative;
};

VariableSpanMelt analyse_with_variable_span(std::span<const double> x, std::span<const double> y, bool exact);

/// Cubic smoothing spline whose degrees of freedom are `factor` times those that generalised cross-validation chooses
/// (R's smooth.spline in MBmca's mcaSmoother). Knots as R places them, for 50 to 200 points or fewer.
std::vector<double> smooth_with_spline(std::span<const double> x, std::span<const double> y, double factor);

/// MBmca's diffQ: the lowest central difference of −F and a parabola through it and its 2 to 9 neighbours on each side,
/// the one with the best adjusted R².
struct QuadraticPeak {
  double tm_celsius = 0.0;
  double value = 0.0;
};

QuadraticPeak find_quadratic_peak(std::span<const double> x, std::span<const double> y);

}  // namespace qpcr::test
