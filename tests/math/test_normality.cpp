// Tests of normality against published samples, R's numbers, a naive witness and what affine changes must not move.
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/math/distributions.hpp"
#include "libqpcr/math/normality.hpp"

using namespace qpcr;

namespace {

std::vector<double> map_values(std::vector<double> values, double shift, double scale) {
  for (double& value : values) value = shift + scale * value;
  return values;
}

/// n normal scores: as normal as a sample of n can look.
std::vector<double> make_scores(int n) {
  std::vector<double> values;
  for (int i = 1; i <= n; ++i) values.push_back(normal_quantile((i - 0.375) / (n + 0.25)));
  return values;
}

}  // namespace

TEST_CASE("Shapiro and Wilk's own example: weights of 11 men") {
  // Biometrika 1965, section 4.1: W = 0.79, p below 0.01.
  const std::vector<double> weights{148, 154, 158, 160, 161, 162, 166, 170, 182, 195, 236};
  const NormalityTest found = shapiro_wilk(weights);
  CHECK(found.statistic == Approx(0.79).margin(0.005));
  CHECK(found.p_value < 0.01);
  // Royston 1995 and R print 0.78881 and 0.006704 for these weights.
  CHECK(found.statistic == Approx(0.78881).margin(5e-6));
  CHECK(found.p_value == Approx(0.006704).margin(5e-7));
}

TEST_CASE("three values have W and p in closed form") {
  // n = 3: W = (largest − smallest)²/2 over the sum of squares, p from the arcsine.
  const std::vector<double> x{1.0, 2.0, 5.5};
  const double mean = 8.5 / 3.0;
  const double squares = std::pow(1.0 - mean, 2) + std::pow(2.0 - mean, 2) + std::pow(5.5 - mean, 2);
  const double w = 4.5 * 4.5 / 2.0 / squares;
  const NormalityTest found = shapiro_wilk(x);
  CHECK(found.statistic == Approx(w).epsilon(1e-13));
  CHECK(found.p_value ==
        Approx(6.0 / 3.14159265358979323846 * (std::asin(std::sqrt(w)) - std::asin(std::sqrt(0.75)))).epsilon(1e-12));
}

TEST_CASE("normal scores look normal and exponential ones do not, at every size") {
  for (const int n : {5, 6, 11, 12, 50, 500, 5000}) {
    INFO(n);
    const NormalityTest normal = shapiro_wilk(make_scores(n));
    CHECK(normal.statistic <= 1.0);
    CHECK(normal.p_value > 0.9);
    if (n < 50) continue;
    std::vector<double> exponential = make_scores(n);
    for (double& value : exponential) value = std::exp(value);
    CHECK(shapiro_wilk(exponential).p_value < 1e-6);
    CHECK(anderson_darling(exponential).p_value < 1e-6);
    CHECK(lilliefors(exponential).p_value < 1e-3);
    CHECK(anderson_darling(make_scores(n)).p_value > 0.9);
    CHECK(lilliefors(make_scores(n)).p_value > 0.9);
  }
}

TEST_CASE("normality does not depend on unit, origin, sign or order") {
  const std::vector<double> x{3.1, 4.7, 2.2, 9.8, 5.5, 4.4, 6.1, 3.9, 7.7, 4.1, 5.0, 12.5};
  for (const auto& test : {shapiro_wilk, anderson_darling, lilliefors}) {
    const NormalityTest reference = test(x);
    for (const double scale : {-2.5, 1e-3, 1e6}) {
      const NormalityTest moved = test(map_values(x, 37.0, scale));
      CHECK(moved.statistic == Approx(reference.statistic).epsilon(1e-9));
      CHECK(moved.p_value == Approx(reference.p_value).epsilon(1e-8));
    }
    std::vector<double> reversed(x.rbegin(), x.rend());
    CHECK(test(reversed).statistic == reference.statistic);
  }
}

TEST_CASE("Anderson–Darling equals its integral definition") {
  // n·∫ (F_n − F)²/(F(1 − F)) dF by the trapezoidal rule on each step of F_n.
  const std::vector<double> x{1.2, 1.9, 2.3, 2.4, 3.1, 3.3, 4.0, 6.5};
  double mean = 0.0;
  for (const double value : x) mean += value / 8.0;
  double squares = 0.0;
  for (const double value : x) squares += (value - mean) * (value - mean);
  std::vector<double> steps{0.0};
  for (const double value : x) steps.push_back(normal_cumulative((value - mean) / std::sqrt(squares / 7.0)));
  steps.push_back(1.0);
  double integral = 0.0;
  for (std::size_t k = 0; k + 1 < steps.size(); ++k) {
    const double level = static_cast<double>(k) / 8.0;
    constexpr int pieces = 200000;
    const double width = (steps[k + 1] - steps[k]) / pieces;
    for (int i = 0; i < pieces; ++i) {
      const double u = steps[k] + (i + 0.5) * width;
      integral += (level - u) * (level - u) / (u * (1.0 - u)) * width;
    }
  }
  CHECK(anderson_darling(x).statistic == Approx(8.0 * integral).epsilon(1e-6));
}

TEST_CASE("p-values are continuous where their formulas meet") {
  // A sample stretched at one end until the modified statistic passes each border.
  double last_anderson = 1.0;
  double last_lilliefors = 1.0;
  double largest_anderson = 0.0;
  double largest_lilliefors = 0.0;
  for (int step = 0; step < 4000; ++step) {
    std::vector<double> x = make_scores(20);
    x.back() += 0.002 * step;
    const double anderson = anderson_darling(x).p_value;
    const double distance = lilliefors(x).p_value;
    if (step > 0) {
      largest_anderson = std::max(largest_anderson, std::abs(anderson - last_anderson));
      largest_lilliefors = std::max(largest_lilliefors, std::abs(distance - last_lilliefors));
    }
    last_anderson = anderson;
    last_lilliefors = distance;
  }
  CHECK(last_anderson < 0.001);
  CHECK(last_lilliefors < 0.05);
  CHECK(largest_anderson < 0.01);
  CHECK(largest_lilliefors < 0.01);
}

TEST_CASE("samples without a test give none, and wild values are refused") {
  const double infinity = std::numeric_limits<double>::infinity();
  CHECK(std::isnan(shapiro_wilk(std::vector<double>{1.0, 2.0}).statistic));
  CHECK(std::isnan(shapiro_wilk(std::vector<double>{}).p_value));
  CHECK(std::isnan(shapiro_wilk(std::vector<double>(20, 4.2)).p_value));
  CHECK(std::isnan(shapiro_wilk(make_scores(5001)).statistic));
  CHECK(std::isnan(anderson_darling(make_scores(7)).statistic));
  CHECK(std::isnan(lilliefors(make_scores(4)).statistic));
  CHECK_THROWS_AS(shapiro_wilk(std::vector<double>{1.0, infinity, 2.0}), Error);
  CHECK_THROWS_AS(lilliefors(std::vector<double>{1, 2, 3, 4, std::nan("")}), Error);
}
