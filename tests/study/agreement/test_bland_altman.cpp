// Limits of agreement: the peak flow example of 1986, naive formulas, coverage of the exact interval, bad input.
#include <cmath>
#include <limits>
#include <vector>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/math/distributions.hpp"
#include "libqpcr/math/resampling.hpp"
#include "libqpcr/study/agreement/bland_altman.hpp"

using namespace qpcr;

namespace {

// Peak expiratory flow, first measurements: Wright meter and mini Wright meter (Bland & Altman 1986, table 1).
const std::vector<double> wright{494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427};
const std::vector<double> mini{512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451};

}  // namespace

TEST_CASE("the published limits of the peak flow example", "[bland_altman]") {
  // Wright minus mini: mean -2.1, SD 38.8; limits with 2 SD were printed as -79.7 and 75.5.
  const BlandAltman found = estimate_limits_of_agreement(mini, wright);
  CHECK(*found.mean.value == Approx(-2.1).margin(0.05));
  CHECK(*found.standard_deviation.value == Approx(38.8).margin(0.05));
  CHECK(*found.mean.value - 2.0 * *found.standard_deviation.value == Approx(-79.7).margin(0.1));
  // Standard error of the mean 9.4 and interval -22.0 to 17.8; of the limits 16.3.
  CHECK(*found.mean.standard_error == Approx(9.4).margin(0.05));
  CHECK(found.mean.interval->lower == Approx(-22.0).margin(0.1));
  CHECK(found.mean.interval->upper == Approx(17.8).margin(0.1));
  CHECK(*found.lower_limit_simple.standard_error == Approx(16.3).margin(0.05));
}

TEST_CASE("exchanging the procedures mirrors the limits", "[bland_altman]") {
  const BlandAltman there = estimate_limits_of_agreement(mini, wright);
  const BlandAltman back = estimate_limits_of_agreement(wright, mini);
  CHECK(*back.lower_limit.value == Approx(-*there.upper_limit.value));
  CHECK(back.lower_limit_exact.interval->lower == Approx(-there.upper_limit_exact.interval->upper));
  CHECK(back.lower_limit_exact.interval->upper == Approx(-there.upper_limit_exact.interval->lower));
}

TEST_CASE("logarithms follow a change of unit of one procedure by a shift", "[bland_altman]") {
  BlandAltmanOptions options;
  options.scale = DifferenceScale::logarithm;
  std::vector<double> doubled = mini;
  for (double& value : doubled) value *= 2.0;
  const BlandAltman plain = estimate_limits_of_agreement(wright, mini, options);
  const BlandAltman moved = estimate_limits_of_agreement(wright, doubled, options);
  CHECK(*moved.mean.value == Approx(*plain.mean.value + std::log(2.0)));
  CHECK(*moved.standard_deviation.value == Approx(*plain.standard_deviation.value));
}

TEST_CASE("the exact interval covers the true limit in 95 of 100 samples", "[bland_altman]") {
  const std::size_t rounds = 4000;
  const double limit = normal_upper_quantile(0.025);
  long covered = 0;
  const std::vector<double> zeros(8, 0.0);
  for (std::size_t round = 0; round < rounds; ++round) {
    ResamplingStream stream(42, round);
    std::vector<double> values;
    for (std::size_t i = 0; i < zeros.size(); ++i)
      values.push_back(normal_quantile((static_cast<double>(stream.bits() >> 12) + 0.5) * 0x1p-52));
    const BlandAltman found = estimate_limits_of_agreement(zeros, values);
    covered += found.upper_limit_exact.interval->lower <= limit && limit <= found.upper_limit_exact.interval->upper;
  }
  // Four standard errors of a share of 0.95.
  CHECK(static_cast<double>(covered) / rounds == Approx(0.95).margin(0.014));
}

TEST_CASE("a spread that grows with the level is seen and the regression limits hold it", "[bland_altman]") {
  std::vector<double> x;
  std::vector<double> y;
  for (int i = 1; i <= 40; ++i) {
    x.push_back(i);
    y.push_back(i * (i % 2 == 0 ? 1.1 : 0.9));
  }
  const BlandAltman found = estimate_limits_of_agreement(x, y);
  REQUIRE(found.assumptions.size() == 2);
  CHECK(*found.assumptions[1].p_value < 1e-6);
  CHECK_FALSE(*found.assumptions[1].holds);
  CHECK(found.regression->absolute_residual.slope == Approx(0.1).margin(0.01));
}

TEST_CASE("the share within an allowed difference counts both ends", "[bland_altman]") {
  BlandAltmanOptions options;
  options.allowed_difference = 1.0;
  const BlandAltman found = estimate_limits_of_agreement({0, 0, 0, 0}, {1, -1, 1.5, 0}, options);
  CHECK(*found.within_allowed.value == 0.75);
  CHECK(found.within_allowed.interval == clopper_pearson_interval(3, 4, 0.95));
}

TEST_CASE("replicates: components by hand", "[bland_altman]") {
  // Differences 1, 3 and 5, 7: within 2, between subjects' means 2 and 6: MS between 16, so (16 - 2)/2 = 7; total 9.
  const auto varying = estimate_repeated_limits({{0, 0}, {0, 0}}, {{1, 3}, {5, 7}}, TrueValue::varying);
  CHECK(*varying.mean.value == Approx(4.0));
  CHECK(*varying.standard_deviation.value == Approx(3.0));
  // Mean differences 2 and 6: variance 8; within y 2, half of it is added.
  const auto constant = estimate_repeated_limits({{0, 0}, {0, 0}}, {{1, 3}, {5, 7}}, TrueValue::constant);
  CHECK(*constant.standard_deviation.value == Approx(3.0));
  CHECK(*constant.y_within_variance == Approx(2.0));
  CHECK_FALSE(
      estimate_repeated_limits({{0}, {0}}, {{1}, {5}}, TrueValue::varying).standard_deviation.value.has_value());
  CHECK_THROWS_AS(estimate_repeated_limits({{0, 1}, {0}}, {{1}, {5}}, TrueValue::varying), Error);
  CHECK_THROWS_AS(estimate_repeated_limits({{}, {0}}, {{1}, {5}}, TrueValue::constant), Error);
}

TEST_CASE("limits of values that have none", "[bland_altman]") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK_FALSE(estimate_limits_of_agreement({}, {}).mean.value.has_value());
  const BlandAltman one = estimate_limits_of_agreement({1, nan}, {2, 3});
  CHECK(*one.mean.value == 1.0);
  CHECK_FALSE(one.lower_limit.value.has_value());
  CHECK(one.exclusions.at(0).rows == 1);
  const BlandAltman equal = estimate_limits_of_agreement({1, 2, 3}, {2, 3, 4});
  CHECK(*equal.upper_limit.value == 1.0);
  CHECK_FALSE(equal.bias_p_value.has_value());
  BlandAltmanOptions options;
  options.scale = DifferenceScale::logarithm;
  CHECK_THROWS_AS(estimate_limits_of_agreement({1, 0}, {1, 1}, options), Error);
  options.scale = DifferenceScale::percent;
  CHECK(estimate_limits_of_agreement({1, 0, 2}, {1, 0, 3}, options).exclusions.at(0).rows == 1);
  CHECK_THROWS_AS(estimate_limits_of_agreement({1, -1}, {1, 1}, options), Error);
  CHECK_THROWS_AS(estimate_limits_of_agreement({1}, {1, 1}), Error);
  CHECK_THROWS_AS(estimate_limits_of_agreement({HUGE_VAL}, {1}), Error);
  options.coverage = 1.0;
  CHECK_THROWS_AS(options.validate(), Error);
}
