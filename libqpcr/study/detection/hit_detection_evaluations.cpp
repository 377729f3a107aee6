// Registry entries of limits from positives and from Cq.
#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "libqpcr/study/detection/detection_adapters.hpp"
#include "libqpcr/study/detection/limit_of_detection_cq.hpp"
#include "libqpcr/study/detection/limit_of_detection_hit_rate.hpp"
#include "libqpcr/study/detection/lod_confirmation.hpp"
#include "libqpcr/study/detection/qualitative_imprecision.hpp"

namespace qpcr {
namespace {

void add_goodness(EvaluationResult& result, const GoodnessOfFit& fit, const std::string& test, double significance) {
  Assumption assumption{Message{"detection_assumption_model_fits", {}}, test, fit.statistic, fit.p_value, std::nullopt};
  if (fit.p_value) assumption.holds = *fit.p_value >= significance;
  result.assumptions.push_back(assumption);
}

void add_coefficients(EvaluationResult& result, const DoseResponse& curve) {
  if (curve.why_absent) {
    result.estimates.push_back(name_estimate("intercept", not_estimable(*curve.why_absent)));
    result.estimates.push_back(name_estimate("slope", not_estimable(*curve.why_absent)));
    return;
  }
  Estimate intercept = plain(curve.intercept);
  intercept.standard_error = curve.intercept_standard_error;
  Estimate slope = plain(curve.slope);
  slope.standard_error = curve.slope_standard_error;
  result.estimates.push_back(name_estimate("intercept", intercept));
  result.estimates.push_back(name_estimate("slope", slope));
}

std::string name_model(const ModelRow& row) {
  if (row.model == DetectionModel::single_hit) return "poisson_single_hit";
  return std::string(to_string(*row.link)) + "_" + std::string(to_string(*row.scale));
}

ResultTable list_models(const HitRateDetection& found) {
  std::vector<std::string> names;
  Numbers aic, deviance, pearson, p, levels, limit, lower, upper, second_lower, second_upper;
  for (const ModelRow& row : found.models) {
    names.push_back(name_model(row));
    levels.emplace_back(static_cast<double>(row.levels));
    aic.push_back(row.aic);
    deviance.push_back(row.aic ? std::optional(row.deviance.statistic) : std::nullopt);
    pearson.push_back(row.aic ? std::optional(row.pearson.statistic) : std::nullopt);
    p.push_back(row.pearson.p_value);
    limit.push_back(row.limit.value);
    lower.push_back(lower_of(row.limit));
    upper.push_back(upper_of(row.limit));
    second_lower.push_back(lower_of(row.second));
    second_upper.push_back(upper_of(row.second));
  }
  return {"models",
          {text_column("model", names), number_column("levels", levels), number_column("aic", aic),
           number_column("deviance", deviance), number_column("pearson", pearson), number_column("pearson_p", p),
           number_column("limit", limit), number_column("lower_delta", lower), number_column("upper_delta", upper),
           number_column("lower_fieller_or_profile", second_lower),
           number_column("upper_fieller_or_profile", second_upper)}};
}

ResultTable list_levels(const HitRateDetection& found) {
  Numbers dose, positive, tested, rate, lower, upper;
  for (const HitRate& level : found.levels) {
    dose.emplace_back(level.row.dose);
    positive.emplace_back(static_cast<double>(level.row.positive));
    tested.emplace_back(static_cast<double>(level.row.tested));
    rate.push_back(level.rate);
    lower.push_back(level.wilson ? std::optional(level.wilson->lower) : std::nullopt);
    upper.push_back(level.wilson ? std::optional(level.wilson->upper) : std::nullopt);
  }
  return {"hit_rates",
          {number_column("concentration", dose), number_column("positive", positive), number_column("tested", tested),
           number_column("rate", rate), number_column("wilson_lower", lower), number_column("wilson_upper", upper)}};
}

/// The chosen curve at 101 doses between the lowest and the highest level, for the figure.
ResultTable draw_curve(const HitRateDetection& found) {
  Numbers dose, share;
  double least = 0.0;
  double greatest = 0.0;
  for (const HitRate& level : found.levels) {
    if (level.row.dose > 0.0 && least <= 0.0) least = level.row.dose;
    greatest = level.row.dose;
  }
  const bool has_curve = found.curve && !found.curve->why_absent;
  const bool has_rate = found.single_hit && !found.single_hit->why_absent;
  if (least > 0.0 && (has_curve || has_rate)) {
    for (int i = 0; i <= 100; ++i) {
      const double at = least * std::pow(greatest / least, i / 100.0);
      dose.emplace_back(at);
      if (has_curve) {
        const double x = found.options.scale == DoseScale::log10 ? std::log10(at) : at;
        share.emplace_back(inverse_link(found.options.link, found.curve->intercept + found.curve->slope * x));
      } else {
        share.emplace_back(-std::expm1(-at * std::exp(found.single_hit->log_rate)));
      }
    }
  }
  return {"curve", {number_column("concentration", dose), number_column("share", share)}};
}

void note_excluded(EvaluationResult& result, const HitTable& hits, const std::vector<std::size_t>& rows) {
  Exclusion zero{Message{"detection_excluded_dose_zero", {}}, 0, {}};
  Exclusion untested{Message{"detection_excluded_untested", {}}, 0, {}};
  for (const std::size_t row : rows) {
    Exclusion& entry = hits.rows[row].tested == 0 ? untested : zero;
    ++entry.rows;
    if (entry.lines.size() < 100) entry.lines.push_back(hits.lines[row]);
  }
  for (const Exclusion& entry : {zero, untested}) {
    if (entry.rows > 0) result.exclusions.push_back(entry);
  }
}

EvaluationResult compute_hit_rate(const DataTable& table, const EvaluationOptions& given) {
  EvaluationResult result;
  const HitTable hits = read_hits(table, result);
  HitRateDetectionOptions options;
  options.model = given.text("model") == "poisson" ? DetectionModel::single_hit : DetectionModel::regression;
  options.link = parse_binomial_link(given.text("link"));
  options.scale = parse_dose_scale(given.text("scale"));
  options.dispersion = parse_dispersion(given.text("dispersion"));
  options.hit_rate = given.fraction("hit_rate");
  options.confidence = given.fraction("confidence");
  const HitRateDetection found = estimate_detection_limit(hits.rows, options);
  const bool regression = options.model == DetectionModel::regression;
  result.method = name_model(found.chosen);
  result.confidence = options.confidence;
  result.estimates.push_back(name_estimate("lod", found.chosen.limit, regression ? "delta" : "wald"));
  result.estimates.push_back(name_estimate("lod", found.chosen.second, regression ? "fieller" : "profile_likelihood"));
  if (found.curve) {
    add_coefficients(result, *found.curve);
    note_excluded(result, hits, found.curve->excluded_rows);
  } else {
    result.estimates.push_back(name_estimate("targets_per_unit", found.single_hit->why_absent
                                                                     ? not_estimable(*found.single_hit->why_absent)
                                                                     : plain(std::exp(found.single_hit->log_rate))));
    note_excluded(result, hits, found.single_hit->excluded_rows);
  }
  result.estimates.push_back(
      name_estimate("lowest_level_reached", plain(found.lowest_reached, "detection_not_estimable_goal_not_met")));
  result.estimates.push_back(
      name_estimate("lowest_level_held", plain(found.lowest_held, "detection_not_estimable_goal_not_met")));
  if (found.chosen.aic) {
    add_goodness(result, found.chosen.pearson, "pearson_chi_square", 1.0 - options.confidence);
    add_goodness(result, found.chosen.deviance, "deviance", 1.0 - options.confidence);
  }
  result.warnings = found.warnings;
  result.tables = {list_levels(found), list_models(found), draw_curve(found)};
  return result;
}

EvaluationResult compute_qualitative(const DataTable& table, const EvaluationOptions& given) {
  EvaluationResult result;
  const HitTable hits = read_hits(table, result);
  QualitativeImprecisionOptions options;
  options.link = parse_binomial_link(given.text("link"));
  options.scale = parse_dose_scale(given.text("scale"));
  options.dispersion = parse_dispersion(given.text("dispersion"));
  options.zone = given.fraction("zone");
  options.confidence = given.fraction("confidence");
  const QualitativeImprecision found = estimate_qualitative_imprecision(hits.rows, options);
  result.method = std::string(to_string(options.link)) + "_" + std::string(to_string(options.scale));
  result.confidence = options.confidence;
  for (const auto& [name, dose] :
       {std::pair("c5", &found.c5), std::pair("c50", &found.c50), std::pair("c95", &found.c95)}) {
    result.estimates.push_back(name_estimate(name, dose->delta, "delta"));
    result.estimates.push_back(name_estimate(name, dose->fieller, "fieller"));
  }
  result.estimates.push_back(name_estimate("c5_c95_width", plain(found.width, "detection_not_estimable_no_curve")));
  result.estimates.push_back(
      name_estimate("c5_c95_width_relative", plain(found.relative_width, "detection_not_estimable_c50_not_positive")));
  result.estimates.push_back(
      name_estimate("rate_below_c50", plain(found.rate_below, "detection_not_estimable_c50_not_positive")));
  result.estimates.push_back(
      name_estimate("rate_above_c50", plain(found.rate_above, "detection_not_estimable_c50_not_positive")));
  if (found.within_zone)
    result.assumptions.push_back(
        {Message{"detection_assumption_within_zone", {}}, "c5_c95", std::nullopt, std::nullopt, found.within_zone});
  if (!found.curve.why_absent)
    add_goodness(result, found.curve.pearson, "pearson_chi_square", 1.0 - options.confidence);
  add_coefficients(result, found.curve);
  note_excluded(result, hits, found.curve.excluded_rows);
  Numbers dose, positive, tested, rate, lower, upper, fitted;
  for (const CandidateRate& one : found.candidates) {
    dose.emplace_back(one.row.dose);
    positive.emplace_back(static_cast<double>(one.row.positive));
    tested.emplace_back(static_cast<double>(one.row.tested));
    rate.emplace_back(one.rate);
    lower.emplace_back(one.wilson.lower);
    upper.emplace_back(one.wilson.upper);
    fitted.push_back(one.fitted);
  }
  result.tables = {{"candidates",
                    {number_column("concentration", dose), number_column("positive", positive),
                     number_column("tested", tested), number_column("rate", rate), number_column("wilson_lower", lower),
                     number_column("wilson_upper", upper), number_column("fitted", fitted)}}};
  return result;
}

EvaluationResult compute_confirmation(const DataTable&, const EvaluationOptions& given) {
  LodConfirmationOptions options;
  options.rule = parse_confirmation_rule(given.text("rule"));
  options.claim = given.fraction("hit_rate");
  options.significance = given.fraction("significance");
  options.confidence = given.fraction("confidence");
  const LodConfirmation found = confirm_detection_limit(given.count("positive"), given.count("tested"), options);
  EvaluationResult result;
  result.method = std::string(to_string(options.rule));
  result.confidence = options.confidence;
  const std::string none = "detection_not_estimable_no_replicates";
  result.estimates.push_back(name_estimate("hit_rate", found.rate, "clopper_pearson"));
  result.estimates.push_back(name_estimate("lower_limit_one_sided", plain(found.lower_limit, none), "exact"));
  result.estimates.push_back(name_estimate(
      "fewest_hits", plain(found.fewest ? std::optional(static_cast<double>(*found.fewest)) : std::nullopt,
                           "detection_no_hits_suffice")));
  result.assumptions.push_back({Message{"detection_assumption_confirmed", {}}, "exact_binomial", found.rate.value,
                                found.p_value, found.confirmed});
  Numbers truth, probability;
  for (const auto& one : found.operating) {
    truth.emplace_back(one.first);
    probability.emplace_back(one.second);
  }
  result.tables = {{"operating_characteristic",
                    {number_column("true_rate", truth), number_column("probability_to_confirm", probability)}}};
  return result;
}

EvaluationResult compute_cq(const DataTable& table, const EvaluationOptions& given) {
  EvaluationResult result;
  CqDetectionOptions options;
  options.last_cycle = given.number("last_cycle");
  options.hit_rate = given.fraction("hit_rate");
  options.confidence = given.fraction("confidence");
  const std::vector<double> doses = table.numbers("concentration");
  const std::vector<double> cq = table.numbers("cq");
  std::vector<CqReplicate> replicates;
  for (std::size_t row = 0; row < doses.size(); ++row) {
    if (std::isnan(doses[row])) {
      exclude_row(result, table, row, "detection_excluded_missing");
      continue;
    }
    if (doses[row] <= 0.0) exclude_row(result, table, row, "detection_excluded_dose_zero");
    replicates.push_back({doses[row], std::isnan(cq[row]) ? std::nullopt : std::optional(cq[row])});
  }
  const CqDetection found = estimate_cq_detection_limit(replicates, options);
  result.method = "censored_normal_log10";
  result.confidence = options.confidence;
  result.estimates.push_back(name_estimate("lod", found.joint.limit, "present_or_late_delta"));
  result.estimates.push_back(name_estimate("lod", found.delta, "censored_delta"));
  result.estimates.push_back(name_estimate("lod", found.fieller, "censored_fieller"));
  result.estimates.push_back(name_estimate("lod", found.hit_rate.chosen.limit, "probit_log10_delta"));
  result.estimates.push_back(name_estimate("lod", found.hit_rate.chosen.second, "probit_log10_fieller"));
  result.estimates.push_back(name_estimate("lod", found.single_hit.chosen.limit, "poisson_single_hit_wald"));
  result.estimates.push_back(name_estimate("lod", found.single_hit.chosen.second, "poisson_single_hit_profile"));
  const auto coefficient = [&](double value) {
    return found.why_absent ? not_estimable(*found.why_absent) : plain(value);
  };
  result.estimates.push_back(name_estimate("intercept", coefficient(found.intercept)));
  result.estimates.push_back(name_estimate("slope", coefficient(found.slope)));
  result.estimates.push_back(name_estimate("residual_sd", coefficient(found.residual_sd)));
  result.estimates.push_back(name_estimate("aic", coefficient(found.aic), "censored"));
  result.estimates.push_back(
      name_estimate("aic", found.joint.why_absent ? not_estimable(*found.joint.why_absent) : plain(found.joint.aic),
                    "present_or_late"));
  if (found.detection_fit) add_goodness(result, *found.detection_fit, "detected_against_censored_line", 0.05);
  result.warnings = found.warnings;
  std::vector<double> limits;
  for (const Estimate* one : {&found.delta, &found.joint.limit, &found.hit_rate.chosen.limit})
    if (one->value && *one->value > 0.0) limits.push_back(*one->value);
  if (!limits.empty()) {
    const auto [least, most] = std::minmax_element(limits.begin(), limits.end());
    if (*most > 1.2 * *least)
      result.warnings.push_back({"detection_models_disagree", {{"ratio", fmt::format("{:.2f}", *most / *least)}}});
  }
  Numbers dose, count, detected, mean, line, expected;
  for (const CqLevel& level : found.levels) {
    dose.emplace_back(level.dose);
    count.emplace_back(static_cast<double>(level.replicates));
    detected.emplace_back(static_cast<double>(level.detected));
    mean.push_back(level.mean_cq);
    line.push_back(level.line_cq);
    expected.push_back(level.expected);
  }
  result.tables = {
      {"levels",
       {number_column("concentration", dose), number_column("replicates", count), number_column("detected", detected),
        number_column("mean_cq", mean), number_column("line_cq", line), number_column("expected_detected", expected)}},
      list_models(found.hit_rate)};
  return result;
}

std::vector<std::string> link_choices() { return {"probit", "logit", "complementary_log_log", "log_log"}; }

std::vector<EvaluationColumn> hit_columns() {
  return {make_column("concentration", ColumnKind::number, true), make_column("positive", ColumnKind::count, false),
          make_column("tested", ColumnKind::count, false), make_column("detected", ColumnKind::binary, false)};
}

}  // namespace

std::vector<Evaluation> hit_detection_evaluations() {
  const auto regression = [](std::string scale) {
    return std::vector<EvaluationOption>{make_option("link", "probit", link_choices()),
                                         make_option("scale", std::move(scale), {"log10", "linear"}),
                                         make_option("dispersion", "none", {"none", "pearson"}), confidence_option()};
  };
  std::vector<EvaluationOption> hit_rate = regression("log10");
  hit_rate.insert(hit_rate.begin(), make_option("model", "regression", {"regression", "poisson"}));
  hit_rate.push_back(make_option("hit_rate", "0.95", {}));
  std::vector<EvaluationOption> qualitative = regression("linear");
  qualitative.push_back(make_option("zone", "0.2", {}));
  return {{"lod_hit_rate", "detection", "evaluation.lod_hit_rate", "CLSI EP17-A2",
           "Finney 1971, Probit Analysis; Fieller 1954; Venables & Ripley 2002, 10.1007/978-0-387-21706-2",
           hit_columns(), hit_rate, compute_hit_rate, true},
          {"qualitative_imprecision", "detection", "evaluation.qualitative_imprecision", "CLSI EP12-A2",
           "CLSI EP12-A2; Finney 1971, Probit Analysis", hit_columns(), qualitative, compute_qualitative, true},
          {"lod_confirmation",
           "detection",
           "evaluation.lod_confirmation",
           "CLSI EP17-A2",
           "Clopper & Pearson 1934, 10.1093/biomet/26.4.404",
           {},
           {make_option("positive", "", {}, true), make_option("tested", "", {}, true),
            make_option("rule", "hit_rate", {"hit_rate", "consistent", "proven"}), make_option("hit_rate", "0.95", {}),
            make_option("significance", "0.05", {}), confidence_option()},
           compute_confirmation,
           false},
          {"lod_cq",
           "detection",
           "evaluation.lod_cq",
           "CLSI EP17-A2",
           "Tobin 1958, 10.2307/1907382; Olsen 1978, 10.2307/1913073",
           {make_column("concentration", ColumnKind::number, true), make_column("cq", ColumnKind::number, true)},
           {make_option("last_cycle", "", {}, true), make_option("hit_rate", "0.95", {}), confidence_option()},
           compute_cq,
           true}};
}

}  // namespace qpcr
