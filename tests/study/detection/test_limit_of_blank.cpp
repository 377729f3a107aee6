// Limits of blank and the classical limit of detection: ranks by sorting, exact order-statistic limits, lots.
#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/study/detection/limit_of_blank.hpp"
#include "libqpcr/study/detection/limit_of_detection_parametric.hpp"

namespace qpcr {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

std::vector<BlankResult> make_blanks(const std::vector<double>& values, const std::string& lot = "") {
  std::vector<BlankResult> blanks;
  for (const double value : values) blanks.push_back({value, lot, ""});
  return blanks;
}

std::vector<double> make_values(int count, unsigned seed) {
  std::mt19937 engine(seed);
  std::normal_distribution<double> noise(2.0, 1.0);
  std::vector<double> values;
  for (int i = 0; i < count; ++i) values.push_back(std::round(noise(engine) * 10.0) / 10.0);
  return values;
}

/// Position 0.5 + share·n between sorted values, by sorting and stepping.
double naive_rank(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  const double place = 0.5 + share * static_cast<double>(values.size());
  if (place <= 1.0) return values.front();
  if (place >= static_cast<double>(values.size())) return values.back();
  const auto below = static_cast<std::size_t>(place);
  const double part = place - static_cast<double>(below);
  return values[below - 1] * (1.0 - part) + values[below] * part;
}

TEST_CASE("the rank limit is that of sorting, for any number of blanks", "[detection]") {
  for (int count = 1; count <= 120; ++count) {
    const std::vector<double> values = make_values(count, static_cast<unsigned>(count));
    const LimitOfBlank found = estimate_limit_of_blank(make_blanks(values), {});
    CAPTURE(count);
    LimitOfBlankOptions low;
    low.scale = BlankScale::cq;
    if (count < 10) {
      // 0.5 + 0.95·9 is beyond the last of nine.
      CHECK(found.rank.why_absent->id == "detection_not_estimable_too_few_for_rank");
      CHECK_FALSE(estimate_limit_of_blank(make_blanks(values), low).rank.value.has_value());
      continue;
    }
    CHECK(*found.rank.value == Approx(naive_rank(values, 0.95)).epsilon(1e-12));
    CHECK(*estimate_limit_of_blank(make_blanks(values), low).rank.value ==
          Approx(naive_rank(values, 0.05)).epsilon(1e-12).margin(1e-12));
  }
}

TEST_CASE("order-statistic limits hold the quantile with the confidence, and no narrower ranks on either side do",
          "[detection]") {
  for (const int count : {10, 60, 77, 120, 400}) {
    std::vector<double> values;
    for (int i = 1; i <= count; ++i) values.push_back(i);
    const LimitOfBlank found = estimate_limit_of_blank(make_blanks(values), {});
    // Values are their own ranks. P(quantile < X_(r)) = P(fewer than r of n lie below it).
    const auto below = [&](long rank) {
      double sum = 0.0;
      for (long i = 0; i < rank; ++i)
        sum += std::exp(std::lgamma(count + 1.0) - std::lgamma(static_cast<double>(i) + 1.0) -
                        std::lgamma(static_cast<double>(count - i) + 1.0) + static_cast<double>(i) * std::log(0.95) +
                        static_cast<double>(count - i) * std::log(0.05));
      return sum;
    };
    const Interval limits = *found.rank.interval;
    CAPTURE(count);
    CHECK(below(static_cast<long>(limits.lower)) <= 0.025);
    CHECK(below(static_cast<long>(limits.lower) + 1) > 0.025);
    if (std::isinf(limits.upper)) {
      CHECK(1.0 - below(count) > 0.025);
    } else {
      CHECK(1.0 - below(static_cast<long>(limits.upper)) <= 0.025);
      CHECK(1.0 - below(static_cast<long>(limits.upper) - 1) > 0.025);
    }
  }
}

TEST_CASE("mirrored blanks have the mirrored limit of Cq", "[detection]") {
  std::vector<double> values = make_values(83, 5);
  const LimitOfBlank high = estimate_limit_of_blank(make_blanks(values), {});
  for (double& value : values) value = 40.0 - value;
  LimitOfBlankOptions options;
  options.scale = BlankScale::cq;
  const LimitOfBlank low = estimate_limit_of_blank(make_blanks(values), options);
  CHECK(*low.rank.value == Approx(40.0 - *high.rank.value).epsilon(1e-12));
  CHECK(*low.parametric.value == Approx(40.0 - *high.parametric.value).epsilon(1e-12));
  CHECK(low.rank.interval->lower == Approx(40.0 - high.rank.interval->upper));
}

TEST_CASE("blanks without Cq stand above every Cq", "[detection]") {
  LimitOfBlankOptions options;
  options.scale = BlankScale::cq;
  std::vector<BlankResult> blanks(60);
  for (std::size_t i = 0; i < 8; ++i) blanks[7 * i].value = 38.0 + static_cast<double>(i) * 0.25;
  const LimitOfBlank found = estimate_limit_of_blank(blanks, options);
  // Position 0.5 + 0.05·60 = 3.5: between the third and the fourth earliest Cq.
  CHECK(*found.rank.value == Approx(38.625));
  CHECK(found.pooled.without_cq == 52);
  CHECK_FALSE(found.parametric.value);
  // P(Bin(60, 0.05) >= 8) = 0.012 and P(>= 7) = 0.030: the eighth earliest.
  CHECK(found.rank.interval->upper == Approx(39.75));
  std::reverse(blanks.begin(), blanks.end());
  CHECK(*estimate_limit_of_blank(blanks, options).rank.value == Approx(38.625));
  // With three Cq only, the rank lies between a Cq and none: the Cq counts. With two, there is no limit.
  std::vector<BlankResult> three(60);
  for (std::size_t i = 0; i < 3; ++i) three[i].value = 38.0 + static_cast<double>(i);
  CHECK(*estimate_limit_of_blank(three, options).rank.value == 40.0);
  CHECK(std::isinf(estimate_limit_of_blank(three, options).rank.interval->upper));
  three[2].value.reset();
  const LimitOfBlank none = estimate_limit_of_blank(three, options);
  CHECK_FALSE(none.rank.value);
  CHECK(none.rank.why_absent->id == "detection_not_estimable_no_cq_at_rank");
  CHECK_FALSE(none.rank.interval);
}

TEST_CASE("shift and scale of the blanks are those of the limit", "[detection]") {
  const std::vector<double> values = make_values(60, 9);
  std::vector<double> moved;
  for (const double value : values) moved.push_back(3.0 * value - 7.0);
  const LimitOfBlank a = estimate_limit_of_blank(make_blanks(values), {});
  const LimitOfBlank b = estimate_limit_of_blank(make_blanks(moved), {});
  CHECK(*b.rank.value == Approx(3.0 * *a.rank.value - 7.0));
  CHECK(*b.parametric.value == Approx(3.0 * *a.parametric.value - 7.0));
  CHECK(*a.assumptions[0].statistic == Approx(*b.assumptions[0].statistic));
}

TEST_CASE("the multiplier is 1.645 over its correction, or the exact quantile", "[detection]") {
  CHECK(derive_sd_multiplier(0.95, NormalQuantile::rounded, 59) == Approx(1.645 / (1 - 1.0 / 236)).epsilon(1e-14));
  CHECK(derive_sd_multiplier(0.95, NormalQuantile::exact, 59) ==
        Approx(1.6448536269514722 / (1 - 1.0 / 236)).epsilon(1e-14));
  CHECK_THROWS_AS(derive_sd_multiplier(0.95, NormalQuantile::exact, 0), Error);
}

TEST_CASE("two or three lots count apart and the most cautious wins, four are pooled", "[detection]") {
  std::vector<BlankResult> blanks;
  std::vector<double> all;
  double highest = -infinity;
  for (int lot = 0; lot < 4; ++lot) {
    std::vector<double> values = make_values(60, static_cast<unsigned>(20 + lot));
    for (double& value : values) value += 0.5 * lot;
    for (const BlankResult& blank : make_blanks(values, std::string(1, static_cast<char>('A' + lot))))
      blanks.push_back(blank);
    all.insert(all.end(), values.begin(), values.end());
    highest = std::max(highest, naive_rank(values, 0.95));
    const LimitOfBlank found = estimate_limit_of_blank(blanks, {});
    if (lot == 1 || lot == 2) {
      CHECK(found.applied == LotRule::separate);
      CHECK(*found.rank.value == Approx(highest));
    } else {
      CHECK(found.applied == LotRule::pooled);
      CHECK(*found.rank.value == Approx(naive_rank(all, 0.95)));
    }
    CHECK(found.lots.size() == static_cast<std::size_t>(lot + 1));
  }
  LimitOfBlankOptions options;
  options.lots = LotRule::separate;
  CHECK(*estimate_limit_of_blank(blanks, options).rank.value == Approx(highest));
}

TEST_CASE("for Cq the lot with the earliest limit wins, and a lot without limit does not hide it", "[detection]") {
  LimitOfBlankOptions options;
  options.scale = BlankScale::cq;
  std::vector<BlankResult> blanks;
  for (int i = 0; i < 20; ++i) {
    blanks.push_back({std::nullopt, "A", ""});
    blanks.push_back({36.0 + 0.1 * i, "B", ""});
  }
  const LimitOfBlank found = estimate_limit_of_blank(blanks, options);
  CHECK(*found.rank.value == Approx(36.05));
}

TEST_CASE("degenerate and wrong blanks", "[detection]") {
  CHECK_THROWS_AS(estimate_limit_of_blank({}, {}), Error);
  CHECK_THROWS_AS(estimate_limit_of_blank({{infinity, "", ""}}, {}), Error);
  CHECK_THROWS_AS(estimate_limit_of_blank({{std::nullopt, "", ""}}, {}), Error);
  const LimitOfBlank one = estimate_limit_of_blank({{3.0, "", ""}}, {});
  CHECK_FALSE(one.rank.value);
  CHECK_FALSE(one.parametric.value);
  const LimitOfBlank equal = estimate_limit_of_blank(make_blanks(std::vector<double>(60, 1.5)), {});
  CHECK(*equal.rank.value == 1.5);
  CHECK(*equal.parametric.value == 1.5);
  CHECK_FALSE(equal.assumptions[0].holds);
}

std::vector<LowResult> make_low(const std::vector<std::vector<double>>& groups) {
  std::vector<LowResult> results;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    for (const double value : groups[i]) results.push_back({value, "s" + std::to_string(i), ""});
  }
  return results;
}

TEST_CASE("the classical limit adds the pooled SD, by hand", "[detection]") {
  // Sums of squares 2 and 8 with 2 degrees each: SD √(10/4).
  const ParametricDetection found = estimate_parametric_detection_limit(make_low({{1, 2, 3}, {4, 6, 8}}), 0.5, {});
  CHECK(*found.pooled.pooled_sd == Approx(std::sqrt(2.5)).epsilon(1e-14));
  CHECK(*found.limit.value == Approx(0.5 + 1.645 / (1 - 1.0 / 16) * std::sqrt(2.5)).epsilon(1e-14));
  // Cochran's C = 4/5; with two groups p is twice the tail of F(2, 2) at 4, 1/(1 + 4).
  const auto cochran = compare_variances_cochran({{1, 2, 3}, {4, 6, 8}});
  CHECK(cochran->statistic == Approx(0.8).epsilon(1e-14));
  CHECK(cochran->p_value == Approx(2.0 / 5.0).epsilon(1e-12));
  // Bartlett: 4 ln 2.5 − 2 ln 1 − 2 ln 4 over 1 + (1 − 1/4)/3.
  const auto bartlett = compare_variances_bartlett({{1, 2, 3}, {4, 6, 8}});
  CHECK(bartlett->statistic == Approx((4 * std::log(2.5) - 2 * std::log(4.0)) / 1.25).epsilon(1e-12));
  CHECK(bartlett->p_value == Approx(std::erfc(std::sqrt(bartlett->statistic / 2))).epsilon(1e-10));
}

TEST_CASE("the classical limit moves with the limit of blank and not with the means", "[detection]") {
  const double base = *estimate_parametric_detection_limit(make_low({{1, 2, 3}, {4, 6, 8}}), 0.5, {}).limit.value;
  CHECK(*estimate_parametric_detection_limit(make_low({{1, 2, 3}, {4, 6, 8}}), 1.5, {}).limit.value ==
        Approx(base + 1));
  CHECK(*estimate_parametric_detection_limit(make_low({{11, 12, 13}, {-4, -6, -8}}), 0.5, {}).limit.value ==
        Approx(base));
}

TEST_CASE("lots of low samples take the highest limit", "[detection]") {
  std::vector<LowResult> results = make_low({{1, 2, 3}});
  for (const double value : {1.0, 4.0, 7.0}) results.push_back({value, "s0", "B"});
  const ParametricDetection found = estimate_parametric_detection_limit(results, 0.0, {});
  CHECK(found.applied == LotRule::separate);
  CHECK(*found.limit.value == Approx(1.645 / (1 - 1.0 / 8) * 3.0));
}

TEST_CASE("tests of variances and limits that do not exist", "[detection]") {
  CHECK_FALSE(compare_variances_bartlett({{1, 2, 3}}));
  CHECK_FALSE(compare_variances_bartlett({{1, 2, 3}, {4}}));
  CHECK_FALSE(compare_variances_bartlett({{1, 2, 3}, {4, 4, 4}}));
  CHECK_FALSE(compare_variances_cochran({{1, 2, 3}, {4, 5}}));
  CHECK_FALSE(compare_variances_cochran({{1, 1}, {4, 4}}));
  CHECK_FALSE(estimate_parametric_detection_limit(make_low({{1}, {2}}), 0.5, {}).limit.value);
  CHECK_THROWS_AS(estimate_parametric_detection_limit({}, 0.5, {}), Error);
  CHECK_THROWS_AS(estimate_parametric_detection_limit(make_low({{1, infinity}}), 0.5, {}), Error);
  CHECK_THROWS_AS(estimate_parametric_detection_limit(make_low({{1, 2}}), std::nan(""), {}), Error);
}

}  // namespace
}  // namespace qpcr
