// Areas and their variances against all pairs, naive placements, the jackknife and full enumeration of resamples.
#include <algorithm>
#include <cmath>
#include <limits>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/study/roc/auc.hpp"
#include "tests/study/roc/roc_data.hpp"

using namespace qpcr;
using qpcr::test::make_roc_sample;

namespace {

double compare_pair(double one, double other) { return one > other ? 1.0 : (one == other ? 0.5 : 0.0); }

/// Area by all pairs.
double count_pairs(const RocSample& sample) {
  double sum = 0.0;
  for (const double one : sample.cases) {
    for (const double other : sample.controls) sum += compare_pair(one, other);
  }
  return sum / static_cast<double>(sample.cases.size() * sample.controls.size());
}

double find_variance(const std::vector<double>& values) {
  double mean = 0.0;
  for (const double value : values) mean += value / static_cast<double>(values.size());
  double squares = 0.0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return squares / static_cast<double>(values.size() - 1);
}

/// DeLong's variance by the definition, O(mn).
double find_naive_variance(const RocSample& sample) {
  std::vector<double> of_cases;
  std::vector<double> of_controls;
  for (const double one : sample.cases) of_cases.push_back(count_pairs({{one}, sample.controls}));
  for (const double other : sample.controls) of_controls.push_back(count_pairs({sample.cases, {other}}));
  return find_variance(of_cases) / static_cast<double>(of_cases.size()) +
         find_variance(of_controls) / static_cast<double>(of_controls.size());
}

std::vector<double> without(std::vector<double> values, std::size_t index) {
  values.erase(values.begin() + static_cast<std::ptrdiff_t>(index));
  return values;
}

/// Delete-one pseudo-values of each group: their variances over n are DeLong's two terms (Arvesen 1969).
double find_jackknife_variance(const RocSample& sample) {
  const auto term = [](const std::vector<double>& areas) {
    const auto n = static_cast<double>(areas.size());
    return find_variance(areas) * (n - 1.0) * (n - 1.0) / n;
  };
  std::vector<double> cases;
  std::vector<double> controls;
  for (std::size_t i = 0; i < sample.cases.size(); ++i)
    cases.push_back(count_pairs({without(sample.cases, i), sample.controls}));
  for (std::size_t i = 0; i < sample.controls.size(); ++i)
    controls.push_back(count_pairs({sample.cases, without(sample.controls, i)}));
  return term(cases) + term(controls);
}

RocSample map_values(const RocSample& sample, double (*function)(double)) {
  RocSample made = sample;
  for (std::vector<double>* group : {&made.cases, &made.controls}) {
    for (double& value : *group) value = function(value);
  }
  return made;
}

}  // namespace

TEST_CASE("area and DeLong's variance equal pairs, naive placements and the jackknife", "[roc]") {
  for (std::uint32_t seed = 1; seed <= 200; ++seed) {
    const RocSample sample = make_roc_sample(seed, 2 + seed % 23, 2 + seed % 17, 0.5, seed % 2 == 0 ? 2.0 : 1000.0);
    const AucResult result = estimate_auc(sample, {});
    const double error = *result.delong.standard_error;
    CHECK(std::abs(*result.delong.value - count_pairs(sample)) < 1e-14);
    CHECK(std::abs(error * error - find_naive_variance(sample)) < 1e-13);
    CHECK(std::abs(error * error - find_jackknife_variance(sample)) < 1e-12);
  }
}

TEST_CASE("the area knows ranks only; negating swaps the direction; swapping the groups turns it over", "[roc]") {
  const RocSample sample = make_roc_sample(7, 31, 44);
  const AucResult plain = estimate_auc(sample, {});
  const AucResult mapped = estimate_auc(map_values(sample, [](double x) { return std::exp(3.0 * x) - 7.0; }), {});
  CHECK(mapped.delong == plain.delong);
  AucOptions lower;
  lower.direction = RocDirection::lower_is_case;
  const AucResult negated = estimate_auc(map_values(sample, [](double x) { return -x; }), lower);
  CHECK(negated.delong == plain.delong);
  const AucResult swapped = estimate_auc({sample.controls, sample.cases}, {});
  CHECK(*swapped.delong.value == Approx(1.0 - *plain.delong.value).margin(1e-14));
  CHECK(*swapped.delong.standard_error == Approx(*plain.delong.standard_error).margin(1e-14));
  RocSample shuffled = sample;
  std::reverse(shuffled.cases.begin(), shuffled.cases.end());
  CHECK(estimate_auc(shuffled, {}).delong == plain.delong);
}

TEST_CASE("Hanley and McNeil's published example", "[roc]") {
  // 1982, table 2: 58 normal and 51 abnormal images on five grades; area 0.893, standard error 0.032.
  const int normal[] = {33, 6, 6, 11, 2};
  const int abnormal[] = {3, 2, 2, 11, 33};
  RocSample sample;
  for (int grade = 0; grade < 5; ++grade) {
    sample.controls.insert(sample.controls.end(), static_cast<std::size_t>(normal[grade]), grade);
    sample.cases.insert(sample.cases.end(), static_cast<std::size_t>(abnormal[grade]), grade);
  }
  const AucResult result = estimate_auc(sample, {});
  CHECK(*result.hanley_mcneil.value == Approx(0.893).margin(5e-4));
  CHECK(*result.hanley_mcneil.standard_error == Approx(0.032).margin(1.5e-3));
}

TEST_CASE("the logit interval stays inside and is the plain one on its scale", "[roc]") {
  const RocSample sample = make_roc_sample(3, 12, 15, 2.0, 1000.0);
  const AucResult result = estimate_auc(sample, {});
  const double area = *result.logit.value;
  const Interval limits = *result.logit.interval;
  const auto logit = [](double p) { return std::log(p / (1.0 - p)); };
  CHECK(logit(limits.upper) - logit(area) == Approx(logit(area) - logit(limits.lower)).epsilon(1e-9));
  CHECK(logit(limits.upper) - logit(area) ==
        Approx(1.959963984540054 * *result.logit.standard_error / (area * (1.0 - area))).epsilon(1e-9));
  CHECK(limits.upper < 1.0);
}

TEST_CASE("the bootstrap of a tiny sample agrees with all its resamples", "[roc]") {
  // 3³ · 3³ equally likely resamples.
  const RocSample sample{{2.0, 3.0, 5.0}, {1.0, 3.0, 4.0}};
  std::vector<double> all;
  for (int a = 0; a < 27; ++a) {
    for (int b = 0; b < 27; ++b) {
      RocSample drawn;
      for (int divisor : {1, 3, 9}) {
        drawn.cases.push_back(sample.cases[static_cast<std::size_t>(a / divisor % 3)]);
        drawn.controls.push_back(sample.controls[static_cast<std::size_t>(b / divisor % 3)]);
      }
      all.push_back(count_pairs(drawn));
    }
  }
  const double exact_sd =
      std::sqrt(find_variance(all) * static_cast<double>(all.size() - 1) / static_cast<double>(all.size()));
  AucOptions options;
  options.resampling = {200000, 5, 0};
  const AucResult result = estimate_auc(sample, options);
  // The relative error of a standard deviation of 200 000 draws is 0.16 %; five of them.
  CHECK(*result.bootstrap.standard_error == Approx(exact_sd).epsilon(0.008));
  CHECK(result.bootstrap.interval->lower >= 0.0);
  std::sort(all.begin(), all.end());
  CHECK(std::binary_search(all.begin(), all.end(), result.bootstrap.interval->lower));
}

TEST_CASE("the bootstrap does not depend on the number of threads, but on the seed", "[roc]") {
  const RocSample sample = make_roc_sample(11, 60, 80);
  AucOptions options;
  options.resampling = {1000, 42, 1};
  const AucResult one = estimate_auc(sample, options);
  options.resampling.threads = 4;
  CHECK(estimate_auc(sample, options).bootstrap == one.bootstrap);
  options.resampling.seed = 43;
  CHECK_FALSE(estimate_auc(sample, options).bootstrap == one.bootstrap);
}

TEST_CASE("what does not exist is not estimated", "[roc]") {
  const AucResult none = estimate_auc({}, {});
  CHECK_FALSE(none.delong.value);
  CHECK(none.delong.why_absent->id == "not_estimable_no_subjects");
  CHECK(estimate_auc({{}, {1.0}}, {}).delong.why_absent->id == "not_estimable_no_cases");
  CHECK(estimate_auc({{1.0}, {}}, {}).delong.why_absent->id == "not_estimable_no_controls");
  const AucResult one_case = estimate_auc({{3.5}, {1, 2, 3, 4}}, {});
  CHECK(*one_case.delong.value == 0.75);
  CHECK_FALSE(one_case.delong.interval);
  CHECK_FALSE(one_case.hanley_mcneil.standard_error);
  CHECK(one_case.delong.why_absent->id == "roc_variance_needs_two_of_each");
  const AucResult tied = estimate_auc({{1, 1}, {1, 1}}, {});
  CHECK(*tied.delong.value == 0.5);
  CHECK_FALSE(tied.rank_sum_p_value);
  CHECK_FALSE(tied.logit.interval);
  const AucResult separated = estimate_auc({{5, 6}, {1, 2}}, {});
  CHECK_FALSE(separated.logit.interval);
  REQUIRE(separated.warnings.size() == 1);
  CHECK(separated.warnings[0].id == "roc_variance_zero");
}

TEST_CASE("areas of many subjects do not overflow", "[roc]") {
  RocSample sample;
  for (int i = 0; i < 100000; ++i) {
    sample.cases.push_back(i + 0.5);
    sample.controls.push_back(i);
  }
  const AucResult result = estimate_auc(sample, {});
  CHECK(*result.delong.value == Approx(0.500005).epsilon(1e-12));
  CHECK(*result.delong.standard_error == Approx(std::sqrt(2.0 / 12.0 / 100000.0)).epsilon(1e-3));
}

TEST_CASE("malformed requests are refused", "[roc]") {
  const double wrong[] = {std::nan(""), std::numeric_limits<double>::infinity()};
  for (const double value : wrong) {
    CHECK_THROWS_AS(estimate_auc({{1.0, value}, {1.0}}, {}), Error);
    CHECK_THROWS_AS(estimate_auc({{1.0}, {1.0, value}}, {}), Error);
  }
  AucOptions options;
  options.confidence = 1.0;
  CHECK_THROWS_AS(estimate_auc({{1.0}, {1.0}}, options), Error);
  options.confidence = 0.95;
  options.resampling.replicates = 50;
  CHECK_THROWS_AS(estimate_auc({{1.0}, {1.0}}, options), Error);
  CHECK_THROWS_AS(parse_roc_direction("<"), Error);
}

TEST_CASE("a direction found from the data is said to be", "[roc]") {
  AucOptions options;
  options.direction = RocDirection::automatic;
  const AucResult result = estimate_auc({{1, 2, 4}, {3, 5, 6}}, options);
  CHECK(result.direction == RocDirection::lower_is_case);
  CHECK(*result.delong.value > 0.5);
  CHECK(result.warnings.at(0).id == "roc_direction_automatic");
  const AucResult wrong = estimate_auc({{1, 2, 4}, {3, 5, 6}}, {});
  CHECK(wrong.warnings.at(0).id == "roc_auc_below_half");
}

TEST_CASE("large samples are counted as small ones are", "[roc]") {
  // More than 512 values a group are sorted by digits; splitting the sample keeps its pairs.
  const RocSample sample = make_roc_sample(99, 900, 700, -0.3, 7.0);
  RocSample signs = sample;
  signs.cases.push_back(-0.0);
  signs.controls.push_back(0.0);
  signs.cases.push_back(-1e-300);
  signs.controls.push_back(1e300);
  for (const RocSample& one : {sample, signs}) {
    const RocCounts counts = count_roc_sample(one, RocDirection::higher_is_case);
    CHECK(std::is_sorted(counts.values.begin(), counts.values.end()));
    CHECK(std::adjacent_find(counts.values.begin(), counts.values.end()) == counts.values.end());
    CHECK(std::abs(*estimate_auc(one, {}).delong.value - count_pairs(one)) < 1e-13);
  }
}
