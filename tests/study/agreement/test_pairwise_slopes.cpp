// Ranks of pairwise slopes against sorting all of them, on ties, clusters and values far apart.
#include <algorithm>
#include <cmath>
#include <vector>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/math/pairwise_slopes.hpp"
#include "libqpcr/math/resampling.hpp"

using qpcr::PairwiseSlopes;
using qpcr::ResamplingStream;

namespace {

std::vector<double> form_all(const std::vector<double>& x, const std::vector<double>& y, bool absolute) {
  std::vector<double> slopes;
  for (std::size_t i = 0; i < x.size(); ++i) {
    for (std::size_t j = i + 1; j < x.size(); ++j) {
      if (x[i] == x[j]) continue;
      const double slope = (y[j] - y[i]) / (x[j] - x[i]);
      slopes.push_back(absolute ? std::abs(slope) : slope);
    }
  }
  std::sort(slopes.begin(), slopes.end());
  return slopes;
}

/// Integers, tenths, or continuous values; few or many ties.
std::vector<double> draw(ResamplingStream& stream, std::size_t n, int kind) {
  std::vector<double> values;
  for (std::size_t i = 0; i < n; ++i) {
    if (kind == 0) values.push_back(static_cast<double>(stream.index(6)));
    if (kind == 1) values.push_back(static_cast<double>(stream.index(60)) / 10.0);
    if (kind == 2) values.push_back(static_cast<double>(stream.bits() >> 11) * 0x1p-53);
    if (kind == 3) values.push_back(1e8 + static_cast<double>(stream.index(40)) * 0.1);
  }
  return values;
}

}  // namespace

TEST_CASE("every rank equals that of the sorted slopes, also when few may be formed at once", "[pairwise_slopes]") {
  double largest = 0.0;
  for (std::uint64_t round = 0; round < 600; ++round) {
    ResamplingStream stream(11, round);
    const std::size_t n = 3 + stream.index(38);
    const auto x = draw(stream, n, static_cast<int>(stream.index(4)));
    auto y = draw(stream, n, static_cast<int>(stream.index(4)));
    if (round % 3 == 0) {
      for (std::size_t i = 0; i < n; ++i) y[i] = x[i] + 0.1 * static_cast<double>(stream.index(3));
    }
    const PairwiseSlopes slopes(x, y, 1 + static_cast<long>(stream.index(20)));
    for (const bool absolute : {false, true}) {
      const auto all = form_all(x, y, absolute);
      REQUIRE(slopes.finite() == static_cast<long>(all.size()));
      std::vector<long> ranks;
      for (long rank = 0; rank < slopes.finite(); rank += 1 + static_cast<long>(stream.index(5))) ranks.push_back(rank);
      const auto found = absolute ? slopes.select_absolute(ranks) : slopes.select(ranks);
      for (std::size_t i = 0; i < ranks.size(); ++i) {
        const double wanted = all[static_cast<std::size_t>(ranks[i])];
        const double off = std::abs(found[i] - wanted) / std::max(std::abs(wanted), 1e-300);
        if (found[i] != wanted) largest = std::max(largest, off);
      }
    }
  }
  CHECK(largest <= 2e-15);
}

TEST_CASE("counts are those of the pairs", "[pairwise_slopes]") {
  const std::vector<double> x{1, 1, 1, 2, 2, 3, 3};
  const std::vector<double> y{1, 1, 2, 2, 2, 1, 3};
  const PairwiseSlopes slopes(x, y);
  CHECK(slopes.duplicate() == 2);
  CHECK(slopes.vertical() == 3);
  CHECK(slopes.finite() == 16);
  const auto all = form_all(x, y, false);
  for (const double value : {-2.0, -1.0, -0.5, 0.0, 0.25, 0.5, 1.0, 2.0, 5.0}) {
    INFO(value);
    const auto below = std::lower_bound(all.begin(), all.end(), value) - all.begin();
    CHECK(slopes.count_below(value) == below);
    CHECK(slopes.count_rounded_below(value) == below);
  }
  long score = 0;
  for (const double slope : all) score += slope > 0.0 ? 1 : slope < 0.0 ? -1 : 0;
  CHECK(slopes.kendall_score() == score);
}

TEST_CASE("a thousand points with heavy ties and with none", "[pairwise_slopes]") {
  for (const int kind : {0, 1, 2, 3}) {
    INFO(kind);
    ResamplingStream stream(5, static_cast<std::uint64_t>(kind));
    const auto x = draw(stream, 1000, kind);
    auto y = draw(stream, 1000, kind);
    for (std::size_t i = 0; i < x.size(); ++i) y[i] = x[i] + 0.2 * (y[i] - y[0]);
    const PairwiseSlopes slopes(x, y, 500);
    const auto all = form_all(x, y, false);
    const std::vector<long> ranks{0, 17, slopes.finite() / 3, slopes.finite() / 2, slopes.finite() - 1};
    const auto found = slopes.select(ranks);
    for (std::size_t i = 0; i < ranks.size(); ++i) {
      CHECK(found[i] == Approx(all[static_cast<std::size_t>(ranks[i])]).epsilon(2e-15).margin(0.0));
    }
  }
}

TEST_CASE("slopes of values that cannot be ranked are refused", "[pairwise_slopes]") {
  const std::vector<double> x{1, 2, 3};
  CHECK_THROWS_AS(PairwiseSlopes(x, std::vector<double>{1, 2}), qpcr::Error);
  CHECK_THROWS_AS(PairwiseSlopes(x, std::vector<double>{1, std::nan(""), 3}), qpcr::Error);
  CHECK_THROWS_AS(PairwiseSlopes(x, std::vector<double>{1, HUGE_VAL, 3}), qpcr::Error);
  CHECK_THROWS_AS(PairwiseSlopes(x, x).select(std::vector<long>{3}), qpcr::Error);
  CHECK(PairwiseSlopes({}, {}).finite() == 0);
}
