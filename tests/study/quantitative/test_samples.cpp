// Outliers, reference intervals, groups and correlation: published examples, naive witnesses, invariances, bad input.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/math/resampling.hpp"
#include "libqpcr/study/quantitative/correlation.hpp"
#include "libqpcr/study/quantitative/group_comparison.hpp"
#include "libqpcr/study/quantitative/outliers.hpp"
#include "libqpcr/study/quantitative/reference_interval.hpp"

using namespace qpcr;

namespace {

const std::vector<double> rosner_values{
    -0.25, 0.68, 0.94, 1.15, 1.20, 1.26, 1.26, 1.34, 1.38, 1.43, 1.49, 1.49, 1.55, 1.56, 1.58, 1.65, 1.69, 1.70,
    1.76,  1.77, 1.81, 1.91, 1.94, 1.96, 1.99, 2.06, 2.09, 2.10, 2.14, 2.15, 2.23, 2.24, 2.26, 2.35, 2.37, 2.40,
    2.47,  2.54, 2.62, 2.64, 2.90, 2.92, 2.92, 2.93, 3.21, 3.26, 3.30, 3.59, 3.68, 4.30, 4.64, 5.34, 5.42, 6.01};

double draw_normal(ResamplingStream& stream) {
  return normal_quantile((static_cast<double>(stream.bits() >> 11) + 0.5) * 0x1.0p-53);
}

std::vector<double> draw_sample(std::size_t n, std::uint64_t seed) {
  ResamplingStream stream(seed, 0);
  std::vector<double> values(n);
  for (double& value : values) value = 10.0 + draw_normal(stream);
  return values;
}

std::vector<double> map_values(std::vector<double> values, double shift, double scale) {
  for (double& value : values) value = shift + scale * value;
  return values;
}

}  // namespace

TEST_CASE("Grubbs' published critical values", "[quantitative]") {
  // Grubbs & Beck 1972, one-sided.
  CHECK(grubbs_critical_value(3, 0.05) == Approx(1.153).margin(6e-4));
  // Printed as 1.672; the definition (below) gives 1.6714, which is 0.0006 less.
  CHECK(grubbs_critical_value(5, 0.05) == Approx(1.672).margin(7e-4));
  CHECK(grubbs_critical_value(10, 0.05) == Approx(2.176).margin(6e-4));
  CHECK(grubbs_critical_value(20, 0.05) == Approx(2.557).margin(6e-4));
  CHECK(grubbs_critical_value(30, 0.05) == Approx(2.745).margin(6e-4));
  CHECK(grubbs_critical_value(10, 0.01) == Approx(2.410).margin(6e-4));
}

TEST_CASE("Grubbs' critical value of five values by the closed form of Student's t", "[quantitative]") {
  // At most one of five values can be so far out, so the five one-sided t tails at 3 degrees of freedom add up to the
  // level without a rest.
  const double g = grubbs_critical_value(5, 0.05);
  const double t = g * std::sqrt(5.0 * 3.0 / (16.0 - 5.0 * g * g));
  const double u = t / std::sqrt(3.0);
  const double tail = 0.5 - (std::atan(u) + u / (1.0 + u * u)) / 3.14159265358979323846;
  CHECK(5.0 * tail == Approx(0.05).epsilon(1e-9));
}

TEST_CASE("Grubbs on NIST's mass spectrometer example", "[quantitative]") {
  // NIST/SEMATECH e-Handbook 1.3.5.17.1 (Tietjen & Moore 1972): G = 2.4687 for 245.57.
  const std::vector<double> x{199.31, 199.53, 200.19, 200.82, 201.92, 201.95, 202.18, 245.57};
  const OutlierTest found = find_outlier_grubbs(x);
  CHECK(found.index == std::size_t{7});
  CHECK(found.is_highest);
  CHECK(*found.statistic == Approx(2.4687).margin(1e-4));
  CHECK(*found.p_two_sided < 1e-6);
  // The ratio of sums of squares by leaving the value out.
  const std::vector<double> rest(x.begin(), x.end() - 1);
  const auto squares = [](const std::vector<double>& values) {
    const double mean = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
    double sum = 0.0;
    for (const double value : values) sum += (value - mean) * (value - mean);
    return sum;
  };
  CHECK(*found.variance_ratio == Approx(squares(rest) / squares(x)).epsilon(1e-9));
}

TEST_CASE("Rosner's 54 values have three outliers", "[quantitative]") {
  const RosnerResult found = find_outliers_rosner(rosner_values, 10);
  const double statistics[] = {3.118, 2.942, 3.179, 2.810, 2.815, 2.848, 2.279, 2.310, 2.101, 2.067};
  const double critical[] = {3.158, 3.151, 3.143, 3.136, 3.128, 3.120, 3.111, 3.103, 3.094, 3.085};
  REQUIRE(found.steps.size() == 10);
  for (std::size_t i = 0; i < 10; ++i) {
    CHECK(found.steps[i].statistic == Approx(statistics[i]).margin(1.1e-3));
    CHECK(found.steps[i].critical == Approx(critical[i]).margin(1.1e-3));
  }
  CHECK(found.outliers == std::vector<std::size_t>{53, 52, 51});
}

TEST_CASE("outlier tests follow shifts, scales and mirrors", "[quantitative]") {
  const std::vector<double> x{4.1, 4.3, 4.2, 4.4, 4.0, 4.25, 5.9};
  const auto mirrored = map_values(x, 3.0, -2.0);
  CHECK(*find_outlier_grubbs(mirrored).p_two_sided == Approx(*find_outlier_grubbs(x).p_two_sided).epsilon(1e-9));
  CHECK_FALSE(find_outlier_grubbs(mirrored).is_highest);
  CHECK(*find_outlier_dixon(mirrored).statistic == Approx(*find_outlier_dixon(x).statistic).epsilon(1e-12));
  CHECK(*find_outliers_both_ends(mirrored).statistic == Approx(*find_outliers_both_ends(x).statistic).epsilon(1e-12));
  CHECK(find_outlier_grubbs(x, OutlierEnd::lowest).index == std::size_t{4});
}

TEST_CASE("two outliers at one end: Grubbs' table, and the same numbers at any number of threads", "[quantitative]") {
  // Grubbs & Beck 1972, ten values, two highest: the 5 % point of the ratio is 0.1864... (0.1745 at 4 %, 0.2305 at 10
  // %).
  GrubbsPairOptions options;
  options.replicates = 20000;
  options.threads = 1;
  std::vector<double> x{1.0, 1.1, 1.2, 1.15, 1.05, 1.08, 1.12, 1.17, 2.0, 2.1};
  const OutlierTest one = find_outlier_pair_grubbs(x, OutlierEnd::highest, options);
  options.threads = 3;
  const OutlierTest three = find_outlier_pair_grubbs(x, OutlierEnd::highest, options);
  CHECK(*one.p_one_sided == *three.p_one_sided);
  CHECK(*one.p_one_sided < 0.001);
  CHECK(*find_outlier_pair_grubbs(draw_sample(10, 4), OutlierEnd::highest, options).p_one_sided > 0.01);
  options.replicates = 1;
  CHECK_THROWS_AS(find_outlier_pair_grubbs(x, OutlierEnd::highest, options), Error);
}

TEST_CASE("Cochran's published critical value", "[quantitative]") {
  // Five variances of three replicates each: 0.6838 at 5 %.
  const double rest = (1.0 - 0.6838) / 4.0;
  const std::vector<double> variances{rest, 0.6838, rest, rest, rest};
  const OutlierTest found = find_outlier_variance(variances, 3);
  CHECK(found.index == std::size_t{1});
  CHECK(*found.p_one_sided == Approx(0.05).margin(2e-4));
  CHECK_THROWS_AS(find_outlier_variance(std::vector<double>{1.0}, 3), Error);
  CHECK_THROWS_AS(find_outlier_variance(std::vector<double>{1.0, -1.0}, 3), Error);
  CHECK_FALSE(find_outlier_variance(std::vector<double>{0.0, 0.0}, 3).statistic.has_value());
}

TEST_CASE("samples without an outlier test say why", "[quantitative]") {
  const std::vector<double> equal(8, 3.3);
  CHECK(find_outlier_grubbs(equal).why_absent->id == "quantitative_no_variation");
  CHECK(find_outlier_dixon(equal).why_absent->id == "quantitative_no_variation");
  CHECK(find_outlier_grubbs(std::vector<double>{1, 2}).why_absent->id == "quantitative_too_few_values");
  CHECK(find_outlier_dixon(draw_sample(31, 1)).why_absent->id == "quantitative_dixon_too_many");
  CHECK_FALSE(derive_tukey_fences({}).has_value());
  CHECK_THROWS_AS(find_outlier_grubbs(std::vector<double>{1, 2, std::nan("")}), Error);
  CHECK_THROWS_AS(find_outliers_rosner(rosner_values, 0), Error);
  CHECK_THROWS_AS(find_outliers_rosner(rosner_values, 53), Error);
}

TEST_CASE("order-statistic ranks of EP28's table", "[quantitative]") {
  CHECK(find_limit_ranks(119, 0.025, 0.90) == LimitRanks{1, 7});
  CHECK(find_limit_ranks(120, 0.025, 0.90) == LimitRanks{1, 7});
  CHECK(find_limit_ranks(132, 0.025, 0.90) == LimitRanks{1, 7});
  CHECK(find_limit_ranks(133, 0.025, 0.90) == LimitRanks{1, 8});
  CHECK(find_limit_ranks(160, 0.025, 0.90) == LimitRanks{1, 8});
  CHECK(find_limit_ranks(200, 0.025, 0.90) == LimitRanks{2, 10});
  CHECK(find_limit_ranks(118, 0.025, 0.90).lower == 0);
  // By definition: each tail of the binomial holds at most 5 %, and one rank further it would hold more.
  for (const long n : {50L, 240L, 1000L}) {
    const LimitRanks ranks = find_limit_ranks(n, 0.1, 0.90);
    CHECK(binomial_cumulative(ranks.lower - 1, n, 0.1) <= 0.05);
    CHECK(binomial_cumulative(ranks.lower, n, 0.1) > 0.05);
    CHECK(binomial_upper_tail(ranks.upper, n, 0.1) <= 0.05);
    CHECK(binomial_upper_tail(ranks.upper - 1, n, 0.1) > 0.05);
  }
}

TEST_CASE("reference limits follow affine changes, and a wild value hardly moves the robust centre", "[quantitative]") {
  const std::vector<double> x = draw_sample(150, 3);
  ReferenceIntervalOptions options;
  options.replicates = 200;
  const auto base = estimate_reference_interval(x, options);
  const auto moved = estimate_reference_interval(map_values(x, 5.0, 2.0), options);
  for (const auto member : {&ReferenceIntervalResult::nonparametric, &ReferenceIntervalResult::parametric,
                            &ReferenceIntervalResult::robust}) {
    CHECK(*(moved.*member).lower.value == Approx(5.0 + 2.0 * *(base.*member).lower.value).epsilon(1e-9));
    CHECK((moved.*member).upper.interval->upper ==
          Approx(5.0 + 2.0 * (base.*member).upper.interval->upper).epsilon(1e-9));
  }
  const auto mirrored = estimate_reference_interval(map_values(x, 0.0, -1.0), options);
  CHECK(*mirrored.robust.lower.value == Approx(-*base.robust.upper.value).epsilon(1e-9));
  CHECK(mirrored.parametric_log.lower.why_absent->id == "quantitative_needs_positive_values");
  // Of a normal sample all methods are near mean ± 1.96 sd.
  CHECK(*base.robust.lower.value == Approx(8.04).margin(0.5));
  CHECK(*base.robust.upper.value == Approx(11.96).margin(0.5));
  std::vector<double> wild = x;
  wild.front() = 100.0;
  const auto disturbed = estimate_reference_interval(wild, options);
  // The spread cuts off only at 205.6 scales (Horn, Pesce & Copeland 1998), so that it follows a value 90 of them away
  // nearly as the standard deviation does; the location cuts off at 3.7.
  const auto centre = [](const ReferenceIntervalResult& one) {
    return (*one.robust.lower.value + *one.robust.upper.value) / 2.0;
  };
  CHECK(std::abs(centre(disturbed) - centre(base)) < 0.05);
  CHECK(*disturbed.robust.upper.value > *base.robust.upper.value + 5.0);
  CHECK(*disturbed.robust.upper.value < *disturbed.parametric.upper.value);
  wild.front() = 1e4;
  const auto beyond = estimate_reference_interval(wild, options);
  CHECK(std::abs(*beyond.robust.upper.value - *base.robust.upper.value) < 0.2);
  CHECK(*beyond.parametric.upper.value > *base.parametric.upper.value + 500.0);
  CHECK(*disturbed.parametric.upper.value > *base.parametric.upper.value + 5.0);
  CHECK(disturbed.dixon_outliers == std::vector<double>{100.0});
  CHECK(disturbed.count == 150);
}

TEST_CASE("reference limits are the same at any number of threads", "[quantitative]") {
  const std::vector<double> x = draw_sample(60, 8);
  ReferenceIntervalOptions options;
  options.replicates = 300;
  options.threads = 1;
  const auto one = estimate_reference_interval(x, options);
  options.threads = 4;
  const auto four = estimate_reference_interval(x, options);
  CHECK(one.robust.lower == four.robust.lower);
  CHECK(one.bootstrap.upper == four.bootstrap.upper);
  CHECK(one.nonparametric.lower.why_absent->id == "quantitative_no_order_statistic");
  CHECK(one.warnings.front().id == "quantitative_fewer_than_120");
}

TEST_CASE("a lognormal sample has a Box–Cox power near 0, and powers undo themselves", "[quantitative]") {
  std::vector<double> x = draw_sample(400, 5);
  for (double& value : x) value = std::exp(value - 10.0);
  const double power = *estimate_box_cox_power(x);
  CHECK(std::abs(power) < 0.15);
  std::vector<double> inverted = x;
  for (double& value : inverted) value = 1.0 / value;
  CHECK(*estimate_box_cox_power(inverted) == Approx(-power).margin(1e-6));
  CHECK_FALSE(estimate_box_cox_power(std::vector<double>{1.0, -1.0, 2.0}).has_value());
}

TEST_CASE("samples without limits say why", "[quantitative]") {
  for (const auto& x : {std::vector<double>{}, std::vector<double>{4.0}}) {
    const auto found = estimate_reference_interval(x);
    CHECK_FALSE(found.nonparametric.lower.value.has_value());
    CHECK(found.robust.upper.why_absent->id == "quantitative_too_few_values");
  }
  const auto constant = estimate_reference_interval(std::vector<double>(130, 2.0));
  CHECK(constant.robust.lower.why_absent->id == "quantitative_no_variation");
  CHECK(constant.parametric.lower.why_absent->id == "quantitative_no_variation");
  CHECK(constant.nonparametric.lower.value == 2.0);
  CHECK_THROWS_AS(estimate_reference_interval(std::vector<double>{1, 2, std::numeric_limits<double>::infinity()}),
                  Error);
}

TEST_CASE("partition and transfer of reference intervals", "[quantitative]") {
  const std::vector<double> a = draw_sample(120, 1);
  const std::vector<double> b = draw_sample(120, 2);
  CHECK(compare_partition(a, b).partition == false);
  CHECK(compare_partition(a, b).critical_z == Approx(3.0).epsilon(1e-12));
  CHECK(compare_partition(a, map_values(b, 2.0, 1.0)).partition == true);
  CHECK(compare_partition(a, map_values(b, -10.0, 2.0)).partition == true);
  const auto judge = [](int outside, bool second) {
    std::vector<double> values(20, 5.0);
    std::fill_n(values.begin(), outside, 50.0);
    return verify_transfer(values, {0.0, 10.0}, second).verdict;
  };
  CHECK(judge(2, false) == TransferVerdict::accepted);
  CHECK(judge(3, false) == TransferVerdict::repeat_with_second_sample);
  CHECK(judge(4, false) == TransferVerdict::repeat_with_second_sample);
  CHECK(judge(3, true) == TransferVerdict::rejected);
  CHECK(judge(5, false) == TransferVerdict::rejected);
  CHECK(verify_transfer(std::vector<double>(19, 5.0), {0.0, 10.0}).verdict == TransferVerdict::too_few_values);
  CHECK_THROWS_AS(verify_transfer(a, {1.0, 1.0}), Error);
}

TEST_CASE("Student's sleep data", "[quantitative]") {
  // Student 1908, as R prints it: Welch t = −1.8608, df = 17.776, p = 0.07939; pooled p = 0.07919.
  const std::vector<double> a{0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0};
  const std::vector<double> b{1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4};
  const TwoGroupResult found = compare_two_groups(a, b);
  CHECK(*found.welch.statistic == Approx(-1.8608).margin(5e-5));
  CHECK(*found.welch.degrees_of_freedom == Approx(17.776).margin(5e-4));
  CHECK(*found.welch.p_value == Approx(0.07939).margin(5e-6));
  CHECK(*found.student.p_value == Approx(0.07919).margin(5e-6));
  CHECK(found.mean_difference.interval->lower == Approx(-3.3654832).margin(1e-6));
  // Two groups: F of the analysis of variance is Student's t squared.
  CHECK(*compare_means({a, b}).statistic == Approx(std::pow(*found.student.statistic, 2)).epsilon(1e-11));
  CHECK(*compare_means({a, b}).p_value == Approx(*found.student.p_value).epsilon(1e-10));
  const TwoGroupResult swapped = compare_two_groups(b, a);
  CHECK(*swapped.welch.statistic == Approx(-*found.welch.statistic).epsilon(1e-13));
  CHECK(*swapped.variance_ratio.value == Approx(1.0 / *found.variance_ratio.value).epsilon(1e-13));
  CHECK(swapped.variance_ratio.interval->lower == Approx(1.0 / found.variance_ratio.interval->upper).epsilon(1e-10));
}

TEST_CASE("tests of several groups do not depend on unit, origin or order", "[quantitative]") {
  const std::vector<std::vector<double>> groups{draw_sample(8, 1), draw_sample(11, 2), draw_sample(9, 3)};
  std::vector<std::vector<double>> moved;
  for (auto group : groups) {
    std::reverse(group.begin(), group.end());
    moved.push_back(map_values(group, 100.0, 3.0));
  }
  CHECK(*compare_means(moved).statistic == Approx(*compare_means(groups).statistic).epsilon(1e-9));
  CHECK(*compare_spread(moved).statistic == Approx(*compare_spread(groups).statistic).epsilon(1e-9));
  CHECK(*compare_variances(moved).statistic == Approx(*compare_variances(groups).statistic).epsilon(1e-9));
  CHECK(*compare_rank_sums(moved).statistic == Approx(*compare_rank_sums(groups).statistic).epsilon(1e-12));
  CHECK(*compare_trend(moved).p_value == *compare_trend(groups).p_value);
  const std::vector<std::vector<double>> relabelled{groups[2], groups[0], groups[1]};
  CHECK(*compare_means(relabelled).statistic == Approx(*compare_means(groups).statistic).epsilon(1e-12));
}

TEST_CASE("groups without a test say why", "[quantitative]") {
  const std::vector<double> none;
  const std::vector<double> constant(4, 1.0 / 3.0);
  CHECK(compare_two_groups(none, constant).welch.why_absent->id == "quantitative_too_few_values");
  CHECK(compare_two_groups(constant, constant).welch.why_absent->id == "quantitative_no_variation");
  CHECK(compare_two_groups(constant, constant).mann_whitney.why_absent->id == "quantitative_no_variation");
  CHECK_FALSE(compare_two_groups(std::vector<double>{1.0}, constant).variance_ratio.value.has_value());
  CHECK(compare_means({{1.0}, {2.0}}).why_absent->id == "quantitative_no_replicates");
  CHECK(compare_means({constant, constant}).why_absent->id == "quantitative_no_variation");
  CHECK_THROWS_AS(compare_means({constant}), Error);
  CHECK_THROWS_AS(compare_means({constant, {}}), Error);
  CHECK_THROWS_AS(compare_two_groups(constant, std::vector<double>{std::nan("")}), Error);
}

TEST_CASE("equivalence is two one-sided tests and its interval", "[quantitative]") {
  const std::vector<double> a = draw_sample(30, 21);
  const std::vector<double> b = draw_sample(30, 22);
  EquivalenceOptions options;
  options.lower = -1.0;
  options.upper = 1.0;
  const EquivalenceResult found = compare_equivalence(a, b, options);
  const bool inside = found.difference.interval->lower > -1.0 && found.difference.interval->upper < 1.0;
  CHECK(found.equivalent == inside);
  CHECK(inside);
  options.upper = -2.0;
  CHECK_THROWS_AS(compare_equivalence(a, b, options), Error);
}

TEST_CASE("adjusted p-values hold their definitions", "[quantitative]") {
  const std::vector<double> p{0.04, 0.001, 0.2, 0.03};
  CHECK(adjust_p_values(p, PAdjustment::bonferroni)[1] == Approx(0.004));
  CHECK(adjust_p_values(p, PAdjustment::holm)[0] == Approx(0.09));
  CHECK(adjust_p_values(p, PAdjustment::hochberg)[3] == Approx(0.08));
  CHECK(adjust_p_values(p, PAdjustment::benjamini_hochberg)[3] == Approx(4.0 * 0.04 / 3.0));
  CHECK(adjust_p_values({}, PAdjustment::holm).empty());
  CHECK_THROWS_AS(adjust_p_values(std::vector<double>{1.2}, PAdjustment::holm), Error);
}

TEST_CASE("correlations follow affine and monotone changes", "[quantitative]") {
  const std::vector<double> x = draw_sample(40, 31);
  std::vector<double> y = draw_sample(40, 32);
  for (std::size_t i = 0; i < y.size(); ++i) y[i] += x[i];
  const auto base = estimate_correlation(x, y);
  const auto moved = estimate_correlation(map_values(x, 3.0, -2.0), y);
  CHECK(*moved.pearson.estimate.value == Approx(-*base.pearson.estimate.value).epsilon(1e-11));
  CHECK(*moved.kendall.estimate.value == Approx(-*base.kendall.estimate.value).epsilon(1e-12));
  std::vector<double> curved = x;
  for (double& value : curved) value = std::exp(value);
  CHECK(*estimate_correlation(curved, y).spearman.estimate.value == *base.spearman.estimate.value);
  CHECK(*estimate_correlation(y, x).concordance.estimate.value ==
        Approx(*base.concordance.estimate.value).epsilon(1e-12));
  // Concordance is the correlation times how far shift and scale agree.
  const double v = *base.scale_shift.value;
  const double u = *base.location_shift.value;
  CHECK(*base.concordance.estimate.value ==
        Approx(*base.pearson.estimate.value * 2.0 / (v + 1.0 / v + u * u)).epsilon(1e-11));
  CHECK(*estimate_correlation(x, x).concordance.estimate.value == Approx(1.0));
  CHECK_FALSE(estimate_correlation(x, x).concordance.estimate.interval.has_value());
}

TEST_CASE("correlations that do not exist say why", "[quantitative]") {
  const std::vector<double> x{1, 2, 3};
  CHECK(estimate_correlation(x, std::vector<double>(3, 0.1)).pearson.estimate.why_absent->id ==
        "quantitative_no_variation");
  CHECK(estimate_correlation({}, {}).kendall.estimate.why_absent->id == "quantitative_too_few_values");
  CHECK_THROWS_AS(estimate_correlation(x, std::vector<double>{1, 2}), Error);
  CHECK_THROWS_AS(estimate_correlation(x, std::vector<double>{1, 2, std::nan("")}), Error);
}
