// Registry entries: operating points of ROC curves, cut-offs and gray zones.
#include <cmath>
#include <string>
#include <utility>

#include "libqpcr/core/text.hpp"
#include "libqpcr/study/roc/gray_zone.hpp"
#include "libqpcr/study/roc/optimal_cutoff.hpp"
#include "libqpcr/study/roc/roc_curve.hpp"
#include "libqpcr/study/roc/roc_tables.hpp"
#include "libqpcr/study/roc/sensitivity_at_specificity.hpp"

namespace qpcr {
namespace {

RocThreshold read_threshold(const EvaluationOptions& given) {
  return given.text("threshold") == "midpoint" ? RocThreshold::midpoint : RocThreshold::observed;
}

RocRule read_rule(const EvaluationOptions& given) {
  return given.text("rule") == "inclusive" ? RocRule::inclusive : RocRule::exclusive;
}

std::optional<double> as_cell(long count) { return static_cast<double>(count); }

/// Operating points as a table; a threshold beyond all values is an empty cell.
ResultTable make_point_table(const std::string& name, const std::vector<RocPoint>& points, bool has_groups) {
  std::vector<std::optional<double>> columns[7];
  for (const RocPoint& point : points) {
    const FourfoldTable& table = point.table;
    columns[0].push_back(std::isfinite(point.threshold) ? std::optional(point.threshold) : std::nullopt);
    columns[1].push_back(has_groups ? std::optional(find_sensitivity(table)) : std::nullopt);
    columns[2].push_back(has_groups ? std::optional(find_specificity(table)) : std::nullopt);
    columns[3].push_back(as_cell(table.true_positive));
    columns[4].push_back(as_cell(table.false_positive));
    columns[5].push_back(as_cell(table.false_negative));
    columns[6].push_back(as_cell(table.true_negative));
  }
  const char* names[] = {"threshold",      "sensitivity",    "specificity",  "true_positive",
                         "false_positive", "false_negative", "true_negative"};
  ResultTable made{name, {}};
  for (std::size_t i = 0; i < 7; ++i) made.columns.push_back({names[i], std::move(columns[i])});
  return made;
}

EvaluationResult compute_curve_entry(const DataTable& table, const EvaluationOptions& given) {
  const RocTable rows = read_roc_table(table, {"value"});
  const RocCurveOptions options{read_direction(given), read_threshold(given), read_rule(given)};
  const RocSample sample = rows.sample();
  const RocCurve curve = make_roc_curve(sample, options);
  EvaluationResult result = start_roc_result("empirical", 0.95, static_cast<long>(sample.cases.size()),
                                             static_cast<long>(sample.controls.size()), rows, curve.warnings);
  result.confidence.reset();
  const bool has_groups = !sample.cases.empty() && !sample.controls.empty();
  result.tables.push_back(make_point_table("roc_curve", curve.points, has_groups));
  const std::vector<double> thresholds = given.numbers("at");
  const RocCounts counts = count_roc_sample(sample, curve.direction);
  std::vector<RocPoint> points;
  for (const double threshold : thresholds)
    points.push_back({threshold, count_at_threshold(counts, threshold, options.rule)});
  if (!points.empty()) result.tables.push_back(make_point_table("at_thresholds", points, has_groups));
  return result;
}

EvaluationResult compute_readings_entry(const DataTable& table, const EvaluationOptions& given) {
  const RocTable rows = read_roc_table(table, {"value"});
  RocReadingOptions options;
  options.direction = read_direction(given);
  options.given = given.text("given") == "specificity" ? RocAxis::specificity : RocAxis::sensitivity;
  options.levels = given.numbers("levels");
  options.reading = given.text("reading") == "interpolated" ? RocReading::interpolated : RocReading::attained;
  options.confidence = given.fraction("confidence");
  options.resampling = read_resampling(given);
  const RocReadings found = estimate_roc_readings(rows.sample(), options);
  EvaluationResult result =
      start_roc_result(given.text("reading"), found.confidence, found.cases, found.controls, rows, found.warnings);
  const std::string name = options.given == RocAxis::specificity ? "sensitivity" : "specificity";
  for (const RocReadingAtLevel& one : found.levels)
    add_estimate(result, name, one.estimate, "bootstrap_percentile",
                 given.text("given") + "=" + format_double(one.level));
  return result;
}

CutoffOptions read_cutoff_options(const EvaluationOptions& given) {
  CutoffOptions options;
  options.direction = read_direction(given);
  options.threshold = read_threshold(given);
  options.rule = read_rule(given);
  options.tied = given.text("tied") == "specific"    ? TiedCutoff::specific
                 : given.text("tied") == "sensitive" ? TiedCutoff::sensitive
                                                     : TiedCutoff::middle;
  options.confidence = given.fraction("confidence");
  options.resampling = read_resampling(given);
  CriterionOptions& criterion = options.criterion;
  criterion.criterion = parse_cutoff_criterion(given.text("criterion"));
  criterion.sensitivity_level = given.find_number("sensitivity_level");
  criterion.specificity_level = given.find_number("specificity_level");
  criterion.ppv_level = given.find_number("ppv_level");
  criterion.npv_level = given.find_number("npv_level");
  criterion.ratio_level = given.find_number("ratio_level");
  criterion.prevalence = given.find_number("prevalence");
  criterion.cost_ratio = given.number("cost_ratio");
  criterion.zero_cell = given.text("zero_cell") == "half" ? ZeroCell::half : ZeroCell::excluded;
  return options;
}

EvaluationResult compute_cutoff_entry(const DataTable& table, const EvaluationOptions& given) {
  const RocTable rows = read_roc_table(table, {"value"});
  const CutoffOptions options = read_cutoff_options(given);
  const OptimalCutoff found = estimate_optimal_cutoff(rows.sample(), options);
  EvaluationResult result =
      start_roc_result(given.text("criterion"), found.confidence, found.cases, found.controls, rows, found.warnings);
  add_estimate(result, "cutoff", found.cutoff, "bootstrap_percentile");
  add_estimate(result, "criterion_value", found.criterion_value);
  if (options.criterion.criterion == CutoffCriterion::p_value)
    add_number(result, "adjusted_p_value", found.adjusted_p_value, "miller_siegmund");
  const std::pair<const char*, const CorrectedProportion*> proportions[] = {
      {"sensitivity", &found.sensitivity}, {"specificity", &found.specificity}, {"youden_index", &found.youden}};
  for (const auto& [name, proportion] : proportions) {
    add_estimate(result, name, proportion->apparent, "apparent");
    add_estimate(result, name, proportion->corrected, "optimism_corrected");
  }
  std::vector<RocPoint> points;
  for (const OptimalPoint& one : found.optima) points.push_back(one.point);
  result.tables.push_back(make_point_table("optima", points, true));
  return result;
}

EvaluationResult compute_gray_entry(const DataTable& table, const EvaluationOptions& given) {
  const RocTable rows = read_roc_table(table, {"value"});
  GrayZoneOptions options;
  options.direction = read_direction(given);
  options.method = given.text("method") == "quantiles" ? GrayZoneMethod::quantiles : GrayZoneMethod::two_graph;
  options.level = given.number("level");
  options.confidence = given.fraction("confidence");
  options.resampling = read_resampling(given);
  const GrayZoneResult found = estimate_gray_zone(rows.sample(), options);
  EvaluationResult result =
      start_roc_result(found.method, found.confidence, found.cases, found.controls, rows, found.warnings);
  add_estimate(result, "sensitivity_limit", found.sensitivity_limit, "bootstrap_percentile");
  add_estimate(result, "specificity_limit", found.specificity_limit, "bootstrap_percentile");
  add_estimate(result, "gray_zone_lower", found.lower);
  add_estimate(result, "gray_zone_upper", found.upper);
  add_estimate(result, "cases_inside", found.cases_inside, "clopper_pearson");
  add_estimate(result, "controls_inside", found.controls_inside, "clopper_pearson");
  add_estimate(result, "valid_range", found.valid_range);
  return result;
}

std::vector<EvaluationOption> with_resampling(std::vector<EvaluationOption> options) {
  for (EvaluationOption& option :
       std::vector<EvaluationOption>{confidence_option(), replicates_option("2000"), seed_option(), threads_option()})
    options.push_back(std::move(option));
  return options;
}

std::vector<EvaluationOption> cutoff_options() {
  const auto level = [](const char* name) {
    return EvaluationOption{name, "", {}, std::string("evaluation_option.roc_") + name, false};
  };
  return with_resampling(
      {{"criterion", "youden", list_cutoff_criteria(), "evaluation_option.roc_criterion", false},
       roc_direction_option(),
       roc_threshold_option("midpoint"),
       roc_rule_option(),
       {"tied", "specific", {"specific", "sensitive", "middle"}, "evaluation_option.roc_tied", false},
       level("sensitivity_level"),
       level("specificity_level"),
       level("ppv_level"),
       level("npv_level"),
       level("ratio_level"),
       level("prevalence"),
       {"cost_ratio", "1", {}, "evaluation_option.roc_cost_ratio", false},
       {"zero_cell", "excluded", {"excluded", "half"}, "evaluation_option.roc_zero_cell", false}});
}

}  // namespace

std::vector<Evaluation> roc_cutoff_evaluations() {
  const char* guideline = "CLSI EP24-A2";
  return {
      {"roc_curve",
       "roc",
       "evaluation.roc_curve",
       guideline,
       "Pepe 2003, Oxford University Press",
       roc_columns(),
       {roc_direction_option(),
        roc_threshold_option("midpoint"),
        roc_rule_option(),
        {"at", "", {}, "evaluation_option.roc_at", false}},
       compute_curve_entry},
      {"sensitivity_at_specificity", "roc", "evaluation.sensitivity_at_specificity", guideline,
       "Efron & Tibshirani 1993, 10.1201/9780429246593", roc_columns(),
       with_resampling(
           {roc_direction_option(),
            {"given", "specificity", {"specificity", "sensitivity"}, "evaluation_option.roc_given", false},
            {"levels", "0.8,0.9,0.95", {}, "evaluation_option.roc_levels", false},
            {"reading", "interpolated", {"interpolated", "attained"}, "evaluation_option.roc_reading", false}}),
       compute_readings_entry},
      {"optimal_cutoff", "roc", "evaluation.optimal_cutoff", guideline,
       "Youden 1950, 10.1002/1097-0142(1950)3:1<32::AID-CNCR2820030106>3.0.CO;2-3", roc_columns(), cutoff_options(),
       compute_cutoff_entry},
      {"gray_zone", "roc", "evaluation.gray_zone", "CLSI EP12", "Greiner et al. 1995, 10.1016/0022-1759(95)00121-U",
       roc_columns(),
       with_resampling({roc_direction_option(),
                        {"method", "quantiles", {"quantiles", "two_graph"}, "evaluation_option.roc_gray_method", false},
                        {"level", "0.95", {}, "evaluation_option.roc_gray_level", false}}),
       compute_gray_entry}};
}

}  // namespace qpcr
