// Linear models against normal equations in extended precision, against the straight line, and on bad input.
#include <cmath>
#include <limits>
#include <vector>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/math/dixon.hpp"
#include "libqpcr/math/linear_fit.hpp"
#include "libqpcr/math/linear_model.hpp"
#include "libqpcr/math/resampling.hpp"
#include "libqpcr/math/sample_quantiles.hpp"

using namespace qpcr;

namespace {

double draw(ResamplingStream& stream) { return static_cast<double>(stream.index(100001)) / 1e5 - 0.5; }

/// Cramer's rule on the normal equations of two predictors, in extended precision.
std::vector<long double> solve_normal(const std::vector<double>& x, const std::vector<double>& z,
                                      const std::vector<double>& y, const std::vector<double>& w) {
  long double a[3][4] = {};
  for (std::size_t i = 0; i < y.size(); ++i) {
    const long double row[4] = {1.0L, x[i], z[i], y[i]};
    for (int r = 0; r < 3; ++r) {
      for (int c = 0; c < 4; ++c) a[r][c] += static_cast<long double>(w[i]) * row[r] * row[c];
    }
  }
  const auto determinant = [&](int replaced) {
    const auto at = [&](int r, int c) { return a[r][c == replaced ? 3 : c]; };
    return at(0, 0) * (at(1, 1) * at(2, 2) - at(1, 2) * at(2, 1)) -
           at(0, 1) * (at(1, 0) * at(2, 2) - at(1, 2) * at(2, 0)) +
           at(0, 2) * (at(1, 0) * at(2, 1) - at(1, 1) * at(2, 0));
  };
  const long double whole = determinant(-1);
  return {determinant(0) / whole, determinant(1) / whole, determinant(2) / whole};
}

}  // namespace

TEST_CASE("weighted fits equal Cramer's rule on the normal equations, across blocks of rows") {
  for (const std::size_t n : {std::size_t{4}, std::size_t{30}, std::size_t{3000}}) {
    ResamplingStream stream(11, n);
    std::vector<double> x(n);
    std::vector<double> z(n);
    std::vector<double> y(n);
    std::vector<double> w(n);
    for (std::size_t i = 0; i < n; ++i) {
      x[i] = draw(stream);
      z[i] = draw(stream);
      y[i] = 3.0 + 2.0 * x[i] - z[i] + 0.1 * draw(stream);
      w[i] = 1.0 + static_cast<double>(stream.index(5));
    }
    const LinearModelFit fit = fit_linear_model({x, z}, y, w);
    REQUIRE(fit.determined);
    const auto wanted = solve_normal(x, z, y, w);
    for (std::size_t k = 0; k < 3; ++k) {
      CHECK(fit.coefficients[k] == Approx(static_cast<double>(wanted[k])).epsilon(1e-12));
    }
  }
}

TEST_CASE("one predictor is the straight line") {
  const std::vector<double> x{1, 2, 3, 4, 5, 7};
  const std::vector<double> y{2.1, 3.9, 6.2, 7.8, 10.1, 13.7};
  const LinearModelFit fit = fit_linear_model({x}, y);
  const LinearFit line = fit_line(x, y);
  CHECK(fit.coefficients[0] == Approx(line.intercept).epsilon(1e-12));
  CHECK(fit.standard_errors[1] == Approx(line.slope_standard_error).epsilon(1e-12));
  CHECK(fit.r_squared == Approx(line.r_squared).epsilon(1e-12));
  CHECK(fit.f == Approx(fit.t_values[1] * fit.t_values[1]).epsilon(1e-11));
  CHECK(fit.f_p_value == Approx(fit.p_values[1]).epsilon(1e-9));
  const double at[] = {0.0};
  CHECK(predict_linear_model(fit, at).standard_error == Approx(fit.standard_errors[0]).epsilon(1e-12));
}

TEST_CASE("weights: common factors do not matter, weight zero takes an observation out, weight two doubles it") {
  const std::vector<double> x{1, 2, 3, 4, 5};
  const std::vector<double> y{1.0, 2.2, 2.9, 4.3, 9.0};
  const LinearModelFit whole = fit_linear_model({x}, y, std::vector<double>{1, 1, 1, 1, 0});
  const LinearModelFit part = fit_linear_model({{1, 2, 3, 4}}, std::vector<double>{1.0, 2.2, 2.9, 4.3});
  CHECK(whole.observations == 4);
  CHECK(whole.coefficients[1] == Approx(part.coefficients[1]).epsilon(1e-13));
  CHECK(whole.standard_errors[1] == Approx(part.standard_errors[1]).epsilon(1e-12));
  CHECK(whole.aic == Approx(part.aic).epsilon(1e-12));
  const LinearModelFit scaled = fit_linear_model({x}, y, std::vector<double>{7, 7, 7, 7, 7});
  CHECK(scaled.p_values[1] == Approx(fit_linear_model({x}, y).p_values[1]).epsilon(1e-11));
  const LinearModelFit twice = fit_linear_model({x}, y, std::vector<double>{1, 2, 1, 1, 1});
  const LinearModelFit doubled =
      fit_linear_model({{1, 2, 2, 3, 4, 5}}, std::vector<double>{1.0, 2.2, 2.2, 2.9, 4.3, 9.0});
  CHECK(twice.coefficients[0] == Approx(doubled.coefficients[0]).epsilon(1e-12));
}

TEST_CASE("models that the data do not determine or that fit exactly say so") {
  const std::vector<double> x{1, 2, 3, 4};
  CHECK_FALSE(fit_linear_model({{2, 2, 2, 2}}, x).determined);
  CHECK_FALSE(fit_linear_model({x, {3, 5, 7, 9}}, std::vector<double>{1, 2, 2, 1}).determined);
  CHECK_FALSE(fit_linear_model({{1}}, std::vector<double>{1}).determined);
  const LinearModelFit exact = fit_linear_model({x}, std::vector<double>{0.1, 0.3, 0.5, 0.7});
  CHECK(exact.exact);
  CHECK(std::isnan(exact.standard_errors[1]));
  CHECK(exact.coefficients[1] == Approx(0.2).epsilon(1e-14));
  CHECK_THROWS_AS(fit_linear_model({{1, 2}}, x), Error);
  CHECK_THROWS_AS(fit_linear_model({x}, std::vector<double>{1, 2, 3, std::nan("")}), Error);
  CHECK_THROWS_AS(fit_linear_model({x}, x, std::vector<double>{1, 1, -1, 1}), Error);
}

TEST_CASE("sample quantiles of all nine definitions") {
  // Of 1 … 10 at 0.3, by the formulas of Hyndman and Fan.
  const std::vector<double> sorted{1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  const double wanted[] = {3.0, 3.5, 3.0, 3.0, 3.5, 3.3, 3.7, 3.0 + 13.0 / 30.0, 3.45};
  for (int type = 1; type <= 9; ++type) {
    CHECK(sorted_quantile(sorted, 0.3, type) == Approx(wanted[type - 1]).epsilon(1e-13));
    CHECK(sorted_quantile(sorted, 0.0, type) == 1.0);
    CHECK(sorted_quantile(sorted, 1.0, type) == 10.0);
  }
  CHECK(std::isnan(sorted_quantile({}, 0.5, 7)));
  CHECK_THROWS_AS(sorted_quantile(sorted, 1.5, 7), Error);
  CHECK_THROWS_AS(sorted_quantile(sorted, 0.5, 10), Error);
}

TEST_CASE("Dixon's published critical values at 5 %, one end") {
  // Dixon 1951 and the corrections of Rorabacher 1991.
  const std::pair<long, double> published[] = {{3, 0.941},  {4, 0.765},  {5, 0.642},  {6, 0.560},  {7, 0.507},
                                               {8, 0.554},  {9, 0.512},  {10, 0.477}, {11, 0.576}, {12, 0.546},
                                               {13, 0.521}, {14, 0.546}, {20, 0.450}, {30, 0.376}};
  for (const auto& [count, critical] : published) {
    INFO(count);
    const DixonRatio ratio = find_dixon_ratio(count);
    // Those printed for 6 and 11 are off by 0.002: of two million drawn samples 5.09 % and 4.93 % lie beyond them.
    const double drawn = count == 6 ? 0.0510 : count == 11 ? 0.0493 : 0.05;
    CHECK(dixon_upper_tail(critical, count, ratio) == Approx(drawn).margin(6e-4));
  }
}

TEST_CASE("Dixon's distribution is one of ratios") {
  CHECK(dixon_upper_tail(0.0, 5, {1, 0}) == 1.0);
  CHECK(dixon_upper_tail(1.0, 5, {1, 0}) == 0.0);
  CHECK(dixon_upper_tail(1e-7, 10, {1, 1}) == Approx(1.0).margin(1e-6));
  CHECK(dixon_upper_tail(0.3, 7, {1, 0}) > dixon_upper_tail(0.31, 7, {1, 0}));
  // Three values: the upper gap is more than half the range in half of the samples.
  CHECK(dixon_upper_tail(0.5, 3, {1, 0}) == Approx(0.5).margin(1e-8));
  CHECK_THROWS_AS(dixon_upper_tail(0.5, 2, {1, 0}), Error);
  CHECK_THROWS_AS(dixon_upper_tail(1.5, 5, {1, 0}), Error);
}
