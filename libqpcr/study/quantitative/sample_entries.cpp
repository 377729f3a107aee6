// Registry entries of samples and groups: reference intervals, outliers, normality, comparison, correlation.
#include <algorithm>
#include <cmath>

#include "libqpcr/math/normality.hpp"
#include "libqpcr/study/quantitative/adapter_support.hpp"
#include "libqpcr/study/quantitative/correlation.hpp"
#include "libqpcr/study/quantitative/input_checks.hpp"
#include "libqpcr/study/quantitative/outliers.hpp"
#include "libqpcr/study/quantitative/reference_interval.hpp"

namespace qpcr {
namespace {

Assumption make_normality_assumption(const std::string& test, const std::optional<NormalityTest>& found) {
  Assumption assumption;
  assumption.what = {"quantitative_assumption_normal", {}};
  assumption.test = test;
  if (!found) return assumption;
  assumption.statistic = finite_or_none(found->statistic);
  assumption.p_value = finite_or_none(found->p_value);
  if (assumption.p_value) assumption.holds = *assumption.p_value >= 0.05;
  return assumption;
}

void add_limits(EvaluationResult& result, const ReferenceLimits& limits, const std::string& method) {
  add_estimate(result, "lower_limit", limits.lower, method);
  add_estimate(result, "upper_limit", limits.upper, method);
}

EvaluationResult compute_reference_interval(const DataTable& table, const EvaluationOptions& options) {
  ReferenceIntervalOptions used;
  used.coverage = options.fraction("coverage");
  used.confidence = options.fraction("confidence");
  used.quantile_type = static_cast<int>(std::min(options.count("quantile_type", 1), 10L));
  used.replicates = options.count("replicates", 100);
  used.seed = static_cast<std::uint64_t>(options.count("seed"));
  used.threads = static_cast<int>(std::min(options.count("threads"), 4096L));
  const CompleteRows rows = read_complete_rows(table, {"value"});
  const ReferenceIntervalResult found = estimate_reference_interval(rows.numbers[0], used);
  EvaluationResult result;
  result.method = "ep28";
  result.confidence = used.confidence;
  result.exclusions = rows.exclusions;
  result.warnings = found.warnings;
  add_limits(result, found.nonparametric, "nonparametric");
  add_limits(result, found.bootstrap, "nonparametric_bootstrap");
  add_limits(result, found.robust, "robust");
  add_limits(result, found.parametric, "parametric");
  add_limits(result, found.parametric_log, "parametric_log");
  add_limits(result, found.parametric_box_cox, "parametric_box_cox");
  add_number(result, "box_cox_power", found.box_cox_power, "quantitative_needs_positive_values");
  result.assumptions.push_back(make_normality_assumption("shapiro_wilk", found.normality));
  result.assumptions.push_back(make_normality_assumption("shapiro_wilk_box_cox", found.normality_box_cox));
  for (const auto* outliers : {&found.tukey_outliers, &found.dixon_outliers}) {
    TableRows flagged(outliers == &found.tukey_outliers ? "tukey_outliers" : "dixon_outliers", {"value"});
    for (const double value : *outliers) flagged.add({value});
    result.tables.push_back(flagged.finish());
  }
  return result;
}

NamedGroups read_two_groups(const CompleteRows& rows) {
  NamedGroups groups = split_by_group(rows);
  if (groups.names.size() != 2) {
    refuse_value("group", std::to_string(groups.names.size()) + " groups", "two groups");
  }
  return groups;
}

EvaluationResult compute_partition(const DataTable& table, const EvaluationOptions&) {
  const CompleteRows rows = read_complete_rows(table, {"value"}, {"group"});
  const NamedGroups groups = read_two_groups(rows);
  const PartitionResult found = compare_partition(groups.values[0], groups.values[1]);
  EvaluationResult result;
  result.method = "harris_boyd";
  result.exclusions = rows.exclusions;
  add_estimate(result, "z", found.z);
  add_number(result, "critical_z", found.critical_z, "");
  add_estimate(result, "sd_ratio", found.sd_ratio);
  add_number(result, "partition", found.partition ? std::optional(*found.partition ? 1.0 : 0.0) : std::nullopt,
             "quantitative_not_judged");
  return result;
}

EvaluationResult compute_transfer(const DataTable& table, const EvaluationOptions& options) {
  const CompleteRows rows = read_complete_rows(table, {"value"});
  const TransferResult found = verify_transfer(rows.numbers[0], {options.number("lower"), options.number("upper")},
                                               options.flag("second_sample"));
  EvaluationResult result;
  result.method = "ep28_transfer";
  result.confidence = 0.95;
  result.exclusions = rows.exclusions;
  add_number(result, "outside", static_cast<double>(found.outside), "");
  add_estimate(result, "share_outside", found.share_outside, "clopper_pearson");
  const bool decided = found.verdict == TransferVerdict::accepted || found.verdict == TransferVerdict::rejected;
  add_number(result, "accepted",
             decided ? std::optional(found.verdict == TransferVerdict::accepted ? 1.0 : 0.0) : std::nullopt,
             found.verdict == TransferVerdict::too_few_values ? "quantitative_transfer_too_few"
                                                              : "quantitative_transfer_repeat");
  return result;
}

void add_outlier(EvaluationResult& result, TableRows& flagged, const std::string& method, const OutlierTest& test,
                 const std::vector<double>& values) {
  const Message why = test.why_absent.value_or(Message{"quantitative_test_not_defined", {}});
  const auto add = [&](const std::string& name, std::optional<double> value) {
    add_estimate(result, name, value ? make_estimate(*value, why.id) : not_estimable(why), method);
  };
  add("statistic", test.statistic);
  add("p_value", test.p_two_sided);
  if (test.index) flagged.add(method, {values[*test.index], test.statistic, test.p_two_sided});
}

EvaluationResult compute_outliers(const DataTable& table, const EvaluationOptions& options) {
  const CompleteRows rows = read_complete_rows(table, {"value"});
  const std::vector<double>& values = rows.numbers[0];
  EvaluationResult result;
  result.method = "outlier_tests";
  result.exclusions = rows.exclusions;
  TableRows suspects("suspects", {"value", "statistic", "p_value"});
  add_outlier(result, suspects, "grubbs", find_outlier_grubbs(values), values);
  add_outlier(result, suspects, "grubbs_both_ends", find_outliers_both_ends(values), values);
  add_outlier(result, suspects, "dixon", find_outlier_dixon(values), values);
  result.tables.push_back(suspects.finish("test"));
  const auto fences = derive_tukey_fences(values);
  add_number(result, "fence_lower", fences ? std::optional(fences->lower) : std::nullopt,
             "quantitative_test_not_defined", "tukey");
  add_number(result, "fence_upper", fences ? std::optional(fences->upper) : std::nullopt,
             "quantitative_test_not_defined", "tukey");
  const long asked = options.count("most", 1);
  const long most = std::min(asked, static_cast<long>(values.size()) - 2);
  if (most < asked)
    result.warnings.push_back({"quantitative_rosner_cut", {{"most", std::to_string(std::max(0L, most))}}});
  if (most >= 1) {
    const RosnerResult rosner = find_outliers_rosner(values, most, options.fraction("significance"));
    TableRows steps("rosner_steps", {"value", "statistic", "critical"});
    for (const RosnerStep& step : rosner.steps) steps.add({values[step.index], step.statistic, step.critical});
    result.tables.push_back(steps.finish());
    add_number(result, "outliers", static_cast<double>(rosner.outliers.size()), "", "rosner");
  }
  result.assumptions.push_back(make_normality_assumption("shapiro_wilk", shapiro_wilk(values)));
  return result;
}

EvaluationResult compute_normality(const DataTable& table, const EvaluationOptions&) {
  const CompleteRows rows = read_complete_rows(table, {"value"});
  EvaluationResult result;
  result.method = "normality_tests";
  result.exclusions = rows.exclusions;
  const std::vector<std::pair<std::string, NormalityTest>> tests{
      {"shapiro_wilk", shapiro_wilk(rows.numbers[0])},
      {"anderson_darling", anderson_darling(rows.numbers[0])},
      {"lilliefors", lilliefors(rows.numbers[0])}};
  for (const auto& [name, test] : tests) {
    add_number(result, "statistic", finite_or_none(test.statistic), "quantitative_test_not_defined", name);
    add_number(result, "p_value", finite_or_none(test.p_value), "quantitative_test_not_defined", name);
  }
  return result;
}

EvaluationResult compute_group_comparison(const DataTable& table, const EvaluationOptions& options) {
  TwoGroupOptions used;
  used.confidence = options.fraction("confidence");
  used.continuity_correction = options.flag("continuity_correction");
  if (options.text("distribution") == "exact") used.distribution = RankDistribution::exact;
  if (options.text("distribution") == "normal") used.distribution = RankDistribution::normal;
  const CompleteRows rows = read_complete_rows(table, {"value"}, {"group"});
  const NamedGroups groups = split_by_group(rows);
  EvaluationResult result;
  result.method = groups.names.size() == 2 ? "two_groups" : "several_groups";
  result.confidence = used.confidence;
  result.exclusions = rows.exclusions;
  if (groups.names.size() == 2) {
    const std::size_t first = options.text("first") == "second_name" ? 1 : 0;
    const TwoGroupResult found = compare_two_groups(groups.values[first], groups.values[1 - first], used);
    add_estimate(result, "mean_difference", found.mean_difference, "welch");
    add_test(result, "welch", found.welch);
    add_estimate(result, "mean_difference", found.mean_difference_pooled, "student");
    add_test(result, "student", found.student);
    add_estimate(result, "variance_ratio", found.variance_ratio);
    add_test(result, "variance_ratio", found.variance_ratio_test);
    add_estimate(result, "location_shift", found.hodges_lehmann, "hodges_lehmann");
    add_test(result, "mann_whitney", found.mann_whitney);
  }
  add_test(result, "anova", compare_means(groups.values));
  add_test(result, "kruskal_wallis", compare_rank_sums(groups.values));
  add_test(result, "brown_forsythe", compare_spread(groups.values));
  add_test(result, "bartlett", compare_variances(groups.values));
  JonckheereOptions trend;
  trend.distribution = used.distribution;
  add_test(result, "jonckheere_terpstra", compare_trend(groups.values, trend));
  TableRows summary("groups", {"count", "mean", "sd"});
  for (std::size_t g = 0; g < groups.names.size(); ++g) {
    const std::vector<double>& values = groups.values[g];
    summary.add(groups.names[g],
                {static_cast<double>(values.size()), mean_of(values), finite_or_none(std::sqrt(variance_of(values)))});
  }
  result.tables.push_back(summary.finish("group"));
  return result;
}

EvaluationResult compute_correlation(const DataTable& table, const EvaluationOptions& options) {
  CorrelationOptions used;
  used.confidence = options.fraction("confidence");
  const CompleteRows rows = read_complete_rows(table, {"x", "y"});
  const CorrelationResult found = estimate_correlation(rows.numbers[0], rows.numbers[1], used);
  EvaluationResult result;
  result.method = "correlation";
  result.confidence = used.confidence;
  result.exclusions = rows.exclusions;
  const std::vector<std::pair<std::string, const Correlation*>> all{{"pearson", &found.pearson},
                                                                    {"spearman", &found.spearman},
                                                                    {"kendall", &found.kendall},
                                                                    {"concordance", &found.concordance}};
  for (const auto& [name, one] : all) {
    add_estimate(result, "correlation", one->estimate, name);
    if (name != "concordance") add_number(result, "p_value", one->p_value, "quantitative_test_not_defined", name);
  }
  add_estimate(result, "location_shift", found.location_shift);
  add_estimate(result, "scale_shift", found.scale_shift);
  return result;
}

EvaluationResult compute_equivalence(const DataTable& table, const EvaluationOptions& options) {
  EquivalenceOptions used;
  used.lower = options.number("lower");
  used.upper = options.number("upper");
  used.alpha = options.fraction("significance");
  used.equal_variances = options.flag("equal_variances");
  const CompleteRows rows = read_complete_rows(table, {"value"}, {"group"});
  const NamedGroups groups = read_two_groups(rows);
  const std::size_t first = options.text("first") == "second_name" ? 1 : 0;
  const EquivalenceResult found = compare_equivalence(groups.values[first], groups.values[1 - first], used);
  EvaluationResult result;
  result.method = used.equal_variances ? "tost_student" : "tost_welch";
  result.confidence = 1.0 - 2.0 * used.alpha;
  result.exclusions = rows.exclusions;
  add_estimate(result, "mean_difference", found.difference);
  add_number(result, "p_value_lower", found.p_lower, "quantitative_no_variation");
  add_number(result, "p_value_upper", found.p_upper, "quantitative_no_variation");
  add_number(result, "equivalent", found.equivalent ? std::optional(*found.equivalent ? 1.0 : 0.0) : std::nullopt,
             "quantitative_not_judged");
  return result;
}

}  // namespace

std::vector<Evaluation> sample_entries() {
  const EvaluationColumn value = make_column("value", ColumnKind::number, "quantitative_value");
  const EvaluationColumn group = make_column("group", ColumnKind::text, "quantitative_group");
  const EvaluationOption first =
      make_option("first", "first_name", "quantitative_first", {"first_name", "second_name"});
  std::vector<Evaluation> entries;
  entries.push_back({"reference_interval",
                     "",
                     "evaluation.reference_interval",
                     "CLSI EP28",
                     "CLSI EP28-A3c 2010; Horn et al. 1998, 10.1093/clinchem/44.3.622",
                     {value},
                     {confidence_option("0.90"), make_option("coverage", "0.95", "reference_interval_coverage"),
                      make_option("quantile_type", "6", "reference_interval_quantile_type"), replicates_option("2000"),
                      seed_option(), threads_option()},
                     compute_reference_interval,
                     true});
  entries.push_back({"reference_interval_partition",
                     "",
                     "evaluation.reference_interval_partition",
                     "CLSI EP28",
                     "Harris & Boyd 1990, 10.1093/clinchem/36.2.265",
                     {value, group},
                     {},
                     compute_partition,
                     true});
  entries.push_back({"reference_interval_transfer",
                     "",
                     "evaluation.reference_interval_transfer",
                     "CLSI EP28",
                     "CLSI EP28-A3c 2010",
                     {value},
                     {make_option("lower", "", "reference_interval_lower", {}, true),
                      make_option("upper", "", "reference_interval_upper", {}, true),
                      make_option("second_sample", "false", "reference_interval_second_sample", {"false", "true"})},
                     compute_transfer,
                     true});
  entries.push_back(
      {"outliers",
       "",
       "evaluation.outliers",
       "",
       "Grubbs 1969, 10.1080/00401706.1969.10490657; Rosner 1983, 10.1080/00401706.1983.10487848",
       {value},
       {make_option("significance", "0.05", "quantitative_significance"), make_option("most", "5", "outliers_most")},
       compute_outliers,
       true});
  entries.push_back({"normality",
                     "",
                     "evaluation.normality",
                     "",
                     "Royston 1995, 10.2307/2986146",
                     {value},
                     {},
                     compute_normality,
                     true});
  entries.push_back({"group_comparison",
                     "",
                     "evaluation.group_comparison",
                     "",
                     "Welch 1947, 10.1093/biomet/34.1-2.28; Kruskal & Wallis 1952, 10.1080/01621459.1952.10483441",
                     {value, group},
                     {confidence_option(), first,
                      make_option("distribution", "automatic", "rank_distribution", {"automatic", "exact", "normal"}),
                      make_option("continuity_correction", "true", "rank_continuity_correction", {"true", "false"})},
                     compute_group_comparison,
                     true});
  entries.push_back(
      {"correlation",
       "",
       "evaluation.correlation",
       "",
       "Lin 1989, 10.2307/2532051; Knight 1966, 10.1080/01621459.1966.10480879",
       {make_column("x", ColumnKind::number, "correlation_x"), make_column("y", ColumnKind::number, "correlation_y")},
       {confidence_option()},
       compute_correlation,
       true});
  entries.push_back({"equivalence_of_means",
                     "",
                     "evaluation.equivalence_of_means",
                     "",
                     "Schuirmann 1987, 10.1007/BF01068419",
                     {value, group},
                     {make_option("lower", "", "equivalence_lower", {}, true),
                      make_option("upper", "", "equivalence_upper", {}, true),
                      make_option("significance", "0.05", "quantitative_significance"), first,
                      make_option("equal_variances", "false", "equivalence_equal_variances", {"false", "true"})},
                     compute_equivalence,
                     true});
  return entries;
}

}  // namespace qpcr
