// Sample sizes for proportions: published numbers, power by enumeration, what is absent and refused.
#include <algorithm>
#include <cmath>
#include <vector>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/study/accuracy/single_proportion.hpp"
#include "libqpcr/study/planning/non_inferiority_plan.hpp"
#include "libqpcr/study/planning/paired_proportions_plan.hpp"
#include "libqpcr/study/planning/proportion_precision_plan.hpp"
#include "libqpcr/study/planning/target_value_plan.hpp"

using namespace qpcr;

namespace {

double naive_mass(long x, long n, double p) {
  double mass = 1.0;
  for (long i = 0; i < x; ++i) mass *= p * static_cast<double>(n - i) / static_cast<double>(i + 1);
  return mass * std::pow(1.0 - p, static_cast<double>(n - x));
}

/// Power of the exact test by asking, for each outcome, whether its p value is small enough.
double naive_power(long n, const TargetValueOptions& options) {
  double power = 0.0;
  for (long x = 0; x <= n; ++x) {
    double p_value = 0.0;
    for (long k = 0; k <= n; ++k) {
      if (options.expected > options.target ? k >= x : k <= x) p_value += naive_mass(k, n, options.target);
    }
    if (p_value <= options.one_sided_alpha) power += naive_mass(x, n, options.expected);
  }
  return power;
}

}  // namespace

TEST_CASE("target 0.80, expected 0.90: 108 by the formula, 107 first and 113 stable exactly", "[planning]") {
  const TargetValuePlan plan = derive_target_value_plan({0.8, 0.9, 0.025, 0.8});
  CHECK(*plan.normal.subjects == 108);
  CHECK(*plan.exact_first.subjects == 107);
  CHECK(*plan.exact_stable.subjects == 113);
  CHECK(*plan.exact_first.power >= 0.8);
}

TEST_CASE("exact power against a target equals enumeration, and stable means stable", "[planning]") {
  for (const TargetValueOptions& options :
       {TargetValueOptions{0.8, 0.9, 0.025, 0.8}, TargetValueOptions{0.6, 0.8, 0.05, 0.9},
        TargetValueOptions{0.3, 0.1, 0.025, 0.8}}) {
    const TargetValuePlan plan = derive_target_value_plan(options);
    const long stable = *plan.exact_stable.subjects;
    for (long n = 1; n <= 2 * stable; n += n < 40 ? 1 : 7) {
      INFO(options.target << " n " << n);
      const PowerPoint point = derive_exact_power(n, options);
      CHECK(point.power == Approx(naive_power(n, options)).margin(1e-12));
      CHECK(point.size <= options.one_sided_alpha);
      if (n < *plan.exact_first.subjects) CHECK(point.power < options.power);
      if (n >= stable) CHECK(point.power >= options.power);
    }
    CHECK(derive_exact_power(stable - 1, options).power < options.power);
    for (const PowerPoint& point : plan.saw_tooth)
      CHECK(point.power == Approx(naive_power(point.subjects, options)).margin(1e-12));
  }
}

TEST_CASE("showing a low rate is the mirror of showing a high one", "[planning]") {
  const TargetValuePlan high = derive_target_value_plan({0.8, 0.92, 0.025, 0.85});
  const TargetValuePlan low = derive_target_value_plan({0.2, 0.08, 0.025, 0.85});
  CHECK(*high.normal.unrounded == Approx(*low.normal.unrounded).epsilon(1e-12));
  CHECK(high.exact_first.subjects == low.exact_first.subjects);
  CHECK(high.exact_stable.subjects == low.exact_stable.subjects);
}

TEST_CASE("precision: the mean width of the interval is what was asked for", "[planning]") {
  const ProportionPrecisionPlan plan = derive_proportion_precision_plan({0.9, 0.05, 0.95, 0.1});
  CHECK(*plan.normal.subjects == 139);
  CHECK(*plan.cohort == 1390);
  const std::pair<const PlannedSize*, ProportionInterval> kinds[] = {
      {&plan.wilson, ProportionInterval::wilson}, {&plan.clopper_pearson, ProportionInterval::clopper_pearson}};
  for (const auto& [size, kind] : kinds) {
    const std::vector<double> at{0.9};
    const SingleProportionOptions options{0.95, kind, ProportionSides::two_sided};
    CHECK(derive_interval_coverage(*size->subjects, at, options)[0].mean_width <= 0.1);
    CHECK(derive_interval_coverage(*size->subjects - 1, at, options)[0].mean_width > 0.1);
  }
  CHECK(*plan.clopper_pearson.subjects > *plan.wilson.subjects);
}

TEST_CASE("non-inferiority: exact power by enumerating both groups", "[planning]") {
  const long first = 30;
  const long second = 25;
  for (const double margin : {0.1, 0.2}) {
    double power = 0.0;
    for (long x = 0; x <= first; ++x) {
      for (long y = 0; y <= second; ++y) {
        const double p = static_cast<double>(x) / first;
        const double q = static_cast<double>(y) / second;
        const double lower =
            p - q - std::hypot(p - wilson_interval(x, first, 0.95).lower, wilson_interval(y, second, 0.95).upper - q);
        if (lower > -margin) power += naive_mass(x, first, 0.85) * naive_mass(y, second, 0.8);
      }
    }
    CHECK(derive_newcombe_power(first, second, 0.85, 0.8, margin, 0.025) == Approx(power).margin(1e-10));
  }
  const NonInferiorityPlan plan = derive_non_inferiority_plan({0.9, 0.9, 0.1, 0.025, 0.8, 1.0});
  CHECK(*plan.new_group.subjects == 142);
  CHECK(*plan.new_group.power > 0.75);
  CHECK(plan.exact_size < 0.035);
  // Three to one: the larger group has three times the smaller one.
  const NonInferiorityPlan uneven = derive_non_inferiority_plan({0.9, 0.9, 0.1, 0.025, 0.8, 3.0});
  CHECK(*uneven.new_group.unrounded == Approx(3.0 * *uneven.comparator_group.unrounded).epsilon(1e-12));
  // No loss, all discordance equal: (z + z)² ψ / margin².
  const PlannedSize paired = derive_paired_non_inferiority_size({0.1, 0.1, 0.1, 0.025, 0.8});
  CHECK(*paired.unrounded == Approx(7.848879734 * 0.2 / 0.01).epsilon(1e-8));
}

TEST_CASE("McNemar: exact power by enumerating all three kinds of pairs", "[planning]") {
  const PairedProportionsPlanOptions options{0.3, 0.1, 0.05, 0.8};
  for (const long n : {5L, 12L, 30L}) {
    double power = 0.0;
    for (long a = 0; a <= n; ++a) {
      for (long b = 0; a + b <= n; ++b) {
        double tail = 0.0;
        for (long k = std::max(a, b); k <= a + b; ++k) tail += naive_mass(k, a + b, 0.5);
        if (a + b == 0 || 2.0 * tail > options.alpha) continue;
        power += naive_mass(a + b, n, 0.4) * naive_mass(a, a + b, 0.75);
      }
    }
    CHECK(derive_exact_mcnemar_power(n, options) == Approx(power).margin(1e-12));
  }
  const PairedProportionsPlan plan = derive_paired_proportions_plan(options);
  CHECK(derive_exact_mcnemar_power(*plan.exact_first.subjects, options) >= 0.8);
  CHECK(derive_exact_mcnemar_power(*plan.exact_first.subjects - 1, options) < 0.8);
  for (long n = *plan.exact_stable.subjects; n < *plan.exact_stable.subjects + 60; ++n)
    CHECK(derive_exact_mcnemar_power(n, options) >= 0.8);
  // Which test is called first does not matter.
  CHECK(derive_paired_proportions_plan({0.1, 0.3, 0.05, 0.8}).exact_stable == plan.exact_stable);
}

TEST_CASE("plans that cannot be are refused or absent", "[planning]") {
  CHECK_THROWS_AS(derive_target_value_plan({0.8, 0.8, 0.025, 0.8}), Error);
  CHECK_THROWS_AS(derive_target_value_plan({0.8, 1.0, 0.025, 0.8}), Error);
  CHECK_THROWS_AS(derive_target_value_plan({std::nan(""), 0.9, 0.025, 0.8}), Error);
  CHECK_THROWS_AS(derive_exact_power(0, {0.8, 0.9, 0.025, 0.8}), Error);
  CHECK_THROWS_AS(derive_non_inferiority_plan({0.7, 0.9, 0.1, 0.025, 0.8, 1.0}), Error);
  CHECK_THROWS_AS(derive_paired_proportions_plan({0.2, 0.2, 0.05, 0.8}), Error);
  CHECK_THROWS_AS(derive_paired_proportions_plan({0.7, 0.4, 0.05, 0.8}), Error);
  CHECK_THROWS_AS(inflate_for_drop_out(100, 1.0), Error);
  CHECK(inflate_for_drop_out(90, 0.1) == 100);
  const TargetValuePlan huge = derive_target_value_plan({0.9, 0.9001, 0.025, 0.8});
  CHECK(huge.normal.subjects.has_value());
  CHECK_FALSE(huge.exact_first.subjects.has_value());
  CHECK(huge.exact_first.why_absent->id == "plan_too_many_subjects");
}
