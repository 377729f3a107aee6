// Rank statistics, with exact null distributions by recurrences of positive terms.
#include "libqpcr/math/rank_tests.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <string>

#include "libqpcr/core/refusal.hpp"

namespace qpcr {
namespace {

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();

void check_finite(std::span<const double> values) {
  for (const double value : values) {
    if (!std::isfinite(value)) {
      refuse_request(ErrorCode::invalid_value, "values", std::to_string(value), "finite numbers");
    }
  }
}

std::vector<double> gather(const std::vector<std::vector<double>>& groups) {
  if (groups.size() < 2) {
    refuse_request(ErrorCode::invalid_value, "groups", std::to_string(groups.size()), "at least two groups");
  }
  std::vector<double> all;
  for (const auto& group : groups) {
    if (group.empty()) refuse_request(ErrorCode::invalid_value, "groups", "an empty group", "values in every group");
    check_finite(group);
    all.insert(all.end(), group.begin(), group.end());
  }
  return all;
}

std::vector<double> sort_values(std::span<const double> values) {
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

/// Pairs with a from `first` above b from `second`, ties as halves; both sorted.
double count_above(std::span<const double> first, std::span<const double> second) {
  double pairs = 0.0;
  std::size_t below = 0;
  std::size_t up_to = 0;
  for (const double value : first) {
    while (below < second.size() && second[below] < value) ++below;
    while (up_to < second.size() && second[up_to] <= value) ++up_to;
    pairs += 0.5 * static_cast<double>(below + up_to);
  }
  return pairs;
}

/// Doubles as whole numbers in the same order, so that halving an interval of numbers halves one of doubles.
std::int64_t order_of(double value) {
  const auto bits = std::bit_cast<std::int64_t>(value);
  return bits < 0 ? std::numeric_limits<std::int64_t>::min() - bits : bits;
}

double double_of(std::int64_t order) {
  return std::bit_cast<double>(order < 0 ? std::numeric_limits<std::int64_t>::min() - order : order);
}

/// The k-th smallest (from 1) of all differences a − b of two sorted samples: the first double that k of them do not
/// exceed. Rounded differences rise with a and fall with b as exact ones do, so that counting walks both once.
double select_difference(std::span<const double> first, std::span<const double> second, double k) {
  std::int64_t lower = order_of(first.front() - second.back());
  std::int64_t upper = order_of(first.back() - second.front());
  while (lower < upper) {
    const std::int64_t middle =
        lower + static_cast<std::int64_t>((static_cast<std::uint64_t>(upper) - static_cast<std::uint64_t>(lower)) / 2);
    const double value = double_of(middle);
    double count = 0.0;
    std::size_t j = 0;
    for (const double a : first) {
      while (j < second.size() && a - second[j] > value) ++j;
      count += static_cast<double>(second.size() - j);
    }
    if (count >= k) {
      upper = middle;
    } else {
      lower = middle + 1;
    }
  }
  return double_of(lower);
}

/// Index from which, counted from 1, the order statistics of the differences bound the interval; 1 at least.
double find_exact_rank(const std::vector<double>& distribution, double tail) {
  double cumulative = 0.0;
  double rank = 0.0;
  for (const double mass : distribution) {
    cumulative += mass;
    if (cumulative >= tail * (1.0 - 1e-12)) break;
    rank += 1.0;
  }
  return std::max(rank, 1.0);
}

double estimate_exact_p(const std::vector<double>& distribution, double u) {
  const double middle = 0.5 * static_cast<double>(distribution.size() - 1);
  const auto near = static_cast<std::size_t>(u > middle ? static_cast<double>(distribution.size() - 1) - u : u);
  const double tail =
      std::accumulate(distribution.begin(), distribution.begin() + static_cast<std::ptrdiff_t>(near) + 1, 0.0);
  return std::min(1.0, 2.0 * tail);
}

/// Null distribution of J without ties: each group against all before it gives an independent U.
std::vector<double> derive_jonckheere_distribution(const std::vector<std::vector<double>>& groups) {
  std::vector<double> total{1.0};
  long before = static_cast<long>(groups.front().size());
  for (std::size_t g = 1; g < groups.size(); ++g) {
    const std::vector<double> one = derive_mann_whitney_distribution(static_cast<long>(groups[g].size()), before);
    std::vector<double> next(total.size() + one.size() - 1, 0.0);
    for (std::size_t i = 0; i < total.size(); ++i) {
      for (std::size_t k = 0; k < one.size(); ++k) next[i + k] += total[i] * one[k];
    }
    total = std::move(next);
    before += static_cast<long>(groups[g].size());
  }
  return total;
}

double fold_tails(double below, double above, Alternative alternative) {
  if (alternative == Alternative::greater) return std::min(1.0, above);
  if (alternative == Alternative::less) return std::min(1.0, below);
  return std::min(1.0, 2.0 * std::min(below, above));
}

/// Variance of J; sums over the sizes of groups and of runs of equal values (Hollander et al. 2014, equation 6.19).
double estimate_jonckheere_variance(const std::vector<std::vector<double>>& groups, std::span<const double> sorted,
                                    bool tie_correction) {
  const double n = static_cast<double>(sorted.size());
  double cubes = n * (n - 1.0) * (2.0 * n + 5.0);
  double group_triples = 0.0;
  double group_pairs = 0.0;
  for (const auto& group : groups) {
    const double size = static_cast<double>(group.size());
    cubes -= size * (size - 1.0) * (2.0 * size + 5.0);
    group_triples += size * (size - 1.0) * (size - 2.0);
    group_pairs += size * (size - 1.0);
  }
  if (!tie_correction) return cubes / 72.0;
  double tie_triples = 0.0;
  double tie_pairs = 0.0;
  for (std::size_t i = 0; i < sorted.size();) {
    std::size_t j = i;
    while (j < sorted.size() && sorted[j] == sorted[i]) ++j;
    const double run = static_cast<double>(j - i);
    cubes -= run * (run - 1.0) * (2.0 * run + 5.0);
    tie_triples += run * (run - 1.0) * (run - 2.0);
    tie_pairs += run * (run - 1.0);
    i = j;
  }
  const double triples = n > 2.0 ? group_triples * tie_triples / (36.0 * n * (n - 1.0) * (n - 2.0)) : 0.0;
  return cubes / 72.0 + triples + group_pairs * tie_pairs / (8.0 * n * (n - 1.0));
}

/// Sorts and counts the pairs in wrong order.
double count_inversions(std::vector<double>& values, std::vector<double>& scratch, std::size_t begin, std::size_t end) {
  if (end - begin < 2) return 0.0;
  const std::size_t middle = begin + (end - begin) / 2;
  double count = count_inversions(values, scratch, begin, middle) + count_inversions(values, scratch, middle, end);
  std::size_t left = begin;
  std::size_t right = middle;
  for (std::size_t k = begin; k < end; ++k) {
    const bool take_right = right < end && (left == middle || values[right] < values[left]);
    if (take_right) count += static_cast<double>(middle - left);
    scratch[k] = values[take_right ? right++ : left++];
  }
  std::copy(scratch.begin() + static_cast<std::ptrdiff_t>(begin), scratch.begin() + static_cast<std::ptrdiff_t>(end),
            values.begin() + static_cast<std::ptrdiff_t>(begin));
  return count;
}

/// Sums over the runs of equal values that the variance of Kendall's score needs.
struct TieSums {
  double pairs = 0.0;     ///< Σ t(t − 1)/2
  double triples = 0.0;   ///< Σ t(t − 1)(t − 2)
  double variance = 0.0;  ///< Σ t(t − 1)(2t + 5)
};

template <class Equal>
TieSums sum_ties(std::size_t count, Equal equal) {
  TieSums sums;
  for (std::size_t i = 0; i < count;) {
    std::size_t j = i + 1;
    while (j < count && equal(i, j)) ++j;
    const double run = static_cast<double>(j - i);
    sums.pairs += run * (run - 1.0) / 2.0;
    sums.triples += run * (run - 1.0) * (run - 2.0);
    sums.variance += run * (run - 1.0) * (2.0 * run + 5.0);
    i = j;
  }
  return sums;
}

}  // namespace

void MannWhitneyOptions::validate() const {
  if (!(confidence > 0.0 && confidence < 1.0)) {
    refuse_request(ErrorCode::invalid_option, "confidence", std::to_string(confidence), "a number between 0 and 1");
  }
}

MidRanks derive_mid_ranks(std::span<const double> values) {
  for (const double value : values) {
    if (std::isnan(value)) refuse_request(ErrorCode::invalid_value, "values", "NaN", "numbers");
  }
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  MidRanks made;
  made.ranks.resize(values.size());
  for (std::size_t i = 0; i < order.size();) {
    std::size_t j = i;
    while (j < order.size() && values[order[j]] == values[order[i]]) ++j;
    const double run = static_cast<double>(j - i);
    for (std::size_t k = i; k < j; ++k) made.ranks[order[k]] = 0.5 * (static_cast<double>(i + j) + 1.0);
    made.tie_sum += run * run * run - run;
    i = j;
  }
  return made;
}

std::vector<double> derive_mann_whitney_distribution(long first, long second) {
  if (first < 0 || second < 0) refuse_request(ErrorCode::invalid_value, "sizes", "a negative size", "at least 0");
  const auto m = static_cast<std::size_t>(first);
  const auto n = static_cast<std::size_t>(second);
  // rows[j] holds the distribution for i of the first and j of the second group: the largest value belongs to the
  // first group with probability i/(i + j) and is then above j values.
  std::vector<std::vector<double>> rows(n + 1, std::vector<double>{1.0});
  for (std::size_t i = 1; i <= m; ++i) {
    for (std::size_t j = 1; j <= n; ++j) {
      const double share = static_cast<double>(i) / static_cast<double>(i + j);
      std::vector<double> next(i * j + 1, 0.0);
      for (std::size_t u = 0; u < rows[j].size(); ++u) next[u + j] += share * rows[j][u];
      for (std::size_t u = 0; u < rows[j - 1].size(); ++u) next[u] += (1.0 - share) * rows[j - 1][u];
      rows[j] = std::move(next);
    }
  }
  return rows[n];
}

MannWhitneyTest compare_mann_whitney(std::span<const double> first, std::span<const double> second,
                                     const MannWhitneyOptions& options) {
  options.validate();
  check_finite(first);
  check_finite(second);
  MannWhitneyTest test{nan_value, nan_value, false, nan_value, {nan_value, nan_value}};
  if (first.empty() || second.empty()) return test;
  const std::vector<double> a = sort_values(first);
  const std::vector<double> b = sort_values(second);
  std::vector<double> all(a);
  all.insert(all.end(), b.begin(), b.end());
  const double m = static_cast<double>(a.size());
  const double n = static_cast<double>(b.size());
  const double pairs = m * n;
  test.u = count_above(a, b);
  test.shift = 0.5 * (select_difference(a, b, std::floor((pairs + 1.0) / 2.0)) +
                      select_difference(a, b, std::floor(pairs / 2.0) + 1.0));
  const double ties = derive_mid_ranks(all).tie_sum;
  const bool small = m < 50.0 && n < 50.0;
  test.exact = ties == 0.0 && (options.distribution == RankDistribution::exact ||
                               (options.distribution == RankDistribution::automatic && small));
  const double tail = (1.0 - options.confidence) / 2.0;
  double rank = 0.0;
  if (test.exact) {
    const std::vector<double> distribution =
        derive_mann_whitney_distribution(static_cast<long>(a.size()), static_cast<long>(b.size()));
    test.p_value = estimate_exact_p(distribution, test.u);
    rank = find_exact_rank(distribution, tail);
  } else {
    const double correction = options.continuity_correction ? 0.5 : 0.0;
    const double total = m + n;
    const auto deviation = [&](double tie_sum) {
      return std::sqrt(pairs / 12.0 * (total + 1.0 - tie_sum / (total * (total - 1.0))));
    };
    const double sigma = deviation(ties);
    if (!(sigma > 0.0)) return test;
    const double distance = std::max(0.0, std::abs(test.u - pairs / 2.0) - correction);
    test.p_value = std::min(1.0, 2.0 * normal_upper_tail(distance / sigma));
    // Shifted by anything but a difference, the groups tie within themselves only.
    const double shifted = deviation(derive_mid_ranks(a).tie_sum + derive_mid_ranks(b).tie_sum);
    if (!(shifted > 0.0)) return test;
    rank = std::floor(pairs / 2.0 - correction - normal_upper_quantile(tail) * shifted) + 1.0;
    rank = std::max(rank, 1.0);
  }
  test.shift_interval = {select_difference(a, b, rank), select_difference(a, b, pairs + 1.0 - rank)};
  return test;
}

RankTest compare_kruskal_wallis(const std::vector<std::vector<double>>& groups) {
  const std::vector<double> all = gather(groups);
  const MidRanks ranked = derive_mid_ranks(all);
  const double n = static_cast<double>(all.size());
  RankTest test{nan_value, static_cast<double>(groups.size()) - 1.0, nan_value};
  const double correction = 1.0 - ranked.tie_sum / (n * n * n - n);
  if (!(correction > 0.0)) return test;
  double sum = 0.0;
  std::size_t next = 0;
  for (const auto& group : groups) {
    double deviation = 0.0;
    for (std::size_t i = 0; i < group.size(); ++i, ++next) deviation += ranked.ranks[next] - (n + 1.0) / 2.0;
    sum += deviation * deviation / static_cast<double>(group.size());
  }
  test.statistic = 12.0 / (n * (n + 1.0)) * sum / correction;
  test.p_value = chi_square_upper_tail(test.statistic, test.degrees_of_freedom);
  return test;
}

JonckheereTest compare_jonckheere_terpstra(const std::vector<std::vector<double>>& groups,
                                           const JonckheereOptions& options) {
  const std::vector<double> sorted_all = sort_values(gather(groups));
  JonckheereTest test{0.0, 0.0, nan_value, nan_value, false};
  std::vector<double> before = sort_values(groups.front());
  for (std::size_t g = 1; g < groups.size(); ++g) {
    const std::vector<double> group = sort_values(groups[g]);
    test.j += count_above(group, before);
    test.mean += 0.5 * static_cast<double>(group.size()) * static_cast<double>(before.size());
    before.insert(before.end(), group.begin(), group.end());
    std::sort(before.begin(), before.end());
  }
  const bool ties = std::adjacent_find(sorted_all.begin(), sorted_all.end()) != sorted_all.end();
  test.standard_deviation =
      std::sqrt(std::max(0.0, estimate_jonckheere_variance(groups, sorted_all, options.tie_correction)));
  if (sorted_all.front() == sorted_all.back()) return test;
  test.exact = !ties && (options.distribution == RankDistribution::exact ||
                         (options.distribution == RankDistribution::automatic && sorted_all.size() <= 100));
  if (test.exact) {
    const std::vector<double> distribution = derive_jonckheere_distribution(groups);
    const auto at = static_cast<std::ptrdiff_t>(test.j);
    const double below = std::accumulate(distribution.begin(), distribution.begin() + at + 1, 0.0);
    const double above = std::accumulate(distribution.begin() + at, distribution.end(), 0.0);
    test.p_value = fold_tails(below, above, options.alternative);
    return test;
  }
  const double z = (test.j - test.mean) / test.standard_deviation;
  test.p_value = fold_tails(normal_cumulative(z), normal_upper_tail(z), options.alternative);
  return test;
}

KendallCorrelation estimate_kendall(std::span<const double> x, std::span<const double> y) {
  if (x.size() != y.size()) {
    refuse_request(ErrorCode::invalid_value, "y", std::to_string(y.size()), "as many values as x has");
  }
  check_finite(x);
  check_finite(y);
  const std::size_t count = x.size();
  const double n = static_cast<double>(count);
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return x[a] != x[b] ? x[a] < x[b] : y[a] < y[b]; });
  const TieSums in_x = sum_ties(count, [&](std::size_t a, std::size_t b) { return x[order[a]] == x[order[b]]; });
  const TieSums in_both = sum_ties(
      count, [&](std::size_t a, std::size_t b) { return x[order[a]] == x[order[b]] && y[order[a]] == y[order[b]]; });
  std::vector<double> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = y[order[i]];
  std::vector<double> scratch(count);
  const double discordant = count_inversions(values, scratch, 0, count);
  const TieSums in_y = sum_ties(count, [&](std::size_t a, std::size_t b) { return values[a] == values[b]; });
  const double pairs = n * (n - 1.0) / 2.0;
  KendallCorrelation found{nan_value, pairs - in_x.pairs - in_y.pairs + in_both.pairs - 2.0 * discordant, nan_value};
  if (!(pairs > in_x.pairs && pairs > in_y.pairs)) return found;
  found.tau_b = found.score / std::sqrt((pairs - in_x.pairs) * (pairs - in_y.pairs));
  double variance = (n * (n - 1.0) * (2.0 * n + 5.0) - in_x.variance - in_y.variance) / 18.0 +
                    2.0 * in_x.pairs * in_y.pairs / (n * (n - 1.0));
  if (count > 2) variance += in_x.triples * in_y.triples / (9.0 * n * (n - 1.0) * (n - 2.0));
  found.p_value = std::min(1.0, 2.0 * normal_upper_tail(std::abs(found.score) / std::sqrt(variance)));
  return found;
}

}  // namespace qpcr
