// Rank tests against enumeration of all arrangements, published examples and their symmetries.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/math/rank_tests.hpp"
#include "libqpcr/math/resampling.hpp"

using namespace qpcr;

namespace {

double count_pairs(const std::vector<double>& a, const std::vector<double>& b) {
  double pairs = 0.0;
  for (const double x : a) {
    for (const double y : b) pairs += x > y ? 1.0 : (x == y ? 0.5 : 0.0);
  }
  return pairs;
}

std::vector<double> sort_differences(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> differences;
  for (const double x : a) {
    for (const double y : b) differences.push_back(x - y);
  }
  std::sort(differences.begin(), differences.end());
  return differences;
}

std::vector<double> draw_values(ResamplingStream& stream, std::size_t count, std::size_t different) {
  std::vector<double> values(count);
  for (double& value : values) value = static_cast<double>(stream.index(different)) / 7.0;
  return values;
}

}  // namespace

TEST_CASE("the Mann–Whitney distribution equals the enumeration of all arrangements") {
  for (const auto& [m, n] : {std::pair(1, 1), std::pair(3, 4), std::pair(5, 5), std::pair(2, 7)}) {
    std::vector<double> counts(static_cast<std::size_t>(m * n) + 1, 0.0);
    double arrangements = 0.0;
    for (unsigned mask = 0; mask < (1u << (m + n)); ++mask) {
      if (__builtin_popcount(mask) != m) continue;
      std::vector<double> a;
      std::vector<double> b;
      for (int i = 0; i < m + n; ++i) ((mask >> i) & 1u ? a : b).push_back(i);
      counts[static_cast<std::size_t>(count_pairs(a, b))] += 1.0;
      arrangements += 1.0;
    }
    const std::vector<double> found = derive_mann_whitney_distribution(m, n);
    REQUIRE(found.size() == counts.size());
    for (std::size_t u = 0; u < counts.size(); ++u) CHECK(found[u] == Approx(counts[u] / arrangements).epsilon(1e-13));
  }
}

TEST_CASE("small samples: exact p by enumeration, interval by the order statistics of R") {
  const std::vector<double> a{1.1, 2.2, 3.3, 4.45, 0.2};
  const std::vector<double> b{2.15, 5.5, 7.7, 8.8, 6.1, 3.05};
  const MannWhitneyTest found = compare_mann_whitney(a, b);
  CHECK(found.exact);
  CHECK(found.u == count_pairs(a, b));
  // 38 of the 462 arrangements are as far out: 2·19/462.
  CHECK(found.p_value == Approx(38.0 / 462.0).epsilon(1e-13));
  const std::vector<double> differences = sort_differences(a, b);
  CHECK(found.shift == Approx(0.5 * (differences[14] + differences[15])).epsilon(1e-15));
  // qwilcox(0.025, 5, 6) is 4: the 4th and the 27th difference.
  CHECK(found.shift_interval.lower == differences[3]);
  CHECK(found.shift_interval.upper == differences[26]);
}

TEST_CASE("the shift is the median of all differences, with ties too") {
  for (std::uint64_t run = 0; run < 500; ++run) {
    ResamplingStream stream(3, run);
    const auto a = draw_values(stream, 1 + stream.index(12), 9);
    const auto b = draw_values(stream, 1 + stream.index(12), 9);
    const auto differences = sort_differences(a, b);
    const MannWhitneyTest found = compare_mann_whitney(a, b);
    CHECK(found.u == count_pairs(a, b));
    const std::size_t n = differences.size();
    CHECK(found.shift == 0.5 * (differences[(n - 1) / 2] + differences[n / 2]));
  }
}

TEST_CASE("the interval holds the shifts that the normal test does not reject") {
  ResamplingStream stream(5, 1);
  const auto a = draw_values(stream, 15, 1000);
  const auto b = draw_values(stream, 11, 1000);
  MannWhitneyOptions options;
  options.distribution = RankDistribution::normal;
  const Interval limits = compare_mann_whitney(a, b, options).shift_interval;
  const auto p_at = [&](double shift) {
    std::vector<double> moved = a;
    for (double& value : moved) value -= shift;
    return compare_mann_whitney(moved, b, options).p_value;
  };
  const double step = 1e-7;
  CHECK(p_at(limits.lower - step) <= 0.05);
  CHECK(p_at(limits.lower + step) > 0.05);
  CHECK(p_at(limits.upper - step) > 0.05);
  CHECK(p_at(limits.upper + step) <= 0.05);
}

TEST_CASE("swapping groups turns the sign and nothing else") {
  ResamplingStream stream(6, 1);
  const auto a = draw_values(stream, 9, 30);
  const auto b = draw_values(stream, 14, 30);
  const MannWhitneyTest one = compare_mann_whitney(a, b);
  const MannWhitneyTest other = compare_mann_whitney(b, a);
  CHECK(one.u + other.u == 9.0 * 14.0);
  CHECK(one.p_value == Approx(other.p_value).epsilon(1e-13));
  CHECK(one.shift == -other.shift);
  CHECK(one.shift_interval.lower == -other.shift_interval.upper);
}

TEST_CASE("Kruskal–Wallis of two groups is the squared Mann–Whitney score without correction") {
  ResamplingStream stream(8, 2);
  const auto a = draw_values(stream, 12, 15);
  const auto b = draw_values(stream, 17, 15);
  MannWhitneyOptions options;
  options.distribution = RankDistribution::normal;
  options.continuity_correction = false;
  CHECK(compare_kruskal_wallis({a, b}).p_value == Approx(compare_mann_whitney(a, b, options).p_value).epsilon(1e-11));
  CHECK(std::isnan(compare_kruskal_wallis({{1, 1}, {1, 1, 1}}).statistic));
  CHECK_THROWS_AS(compare_kruskal_wallis({{1, 2}}), Error);
  CHECK_THROWS_AS(compare_kruskal_wallis({{1, 2}, {}}), Error);
}

TEST_CASE("Jonckheere–Terpstra: exact p by enumeration of all divisions") {
  const std::vector<std::vector<double>> groups{{1.5, 3.1}, {2.2, 5.0, 4.1}, {6.0, 3.5}};
  const JonckheereTest found = compare_jonckheere_terpstra(groups);
  std::vector<double> all;
  for (const auto& group : groups) all.insert(all.end(), group.begin(), group.end());
  std::sort(all.begin(), all.end());
  double at_least = 0.0;
  double at_most = 0.0;
  double divisions = 0.0;
  std::vector<std::size_t> order(all.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  do {
    const auto at = [&](std::size_t i) { return all[order[i]]; };
    const std::vector<double> a{at(0), at(1)};
    const std::vector<double> b{at(2), at(3), at(4)};
    const std::vector<double> c{at(5), at(6)};
    const double j = count_pairs(b, a) + count_pairs(c, a) + count_pairs(c, b);
    at_least += j >= found.j ? 1.0 : 0.0;
    at_most += j <= found.j ? 1.0 : 0.0;
    divisions += 1.0;
  } while (std::next_permutation(order.begin(), order.end()));
  CHECK(found.exact);
  CHECK(found.p_value == Approx(std::min(1.0, 2.0 * std::min(at_least, at_most) / divisions)).epsilon(1e-12));
}

TEST_CASE("Jonckheere's variance with ties is that of all permutations") {
  const std::vector<std::vector<double>> groups{{1, 2}, {2, 2, 3}, {3, 1}};
  std::vector<double> all;
  for (const auto& group : groups) all.insert(all.end(), group.begin(), group.end());
  std::vector<std::size_t> order(all.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  double sum = 0.0;
  double squares = 0.0;
  double count = 0.0;
  do {
    const auto at = [&](std::size_t i) { return all[order[i]]; };
    const std::vector<double> a{at(0), at(1)};
    const std::vector<double> b{at(2), at(3), at(4)};
    const std::vector<double> c{at(5), at(6)};
    const double j = count_pairs(b, a) + count_pairs(c, a) + count_pairs(c, b);
    sum += j;
    squares += j * j;
    count += 1.0;
  } while (std::next_permutation(order.begin(), order.end()));
  const JonckheereTest found = compare_jonckheere_terpstra(groups);
  CHECK_FALSE(found.exact);
  CHECK(found.mean == Approx(sum / count).epsilon(1e-12));
  CHECK(found.standard_deviation == Approx(std::sqrt(squares / count - sum * sum / count / count)).epsilon(1e-10));
}

TEST_CASE("Kendall's tau equals the count of pairs, with ties") {
  for (std::uint64_t run = 0; run < 300; ++run) {
    ResamplingStream stream(9, run);
    const std::size_t n = 3 + stream.index(20);
    const auto x = draw_values(stream, n, 6);
    const auto y = draw_values(stream, n, 6);
    double score = 0.0;
    double in_x = 0.0;
    double in_y = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = i + 1; j < n; ++j) {
        const double product = (x[i] - x[j]) * (y[i] - y[j]);
        score += product > 0.0 ? 1.0 : (product < 0.0 ? -1.0 : 0.0);
        in_x += x[i] != x[j] ? 1.0 : 0.0;
        in_y += y[i] != y[j] ? 1.0 : 0.0;
      }
    }
    const KendallCorrelation found = estimate_kendall(x, y);
    CHECK(found.score == score);
    if (in_x > 0.0 && in_y > 0.0) {
      CHECK(found.tau_b == Approx(score / std::sqrt(in_x * in_y)).margin(1e-14));
    } else {
      CHECK(std::isnan(found.tau_b));
    }
  }
}

TEST_CASE("rank tests refuse what is no number and give none where none is") {
  const std::vector<double> some{1.0, 2.0};
  CHECK(std::isnan(compare_mann_whitney({}, some).p_value));
  CHECK(std::isnan(compare_mann_whitney(std::vector<double>{1, 1}, std::vector<double>{1, 1, 1}).p_value));
  CHECK_THROWS_AS(compare_mann_whitney(some, std::vector<double>{std::nan("")}), Error);
  CHECK_THROWS_AS(estimate_kendall(some, std::vector<double>{1.0}), Error);
  MannWhitneyOptions wrong;
  wrong.confidence = 1.0;
  CHECK_THROWS_AS(compare_mann_whitney(some, some, wrong), Error);
  CHECK_THROWS_AS(derive_mid_ranks(std::vector<double>{std::nan("")}), Error);
  CHECK(derive_mid_ranks(std::vector<double>{3, 1, 3, 2}).ranks == std::vector<double>{3.5, 1, 3.5, 2});
}
