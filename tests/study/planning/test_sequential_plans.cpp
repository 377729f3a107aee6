// Several looks: published boundaries, the exact design by enumerating paths, conditional power, re-estimation.
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/math/boundary_crossing.hpp"
#include "libqpcr/math/resampling.hpp"
#include "libqpcr/study/planning/exact_sequential_plan.hpp"
#include "libqpcr/study/planning/group_sequential_plan.hpp"
#include "libqpcr/study/planning/reestimation_plan.hpp"
#include "libqpcr/study/planning/target_value_plan.hpp"

using namespace qpcr;

namespace {

GroupSequentialOptions looks(SequentialBoundary boundary, int count, double power = 0.8) {
  GroupSequentialOptions made;
  made.fractions.clear();
  for (int k = 1; k <= count; ++k) made.fractions.push_back(static_cast<double>(k) / count);
  made.boundary = boundary;
  made.power = power;
  made.target = 0.8;
  made.expected = 0.9;
  return made;
}

}  // namespace

TEST_CASE("Jennison and Turnbull's constants of Pocock and O'Brien–Fleming boundaries", "[sequential]") {
  // Two-sided 0.05, tables 2.1 and 2.3; one-sided 0.025 differs from the printed digits by less than 0.001.
  const std::vector<double> pocock{1.960, 2.178, 2.289, 2.361, 2.413};
  const std::vector<double> obrien{1.960, 1.977, 2.004, 2.024, 2.040};
  for (int count = 1; count <= 5; ++count) {
    const auto at = static_cast<std::size_t>(count) - 1;
    CHECK(derive_group_sequential_plan(looks(SequentialBoundary::pocock, count)).looks[0].bound ==
          Approx(pocock[at]).margin(0.001));
    CHECK(derive_group_sequential_plan(looks(SequentialBoundary::o_brien_fleming, count)).looks.back().bound ==
          Approx(obrien[at]).margin(0.001));
  }
  // Inflation factors of tables 2.2 and 2.4 at a power of 0.9.
  CHECK(derive_group_sequential_plan(looks(SequentialBoundary::pocock, 5, 0.9)).inflation ==
        Approx(1.207).margin(0.001));
  CHECK(derive_group_sequential_plan(looks(SequentialBoundary::o_brien_fleming, 5, 0.9)).inflation ==
        Approx(1.026).margin(0.001));
}

TEST_CASE("Lan–DeMets boundaries of five looks", "[sequential]") {
  const std::vector<double> published{4.877, 3.357, 2.680, 2.290, 2.031};
  const GroupSequentialPlan plan = derive_group_sequential_plan(looks(SequentialBoundary::lan_demets_obrien, 5));
  for (std::size_t k = 0; k < 5; ++k) CHECK(plan.looks[k].bound == Approx(published[k]).margin(0.001));
  CHECK(plan.looks.back().cumulative_alpha == Approx(0.025).margin(1e-9));
  CHECK(plan.looks.back().cumulative_power == Approx(0.8).margin(1e-9));
  const GroupSequentialPlan other = derive_group_sequential_plan(looks(SequentialBoundary::lan_demets_pocock, 5));
  CHECK(other.looks[0].bound == Approx(2.438).margin(0.001));
  CHECK(other.expected_subjects < plan.expected_subjects);
}

TEST_CASE("crossing probabilities are those of simulated motions", "[sequential]") {
  const std::vector<double> times{0.3, 0.7, 1.0};
  const std::vector<double> bounds{2.2, 2.1, 2.0};
  const std::vector<double> found = boundary_crossing(times, bounds, 2.5);
  std::vector<double> counted(3, 0.0);
  const int motions = 200000;
  ResamplingStream stream(7, 0);
  for (int i = 0; i < motions; ++i) {
    double at = 0.0;
    double before = 0.0;
    for (std::size_t k = 0; k < 3; ++k) {
      const double uniform = (static_cast<double>(stream.bits() >> 11U) + 0.5) / 9007199254740992.0;
      at += 2.5 * (times[k] - before) + std::sqrt(times[k] - before) * normal_quantile(uniform);
      before = times[k];
      if (at > bounds[k] * std::sqrt(times[k])) {
        counted[k] += 1.0 / motions;
        break;
      }
    }
  }
  for (std::size_t k = 0; k < 3; ++k) CHECK(found[k] == Approx(counted[k]).margin(0.005));
  // Two looks by the bivariate normal: P(Z1 ≤ a, Z2 ≤ a) by a plain sum.
  const double a = 2.178;
  double below = 0.0;
  const int steps = 40000;
  for (int i = 0; i < steps; ++i) {
    const double z = -9.0 + (a + 9.0) * (i + 0.5) / steps;
    const double density = std::exp(-z * z / 2.0) / std::sqrt(2.0 * 3.14159265358979323846);
    below += density * normal_cumulative((a - z * std::sqrt(0.5)) / std::sqrt(0.5)) * (a + 9.0) / steps;
  }
  const std::vector<double> two = boundary_crossing(std::vector<double>{0.5, 1.0}, std::vector<double>{a, a}, 0.0);
  CHECK(two[0] + two[1] == Approx(1.0 - below).margin(1e-8));
}

TEST_CASE("the exact design by walking every path", "[sequential]") {
  ExactSequentialOptions options;
  options.looks = {12, 20, 30};
  options.target = 0.6;
  options.expected = 0.85;
  options.one_sided_alpha = 0.05;
  options.futility = {5, 11};
  const ExactSequentialPlan plan = derive_exact_sequential_plan(options);
  const auto choose = [](long n, long k) {
    double value = 1.0;
    for (long i = 0; i < k; ++i) value *= static_cast<double>(n - i) / static_cast<double>(i + 1);
    return value;
  };
  const auto mass = [&](long x, long n, double p) {
    return choose(n, x) * std::pow(p, static_cast<double>(x)) * std::pow(1.0 - p, static_cast<double>(n - x));
  };
  double rejected = 0.0;
  double subjects = 0.0;
  const auto walk = [&](double p, bool futility) {
    rejected = 0.0;
    subjects = 0.0;
    const std::function<void(std::size_t, long, double)> step = [&](std::size_t k, long count, double weight) {
      const long added = options.looks[k] - (k == 0 ? 0 : options.looks[k - 1]);
      for (long x = 0; x <= added; ++x) {
        const double here = weight * mass(x, added, p);
        const long now = count + x;
        const bool reject = now >= plan.looks[k].critical;
        const bool stop = reject || k + 1 == options.looks.size() || (futility && now <= options.futility[k]);
        if (reject) rejected += here;
        if (stop) subjects += here * static_cast<double>(options.looks[k]);
        if (!stop) step(k + 1, now, here);
      }
    };
    step(0, 0, 1.0);
  };
  walk(0.6, false);
  CHECK(plan.size == Approx(rejected).margin(1e-12));
  CHECK(plan.size <= 0.05);
  walk(0.85, true);
  CHECK(plan.power == Approx(rejected).margin(1e-12));
  CHECK(plan.expected_subjects_under_expected == Approx(subjects).margin(1e-10));
  walk(0.6, true);
  CHECK(plan.expected_subjects_under_target == Approx(subjects).margin(1e-10));
  for (const ExactSequentialLook& look : plan.looks) CHECK(look.cumulative_alpha <= look.alpha_allowed + 1e-15);
}

TEST_CASE("a single exact look is the exact test", "[sequential]") {
  for (const long n : {20L, 107L, 113L}) {
    ExactSequentialOptions options;
    options.looks = {n};
    options.target = 0.8;
    options.expected = 0.9;
    const ExactSequentialPlan plan = derive_exact_sequential_plan(options);
    const PowerPoint point = derive_exact_power(n, {0.8, 0.9, 0.025, 0.8});
    CHECK(plan.looks[0].critical == point.critical);
    CHECK(plan.size == Approx(point.size).epsilon(1e-10));
    CHECK(plan.power == Approx(point.power).epsilon(1e-10));
    // Mirrored: few failures instead of many successes.
    options.target = 0.2;
    options.expected = 0.1;
    const ExactSequentialPlan mirrored = derive_exact_sequential_plan(options);
    CHECK(mirrored.counts_failures);
    CHECK(mirrored.power == Approx(plan.power).epsilon(1e-10));
  }
}

TEST_CASE("conditional power: certain, hopeless, and by enumeration", "[sequential]") {
  CHECK(derive_conditional_power(90, 95, 100, 90, 0.1) == 1.0);
  CHECK(derive_conditional_power(80, 95, 100, 90, 0.99) == 0.0);
  double sum = 0.0;
  for (long x = 8; x <= 10; ++x) sum += binomial_mass(x, 10, 0.9);
  CHECK(derive_conditional_power(82, 90, 100, 90, 0.9) == Approx(sum).epsilon(1e-12));
  CHECK_THROWS_AS(derive_conditional_power(5, 4, 10, 8, 0.9), Error);
}

TEST_CASE("re-estimation gives enough cases with the assurance and not one subject fewer would do", "[sequential]") {
  const ReestimationPlan plan = derive_reestimation_plan({1000, 400, 24, 80, 0.9});
  const long missing = 80 - 24;
  CHECK(*plan.prevalence.value == 0.06);
  CHECK(plan.assurance_as_planned < 0.9);
  const long total = *plan.subjects.subjects;
  CHECK(binomial_upper_tail(missing, total - 400, 0.06) >= 0.9);
  CHECK(binomial_upper_tail(missing, total - 401, 0.06) < 0.9);
  CHECK(*derive_reestimation_plan({1000, 400, 60, 80, 0.9}).subjects.subjects == 1000);
  CHECK(derive_reestimation_plan({1000, 400, 0, 80, 0.9}).subjects.why_absent->id == "plan_no_case_yet");
  CHECK_THROWS_AS(derive_reestimation_plan({300, 400, 0, 80, 0.9}), Error);
}

TEST_CASE("sequential requests without meaning are refused", "[sequential]") {
  GroupSequentialOptions one = looks(SequentialBoundary::pocock, 3);
  one.fractions = {0.5, 0.4, 1.0};
  CHECK_THROWS_AS(derive_group_sequential_plan(one), Error);
  one.fractions = {0.5};
  CHECK_THROWS_AS(derive_group_sequential_plan(one), Error);
  ExactSequentialOptions two;
  two.target = 0.8;
  two.expected = 0.9;
  CHECK_THROWS_AS(derive_exact_sequential_plan(two), Error);
  two.looks = {20, 20};
  CHECK_THROWS_AS(derive_exact_sequential_plan(two), Error);
  two.looks = {20, 40};
  two.spending = SequentialBoundary::pocock;
  CHECK_THROWS_AS(derive_exact_sequential_plan(two), Error);
  const std::vector<double> times{0.5, 1.0};
  CHECK_THROWS_AS(boundary_crossing(times, std::vector<double>{2.0}, 0.0), Error);
  CHECK_THROWS_AS(spending_bounds(times, std::vector<double>{0.6, 0.5}), Error);
}
