// The evaluations of predicted risks as the registry knows them: tables in, results of one shape out.
#include "libqpcr/core/text.hpp"
#include "libqpcr/study/evaluation_areas.hpp"
#include "libqpcr/study/scores/brier_score.hpp"
#include "libqpcr/study/scores/decision_curve.hpp"
#include "libqpcr/study/scores/hosmer_lemeshow.hpp"
#include "libqpcr/study/scores/reclassification.hpp"
#include "libqpcr/study/scores/risk_calibration.hpp"
#include "libqpcr/study/scores/risk_discrimination.hpp"
#include "libqpcr/study/scores/score_fit_evaluations.hpp"
#include "libqpcr/study/scores/score_tables.hpp"

namespace qpcr {
namespace {

using Cells = std::vector<std::optional<double>>;

std::vector<EvaluationColumn> risk_columns() {
  return {{"outcome", ColumnKind::binary, true, "evaluation_column.score_outcome"},
          {"risk", ColumnKind::number, true, "evaluation_column.score_risk"}};
}

/// A p-value, or why its statistic is missing.
void add_p(EvaluationResult& result, const std::string& name, std::optional<double> p, const Estimate& statistic) {
  Estimate made;
  made.value = p;
  if (!p) made.why_absent = statistic.why_absent;
  add_estimate(result, name, made);
}

EvaluationResult begin(const ScoreRows& rows, std::string_view method, std::optional<double> confidence) {
  EvaluationResult result;
  result.method = std::string(method);
  result.confidence = confidence;
  result.exclusions = rows.exclusions;
  return result;
}

ResultTable to_table(const std::string& name, const std::vector<RiskGroup>& groups) {
  Cells mean, subjects, events, expected, lowest, highest;
  for (const RiskGroup& group : groups) {
    lowest.emplace_back(group.lowest_risk);
    highest.emplace_back(group.highest_risk);
    mean.emplace_back(group.mean_risk);
    subjects.emplace_back(static_cast<double>(group.subjects));
    events.emplace_back(static_cast<double>(group.events));
    expected.emplace_back(group.expected_events);
  }
  return {name,
          {number_column("lowest_risk", lowest), number_column("highest_risk", highest),
           number_column("mean_risk", mean), number_column("subjects", subjects), number_column("events", events),
           number_column("expected_events", expected)}};
}

EvaluationResult compute_calibration(const DataTable& table, const EvaluationOptions& options) {
  const ScoreRows rows = read_score_rows(table, true, {"risk"});
  RiskCalibrationOptions asked;
  asked.confidence = options.fraction("confidence");
  asked.groups = options.count("groups", 2);
  asked.span = options.number("span");
  const RiskCalibration found = estimate_risk_calibration(rows.numbers("risk"), rows.outcomes, asked);
  EvaluationResult result = begin(rows, found.method, found.confidence);
  add_estimate(result, "calibration_slope", found.slope);
  add_estimate(result, "calibration_intercept", found.intercept);
  add_estimate(result, "calibration_in_the_large", found.calibration_in_the_large);
  add_estimate(result, "observed_over_expected", found.observed_over_expected);
  add_estimate(result, "miscalibration_chi_square", found.miscalibration_chi_square, "df=2");
  add_p(result, "miscalibration_p", found.miscalibration_p, found.miscalibration_chi_square);
  add_estimate(result, "mean_calibration_error", found.mean_error, "lowess");
  add_estimate(result, "ninety_percent_calibration_error", found.ninety_percent_error, "lowess");
  add_estimate(result, "greatest_calibration_error", found.greatest_error, "lowess");
  result.tables.push_back({"calibration_curve",
                           {number_column("risk", {found.curve_risks.begin(), found.curve_risks.end()}),
                            number_column("smooth", {found.curve_smooth.begin(), found.curve_smooth.end()})}});
  std::vector<RiskGroup> groups;
  Cells observed, lower, upper;
  for (const CalibrationGroup& one : found.groups) {
    groups.push_back(one.group);
    observed.push_back(one.observed.value);
    lower.emplace_back(one.observed.interval->lower);
    upper.emplace_back(one.observed.interval->upper);
  }
  ResultTable grouped = to_table("calibration_groups", groups);
  grouped.columns.push_back(number_column("observed", observed));
  grouped.columns.push_back(number_column("observed_lower", lower));
  grouped.columns.push_back(number_column("observed_upper", upper));
  result.tables.push_back(std::move(grouped));
  return result;
}

EvaluationResult compute_brier(const DataTable& table, const EvaluationOptions& options) {
  const ScoreRows rows = read_score_rows(table, true, {"risk"});
  const BrierScore found = estimate_brier_score(rows.numbers("risk"), rows.outcomes, options.fraction("confidence"));
  EvaluationResult result = begin(rows, found.method, found.confidence);
  add_estimate(result, "brier", found.brier);
  add_estimate(result, "brier_scaled", found.scaled);
  add_estimate(result, "reliability", found.reliability, "murphy");
  add_estimate(result, "resolution", found.resolution, "murphy");
  add_estimate(result, "uncertainty", found.uncertainty, "murphy");
  add_estimate(result, "spiegelhalter_z", found.spiegelhalter_z);
  add_p(result, "spiegelhalter_p", found.spiegelhalter_p, found.spiegelhalter_z);
  return result;
}

EvaluationResult compute_hosmer_lemeshow(const DataTable& table, const EvaluationOptions& options) {
  const ScoreRows rows = read_score_rows(table, true, {"risk"});
  HosmerLemeshowOptions asked;
  asked.groups = options.count("groups", 2);
  asked.degrees_lost = options.count("degrees_lost");
  const HosmerLemeshow found = estimate_hosmer_lemeshow(rows.numbers("risk"), rows.outcomes, asked);
  EvaluationResult result = begin(rows, found.method, std::nullopt);
  add_estimate(result, "hosmer_lemeshow_chi_square", found.chi_square,
               "df=" + std::to_string(found.degrees_of_freedom));
  add_p(result, "hosmer_lemeshow_p", found.p_value, found.chi_square);
  result.tables.push_back(to_table("risk_groups", found.groups));
  return result;
}

EvaluationResult compute_discrimination(const DataTable& table, const EvaluationOptions&) {
  const ScoreRows rows = read_score_rows(table, true, {"risk"});
  const RiskDiscrimination found = estimate_risk_discrimination(rows.numbers("risk"), rows.outcomes);
  EvaluationResult result = begin(rows, found.method, std::nullopt);
  add_estimate(result, "concordance", found.concordance);
  add_estimate(result, "somers_d", found.somers_d);
  add_estimate(result, "discrimination_slope", found.discrimination_slope);
  add_estimate(result, "likelihood_ratio_chi_square", found.likelihood_ratio, "risks_as_given");
  add_estimate(result, "r2", found.nagelkerke_r2, "nagelkerke");
  add_estimate(result, "r2", found.cox_snell_r2, "cox_snell");
  add_estimate(result, "r2", found.mcfadden_r2, "mcfadden");
  add_estimate(result, "discrimination_index", found.discrimination_index, "risks_as_given");
  add_estimate(result, "unreliability_index", found.unreliability_index);
  add_estimate(result, "quality_index", found.quality_index, "risks_as_given");
  add_estimate(result, "likelihood_ratio_chi_square", found.recalibrated_likelihood_ratio, "recalibrated");
  add_p(result, "likelihood_ratio_p", found.recalibrated_likelihood_ratio_p, found.recalibrated_likelihood_ratio);
  add_estimate(result, "discrimination_index", found.recalibrated_discrimination_index, "recalibrated");
  return result;
}

EvaluationResult compute_decision_curve(const DataTable& table, const EvaluationOptions& options) {
  const ScoreRows rows = read_score_rows(table, true, {"risk"});
  DecisionCurveOptions asked;
  asked.confidence = options.fraction("confidence");
  asked.thresholds = options.numbers("thresholds");
  asked.prevalence = options.find_number("prevalence");
  asked.acts_on_equal = options.text("act") == "at_or_above";
  asked.replicates = options.count("replicates");
  asked.seed = static_cast<std::uint64_t>(options.count("seed"));
  asked.threads = static_cast<int>(options.count("threads"));
  const DecisionCurve found = estimate_decision_curve(rows.numbers("risk"), rows.outcomes, asked);
  EvaluationResult result = begin(rows, found.method, found.confidence);
  Cells thresholds, net, lower, upper, all, none, avoided, true_positive, false_positive;
  for (const DecisionPoint& point : found.points) {
    thresholds.emplace_back(point.threshold);
    net.push_back(point.net_benefit.value);
    const auto& band = point.net_benefit.interval;
    lower.push_back(band ? std::optional(band->lower) : std::nullopt);
    upper.push_back(band ? std::optional(band->upper) : std::nullopt);
    all.push_back(point.net_benefit_all.value);
    none.emplace_back(0.0);
    avoided.push_back(point.interventions_avoided.value);
    true_positive.push_back(point.true_positive_rate.value);
    false_positive.push_back(point.false_positive_rate.value);
    // A curve is a table; where thresholds were asked for by name, they are estimates too.
    if (!asked.thresholds.empty()) {
      const std::string stratum = "threshold=" + format_double(point.threshold);
      add_estimate(result, "net_benefit", point.net_benefit, "model", stratum);
      add_estimate(result, "net_benefit", point.net_benefit_all, "act_on_all", stratum);
      add_estimate(result, "net_benefit_difference", point.difference_from_all, "model_minus_all", stratum);
      add_estimate(result, "interventions_avoided", point.interventions_avoided, "", stratum);
      add_estimate(result, "standardised_net_benefit", point.standardised_net_benefit, "", stratum);
    }
  }
  result.tables.push_back({"decision_curve",
                           {number_column("threshold", thresholds), number_column("true_positive_rate", true_positive),
                            number_column("false_positive_rate", false_positive), number_column("net_benefit", net),
                            number_column("net_benefit_lower", lower), number_column("net_benefit_upper", upper),
                            number_column("net_benefit_all", all), number_column("net_benefit_none", none),
                            number_column("interventions_avoided", avoided)}});
  return result;
}

void add_index(EvaluationResult& result, const std::string& name, const TestedIndex& index,
               const std::string& stratum) {
  add_estimate(result, name, index.estimate, "", stratum);
  Estimate p;
  p.value = index.p_value;
  if (!p.value) p.why_absent = index.estimate.why_absent;
  add_estimate(result, name + "_p", p, "", stratum);
}

ResultTable to_table(const std::string& name, const RiskMoves& moves, std::size_t categories) {
  ResultTable table{name, {}};
  for (std::size_t after = 0; after < categories; ++after) {
    Cells cells;
    for (std::size_t before = 0; before < categories; ++before)
      cells.emplace_back(static_cast<double>(moves.table[before * categories + after]));
    table.columns.push_back(number_column("second_category_" + std::to_string(after + 1), cells));
  }
  return table;
}

EvaluationResult compute_reclassification(const DataTable& table, const EvaluationOptions& options) {
  const ScoreRows rows = read_score_rows(table, true, {"first_risk", "second_risk"});
  ReclassificationOptions asked;
  asked.confidence = options.fraction("confidence");
  asked.cut_offs = options.numbers("cut_offs");
  const ReclassificationResult found =
      estimate_reclassification(rows.numbers("first_risk"), rows.numbers("second_risk"), rows.outcomes, asked);
  EvaluationResult result = begin(rows, found.method, found.confidence);
  add_index(result, "net_reclassification", found.net_reclassification, "");
  add_index(result, "net_reclassification", found.net_reclassification_events, "outcome=1");
  add_index(result, "net_reclassification", found.net_reclassification_nonevents, "outcome=0");
  add_index(result, "integrated_discrimination", found.integrated_discrimination, "");
  add_estimate(result, "mean_rise", found.mean_rise_events, "", "outcome=1");
  add_estimate(result, "mean_fall", found.mean_fall_nonevents, "", "outcome=0");
  add_estimate(result, "share_up", found.events.share_up, "", "outcome=1");
  add_estimate(result, "share_down", found.events.share_down, "", "outcome=1");
  add_estimate(result, "share_up", found.nonevents.share_up, "", "outcome=0");
  add_estimate(result, "share_down", found.nonevents.share_down, "", "outcome=0");
  if (!asked.cut_offs.empty()) {
    result.tables.push_back(to_table("moves_of_events", found.events, asked.cut_offs.size() + 1));
    result.tables.push_back(to_table("moves_of_nonevents", found.nonevents, asked.cut_offs.size() + 1));
  }
  result.warnings.push_back({"score_reclassification_needs_fixed_models", {}});
  return result;
}

Evaluation risk_evaluation(const std::string& name, const std::string& source, std::vector<EvaluationOption> options,
                           EvaluationResult (*compute)(const DataTable&, const EvaluationOptions&)) {
  return {name, "scores", "evaluation." + name, "TRIPOD+AI", source, risk_columns(), std::move(options), compute, true};
}

}  // namespace

std::vector<Evaluation> score_evaluations() {
  const EvaluationOption groups{"groups", "10", {}, "evaluation_option.score_groups", false};
  std::vector<Evaluation> all = score_fit_evaluations();
  all.push_back(risk_evaluation(
      "risk_calibration", "Cox 1958, 10.1093/biomet/45.3-4.562; Van Calster et al. 2019, 10.1186/s12916-019-1466-7",
      {confidence_option(), groups, {"span", "0.6666666666666666", {}, "evaluation_option.score_span", false}},
      compute_calibration));
  all.push_back(risk_evaluation("brier_score",
                                "Brier 1950, 10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2; Spiegelhalter 1986, "
                                "10.1002/sim.4780050506",
                                {confidence_option()}, compute_brier));
  all.push_back(risk_evaluation("hosmer_lemeshow", "Hosmer & Lemeshow 1980, 10.1080/03610928008827941",
                                {groups, {"degrees_lost", "2", {}, "evaluation_option.score_degrees_lost", false}},
                                compute_hosmer_lemeshow));
  all.push_back(
      risk_evaluation("risk_discrimination",
                      "Harrell, Lee & Mark 1996, 10.1002/(SICI)1097-0258(19960229)15:4<361::AID-SIM168>3.0.CO;2-4", {},
                      compute_discrimination));
  all.push_back(risk_evaluation("decision_curve", "Vickers & Elkin 2006, 10.1177/0272989X06295361",
                                {confidence_option(),
                                 {"thresholds", "", {}, "evaluation_option.score_thresholds", false},
                                 {"prevalence", "", {}, "evaluation_option.score_prevalence", false},
                                 {"act", "at_or_above", {"at_or_above", "above"}, "evaluation_option.score_act", false},
                                 replicates_option("0"),
                                 seed_option(),
                                 threads_option()},
                                compute_decision_curve));
  Evaluation reclassification = risk_evaluation(
      "reclassification", "Pencina et al. 2008, 10.1002/sim.2929; Pencina et al. 2011, 10.1002/sim.4085",
      {confidence_option(), {"cut_offs", "", {}, "evaluation_option.score_cut_offs", false}}, compute_reclassification);
  reclassification.columns = {{"outcome", ColumnKind::binary, true, "evaluation_column.score_outcome"},
                              {"first_risk", ColumnKind::number, true, "evaluation_column.score_first_risk"},
                              {"second_risk", ColumnKind::number, true, "evaluation_column.score_second_risk"}};
  all.push_back(std::move(reclassification));
  return all;
}

}  // namespace qpcr
