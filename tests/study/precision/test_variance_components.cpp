// Variance components: a published example, properties, what does not exist, and truth by simulation.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/study/precision/reproducibility.hpp"
#include "libqpcr/study/precision/variance_components.hpp"
#include "tests/study/precision/precision_designs.hpp"

using namespace qpcr;
using namespace qpcr::test;

namespace {

VarianceComponentsResult estimate(const DayRunStudy& study, ComponentMethod method,
                                  ComponentCovarianceKind covariance = ComponentCovarianceKind::giesbrecht_burns) {
  VarianceComponentsOptions options;
  options.method = method;
  options.covariance = covariance;
  return estimate_variance_components(study.values, {make_factor("day", study.day), make_factor("run", study.run)},
                                      parse_variance_formula("value ~ day/run"), options);
}

DayRunStudy draw(std::uint64_t seed, int days = 8) {
  ResamplingStream stream(99, seed);
  return draw_days(stream, days, 2, 3, 2.0, 1.0, 0.7);
}

/// One day of every study has its last values taken away.
DayRunStudy unbalance(DayRunStudy study) {
  for (auto* column : {&study.day, &study.run}) column->erase(column->begin() + 3, column->begin() + 8);
  study.values.erase(study.values.begin() + 3, study.values.begin() + 8);
  return study;
}

void check_same(const VarianceComponentsResult& a, const VarianceComponentsResult& b, double scale) {
  for (std::size_t i = 0; i < a.components.size(); ++i) {
    INFO(a.components[i].name);
    const double margin = 1e-8 * scale * *a.total.variance.value;
    CHECK(*b.components[i].variance.value ==
          Approx(scale * *a.components[i].variance.value).epsilon(1e-7).margin(margin));
    CHECK(*b.components[i].variance.standard_error ==
          Approx(scale * *a.components[i].variance.standard_error).epsilon(1e-6).margin(margin));
  }
  CHECK(*b.total.degrees_of_freedom == Approx(*a.total.degrees_of_freedom).epsilon(1e-6));
}

}  // namespace

TEST_CASE("the glucose example of EP05", "[variance_components]") {
  // Four days of two runs of duplicates, worked by hand from sums of squares.
  DayRunStudy study;
  study.values = {242, 246, 245, 246, 243, 242, 238, 238, 247, 239, 241, 240, 249, 241, 250, 245};
  study.day = {1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4};
  study.run = {1, 1, 2, 2, 1, 1, 2, 2, 1, 1, 2, 2, 1, 1, 2, 2};
  double pairs = 0.0, runs = 0.0, days = 0.0, mean = 0.0;
  for (const double value : study.values) mean += value / 16.0;
  for (std::size_t d = 0; d < 16; d += 4) {
    const double first = (study.values[d] + study.values[d + 1]) / 2.0;
    const double second = (study.values[d + 2] + study.values[d + 3]) / 2.0;
    pairs += std::pow(study.values[d] - study.values[d + 1], 2) / 2.0;
    pairs += std::pow(study.values[d + 2] - study.values[d + 3], 2) / 2.0;
    runs += (first - second) * (first - second);
    days += 4.0 * std::pow((first + second) / 2.0 - mean, 2);
  }
  const double error = pairs / 8.0;
  const double run = runs / 4.0;
  const double day = days / 3.0;
  const VarianceComponentsResult found = estimate(study, ComponentMethod::anova);
  REQUIRE(found.components.size() == 3);
  CHECK(found.mean == Approx(mean));
  CHECK(*found.components[2].variance.value == Approx(error));
  CHECK(*found.components[1].unbounded == Approx((run - error) / 2.0));
  CHECK(*found.components[0].unbounded == Approx((day - run) / 4.0));
  CHECK(found.sums[0].name == "error");
  CHECK(found.sums[1].name == "day:run+error");
  CHECK(found.sums[2].name == "total");
}

TEST_CASE("balanced designs with positive components: ANOVA and REML are one", "[variance_components]") {
  int compared = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const DayRunStudy study = draw(seed);
    const VarianceComponentsResult anova = estimate(study, ComponentMethod::anova);
    if (std::any_of(anova.components.begin(), anova.components.end(),
                    [](const auto& c) { return *c.unbounded <= 0.0; }))
      continue;
    check_same(anova, estimate(study, ComponentMethod::reml), 1.0);
    // And the two covariances are one as well.
    check_same(anova, estimate(study, ComponentMethod::anova, ComponentCovarianceKind::searle_casella_mcculloch), 1.0);
    ++compared;
  }
  CHECK(compared >= 10);
}

TEST_CASE("order, names, shift and scale do what they must", "[variance_components]") {
  for (const ComponentMethod method : {ComponentMethod::anova, ComponentMethod::reml}) {
    const DayRunStudy study = unbalance(draw(4));
    const VarianceComponentsResult found = estimate(study, method);
    DayRunStudy changed = study;
    std::vector<std::size_t> order(study.values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::reverse(order.begin(), order.end());
    std::rotate(order.begin(), order.begin() + 7, order.end());
    for (std::size_t i = 0; i < order.size(); ++i) {
      changed.values[i] = study.values[order[i]];
      changed.day[i] = 1000 - 3 * study.day[order[i]];
      changed.run[i] = 5 - study.run[order[i]];
    }
    check_same(found, estimate(changed, method), 1.0);
    for (double& value : changed.values) value += 1e6;
    const VarianceComponentsResult shifted = estimate(changed, method);
    CHECK(*shifted.total.variance.value == Approx(*found.total.variance.value).epsilon(1e-7));
    changed = study;
    for (double& value : changed.values) value *= -3.0;
    const VarianceComponentsResult scaled = estimate(changed, method);
    check_same(found, scaled, 9.0);
    CHECK_FALSE(scaled.total.cv.value.has_value());
    CHECK(scaled.total.cv.why_absent->id == "not_estimable_cv_mean_not_positive");
    for (const VarianceComponent& one : found.sums) CHECK(*one.sd.value == Approx(std::sqrt(*one.variance.value)));
  }
}

TEST_CASE("a negative component is set to zero and said so", "[variance_components]") {
  DayRunStudy study;
  study.values = {1, 2, 3, 1.1, 2.1, 2.9, 0.9, 2, 3.1, 1, 2.05, 2.95};
  study.day = {1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4};
  const auto compute = [&](ComponentMethod method) {
    VarianceComponentsOptions options;
    options.method = method;
    return estimate_variance_components(study.values, {make_factor("day", study.day)},
                                        parse_variance_formula("value ~ day"), options);
  };
  const VarianceComponentsResult anova = compute(ComponentMethod::anova);
  CHECK(anova.components[0].variance.value == 0.0);
  CHECK(*anova.components[0].unbounded == Approx(-0.3310416667));
  CHECK(anova.components[0].wald.two_sided.why_absent->id == "interval_not_estimable_component_zero");
  REQUIRE(anova.warnings.size() == 1);
  CHECK(anova.warnings[0].id == "precision_negative_component");
  const VarianceComponentsResult reml = compute(ComponentMethod::reml);
  CHECK(reml.components[0].variance.value == 0.0);
  // With no day left the error is the plain variance.
  double mean = 0.0, squares = 0.0;
  for (const double value : study.values) mean += value / 12.0;
  for (const double value : study.values) squares += (value - mean) * (value - mean);
  CHECK(*reml.components[1].variance.value == Approx(squares / 11.0));
}

TEST_CASE("what cannot be estimated is absent with its reason", "[variance_components]") {
  const auto why = [](const std::vector<double>& values, const std::vector<int>& day, ComponentMethod method) {
    VarianceComponentsOptions options;
    options.method = method;
    const auto found =
        estimate_variance_components(values, {make_factor("day", day)}, parse_variance_formula("value ~ day"), options);
    CHECK_FALSE(found.total.variance.value.has_value());
    CHECK_FALSE(found.total.wald.two_sided.variance.has_value());
    return found.total.variance.why_absent->id;
  };
  for (const ComponentMethod method : {ComponentMethod::anova, ComponentMethod::reml}) {
    CHECK(why({1, 2, 3}, {1, 2, 3}, method) == "not_estimable_no_replicates");
    CHECK(why({2, 2, 2, 2}, {1, 1, 2, 2}, method) == "not_estimable_no_variation_of_values");
    CHECK(why({1, 2, 3}, {1, 1, 1}, method) == "not_estimable_confounded_term");
  }
  // Replicates that agree to the digit: the day's component stands, the error is 0.
  const auto rounded =
      estimate_variance_components(std::vector<double>{1, 1, 2, 2, 4, 4}, {make_factor("day", {1, 1, 2, 2, 3, 3})},
                                   parse_variance_formula("value ~ day"), {});
  CHECK(*rounded.components[0].variance.value == Approx(7.0 / 3.0));
  CHECK(rounded.components[1].variance.value == 0.0);
  CHECK(why({1, 1, 2, 2, 4, 4}, {1, 1, 2, 2, 3, 3}, ComponentMethod::reml) == "not_estimable_no_variation_of_values");
}

TEST_CASE("bad input is refused, missing rows are left out by number", "[variance_components]") {
  const VarianceFormula formula = parse_variance_formula("value ~ day");
  const PrecisionFactor day = make_factor("day", {1, 1, 2, 2, 3, 3});
  const std::vector<double> values{1, 2, 3, 5, 4, 4};
  CHECK_THROWS_AS(estimate_variance_components(std::vector<double>{}, {make_factor("day", {})}, formula, {}), Error);
  CHECK_THROWS_AS(estimate_variance_components(std::vector<double>{1, 2}, {day}, formula, {}), Error);
  CHECK_THROWS_AS(estimate_variance_components(values, {}, formula, {}), Error);
  CHECK_THROWS_AS(estimate_variance_components(std::vector<double>{1, INFINITY, 3, 5, 4, 4}, {day}, formula, {}),
                  Error);
  VarianceComponentsOptions options;
  options.confidence = 1.0;
  CHECK_THROWS_AS(estimate_variance_components(values, {day}, formula, options), Error);
  std::vector<double> gaps = values;
  gaps[1] = std::nan("");
  PrecisionFactor unknown = day;
  unknown.level[4] = -1;
  const auto found = estimate_variance_components(gaps, {unknown}, formula, {});
  CHECK(found.excluded == std::vector<std::size_t>{1, 4});
  CHECK(found.values == 4);
}

TEST_CASE("over many studies components and intervals tell the truth", "[variance_components]") {
  constexpr int studies = 1500;
  const double truth[3] = {4.0, 1.0, 0.49};
  double sums[3] = {}, squares[3] = {}, predicted[3] = {};
  int covered = 0;
  for (int s = 0; s < studies; ++s) {
    ResamplingStream stream(2026, static_cast<std::uint64_t>(s));
    const DayRunStudy study = draw_days(stream, 12, 2, 2, 2.0, 1.0, 0.7);
    const VarianceComponentsResult found = estimate(study, ComponentMethod::anova);
    for (std::size_t i = 0; i < 3; ++i) {
      const double value = *found.components[i].unbounded;
      sums[i] += value;
      squares[i] += value * value;
      predicted[i] += std::pow(*found.components[i].variance.standard_error, 2);
    }
    const Interval& total = *found.total.variance.interval;
    covered += total.lower <= 5.49 && total.upper >= 5.49 ? 1 : 0;
  }
  for (std::size_t i = 0; i < 3; ++i) {
    const double mean = sums[i] / studies;
    const double variance = squares[i] / studies - mean * mean;
    INFO("component " << i);
    CHECK(std::abs(mean - truth[i]) < 4.0 * std::sqrt(variance / studies));
    // 2 MS² estimates the variance of MS too large by the factor 1 + 2/ν: at 11 degrees of freedom about a sixth.
    CHECK(predicted[i] / studies / variance == Approx(1.1).margin(0.2));
  }
  CHECK(covered / static_cast<double>(studies) == Approx(0.95).margin(0.02));
}

TEST_CASE("reproducibility is the sums of the same model", "[variance_components]") {
  const DayRunStudy study = draw(1, 9);
  std::vector<int> site;
  for (const int day : study.day) site.push_back(day / 3);
  ReproducibilityFactors factors;
  factors.site = make_factor("site", site);
  factors.day = make_factor("day", study.day);
  factors.run = make_factor("run", study.run);
  const ReproducibilityResult found = estimate_reproducibility(study.values, factors, {});
  const VarianceComponentsResult direct = estimate_variance_components(
      study.values, {*factors.site, *factors.day, *factors.run}, parse_variance_formula("value ~ site/day/run"), {});
  REQUIRE(direct.components.size() == 4);
  CHECK(found.repeatability.variance == direct.components[3].variance);
  CHECK(*found.within_laboratory.variance.value ==
        Approx(*direct.components[1].variance.value + *direct.components[2].variance.value +
               *direct.components[3].variance.value));
  CHECK(found.reproducibility.variance.value == direct.total.variance.value);
  CHECK_THROWS_AS(estimate_reproducibility(study.values, {}, {}), Error);
}
