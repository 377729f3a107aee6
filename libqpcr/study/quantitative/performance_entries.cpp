// Registry entries of analytical performance: linearity, interference, cross-reactivity, recovery, carry-over,
// stability.
#include <algorithm>

#include "libqpcr/study/quantitative/adapter_support.hpp"
#include "libqpcr/study/quantitative/carry_over.hpp"
#include "libqpcr/study/quantitative/cross_reactivity.hpp"
#include "libqpcr/study/quantitative/input_checks.hpp"
#include "libqpcr/study/quantitative/interference.hpp"
#include "libqpcr/study/quantitative/linearity.hpp"
#include "libqpcr/study/quantitative/recovery.hpp"
#include "libqpcr/study/quantitative/stability.hpp"

namespace qpcr {
namespace {

std::optional<double> to_number(std::optional<bool> value) {
  return value ? std::optional(*value ? 1.0 : 0.0) : std::nullopt;
}

void add_verdict(EvaluationResult& result, std::string name, std::optional<bool> value) {
  add_number(result, std::move(name), to_number(value), "quantitative_not_judged");
}

void add_f_test(EvaluationResult& result, const std::string& name, const std::optional<VarianceRatio>& test) {
  const char* const why = "quantitative_test_not_defined";
  add_number(result, name + "_f", test ? std::optional(test->f) : std::nullopt, why);
  if (test) {
    add_number(result, name + "_numerator_degrees_of_freedom", test->numerator_degrees, why);
    add_number(result, name + "_denominator_degrees_of_freedom", test->denominator_degrees, why);
  }
  add_number(result, name + "_p_value", test ? std::optional(test->p_value) : std::nullopt, why);
}

EvaluationResult compute_linearity(const DataTable& table, const EvaluationOptions& options) {
  LinearityOptions used;
  used.confidence = options.fraction("confidence");
  used.significance = options.fraction("significance");
  used.best_degree = options.text("best_degree") == "highest_significant" ? BestDegree::highest_significant
                                                                          : BestDegree::lowest_residual_sd;
  if (options.text("weights") == "inverse_square") used.weights = LevelWeights::inverse_square;
  if (options.text("weights") == "equal") used.weights = LevelWeights::equal;
  used.log10_level = options.flag("log10_level");
  used.allowable_deviation = options.find_number("allowable_deviation");
  used.unit = options.text("unit") == "measured" ? DeviationUnit::measured : DeviationUnit::percent;
  const CompleteRows rows = read_complete_rows(table, {"level", "value"});
  const LinearityResult found = estimate_linearity(rows.numbers[0], rows.numbers[1], used);
  EvaluationResult result;
  result.method = "ep06";
  result.confidence = used.confidence;
  result.exclusions = rows.exclusions;
  for (std::size_t k = 0; k < found.polynomials.size(); ++k) {
    const auto& fit = found.polynomials[k];
    const std::string order = "order=" + std::to_string(k + 1);
    const char* const why = "quantitative_too_few_levels_for_curvature";
    for (std::size_t term = 0; term <= k + 1; ++term) {
      const std::string name = "coefficient_" + std::to_string(term);
      if (!fit) {
        add_estimate(result, name, not_estimable(why), {}, order);
        continue;
      }
      add_estimate(result, name,
                   make_t_estimate(fit->coefficients[term], fit->standard_errors[term], fit->degrees_of_freedom,
                                   used.confidence, "quantitative_exact_fit"),
                   {}, order);
      add_number(result, name + "_p_value", fit->p_values[term], "quantitative_exact_fit", {}, order);
    }
    add_number(result, "residual_sd", fit ? std::optional(fit->residual_sd) : std::nullopt, why, {}, order);
    add_number(result, "r_squared", fit ? std::optional(fit->r_squared) : std::nullopt, why, {}, order);
    add_number(result, "aic", fit ? std::optional(fit->aic) : std::nullopt, why, {}, order);
  }
  add_number(result, "best_degree", found.best_degree ? std::optional<double>(*found.best_degree) : std::nullopt,
             found.why_no_degree ? found.why_no_degree->id : "");
  add_estimate(result, "repeatability_sd", found.repeatability_sd);
  add_estimate(result, "average_deviation", found.average_deviation);
  add_f_test(result, "lack_of_fit", found.lack_of_fit);
  add_estimate(result, "weighted_intercept", found.weighted_intercept);
  add_estimate(result, "weighted_slope", found.weighted_slope);
  add_verdict(result, "linear", found.linear);
  TableRows levels("linearity_levels",
                   {"level", "replicates", "mean", "sd", "linear", "best", "best_minus_linear", "weighted", "deviation",
                    "deviation_lower", "deviation_upper", "deviation_percent", "deviation_percent_lower",
                    "deviation_percent_upper", "deviation_in_level"});
  for (const LinearityLevel& level : found.levels) {
    levels.add({level.level, static_cast<double>(level.replicates), level.mean, level.sd, level.linear, level.best,
                level.best_minus_linear, level.weighted, level.deviation.value, lower_of(level.deviation),
                upper_of(level.deviation), level.deviation_percent.value, lower_of(level.deviation_percent),
                upper_of(level.deviation_percent), level.deviation_in_level});
  }
  result.tables.push_back(levels.finish());
  return result;
}

EvaluationResult compute_interference(const DataTable& table, const EvaluationOptions& options) {
  InterferenceOptions used;
  used.confidence = options.fraction("confidence");
  used.allowable_effect = options.find_number("allowable_effect");
  const bool paired = options.flag("paired");
  EvaluationResult result;
  result.method = paired ? "paired_t" : "welch";
  result.confidence = used.confidence;
  InterferenceResult found;
  if (paired) {
    const CompleteRows rows = read_complete_rows(table, {"test", "control"});
    result.exclusions = rows.exclusions;
    found = estimate_interference(rows.numbers[0], rows.numbers[1], true, used);
  } else {
    const CompleteRows test = read_complete_rows(table, {"test"});
    const CompleteRows control = read_complete_rows(table, {"control"});
    found = estimate_interference(test.numbers[0], control.numbers[0], false, used);
    // Pools may hold unequal numbers of replicates: a row lacks what one of its cells lacks.
    for (const CompleteRows* rows : {&test, &control}) {
      for (Exclusion missing : rows->exclusions) {
        missing.reason = {rows == &test ? "quantitative_missing_test" : "quantitative_missing_control", {}};
        result.exclusions.push_back(std::move(missing));
      }
    }
  }
  add_estimate(result, "effect", found.effect);
  add_estimate(result, "effect_percent", found.effect_percent, {}, {}, "%");
  add_estimate(result, "p_value",
               found.p_value ? make_estimate(*found.p_value, "quantitative_test_not_defined")
                             : not_estimable(found.why_no_test.value_or(Message{"quantitative_test_not_defined", {}})));
  const bool judged = found.verdict == EffectVerdict::no_interference || found.verdict == EffectVerdict::interference;
  add_verdict(result, "interferes",
              judged ? std::optional(found.verdict == EffectVerdict::interference) : std::nullopt);
  if (found.verdict == EffectVerdict::undecided) result.warnings.push_back({"quantitative_undecided", {}});
  return result;
}

EvaluationResult compute_interference_dose_response(const DataTable& table, const EvaluationOptions& options) {
  InterferenceOptions used;
  used.confidence = options.fraction("confidence");
  used.allowable_effect = options.find_number("allowable_effect");
  const CompleteRows rows = read_complete_rows(table, {"concentration", "value"});
  const InterferenceDoseResponse found = estimate_interference_dose_response(rows.numbers[0], rows.numbers[1], used);
  EvaluationResult result;
  result.method = "linear_regression";
  result.confidence = used.confidence;
  result.exclusions = rows.exclusions;
  add_estimate(result, "slope", found.slope);
  add_f_test(result, "lack_of_fit", found.lack_of_fit);
  add_estimate(result, "highest_harmless_concentration", found.highest_harmless);
  TableRows levels("interference_levels",
                   {"concentration", "replicates", "mean", "effect", "effect_lower", "effect_upper"});
  for (const InterferenceLevel& level : found.levels) {
    levels.add({level.concentration, static_cast<double>(level.replicates), level.mean, level.effect.value,
                lower_of(level.effect), upper_of(level.effect)});
  }
  result.tables.push_back(levels.finish());
  return result;
}

EvaluationResult compute_cross_reactivity(const DataTable& table, const EvaluationOptions& options) {
  CrossReactivityOptions used;
  used.confidence = options.fraction("confidence");
  used.allowable_rate = options.find_number("allowable_rate");
  const auto names = table.texts("name");
  const std::vector<long> positives = table.counts("positive");
  const std::vector<long> replicates = table.counts("replicates");
  std::vector<CrossReactant> panel;
  for (std::size_t i = 0; i < names.size(); ++i) {
    CrossReactant reactant;
    reactant.name = std::string(names[i]);
    reactant.positive = positives[i];
    reactant.replicates = replicates[i];
    panel.push_back(std::move(reactant));
  }
  const CrossReactivityResult found = estimate_cross_reactivity(panel, used);
  EvaluationResult result;
  result.method = "clopper_pearson_one_sided";
  result.confidence = used.confidence;
  add_estimate(result, "positive_rate", found.whole.positive_rate);
  for (const CrossReactantResult& one : found.reactants) {
    add_estimate(result, "positive_rate", one.positive_rate, {}, "name=" + one.reactant.name);
    if (one.reacts) result.warnings.push_back({"quantitative_cross_reaction", {{"name", one.reactant.name}}});
  }
  add_verdict(result, "all_negative", found.all_negative);
  if (used.allowable_rate) add_verdict(result, "excluded", found.whole.excluded);
  TableRows reactants("reactants", {"positive", "replicates", "upper_limit", "rule_of_three", "reacts", "excluded"});
  for (const CrossReactantResult& one : found.reactants) {
    reactants.add(one.reactant.name,
                  {static_cast<double>(one.reactant.positive), static_cast<double>(one.reactant.replicates),
                   upper_of(one.positive_rate), one.rule_of_three, one.reacts ? 1.0 : 0.0, to_number(one.excluded)});
  }
  result.tables.push_back(reactants.finish("name"));
  return result;
}

EvaluationResult compute_spike_recovery(const DataTable& table, const EvaluationOptions& options) {
  RecoveryOptions used;
  used.confidence = options.fraction("confidence");
  used.acceptable_percent = Interval{options.number("lowest_percent"), options.number("highest_percent")};
  const CompleteRows rows = read_complete_rows(table, {"unspiked", "added", "measured"});
  std::vector<SpikedSample> samples;
  for (std::size_t i = 0; i < rows.numbers[0].size(); ++i) {
    samples.push_back({rows.numbers[0][i], rows.numbers[1][i], rows.numbers[2][i]});
  }
  const RecoveryResult found = estimate_spike_recovery(samples, used);
  EvaluationResult result;
  result.method = "spike_recovery";
  result.confidence = used.confidence;
  result.exclusions = rows.exclusions;
  add_estimate(result, "mean_recovery_percent", found.mean_percent, {}, {}, "%");
  add_verdict(result, "acceptable", found.acceptable);
  TableRows recoveries("recoveries", {"recovery_percent"});
  for (const double percent : found.percent) recoveries.add({percent});
  result.tables.push_back(recoveries.finish());
  return result;
}

EvaluationResult compute_dilution_recovery(const DataTable& table, const EvaluationOptions& options) {
  RecoveryOptions used;
  used.confidence = options.fraction("confidence");
  used.acceptable_percent = Interval{options.number("lowest_percent"), options.number("highest_percent")};
  const CompleteRows rows = read_complete_rows(table, {"factor", "measured"});
  std::vector<DilutedSample> samples;
  for (std::size_t i = 0; i < rows.numbers[0].size(); ++i) samples.push_back({rows.numbers[0][i], rows.numbers[1][i]});
  const DilutionResult found = estimate_dilution_recovery(samples, options.find_number("reference_factor"), used);
  EvaluationResult result;
  result.method = "dilution_recovery";
  result.confidence = used.confidence;
  result.exclusions = rows.exclusions;
  add_number(result, "reference_factor", found.reference_factor, "");
  add_estimate(result, "log_slope", found.log_slope);
  add_verdict(result, "hook_effect", found.hook_effect);
  TableRows levels("dilutions", {"factor", "replicates", "mean", "corrected", "recovery_percent", "recovery_lower",
                                 "recovery_upper", "acceptable", "hook"});
  for (const DilutionLevel& level : found.levels) {
    levels.add({level.factor, static_cast<double>(level.replicates), level.mean.value, level.corrected.value,
                level.recovery_percent.value, lower_of(level.recovery_percent), upper_of(level.recovery_percent),
                to_number(level.acceptable), level.hook ? 1.0 : 0.0});
  }
  result.tables.push_back(levels.finish());
  return result;
}

EvaluationResult compute_carry_over(const DataTable& table, const EvaluationOptions& options) {
  CarryOverOptions used;
  used.confidence = options.fraction("confidence");
  used.limit_sd = options.number("limit_sd");
  used.allowable_percent = options.find_number("allowable_percent");
  const CompleteRows rows = read_complete_rows(table, {"value"}, {"role"});
  std::vector<double> after_high;
  std::vector<double> after_low;
  std::vector<double> high;
  for (std::size_t i = 0; i < rows.numbers[0].size(); ++i) {
    const std::string& role = rows.texts[0][i];
    if (role != "low_after_high" && role != "low_after_low" && role != "high") {
      refuse_value("role", role, "low_after_high, low_after_low or high");
    }
    (role == "high" ? high : role == "low_after_high" ? after_high : after_low).push_back(rows.numbers[0][i]);
  }
  const CarryOverResult found = estimate_carry_over(after_high, after_low, high, used);
  EvaluationResult result;
  result.method = "welch";
  result.confidence = used.confidence;
  result.exclusions = rows.exclusions;
  add_estimate(result, "carry_over", found.difference);
  add_number(result, "limit", found.limit, "quantitative_no_replicates");
  add_test(result, "welch", found.welch);
  add_number(result, "p_value_one_sided", found.p_one_sided, "quantitative_test_not_defined");
  add_estimate(result, "carry_over_percent", found.relative_percent, {}, {}, "%");
  add_verdict(result, "within_limit", found.within_limit);
  add_verdict(result, "within_allowable", found.within_allowable);
  return result;
}

EvaluationResult compute_well_carry_over(const DataTable& table, const EvaluationOptions& options) {
  const auto exposed = table.binaries("exposed");
  const auto positive = table.binaries("positive");
  WellCounts counts[2];
  Exclusion missing;
  missing.reason = {"quantitative_missing_value", {}};
  for (std::size_t i = 0; i < exposed.size(); ++i) {
    if (!exposed[i] || !positive[i]) {
      ++missing.rows;
      if (missing.lines.size() < 100) missing.lines.push_back(table.line(i));
      continue;
    }
    WellCounts& one = counts[*exposed[i] ? 0 : 1];
    ++one.wells;
    one.positive += *positive[i] ? 1 : 0;
  }
  const WellCarryOverResult found = estimate_well_carry_over(counts[0], counts[1], options.fraction("confidence"));
  EvaluationResult result;
  result.method = "fisher_exact_one_sided";
  result.confidence = options.fraction("confidence");
  if (missing.rows > 0) result.exclusions.push_back(missing);
  add_estimate(result, "positive_rate", found.exposed_rate, "clopper_pearson", "exposed=true");
  add_estimate(result, "positive_rate", found.unexposed_rate, "clopper_pearson", "exposed=false");
  add_number(result, "exposed_upper_limit", found.exposed_upper_limit, "quantitative_test_not_defined");
  add_number(result, "p_value", found.p_value, "quantitative_test_not_defined");
  return result;
}

StabilityOptions read_stability_options(const EvaluationOptions& options) {
  StabilityOptions used;
  used.confidence = options.fraction("confidence");
  used.allowable_drift = options.number("allowable_drift");
  used.unit = options.text("unit") == "measured" ? DriftUnit::measured : DriftUnit::percent_of_start;
  if (options.text("direction") == "decrease") used.direction = DriftDirection::decrease;
  if (options.text("direction") == "increase") used.direction = DriftDirection::increase;
  return used;
}

EvaluationResult compute_stability(const DataTable& table, const EvaluationOptions& options) {
  StabilityOptions used = read_stability_options(options);
  used.pooling_significance = options.fraction("pooling_significance");
  used.longest_extrapolation = options.number("longest_extrapolation");
  const bool lots = table.has("lot");
  const CompleteRows rows =
      read_complete_rows(table, {"time", "value"}, lots ? std::vector<std::string>{"lot"} : std::vector<std::string>{});
  std::vector<StabilityPoint> points;
  for (std::size_t i = 0; i < rows.numbers[0].size(); ++i) {
    StabilityPoint point;
    point.time = rows.numbers[0][i];
    point.value = rows.numbers[1][i];
    if (lots) point.lot = rows.texts[0][i];
    points.push_back(std::move(point));
  }
  const StabilityResult found = estimate_stability(points, used);
  EvaluationResult result;
  const std::string methods[] = {"single_lot", "common_line", "common_slope", "separate_lines"};
  result.method = methods[static_cast<std::size_t>(found.pooling)];
  result.confidence = used.confidence;
  result.exclusions = rows.exclusions;
  result.warnings = found.warnings;
  add_f_test(result, "slopes", found.slope_test);
  add_f_test(result, "intercepts", found.intercept_test);
  add_number(result, "residual_sd", found.residual_sd, "quantitative_exact_fit");
  for (const StabilityLine& line : found.lines) {
    const std::string stratum = line.lot.empty() ? "" : "lot=" + line.lot;
    add_estimate(result, "intercept", line.intercept, {}, stratum);
    add_estimate(result, "slope", line.slope, {}, stratum);
    add_estimate(result, "shelf_life", line.shelf_life, {}, stratum);
  }
  add_estimate(result, "shelf_life_of_all", found.shelf_life);
  return result;
}

EvaluationResult compute_conditions(const DataTable& table, const EvaluationOptions& options) {
  const StabilityOptions used = read_stability_options(options);
  const CompleteRows rows = read_complete_rows(table, {"value"}, {"condition"});
  const NamedGroups groups = split_by_group(rows);
  const std::string& baseline = options.text("baseline");
  std::vector<double> fresh;
  std::vector<StabilityCondition> conditions;
  for (std::size_t g = 0; g < groups.names.size(); ++g) {
    if (groups.names[g] == baseline) {
      fresh = groups.values[g];
      continue;
    }
    StabilityCondition condition;
    condition.name = groups.names[g];
    condition.values = groups.values[g];
    conditions.push_back(std::move(condition));
  }
  if (fresh.empty()) refuse_option("baseline", baseline, "one of the conditions");
  EvaluationResult result;
  result.method = "welch";
  result.confidence = used.confidence;
  result.exclusions = rows.exclusions;
  for (const ConditionResult& one : compare_conditions(fresh, conditions, used)) {
    const std::string stratum = "condition=" + one.name;
    add_estimate(result, "change", one.change, {}, stratum);
    add_estimate(result, "change_percent", one.change_percent, {}, stratum, "%");
    add_number(result, "stable", to_number(one.stable), "quantitative_not_judged", {}, stratum);
  }
  return result;
}

EvaluationResult compute_arrhenius(const DataTable& table, const EvaluationOptions& options) {
  const CompleteRows rows = read_complete_rows(table, {"celsius", "rate"});
  std::vector<DegradationRate> rates;
  for (std::size_t i = 0; i < rows.numbers[0].size(); ++i) rates.push_back({rows.numbers[0][i], rows.numbers[1][i]});
  const ArrheniusResult found = estimate_arrhenius(rates, options.number("storage_celsius"),
                                                   options.number("allowable_drift"), options.fraction("confidence"));
  EvaluationResult result;
  result.method = "arrhenius";
  result.confidence = options.fraction("confidence");
  result.exclusions = rows.exclusions;
  add_estimate(result, "activation_energy", found.activation_energy_kj_per_mol, {}, {}, "kJ/mol");
  add_number(result, "r_squared", found.r_squared, "quantitative_exact_fit");
  add_estimate(result, "rate", found.rate);
  add_estimate(result, "shelf_life", found.shelf_life);
  result.warnings.push_back({"quantitative_accelerated_is_provisional", {}});
  return result;
}

}  // namespace

std::vector<Evaluation> performance_entries() {
  const auto number = ColumnKind::number;
  const EvaluationOption percent_low = make_option("lowest_percent", "80", "recovery_lowest_percent");
  const EvaluationOption percent_high = make_option("highest_percent", "120", "recovery_highest_percent");
  const EvaluationOption drift = make_option("allowable_drift", "", "allowable_drift", {}, true);
  const EvaluationOption drift_unit =
      make_option("unit", "percent_of_start", "drift_unit", {"percent_of_start", "measured"});
  const EvaluationOption direction =
      make_option("direction", "either", "drift_direction", {"either", "decrease", "increase"});
  std::vector<Evaluation> entries;
  entries.push_back(
      {"linearity",
       "",
       "evaluation.linearity",
       "CLSI EP06",
       "CLSI EP06-A 2003; CLSI EP06 2nd ed. 2020",
       {make_column("level", number, "linearity_level"), make_column("value", number, "quantitative_value")},
       {confidence_option("0.90"), make_option("significance", "0.05", "linearity_significance"),
        make_option("best_degree", "lowest_residual_sd", "linearity_best_degree",
                    {"lowest_residual_sd", "highest_significant"}),
        make_option("weights", "inverse_variance", "linearity_weights",
                    {"inverse_variance", "inverse_square", "equal"}),
        make_option("log10_level", "false", "linearity_log10_level", {"false", "true"}),
        make_option("allowable_deviation", "", "linearity_allowable_deviation"),
        make_option("unit", "percent", "linearity_unit", {"percent", "measured"})},
       compute_linearity,
       true});
  entries.push_back(
      {"interference",
       "",
       "evaluation.interference",
       "CLSI EP07",
       "CLSI EP07 3rd ed. 2018; Welch 1947, 10.1093/biomet/34.1-2.28",
       {make_column("test", number, "interference_test"), make_column("control", number, "interference_control")},
       {confidence_option(), make_option("paired", "false", "interference_paired", {"false", "true"}),
        make_option("allowable_effect", "", "allowable_effect")},
       compute_interference,
       true});
  entries.push_back({"interference_dose_response",
                     "",
                     "evaluation.interference_dose_response",
                     "CLSI EP07",
                     "CLSI EP07 3rd ed. 2018",
                     {make_column("concentration", number, "interferent_concentration"),
                      make_column("value", number, "quantitative_value")},
                     {confidence_option(), make_option("allowable_effect", "", "allowable_effect")},
                     compute_interference_dose_response,
                     true});
  entries.push_back({"cross_reactivity",
                     "",
                     "evaluation.cross_reactivity",
                     "CLSI EP07, MM17",
                     "Clopper & Pearson 1934, 10.1093/biomet/26.4.404",
                     {make_column("name", ColumnKind::text, "cross_reactant_name"),
                      make_column("positive", ColumnKind::count, "cross_reactant_positive"),
                      make_column("replicates", ColumnKind::count, "cross_reactant_replicates")},
                     {make_option("confidence", "0.95", "cross_reactivity_confidence"),
                      make_option("allowable_rate", "", "cross_reactivity_allowable_rate")},
                     compute_cross_reactivity,
                     true});
  entries.push_back(
      {"spike_recovery",
       "",
       "evaluation.spike_recovery",
       "",
       "Thompson et al. 1999, 10.1351/pac199971020337",
       {make_column("unspiked", number, "recovery_unspiked"), make_column("added", number, "recovery_added"),
        make_column("measured", number, "recovery_measured")},
       {confidence_option(), percent_low, percent_high},
       compute_spike_recovery,
       true});
  entries.push_back(
      {"dilution_recovery",
       "",
       "evaluation.dilution_recovery",
       "CLSI EP34",
       "CLSI EP34 2018",
       {make_column("factor", number, "dilution_factor"), make_column("measured", number, "quantitative_value")},
       {confidence_option(), make_option("reference_factor", "", "dilution_reference_factor"), percent_low,
        percent_high},
       compute_dilution_recovery,
       true});
  entries.push_back(
      {"carry_over",
       "",
       "evaluation.carry_over",
       "CLSI EP10",
       "Broughton et al. 1969; CLSI EP10-A3",
       {make_column("value", number, "quantitative_value"), make_column("role", ColumnKind::text, "carry_over_role")},
       {confidence_option(), make_option("limit_sd", "3", "carry_over_limit_sd"),
        make_option("allowable_percent", "", "carry_over_allowable_percent")},
       compute_carry_over,
       true});
  entries.push_back({"well_carry_over",
                     "",
                     "evaluation.well_carry_over",
                     "",
                     "Fisher 1935, 10.2307/2342435",
                     {make_column("exposed", ColumnKind::binary, "well_exposed"),
                      make_column("positive", ColumnKind::binary, "well_positive")},
                     {confidence_option()},
                     compute_well_carry_over,
                     true});
  entries.push_back({"stability",
                     "",
                     "evaluation.stability",
                     "CLSI EP25",
                     "CLSI EP25 2nd ed. 2023; ICH Q1E 2003",
                     {make_column("time", number, "stability_time"), make_column("value", number, "quantitative_value"),
                      make_column("lot", ColumnKind::text, "stability_lot", false)},
                     {make_option("confidence", "0.95", "stability_confidence"), drift, drift_unit, direction,
                      make_option("pooling_significance", "0.25", "stability_pooling_significance"),
                      make_option("longest_extrapolation", "2", "stability_longest_extrapolation")},
                     compute_stability,
                     true});
  entries.push_back(
      {"stability_conditions",
       "",
       "evaluation.stability_conditions",
       "CLSI EP25",
       "Welch 1947, 10.1093/biomet/34.1-2.28",
       {make_column("value", number, "quantitative_value"),
        make_column("condition", ColumnKind::text, "stability_condition")},
       {confidence_option(), make_option("baseline", "", "stability_baseline", {}, true), drift, drift_unit, direction},
       compute_conditions,
       true});
  entries.push_back(
      {"stability_accelerated",
       "",
       "evaluation.stability_accelerated",
       "CLSI EP25",
       "Arrhenius 1889, 10.1515/zpch-1889-0416",
       {make_column("celsius", number, "stability_celsius"), make_column("rate", number, "stability_rate")},
       {confidence_option(), make_option("storage_celsius", "", "stability_storage_celsius", {}, true), drift},
       compute_arrhenius,
       true});
  return entries;
}

}  // namespace qpcr
