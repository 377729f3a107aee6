// The walkers of the reference files of this area.
#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include <catch2/catch.hpp>

#include "libqpcr/core/text.hpp"
#include "libqpcr/math/normality.hpp"
#include "libqpcr/math/robust.hpp"
#include "libqpcr/math/sample_quantiles.hpp"
#include "libqpcr/quantity/standard_curve.hpp"
#include "libqpcr/study/detection/qualitative_imprecision.hpp"
#include "libqpcr/study/quantitative/carry_over.hpp"
#include "libqpcr/study/quantitative/correlation.hpp"
#include "libqpcr/study/quantitative/cross_reactivity.hpp"
#include "libqpcr/study/quantitative/group_comparison.hpp"
#include "libqpcr/study/quantitative/linearity.hpp"
#include "libqpcr/study/quantitative/outliers.hpp"
#include "libqpcr/study/quantitative/reference_interval.hpp"
#include "tests/study/reference/nist_references.hpp"
#include "tests/study/reference/reference_table.hpp"
#include "tests/study/reference/walk.hpp"

namespace qpcr::test {
namespace {

constexpr Tolerance computed{1e-12, 1e-9};

std::vector<double> read_list(const Json& list) { return list.get<std::vector<double>>(); }

/// Estimates in sections such as {"linear": {"coef": [...]}}: each named value of the section is compared.
void check_section(const std::string& where, const Json& section, const std::map<std::string, double>& found) {
  for (const auto& [key, value] : section.items()) {
    const auto one = found.find(key);
    INFO(where << " " << key);
    REQUIRE(one != found.end());
    const bool finite = std::isfinite(one->second);
    check_value(where + " " + key, value, finite ? std::optional(one->second) : std::nullopt, computed);
  }
}

void check_numbers(const std::string& where, const Json& list, const std::vector<double>& found, Tolerance tolerance) {
  INFO(where);
  REQUIRE(list.size() == found.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    const bool finite = std::isfinite(found[i]);
    check_value(where, list[i], finite ? std::optional(found[i]) : std::nullopt, tolerance);
  }
}

void check_polynomial(ReferenceCase& test_case, const std::string& key, const std::optional<LinearModelFit>& fit) {
  if (!test_case.has(key)) return;
  const Json& section = test_case.expected(key);
  if (section.is_null()) {
    CHECK_FALSE(fit.has_value());
    return;
  }
  INFO(key);
  REQUIRE(fit.has_value());
  for (const auto& [name, value] : section.items()) {
    const std::string where = test_case.id() + " " + key + " " + name;
    if (name == "coef") {
      check_numbers(where, value, fit->coefficients, {1e-11, 1e-9});
    } else if (name == "se") {
      check_numbers(where, value, fit->standard_errors, computed);
    } else if (name == "t") {
      check_numbers(where, value, fit->t_values, {1e-8, 1e-9});
    } else if (name == "p") {
      check_numbers(where, value, fit->p_values, {1e-12, 1e-8});
    } else {
      check_section(where, Json{{name, value}},
                    {{"sigma", fit->residual_sd}, {"r2", fit->r_squared}, {"aic", fit->aic}});
    }
  }
}

void walk_linearity(ReferenceCase& test_case) {
  const std::vector<double> x = read_list(test_case.input().at("x"));
  const std::vector<double> y = read_list(test_case.input().at("y"));
  LinearityOptions options;
  LinearityResult result = estimate_linearity(x, y, options);
  check_polynomial(test_case, "linear", result.polynomials[0]);
  check_polynomial(test_case, "quadratic", result.polynomials[1]);
  check_polynomial(test_case, "cubic", result.polynomials[2]);
  if (test_case.has("best_degree")) {
    // The file does not say by which of the two rules it chose; where they differ its number tells.
    const Json& degree = test_case.expected("best_degree");
    if (degree.is_number() && result.best_degree != degree.get<int>()) {
      options.best_degree = BestDegree::highest_significant;
      result = estimate_linearity(x, y, options);
    }
    check_value("best_degree", degree, result.best_degree ? std::optional<double>(*result.best_degree) : std::nullopt,
                {});
  }
  std::vector<std::optional<double>> levels;
  std::vector<std::optional<double>> best;
  std::vector<std::optional<double>> percent;
  for (const LinearityLevel& level : result.levels) {
    levels.push_back(level.level);
    best.push_back(level.best_minus_linear);
    percent.push_back(level.deviation_percent.value);
  }
  test_case.check_list("levels", levels, {});
  test_case.check_list("dev_best_vs_linear", best, {1e-11, 1e-9});
  test_case.check("pooled_repeatability_sd", result.repeatability_sd, computed);
  test_case.check("adl_sqrt_mean_sq", result.average_deviation, {1e-11, 1e-9});
  const auto& fit = result.lack_of_fit;
  test_case.check("lof_p", fit && std::isfinite(fit->p_value) ? std::optional(fit->p_value) : std::nullopt,
                  {1e-12, 1e-8});
  test_case.check_list("wls_1_over_var_coef", {result.weighted_intercept.value, result.weighted_slope.value}, computed);
  test_case.check_list("wls_dev_pct", percent, {1e-11, 1e-9});
}

void walk_carry_over(ReferenceCase& test_case) {
  const CarryOverResult result =
      estimate_carry_over(read_list(test_case.input().at("hl")), read_list(test_case.input().at("ll")), {});
  test_case.check("diff", result.difference, computed);
  test_case.check("three_sd_ll", result.limit, computed);
  test_case.check("t_p", result.welch.p_value, computed);
}

void walk_zero_failures(ReferenceCase& test_case) {
  std::vector<std::optional<double>> limits;
  std::vector<std::optional<double>> threes;
  for (const double n : read_list(test_case.input().at("n"))) {
    const CrossReactant panel[] = {{"x", 0, static_cast<long>(n)}};
    const CrossReactivityResult result = estimate_cross_reactivity(panel);
    limits.push_back(result.whole.positive_rate.interval->upper);
    threes.push_back(result.whole.rule_of_three);
  }
  test_case.check_list("upper95_one_sided", limits, computed);
  test_case.check_list("rule_of_three", threes, computed);
}

void walk_equivalence(ReferenceCase& test_case) {
  const Json& input = test_case.input();
  EquivalenceOptions options;
  options.lower = input.at("low").get<double>();
  options.upper = input.at("high").get<double>();
  const EquivalenceResult result =
      compare_equivalence(read_list(input.at("test")), read_list(input.at("control")), options);
  test_case.check("p_lower", result.p_lower, {0.0, 1e-9});
  test_case.check("p_upper", result.p_upper, {0.0, 1e-9});
  if (!input.contains("p")) return;
  const std::vector<double> p = read_list(input.at("p"));
  for (const auto& [key, adjustment] :
       {std::pair("holm", PAdjustment::holm), std::pair("hochberg", PAdjustment::hochberg),
        std::pair("bh", PAdjustment::benjamini_hochberg), std::pair("bonferroni", PAdjustment::bonferroni)}) {
    const std::vector<double> adjusted = adjust_p_values(p, adjustment);
    test_case.check_list(key, {adjusted.begin(), adjusted.end()}, computed);
  }
}

/// C5, C50 and C95 of a probit on the plain dose, as CLSI EP12.
void walk_qualitative_imprecision(ReferenceCase& test_case) {
  const Json& input = test_case.input();
  const std::vector<double> doses = read_list(input.at("x"));
  const auto positive = input.at("pos").get<std::vector<long>>();
  const Json& tested = input.at("n");
  std::vector<HitRow> rows;
  for (std::size_t i = 0; i < doses.size(); ++i)
    rows.push_back({doses[i], positive[i], (tested.is_array() ? tested[i] : tested).get<long>()});
  const QualitativeImprecision found = estimate_qualitative_imprecision(rows, {});
  const Tolerance searched{1e-8, 1e-6};
  test_case.check("C5", found.c5.delta.value, searched);
  test_case.check("C50", found.c50.delta.value, searched);
  test_case.check("C95", found.c95.delta.value, searched);
  test_case.check_list(
      "se", {found.c5.delta.standard_error, found.c50.delta.standard_error, found.c95.delta.standard_error}, searched);
}

void walk_miscellaneous(ReferenceCase& test_case) {
  const Json& input = test_case.input();
  if (input.contains("hl")) return walk_carry_over(test_case);
  if (input.contains("control")) return walk_equivalence(test_case);
  if (input.contains("pos")) return walk_qualitative_imprecision(test_case);
  walk_zero_failures(test_case);
}

void check_limits(const std::string& where, const Json& expected, const ReferenceLimits& found) {
  REQUIRE(expected.size() == 2);
  check_value(where + " lower", expected[0], found.lower.value, computed);
  check_value(where + " upper", expected[1], found.upper.value, computed);
}

void check_peer_limits(ReferenceCase& test_case, const std::string& key, const ReferenceLimits& found, bool intervals) {
  if (!test_case.has(key)) return;
  const Json& expected = test_case.expected(key);
  check_limits(test_case.id() + " " + key, expected.at("ri"), found);
  if (!intervals) return;
  const Json& limits = expected.at("ci");
  const auto check = [&](const std::string& name, const Estimate& limit, bool upper) {
    std::optional<double> value;
    if (limit.interval) value = upper ? limit.interval->upper : limit.interval->lower;
    check_value(test_case.id() + " " + key + " " + name, limits.at(name), value, computed);
  };
  check("lowerRefLowLimit", found.lower, false);
  check("lowerRefUpperLimit", found.lower, true);
  check("upperRefLowLimit", found.upper, false);
  check("upperRefUpperLimit", found.upper, true);
}

void check_ranks(ReferenceCase& test_case, const std::string& key, LimitRanks ranks) {
  test_case.check_list(key, {static_cast<double>(ranks.lower), static_cast<double>(ranks.upper)}, {});
}

void walk_reference_interval(ReferenceCase& test_case) {
  const std::vector<double> x = read_list(test_case.input().at("x"));
  ReferenceIntervalOptions options;
  options.replicates = 200;
  const ReferenceIntervalResult result = estimate_reference_interval(x, options);
  test_case.check("n", static_cast<double>(result.count), {});
  std::vector<double> sorted = x;
  std::sort(sorted.begin(), sorted.end());
  for (const auto& [key, type] :
       {std::pair("q_type6_2.5_97.5", 6), std::pair("q_type7", 7), std::pair("q_type8", 8), std::pair("q_type2", 2)}) {
    test_case.check_list(key, {sorted_quantile(sorted, 0.025, type), sorted_quantile(sorted, 0.975, type)}, computed);
  }
  for (const auto& [key, limits] :
       {std::pair("parametric", &result.parametric), std::pair("parametric_log", &result.parametric_log)}) {
    if (test_case.has(key)) check_limits(test_case.id() + " " + key, test_case.expected(key), *limits);
  }
  check_peer_limits(test_case, "refLimit_parametric", result.parametric, true);
  // Below 120 values the peer gives a basic bootstrap of its own unseeded stream, whose limits may lie outside the
  // sample; from 120 on it gives EP28's order statistics, as we do.
  check_peer_limits(test_case, "refLimit_nonparametric", result.nonparametric, x.size() >= 120);
  if (test_case.has("robust_horn_pesce")) {
    const Json& expected = test_case.expected("robust_horn_pesce");
    REQUIRE(expected.size() == 2);
    // The peer gave NA for each of these samples (an internal function called without its index argument); where it
    // gives limits they must be ours.
    if (!expected[0].is_null()) check_value("robust lower", expected[0], result.robust.lower.value, {1e-6, 1e-6});
    if (!expected[1].is_null()) check_value("robust upper", expected[1], result.robust.upper.value, {1e-6, 1e-6});
  }
  test_case.check_list("horn_outliers", {result.tukey_outliers.begin(), result.tukey_outliers.end()}, computed);
  // The peer looks at a grid of 0.0005; half a step and the search's own 1e-7.
  test_case.check("boxcox_lambda_grid5e4", result.box_cox_power, {2.6e-4 + 2.5e-4, 0.0});
  check_ranks(test_case, "order_stat_ci90_ranks_p0.025", result.lower_ranks);
  check_ranks(test_case, "order_stat_ci90_ranks_p0.975", result.upper_ranks);
}

/// "highest value 9 is an outlier"
void check_side(const std::string& where, const Json& text, const OutlierTest& found, const std::vector<double>& x) {
  const std::string sentence = text.get<std::string>();
  INFO(where << ": " << sentence);
  CHECK(found.is_highest == (sentence.rfind("highest", 0) == 0));
  const std::string after = sentence.substr(sentence.find("value ") + 6);
  CHECK(x[*found.index] == Approx(parse_double(after.substr(0, after.find(' '))).value()).epsilon(1e-12));
}

void check_grubbs(ReferenceCase& test_case, const std::string& key, const std::vector<double>& x, OutlierEnd end) {
  if (!test_case.has(key)) return;
  const Json& expected = test_case.expected(key);
  const OutlierTest found = find_outlier_grubbs(x, end);
  const std::string where = test_case.id() + " " + key;
  check_value(where + " G", expected.at("G"), found.statistic, computed);
  check_value(where + " U", expected.at("U"), found.variance_ratio, computed);
  check_value(where + " p", expected.at("p"), found.p_one_sided, computed);
  check_side(where, expected.at("alt"), found, x);
}

/// The peer doubles the one-sided p and, above 1, prints 2 − 2p, which is no probability of anything: ours is 1 there.
void check_doubled(const std::string& where, const Json& expected, std::optional<double> one_sided,
                   std::optional<double> two_sided, Tolerance tolerance) {
  REQUIRE(one_sided.has_value());
  const double doubled = 2.0 * *one_sided;
  if (doubled > 1.0) {
    CHECK(two_sided == 1.0);
    check_value(where, expected, 2.0 - doubled, tolerance);
  } else {
    check_value(where, expected, two_sided, tolerance);
  }
}

void walk_outliers(ReferenceCase& test_case) {
  const std::vector<double> x = read_list(test_case.input().at("x"));
  check_grubbs(test_case, "grubbs_max", x, OutlierEnd::farthest);
  check_grubbs(test_case, "grubbs_min", x, OutlierEnd::nearest);
  if (test_case.has("grubbs_two_sided")) {
    const OutlierTest found = find_outlier_grubbs(x);
    check_doubled(test_case.id() + " grubbs_two_sided", test_case.expected("grubbs_two_sided"), found.p_one_sided,
                  found.p_two_sided, computed);
  }
  if (test_case.has("dixon")) {
    const Json& expected = test_case.expected("dixon");
    const OutlierTest found = find_outlier_dixon(x);
    check_value(test_case.id() + " dixon Q", expected.at("Q"), found.statistic, computed);
    // The peer interpolates linearly between tabulated quantiles a tenth apart; ours is integrated.
    check_doubled(test_case.id() + " dixon p", expected.at("p"), found.p_one_sided, found.p_two_sided, {0.02, 0.0});
    check_side(test_case.id() + " dixon", expected.at("alt"), found, x);
  }
  test_case.check_interval("tukey_fences_type7", derive_tukey_fences(x), computed);
  // The peer rounds the factor of normal values to 1.4826.
  test_case.check("mad", median_absolute_deviation_sd(x) * (1.4826 / 1.4826022185056018), computed);
  for (const auto& [key, test] : {std::pair("shapiro", &shapiro_wilk), std::pair("lilliefors", &lilliefors),
                                  std::pair("anderson_darling", &anderson_darling)}) {
    if (!test_case.has(key)) continue;
    const NormalityTest found = test(x);
    const bool exists = std::isfinite(found.statistic);
    test_case.check_list(
        key,
        {exists ? std::optional(found.statistic) : std::nullopt, exists ? std::optional(found.p_value) : std::nullopt},
        {1e-12, 1e-9});
  }
}

struct Groups {
  std::vector<std::string> names;
  std::vector<std::vector<double>> values;
};

/// In the order of the names as text or, when all are numbers, of the numbers.
Groups split_groups(const DataTable& table, const std::string& marker, const std::string& by) {
  const std::vector<double> values = table.numbers(marker);
  const auto texts = table.texts(by);
  std::map<std::pair<double, std::string>, std::vector<double>> sorted;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isnan(values[i]) || texts[i].empty() || texts[i] == "NA") continue;
    const std::string name(texts[i]);
    sorted[{parse_double(name).value_or(0.0), name}].push_back(values[i]);
  }
  Groups groups;
  for (const auto& [key, group] : sorted) {
    groups.names.push_back(key.second);
    groups.values.push_back(group);
  }
  return groups;
}

std::optional<Interval> interval_of(const Estimate& estimate) { return estimate.interval; }

/// How far apart the differences around the k-th of all lie: the peer's root may stop anywhere between them.
double gap_at_median(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> differences;
  for (const double x : a) {
    for (const double y : b) differences.push_back(x - y);
  }
  std::sort(differences.begin(), differences.end());
  const std::size_t n = differences.size();
  return differences[n / 2] - differences[(n - 1) / 2];
}

void walk_two_groups(ReferenceCase& test_case, const DataTable& table, const std::string& marker) {
  const Groups groups = split_groups(table, marker, test_case.input().value("group", "outcome"));
  REQUIRE(groups.values.size() == 2);
  // The file's differences are the second name in alphabetical order minus the first: Poor − Good.
  const std::vector<double>& first = groups.values[1];
  const std::vector<double>& second = groups.values[0];
  TwoGroupOptions options;
  options.distribution = RankDistribution::normal;
  const TwoGroupResult result = compare_two_groups(first, second, options);
  test_case.check("welch_t", result.welch.statistic, computed);
  test_case.check("welch_df", result.welch.degrees_of_freedom, computed);
  test_case.check("welch_p", result.welch.p_value, {0.0, 1e-9});
  test_case.check_interval("welch_ci", interval_of(result.mean_difference), computed);
  test_case.check("student_t", result.student.statistic, computed);
  test_case.check("student_p", result.student.p_value, {0.0, 1e-9});
  test_case.check_interval("student_ci", interval_of(result.mean_difference_pooled), computed);
  test_case.check("mw_W", result.mann_whitney.statistic, {});
  test_case.check("mw_p_cc", result.mann_whitney.p_value, {0.0, 1e-9});
  // The peer's root search stops within 1e-4 of the difference at which the test changes; ours is that difference.
  const double root = 1.1e-4;
  test_case.check("hl_estimate", result.hodges_lehmann, {root + gap_at_median(first, second), 0.0});
  test_case.check_interval("hl_ci", interval_of(result.hodges_lehmann), {root, 0.0});
  test_case.check("F", result.variance_ratio_test.statistic, computed);
  test_case.check("F_p", result.variance_ratio_test.p_value, {1e-15, 1e-9});
  test_case.check_interval("F_ci", interval_of(result.variance_ratio), computed);
}

void walk_several_groups(ReferenceCase& test_case, const DataTable& table, const std::string& marker) {
  const Groups groups = split_groups(table, marker, "wfns");
  const TestOutcome ranks = compare_rank_sums(groups.values);
  test_case.check("kruskal_wfns", ranks.statistic, computed);
  test_case.check("kruskal_p", ranks.p_value, {0.0, 1e-9});
  const TestOutcome means = compare_means(groups.values);
  test_case.check("anova_F", means.statistic, computed);
  test_case.check("anova_p", means.p_value, {0.0, 1e-9});
  const TestOutcome spread = compare_spread(groups.values);
  test_case.check("levene_brown_forsythe_F", spread.statistic, computed);
  test_case.check("levene_p", spread.p_value, {0.0, 1e-9});
  const TestOutcome variances = compare_variances(groups.values);
  test_case.check("bartlett_K2", variances.statistic, computed);
  test_case.check("bartlett_p", variances.p_value, {0.0, 1e-9});
  JonckheereOptions trend;
  trend.tie_correction = false;
  // The peer forms 1 − Φ(z), which leaves 1e-16 of absolute accuracy.
  test_case.check("jonckheere_p", compare_trend(groups.values, trend).p_value, {2e-15, 1e-9});
  const CorrelationResult correlation = estimate_correlation(table.numbers(marker), table.numbers("wfns"));
  test_case.check("spearman_rho", correlation.spearman.estimate, computed);
  test_case.check("spearman_p", correlation.spearman.p_value, {0.0, 1e-9});
  std::vector<double> sorted = table.numbers(marker);
  std::sort(sorted.begin(), sorted.end());
  for (const auto& [key, type] : {std::pair("quantiles_type7", 7), std::pair("quantiles_type6", 6)}) {
    std::vector<std::optional<double>> quantiles;
    for (const double p : {0.0, 0.25, 0.5, 0.75, 1.0}) quantiles.push_back(sorted_quantile(sorted, p, type));
    test_case.check_list(key, quantiles, computed);
  }
}

void walk_correlation(ReferenceCase& test_case, const DataTable& table, const std::string& pair) {
  const std::size_t split = pair.find('_');
  const CorrelationResult result =
      estimate_correlation(table.numbers(pair.substr(0, split)), table.numbers(pair.substr(split + 1)));
  test_case.check("r", result.pearson.estimate, computed);
  test_case.check_interval("ci", interval_of(result.pearson.estimate), computed);
  test_case.check("p", result.pearson.p_value, {0.0, 1e-9});
  test_case.check("kendall", result.kendall.estimate, computed);
  test_case.check("spearman", result.spearman.estimate, computed);
  test_case.check_triple("ccc", result.concordance.estimate, computed);
}

void walk_group_comparison(ReferenceCase& test_case) {
  const DataTable table = read_reference_table(test_case.input().at("file").get<std::string>());
  const std::string id = test_case.id().substr(test_case.id().rfind(' ') + 1);
  if (id.rfind("cor_", 0) == 0) return walk_correlation(test_case, table, id.substr(4));
  const std::string marker = test_case.input().value("marker", id);
  walk_two_groups(test_case, table, marker);
  walk_several_groups(test_case, table, marker);
}

/// One condition of a filter such as "Target==SVC & Cq numeric & SQ>=50".
bool meets(const DataTable& table, std::size_t row, const std::string& condition) {
  for (const std::string comparison : {"==", "!=", ">=", "<=", ">", "<"}) {
    const std::size_t at = condition.find(comparison);
    if (at == std::string::npos) continue;
    const std::string_view cell = table.texts(condition.substr(0, at))[row];
    const std::string wanted = condition.substr(at + comparison.size());
    if (comparison == "==") return cell == wanted;
    if (comparison == "!=") return cell != wanted;
    const auto value = parse_double(std::string(cell));
    const double limit = parse_double(wanted).value();
    if (!value) return false;
    if (comparison == ">=") return *value >= limit;
    if (comparison == "<=") return *value <= limit;
    return comparison == ">" ? *value > limit : *value < limit;
  }
  const std::size_t blank = condition.find(" numeric");
  REQUIRE(blank != std::string::npos);
  return parse_double(std::string(table.texts(condition.substr(0, blank))[row])).has_value();
}

std::vector<bool> filter_rows(const DataTable& table, std::string filter) {
  std::vector<bool> kept(table.rows(), true);
  filter += " & ";
  for (std::size_t begin = 0; begin < filter.size();) {
    const std::size_t end = filter.find(" & ", begin);
    const std::string condition = filter.substr(begin, end - begin);
    for (std::size_t row = 0; row < kept.size(); ++row) kept[row] = kept[row] && meets(table, row, condition);
    begin = end + 3;
  }
  return kept;
}

void walk_standard_curve(ReferenceCase& test_case) {
  const DataTable table = read_reference_table(test_case.input().at("file").get<std::string>());
  const std::vector<bool> kept = filter_rows(table, test_case.input().value("filter", ""));
  const auto cq = table.texts("Cq");
  const auto quantity = table.texts("SQ");
  std::vector<StandardPoint> points;
  for (std::size_t row = 0; row < kept.size(); ++row) {
    if (!kept[row]) continue;
    points.push_back(
        {parse_double(std::string(quantity[row])).value(), parse_double(std::string(cq[row])).value(), 1.0});
  }
  StandardCurveOptions options;
  options.min_levels = 2;
  const StandardCurve curve = estimate_standard_curve(points, options);
  test_case.check("n", static_cast<double>(curve.points), {});
  test_case.check("intercept", curve.intercept_cycles, computed);
  test_case.check("slope", curve.slope_cycles_per_log10, computed);
  test_case.check_list("se", {curve.intercept_standard_error, curve.slope_standard_error}, computed);
  if (test_case.has("ci95")) {
    const Json& limits = test_case.expected("ci95");
    check_numbers("intercept", limits.at(0), {curve.intercept_interval.lower, curve.intercept_interval.upper},
                  computed);
    check_numbers("slope", limits.at(1), {curve.slope_interval.lower, curve.slope_interval.upper}, computed);
  }
  test_case.check("r2", curve.r_squared, computed);
  test_case.check("sigma", curve.residual_sd_cycles, computed);
  test_case.check("efficiency", curve.amplification_efficiency, computed);
  test_case.check_interval("efficiency_ci", curve.amplification_efficiency_interval, computed);
  const auto& fit = curve.lack_of_fit;
  const auto take = [&](double LackOfFit::*member) { return fit ? std::optional((*fit).*member) : std::nullopt; };
  test_case.check("lack_of_fit_F", take(&LackOfFit::f), computed);
  test_case.check_list("lack_of_fit_df", {take(&LackOfFit::numerator_degrees), take(&LackOfFit::denominator_degrees)},
                       {});
  test_case.check("lack_of_fit_p", take(&LackOfFit::p_value), {0.0, 1e-8});
}

}  // namespace

std::vector<ReferenceKind> quantitative_references() {
  return {{"group_comparison.json", walk_group_comparison},  {"linearity_ep06.json", walk_linearity},
          {"misc_ep07_ep25_ep12.json", walk_miscellaneous},  {"nist_linear.json", walk_nist_linear},
          {"nist_nonlinear.json", walk_nist_nonlinear},      {"outliers_normality.json", walk_outliers},
          {"qpcr_standard_curve.json", walk_standard_curve}, {"reference_interval.json", walk_reference_interval}};
}

}  // namespace qpcr::test
