// Fourfold tables in strata and exact contingency tables: published values, brute force, and relabelling.
#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <random>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/study/comparison/conditional_odds_ratio.hpp"
#include "libqpcr/study/comparison/exact_contingency.hpp"
#include "libqpcr/study/comparison/stratified_tables.hpp"

using namespace qpcr;

namespace {

double choose(long n, long k) {
  if (k < 0 || k > n) return 0.0;
  double product = 1.0;
  for (long i = 1; i <= k; ++i) product *= static_cast<double>(n - k + i) / static_cast<double>(i);
  return product;
}

/// Weights of the summed first cell, by going through every combination of tables.
std::map<long, double> enumerate(const std::vector<ProportionPair>& strata) {
  std::map<long, double> weights;
  const std::function<void(std::size_t, long, double)> go = [&](std::size_t k, long sum, double weight) {
    if (k == strata.size()) {
      weights[sum] += weight;
      return;
    }
    const ProportionPair& s = strata[k];
    const long m = s.first_successes + s.second_successes;
    for (long x = 0; x <= m; ++x) {
      const double one = choose(s.first_total, x) * choose(s.second_total, m - x);
      if (one > 0.0) go(k + 1, sum + x, weight * one);
    }
  };
  go(0, 0, 1.0);
  return weights;
}

std::vector<ProportionPair> random_strata(std::mt19937_64& generator, std::size_t count) {
  std::vector<ProportionPair> strata;
  for (std::size_t k = 0; k < count; ++k) {
    const long n1 = 1 + static_cast<long>(generator() % 8);
    const long n2 = 1 + static_cast<long>(generator() % 8);
    strata.push_back({static_cast<long>(generator() % static_cast<unsigned long>(n1 + 1)), n1,
                      static_cast<long>(generator() % static_cast<unsigned long>(n2 + 1)), n2});
  }
  return strata;
}

/// Every table with the margins, cell by cell.
double brute_force(const ContingencyTable& table) {
  const std::size_t rows = table.size();
  const std::size_t columns = table[0].size();
  std::vector<long> row_left(rows);
  std::vector<long> column_left(columns);
  double observed = 1.0;
  const auto factorial = [](long k) { return std::tgamma(static_cast<double>(k) + 1.0); };
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < columns; ++j) {
      row_left[i] += table[i][j];
      column_left[j] += table[i][j];
      observed /= factorial(table[i][j]);
    }
  }
  double all = 0.0;
  double kept = 0.0;
  const std::function<void(std::size_t, double)> go = [&](std::size_t cell, double weight) {
    if (cell == rows * columns) {
      all += weight;
      if (weight <= observed * (1.0 + 1e-7)) kept += weight;
      return;
    }
    const std::size_t i = cell / columns;
    const std::size_t j = cell % columns;
    const bool last_row = i + 1 == rows;
    const bool last_column = j + 1 == columns;
    for (long x = 0; x <= std::min(row_left[i], column_left[j]); ++x) {
      if ((last_column && x != row_left[i]) || (last_row && x != column_left[j])) continue;
      row_left[i] -= x;
      column_left[j] -= x;
      go(cell + 1, weight / factorial(x));
      row_left[i] += x;
      column_left[j] += x;
    }
  };
  go(0, 1.0);
  return kept / all;
}

double exact_p(const ContingencyTable& table) { return *compare_contingency_exactly(table, {}).test.p_value; }

}  // namespace

TEST_CASE("stratified tables: admissions at Berkeley (Bickel et al. 1975)", "[comparison][stratified_tables]") {
  // Men and women admitted, by department.
  const std::vector<ProportionPair> departments{{512, 825, 89, 108},  {353, 560, 17, 25}, {120, 325, 202, 593},
                                                {138, 417, 131, 375}, {53, 191, 94, 393}, {22, 373, 24, 341}};
  const auto found = compare_stratified_tables(departments, {});
  CHECK(*found.mantel_haenszel_odds.estimate.value == Approx(0.9046968).epsilon(1e-6));
  CHECK(found.mantel_haenszel_odds.estimate.interval->lower == Approx(0.7719074).epsilon(1e-6));
  CHECK(found.mantel_haenszel_odds.estimate.interval->upper == Approx(1.0603298).epsilon(1e-6));
  CHECK(*find_method(found.tests, "cochran_mantel_haenszel_corrected").statistic == Approx(1.4269).margin(5e-5));
  CHECK(*find_method(found.homogeneity, "woolf").statistic == Approx(17.902).margin(5e-4));
}

TEST_CASE("the sum over strata equals brute force", "[comparison][conditional_odds_ratio]") {
  std::mt19937_64 generator(31);
  for (int i = 0; i < 100; ++i) {
    const auto strata = random_strata(generator, 3);
    const ConditionalCount count = ConditionalCount::of_strata(strata);
    const std::map<long, double> weights = enumerate(strata);
    CHECK(count.least() == weights.begin()->first);
    CHECK(count.most() == weights.rbegin()->first);
    double all = 0.0;
    double kept = 0.0;
    const double bound = weights.at(count.observed()) * (1.0 + 1e-7);
    for (const auto& [sum, weight] : weights) {
      all += weight;
      if (weight <= bound) kept += weight;
    }
    CHECK(count.two_sided_p_value() == Approx(kept / all).epsilon(1e-9));
    const Estimate odds = count.estimate_odds_ratio(0.95);
    if (!odds.value) continue;
    const auto share = [&](double ratio, const auto& part) {
      double total = 0.0;
      double sum = 0.0;
      for (const auto& [x, weight] : weights) {
        const double one = weight * std::pow(ratio, static_cast<double>(x));
        total += one;
        sum += part(x) * one;
      }
      return sum / total;
    };
    CHECK(share(*odds.value, [](long x) { return static_cast<double>(x); }) ==
          Approx(static_cast<double>(count.observed())).epsilon(1e-9));
    CHECK(share(odds.interval->lower, [&](long x) { return x >= count.observed() ? 1.0 : 0.0; }) ==
          Approx(0.025).epsilon(1e-8));
    CHECK(share(odds.interval->upper, [&](long x) { return x <= count.observed() ? 1.0 : 0.0; }) ==
          Approx(0.025).epsilon(1e-8));
  }
}

TEST_CASE("one stratum: Mantel-Haenszel is the plain odds ratio and risk difference",
          "[comparison][stratified_tables]") {
  const auto found = compare_stratified_tables(std::vector<ProportionPair>{{18, 30, 9, 28}}, {});
  const double log_error = std::sqrt(1.0 / 18 + 1.0 / 12 + 1.0 / 9 + 1.0 / 19);
  CHECK(*found.mantel_haenszel_odds.estimate.value == Approx(18.0 * 19.0 / (12.0 * 9.0)).epsilon(1e-13));
  CHECK(*found.mantel_haenszel_odds.estimate.standard_error == Approx(log_error).epsilon(1e-13));
  CHECK(*found.risk_difference.estimate.value == Approx(18.0 / 30.0 - 9.0 / 28.0).epsilon(1e-13));
  CHECK(find_method(found.homogeneity, "breslow_day").why_absent->id == "comparison_one_stratum");
}

TEST_CASE("strata with one odds ratio are homogeneous, and swapping groups inverts it",
          "[comparison][stratified_tables]") {
  // 16/20 against 10/20 has odds 4; 8/10 against 20/40 too.
  const std::vector<ProportionPair> strata{{16, 20, 10, 20}, {8, 10, 20, 40}};
  const auto found = compare_stratified_tables(strata, {});
  CHECK(*found.mantel_haenszel_odds.estimate.value == Approx(4.0).epsilon(1e-13));
  CHECK(*find_method(found.homogeneity, "breslow_day").statistic == Approx(0.0).margin(1e-20));
  CHECK(*find_method(found.homogeneity, "woolf").statistic == Approx(0.0).margin(1e-20));
  std::vector<ProportionPair> swapped{strata[1].swapped(), strata[0].swapped()};
  const auto back = compare_stratified_tables(swapped, {});
  CHECK(*back.mantel_haenszel_odds.estimate.value == Approx(0.25).epsilon(1e-13));
  CHECK(*back.risk_difference.estimate.value == Approx(-*found.risk_difference.estimate.value).epsilon(1e-13));
  CHECK(*back.risk_difference.estimate.standard_error ==
        Approx(*found.risk_difference.estimate.standard_error).epsilon(1e-12));
  for (const char* method : {"cochran_mantel_haenszel", "exact_conditional"})
    CHECK(*find_method(back.tests, method).p_value == Approx(*find_method(found.tests, method).p_value).epsilon(1e-10));
}

TEST_CASE("strata without information", "[comparison][stratified_tables]") {
  const auto found =
      compare_stratified_tables(std::vector<ProportionPair>{{3, 5, 1, 6}, {0, 4, 0, 3}, {1, 1, 0, 0}}, {});
  CHECK(found.informative_strata == 1);
  CHECK(found.warnings.front().id == "comparison_strata_without_information");
  CHECK(find_method(found.homogeneity, "breslow_day").why_absent->id == "comparison_empty_margin");
  // A stratum without one of the groups has no odds ratio; it must not enter Woolf's sum with four halves.
  const auto two = compare_stratified_tables(std::vector<ProportionPair>{{3, 5, 1, 6}, {0, 4, 0, 3}}, {});
  CHECK(find_method(found.homogeneity, "woolf") == find_method(two.homogeneity, "woolf"));
  CHECK(*find_method(two.homogeneity, "woolf").degrees_of_freedom == 1.0);
  const auto alone = compare_stratified_tables(std::vector<ProportionPair>{{3, 5, 1, 6}}, {});
  CHECK(*find_method(found.tests, "exact_conditional").p_value ==
        Approx(*find_method(alone.tests, "exact_conditional").p_value).epsilon(1e-12));
  const auto nothing = compare_stratified_tables(std::vector<ProportionPair>{{0, 4, 0, 3}}, {});
  CHECK_FALSE(find_method(nothing.tests, "cochran_mantel_haenszel").p_value);
  CHECK_FALSE(nothing.mantel_haenszel_odds.estimate.value);
  CHECK_FALSE(nothing.conditional_odds.estimate.value);
  CHECK_THROWS_AS(compare_stratified_tables({}, {}), Error);
  CHECK_THROWS_AS(compare_stratified_tables(std::vector<ProportionPair>{{5, 4, 0, 3}}, {}), Error);
}

TEST_CASE("Freeman-Halton: job satisfaction (Agresti 2002, table 2.8)", "[comparison][exact_contingency]") {
  CHECK(exact_p({{1, 3, 10, 6}, {2, 3, 10, 7}, {1, 6, 14, 12}, {0, 1, 9, 11}}) == Approx(0.7827).margin(5e-5));
}

TEST_CASE("Freeman-Halton equals brute force and does not mind order", "[comparison][exact_contingency]") {
  std::mt19937_64 generator(41);
  for (int i = 0; i < 150; ++i) {
    const std::size_t rows = 2 + generator() % 2;
    const std::size_t columns = 2 + generator() % 3;
    ContingencyTable table(rows, std::vector<long>(columns));
    for (auto& row : table) {
      for (long& count : row) count = static_cast<long>(generator() % 5);
    }
    const ExactContingencyResult found = compare_contingency_exactly(table, {});
    if (!found.test.p_value) continue;
    CHECK(*found.test.p_value == Approx(brute_force(table)).epsilon(1e-9));
    ContingencyTable turned(columns, std::vector<long>(rows));
    for (std::size_t r = 0; r < rows; ++r) {
      for (std::size_t c = 0; c < columns; ++c) turned[columns - 1 - c][r] = table[r][c];
    }
    CHECK(exact_p(turned) == Approx(*found.test.p_value).epsilon(1e-9));
    table.push_back(std::vector<long>(columns, 0));
    CHECK(exact_p(table) == Approx(*found.test.p_value).epsilon(1e-9));
  }
}

TEST_CASE("a large table is not computed, or sampled the same at any number of threads",
          "[comparison][exact_contingency]") {
  const ContingencyTable table{{46, 38, 52, 40}, {4, 10, 8, 1}};
  ExactContingencyOptions options;
  options.most_states = 20;
  CHECK(compare_contingency_exactly(table, options).test.why_absent->id == "comparison_exact_too_large");
  options.replicates = 20'000;
  options.seed = 7;
  options.threads = 1;
  const auto one = compare_contingency_exactly(table, options);
  options.threads = 4;
  const auto four = compare_contingency_exactly(table, options);
  CHECK(one.test == four.test);
  CHECK(std::abs(*one.test.p_value - exact_p(table)) < 5.0 * *one.monte_carlo_error);
  options.seed = 8;
  CHECK(*compare_contingency_exactly(table, options).test.p_value != *one.test.p_value);
}

TEST_CASE("contingency tables that cannot be", "[comparison][exact_contingency]") {
  CHECK_THROWS_AS(compare_contingency_exactly({}, {}), Error);
  CHECK_THROWS_AS(compare_contingency_exactly({{}}, {}), Error);
  CHECK_THROWS_AS(compare_contingency_exactly({{1, 2}, {3}}, {}), Error);
  CHECK_THROWS_AS(compare_contingency_exactly({{1, -2}, {3, 4}}, {}), Error);
  CHECK_FALSE(compare_contingency_exactly({{0, 0}, {0, 0}}, {}).test.p_value);
  CHECK_FALSE(compare_contingency_exactly({{5, 7}, {0, 0}}, {}).test.p_value);
  ExactContingencyOptions options;
  options.most_states = 0;
  CHECK_THROWS_AS(compare_contingency_exactly({{1, 2}, {3, 4}}, options), Error);
}
