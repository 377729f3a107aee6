// Two independent proportions: published limits, enumeration, the likelihood maximised naively, and symmetries.
#include <cmath>
#include <random>
#include <vector>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/study/comparison/conditional_odds_ratio.hpp"
#include "libqpcr/study/comparison/independent_proportions.hpp"
#include "libqpcr/study/comparison/score_difference.hpp"

using namespace qpcr;

namespace {

struct Published {
  ProportionPair pair;
  Interval newcombe;
  Interval corrected;
  Interval miettinen_nurminen;
};

/// Newcombe 1998 (Statistics in Medicine 17:873), examples (a) to (h), methods 10 and 11 and Miettinen & Nurminen's.
const std::vector<Published> newcombe_1998{{{56, 70, 48, 80}, {0.0524, 0.3339}, {0.0428, 0.3422}, {0.0528, 0.3382}},
                                           {{9, 10, 3, 10}, {0.1705, 0.8090}, {0.1013, 0.8387}, {0.1700, 0.8406}},
                                           {{6, 7, 2, 7}, {0.0582, 0.8062}, {-0.0290, 0.8423}, {0.0342, 0.8534}},
                                           {{5, 56, 0, 29}, {-0.0381, 0.1926}, {-0.0667, 0.2037}, {-0.0326, 0.1933}},
                                           {{0, 10, 0, 20}, {-0.1611, 0.2775}, {-0.2005, 0.3445}, {-0.1658, 0.2844}},
                                           {{0, 10, 0, 10}, {-0.2775, 0.2775}, {-0.3445, 0.3445}, {-0.2879, 0.2879}},
                                           {{10, 10, 0, 20}, {0.6791, 1.0000}, {0.6014, 1.0000}, {0.7156, 1.0000}},
                                           {{10, 10, 0, 10}, {0.6075, 1.0000}, {0.5128, 1.0000}, {0.6636, 1.0000}}};

double choose(long n, long k) {
  double product = 1.0;
  for (long i = 1; i <= k; ++i) product *= static_cast<double>(n - k + i) / static_cast<double>(i);
  return product;
}

/// All tables with the margins, by products of binomial coefficients.
double naive_fisher(const ProportionPair& pair) {
  const long m = pair.first_successes + pair.second_successes;
  const auto weight = [&](long x) { return choose(pair.first_total, x) * choose(pair.second_total, m - x); };
  double kept = 0.0;
  double all = 0.0;
  for (long x = std::max(0L, m - pair.second_total); x <= std::min(m, pair.first_total); ++x) {
    all += weight(x);
    if (weight(x) <= weight(pair.first_successes) * (1.0 + 1e-7)) kept += weight(x);
  }
  return kept / all;
}

ProportionPair random_pair(std::mt19937_64& generator) {
  const long n1 = 1 + static_cast<long>(generator() % 40);
  const long n2 = 1 + static_cast<long>(generator() % 40);
  return {static_cast<long>(generator() % static_cast<unsigned long>(n1 + 1)), n1,
          static_cast<long>(generator() % static_cast<unsigned long>(n2 + 1)), n2};
}

/// ln likelihood at (second + difference, second).
double log_likelihood(const ProportionPair& pair, double second, double difference) {
  const auto term = [](long count, double p) {
    return count == 0 ? 0.0 : p <= 0.0 ? -1e300 : static_cast<double>(count) * std::log(p);
  };
  return term(pair.first_successes, second + difference) +
         term(pair.first_total - pair.first_successes, 1.0 - second - difference) +
         term(pair.second_successes, second) + term(pair.second_total - pair.second_successes, 1.0 - second);
}

const Interval& limits(const std::vector<MethodEstimate>& all, const char* method) {
  return *find_method(all, method).estimate.interval;
}

}  // namespace

TEST_CASE("differences: the eight examples of Newcombe 1998", "[comparison][independent_proportions]") {
  for (const Published& published : newcombe_1998) {
    const auto found = compare_independent_proportions(published.pair, {});
    INFO(published.pair.first_successes << "/" << published.pair.first_total);
    for (const auto& [method, wanted] :
         {std::pair("newcombe", published.newcombe), std::pair("newcombe_corrected", published.corrected),
          std::pair("miettinen_nurminen", published.miettinen_nurminen)}) {
      INFO(method);
      CHECK(limits(found.differences, method).lower == Approx(wanted.lower).margin(5.1e-5));
      CHECK(limits(found.differences, method).upper == Approx(wanted.upper).margin(5.1e-5));
    }
  }
}

TEST_CASE("Fisher's test: the lady tasting tea", "[comparison][independent_proportions]") {
  const auto found = compare_independent_proportions({3, 4, 1, 4}, {});
  CHECK(*find_method(found.tests, "fisher_exact").p_value == Approx(34.0 / 70.0).epsilon(1e-13));
  CHECK(*found.odds_ratio.estimate.value == Approx(6.408309).epsilon(1e-4));
  CHECK(found.odds_ratio.estimate.interval->lower == Approx(0.2117329).epsilon(1e-3));
}

TEST_CASE("Fisher's p equals enumeration, also for large tables", "[comparison][independent_proportions]") {
  std::mt19937_64 generator(11);
  for (int i = 0; i < 500; ++i) {
    const ProportionPair pair = random_pair(generator);
    const double p = ConditionalCount::of_pair(pair).two_sided_p_value();
    CHECK(p == Approx(naive_fisher(pair)).epsilon(1e-10));
    CHECK(ConditionalCount::of_pair(pair.swapped()).two_sided_p_value() == Approx(p).epsilon(1e-10));
  }
  const ProportionPair large{9'000, 20'000, 11'000, 20'000};
  const double p = ConditionalCount::of_pair(large).two_sided_p_value();
  CHECK(p > 0.0);
  CHECK(p < 1e-80);
}

TEST_CASE("the fit under a difference maximises the likelihood", "[comparison][score_difference]") {
  std::mt19937_64 generator(5);
  for (int i = 0; i < 400; ++i) {
    const ProportionPair pair = random_pair(generator);
    const double difference = -0.98 + 1.96 * static_cast<double>(generator() % 1000) / 999.0;
    const double found = fit_second_proportion(pair, difference);
    const double best = log_likelihood(pair, found, difference);
    const double lower = std::max(0.0, -difference);
    const double upper = std::min(1.0, 1.0 - difference);
    INFO(pair.first_successes << "/" << pair.first_total << " " << pair.second_successes << "/" << pair.second_total
                              << " at " << difference << ": " << found);
    CHECK(found >= lower);
    CHECK(found <= upper);
    for (int step = 0; step <= 200; ++step) {
      const double other = lower + (upper - lower) * step / 200.0;
      const double likelihood = log_likelihood(pair, other, difference);
      if (likelihood > best + 1e-9 * (1.0 + std::abs(best))) FAIL_CHECK("more likely at " << other);
    }
  }
}

TEST_CASE("swapping the groups negates differences and inverts ratios", "[comparison][independent_proportions]") {
  std::mt19937_64 generator(7);
  for (int i = 0; i < 200; ++i) {
    const ProportionPair pair = random_pair(generator);
    const auto there = compare_independent_proportions(pair, {});
    IndependentProportionsOptions reverse;
    reverse.order = ComparisonOrder::second_minus_first;
    const auto back = compare_independent_proportions(pair, reverse);
    for (std::size_t k = 0; k < there.differences.size(); ++k) {
      const Estimate& a = there.differences[k].estimate;
      const Estimate& b = back.differences[k].estimate;
      INFO(there.differences[k].method);
      CHECK(*a.value == Approx(-*b.value).margin(1e-14));
      REQUIRE(a.interval.has_value() == b.interval.has_value());
      if (!a.interval) continue;
      CHECK(a.interval->lower == Approx(-b.interval->upper).margin(1e-11));
      CHECK(a.interval->upper == Approx(-b.interval->lower).margin(1e-11));
      CHECK(a.interval->lower <= a.interval->upper);
    }
    for (const char* method : {"koopman", "katz_log"}) {
      const Interval& a = limits(there.ratios, method);
      const Interval& b = limits(back.ratios, method);
      INFO(method);
      if (b.upper > 0.0 && std::isfinite(b.upper)) CHECK(a.lower == Approx(1.0 / b.upper).epsilon(1e-8));
    }
    for (std::size_t k = 0; k < there.tests.size(); ++k)
      CHECK(there.tests[k].p_value.value_or(-1.0) == Approx(back.tests[k].p_value.value_or(-1.0)).epsilon(1e-10));
  }
}

TEST_CASE("counting failures negates the difference", "[comparison][independent_proportions]") {
  std::mt19937_64 generator(8);
  for (int i = 0; i < 100; ++i) {
    const ProportionPair pair = random_pair(generator);
    const ProportionPair failures{pair.first_total - pair.first_successes, pair.first_total,
                                  pair.second_total - pair.second_successes, pair.second_total};
    const auto there = compare_independent_proportions(pair, {});
    const auto back = compare_independent_proportions(failures, {});
    for (const char* method : {"newcombe", "miettinen_nurminen", "mee", "haldane", "jeffreys_perks"}) {
      INFO(method);
      CHECK(limits(there.differences, method).lower == Approx(-limits(back.differences, method).upper).margin(1e-10));
    }
  }
}

TEST_CASE("what does not exist in two proportions", "[comparison][independent_proportions]") {
  const auto none = compare_independent_proportions({0, 0, 3, 10}, {});
  CHECK_FALSE(none.differences.front().estimate.value);
  CHECK(none.differences.front().estimate.why_absent->id == "comparison_empty_group");
  const auto zero = compare_independent_proportions({5, 10, 0, 10}, {});
  for (const MethodEstimate& ratio : zero.ratios) {
    INFO(ratio.method);
    CHECK_FALSE(ratio.estimate.value);
    CHECK(ratio.estimate.why_absent->id == "comparison_no_second_success");
    REQUIRE(ratio.estimate.interval);
    CHECK_FALSE(std::isnan(ratio.estimate.interval->lower));
  }
  CHECK(zero.odds_ratio.estimate.why_absent->id == "comparison_odds_ratio_unbounded");
  const auto constant = compare_independent_proportions({10, 10, 10, 10}, {});
  CHECK(find_method(constant.tests, "chi_square").why_absent->id == "not_estimable_no_variation");
  CHECK_FALSE(constant.odds_ratio.estimate.value);
  CHECK_THROWS_AS(compare_independent_proportions({-1, 10, 3, 10}, {}), Error);
  CHECK_THROWS_AS(compare_independent_proportions({11, 10, 3, 10}, {}), Error);
  for (const double confidence : {0.0, 1.0, -0.5, std::nan(""), HUGE_VAL}) {
    IndependentProportionsOptions options;
    options.confidence = confidence;
    CHECK_THROWS_AS(compare_independent_proportions({1, 10, 3, 10}, options), Error);
  }
}

TEST_CASE("no limit of two proportions is NaN on a grid", "[comparison][independent_proportions]") {
  for (long n1 = 1; n1 <= 6; ++n1) {
    for (long n2 = 1; n2 <= 6; ++n2) {
      for (long x1 = 0; x1 <= n1; ++x1) {
        for (long x2 = 0; x2 <= n2; ++x2) {
          const auto found = compare_independent_proportions({x1, n1, x2, n2}, {});
          for (const auto& list : {found.differences, found.ratios}) {
            for (const MethodEstimate& one : list) {
              INFO(one.method << " " << x1 << "/" << n1 << " " << x2 << "/" << n2);
              if (!one.estimate.interval) continue;
              CHECK(one.estimate.interval->lower <= one.estimate.interval->upper);
            }
          }
        }
      }
    }
  }
}
