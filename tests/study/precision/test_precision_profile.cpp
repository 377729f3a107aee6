// Variance functions: recovered exactly, never beaten by a search, and read off at a goal.
#include <cmath>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/study/precision/precision_profile.hpp"
#include "tests/study/precision/precision_designs.hpp"

using namespace qpcr;
using namespace qpcr::test;

namespace {

double evaluate(int number, const double* b, double u) {
  switch (number) {
    case 1:
      return b[0];
    case 2:
      return b[0] * u * u;
    case 3:
      return b[0] + b[1] * u * u;
    case 4:
      return std::pow(b[0] + b[1] * u, 2);
    case 5:
      return b[0] + b[1] * std::pow(u, 1.5);
    case 6:
      return b[0] + b[1] * u + b[2] * std::pow(u, b[3]);
    case 7:
      return b[0] + b[1] * std::pow(u, b[2]);
    case 8:
      return std::pow(b[0] + b[1] * u, b[2]);
    default:
      return b[0] * std::pow(u, b[1]);
  }
}

const std::vector<double> levels{1, 2, 5, 10, 20, 50, 100, 200};

std::vector<VarianceAtLevel> make_points(int number, const double* b, std::uint64_t seed = 0) {
  ResamplingStream stream(5, seed);
  std::vector<VarianceAtLevel> points;
  for (const double level : levels) {
    const double noise = seed == 0 ? 1.0 : chi_square_quantile(draw_uniform(stream), 20.0) / 20.0;
    points.push_back({level, noise * evaluate(number, b, level), 20.0});
  }
  return points;
}

double deviance(const std::vector<VarianceAtLevel>& points, int number, const double* b) {
  double sum = 0.0;
  for (const VarianceAtLevel& point : points) {
    const double ratio = point.variance / evaluate(number, b, point.level);
    sum += point.degrees_of_freedom * (ratio - 1.0 - std::log(ratio));
  }
  return sum;
}

const double truth[10][4] = {{},
                             {3.0},
                             {0.02},
                             {0.5, 0.01},
                             {0.4, 0.03},
                             {0.5, 0.02},
                             {1.0, -0.05, 0.01, 1.9},
                             {0.6, 0.004, 1.7},
                             {0.7, 0.02, 2.4},
                             {0.05, 1.6}};

}  // namespace

TEST_CASE("variances that lie on a function give it back", "[precision_profile]") {
  for (int number = 1; number <= 9; ++number) {
    INFO("function " << number);
    const auto points = make_points(number, truth[number]);
    const auto fit = fit_variance_function(static_cast<VarianceFunction>(number), points, 1.5);
    REQUIRE(fit.has_value());
    CHECK(fit->deviance < 1e-8);
    for (const double level : {1.5, 7.0, 33.0, 150.0})
      CHECK(predict_variance(*fit, level) == Approx(evaluate(number, truth[number], level)).epsilon(1e-4));
  }
}

TEST_CASE("no coefficients nearby have a smaller deviance", "[precision_profile]") {
  for (int number = 1; number <= 9; ++number) {
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
      INFO("function " << number << ", seed " << seed);
      const auto points = make_points(number, truth[number], seed);
      const auto fit = fit_variance_function(static_cast<VarianceFunction>(number), points, 1.5);
      REQUIRE(fit.has_value());
      CHECK(fit->deviance <= deviance(points, number, truth[number]) * (1.0 + 1e-9));
      CHECK(fit->deviance == Approx(deviance(points, number, fit->coefficients.data())).epsilon(1e-9));
      for (std::size_t k = 0; k < fit->coefficients.size(); ++k) {
        if (fit->at_bound[k]) continue;
        for (const double factor : {0.999, 1.001}) {
          std::vector<double> moved = fit->coefficients;
          moved[k] *= factor;
          CHECK(deviance(points, number, moved.data()) >= fit->deviance * (1.0 - 1e-9));
        }
      }
    }
  }
}

TEST_CASE("one and two are weighted means", "[precision_profile]") {
  const auto points = make_points(1, truth[1], 3);
  double sum = 0.0, ratio = 0.0;
  for (const VarianceAtLevel& point : points) {
    sum += point.variance / 8.0;
    ratio += point.variance / (point.level * point.level) / 8.0;
  }
  CHECK(fit_variance_function(VarianceFunction::one, points)->coefficients[0] == Approx(sum).epsilon(1e-9));
  const auto second = fit_variance_function(VarianceFunction::two, points);
  CHECK(second->coefficients[0] == Approx(ratio).epsilon(1e-9));
  // 8 levels of 20: the variance of the weighted mean is its square times 2/160.
  CHECK(predict_variance_error(*second, 10.0) == Approx(100.0 * ratio * std::sqrt(2.0 / 160.0)).epsilon(1e-6));
}

TEST_CASE("a change of the unit changes the prediction by its square", "[precision_profile]") {
  for (const int number : {3, 4, 6, 7, 8, 9}) {
    auto points = make_points(7, truth[7], 2);
    const auto fit = fit_variance_function(static_cast<VarianceFunction>(number), points);
    for (VarianceAtLevel& point : points) {
      point.level *= 100.0;
      point.variance *= 1e4;
    }
    const auto changed = fit_variance_function(static_cast<VarianceFunction>(number), points);
    for (const double level : {2.0, 30.0})
      CHECK(predict_variance(*changed, 100.0 * level) == Approx(1e4 * predict_variance(*fit, level)).epsilon(1e-4));
  }
}

TEST_CASE("the level at a CV goal is where the profile crosses it last", "[precision_profile]") {
  PrecisionProfileOptions options;
  options.functions = {VarianceFunction::three};
  options.cv_goal = 15.0;
  const auto points = make_points(3, truth[3]);
  const PrecisionProfileResult found = estimate_precision_profile(points, options);
  // 0.5 + 0.01u² = (0.15u)²
  const double crossing = std::sqrt(0.5 / (0.15 * 0.15 - 0.01));
  CHECK(*found.level_at_goal.value == Approx(crossing).epsilon(1e-6));
  CHECK(found.level_at_goal.interval->lower < crossing);
  CHECK(found.level_at_goal.interval->upper > crossing);
  options.cv_goal = 5.0;
  CHECK(estimate_precision_profile(points, options).level_at_goal.why_absent->id == "not_estimable_goal_not_reached");
  options.cv_goal = 90.0;
  CHECK(estimate_precision_profile(points, options).level_at_goal.why_absent->id ==
        "not_estimable_goal_met_throughout");
  options.at = {10.0};
  const PredictedPrecision at = estimate_precision_profile(points, options).predictions.at(0);
  CHECK(*at.cv.value == Approx(100.0 * std::sqrt(1.5) / 10.0));
  CHECK(at.cv.interval->lower < *at.cv.value);
  CHECK(at.cv.interval->upper > *at.cv.value);
}

TEST_CASE("what has no profile is refused or left unfitted", "[precision_profile]") {
  const std::vector<VarianceAtLevel> two{{1, 1, 10}, {10, 2, 10}};
  const PrecisionProfileResult found = estimate_precision_profile(two, {});
  CHECK(found.not_fitted ==
        std::vector<VarianceFunction>{VarianceFunction::six, VarianceFunction::seven, VarianceFunction::eight});
  for (const VarianceAtLevel& bad : {VarianceAtLevel{0, 1, 10}, VarianceAtLevel{1, 0, 10}, VarianceAtLevel{1, 1, 0},
                                     VarianceAtLevel{1, INFINITY, 1}, VarianceAtLevel{std::nan(""), 1, 1}})
    CHECK_THROWS_AS(estimate_precision_profile(std::vector<VarianceAtLevel>{{1, 1, 10}, bad}, {}), Error);
  CHECK_THROWS_AS(estimate_precision_profile(std::vector<VarianceAtLevel>{{1, 1, 10}}, {}), Error);
  PrecisionProfileOptions options;
  options.at = {0.0};
  CHECK_THROWS_AS(estimate_precision_profile(two, options), Error);
}
