// Intervals of a proportion: published limits, their defining equations, exact coverage by enumeration, symmetry.
#include <algorithm>
#include <cmath>
#include <vector>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/study/accuracy/single_proportion.hpp"

using namespace qpcr;

namespace {

Interval interval_of(long x, long n, ProportionInterval kind, double confidence = 0.95) {
  const Estimate found = estimate_single_proportion(x, n, {confidence, kind, ProportionSides::two_sided});
  REQUIRE(found.interval.has_value());
  return *found.interval;
}

/// Binomial probabilities by the recurrence of Pascal's triangle: no gamma or beta function.
std::vector<double> naive_masses(long n, double p) {
  std::vector<double> mass(static_cast<std::size_t>(n) + 1, 0.0);
  mass[0] = 1.0;
  for (long toss = 1; toss <= n; ++toss) {
    for (long k = toss; k >= 0; --k) {
      const auto at = static_cast<std::size_t>(k);
      mass[at] = mass[at] * (1.0 - p) + (k > 0 ? mass[at - 1] * p : 0.0);
    }
  }
  return mass;
}

double naive_sum(const std::vector<double>& mass, long first, long last) {
  double sum = 0.0;
  for (long k = std::max(0L, first); k <= std::min(last, static_cast<long>(mass.size()) - 1); ++k)
    sum += mass[static_cast<std::size_t>(k)];
  return sum;
}

/// Blaker's acceptability of p for x of n, straight from its definition.
double naive_acceptability(long x, long n, double p) {
  const std::vector<double> mass = naive_masses(n, p);
  const auto tail = [&](long k) { return std::min(naive_sum(mass, 0, k), naive_sum(mass, k, n)); };
  const double observed = tail(x) * (1.0 + 1e-12);
  double sum = 0.0;
  for (long k = 0; k <= n; ++k) {
    if (tail(k) <= observed) sum += mass[static_cast<std::size_t>(k)];
  }
  return sum;
}

}  // namespace

TEST_CASE("Newcombe 1998, table I: seven intervals of four proportions", "[single_proportion]") {
  struct Published {
    ProportionInterval kind;
    long x, n;
    double lower, upper;
  };
  using enum ProportionInterval;
  const std::vector<Published> rows{
      {wald, 81, 263, 0.2522, 0.3638},
      {wald, 15, 148, 0.0527, 0.1500},
      {wald_corrected, 81, 263, 0.2503, 0.3657},
      {wald_corrected, 15, 148, 0.0494, 0.1534},
      {wilson, 81, 263, 0.2553, 0.3662},
      {wilson, 15, 148, 0.0624, 0.1605},
      {wilson, 0, 20, 0.0, 0.1611},
      {wilson, 1, 29, 0.0061, 0.1718},
      {wilson_corrected, 81, 263, 0.2535, 0.3682},
      {wilson_corrected, 15, 148, 0.0598, 0.1644},
      {wilson_corrected, 0, 20, 0.0, 0.2005},
      {wilson_corrected, 1, 29, 0.0018, 0.1963},
      {clopper_pearson, 81, 263, 0.2527, 0.3676},
      {clopper_pearson, 15, 148, 0.0578, 0.1617},
      {clopper_pearson, 0, 20, 0.0, 0.1684},
      {clopper_pearson, 1, 29, 0.0009, 0.1776},
      {mid_p, 81, 263, 0.2544, 0.3658},
      {mid_p, 15, 148, 0.0601, 0.1581},
      {mid_p, 0, 20, 0.0, 0.1391},
      {mid_p, 1, 29, 0.0017, 0.1585},
      {likelihood, 81, 263, 0.2542, 0.3655},
      {likelihood, 15, 148, 0.0596, 0.1567},
      {likelihood, 0, 20, 0.0, 0.0916},
      {likelihood, 1, 29, 0.0020, 0.1432},
  };
  for (const Published& row : rows) {
    INFO(to_string(row.kind) << ' ' << row.x << '/' << row.n);
    const Interval found = interval_of(row.x, row.n, row.kind);
    CHECK(found.lower == Approx(row.lower).margin(0.0000501));
    CHECK(found.upper == Approx(row.upper).margin(0.0000501));
  }
}

TEST_CASE("each limit solves its own equation", "[single_proportion]") {
  for (const long n : {1L, 2L, 7L, 20L, 43L}) {
    for (long x = 0; x <= n; ++x) {
      for (const double confidence : {0.8, 0.95, 0.99}) {
        INFO(x << '/' << n << " at " << confidence);
        const double tail = (1.0 - confidence) / 2.0;
        const double z = normal_upper_quantile(tail);
        const auto s = static_cast<double>(x);
        const auto m = static_cast<double>(n);
        const Interval exact = interval_of(x, n, ProportionInterval::clopper_pearson, confidence);
        const Interval mid = interval_of(x, n, ProportionInterval::mid_p, confidence);
        const Interval likely = interval_of(x, n, ProportionInterval::likelihood, confidence);
        const Interval score = interval_of(x, n, ProportionInterval::wilson, confidence);
        const auto deviance = [&](double p) {
          const double first = x > 0 ? s * std::log(s / (m * p)) : 0.0;
          const double second = x < n ? (m - s) * std::log((m - s) / (m * (1.0 - p))) : 0.0;
          return 2.0 * (first + second);
        };
        if (x > 0) {
          const auto at = naive_masses(n, exact.lower);
          CHECK(naive_sum(at, x, n) == Approx(tail).epsilon(1e-11));
          const auto half = naive_masses(n, mid.lower);
          CHECK(naive_sum(half, x + 1, n) + 0.5 * naive_sum(half, x, x) == Approx(tail).epsilon(1e-11));
          CHECK(deviance(likely.lower) == Approx(z * z).epsilon(1e-11));
          CHECK((s / m - score.lower) / std::sqrt(score.lower * (1 - score.lower) / m) == Approx(z).epsilon(1e-9));
        }
        if (x < n) {
          const auto at = naive_masses(n, exact.upper);
          CHECK(naive_sum(at, 0, x) == Approx(tail).epsilon(1e-11));
          const auto half = naive_masses(n, mid.upper);
          CHECK(naive_sum(half, 0, x - 1) + 0.5 * naive_sum(half, x, x) == Approx(tail).epsilon(1e-11));
          CHECK(deviance(likely.upper) == Approx(z * z).epsilon(1e-11));
        }
      }
    }
  }
}

TEST_CASE("Blaker's limits are the first and last proportions that are acceptable", "[single_proportion]") {
  for (const long n : {1L, 2L, 5L, 10L, 17L, 30L}) {
    for (long x = 0; x <= n; ++x) {
      for (const double alpha : {0.2, 0.05, 0.01}) {
        INFO(x << '/' << n << " at " << alpha);
        const Interval found = interval_of(x, n, ProportionInterval::blaker, 1.0 - alpha);
        const Interval exact = interval_of(x, n, ProportionInterval::clopper_pearson, 1.0 - alpha);
        CHECK(found.lower >= exact.lower - 1e-12);
        CHECK(found.upper <= exact.upper + 1e-12);
        if (x > 0) {
          CHECK(naive_acceptability(x, n, found.lower + 1e-9) >= alpha * (1.0 - 1e-7));
          for (int i = 0; i <= 100; ++i) {
            const double below = exact.lower + (found.lower - exact.lower) * (i / 100.0) - 1e-9;
            CHECK(naive_acceptability(x, n, std::max(1e-12, below)) < alpha);
          }
        }
        if (x < n) CHECK(naive_acceptability(x, n, found.upper - 1e-9) >= alpha * (1.0 - 1e-7));
      }
    }
  }
}

TEST_CASE("x of n and n − x of n have mirrored limits", "[single_proportion]") {
  for (const ProportionInterval kind : list_proportion_intervals()) {
    for (const long n : {1L, 4L, 29L, 60L, 1000L}) {
      for (long x = kind == ProportionInterval::logit ? 1 : 0; x <= n / 2; x += std::max(1L, n / 20)) {
        if (kind == ProportionInterval::logit && x == n) continue;
        if (kind == ProportionInterval::logit && n == 1) continue;
        INFO(to_string(kind) << ' ' << x << '/' << n);
        const Interval one = interval_of(x, n, kind);
        const Interval other = interval_of(n - x, n, kind);
        CHECK(one.lower == Approx(1.0 - other.upper).margin(1e-12));
        CHECK(one.upper == Approx(1.0 - other.lower).margin(1e-12));
        CHECK(one.lower <= static_cast<double>(x) / static_cast<double>(n) + 1e-12);
        CHECK(one.upper >= static_cast<double>(x) / static_cast<double>(n) - 1e-12);
        CHECK(one.lower >= 0.0);
        CHECK(one.upper <= 1.0);
      }
    }
  }
}

TEST_CASE("exact coverage: by enumeration, and never below nominal where theory says so", "[single_proportion]") {
  std::vector<double> grid;
  for (int i = 1; i < 100; ++i) grid.push_back(i / 100.0);
  double worst_wald = 1.0;
  for (const long n : {1L, 2L, 5L, 12L, 25L, 40L, 60L}) {
    std::vector<std::vector<double>> masses;
    for (const double p : grid) masses.push_back(naive_masses(n, p));
    for (const ProportionInterval kind : list_proportion_intervals()) {
      const SingleProportionOptions options{0.95, kind, ProportionSides::two_sided};
      const std::vector<IntervalCoverage> found = derive_interval_coverage(n, grid, options);
      for (std::size_t i = 0; i < grid.size(); ++i) {
        double coverage = 0.0;
        for (long x = 0; x <= n; ++x) {
          const Estimate one = estimate_single_proportion(x, n, options);
          if (one.interval && one.interval->lower <= grid[i] && grid[i] <= one.interval->upper)
            coverage += masses[i][static_cast<std::size_t>(x)];
        }
        INFO(to_string(kind) << " n " << n << " p " << grid[i]);
        CHECK(found[i].coverage == Approx(coverage).margin(1e-12));
        if (kind == ProportionInterval::clopper_pearson || kind == ProportionInterval::blaker)
          CHECK(found[i].coverage >= 0.95 - 1e-12);
        if (kind == ProportionInterval::wald) worst_wald = std::min(worst_wald, found[i].coverage);
      }
    }
  }
  CHECK(worst_wald < 0.05);  // the interval that should not be used
}

TEST_CASE("one-sided limits have the whole error on their side", "[single_proportion]") {
  // 59 of 59 hits: the classical 95 % hit rate with 95 % confidence.
  const Estimate lower =
      estimate_single_proportion(59, 59, {0.95, ProportionInterval::clopper_pearson, ProportionSides::lower});
  CHECK(lower.interval->lower == Approx(std::pow(0.05, 1.0 / 59.0)).epsilon(1e-13));
  CHECK(lower.interval->upper == 1.0);
  for (const ProportionInterval kind : list_proportion_intervals()) {
    if (kind == ProportionInterval::blaker) continue;
    const Interval two = interval_of(17, 20, kind, 0.9);
    CHECK(estimate_single_proportion(17, 20, {0.95, kind, ProportionSides::lower}).interval->lower ==
          Approx(two.lower).epsilon(1e-12));
    CHECK(estimate_single_proportion(17, 20, {0.95, kind, ProportionSides::upper}).interval->upper ==
          Approx(two.upper).epsilon(1e-12));
  }
}

TEST_CASE("tests of a target value equal their sums over outcomes", "[single_proportion]") {
  for (const long n : {1L, 6L, 25L, 60L}) {
    for (const double target : {0.02, 0.3, 0.5, 0.87}) {
      const std::vector<double> mass = naive_masses(n, target);
      for (long x = 0; x <= n; ++x) {
        INFO(x << '/' << n << " against " << target);
        const double observed = mass[static_cast<std::size_t>(x)];
        double likely = 0.0;
        for (const double each : mass) likely += each <= observed * (1.0 + 1e-7) ? each : 0.0;
        const TargetComparison both = compare_with_target(x, n, target, TargetAlternative::two_sided);
        const TargetComparison greater = compare_with_target(x, n, target, TargetAlternative::greater);
        const TargetComparison less = compare_with_target(x, n, target, TargetAlternative::less);
        CHECK(*both.exact.value == Approx(likely).epsilon(1e-10));
        CHECK(*greater.exact.value == Approx(naive_sum(mass, x, n)).epsilon(1e-10));
        CHECK(*less.exact.value == Approx(naive_sum(mass, 0, x)).epsilon(1e-10));
        CHECK(*greater.mid_p.value == Approx(naive_sum(mass, x + 1, n) + observed / 2.0).epsilon(1e-10));
        CHECK(*greater.mid_p.value + *less.mid_p.value == Approx(1.0).margin(1e-12));
        CHECK(*greater.score.value + *less.score.value == Approx(1.0).margin(1e-12));
        CHECK(*both.score_corrected.value >= *both.score.value - 1e-15);
      }
    }
  }
}

TEST_CASE("requests without meaning are refused, and no trials are not estimable", "[single_proportion]") {
  const SingleProportionOptions usual;
  CHECK_THROWS_AS(estimate_single_proportion(-1, 5, usual), Error);
  CHECK_THROWS_AS(estimate_single_proportion(6, 5, usual), Error);
  for (const double confidence : {0.0, 1.0, -0.5, std::nan("")}) {
    CHECK_THROWS_AS(
        estimate_single_proportion(1, 5, {confidence, ProportionInterval::wilson, ProportionSides::two_sided}), Error);
  }
  CHECK_THROWS_AS(estimate_single_proportion(1, 5, {0.4, ProportionInterval::wilson, ProportionSides::lower}), Error);
  CHECK_THROWS_AS(estimate_single_proportion(1, 5, {0.95, ProportionInterval::blaker, ProportionSides::lower}), Error);
  CHECK(estimate_single_proportion(0, 0, usual).why_absent->id == "not_estimable_no_subjects");
  const Estimate logit =
      estimate_single_proportion(0, 9, {0.95, ProportionInterval::logit, ProportionSides::two_sided});
  CHECK(*logit.value == 0.0);
  CHECK_FALSE(logit.interval.has_value());
  CHECK_THROWS_AS(compare_with_target(1, 5, 1.0, TargetAlternative::greater), Error);
  CHECK_THROWS_AS(compare_with_target(7, 5, 0.5, TargetAlternative::greater), Error);
  CHECK_FALSE(compare_with_target(0, 0, 0.5, TargetAlternative::greater).exact.value.has_value());
}

TEST_CASE("ten million trials are answered at once", "[single_proportion]") {
  for (const ProportionInterval kind : list_proportion_intervals()) {
    INFO(to_string(kind));
    const Interval found = interval_of(9'000'000, 10'000'000, kind);
    CHECK(found.lower == Approx(0.9 - 1.96 * std::sqrt(0.09 / 1e7)).margin(1e-6));
    CHECK(found.upper == Approx(0.9 + 1.96 * std::sqrt(0.09 / 1e7)).margin(1e-6));
  }
  CHECK(*compare_with_target(9'000'000, 10'000'000, 0.9, TargetAlternative::two_sided).exact.value == 1.0);
}
