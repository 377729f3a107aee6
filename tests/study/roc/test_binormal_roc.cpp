// Smooth curves by hand, against the integral of their own curve, and under changes of scale.
#include <cmath>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/study/roc/auc.hpp"
#include "libqpcr/study/roc/binormal_roc.hpp"
#include "tests/study/roc/roc_data.hpp"

using namespace qpcr;
using qpcr::test::make_roc_sample;

TEST_CASE("a binormal curve by hand", "[roc]") {
  // Means 5 and 2, variances 4 and 1.
  const BinormalResult found = fit_binormal_roc({{3, 5, 7}, {1, 2, 3}}, {});
  CHECK(*found.intercept.value == Approx(1.5).margin(1e-14));
  CHECK(*found.slope.value == Approx(0.5).margin(1e-14));
  CHECK(*found.auc.value == Approx(normal_cumulative(3.0 / std::sqrt(5.0))).margin(1e-14));
  const double probit = 3.0 / std::sqrt(5.0);
  const double variance = (4.0 / 3.0 + 1.0 / 3.0) / 5.0 + probit * probit / (2.0 * 25.0) * (16.0 / 2.0 + 1.0 / 2.0);
  CHECK(found.auc.interval->lower ==
        Approx(normal_cumulative(probit - 1.959963984540054 * std::sqrt(variance))).margin(1e-12));
}

TEST_CASE("the area is that under the curve given out", "[roc]") {
  BinormalOptions options;
  options.curve_points = 100001;
  const BinormalResult found = fit_binormal_roc(make_roc_sample(3, 60, 80, 1.1), options);
  double area = 0.0;
  for (std::size_t i = 1; i < found.curve.size(); ++i)
    area += 0.5 * (found.curve[i].sensitivity + found.curve[i - 1].sensitivity) / 100000.0;
  CHECK(*found.auc.value == Approx(area).margin(1e-4));
}

TEST_CASE("affine changes and the logarithm do what theory says", "[roc]") {
  RocSample sample = make_roc_sample(8, 60, 50, 1.0, 1000.0);
  const BinormalResult plain = fit_binormal_roc(sample, {});
  RocSample scaled = sample;
  RocSample exponential = sample;
  for (std::size_t group = 0; group < 2; ++group) {
    const std::vector<double>& from = group == 0 ? sample.cases : sample.controls;
    for (std::size_t i = 0; i < from.size(); ++i) {
      (group == 0 ? scaled.cases : scaled.controls)[i] = 30.0 - 2.0 * from[i];
      (group == 0 ? exponential.cases : exponential.controls)[i] = std::exp(from[i]);
    }
  }
  BinormalOptions options;
  options.direction = RocDirection::lower_is_case;
  CHECK(*fit_binormal_roc(scaled, options).auc.value == Approx(*plain.auc.value).margin(1e-12));
  BinormalOptions logarithm;
  logarithm.lambda = 0.0;
  CHECK(*fit_binormal_roc(exponential, logarithm).auc.value == Approx(*plain.auc.value).margin(1e-12));
  BinormalOptions fitted;
  fitted.box_cox = true;
  const BinormalResult found = fit_binormal_roc(exponential, fitted);
  CHECK(std::abs(*found.lambda) < 0.25);
  CHECK(found.warnings.at(0).id == "roc_power_taken_as_known");
  CHECK(*found.auc.value == Approx(*estimate_auc(exponential, {}).delong.value).margin(0.03));
}

TEST_CASE("binormal curves that do not exist", "[roc]") {
  CHECK(fit_binormal_roc({{1}, {2, 3}}, {}).auc.why_absent->id == "roc_variance_needs_two_of_each");
  CHECK(fit_binormal_roc({{4, 4}, {2, 3}}, {}).auc.why_absent->id == "roc_group_without_variation");
  CHECK(fit_binormal_roc({{}, {2, 3}}, {}).auc.why_absent->id == "not_estimable_no_cases");
  BinormalOptions options;
  options.box_cox = true;
  CHECK_THROWS_AS(fit_binormal_roc({{0.0, 1.0}, {2, 3}}, options), Error);
  options.lambda = 7.0;
  CHECK_THROWS_AS(fit_binormal_roc({{1.0, 2.0}, {2, 3}}, options), Error);
}
