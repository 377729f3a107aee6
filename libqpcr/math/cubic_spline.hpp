// A cubic B-spline on equally spaced knots, straight before its first and after its last.
#pragma once

#include <array>
#include <span>
#include <vector>

namespace qpcr {

/// Where a point lies on the spline: its value is the sum of `values[i]`·coefficients[first + i], its first derivative
/// the same sum with `slopes`.
struct SplinePoint {
  int first = 0;
  std::array<double, 4> values{};
  std::array<double, 4> slopes{};
};

/// Knots at first_knot + i·spacing for i = 0 … coefficients − 4 + 1. Before the first and
/// after the last knot the spline goes on in a straight line. De Boor 1978, A Practical Guide to Splines,
/// chapter IX.
struct UniformCubicSpline {
  double first_knot = 0.0;
  double spacing = 1.0;
  std::vector<double> coefficients;  ///< at least four

  double last_knot() const { return first_knot + spacing * (static_cast<double>(coefficients.size()) - 3.0); }
  SplinePoint locate(double x) const;
  double evaluate(double x) const;
  double evaluate_slope(double x) const;
  /// Second derivative; 0 outside the knots.
  double evaluate_curvature(double x) const;

  bool operator==(const UniformCubicSpline&) const = default;
};

/// Coefficients whose spline interpolates a function closely where it is smooth: its values at the Greville points
/// first_knot + (i − 1)·spacing.
int count_spline_coefficients(double first_knot, double last_knot, double spacing);

}  // namespace qpcr
