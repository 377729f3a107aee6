// Strata, centres, trends and margins: naive recounts, enumeration, relabelling, and what is refused.
#include <algorithm>
#include <cmath>
#include <functional>
#include <random>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/study/comparison/centre_equivalence.hpp"
#include "libqpcr/study/comparison/independent_proportions.hpp"
#include "libqpcr/study/comparison/non_inferiority.hpp"
#include "libqpcr/study/comparison/paired_proportions.hpp"
#include "libqpcr/study/comparison/proportion_trend.hpp"

using namespace qpcr;

namespace {

const std::vector<StratumCount> four_centres{{"A", 46, 50}, {"B", 38, 48}, {"C", 52, 60}, {"D", 40, 41}};

double choose(long n, long k) {
  double product = 1.0;
  for (long i = 1; i <= k; ++i) product *= static_cast<double>(n - k + i) / static_cast<double>(i);
  return product;
}

double naive_trend(const std::vector<StratumCount>& strata, const std::vector<double>& scores) {
  long successes = 0;
  double n = 0.0;
  double score_sum = 0.0;
  double observed = 0.0;
  for (std::size_t k = 0; k < strata.size(); ++k) {
    successes += strata[k].successes;
    n += static_cast<double>(strata[k].total);
    score_sum += scores[k] * static_cast<double>(strata[k].total);
    observed += scores[k] * static_cast<double>(strata[k].successes);
  }
  const double mean = static_cast<double>(successes) * score_sum / n;
  double all = 0.0;
  double kept = 0.0;
  const std::function<void(std::size_t, long, double, double)> go = [&](std::size_t k, long left, double sum,
                                                                        double weight) {
    if (k == strata.size()) {
      if (left != 0) return;
      all += weight;
      if (std::abs(sum - mean) >= std::abs(observed - mean) - 1e-9) kept += weight;
      return;
    }
    for (long x = 0; x <= std::min(left, strata[k].total); ++x)
      go(k + 1, left - x, sum + scores[k] * static_cast<double>(x), weight * choose(strata[k].total, x));
  };
  go(0, successes, 0.0, 1.0);
  return kept / all;
}

}  // namespace

TEST_CASE("relabelling and reordering centres changes nothing but the order", "[comparison][centres]") {
  const auto found = compare_strata(four_centres, {});
  std::vector<StratumCount> turned(four_centres.rbegin(), four_centres.rend());
  for (StratumCount& one : turned) one.stratum = "site " + one.stratum;
  const auto back = compare_strata(turned, {});
  for (std::size_t k = 0; k < found.tests.size(); ++k)
    CHECK(*found.tests[k].p_value == Approx(*back.tests[k].p_value).epsilon(1e-10));
  CHECK(*found.random_effects.estimate.value == Approx(*back.random_effects.estimate.value).epsilon(1e-12));
  for (std::size_t k = 0; k < 4; ++k) CHECK(*found.rows[k].p_holm == Approx(*back.rows[3 - k].p_holm).epsilon(1e-10));
}

TEST_CASE("homogeneity of two centres is the fourfold chi-square and Fisher's test", "[comparison][centres]") {
  const auto found = compare_strata(std::vector<StratumCount>{{"A", 18, 30}, {"B", 9, 28}}, {});
  const auto pair = compare_independent_proportions({18, 30, 9, 28}, {});
  CHECK(*find_method(found.tests, "pearson_chi_square").statistic ==
        Approx(*find_method(pair.tests, "chi_square").statistic).epsilon(1e-12));
  CHECK(*find_method(found.tests, "fisher_freeman_halton").p_value ==
        Approx(*find_method(pair.tests, "fisher_exact").p_value).epsilon(1e-10));
}

TEST_CASE("random effects by hand", "[comparison][centres]") {
  const auto found = compare_strata(std::vector<StratumCount>{{"A", 10, 20}, {"B", 15, 20}, {"C", 18, 20}}, {});
  // Logits 0, ln 3, ln 9 with variances 1/5, 4/15, 5/9.
  const double y[3] = {0.0, std::log(3.0), std::log(9.0)};
  const double v[3] = {0.2, 1.0 / 15 + 1.0 / 5, 1.0 / 18 + 1.0 / 2};
  double w = 0, wy = 0, w2 = 0, q = 0;
  for (int i = 0; i < 3; ++i) {
    w += 1 / v[i];
    wy += y[i] / v[i];
    w2 += 1 / (v[i] * v[i]);
  }
  for (int i = 0; i < 3; ++i) q += std::pow(y[i] - wy / w, 2) / v[i];
  const double tau = (q - 2.0) / (w - w2 / w);
  double rw = 0, rwy = 0;
  for (int i = 0; i < 3; ++i) {
    rw += 1 / (v[i] + tau);
    rwy += y[i] / (v[i] + tau);
  }
  CHECK(*found.cochran_q.statistic == Approx(q).epsilon(1e-12));
  CHECK(*found.tau_squared.value == Approx(tau).epsilon(1e-12));
  CHECK(*found.i_squared.value == Approx((q - 2.0) / q).epsilon(1e-12));
  CHECK(*found.random_effects.estimate.value == Approx(1.0 / (1.0 + std::exp(-rwy / rw))).epsilon(1e-12));
}

TEST_CASE("equal centres: no heterogeneity; one centre, none at all: nothing to compare", "[comparison][centres]") {
  const auto equal = compare_strata(std::vector<StratumCount>{{"A", 9, 10}, {"B", 18, 20}}, {});
  CHECK(*find_method(equal.tests, "pearson_chi_square").statistic == Approx(0.0).margin(1e-20));
  CHECK(*equal.i_squared.value == 0.0);
  const auto one = compare_strata(std::vector<StratumCount>{{"A", 9, 10}, {"B", 0, 0}}, {});
  CHECK(one.exclusions.front().rows == 1);
  CHECK(find_method(one.tests, "pearson_chi_square").why_absent->id == "comparison_one_stratum");
  CHECK_FALSE(one.random_effects.estimate.value);
  const auto all = compare_strata(std::vector<StratumCount>{{"A", 10, 10}, {"B", 7, 7}}, {});
  CHECK(find_method(all.tests, "pearson_chi_square").why_absent->id == "not_estimable_no_variation");
  CHECK(all.warnings.front().id == "comparison_halves_added");
  CHECK_THROWS_AS(compare_strata({}, {}), Error);
  CHECK_THROWS_AS(compare_strata(std::vector<StratumCount>{{"A", 1, 2}, {"A", 1, 2}}, {}), Error);
  CHECK_THROWS_AS(compare_strata(std::vector<StratumCount>{{"A", 3, 2}}, {}), Error);
}

TEST_CASE("Holm's adjustment", "[comparison][centres]") {
  const std::vector<double> p{0.01, 0.04, 0.03, 0.005};
  const std::vector<double> wanted{0.03, 0.06, 0.06, 0.02};
  const std::vector<double> found = adjust_by_holm(p);
  for (std::size_t i = 0; i < 4; ++i) CHECK(found[i] == Approx(wanted[i]).epsilon(1e-14));
  CHECK(adjust_by_holm({}).empty());
}

TEST_CASE("the exact trend equals enumeration; affine scores change nothing", "[comparison][trend]") {
  std::mt19937_64 generator(51);
  for (int i = 0; i < 60; ++i) {
    std::vector<StratumCount> strata;
    for (int k = 0; k < 4; ++k) {
      const long n = 1 + static_cast<long>(generator() % 7);
      strata.push_back({std::to_string(k), static_cast<long>(generator() % static_cast<unsigned long>(n + 1)), n});
    }
    ProportionTrendOptions options;
    options.scores = {0.0, 1.0, 2.5, 4.0};
    const auto found = estimate_proportion_trend(strata, options);
    if (!found.exact.p_value) continue;
    CHECK(*found.exact.p_value == Approx(naive_trend(strata, options.scores)).epsilon(1e-9));
    for (double& score : options.scores) score = 3.0 - 2.0 * score;
    const auto turned = estimate_proportion_trend(strata, options);
    CHECK(*turned.exact.p_value == Approx(*found.exact.p_value).epsilon(1e-9));
    CHECK(*turned.asymptotic.statistic == Approx(*found.asymptotic.statistic).epsilon(1e-9).margin(1e-12));
    CHECK(*turned.slope.value == Approx(-*found.slope.value / 2.0).epsilon(1e-10).margin(1e-14));
  }
}

TEST_CASE("trends that do not exist", "[comparison][trend]") {
  ProportionTrendOptions options;
  options.scores = {1.0, 1.0};
  const std::vector<StratumCount> two{{"I", 3, 5}, {"II", 4, 5}};
  CHECK_FALSE(estimate_proportion_trend(two, options).asymptotic.p_value);
  CHECK_FALSE(estimate_proportion_trend(std::vector<StratumCount>{{"I", 5, 5}, {"II", 5, 5}}, {}).exact.p_value);
  options.scores = {1.0};
  CHECK_THROWS_AS(estimate_proportion_trend(two, options), Error);
  options.scores = {1.0, std::nan("")};
  CHECK_THROWS_AS(estimate_proportion_trend(two, options), Error);
  options.scores.clear();
  options.most_states = 1;
  CHECK(estimate_proportion_trend(four_centres, options).exact.why_absent->id == "comparison_exact_too_large");
}

TEST_CASE("a margin test agrees with the interval that inverts it", "[comparison][non_inferiority]") {
  std::mt19937_64 generator(61);
  for (int i = 0; i < 200; ++i) {
    NonInferiorityOptions options;
    options.margin = 0.1;
    const long n = 20 + static_cast<long>(generator() % 60);
    const ProportionPair pair{n - static_cast<long>(generator() % 9), n, n - static_cast<long>(generator() % 9), n};
    for (const auto& finding : compare_independent_with_margin(pair, options).findings) {
      if (!finding.test.p_value) continue;
      INFO(finding.test.method);
      CHECK(*finding.shown == (finding.difference.interval->lower >= -options.margin));
    }
    const PairedCounts counts{n, static_cast<long>(generator() % 9), static_cast<long>(generator() % 9), 5};
    for (const auto& finding : compare_paired_with_margin(counts, options).findings) {
      if (!finding.test.p_value) continue;
      INFO(finding.test.method);
      CHECK(*finding.shown == (finding.difference.interval->lower >= -options.margin));
    }
    const auto target = compare_with_target(pair.first_successes, n, 0.85, {0.0, 0.025});
    for (const auto& finding : target.findings) CHECK(*finding.shown == (finding.difference.interval->lower >= 0.0));
  }
}

TEST_CASE("a margin of zero is the one-sided test of equality", "[comparison][non_inferiority]") {
  const auto found = compare_independent_with_margin({45, 50, 38, 50}, {});
  const auto pair = compare_independent_proportions({45, 50, 38, 50}, {});
  CHECK(*found.findings[0].test.statistic ==
        Approx(std::sqrt(*find_method(pair.tests, "chi_square").statistic)).epsilon(1e-10));
  const auto paired = compare_paired_with_margin({30, 9, 2, 9}, {});
  CHECK(*paired.findings[0].test.statistic == Approx(7.0 / std::sqrt(11.0)).epsilon(1e-12));
  const auto target = compare_with_target(3, 3, 0.5, {});
  CHECK(*target.findings[0].test.p_value == Approx(0.125).epsilon(1e-14));
}

TEST_CASE("margins that make no sense, groups that are empty", "[comparison][non_inferiority]") {
  for (const double margin : {-0.1, 1.0, std::nan(""), HUGE_VAL}) {
    CHECK_THROWS_AS(compare_independent_with_margin({1, 2, 1, 2}, {margin, 0.025}), Error);
    CHECK_THROWS_AS(compare_centre_equivalence(four_centres, {margin, 0.05}), Error);
  }
  CHECK_THROWS_AS(compare_paired_with_margin({1, 1, 1, 1}, {0.1, 0.5}), Error);
  CHECK_THROWS_AS(compare_with_target(1, 2, 0.1, {0.2, 0.025}), Error);
  CHECK_THROWS_AS(compare_with_target(3, 2, 0.8, {}), Error);
  CHECK_FALSE(compare_independent_with_margin({0, 0, 1, 2}, {}).findings[0].shown);
  CHECK_FALSE(compare_paired_with_margin({}, {}).findings[0].shown);
  CHECK_FALSE(compare_with_target(0, 0, 0.8, {}).findings[0].shown);
  // Without discordant subjects Wald's test has no error, the score test has.
  const auto same = compare_paired_with_margin({50, 0, 0, 50}, {0.1, 0.025});
  CHECK(*same.findings[0].shown);
  CHECK_FALSE(same.findings[2].shown);
}

TEST_CASE("equivalence of centres", "[comparison][centre_equivalence]") {
  const std::vector<StratumCount> alike{{"A", 180, 200}, {"B", 178, 200}, {"C", 181, 200}};
  const auto found = compare_centre_equivalence(alike, {0.15, 0.05});
  CHECK(*found.all_equivalent);
  CHECK(*found.range.value == Approx(0.015).epsilon(1e-12));
  CHECK(found.range.interval->lower == 0.0);
  CHECK(found.range.interval->upper > 0.015);
  const auto strict = compare_centre_equivalence(alike, {0.02, 0.05});
  CHECK_FALSE(*strict.all_equivalent);
  for (std::size_t k = 0; k < 3; ++k) {
    CHECK(strict.centres[k].p_value > found.centres[k].p_value);
    CHECK(found.centres[k].p_holm >= found.centres[k].p_value);
  }
  const auto apart = compare_centre_equivalence(std::vector<StratumCount>{{"A", 10, 100}, {"B", 90, 100}}, {0.1, 0.05});
  CHECK(apart.range.interval->lower > 0.6);
  const auto one = compare_centre_equivalence(std::vector<StratumCount>{{"A", 10, 100}}, {0.1, 0.05});
  CHECK(one.range.why_absent->id == "comparison_one_stratum");
  CHECK_FALSE(one.all_equivalent);
}
