// Limits of quantitation: an exact power function is found again, the weighted line by normal equations, the goals.
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/study/detection/limit_of_quantitation.hpp"

namespace qpcr {
namespace {

/// A level of mean `mean` whose SD is exactly `sd`.
void add_level(std::vector<QuantityResult>& results, const std::string& name, double mean, double sd, int pairs,
               std::optional<double> assigned = std::nullopt) {
  const double step = sd * std::sqrt((2.0 * pairs - 1.0) / (2.0 * pairs));
  for (int i = 0; i < pairs; ++i) {
    results.push_back({name, mean - step, assigned});
    results.push_back({name, mean + step, assigned});
  }
}

std::vector<QuantityResult> make_profile() {
  std::vector<QuantityResult> results;
  int i = 0;
  for (const double mean : {1.0, 2.0, 5.0, 10.0, 40.0})
    add_level(results, "L" + std::to_string(++i), mean, 0.8 * std::pow(mean, -0.5) * mean, 10, mean);
  return results;
}

TEST_CASE("a power function is found again and inverted", "[detection]") {
  QuantitationOptions options;
  options.cv_goal = 0.25;
  const LimitOfQuantitation found = estimate_limit_of_quantitation(make_profile(), options);
  REQUIRE(found.profile);
  CHECK(found.profile->scale == Approx(0.8).epsilon(1e-10));
  CHECK(found.profile->power == Approx(-0.5).epsilon(1e-10));
  // 0.8/√x = 0.25 at x = 10.24.
  CHECK(*found.by_profile.value == Approx(10.24).epsilon(1e-9));
  CHECK(found.by_profile.interval->lower < 10.24);
  CHECK(found.by_profile.interval->upper > 10.24);
  // Level 10 has CV 0.253: the first level at 0.25 or less is 40.
  CHECK(*found.by_observed.value == Approx(40.0));
  CHECK(*found.by_upper_profile.value == Approx(40.0));
}

TEST_CASE("the variances of the profile are those of the weighted normal equations", "[detection]") {
  std::vector<QuantityResult> results;
  const std::array mean{1.0, 3.0, 10.0};
  const std::array sd{0.5, 0.8, 1.1};
  const std::array pairs{3, 8, 5};
  for (std::size_t i = 0; i < 3; ++i) add_level(results, "L" + std::to_string(i), mean[i], sd[i], pairs[i]);
  const LimitOfQuantitation found = estimate_limit_of_quantitation(results, {});
  double s = 0, sx = 0, sxx = 0, sy = 0, sxy = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    const double w = 2.0 * (2.0 * pairs[i] - 1.0);
    const double x = std::log(mean[i]);
    const double y = std::log(sd[i] / mean[i]);
    s += w;
    sx += w * x;
    sxx += w * x * x;
    sy += w * y;
    sxy += w * x * y;
  }
  const double determinant = s * sxx - sx * sx;
  CHECK(found.profile->power == Approx((s * sxy - sx * sy) / determinant).epsilon(1e-10));
  CHECK(std::log(found.profile->scale) == Approx((sxx * sy - sx * sxy) / determinant).epsilon(1e-10));
  CHECK(found.profile->power_variance == Approx(s / determinant).epsilon(1e-10));
  CHECK(found.profile->log_scale_variance == Approx(sxx / determinant).epsilon(1e-10));
  CHECK(found.profile->covariance == Approx(-sx / determinant).epsilon(1e-10));
  for (const QuantityLevel& level : found.levels) {
    const double x = std::log(level.mean);
    const double error = std::sqrt((sxx - 2 * x * sx + x * x * s) / determinant);
    CHECK(std::log(*level.fitted_upper / *level.fitted_cv) == Approx(1.6448536269514722 * error).epsilon(1e-9));
    CHECK(*level.cv_upper > *level.cv);
  }
}

TEST_CASE("amounts in another unit move the limits with them", "[detection]") {
  std::vector<QuantityResult> scaled = make_profile();
  for (QuantityResult& result : scaled) {
    result.value *= 1000.0;
    *result.assigned *= 1000.0;
  }
  QuantitationOptions options;
  options.total_error_goal = 0.9;
  const LimitOfQuantitation a = estimate_limit_of_quantitation(make_profile(), options);
  const LimitOfQuantitation b = estimate_limit_of_quantitation(scaled, options);
  CHECK(*b.by_profile.value == Approx(1000.0 * *a.by_profile.value).epsilon(1e-9));
  CHECK(b.by_profile.interval->upper == Approx(1000.0 * a.by_profile.interval->upper).epsilon(1e-9));
  CHECK(*b.by_observed.value == Approx(1000.0 * *a.by_observed.value));
  CHECK(*b.by_total_error.value == Approx(1000.0 * *a.by_total_error.value));
}

TEST_CASE("total error is bias and twice the SD, or the root of their squares", "[detection]") {
  std::vector<QuantityResult> results;
  add_level(results, "low", 9.0, 2.0, 5, 10.0);
  add_level(results, "high", 21.0, 1.0, 5, 20.0);
  QuantitationOptions options;
  options.total_error_goal = 0.5;
  const LimitOfQuantitation sum = estimate_limit_of_quantitation(results, options);
  CHECK(*sum.levels[0].total_error == Approx(0.5).epsilon(1e-12));
  CHECK(*sum.levels[1].total_error == Approx(0.15).epsilon(1e-12));
  options.total_error = TotalError::root_mean_square;
  const LimitOfQuantitation root = estimate_limit_of_quantitation(results, options);
  CHECK(*root.levels[0].total_error == Approx(std::sqrt(5.0) / 10.0).epsilon(1e-12));
  CHECK(*root.by_total_error.value == Approx(9.0));
}

TEST_CASE("the lognormal CV is that of the logarithms", "[detection]") {
  QuantitationOptions options;
  options.cv = CvKind::lognormal;
  const LimitOfQuantitation found = estimate_limit_of_quantitation(
      {{"a", 1.0, {}}, {"a", std::exp(1.0), {}}, {"b", 10.0, {}}, {"b", 12.0, {}}}, options);
  CHECK(*found.levels[0].cv == Approx(std::sqrt(std::exp(0.5) - 1.0)).epsilon(1e-12));
}

TEST_CASE("a limit of quantitation is never below that of detection", "[detection]") {
  QuantitationOptions options;
  options.cv_goal = 0.5;
  options.limit_of_detection = 8.0;
  const LimitOfQuantitation found = estimate_limit_of_quantitation(make_profile(), options);
  CHECK(*found.by_profile.value == 8.0);
  CHECK(*found.by_observed.value == 8.0);
  CHECK(found.warnings.size() == 1);
}

TEST_CASE("limits of quantitation that do not exist, and requests that mean nothing", "[detection]") {
  QuantitationOptions options;
  options.cv_goal = 0.01;
  const LimitOfQuantitation far = estimate_limit_of_quantitation(make_profile(), options);
  CHECK(far.by_observed.why_absent->id == "detection_not_estimable_goal_not_met");
  CHECK(far.by_profile.value);
  CHECK_FALSE(far.warnings.empty());
  std::vector<QuantityResult> rising;
  add_level(rising, "a", 1.0, 0.1, 5);
  add_level(rising, "b", 10.0, 3.0, 5);
  CHECK(estimate_limit_of_quantitation(rising, {}).by_profile.why_absent->id ==
        "detection_not_estimable_cv_does_not_fall");
  const LimitOfQuantitation one = estimate_limit_of_quantitation({{"a", 1.0, {}}, {"a", 1.2, {}}}, {});
  CHECK_FALSE(one.profile);
  CHECK(one.by_profile.why_absent);
  const LimitOfQuantitation constant = estimate_limit_of_quantitation({{"a", 1.0, {}}, {"a", 1.0, {}}}, {});
  CHECK_FALSE(constant.profile);
  CHECK(*constant.levels[0].cv == 0.0);
  CHECK_THROWS_AS(estimate_limit_of_quantitation({}, {}), Error);
  CHECK_THROWS_AS(estimate_limit_of_quantitation({{"a", std::nan(""), {}}}, {}), Error);
  CHECK_THROWS_AS(estimate_limit_of_quantitation({{"a", 1.0, 2.0}, {"a", 1.0, 3.0}}, {}), Error);
  CHECK_THROWS_AS(estimate_limit_of_quantitation({{"a", 1.0, -2.0}}, {}), Error);
  options.cv_goal = 0.0;
  CHECK_THROWS_AS(estimate_limit_of_quantitation(make_profile(), options), Error);
  QuantitationOptions lognormal;
  lognormal.cv = CvKind::lognormal;
  CHECK_THROWS_AS(estimate_limit_of_quantitation({{"a", -1.0, {}}}, lognormal), Error);
}

}  // namespace
}  // namespace qpcr
