// Passing and Bablok's line against the formation of all slopes on ten thousand cases, and what theory says of it.
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/math/distributions.hpp"
#include "libqpcr/math/resampling.hpp"
#include "libqpcr/study/agreement/passing_bablok.hpp"

using namespace qpcr;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

double middle(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t n = values.size();
  return n % 2 == 1 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2.0;
}

/// The definition of 1983, by forming and sorting all slopes; slopes of −1 are left out of the list.
struct Brute {
  bool exists = false;
  double slope = 0.0;
  double intercept = 0.0;
  double lower = -infinity;
  double upper = infinity;
};

Brute form_line(const std::vector<double>& x, std::vector<double> y) {
  double score = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    for (std::size_t j = i + 1; j < x.size(); ++j) {
      const double sign = (x[j] - x[i]) * (y[j] - y[i]);
      score += sign > 0.0 ? 1.0 : sign < 0.0 ? -1.0 : 0.0;
    }
  }
  const bool negative = score < 0.0;
  if (negative) {
    for (double& value : y) value = -value;
  }
  std::vector<double> slopes;
  long shift = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    for (std::size_t j = i + 1; j < x.size(); ++j) {
      const double dx = x[j] - x[i];
      const double dy = y[j] - y[i];
      if (dx == 0.0 && dy == 0.0) continue;
      const double slope = dx == 0.0 ? infinity : dy / dx;
      if (std::abs(slope + 1.0) < 1e-8) continue;
      shift += slope < -1.0;
      slopes.push_back(slope);
    }
  }
  std::sort(slopes.begin(), slopes.end());
  Brute line;
  const auto count = static_cast<long>(slopes.size());
  const bool varies = *std::min_element(x.begin(), x.end()) < *std::max_element(x.begin(), x.end()) &&
                      *std::min_element(y.begin(), y.end()) < *std::max_element(y.begin(), y.end());
  // Rank counted in halves: 2·rank − 1.
  const auto at = [&](long halves) -> double {
    const long first = (halves + 1) / 2;
    const long second = (halves + 2) / 2;
    const double a = slopes[static_cast<std::size_t>(first - 1)];
    const double b = slopes[static_cast<std::size_t>(second - 1)];
    return a == b ? a : std::tan((std::atan(a) + std::atan(b)) / 2.0);
  };
  const long centre = count + 2 * shift;
  if (!varies || count == 0 || centre > 2 * count - 1 || std::isinf(at(centre))) return line;
  line.exists = true;
  line.slope = at(centre);
  const auto residual = [&](double slope) {
    std::vector<double> residuals;
    for (std::size_t i = 0; i < x.size(); ++i) residuals.push_back(y[i] - slope * x[i]);
    return middle(residuals);
  };
  line.intercept = residual(line.slope);
  const auto n = static_cast<double>(x.size());
  const double width = normal_upper_quantile(0.025) * std::sqrt(n * (n - 1.0) * (2.0 * n + 5.0) / 18.0);
  const long low = std::lround(static_cast<double>(count) - width);
  const long high = std::lround(static_cast<double>(count) + width);
  if (low >= 1) line.lower = at(low + 2 * shift);
  if (high + 2 * shift <= 2 * count - 1) line.upper = at(high + 2 * shift);
  if (negative) {
    std::swap(line.lower, line.upper);
    line.slope = -line.slope;
    line.lower = -line.lower;
    line.upper = -line.upper;
    line.intercept = -line.intercept;
  }
  return line;
}

double off(double found, double wanted) {
  if (found == wanted) return 0.0;
  return std::abs(found - wanted) / std::max(1.0, std::abs(wanted));
}

}  // namespace

TEST_CASE("the line equals the formation of all slopes on 10 000 cases with ties", "[passing_bablok]") {
  double largest = 0.0;
  long compared = 0;
  long absent = 0;
  long with_minus_one = 0;
  long mirrored = 0;
  for (std::uint64_t round = 0; round < 10000; ++round) {
    ResamplingStream stream(1983, round);
    const std::size_t n = 3 + stream.index(38);
    const std::size_t kind_x = stream.index(3);
    const std::size_t kind_y = stream.index(3);
    const double direction = stream.index(3) == 0 ? -1.0 : 1.0;
    const bool related = stream.index(4) != 0;
    std::vector<double> x;
    std::vector<double> y;
    for (std::size_t i = 0; i < n; ++i) {
      const auto draw = [&](std::size_t kind) {
        if (kind == 0) return static_cast<double>(stream.index(7));
        if (kind == 1) return static_cast<double>(stream.index(50)) / 10.0;
        return static_cast<double>(stream.bits() >> 11) * 0x1p-50;
      };
      x.push_back(draw(kind_x));
      y.push_back(related ? direction * x.back() + 0.3 * draw(kind_y) : draw(kind_y));
    }
    const Brute wanted = form_line(x, y);
    const PassingBablokFit found = estimate_passing_bablok(x, y);
    INFO(round);
    REQUIRE(found.slope.value.has_value() == wanted.exists);
    if (!wanted.exists) {
      ++absent;
      continue;
    }
    ++compared;
    with_minus_one += found.minus_ones > 0;
    mirrored += found.negative;
    largest =
        std::max({largest, off(*found.slope.value, wanted.slope), off(*found.intercept.value, wanted.intercept),
                  off(found.slope.interval->lower, wanted.lower), off(found.slope.interval->upper, wanted.upper)});
  }
  CHECK(largest <= 1e-12);
  CHECK(compared > 9000);
  CHECK(absent > 0);
  CHECK(with_minus_one > 1000);
  CHECK(mirrored > 1000);
}

TEST_CASE("exchanging the procedures inverts the line", "[passing_bablok]") {
  for (std::uint64_t round = 0; round < 200; ++round) {
    ResamplingStream stream(7, round);
    std::vector<double> x;
    std::vector<double> y;
    for (int i = 0; i < 15; ++i) {
      x.push_back(10.0 + static_cast<double>(stream.bits() >> 11) * 0x1p-50);
      y.push_back(1.2 * x.back() + static_cast<double>(stream.bits() >> 11) * 0x1p-52);
    }
    // 105 slopes: the median is a slope of the data, so that no average of two stands in the way.
    for (const SlopeMedian median : {SlopeMedian::passing_bablok, SlopeMedian::equivariant}) {
      PassingBablokOptions options;
      options.median = median;
      const auto there = estimate_passing_bablok(x, y, options);
      const auto back = estimate_passing_bablok(y, x, options);
      CHECK(*there.slope.value * *back.slope.value == Approx(1.0).epsilon(1e-12));
    }
  }
}

TEST_CASE("shifts move the intercept; the equivariant line follows a change of units", "[passing_bablok]") {
  ResamplingStream stream(3, 1);
  std::vector<double> x;
  std::vector<double> y;
  for (int i = 0; i < 41; ++i) {
    x.push_back(static_cast<double>(stream.index(1000)) / 16.0);
    y.push_back(0.9 * x.back() + static_cast<double>(stream.index(100)) / 16.0);
  }
  PassingBablokOptions options;
  const auto plain = estimate_passing_bablok(x, y, options);
  std::vector<double> shifted = y;
  for (double& value : shifted) value += 4.0;
  const auto moved = estimate_passing_bablok(x, shifted, options);
  CHECK(*moved.slope.value == Approx(*plain.slope.value).epsilon(1e-12));
  CHECK(*moved.intercept.value == Approx(*plain.intercept.value + 4.0).epsilon(1e-12));
  std::vector<double> scaled = y;
  for (double& value : scaled) value *= 8.0;
  for (const SlopeMedian median : {SlopeMedian::equivariant, SlopeMedian::theil_sen}) {
    options.median = median;
    options.average = SlopeAverage::slope;
    const auto first = estimate_passing_bablok(x, y, options);
    const auto second = estimate_passing_bablok(x, scaled, options);
    CHECK(*second.slope.value == Approx(8.0 * *first.slope.value).epsilon(1e-12));
    CHECK(*second.slope.standard_error == Approx(8.0 * *first.slope.standard_error).epsilon(1e-12));
    CHECK(*second.intercept.standard_error == Approx(8.0 * *first.intercept.standard_error).epsilon(1e-9));
  }
}

TEST_CASE("decimals whose slopes are -1 count as -1 although their quotients are not", "[passing_bablok]") {
  // 0.79 − 0.82 and 0.85 − 0.82 differ in their last bits, so that their quotient is not −1.
  const std::vector<double> x{0.82, 0.85, 0.9, 1.1, 1.3};
  const std::vector<double> y{0.82, 0.79, 0.93, 1.12, 1.29};
  CHECK(estimate_passing_bablok(x, y).minus_ones == 1);
}

TEST_CASE("cumulative sums by hand", "[passing_bablok]") {
  // Above, above, below, below along the line y = x: up 1, 2, then back to 0.
  const auto cusum =
      compare_with_line(std::vector<double>{1, 2, 3, 4}, std::vector<double>{1.5, 2.5, 2.5, 3.5}, 0.0, 1.0);
  CHECK(cusum.above == 2);
  CHECK(cusum.below == 2);
  REQUIRE(cusum.cusum.size() == 4);
  CHECK(*cusum.statistic == Approx(2.0 / std::sqrt(3.0)).epsilon(1e-12));
  CHECK(*cusum.p_value > 0.1);
  CHECK(*cusum.p_value < 0.2);
  CHECK_FALSE(compare_with_line(std::vector<double>{1, 2}, std::vector<double>{1, 2}, 0.0, 1.0).p_value.has_value());
}

TEST_CASE("lines of slopes that do not exist say so", "[passing_bablok]") {
  for (const SlopeMedian median : {SlopeMedian::passing_bablok, SlopeMedian::equivariant, SlopeMedian::theil_sen}) {
    PassingBablokOptions options;
    options.median = median;
    for (const auto& [x, y] : {std::pair(std::vector<double>{}, std::vector<double>{}),
                               std::pair(std::vector<double>{1}, std::vector<double>{1}),
                               std::pair(std::vector<double>{1, 1, 1}, std::vector<double>{1, 2, 3}),
                               std::pair(std::vector<double>{1, 2, 3}, std::vector<double>{2, 2, 2})}) {
      const auto fit = estimate_passing_bablok(x, y, options);
      CHECK_FALSE(fit.slope.value.has_value());
      CHECK(fit.slope.why_absent.has_value());
      CHECK_FALSE(fit.intercept.value.has_value());
    }
    CHECK_THROWS_AS(estimate_passing_bablok(std::vector<double>{1, 2}, std::vector<double>{1, infinity}, options),
                    Error);
    CHECK_THROWS_AS(estimate_passing_bablok(std::vector<double>{1, 2}, std::vector<double>{1}, options), Error);
  }
  PassingBablokOptions wrong;
  wrong.confidence = 1.0;
  CHECK_THROWS_AS(estimate_passing_bablok(std::vector<double>{1, 2}, std::vector<double>{1, 2}, wrong), Error);
}
