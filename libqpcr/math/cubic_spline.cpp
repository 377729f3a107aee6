// Local evaluation: four basis functions are not zero at any point.
#include "libqpcr/math/cubic_spline.hpp"

#include <algorithm>
#include <cmath>

namespace qpcr {

SplinePoint UniformCubicSpline::locate(double x) const {
  const int last = static_cast<int>(coefficients.size()) - 4;
  const double end = last_knot();
  const double inside = std::clamp(x, first_knot, end);
  const double scaled = (inside - first_knot) / spacing;
  SplinePoint point;
  point.first = std::clamp(static_cast<int>(scaled), 0, last);
  const double u = scaled - static_cast<double>(point.first);
  const double v = 1.0 - u;
  point.values = {v * v * v / 6.0, (u * u * (3.0 * u - 6.0) + 4.0) / 6.0, (v * v * (3.0 * v - 6.0) + 4.0) / 6.0,
                  u * u * u / 6.0};
  const double scale = 0.5 / spacing;
  point.slopes = {-v * v * scale, u * (3.0 * u - 4.0) * scale, -v * (3.0 * v - 4.0) * scale, u * u * scale};
  if (x != inside) {
    for (std::size_t i = 0; i < 4; ++i) point.values[i] += point.slopes[i] * (x - inside);
  }
  return point;
}

double UniformCubicSpline::evaluate(double x) const {
  const SplinePoint point = locate(x);
  double sum = 0.0;
  for (std::size_t i = 0; i < 4; ++i) sum += point.values[i] * coefficients[static_cast<std::size_t>(point.first) + i];
  return sum;
}

double UniformCubicSpline::evaluate_slope(double x) const {
  const SplinePoint point = locate(x);
  double sum = 0.0;
  for (std::size_t i = 0; i < 4; ++i) sum += point.slopes[i] * coefficients[static_cast<std::size_t>(point.first) + i];
  return sum;
}

double UniformCubicSpline::evaluate_curvature(double x) const {
  if (x < first_knot || x > last_knot()) return 0.0;
  const SplinePoint point = locate(x);
  const double u = (x - first_knot) / spacing - static_cast<double>(point.first);
  const double* c = coefficients.data() + point.first;
  return ((1.0 - u) * (c[0] - 2.0 * c[1] + c[2]) + u * (c[1] - 2.0 * c[2] + c[3])) / (spacing * spacing);
}

int count_spline_coefficients(double first_knot, double last_knot, double spacing) {
  return std::max(1, static_cast<int>(std::ceil((last_knot - first_knot) / spacing))) + 3;
}

}  // namespace qpcr
