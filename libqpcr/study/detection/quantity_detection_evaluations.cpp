// Registry entries of limits from quantities: blank, classical detection, quantitation.
#include <cmath>
#include <string>

#include "libqpcr/study/detection/detection_adapters.hpp"
#include "libqpcr/study/detection/limit_of_blank.hpp"
#include "libqpcr/study/detection/limit_of_detection_parametric.hpp"
#include "libqpcr/study/detection/limit_of_quantitation.hpp"

namespace qpcr {
namespace {

std::string stratum(const std::string& lot) { return lot.empty() ? "" : "lot=" + lot; }

EvaluationResult compute_blank(const DataTable& table, const EvaluationOptions& given) {
  EvaluationResult result;
  LimitOfBlankOptions options;
  options.scale = given.text("signal") == "cq" ? BlankScale::cq : BlankScale::concentration;
  options.share = given.fraction("share");
  options.quantile = given.text("quantile") == "exact" ? NormalQuantile::exact : NormalQuantile::rounded;
  options.lots = parse_lot_rule(given.text("lots"));
  options.confidence = given.fraction("confidence");
  const std::vector<double> values = table.numbers("value");
  const std::vector<std::string> lots = read_labels(table, "lot");
  const std::vector<std::string> samples = read_labels(table, "sample");
  std::vector<BlankResult> blanks;
  for (std::size_t row = 0; row < values.size(); ++row) {
    const bool missing = std::isnan(values[row]);
    if (missing && options.scale == BlankScale::concentration) {
      exclude_row(result, table, row, "detection_excluded_missing");
      continue;
    }
    blanks.push_back({missing ? std::nullopt : std::optional(values[row]), lots[row], samples[row]});
  }
  const LimitOfBlank found = estimate_limit_of_blank(blanks, options);
  result.method = "ep17_" + std::string(to_string(found.applied));
  result.confidence = options.confidence;
  result.estimates.push_back(name_estimate("lob", found.rank, "rank"));
  result.estimates.push_back(name_estimate("lob", found.parametric, "parametric"));
  std::vector<BlankLimit> all = found.lots;
  if (found.lots.size() > 1) {
    for (const BlankLimit& lot : found.lots) {
      result.estimates.push_back(name_estimate("lob", lot.rank, "rank", stratum(lot.lot)));
      result.estimates.push_back(name_estimate("lob", lot.parametric, "parametric", stratum(lot.lot)));
    }
  }
  result.assumptions = found.assumptions;
  result.warnings = found.warnings;
  all.push_back(found.pooled);
  std::vector<std::string> lot_names;
  Numbers count, without, mean, sd, multiplier, position, rank, parametric;
  for (const BlankLimit& lot : all) {
    lot_names.push_back(lot.lot);
    count.emplace_back(static_cast<double>(lot.blanks));
    without.emplace_back(static_cast<double>(lot.without_cq));
    mean.push_back(lot.mean);
    sd.push_back(lot.sd);
    multiplier.push_back(lot.multiplier);
    position.emplace_back(lot.rank_position);
    rank.push_back(lot.rank.value);
    parametric.push_back(lot.parametric.value);
  }
  result.tables = {{"lots",
                    {text_column("lot", lot_names), number_column("blanks", count),
                     number_column("without_cq", without), number_column("mean", mean), number_column("sd", sd),
                     number_column("multiplier", multiplier), number_column("rank_position", position),
                     number_column("lob_rank", rank), number_column("lob_parametric", parametric)}},
                   {"sorted_blanks", {number_column("value", found.pooled.sorted)}}};
  return result;
}

EvaluationResult compute_parametric(const DataTable& table, const EvaluationOptions& given) {
  EvaluationResult result;
  ParametricDetectionOptions options;
  options.share = given.fraction("share");
  options.quantile = given.text("quantile") == "exact" ? NormalQuantile::exact : NormalQuantile::rounded;
  options.lots = parse_lot_rule(given.text("lots"));
  options.significance = given.fraction("significance");
  const std::vector<double> values = table.numbers("value");
  const std::vector<std::string> samples = read_labels(table, "sample");
  const std::vector<std::string> lots = read_labels(table, "lot");
  std::vector<LowResult> results;
  for (std::size_t row = 0; row < values.size(); ++row) {
    if (std::isnan(values[row])) {
      exclude_row(result, table, row, "detection_excluded_missing");
    } else {
      results.push_back({values[row], samples[row], lots[row]});
    }
  }
  const ParametricDetection found =
      estimate_parametric_detection_limit(results, given.number("limit_of_blank"), options);
  result.method = "ep17_parametric_" + std::string(to_string(found.applied));
  result.estimates.push_back(name_estimate("lod", found.limit, "parametric"));
  result.estimates.push_back(
      name_estimate("pooled_sd", plain(found.pooled.pooled_sd, "detection_not_estimable_too_few_replicates")));
  result.estimates.push_back(
      name_estimate("multiplier", plain(found.pooled.multiplier, "detection_not_estimable_too_few_replicates")));
  if (found.lots.size() > 1) {
    for (const DetectionLimit& lot : found.lots)
      result.estimates.push_back(name_estimate("lod", lot.limit, "parametric", stratum(lot.lot)));
  }
  result.assumptions = found.assumptions;
  result.warnings = found.warnings;
  std::vector<std::string> sample_names, lot_names;
  Numbers count, mean, sd;
  for (const LowSample& sample : found.samples) {
    sample_names.push_back(sample.sample);
    lot_names.push_back(sample.lot);
    count.emplace_back(static_cast<double>(sample.results));
    mean.emplace_back(sample.mean);
    sd.push_back(sample.sd);
  }
  result.tables = {{"samples",
                    {text_column("sample", sample_names), text_column("lot", lot_names),
                     number_column("results", count), number_column("mean", mean), number_column("sd", sd)}}};
  return result;
}

EvaluationResult compute_quantitation(const DataTable& table, const EvaluationOptions& given) {
  EvaluationResult result;
  QuantitationOptions options;
  options.cv_goal = given.number("cv_goal");
  options.total_error_goal = given.find_number("total_error_goal");
  options.cv = given.text("cv") == "lognormal" ? CvKind::lognormal : CvKind::moments;
  options.total_error =
      given.text("total_error") == "root_mean_square" ? TotalError::root_mean_square : TotalError::westgard;
  options.confidence = given.fraction("confidence");
  options.limit_of_detection = given.find_number("limit_of_detection");
  const std::vector<double> values = table.numbers("value");
  const std::vector<std::string> levels = read_labels(table, "level");
  const std::vector<double> assigned =
      table.has("assigned") ? table.numbers("assigned") : std::vector<double>(values.size(), std::nan(""));
  std::vector<QuantityResult> results;
  for (std::size_t row = 0; row < values.size(); ++row) {
    if (std::isnan(values[row])) {
      exclude_row(result, table, row, "detection_excluded_missing");
      continue;
    }
    results.push_back(
        {levels[row], values[row], std::isnan(assigned[row]) ? std::nullopt : std::optional(assigned[row])});
  }
  const LimitOfQuantitation found = estimate_limit_of_quantitation(results, options);
  result.method = "precision_profile_power";
  result.confidence = options.confidence;
  result.estimates.push_back(name_estimate("loq", found.by_profile, "profile"));
  result.estimates.push_back(name_estimate("loq", found.by_upper_profile, "upper_profile_level"));
  result.estimates.push_back(name_estimate("loq", found.by_observed, "observed_level"));
  result.estimates.push_back(name_estimate("loq", found.by_total_error, "total_error_level"));
  const auto of_profile = [&](double value) {
    return found.profile ? plain(value) : not_estimable(*found.why_no_profile);
  };
  result.estimates.push_back(name_estimate("profile_scale", of_profile(found.profile ? found.profile->scale : 0.0)));
  result.estimates.push_back(name_estimate("profile_power", of_profile(found.profile ? found.profile->power : 0.0)));
  result.warnings = found.warnings;
  std::vector<std::string> names;
  Numbers count, mean, sd, cv, cv_upper, fitted, fitted_upper, bias, error;
  for (const QuantityLevel& level : found.levels) {
    names.push_back(level.level);
    count.emplace_back(static_cast<double>(level.results));
    mean.emplace_back(level.mean);
    sd.push_back(level.sd);
    cv.push_back(level.cv);
    cv_upper.push_back(level.cv_upper);
    fitted.push_back(level.fitted_cv);
    fitted_upper.push_back(level.fitted_upper);
    bias.push_back(level.bias);
    error.push_back(level.total_error);
  }
  result.tables = {{"levels",
                    {text_column("level", names), number_column("results", count), number_column("mean", mean),
                     number_column("sd", sd), number_column("cv", cv), number_column("cv_upper", cv_upper),
                     number_column("fitted_cv", fitted), number_column("fitted_upper", fitted_upper),
                     number_column("bias", bias), number_column("total_error", error)}}};
  return result;
}

}  // namespace

std::vector<Evaluation> quantity_detection_evaluations() {
  const auto quantile = [] { return make_option("quantile", "rounded", {"rounded", "exact"}); };
  const auto lots = [] { return make_option("lots", "ep17", {"ep17", "separate", "pooled"}); };
  return {{"limit_of_blank",
           "detection",
           "evaluation.limit_of_blank",
           "CLSI EP17-A2",
           "CLSI EP17-A2; Hyndman & Fan 1996, 10.1080/00031305.1996.10473566",
           {make_column("value", ColumnKind::number, true), make_column("lot", ColumnKind::text, false),
            make_column("sample", ColumnKind::text, false)},
           {make_option("signal", "concentration", {"concentration", "cq"}), make_option("share", "0.95", {}),
            quantile(), lots(), confidence_option()},
           compute_blank,
           true},
          {"lod_parametric",
           "detection",
           "evaluation.lod_parametric",
           "CLSI EP17-A2",
           "CLSI EP17-A2; Bartlett 1937, 10.1098/rspa.1937.0109",
           {make_column("value", ColumnKind::number, true), make_column("sample", ColumnKind::text, true),
            make_column("lot", ColumnKind::text, false)},
           {make_option("limit_of_blank", "", {}, true), make_option("share", "0.95", {}), quantile(), lots(),
            make_option("significance", "0.05", {})},
           compute_parametric,
           true},
          {"limit_of_quantitation",
           "detection",
           "evaluation.limit_of_quantitation",
           "CLSI EP17-A2",
           "CLSI EP17-A2",
           {make_column("value", ColumnKind::number, true), make_column("level", ColumnKind::text, true),
            make_column("assigned", ColumnKind::number, false)},
           {make_option("cv_goal", "0.35", {}), make_option("total_error_goal", "", {}),
            make_option("cv", "moments", {"moments", "lognormal"}),
            make_option("total_error", "westgard", {"westgard", "root_mean_square"}),
            make_option("limit_of_detection", "", {}), confidence_option()},
           compute_quantitation,
           true}};
}

}  // namespace qpcr
