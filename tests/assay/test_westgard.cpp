// Westgard's rules and the rule for short series against published examples and tables, and a naive form.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <regex>
#include <set>
#include <string>

#include <catch2/catch.hpp>

#include "libqpcr/assay/short_series.hpp"
#include "libqpcr/assay/westgard.hpp"
#include "libqpcr/core/error.hpp"

namespace {

using namespace qpcr;
using Rules = std::vector<std::string>;

ScoredSeries to_series(const std::vector<double>& z) {
  ScoredSeries series;
  for (std::size_t i = 0; i < z.size(); ++i) series.push_back({i, z[i]});
  return series;
}

/// Rules broken at the last point of the first control.
Rules rules_at_end(const std::vector<std::vector<double>>& controls) {
  std::vector<ScoredSeries> series;
  for (const auto& each : controls) series.push_back(to_series(each));
  Rules names;
  const auto found = apply_westgard(series);
  for (const WestgardViolation& violation : found.front().back()) names.emplace_back(to_string(violation.rule));
  return names;
}

struct Row {
  std::string what;
  std::vector<std::vector<double>> controls;
  Rules expected;
};

const double above_1 = std::nextafter(1.0, 2.0);
const double above_2 = std::nextafter(2.0, 3.0);
const double above_3 = std::nextafter(3.0, 4.0);
const double above_0 = std::numeric_limits<double>::denorm_min();

std::vector<std::vector<double>> mirror(std::vector<std::vector<double>> controls) {
  for (auto& each : controls) {
    for (double& z : each) z = -z;
  }
  return controls;
}

/// A small generator of its own: the same series with every standard library.
class Numbers {
 public:
  double uniform() {
    state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return (static_cast<double>(state_ >> 11U) + 0.5) * 0x1.0p-53;
  }
  double normal() { return std::sqrt(-2 * std::log(uniform())) * std::cos(6.283185307179586 * uniform()); }

 private:
  std::uint64_t state_ = 20261123;
};

/// The rules as patterns over one letter a result: D above 3, C above 2, B above 1, A above 0, m at the mean, and
/// a, b, c, d below; and over one letter a step: u up, d down, e equal.
Rules naive_within(const std::vector<double>& z, std::size_t last) {
  std::string zones;
  std::string steps;
  for (std::size_t i = 0; i <= last; ++i) {
    const double size = std::abs(z[i]);
    const char zone = size > 3 ? 'D' : size > 2 ? 'C' : size > 1 ? 'B' : size > 0 ? 'A' : 'm';
    zones += z[i] < 0 ? static_cast<char>(zone - 'A' + 'a') : zone;
    if (i > 0) steps += z[i] > z[i - 1] ? 'u' : z[i] < z[i - 1] ? 'd' : 'e';
  }
  // Each pattern stands at the end of the text.
  static const std::vector<std::pair<std::string, std::regex>> zone_rules{
      {"1-2s", std::regex(".*[CDcd]")},
      {"1-3s", std::regex(".*[Dd]")},
      {"2-2s", std::regex(".*([CD]{2}|[cd]{2})")},
      {"4-1s", std::regex(".*([BCD]{4}|[bcd]{4})")},
      {"10-x", std::regex(".*([ABCD]{10}|[abcd]{10})")}};
  static const std::regex trend(".*(u{6}|d{6})");
  Rules names;
  for (const auto& rule : zone_rules) {
    if (std::regex_match(zones, rule.second)) names.push_back(rule.first);
  }
  if (std::regex_match(steps, trend)) names.emplace_back("7-T");
  return names;
}

}  // namespace

TEST_CASE("each rule just inside, just at and just beyond its limit, on both sides", "[westgard]") {
  const std::vector<double> nine(9, above_0);
  std::vector<double> ten(10, above_0);
  std::vector<double> ten_with_mean = ten;
  ten_with_mean[4] = 0.0;
  std::vector<double> ten_crossing = ten;
  ten_crossing[0] = -above_0;
  const std::vector<Row> rows{
      {"1-2s inside", {{std::nextafter(2.0, 1.0)}}, {}},
      {"1-2s at", {{2.0}}, {}},
      {"1-2s beyond", {{above_2}}, {"1-2s"}},
      {"1-3s inside", {{std::nextafter(3.0, 2.0)}}, {"1-2s"}},
      {"1-3s at", {{3.0}}, {"1-2s"}},
      {"1-3s beyond", {{above_3}}, {"1-2s", "1-3s"}},
      {"2-2s first at", {{2.0, above_2}}, {"1-2s"}},
      {"2-2s second at", {{above_2, 2.0}}, {}},
      {"2-2s beyond", {{above_2, above_2}}, {"1-2s", "2-2s"}},
      {"2-2s on two sides", {{-above_2, above_2}}, {"1-2s"}},
      {"2-2s with one between", {{above_2, 0.5, above_2}}, {"1-2s"}},
      {"2-2s in a run, other at", {{above_2}, {2.0}}, {"1-2s"}},
      {"2-2s in a run", {{above_2}, {above_2}}, {"1-2s", "2-2s"}},
      {"2-2s not across controls and runs", {{0.5, above_2}, {above_2, 0.5}}, {"1-2s"}},
      {"R-4s other at", {{above_2}, {-2.0}}, {"1-2s"}},
      {"R-4s beyond", {{above_2}, {-above_2}}, {"1-2s", "R-4s"}},
      {"R-4s range above 4 but one inside 2", {{2.9}, {-1.9}}, {"1-2s"}},
      {"R-4s never between runs", {{-2.5, 2.5}}, {"1-2s"}},
      {"R-4s never between runs of two controls", {{0.0, 2.5}, {-2.5, 0.0}}, {"1-2s"}},
      {"4-1s three", {{above_1, above_1, above_1}}, {}},
      {"4-1s one at", {{above_1, 1.0, above_1, above_1}}, {}},
      {"4-1s beyond", {{above_1, above_1, above_1, above_1}}, {"4-1s"}},
      {"4-1s one on the other side", {{-1.5, 1.5, 1.5, 1.5}}, {}},
      {"3-1s is no rule", {{1.5, 1.5, 1.5}}, {}},
      {"10-x nine", {nine}, {}},
      {"10-x one at the mean", {ten_with_mean}, {}},
      {"10-x one across", {ten_crossing}, {}},
      {"10-x ten", {ten}, {"10-x"}},
      {"7-T six", {{-0.3, -0.2, -0.1, 0.0, 0.1, 0.2}}, {}},
      {"7-T seven", {{-0.3, -0.2, -0.1, 0.0, 0.1, 0.2, 0.3}}, {"7-T"}},
      {"7-T one equal", {{-0.3, -0.2, -0.1, -0.1, 0.1, 0.2, 0.3}}, {}},
      {"7-T one back", {{-0.3, -0.2, -0.1, -0.15, 0.1, 0.2, 0.3}}, {}},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    CHECK(rules_at_end(row.controls) == row.expected);
    CHECK(rules_at_end(mirror(row.controls)) == row.expected);
  }
}

TEST_CASE("only 1-2s and 7-T warn", "[westgard]") {
  for (const WestgardRule rule :
       {WestgardRule::one_3s, WestgardRule::two_2s, WestgardRule::r_4s, WestgardRule::four_1s, WestgardRule::ten_x})
    CHECK(rejects(rule));
  CHECK_FALSE(rejects(WestgardRule::one_2s));
  CHECK_FALSE(rejects(WestgardRule::seven_t));
}

TEST_CASE("a violation names its points, at each control of the run", "[westgard]") {
  const std::vector<ScoredSeries> controls{{{4, 0.1}, {7, 2.5}}, {{7, -2.6}}, {{7, 3.5}}, {{7, 1.0}}};
  const auto found = apply_westgard(controls);
  const std::vector<PointPlace> opposite{{0, 1}, {1, 0}, {2, 0}};
  const std::vector<PointPlace> same{{0, 1}, {2, 0}};
  CHECK(found[0][0].empty());
  CHECK(found[0][1] == std::vector<WestgardViolation>{{WestgardRule::one_2s, {{0, 1}}},
                                                      {WestgardRule::two_2s, same},
                                                      {WestgardRule::r_4s, opposite}});
  CHECK(found[1][0] ==
        std::vector<WestgardViolation>{{WestgardRule::one_2s, {{1, 0}}}, {WestgardRule::r_4s, opposite}});
  CHECK(found[2][0].size() == 4);
  CHECK(found[3][0].empty());
  const auto drift = apply_westgard(std::vector<ScoredSeries>{to_series({1.5, 1.2, 1.9, 1.1})});
  CHECK(drift[0][3].front().points == std::vector<PointPlace>{{0, 0}, {0, 1}, {0, 2}, {0, 3}});
}

TEST_CASE("runs out of order and results that are no number are refused", "[westgard]") {
  const auto refused = [](const ScoredSeries& series) {
    try {
      apply_westgard(std::vector<ScoredSeries>{series});
    } catch (const Error& error) {
      return error.code() == ErrorCode::invalid_value;
    }
    return false;
  };
  CHECK(refused({{1, 0.0}, {1, 0.0}}));
  CHECK(refused({{2, 0.0}, {1, 0.0}}));
  CHECK(refused({{0, std::numeric_limits<double>::quiet_NaN()}}));
  CHECK(refused({{0, std::numeric_limits<double>::infinity()}}));
}

// Teaching example of the Westgard system (studylib.net/doc/7876160): levels 100 ± 5, 150 ± 8 and 200 ± 10; the second
// result of run A is printed as 267, which its explanation shows to be a slip for 167.
TEST_CASE("published teaching example: two of three levels beyond the same 2 SD", "[westgard]") {
  const auto z = [](double value, double mean, double sd) { return (value - mean) / sd; };
  const std::vector<std::vector<double>> run_a{{z(111, 100, 5)}, {z(167, 150, 8)}, {z(202, 200, 10)}};
  CHECK(rules_at_end(run_a) == Rules{"1-2s", "2-2s"});
}

TEST_CASE("definitions of Westgard 1981 in control units: mean 200 SD 4 beside mean 250 SD 5", "[westgard]") {
  const auto low = [](double value) { return (value - 200) / 4; };
  const auto high = [](double value) { return (value - 250) / 5; };
  CHECK(rules_at_end({{low(209)}, {high(252)}}) == Rules{"1-2s"});
  CHECK(rules_at_end({{low(213)}, {high(252)}}) == Rules{"1-2s", "1-3s"});
  CHECK(rules_at_end({{low(209)}, {high(261)}}) == Rules{"1-2s", "2-2s"});
  CHECK(rules_at_end({{low(191)}, {high(261)}}) == Rules{"1-2s", "R-4s"});
  CHECK(rules_at_end({{low(205), low(206), low(205), low(207)}}) == Rules{"4-1s"});
}

TEST_CASE("10 000 random series agree with the rules written as patterns", "[westgard]") {
  Numbers numbers;
  std::set<std::string> seen;
  int across = 0;
  for (int trial = 0; trial < 10000; ++trial) {
    // Rounded to halves in a third of the series, so that limits and ties are met exactly.
    const double shift = 1.6 * numbers.normal();
    const double trend = trial % 4 == 0 ? 0.2 * numbers.normal() : 0.0;
    std::vector<std::vector<double>> controls(2);
    for (std::size_t s = 0; s < 2; ++s) {
      std::vector<double>& control = controls[s];
      // In every seventh series the two controls move apart.
      const double side = s == 1 && trial % 7 == 0 ? -1.0 : 1.0;
      for (int i = 0; i < 12; ++i) {
        const double z = side * shift + trend * i + (trial % 5 == 0 ? 0.2 : 1.0) * numbers.normal();
        control.push_back(trial % 3 == 0 ? std::round(2 * z) / 2 : z);
      }
    }
    const std::vector<ScoredSeries> series{to_series(controls[0]), to_series(controls[1])};
    const auto found = apply_westgard(series);
    for (std::size_t s = 0; s < 2; ++s) {
      for (std::size_t i = 0; i < 12; ++i) {
        std::set<std::string> ours;
        for (const WestgardViolation& violation : found[s][i]) ours.emplace(to_string(violation.rule));
        const Rules within = naive_within(controls[s], i);
        std::set<std::string> naive(within.begin(), within.end());
        const double mine = controls[s][i];
        const double other = controls[1 - s][i];
        if (std::min(mine, other) > 2 || std::max(mine, other) < -2) naive.insert("2-2s");
        if (std::min(mine, other) < -2 && std::max(mine, other) > 2) naive.insert("R-4s");
        across += naive.contains("R-4s") ? 1 : 0;
        seen.insert(naive.begin(), naive.end());
        if (ours != naive) FAIL("series " << trial << ", control " << s << ", point " << i);
      }
    }
  }
  CHECK(seen.size() == 7);
  CHECK(across > 100);
}

TEST_CASE("Grubbs' one-sided limits: n2s and n3s of the published tables", "[short_series]") {
  struct Limit {
    int n;
    double n2s;
    double n3s;
  };
  // Grubbs 1950/1972, DIN 32645, one-sided 0.05 and 0.01, two decimals; the tables of the 即刻法 print the same numbers
  // (some with 1.16 for 1.15 at n = 3, 2.20 for 2.18 at n = 10 and 2.70 for 2.71 at n = 15).
  const std::vector<Limit> table{
      {3, 1.15, 1.15},  {4, 1.46, 1.49},  {5, 1.67, 1.75},  {6, 1.82, 1.94},  {7, 1.94, 2.10},  {8, 2.03, 2.22},
      {9, 2.11, 2.32},  {10, 2.18, 2.41}, {11, 2.23, 2.48}, {12, 2.29, 2.55}, {13, 2.33, 2.61}, {14, 2.37, 2.66},
      {15, 2.41, 2.71}, {16, 2.44, 2.75}, {17, 2.47, 2.79}, {18, 2.50, 2.82}, {19, 2.53, 2.85}, {20, 2.56, 2.88}};
  for (const Limit& row : table) {
    INFO(row.n);
    // The printed values come from simulation and interpolation in part: within one unit of the last digit.
    CHECK(std::abs(grubbs_one_sided_limit(row.n, 0.05) - row.n2s) < 0.0101);
    CHECK(std::abs(grubbs_one_sided_limit(row.n, 0.01) - row.n3s) < 0.0101);
  }
  CHECK(grubbs_one_sided_limit(3, 0.05) == Approx(1.1531).margin(5e-5));
  CHECK(grubbs_one_sided_limit(10, 0.05) == Approx(2.176).margin(5e-4));
  CHECK(grubbs_one_sided_limit(20, 0.01) == Approx(2.884).margin(5e-4));
}

TEST_CASE("exact limit for three values", "[short_series]") {
  // With n − 2 = 1 degree Student's t is Cauchy's: its upper quantile has a closed form.
  const double t = std::tan(3.14159265358979323846 * (0.5 - 0.05 / 3));
  const double expected = 2 / std::sqrt(3.0) * std::sqrt(t * t / (1 + t * t));
  CHECK(grubbs_one_sided_limit(3, 0.05) == Approx(expected).epsilon(1e-12));
}

TEST_CASE("the short series: in control, warning and out, with its limits strict", "[short_series]") {
  // Nine results spread evenly and a tenth moved outward; SI is found by the definition, digit by digit.
  const std::vector<double> nine{24.8, 24.9, 25.0, 25.1, 25.2, 24.85, 24.95, 25.05, 25.15};
  const auto judge = [&](double tenth) {
    std::vector<double> values = nine;
    values.push_back(tenth);
    return judge_short_series(values);
  };
  CHECK(judge(25.3).verdict == ShortSeriesVerdict::in_control);
  CHECK(judge(25.55).verdict == ShortSeriesVerdict::warning);
  CHECK(judge(25.8).verdict == ShortSeriesVerdict::out);
  CHECK(judge(24.2).verdict == ShortSeriesVerdict::out);
  const ShortSeriesResult result = judge(25.55);
  double sum = 25.55;
  for (const double each : nine) sum += each;
  double squares = (25.55 - sum / 10) * (25.55 - sum / 10);
  for (const double each : nine) squares += (each - sum / 10) * (each - sum / 10);
  CHECK(result.upper == Approx((25.55 - sum / 10) / std::sqrt(squares / 9)).epsilon(1e-12));
  CHECK(result.lower == Approx((sum / 10 - 24.8) / std::sqrt(squares / 9)).epsilon(1e-12));
  CHECK(result.count == 10);
  // Where the verdict turns, SI is above the limit on the outer side and not above it on the inner side.
  double inside = 25.3;
  double outside = 25.8;
  while (std::nextafter(inside, outside) < outside) {
    const double middle = inside + (outside - inside) / 2;
    (judge(middle).verdict == ShortSeriesVerdict::out ? outside : inside) = middle;
  }
  CHECK(judge(inside).upper <= judge(inside).rejection_limit);
  CHECK(judge(outside).upper > judge(outside).rejection_limit);
}

TEST_CASE("of three results none is thrown out, though two agree", "[short_series]") {
  const ShortSeriesResult three = judge_short_series(std::vector<double>{25.1, 25.1001, 25.3});
  CHECK(three.upper > three.rejection_limit);
  CHECK(three.verdict == ShortSeriesVerdict::warning);
  CHECK(judge_short_series(std::vector<double>{25.1, 25.1001, 25.1002, 25.3}).verdict == ShortSeriesVerdict::out);
}

TEST_CASE("equal results are in control; fewer than three are refused", "[short_series]") {
  const ShortSeriesResult equal = judge_short_series(std::vector<double>{25.1, 25.1, 25.1});
  CHECK(equal.verdict == ShortSeriesVerdict::in_control);
  CHECK(equal.sd == 0.0);
  CHECK_THROWS_AS(judge_short_series(std::vector<double>{25.1, 25.2}), Error);
  CHECK_THROWS_AS(judge_short_series(std::vector<double>{25.1, 25.2, std::nan("")}), Error);
  CHECK_THROWS_AS(grubbs_one_sided_limit(2, 0.05), Error);
  CHECK_THROWS_AS(grubbs_one_sided_limit(5, 0.0), Error);
}

TEST_CASE("of normal results at most 1 % of sets are out on a side", "[short_series]") {
  Numbers numbers;
  constexpr int sets = 20000;
  int out = 0;
  for (int set = 0; set < sets; ++set) {
    std::vector<double> values;
    for (int i = 0; i < 8; ++i) values.push_back(25 + 0.2 * numbers.normal());
    const ShortSeriesResult result = judge_short_series(values);
    if (result.upper > result.rejection_limit) ++out;
  }
  // 0.01 ± 4 standard errors.
  CHECK(std::abs(out / static_cast<double>(sets) - 0.01) < 4 * std::sqrt(0.01 * 0.99 / sets));
}
