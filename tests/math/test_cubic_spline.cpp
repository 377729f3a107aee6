// The B-spline against polynomials it must reproduce and against differences of its own values.
#include <cmath>

#include <catch2/catch.hpp>

#include "libqpcr/math/cubic_spline.hpp"

namespace {

using namespace qpcr;

UniformCubicSpline make_spline() {
  UniformCubicSpline spline;
  spline.first_knot = -1.5;
  spline.spacing = 0.5;
  for (int i = 0; i < count_spline_coefficients(-1.5, 4.0, 0.5); ++i) {
    spline.coefficients.push_back(std::sin(0.7 * i) + 0.1 * i);
  }
  return spline;
}

TEST_CASE("a spline with coefficients on a line is that line, everywhere") {
  UniformCubicSpline spline = make_spline();
  for (std::size_t i = 0; i < spline.coefficients.size(); ++i) {
    spline.coefficients[i] = 2.0 - 3.0 * (spline.first_knot + spline.spacing * (static_cast<double>(i) - 1.0));
  }
  for (double x = -5.0; x < 8.0; x += 0.13) {
    CHECK(spline.evaluate(x) == Approx(2.0 - 3.0 * x).margin(1e-12));
    CHECK(spline.evaluate_slope(x) == Approx(-3.0).epsilon(1e-12));
    CHECK(std::abs(spline.evaluate_curvature(x)) < 1e-12);
  }
}

TEST_CASE("basis functions are a partition of one and slopes are derivatives") {
  const UniformCubicSpline spline = make_spline();
  CHECK(spline.last_knot() == Approx(4.0));
  for (double x = -3.0; x < 6.0; x += 0.171) {
    const SplinePoint point = spline.locate(x);
    CHECK(point.values[0] + point.values[1] + point.values[2] + point.values[3] == Approx(1.0));
    const double h = 1e-5;
    const double slope = (spline.evaluate(x + h) - spline.evaluate(x - h)) / (2.0 * h);
    CHECK(spline.evaluate_slope(x) == Approx(slope).margin(1e-7));
    if (std::abs(x - spline.first_knot) < 1e-3 || std::abs(x - spline.last_knot()) < 1e-3) continue;
    const double curvature = (spline.evaluate_slope(x + h) - spline.evaluate_slope(x - h)) / (2.0 * h);
    CHECK(spline.evaluate_curvature(x) == Approx(curvature).margin(1e-6));
  }
}

TEST_CASE("value and slope do not jump at any knot, nor at the ends") {
  const UniformCubicSpline spline = make_spline();
  for (double knot = spline.first_knot; knot <= spline.last_knot() + 1e-9; knot += spline.spacing) {
    CHECK(spline.evaluate(knot - 1e-9) == Approx(spline.evaluate(knot + 1e-9)).margin(1e-7));
    CHECK(spline.evaluate_slope(knot - 1e-9) == Approx(spline.evaluate_slope(knot + 1e-9)).margin(1e-7));
  }
}

}  // namespace
