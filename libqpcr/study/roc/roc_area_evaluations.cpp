// Registry entries: areas under ROC curves, their comparison, and the smooth curve.
#include <cmath>
#include <string>
#include <utility>

#include "libqpcr/study/roc/auc.hpp"
#include "libqpcr/study/roc/auc_comparison.hpp"
#include "libqpcr/study/roc/binormal_roc.hpp"
#include "libqpcr/study/roc/clustered_auc.hpp"
#include "libqpcr/study/roc/partial_auc.hpp"
#include "libqpcr/study/roc/roc_tables.hpp"

namespace qpcr {
namespace {

EvaluationResult compute_auc_entry(const DataTable& table, const EvaluationOptions& given) {
  const RocTable rows = read_roc_table(table, {"value"});
  const AucOptions options{read_direction(given), given.fraction("confidence"), read_resampling(given)};
  const AucResult found = estimate_auc(rows.sample(), options);
  EvaluationResult result =
      start_roc_result(found.method, found.confidence, found.cases, found.controls, rows, found.warnings);
  add_estimate(result, "auc", found.delong, "delong");
  add_estimate(result, "auc", found.logit, "delong_logit");
  add_estimate(result, "auc", found.hanley_mcneil, "hanley_mcneil");
  add_estimate(result, "auc", found.bootstrap, "bootstrap_percentile");
  add_estimate(result, "rank_sum_u", found.rank_sum);
  add_number(result, "rank_sum_z", found.rank_sum_z);
  add_number(result, "rank_sum_p_value", found.rank_sum_p_value);
  return result;
}

void add_comparison(EvaluationResult& result, const AucComparison& found) {
  add_estimate(result, "auc_first", found.first, "delong");
  add_estimate(result, "auc_second", found.second, "delong");
  add_estimate(result, "auc_difference", found.difference, "delong");
  add_estimate(result, "auc_difference", found.bootstrap_difference, "bootstrap_percentile");
  add_number(result, "statistic", found.statistic, "delong");
  add_number(result, "p_value", found.p_value, "delong");
  if (found.covariance) add_number(result, "covariance", found.covariance, "delong");
  if (found.degrees_of_freedom) add_number(result, "degrees_of_freedom", found.degrees_of_freedom, "delong");
  if (found.bootstrap_statistic) add_number(result, "statistic", found.bootstrap_statistic, "bootstrap");
  if (found.bootstrap_p_value) add_number(result, "p_value", found.bootstrap_p_value, "bootstrap");
}

EvaluationResult compute_paired_entry(const DataTable& table, const EvaluationOptions& given) {
  const RocTable rows = read_roc_table(table, {"first", "second"});
  const AucComparisonOptions options{read_direction(given, "first_direction"),
                                     read_direction(given, "second_direction"), given.fraction("confidence"), true,
                                     read_resampling(given)};
  const RocSample first = rows.sample(0);
  const AucComparison found = compare_auc(first, rows.sample(1), options);
  EvaluationResult result = start_roc_result(found.method, found.confidence, static_cast<long>(first.cases.size()),
                                             static_cast<long>(first.controls.size()), rows, found.warnings);
  add_comparison(result, found);
  return result;
}

EvaluationResult compute_unpaired_entry(const DataTable& table, const EvaluationOptions& given) {
  const RocTable rows = read_roc_table(table, {"value"});
  const std::vector<std::string_view> groups = table.texts("sample");
  RocSample samples[2];
  for (std::size_t i = 0; i < rows.rows.size(); ++i) {
    const std::string_view group = groups[rows.rows[i]];
    if (group != "first" && group != "second") table.refuse(rows.rows[i], "sample", "first or second");
    RocSample& sample = samples[group == "first" ? 0 : 1];
    (rows.is_case[i] ? sample.cases : sample.controls).push_back(rows.values[0][i]);
  }
  const AucComparisonOptions options{read_direction(given, "first_direction"),
                                     read_direction(given, "second_direction"), given.fraction("confidence"), false,
                                     read_resampling(given)};
  const AucComparison found = compare_auc(samples[0], samples[1], options);
  EvaluationResult result = start_roc_result(
      found.method, found.confidence, static_cast<long>(samples[0].cases.size() + samples[1].cases.size()),
      static_cast<long>(samples[0].controls.size() + samples[1].controls.size()), rows, found.warnings);
  add_comparison(result, found);
  return result;
}

EvaluationResult compute_partial_entry(const DataTable& table, const EvaluationOptions& given) {
  const RocTable rows = read_roc_table(table, {"value"});
  const PartialAucOptions options{
      read_direction(given),        given.text("axis") == "specificity" ? RocAxis::specificity : RocAxis::sensitivity,
      given.number("lower"),        given.number("upper"),
      given.fraction("confidence"), read_resampling(given)};
  const PartialAucResult found = estimate_partial_auc(rows.sample(), options);
  EvaluationResult result =
      start_roc_result(found.method, found.confidence, found.cases, found.controls, rows, found.warnings);
  add_estimate(result, "partial_auc", found.area, "bootstrap_percentile");
  add_estimate(result, "partial_auc_corrected", found.corrected, "mcclish");
  return result;
}

EvaluationResult compute_clustered_entry(const DataTable& table, const EvaluationOptions& given) {
  const RocTable rows = read_roc_table(table, {"value"}, false);
  const std::vector<std::string_view> subjects = table.texts("subject");
  std::vector<ClusteredValue> specimens;
  for (std::size_t i = 0; i < rows.rows.size(); ++i) {
    if (subjects[rows.rows[i]].empty()) table.refuse(rows.rows[i], "subject", "the subject of the specimen");
    specimens.push_back({std::string(subjects[rows.rows[i]]), rows.values[0][i], rows.is_case[i]});
  }
  const ClusteredAucOptions options{read_direction(given), given.fraction("confidence")};
  const ClusteredAucResult found = estimate_clustered_auc(specimens, options);
  EvaluationResult result =
      start_roc_result(found.method, found.confidence, found.cases, found.controls, rows, found.warnings);
  add_number(result, "clusters", static_cast<double>(found.clusters));
  add_estimate(result, "auc", found.auc, "obuchowski");
  add_number(result, "design_effect", found.design_effect);
  return result;
}

EvaluationResult compute_binormal_entry(const DataTable& table, const EvaluationOptions& given) {
  const RocTable rows = read_roc_table(table, {"value"});
  BinormalOptions options;
  options.direction = read_direction(given);
  options.box_cox = given.flag("box_cox");
  options.lambda = given.find_number("lambda");
  options.confidence = given.fraction("confidence");
  const BinormalResult found = fit_binormal_roc(rows.sample(), options);
  EvaluationResult result =
      start_roc_result(found.method, found.confidence, found.cases, found.controls, rows, found.warnings);
  result.assumptions = found.assumptions;
  add_estimate(result, "intercept", found.intercept);
  add_estimate(result, "slope", found.slope);
  add_estimate(result, "auc", found.auc, "delta_probit");
  if (found.lambda) add_number(result, "lambda", found.lambda);
  std::vector<std::optional<double>> rates;
  std::vector<std::optional<double>> sensitivities;
  for (const BinormalPoint& point : found.curve) {
    rates.emplace_back(point.false_positive_rate);
    sensitivities.emplace_back(point.sensitivity);
  }
  result.tables.push_back(
      {"roc_curve", {{"false_positive_rate", std::move(rates)}, {"sensitivity", std::move(sensitivities)}}});
  return result;
}

std::vector<EvaluationOption> with_resampling(std::vector<EvaluationOption> options, const char* replicates) {
  options.push_back(confidence_option());
  options.push_back(replicates_option(replicates));
  options.push_back(seed_option());
  options.push_back(threads_option());
  return options;
}

std::vector<EvaluationOption> comparison_options() {
  return with_resampling({roc_direction_option("first_direction"), roc_direction_option("second_direction")}, "2000");
}

}  // namespace

std::vector<Evaluation> roc_area_evaluations() {
  const char* guideline = "CLSI EP24-A2";
  return {
      {"auc", "roc", "evaluation.auc", guideline, "DeLong et al. 1988, 10.2307/2531595", roc_columns(),
       with_resampling({roc_direction_option()}, "2000"), compute_auc_entry},
      {"auc_comparison",
       "roc",
       "evaluation.auc_comparison",
       guideline,
       "DeLong et al. 1988, 10.2307/2531595",
       {{"first", ColumnKind::number, true, "evaluation_column.roc_first"},
        {"second", ColumnKind::number, true, "evaluation_column.roc_second"},
        {"reference", ColumnKind::binary, true, "evaluation_column.roc_reference"},
        {"subject", ColumnKind::text, false, "evaluation_column.roc_subject"}},
       comparison_options(),
       compute_paired_entry},
      {"auc_comparison_unpaired",
       "roc",
       "evaluation.auc_comparison_unpaired",
       guideline,
       "DeLong et al. 1988, 10.2307/2531595",
       {{"value", ColumnKind::number, true, "evaluation_column.roc_value"},
        {"reference", ColumnKind::binary, true, "evaluation_column.roc_reference"},
        {"sample", ColumnKind::text, true, "evaluation_column.roc_sample"},
        {"subject", ColumnKind::text, false, "evaluation_column.roc_subject"}},
       comparison_options(),
       compute_unpaired_entry},
      {"partial_auc", "roc", "evaluation.partial_auc", guideline, "McClish 1989, 10.1177/0272989X8900900307",
       roc_columns(),
       with_resampling({roc_direction_option(),
                        {"axis", "specificity", {"specificity", "sensitivity"}, "evaluation_option.roc_axis", false},
                        {"lower", "0.9", {}, "evaluation_option.roc_range_lower", false},
                        {"upper", "1", {}, "evaluation_option.roc_range_upper", false}},
                       "2000"),
       compute_partial_entry},
      {"clustered_auc",
       "roc",
       "evaluation.clustered_auc",
       "",
       "Obuchowski 1997, 10.2307/2533958",
       {{"subject", ColumnKind::text, true, "evaluation_column.roc_cluster"},
        {"value", ColumnKind::number, true, "evaluation_column.roc_value"},
        {"reference", ColumnKind::binary, true, "evaluation_column.roc_reference"}},
       {roc_direction_option(), confidence_option()},
       compute_clustered_entry},
      {"binormal_roc",
       "roc",
       "evaluation.binormal_roc",
       guideline,
       "Reiser & Guttman 1986, 10.2307/1269081",
       roc_columns(),
       {roc_direction_option(),
        {"box_cox", "false", {"true", "false"}, "evaluation_option.roc_box_cox", false},
        {"lambda", "", {}, "evaluation_option.roc_lambda", false},
        confidence_option()},
       compute_binormal_entry}};
}

}  // namespace qpcr
