// The evaluations of this area as the registry knows them: tables in, results of one shape out.
#include <cmath>
#include <limits>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/study/evaluation_areas.hpp"
#include "libqpcr/study/precision/cv_interval.hpp"
#include "libqpcr/study/precision/precision_outliers.hpp"
#include "libqpcr/study/precision/precision_profile.hpp"
#include "libqpcr/study/precision/precision_results.hpp"
#include "libqpcr/study/precision/precision_verification.hpp"
#include "libqpcr/study/precision/qualitative_precision.hpp"
#include "libqpcr/study/precision/variance_evaluations.hpp"

namespace qpcr {
namespace {

using Numbers = std::vector<std::optional<double>>;

constexpr auto missing_reason = "precision_missing_value_or_level";

Estimate make_decision(const std::optional<bool>& decision) {
  return decision ? make_estimate(*decision ? 1.0 : 0.0, {}) : not_estimable("not_estimable_no_claim");
}

Estimate make_number(const std::optional<double>& number) {
  return number ? make_estimate(*number, {}) : not_estimable("not_estimable_no_claim");
}

EvaluationResult compute_verification(const DataTable& table, const EvaluationOptions& options) {
  PrecisionVerificationOptions read;
  read.claimed_repeatability_sd = options.find_number("claimed_repeatability_sd");
  read.claimed_within_laboratory_sd = options.find_number("claimed_within_laboratory_sd");
  read.false_rejection = options.fraction("false_rejection");
  read.levels = static_cast<int>(options.count("levels", 1));
  read.target = options.find_number("target");
  read.target_standard_error = options.number("target_standard_error");
  read.confidence = options.fraction("confidence");
  const PrecisionVerificationResult found =
      estimate_precision_verification(table.numbers("value"), number_levels("day", table.texts("day")), read);
  EvaluationResult result;
  result.method = "one_way_anova_upper_verification_limit";
  result.confidence = read.confidence;
  for (const bool sum : {false, true}) {
    const VerifiedSd& one = sum ? found.within_laboratory : found.repeatability;
    const std::string stratum = sum ? "within_laboratory" : "repeatability";
    result.estimates.push_back({"sd", one.sd, {}, stratum, {}});
    result.estimates.push_back(
        {"upper_verification_limit", make_number(one.upper_verification_limit), {}, stratum, {}});
    result.estimates.push_back({"claim_verified", make_decision(one.verified), {}, stratum, {}});
  }
  result.estimates.push_back({"mean", found.mean, {}, {}, {}});
  result.estimates.push_back({"bias", found.bias, {}, {}, {}});
  result.estimates.push_back({"recovery", found.recovery, {}, {}, "%"});
  result.estimates.push_back({"target_verified",
                              found.bias.value && !found.target_verified && found.bias.why_absent
                                  ? not_estimable(*found.bias.why_absent)
                                  : make_decision(found.target_verified),
                              {},
                              {},
                              {}});
  result.exclusions = list_exclusions(table, found.excluded, missing_reason);
  return result;
}

ResultTable make_profile_table(std::string name, const std::vector<PredictedPrecision>& rows) {
  Numbers level, variance, sd, cv, lower, upper;
  for (const PredictedPrecision& row : rows) {
    level.emplace_back(row.level);
    variance.push_back(row.variance.value);
    sd.push_back(row.sd.value);
    cv.push_back(row.cv.value);
    lower.push_back(row.cv.interval ? std::optional(row.cv.interval->lower) : std::nullopt);
    upper.push_back(row.cv.interval ? std::optional(row.cv.interval->upper) : std::nullopt);
  }
  return {std::move(name),
          {{"level", level},
           {"variance", variance},
           {"sd", sd},
           {"cv_percent", cv},
           {"cv_lower", lower},
           {"cv_upper", upper}}};
}

ResultTable make_function_table(const PrecisionProfileResult& found) {
  Numbers number, deviance, sum, aic, exact, coefficients[4];
  for (const VarianceFunctionFit& fit : found.fits) {
    number.emplace_back(static_cast<double>(fit.function));
    deviance.emplace_back(fit.deviance);
    sum.emplace_back(fit.residual_sum_of_squares);
    aic.push_back(fit.aic);
    exact.emplace_back(fit.exact_aic);
    for (std::size_t i = 0; i < 4; ++i)
      coefficients[i].push_back(i < fit.coefficients.size() ? std::optional(fit.coefficients[i]) : std::nullopt);
  }
  return {"functions",
          {{"function", number},
           {"deviance", deviance},
           {"residual_sum_of_squares", sum},
           {"aic", aic},
           {"exact_aic", exact},
           {"b1", coefficients[0]},
           {"b2", coefficients[1]},
           {"b3", coefficients[2]},
           {"b4", coefficients[3]}}};
}

EvaluationResult compute_profile(const DataTable& table, const EvaluationOptions& options) {
  const std::vector<double> level = table.numbers("level");
  const std::vector<double> variance = table.numbers("variance");
  const std::vector<double> degrees = table.numbers("df");
  std::vector<VarianceAtLevel> points;
  std::vector<std::size_t> excluded;
  for (std::size_t row = 0; row < level.size(); ++row) {
    if (std::isnan(level[row]) || std::isnan(variance[row]) || std::isnan(degrees[row])) {
      excluded.push_back(row);
    } else {
      points.push_back({level[row], variance[row], degrees[row]});
    }
  }
  PrecisionProfileOptions read;
  for (const double number : options.numbers("functions")) {
    if (!(number >= 1.0 && number <= 9.0) || number != std::floor(number)) {
      ErrorContext context;
      context.field = "functions";
      context.found = options.text("functions");
      context.expected = "numbers from 1 to 9 between commas";
      throw Error(ErrorCode::invalid_option, context);
    }
    read.functions.push_back(static_cast<VarianceFunction>(static_cast<int>(number)));
  }
  read.power = options.number("power");
  read.criterion =
      options.text("criterion") == "exact" ? ProfileCriterion::exact : ProfileCriterion::estimated_dispersion;
  read.confidence = options.fraction("confidence");
  read.at = options.numbers("at");
  read.cv_goal = options.find_number("cv_goal");
  const PrecisionProfileResult found = estimate_precision_profile(points, read);
  EvaluationResult result;
  result.method = "variance_function_" + std::to_string(static_cast<int>(found.fits[found.best].function));
  result.confidence = read.confidence;
  for (const PredictedPrecision& one : found.predictions) {
    const std::string stratum = "level=" + format_double(one.level);
    result.estimates.push_back({"variance", one.variance, {}, stratum, {}});
    result.estimates.push_back({"sd", one.sd, {}, stratum, {}});
    result.estimates.push_back({"cv", one.cv, {}, stratum, "%"});
  }
  if (read.cv_goal) result.estimates.push_back({"level_at_cv_goal", found.level_at_goal, {}, {}, {}});
  for (const VarianceFunction function : found.not_fitted)
    result.warnings.push_back(
        {"precision_function_not_fitted", {{"function", std::to_string(static_cast<int>(function))}}});
  result.tables.push_back(make_function_table(found));
  result.tables.push_back(make_profile_table("profile", found.curve));
  result.exclusions = list_exclusions(table, excluded, missing_reason);
  return result;
}

EvaluationResult compute_qualitative(const DataTable& table, const EvaluationOptions& options) {
  const auto level = table.texts("level");
  const auto results = table.binaries("result");
  const std::vector<std::string_view> none(table.rows());
  const auto group = table.has("group") ? table.texts("group") : none;
  const auto expected =
      table.has("expected") ? table.binaries("expected") : std::vector<std::optional<bool>>(table.rows());
  const auto cq = table.has("cq") ? table.numbers("cq")
                                  : std::vector<double>(table.rows(), std::numeric_limits<double>::quiet_NaN());
  std::vector<QualitativeReplicate> replicates;
  for (std::size_t row = 0; row < table.rows(); ++row)
    replicates.push_back({std::string(level[row]), std::string(group[row]), results[row], expected[row],
                          std::isnan(cq[row]) ? std::nullopt : std::optional(cq[row])});
  const double confidence = options.fraction("confidence");
  const QualitativePrecisionResult found = estimate_qualitative_precision(replicates, confidence);
  EvaluationResult result;
  result.method = "percent_agreement_wilson";
  result.confidence = confidence;
  for (const QualitativePrecisionRow& row : found.rows) {
    const std::string stratum = "level=" + row.level + (row.group.empty() ? "" : ",group=" + row.group);
    result.estimates.push_back({"percent_positive", row.percent_positive, "wilson", stratum, "%"});
    result.estimates.push_back({"percent_agreement", row.percent_agreement, "wilson", stratum, "%"});
    result.estimates.push_back({"cq_mean", row.cq_mean, {}, stratum, {}});
    result.estimates.push_back({"cq_sd", row.cq_sd, {}, stratum, {}});
    result.estimates.push_back({"cq_cv", row.cq_cv, "vangel", stratum, "%"});
  }
  result.exclusions = list_exclusions(table, found.excluded, "precision_missing_result");
  return result;
}

EvaluationResult compute_outliers(const DataTable& table, const EvaluationOptions& options) {
  const double level = options.fraction("level");
  const std::vector<double> values = table.numbers("value");
  const PrecisionOutliersResult found =
      estimate_precision_outliers(values, number_levels("cell", table.texts("cell")), level);
  EvaluationResult result;
  result.method = "cochran_grubbs";
  for (const OutlierHint& hint : found.hints) {
    const std::string suspect = hint.row ? "line " + std::to_string(table.line(*hint.row)) : hint.suspect;
    result.estimates.push_back({"statistic", hint.statistic, hint.test, suspect, {}});
    result.estimates.push_back(
        {"p_value", hint.p_value ? make_estimate(*hint.p_value, {}) : hint.statistic, hint.test, suspect, {}});
    if (hint.suspicious == true)
      result.warnings.push_back({"precision_outlier_hint", {{"test", hint.test}, {"where", suspect}}});
  }
  if (!found.balanced) result.warnings.push_back({"precision_cells_unequal", {}});
  result.exclusions = list_exclusions(table, found.excluded, missing_reason);
  return result;
}

EvaluationResult compute_cv(const DataTable& table, const EvaluationOptions& options) {
  const double confidence = options.fraction("confidence");
  const CvResult found = estimate_cv(table.numbers("value"), confidence);
  EvaluationResult result;
  result.method = "cv_intervals";
  result.confidence = confidence;
  result.estimates.push_back({"mean", found.mean, {}, {}, {}});
  result.estimates.push_back({"sd", found.sd, {}, {}, {}});
  result.estimates.push_back({"cv", found.cv_vangel, "vangel", {}, "%"});
  result.estimates.push_back({"cv", found.cv_mckay, "mckay", {}, "%"});
  result.estimates.push_back({"cv", found.cv_naive, "naive", {}, "%"});
  result.exclusions = list_exclusions(table, found.excluded, missing_reason);
  return result;
}

EvaluationColumn value_column() { return {"value", ColumnKind::number, true, "evaluation_column.precision_value"}; }

}  // namespace

std::vector<Evaluation> precision_evaluations() {
  const std::string area = "precision";
  std::vector<Evaluation> all = variance_evaluations();
  all.push_back({"precision_verification",
                 area,
                 "evaluation.precision_verification",
                 "CLSI EP15-A3",
                 "CLSI EP15-A3 2014; Satterthwaite 1946, 10.2307/3002019",
                 {value_column(), {"day", ColumnKind::text, true, "evaluation_column.precision_day"}},
                 {{"claimed_repeatability_sd", "", {}, "evaluation_option.claimed_repeatability_sd", false},
                  {"claimed_within_laboratory_sd", "", {}, "evaluation_option.claimed_within_laboratory_sd", false},
                  {"false_rejection", "0.05", {}, "evaluation_option.precision_false_rejection", false},
                  {"levels", "1", {}, "evaluation_option.precision_levels", false},
                  {"target", "", {}, "evaluation_option.precision_target", false},
                  {"target_standard_error", "0", {}, "evaluation_option.precision_target_standard_error", false},
                  confidence_option()},
                 compute_verification,
                 true});
  all.push_back({"precision_profile",
                 area,
                 "evaluation.precision_profile",
                 "CLSI EP05-A3, EP17-A2",
                 "Sadler & Smith 1990, Clin Chem 36; Sadler 2016, Ann Clin Biochem 53",
                 {{"level", ColumnKind::number, true, "evaluation_column.precision_level_mean"},
                  {"variance", ColumnKind::number, true, "evaluation_column.precision_variance"},
                  {"df", ColumnKind::number, true, "evaluation_column.precision_df"}},
                 {{"functions", "1,2,3,4,6,7,8,9", {}, "evaluation_option.precision_functions", false},
                  {"power", "2", {}, "evaluation_option.precision_power", false},
                  {"criterion",
                   "estimated_dispersion",
                   {"estimated_dispersion", "exact"},
                   "evaluation_option.precision_criterion",
                   false},
                  {"at", "", {}, "evaluation_option.precision_at", false},
                  {"cv_goal", "", {}, "evaluation_option.precision_cv_goal", false},
                  confidence_option()},
                 compute_profile,
                 true});
  all.push_back({"qualitative_precision",
                 area,
                 "evaluation.qualitative_precision",
                 "CLSI EP12, EP05-A3",
                 "Wilson 1927, 10.1080/01621459.1927.10502953",
                 {{"level", ColumnKind::text, true, "evaluation_column.precision_level"},
                  {"result", ColumnKind::binary, true, "evaluation_column.precision_result"},
                  {"expected", ColumnKind::binary, false, "evaluation_column.precision_expected"},
                  {"group", ColumnKind::text, false, "evaluation_column.precision_group"},
                  {"cq", ColumnKind::number, false, "evaluation_column.precision_cq"}},
                 {confidence_option()},
                 compute_qualitative,
                 true});
  all.push_back({"precision_outliers",
                 area,
                 "evaluation.precision_outliers",
                 "CLSI EP05-A3, ISO 5725-2",
                 "Cochran 1941, 10.1111/j.1469-1809.1941.tb02271.x; Grubbs 1969, 10.1080/00401706.1969.10490657",
                 {value_column(), {"cell", ColumnKind::text, true, "evaluation_column.precision_cell"}},
                 {{"level", "0.01", {}, "evaluation_option.precision_outlier_level", false}},
                 compute_outliers,
                 true});
  all.push_back({"cv_intervals",
                 area,
                 "evaluation.cv_intervals",
                 "CLSI EP05-A3",
                 "Vangel 1996, 10.1080/00031305.1996.10473537; McKay 1932, 10.2307/2342041",
                 {value_column()},
                 {confidence_option()},
                 compute_cv,
                 true});
  return all;
}

}  // namespace qpcr
