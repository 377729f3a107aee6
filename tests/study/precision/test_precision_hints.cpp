// CV intervals, outlier hints and qualitative precision.
#include <cmath>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/study/precision/cv_interval.hpp"
#include "libqpcr/study/precision/precision_outliers.hpp"
#include "libqpcr/study/precision/qualitative_precision.hpp"
#include "tests/study/precision/precision_designs.hpp"

using namespace qpcr;
using namespace qpcr::test;

TEST_CASE("intervals of a CV cover it", "[cv_interval]") {
  constexpr int samples = 4000;
  for (const double cv : {0.05, 0.2}) {
    int naive = 0, mckay = 0, vangel = 0;
    for (int s = 0; s < samples; ++s) {
      ResamplingStream stream(31, static_cast<std::uint64_t>(s));
      std::vector<double> values;
      for (int i = 0; i < 8; ++i) values.push_back(10.0 * (1.0 + cv * draw_normal(stream)));
      const CvResult found = estimate_cv(values, 0.95);
      const auto covers = [&](const Estimate& one) {
        return one.interval && one.interval->lower <= 100.0 * cv && one.interval->upper >= 100.0 * cv ? 1 : 0;
      };
      naive += covers(found.cv_naive);
      mckay += covers(found.cv_mckay);
      vangel += covers(found.cv_vangel);
    }
    INFO("CV " << cv);
    CHECK(vangel / static_cast<double>(samples) == Approx(0.95).margin(0.012));
    CHECK(mckay / static_cast<double>(samples) == Approx(0.95).margin(0.012));
    CHECK(naive / static_cast<double>(samples) == Approx(0.95).margin(0.02));
  }
}

TEST_CASE("a CV of the scale alone", "[cv_interval]") {
  const std::vector<double> values{9, 10, 11, 12};
  const CvResult found = estimate_cv(values, 0.95);
  CHECK(*found.cv_vangel.value == Approx(100.0 * std::sqrt(5.0 / 3.0) / 10.5));
  const CvResult scaled = estimate_cv(std::vector<double>{900, 1000, 1100, 1200}, 0.95);
  CHECK(*scaled.cv_vangel.value == Approx(*found.cv_vangel.value));
  CHECK(scaled.cv_vangel.interval->upper == Approx(found.cv_vangel.interval->upper));
  // With many values all three are one.
  ResamplingStream stream(8, 8);
  std::vector<double> many;
  for (int i = 0; i < 20000; ++i) many.push_back(10.0 + 0.5 * draw_normal(stream));
  const CvResult large = estimate_cv(many, 0.95);
  CHECK(large.cv_vangel.interval->upper == Approx(large.cv_naive.interval->upper).epsilon(3e-3));
}

TEST_CASE("a CV that does not exist", "[cv_interval]") {
  CHECK(estimate_cv({}, 0.95).cv_vangel.why_absent->id == "not_estimable_no_values");
  CHECK(estimate_cv(std::vector<double>{3}, 0.95).cv_vangel.why_absent->id == "not_estimable_one_value");
  CHECK(estimate_cv(std::vector<double>{-3, -2}, 0.95).cv_naive.why_absent->id == "not_estimable_cv_mean_not_positive");
  CHECK(estimate_cv(std::vector<double>{1, 9}, 0.95).cv_mckay.why_absent->id == "interval_not_estimable_cv_too_large");
  const CvResult flat = estimate_cv(std::vector<double>{5, 5, 5}, 0.95);
  CHECK(flat.cv_vangel.value == 0.0);
  CHECK_FALSE(flat.cv_vangel.interval.has_value());
  CHECK(estimate_cv(std::vector<double>{5, std::nan(""), 6}, 0.95).excluded == std::vector<std::size_t>{1});
  CHECK_THROWS_AS(estimate_cv(std::vector<double>{5, INFINITY}, 0.95), Error);
  CHECK_THROWS_AS(estimate_cv(std::vector<double>{5, 6}, 0.0), Error);
}

TEST_CASE("critical values of the published tables", "[precision_outliers]") {
  // Grubbs 1969, ten values, two-sided 5 %: 2.290. Nine values around 0 and one at the distance that gives it.
  std::vector<double> values;
  for (int i = 0; i < 10; ++i) values.push_back(i % 2 == 0 ? 1.0 : -1.0);
  const auto g_of = [&](double last) {
    values.back() = last;
    double mean = 0.0, squares = 0.0;
    for (const double value : values) mean += value / 10.0;
    for (const double value : values) squares += (value - mean) * (value - mean);
    return (last - mean) / std::sqrt(squares / 9.0);
  };
  double low = 1.0, high = 50.0;
  for (int i = 0; i < 100; ++i) (g_of((low + high) / 2.0) < 2.290 ? low : high) = (low + high) / 2.0;
  g_of(low);
  const auto means = estimate_precision_outliers(values, make_factor("cell", {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}), 0.05);
  CHECK(means.hints[1].test == "grubbs_means");
  CHECK(*means.hints[1].statistic.value == Approx(2.290).epsilon(1e-6));
  CHECK(*means.hints[1].p_value == Approx(0.05).margin(5e-4));
  CHECK(means.hints[1].suspect == "10");
  CHECK(means.hints[0].statistic.why_absent->id == "not_estimable_no_replicates");
  // Cochran, ten cells of duplicates, 5 %: 0.602 (ISO 5725-2).
  std::vector<double> pairs;
  std::vector<int> cell;
  for (int i = 0; i < 10; ++i) {
    const double half = i == 0 ? std::sqrt(9.0 * 0.602 / 0.398) : 1.0;
    pairs.insert(pairs.end(), {5.0 - half, 5.0 + half});
    cell.insert(cell.end(), {i, i});
  }
  const auto cochran = estimate_precision_outliers(pairs, make_factor("cell", cell), 0.06);
  CHECK(*cochran.hints[0].statistic.value == Approx(0.602));
  CHECK(*cochran.hints[0].p_value == Approx(0.05).margin(1e-3));
  CHECK(*cochran.hints[0].suspicious);
  CHECK(cochran.hints[0].suspect == "0");
  CHECK(cochran.balanced);
}

TEST_CASE("outlier hints without data to hint at", "[precision_outliers]") {
  const auto flat = estimate_precision_outliers(std::vector<double>{2, 2, 2, 2}, make_factor("cell", {1, 1, 2, 2}));
  for (const OutlierHint& hint : flat.hints) CHECK_FALSE(hint.statistic.value.has_value());
  CHECK_THROWS_AS(estimate_precision_outliers(std::vector<double>{2}, make_factor("cell", {1})), Error);
  CHECK_THROWS_AS(estimate_precision_outliers(std::vector<double>{2, 1}, make_factor("cell", {1})), Error);
  CHECK_THROWS_AS(estimate_precision_outliers(std::vector<double>{2, INFINITY}, make_factor("cell", {1, 1})), Error);
  CHECK_THROWS_AS(estimate_precision_outliers(std::vector<double>{2, 1}, make_factor("cell", {1, 1}), 1.0), Error);
  CHECK_FALSE(estimate_precision_outliers(std::vector<double>{1, 2, 3}, make_factor("cell", {1, 1, 2})).balanced);
}

TEST_CASE("percent agreement by level and by group", "[qualitative_precision]") {
  std::vector<QualitativeReplicate> replicates;
  for (int i = 0; i < 20; ++i)
    replicates.push_back(
        {"weak", i < 10 ? "A" : "B", i != 3, true, i == 3 ? std::nullopt : std::optional(35.0 + 0.1 * i)});
  for (int i = 0; i < 10; ++i) replicates.push_back({"negative", "A", i == 0, false, std::nullopt});
  replicates.push_back({"weak", "A", std::nullopt, true, std::nullopt});
  const auto found = estimate_qualitative_precision(replicates, 0.95);
  REQUIRE(found.rows.size() == 5);
  CHECK(found.excluded == std::vector<std::size_t>{30});
  CHECK(*found.rows[0].percent_positive.value == Approx(95.0));
  CHECK(found.rows[0].percent_agreement.interval->lower == Approx(100.0 * wilson_interval(19, 20, 0.95).lower));
  CHECK(found.rows[0].cq_values == 19);
  CHECK(found.rows[1].group == "A");
  CHECK(*found.rows[1].percent_positive.value == Approx(90.0));
  CHECK(*found.rows[2].percent_positive.value == Approx(100.0));
  CHECK(*found.rows[3].percent_positive.value == Approx(10.0));
  CHECK(*found.rows[3].percent_agreement.value == Approx(90.0));
  CHECK(found.rows[3].cq_mean.why_absent->id == "not_estimable_no_values");
  replicates.front().expected = false;
  CHECK_THROWS_AS(estimate_qualitative_precision(replicates, 0.95), Error);
  CHECK_THROWS_AS(estimate_qualitative_precision({}, 0.95), Error);
  CHECK_THROWS_AS(estimate_qualitative_precision({{"a", "", true, true, INFINITY}}, 0.95), Error);
  CHECK(estimate_qualitative_precision({{"a", "", true, std::nullopt, std::nullopt}}, 0.95)
            .rows[0]
            .percent_agreement.why_absent->id == "not_estimable_no_expected_result");
}
