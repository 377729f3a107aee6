// Lines between two procedures: naive formulas, exchanges and changes of units, seeds and threads, bad input.
#include <cmath>
#include <limits>
#include <vector>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/math/resampling.hpp"
#include "libqpcr/math/structural_line.hpp"
#include "libqpcr/study/agreement/method_comparison.hpp"

using namespace qpcr;

namespace {

const std::vector<double> x{20.1, 21.4, 22.8, 24, 25.3, 26.7, 28.2, 29.9, 31.5, 33, 34.6, 36.2};
const std::vector<double> y{20.3, 21.2, 23.1, 24.2, 25.1, 27, 28, 30.4, 31.2, 33.6, 34.1, 36.9};
const std::vector<ComparisonLine> all_lines{ComparisonLine::ordinary,       ComparisonLine::weighted,
                                            ComparisonLine::deming,         ComparisonLine::weighted_deming,
                                            ComparisonLine::passing_bablok, ComparisonLine::equivariant,
                                            ComparisonLine::theil_sen};

/// Sum of squared distances weighted by the error variances: what Deming's line makes least.
double distance(double intercept, double slope, double ratio) {
  double sum = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += std::pow(y[i] - intercept - slope * x[i], 2);
  return sum / (1.0 + ratio * slope * slope);
}

}  // namespace

TEST_CASE("Deming's line makes the weighted distance least", "[method_comparison]") {
  for (const double ratio : {0.1, 1.0, 4.0}) {
    const StructuralLine line = fit_deming(x, y, ratio);
    const double least = distance(line.intercept, line.slope, ratio);
    for (const double step : {-1e-3, 1e-3}) {
      CHECK(distance(line.intercept + step, line.slope, ratio) > least);
      CHECK(distance(line.intercept, line.slope + step, ratio) > least);
      CHECK(distance(line.intercept - 28.0 * step, line.slope + step, ratio) > least);
    }
  }
}

TEST_CASE("exchanging the procedures inverts Deming's lines", "[method_comparison]") {
  for (const double ratio : {0.25, 1.0, 1.21}) {
    const StructuralLine there = fit_deming(x, y, ratio);
    const StructuralLine back = fit_deming(y, x, 1.0 / ratio);
    CHECK(back.slope == Approx(1.0 / there.slope).epsilon(1e-12));
    CHECK(back.intercept == Approx(-there.intercept / there.slope).epsilon(1e-10));
    const StructuralLine weighted = fit_weighted_deming(x, y, ratio);
    const StructuralLine other = fit_weighted_deming(y, x, 1.0 / ratio);
    CHECK(weighted.converged);
    CHECK(other.slope == Approx(1.0 / weighted.slope).epsilon(1e-9));
  }
}

TEST_CASE("least squares is the limit of Deming's line without error in x", "[method_comparison]") {
  MethodComparisonOptions options;
  options.line = ComparisonLine::ordinary;
  const double ordinary = *compare_methods(x, y, options).slope.value;
  CHECK(fit_deming(x, y, 1e-9).slope == Approx(ordinary).epsilon(1e-8));
}

TEST_CASE("a change of both units by one factor scales every line", "[method_comparison]") {
  std::vector<double> big_x = x;
  std::vector<double> big_y = y;
  for (double& value : big_x) value *= 1024.0;
  for (double& value : big_y) value *= 1024.0;
  for (const ComparisonLine line : all_lines) {
    MethodComparisonOptions options;
    options.line = line;
    options.interval = ComparisonInterval::jackknife;
    const auto first = compare_methods(x, y, options);
    const auto second = compare_methods(big_x, big_y, options);
    INFO(first.line);
    CHECK(*second.slope.value == Approx(*first.slope.value).epsilon(1e-10));
    CHECK(*second.intercept.value == Approx(1024.0 * *first.intercept.value).epsilon(1e-9));
    REQUIRE(first.slope.interval.has_value());
    CHECK(second.slope.interval->lower == Approx(first.slope.interval->lower).epsilon(1e-9));
  }
}

TEST_CASE("the order of the pairs does not matter", "[method_comparison]") {
  std::vector<double> turned_x(x.rbegin(), x.rend());
  std::vector<double> turned_y(y.rbegin(), y.rend());
  for (const ComparisonLine line : all_lines) {
    MethodComparisonOptions options;
    options.line = line;
    options.interval =
        line == ComparisonLine::weighted_deming ? ComparisonInterval::jackknife : ComparisonInterval::analytic;
    const auto first = compare_methods(x, y, options);
    const auto second = compare_methods(turned_x, turned_y, options);
    CHECK(*second.slope.value == Approx(*first.slope.value).epsilon(1e-12));
    CHECK(second.slope.interval->upper == Approx(first.slope.interval->upper).epsilon(1e-11));
  }
}

TEST_CASE("the jackknife equals its definition by pseudo-values", "[method_comparison]") {
  MethodComparisonOptions options;
  options.line = ComparisonLine::deming;
  options.interval = ComparisonInterval::jackknife;
  const auto found = compare_methods(x, y, options);
  const auto n = static_cast<double>(x.size());
  std::vector<double> pseudo;
  double mean = 0.0;
  for (std::size_t out = 0; out < x.size(); ++out) {
    std::vector<double> a;
    std::vector<double> b;
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (i == out) continue;
      a.push_back(x[i]);
      b.push_back(y[i]);
    }
    pseudo.push_back(n * *found.slope.value - (n - 1.0) * fit_deming(a, b, 1.0).slope);
    mean += pseudo.back() / n;
  }
  double squares = 0.0;
  for (const double value : pseudo) squares += (value - mean) * (value - mean);
  CHECK(*found.slope.standard_error == Approx(std::sqrt(squares / (n - 1.0) / n)).epsilon(1e-10));
}

TEST_CASE("the bootstrap gives the same numbers at any number of threads, and others for another seed",
          "[method_comparison]") {
  for (const ComparisonLine line : {ComparisonLine::deming, ComparisonLine::passing_bablok}) {
    MethodComparisonOptions options;
    options.line = line;
    options.interval = ComparisonInterval::bootstrap;
    options.replicates = 199;
    options.threads = 1;
    options.levels = {25.0};
    const auto one = compare_methods(x, y, options);
    options.threads = 3;
    const auto three = compare_methods(x, y, options);
    CHECK(one.slope == three.slope);
    CHECK(one.bias[0].absolute == three.bias[0].absolute);
    options.seed = 2;
    CHECK_FALSE(compare_methods(x, y, options).slope == one.slope);
    CHECK(one.slope.interval->lower < *one.slope.value);
    CHECK(one.slope.interval->upper > *one.slope.value);
  }
}

TEST_CASE("bias at a level is the fitted line less the level", "[method_comparison]") {
  MethodComparisonOptions options;
  options.line = ComparisonLine::ordinary;
  options.levels = {0.0, 25.0, 50.0};
  const auto found = compare_methods(x, y, options);
  CHECK(*found.bias[0].absolute.value == Approx(*found.intercept.value));
  CHECK_FALSE(found.bias[0].percent.value.has_value());
  CHECK(*found.bias[1].percent.value == Approx(100.0 * *found.bias[1].absolute.value / 25.0));
  CHECK(found.bias[0].absolute.interval->lower == Approx(found.intercept.interval->lower).epsilon(1e-9));
  CHECK(found.warnings.size() == 2);
}

TEST_CASE("the error ratio comes from the replicates", "[method_comparison]") {
  // Variances within samples: x 2 and 2 (pooled 2), y 8 and 8; two replicates each.
  const auto ratio = estimate_error_ratio({{1, 3}, {11, 13}}, {{0, 4}, {10, 14}}, 0.95);
  CHECK(*ratio.x_variance.value == Approx(2.0));
  CHECK(*ratio.y_variance.value == Approx(8.0));
  CHECK(*ratio.ratio_of_means.value == Approx(0.25));
  CHECK(*estimate_error_ratio({{1, 3}, {11, 13}}, {{0, 4, 2}, {10, 14, 12}}, 0.95).ratio_of_means.value ==
        Approx((2.0 / 2.0) / (4.0 / 3.0)));
  CHECK_FALSE(estimate_error_ratio({{1}, {2}}, {{1, 2}, {2, 3}}, 0.95).ratio_of_means.value.has_value());
  CHECK_FALSE(estimate_error_ratio({{1, 1}, {2, 2}}, {{1, 2}, {2, 3}}, 0.95).ratio_of_means.value.has_value());
  CHECK_THROWS_AS(estimate_error_ratio({{1, 2}}, {{1, 2}, {2, 3}}, 0.95), Error);
  CHECK_THROWS_AS(estimate_error_ratio({{}}, {{1, 2}}, 0.95), Error);
}

TEST_CASE("missing values are excluded and named; what cannot be fitted is not", "[method_comparison]") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto found = compare_methods({1, 2, nan, 4, 5}, {1, 2, 3, nan, 5}, {}, {2, 3, 4, 5, 6});
  CHECK(found.pairs == 3);
  REQUIRE(found.exclusions.size() == 1);
  CHECK(found.exclusions[0].lines == std::vector<long>{4, 5});
  for (const ComparisonLine line : all_lines) {
    MethodComparisonOptions options;
    options.line = line;
    options.levels = {1.0};
    INFO(to_string(line));
    for (const auto& [a, b] : {std::pair(std::vector<double>{}, std::vector<double>{}),
                               std::pair(std::vector<double>{3, 3, 3}, std::vector<double>{1, 2, 3})}) {
      const auto none = compare_methods(a, b, options);
      CHECK_FALSE(none.slope.value.has_value());
      CHECK(none.slope.why_absent.has_value());
      CHECK_FALSE(none.bias.at(0).absolute.value.has_value());
    }
    CHECK_THROWS_AS(compare_methods({1, 2}, {1}, options), Error);
    CHECK_THROWS_AS(compare_methods({1, HUGE_VAL}, {1, 2}, options), Error);
  }
  MethodComparisonOptions weighted;
  weighted.line = ComparisonLine::weighted_deming;
  CHECK_FALSE(compare_methods({0, 1, 2}, {1, 2, 3}, weighted).slope.value.has_value());
  weighted.error_ratio = 0.0;
  CHECK_THROWS_AS(compare_methods({1, 2}, {1, 2}, weighted), Error);
}
