// Findings about definitions: each fault alone gives its finding at its place, and only there.
#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <random>
#include <regex>
#include <set>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "libqpcr/assay/checking.hpp"
#include "libqpcr/assay/definition_parsing.hpp"
#include "libqpcr/assay/findings.hpp"
#include "libqpcr/assay/toml_document.hpp"
#include "tests/assay/findings_support.hpp"
#include "tests/assay/support.hpp"

using qpcr::AssayDefinition;
using qpcr::Finding;

namespace {

AssayDefinition whole() {
  return qpcr::parsing::parse_definition(
      qpcr::TomlTable::parse(assay_test::whole_definition(), "whole.toml", qpcr::ErrorCode::assay_invalid));
}

std::string list(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& finding : findings) {
    text += std::string(qpcr::to_string(finding.severity)) + " " + finding.code + " at " + finding.field + ": " +
            finding.english + "\n";
  }
  return text;
}

const Finding* find(const std::vector<Finding>& findings, std::string_view code, std::string_view field) {
  for (const Finding& finding : findings) {
    if (finding.code == code && finding.field == field) return &finding;
  }
  return nullptr;
}

template <typename T>
T& by_id(std::vector<T>& items, std::string_view id) {
  for (T& item : items) {
    if (item.id == id) return item;
  }
  throw std::logic_error("no " + std::string(id));
}

qpcr::ValueDefinition& value(AssayDefinition& a, std::string_view id) { return by_id(a.values, id); }
qpcr::RuleDefinition& rule(AssayDefinition& a, std::string_view id) { return by_id(a.rules, id); }
qpcr::CovariateDefinition& covariate(AssayDefinition& a, std::string_view id) { return by_id(a.covariates, id); }

/// Makes a released definition of the whole one.
void release(AssayDefinition& a) {
  const std::string sha(64, 'a');
  a.status = qpcr::AssayStatus::released;
  a.sources[0].certainty = qpcr::SourceCertainty::found;
  a.statements = {{"本结果仅供辅助诊断，阴性不能排除肝癌", "An aid to diagnosis only"}};
  for (qpcr::RuleDefinition& r : a.rules) {
    r.establishment = qpcr::CutoffRecord{"Youden", "set A", 100, 100, "2026-01-05", sha};
    r.verification = qpcr::CutoffRecord{"fixed", "set B", 80, 80, "2026-02-05", sha};
  }
  a.release = qpcr::ReleaseRecord{"REG 1", "", "Laboratory", "2026-03-01", sha, "2026-03-02", "2028-03-01"};
}

/// Makes a score of the whole definition: a claim without positive and negative.
void score(AssayDefinition& a) {
  a.claim = qpcr::Claim::prognosis;
  a.positive.reset();
  a.rules.clear();
  a.classification = qpcr::Classification{};
  a.classification->value = "risk";
  a.classification->classes = {{"low", {"低", "Low"}, 0.002, {}}, {"high", {"高", "High"}, {}, {}}};
}

using Change = std::function<void(AssayDefinition&)>;
struct Row {
  const char* code;
  const char* field;
  Change change;
};

}  // namespace

TEST_CASE("the whole definition has no error, released or not, and the score neither") {
  for (const Change& change : std::vector<Change>{[](AssayDefinition&) {}, release, score}) {
    AssayDefinition assay = whole();
    change(assay);
    const auto findings = qpcr::inspect_assay(assay);
    INFO(list(findings));
    CHECK_FALSE(qpcr::has_errors(findings));
    CHECK_NOTHROW(qpcr::check_assay(assay));
  }
}

TEST_CASE("every shipped definition has no error; its notes and warnings are known") {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(assay_test::assay_path(""))) {
    if (entry.path().extension() != ".toml") continue;
    const auto findings = qpcr::inspect_assay_file(entry.path());
    INFO(entry.path() << "\n" << list(findings));
    CHECK_FALSE(qpcr::has_errors(findings));
    ++count;
  }
  CHECK(count >= 6);
}

TEST_CASE("each fault alone gives its finding at its place") {
  const std::vector<Row> rows{
      {"not_an_identifier", "id", [](AssayDefinition& a) { a.id = "a b"; }},
      {"not_a_version", "version", [](AssayDefinition& a) { a.version = "1.0"; }},
      {"text_incomplete", "title", [](AssayDefinition& a) { a.title.en = " "; }},
      {"text_incomplete", "outcomes.positive", [](AssayDefinition& a) { a.outcomes.positive = {}; }},
      {"horizon_missing", "horizon_years", [](AssayDefinition& a) { a.claim = qpcr::Claim::future_risk; }},
      {"horizon_without_risk", "horizon_years", [](AssayDefinition& a) { a.horizon_years = 3; }},
      {"sources_missing", "sources", [](AssayDefinition& a) { a.status = qpcr::AssayStatus::literature_reproduction; a.sources.clear(); }},
      {"research_statement", "statements", [](AssayDefinition& a) { a.statements.clear(); }},
      {"simulated_title", "title", [](AssayDefinition& a) { a.title.en = "simulated"; }},
      {"simulated_title", "title", [](AssayDefinition& a) { a.title.zh = "演示"; }},
      {"duplicate_in_list", "sources[2].id", [](AssayDefinition& a) { a.sources.push_back(a.sources[0]); }},
      {"source_empty", "sources[1].text", [](AssayDefinition& a) { a.sources[0].text = " "; }},
      {"unknown_name_near", "source", [](AssayDefinition& a) { a.default_source = "mode"; }},
      {"unknown_name", "rules[1].source", [](AssayDefinition& a) { a.rules[0].source = "somewhere_else"; }},
      {"constant_without_source", "rules[1].source", [](AssayDefinition& a) { a.default_source.clear(); }},
      {"constant_without_source", "values[15].source", [](AssayDefinition& a) { a.default_source.clear(); for (auto& t : a.targets) t.source = "made"; }},
      {"infinite_number", "rules[1].at_most", [](AssayDefinition& a) { a.rules[0].limit = std::numeric_limits<double>::infinity(); }},
      {"unpublished_outside_template", "values[12].terms.d1", [](AssayDefinition& a) { value(a, "lp").terms["d1"] = std::nan(""); }},
      {"cq_option", "cq", [](AssayDefinition& a) { a.cq.options.relative_threshold.share = 7; }},
      {"threshold_belongs_to_target", "cq", [](AssayDefinition& a) { a.cq.options.threshold = 1; }},
      {"cycles_range", "cq.cycles", [](AssayDefinition& a) { a.cq.cycles = 0; }},
      {"baseline_after_end", "cq.baseline_cycles", [](AssayDefinition& a) { a.cq.options.baseline.first_cycle = 3; a.cq.options.baseline.last_cycle = 50; }},
      {"vendor_gate", "cq.gate", [](AssayDefinition& a) { a.cq.origin = qpcr::CqOrigin::vendor; }},
      {"vendor_threshold", "cq.threshold", [](AssayDefinition& a) { a.cq.origin = qpcr::CqOrigin::vendor; }},
      {"vendor_threshold", "targets[1].threshold", [](AssayDefinition& a) { a.cq.origin = qpcr::CqOrigin::vendor; }},
      {"vendor_gate", "targets[1].minimum_rise", [](AssayDefinition& a) { a.cq.origin = qpcr::CqOrigin::vendor; a.targets[0].minimum_rise = 1; }},
      {"method_without_threshold", "cq.threshold", [](AssayDefinition& a) { a.cq.options.method = qpcr::CqMethod::second_derivative_maximum; }},
      {"method_without_threshold", "targets[1].threshold", [](AssayDefinition& a) { a.cq.options.method = qpcr::CqMethod::second_derivative_maximum; }},
      {"threshold_without_scale", "cq.signal", [](AssayDefinition& a) { a.cq.signal.reset(); }},
      {"threshold_missing", "targets[2].threshold", [](AssayDefinition& a) { a.targets[1].threshold.reset(); }},
      {"threshold_of_some_targets", "targets[1].threshold", [](AssayDefinition& a) { a.cq.threshold_origin = qpcr::ThresholdOrigin::plate; }},
      {"assigned_cq_missing", "targets[1].assigned_cq", [](AssayDefinition& a) { a.targets[0].assigned_cq_cycles.reset(); }},
      {"not_a_cycle", "targets[1].assigned_cq", [](AssayDefinition& a) { a.targets[0].assigned_cq_cycles = 46; }},
      {"not_above_zero", "targets[1].threshold", [](AssayDefinition& a) { a.targets[0].threshold = 0; }},
      {"part_without_targets", "controls", [](AssayDefinition& a) { a.targets.clear(); }},
      {"no_target", "targets", [](AssayDefinition& a) { a.targets.erase(a.targets.begin(), a.targets.begin() + 2); }},
      {"duplicate_identifier", "targets[2].id", [](AssayDefinition& a) { a.targets[1].id = "m1"; }},
      {"duplicate_name", "targets[1].aliases", [](AssayDefinition& a) { a.targets[0].aliases = {"m1"}; }},
      {"dye_shared", "targets[2].dye", [](AssayDefinition& a) { a.targets[1].dye = "fam"; }},
      {"internal_control_kind", "targets[4].kind", [](AssayDefinition& a) { a.targets[3].internal_control_kind.reset(); }},
      {"internal_control_kind", "targets[1].kind", [](AssayDefinition& a) { a.targets[0].internal_control_kind = qpcr::InternalControlKind::exogenous; }},
      {"not_a_cycle", "targets[1].maximum_cq", [](AssayDefinition& a) { a.targets[0].maximum_cq_cycles = 46; }},
      {"not_above_zero", "targets[1].maximum_spread", [](AssayDefinition& a) { a.targets[0].maximum_spread_cycles = 0; }},
      {"spread_of_one", "targets[1].maximum_spread", [](AssayDefinition& a) { a.replicates = {}; }},
      {"identifier_not_current", "targets[1].identifier_status", [](AssayDefinition& a) { a.targets[0].identifier_status = "withdrawn"; }},
      {"reference_must_fail", "targets[3].not_detected", [](AssayDefinition& a) { a.targets[2].not_detected = {qpcr::NotDetectedPolicy::exclude, {}, ""}; }},
      {"imputed_too_early", "targets[1].not_detected.value", [](AssayDefinition& a) { a.targets[0].not_detected.cycles = 43.9; }},
      {"censored_too_late", "targets[2].not_detected.maximum", [](AssayDefinition& a) { a.targets[1].not_detected.cycles = 45.1; }},
      {"unknown_name", "targets[1].not_detected.paired_with", [](AssayDefinition& a) { a.targets[0].not_detected.paired_with = "nothing"; }},
      {"pair_unfit", "targets[1].not_detected.paired_with", [](AssayDefinition& a) { a.targets[0].not_detected.paired_with = "IC"; }},
      {"internal_control_without_validity", "targets[4].id", [](AssayDefinition& a) { a.validity.erase(a.validity.begin()); }},
      {"duplicate_in_list", "controls[2].id", [](AssayDefinition& a) { a.controls[1].id = "ntc"; }},
      {"control_name_twice", "controls[2].sample_names", [](AssayDefinition& a) { a.controls[1].sample_names = {"ntc"}; }},
      {"control_count", "controls[1].minimum_count", [](AssayDefinition& a) { a.controls[0].minimum_count = 0; }},
      {"passing_count", "controls[1].passing_count", [](AssayDefinition& a) { a.controls[0].passing_count = 4; }},
      {"well_unreadable", "controls[1].wells", [](AssayDefinition& a) { a.controls[0].wells[0] = "1A"; }},
      {"well_twice", "controls[2].wells", [](AssayDefinition& a) { a.controls[1].wells = {"a1"}; }},
      {"wells_too_few", "controls[1].wells", [](AssayDefinition& a) { a.controls[0].wells = {"A1"}; }},
      {"unknown_name", "controls[1].limits[1].target", [](AssayDefinition& a) { a.controls[0].limits[0].target = "nothing"; }},
      {"limit_incomplete", "controls[2].limits[1].target", [](AssayDefinition& a) { a.controls[1].limits[0].upper.reset(); }},
      {"limit_incomplete", "controls[2].limits[1].target", [](AssayDefinition& a) { std::swap(a.controls[1].limits[0].lower, a.controls[1].limits[0].upper); }},
      {"not_a_cycle", "controls[2].limits[2].target", [](AssayDefinition& a) { a.controls[1].limits[1].upper = 60; }},
      {"limit_twice", "controls[2].limits[2].target", [](AssayDefinition& a) { a.controls[1].limits[1].target = "M1"; }},
      {"control_misses_target", "controls[1].limits", [](AssayDefinition& a) { a.controls[0].limits.erase(a.controls[0].limits.begin()); }},
      {"positive_control_misses_target", "controls[2].limits", [](AssayDefinition& a) { a.controls[1].limits.erase(a.controls[1].limits.begin()); }},
      {"control_without_limits", "controls[3].limits", [](AssayDefinition& a) { a.controls[2].limits.clear(); }},
      {"absence_bound_too_early", "controls[1].limits[2].absent_or_above", [](AssayDefinition& a) { a.controls[0].limits[1].lower = 44; }},
      {"monitored_nothing", "controls[5].monitored", [](AssayDefinition& a) { a.controls[4].monitored = true; }},
      {"control_required", "controls", [](AssayDefinition& a) { a.controls.erase(a.controls.begin()); a.inhibition.clear(); }},
      {"duplicate_in_list", "validity[2].id", [](AssayDefinition& a) { a.validity[1].id = "IC_late"; }},
      {"validity_of_absence", "validity[2].target", [](AssayDefinition& a) { a.validity[1].limit = {"REF", qpcr::LimitKind::not_detected, {}, {}}; }},
      {"endogenous_window", "validity[3].target", [](AssayDefinition& a) { a.validity[2].limit = {"ACTB", qpcr::LimitKind::at_most, {}, 32}; }},
      {"endogenous_one_sided", "validity[3].target", [](AssayDefinition& a) { a.status = qpcr::AssayStatus::literature_reproduction; a.validity[2].limit = {"ACTB", qpcr::LimitKind::at_most, {}, 32}; }},
      {"exception_target", "validity[1].exception_beside", [](AssayDefinition& a) { a.validity[0].exception_target = "REF"; }},
      {"exception_cycle", "validity[1].exception_beside", [](AssayDefinition& a) { a.validity[0].exception_at_most = 44.5; }},
      {"inhibition_needs_spike", "inhibition[1].target", [](AssayDefinition& a) { a.inhibition[0].target = "ACTB"; }},
      {"inhibition_without_limit", "inhibition[1].maximum_shift", [](AssayDefinition& a) { a.inhibition[0].maximum_shift_cycles.reset(); a.inhibition[0].maximum_shift_sd.reset(); }},
      {"not_above_zero", "inhibition[1].maximum_shift", [](AssayDefinition& a) { a.inhibition[0].maximum_shift_cycles = -3; }},
      {"not_above_zero", "inhibition[1].maximum_shift_sd", [](AssayDefinition& a) { a.inhibition[0].maximum_shift_sd = 0; }},
      {"unknown_name_near", "inhibition[1].against", [](AssayDefinition& a) { a.inhibition[0].against = "NTD"; }},
      {"inhibition_against_unfit", "inhibition[1].against", [](AssayDefinition& a) { a.inhibition[0].against = "PC"; }},
      {"inhibition_against_silent", "inhibition[1].against", [](AssayDefinition& a) { a.controls[0].limits[2].kind = qpcr::LimitKind::not_detected; }},
      {"inhibition_sd_wells", "inhibition[1].maximum_shift_sd", [](AssayDefinition& a) { a.controls[0].minimum_count = 2; a.controls[0].passing_count = 2; }},
      {"replicate_count", "replicates.count", [](AssayDefinition& a) { a.replicates.count = 97; }},
      {"replicate_minimum", "replicates.minimum_valid", [](AssayDefinition& a) { a.replicates.minimum_valid = 4; }},
      {"outlier_needs_three", "replicates.outlier_beyond", [](AssayDefinition& a) { a.replicates.count = 2; }},
      {"not_above_zero", "replicates.outlier_beyond", [](AssayDefinition& a) { a.replicates.outlier_beyond_cycles = 0; }},
      {"duplicate_in_list", "standard_curves[2].id", [](AssayDefinition& a) { a.standard_curves[1].id = "RUN"; }},
      {"not_a_unit", "standard_curves[1].unit", [](AssayDefinition& a) { a.standard_curves[0].unit = "copies per mL"; }},
      {"curve_half_fixed", "standard_curves[2].intercept", [](AssayDefinition& a) { a.standard_curves[1].intercept.reset(); }},
      {"slope_not_falling", "standard_curves[2].slope", [](AssayDefinition& a) { a.standard_curves[1].slope = 3.4; }},
      {"slope_impossible", "standard_curves[2].slope", [](AssayDefinition& a) { a.standard_curves[1].slope = -2.5; }},
      {"curve_without_standards", "standard_curves[1].id", [](AssayDefinition& a) { a.controls.pop_back(); }},
      {"curve_levels", "standard_curves[1].minimum_levels", [](AssayDefinition& a) { a.standard_curves[0].minimum_levels = 2; }},
      {"window_reversed", "standard_curves[1].slope_window", [](AssayDefinition& a) { a.standard_curves[0].slope_window = {-3.1, -3.6}; }},
      {"r_range", "standard_curves[1].minimum_r", [](AssayDefinition& a) { a.standard_curves[0].minimum_r = 1.1; }},
      {"window_reversed", "standard_curves[1].lower_limit", [](AssayDefinition& a) { a.standard_curves[0].lower_limit = 2e6; }},
      {"curve_unused", "standard_curves[2].id", [](AssayDefinition& a) { value(a, "copies2").curve = "run"; }},
      {"calibration_missing", "cq.threshold", [](AssayDefinition& a) { a.threshold_calibration.reset(); }},
      {"calibration_unused", "threshold_calibration", [](AssayDefinition& a) { a.cq.threshold_origin = qpcr::ThresholdOrigin::fixed; }},
      {"control_unfit", "threshold_calibration.calibrator", [](AssayDefinition& a) { a.threshold_calibration->calibrator = "NTC"; }},
      {"control_unfit", "threshold_calibration.weak_positive", [](AssayDefinition& a) { a.threshold_calibration->weak_positive = "PC"; }},
      {"unknown_name_near", "threshold_calibration.weak_positive", [](AssayDefinition& a) { a.threshold_calibration->weak_positive = "WPD"; }},
      {"shift_factor_range", "threshold_calibration.maximum_shift_factor", [](AssayDefinition& a) { a.threshold_calibration->maximum_shift_factor = 0.9; }},
      {"calibration_wells", "threshold_calibration.minimum_wells", [](AssayDefinition& a) { a.threshold_calibration->minimum_wells = 1; }},
      {"not_above_zero", "threshold_calibration.bias_limit", [](AssayDefinition& a) { a.threshold_calibration->bias_limit_cycles = 0; }},
      {"duplicate_identifier", "covariates[2].id", [](AssayDefinition& a) { covariate(a, "afp").id = "m1"; }},
      {"not_a_unit", "covariates[2].unit", [](AssayDefinition& a) { covariate(a, "afp").unit = "µg/L"; }},
      {"not_above_zero", "covariates[2].conversions[1].factor", [](AssayDefinition& a) { covariate(a, "afp").conversions[0].factor = 0; }},
      {"conversion_factor", "covariates[2].conversions[1].factor", [](AssayDefinition& a) { covariate(a, "afp").conversions[0].factor = 0.1; }},
      {"conversion_twice", "covariates[2].conversions[1].unit", [](AssayDefinition& a) { covariate(a, "afp").conversions[0].unit = "ug/L"; }},
      {"conversion_twice", "covariates[2].conversions[2].unit", [](AssayDefinition& a) { covariate(a, "afp").conversions[1].unit = "mg/hL"; covariate(a, "afp").conversions[0].unit = "ug/dL"; covariate(a, "afp").conversions[1].unit = "10.ng/mL"; }},
      {"unit_unknown", "covariates[2].unit", [](AssayDefinition& a) { covariate(a, "afp").unit = "mAU/mL"; }},
      {"limit_never_acts", "flags.weak_positive", [](AssayDefinition& a) { a.flags.weak_positive_cycles = 45; }},
      {"limit_never_acts", "inhibition[1].maximum_shift", [](AssayDefinition& a) { a.inhibition[0].maximum_shift_cycles = 45; }},
      {"not_a_cycle", "validity[3].target", [](AssayDefinition& a) { a.validity[2].limit.lower = 0; }},
      {"range_reversed", "covariates[2].minimum", [](AssayDefinition& a) { covariate(a, "afp").minimum = 1e6; }},
      {"clamp_outside_range", "covariates[2].cap", [](AssayDefinition& a) { covariate(a, "afp").cap = 1e6; }},
      {"clamp_reversed", "covariates[2].floor", [](AssayDefinition& a) { covariate(a, "afp").floor = 70000; }},
      {"transform_domain", "covariates[2].minimum", [](AssayDefinition& a) { covariate(a, "afp").floor.reset(); }},
      {"not_above_zero", "covariates[2].maximum_age_days", [](AssayDefinition& a) { covariate(a, "afp").maximum_age_days = 0; }},
      {"covariate_unused", "covariates[4].id", [](AssayDefinition& a) { a.acceptance.pop_back(); }},
      {"coding_too_small", "covariates[1].coding", [](AssayDefinition& a) { covariate(a, "sex").coding.erase("male"); }},
      {"coding_flat", "covariates[1].coding", [](AssayDefinition& a) { covariate(a, "sex").coding["male"] = 0; }},
      {"duplicate_in_list", "acceptance[2].id", [](AssayDefinition& a) { a.acceptance[1].id = "volume"; }},
      {"text_incomplete", "acceptance[1].text", [](AssayDefinition& a) { a.acceptance[0].text.zh.clear(); }},
      {"unknown_name_near", "acceptance[1].covariate", [](AssayDefinition& a) { a.acceptance[0].covariate = "plasme"; }},
      {"acceptance_kind", "acceptance[1].covariate", [](AssayDefinition& a) { a.acceptance[0].covariate = "kit_lot"; }},
      {"unknown_name_near", "acceptance[2].one_of", [](AssayDefinition& a) { a.acceptance[1].one_of = {"edtb"}; }},
      {"acceptance_of_all", "acceptance[2].one_of", [](AssayDefinition& a) { a.acceptance[1].one_of = {"edta", "heparin"}; }},
      {"acceptance_of_none", "acceptance[1].at_least", [](AssayDefinition& a) { a.acceptance[0].at_least = 11; }},
      {"acceptance_of_range", "acceptance[1].at_least", [](AssayDefinition& a) { a.acceptance[0].at_least = 1; }},
      {"window_reversed", "acceptance[1].at_least", [](AssayDefinition& a) { a.acceptance[0].at_most = 1.5; }},
      {"delta_needs_target", "values[1].target", [](AssayDefinition& a) { value(a, "d1").target = "IC"; }},
      {"operand_missing", "values[1].references", [](AssayDefinition& a) { value(a, "d1").references.clear(); }},
      {"reference_role", "values[1].references", [](AssayDefinition& a) { value(a, "d1").references = {"M2"}; }},
      {"operand_twice", "values[1].references", [](AssayDefinition& a) { value(a, "d1").references = {"REF", "REF"}; }},
      {"unit_differs", "values[1].unit", [](AssayDefinition& a) { value(a, "d1").unit = "%"; }},
      {"orientation_missing", "values[1].orientation", [](AssayDefinition& a) { value(a, "d1").orientation.reset(); }},
      {"orientation_wrong", "values[1].orientation", [](AssayDefinition& a) { value(a, "d1").orientation = qpcr::Orientation::rises_with_template; }},
      {"orientation_wrong", "values[4].orientation", [](AssayDefinition& a) { value(a, "amount").orientation = qpcr::Orientation::falls_with_template; }},
      {"orientation_without_cq", "values[14].orientation", [](AssayDefinition& a) { value(a, "risk").orientation = qpcr::Orientation::rises_with_template; }},
      {"orientation_undecided", "values[12].orientation", [](AssayDefinition& a) { value(a, "lp").terms = {{"d1", 1}, {"copies", 1}}; value(a, "lp").orientation = qpcr::Orientation::rises_with_template; }},
      {"needs_delta", "values[3].value", [](AssayDefinition& a) { value(a, "dd1").value = "sex"; }},
      {"control_or_reference_value", "values[3].control", [](AssayDefinition& a) { value(a, "dd1").reference_value = 2; }},
      {"control_unfit", "values[3].control", [](AssayDefinition& a) { value(a, "dd1").control = "NTC"; }},
      {"control_silent", "values[3].control", [](AssayDefinition& a) { by_id(a.controls, "CAL").limits[0] = {"M1", qpcr::LimitKind::not_detected, {}, {}}; }},
      {"base_range", "values[4].base", [](AssayDefinition& a) { value(a, "amount").base = 1; }},
      {"base_range", "values[5].efficiency_bases", [](AssayDefinition& a) { value(a, "ratio").efficiency_bases["M1"] = 2.3; }},
      {"base_missing", "values[5].efficiency_bases", [](AssayDefinition& a) { value(a, "ratio").efficiency_bases.erase("REF"); }},
      {"base_of_other", "values[5].efficiency_bases", [](AssayDefinition& a) { value(a, "ratio").efficiency_bases["M2"] = 2; }},
      {"unknown_name_near", "values[6].curve", [](AssayDefinition& a) { value(a, "copies").curve = "ran"; }},
      {"curve_of_other_target", "values[6].curve", [](AssayDefinition& a) { value(a, "copies").curve = "fixed"; }},
      {"control_unfit", "values[8].control", [](AssayDefinition& a) { value(a, "pmr").control = "WPC"; }},
      {"scale_of_unit", "values[8].scale", [](AssayDefinition& a) { value(a, "pmr").scale = 1; }},
      {"unit_differs", "values[9].unit", [](AssayDefinition& a) { value(a, "load").unit = "{copies}/uL"; }},
      {"unit_differs", "values[9].unit", [](AssayDefinition& a) { value(a, "load").multiply[1].unit = "mL"; }},
      {"unit_missing", "values[9].unit", [](AssayDefinition& a) { value(a, "load").unit.clear(); }},
      {"not_above_zero", "values[9].multiply", [](AssayDefinition& a) { value(a, "load").multiply[1].number = 0; }},
      {"not_a_unit", "values[9].divide", [](AssayDefinition& a) { value(a, "load").divide[0].unit = "micro litre"; }},
      {"divides_by_zero", "values[9].divide", [](AssayDefinition& a) { covariate(a, "plasma").minimum = 0; }},
      {"ratio_negative", "values[9].divide", [](AssayDefinition& a) { covariate(a, "plasma").minimum = -1; }},
      {"ratio_negative", "values[9].divide", [](AssayDefinition& a) { value(a, "load").divide[1].id = "d1"; }},
      {"ratio_negative", "values[8].value", [](AssayDefinition& a) { value(a, "pmr").value = "d1"; }},
      {"operand_missing", "values[9].multiply", [](AssayDefinition& a) { value(a, "load").multiply.clear(); }},
      {"operand_missing", "values[10].values", [](AssayDefinition& a) { value(a, "share").values.clear(); }},
      {"operand_twice", "values[10].values", [](AssayDefinition& a) { value(a, "share").values = {"copies"}; }},
      {"operand_units", "values[10].values", [](AssayDefinition& a) { value(a, "share").values = {"plasma"}; }},
      {"fraction_negative", "values[10].values", [](AssayDefinition& a) { value(a, "share").values = {"d1"}; }},
      {"unit_differs", "values[11].unit", [](AssayDefinition& a) { value(a, "density").unit = "mL"; }},
      {"operand_missing", "values[12].terms", [](AssayDefinition& a) { value(a, "lp").terms.clear(); }},
      {"term_of_zero", "values[12].terms", [](AssayDefinition& a) { value(a, "lp").terms["sex"] = 0; }},
      {"unknown_name", "values[12].terms", [](AssayDefinition& a) { value(a, "lp").terms["log_load"] = 1; }},
      {"unknown_name_near", "values[12].terms", [](AssayDefinition& a) { value(a, "lp").terms["lp"] = 1; }},
      {"lot_is_no_number", "values[12].terms", [](AssayDefinition& a) { value(a, "lp").terms["kit_lot"] = 1; }},
      {"not_above_zero", "values[13].recalibration", [](AssayDefinition& a) { value(a, "p").recalibration->slope = -1; }},
      {"survival_range", "values[14].baseline_survival", [](AssayDefinition& a) { value(a, "risk").baseline_survival = 1; }},
      {"operand_missing", "values[15].sigmoids", [](AssayDefinition& a) { value(a, "sig").sigmoids.clear(); }},
      {"sigmoid_flat", "values[15].sigmoids", [](AssayDefinition& a) { value(a, "sig").sigmoids[0].slope = 0; }},
      {"not_above_zero", "values[15].scale", [](AssayDefinition& a) { value(a, "sig").scale = 0; }},
      {"operand_missing", "values[16].values", [](AssayDefinition& a) { value(a, "worst").values.pop_back(); }},
      {"operand_units", "values[16].values", [](AssayDefinition& a) { value(a, "worst").values = {"d1", "plasma"}; }},
      {"operand_missing", "values[17].bands", [](AssayDefinition& a) { value(a, "points").bands.resize(1); }},
      {"band_last_closed", "values[17].bands", [](AssayDefinition& a) { value(a, "points").bands[2].below = 7; }},
      {"band_open_inside", "values[17].bands", [](AssayDefinition& a) { value(a, "points").bands[1].at_most.reset(); }},
      {"band_two_ends", "values[17].bands", [](AssayDefinition& a) { value(a, "points").bands[1].below = 5; }},
      {"band_order", "values[17].bands", [](AssayDefinition& a) { value(a, "points").bands[1].at_most = 1; }},
      {"band_order", "values[17].bands", [](AssayDefinition& a) { value(a, "points").bands[1] = {2, {}, 1}; }},
      {"band_unreached", "values[17].bands[1].value", [](AssayDefinition& a) { value(a, "points").bands[0].below = 1; }},
      {"transform_domain", "values[18].transform", [](AssayDefinition& a) { value(a, "log_load").floor.reset(); }},
      {"clamp_reversed", "values[18].floor", [](AssayDefinition& a) { value(a, "log_load").cap = 0.5; }},
      {"transform_none", "values[18].transform", [](AssayDefinition& a) { value(a, "log_load").transform = qpcr::Transform::none; value(a, "log_load").floor.reset(); }},
      {"digits_range", "values[1].display_digits", [](AssayDefinition& a) { value(a, "d1").display_digits = 7; }},
      {"duplicate_identifier", "values[2].id", [](AssayDefinition& a) { value(a, "d2").id = "d1"; }},
      {"value_unused", "values[15].id", [](AssayDefinition& a) { value(a, "sig").scale = 50; }},
      {"duplicate_in_list", "rules[2].id", [](AssayDefinition& a) { a.rules[1].id = "R1"; }},
      {"gray_without_limit", "rules[1].gray", [](AssayDefinition& a) { a.rules[0].gray = qpcr::GrayZone{9.5, 10}; }},
      {"window_reversed", "rules[1].gray", [](AssayDefinition& a) { a.rules[0].gray = qpcr::GrayZone{9, 9}; }},
      {"compared_rounded", "rules[1].compare", [](AssayDefinition& a) { a.rules[0].compare = qpcr::Comparison::rounded; }},
      {"digits_range", "rules[1].digits", [](AssayDefinition& a) { a.rules[0].compare = qpcr::Comparison::rounded; a.rules[0].digits = 9; }},
      {"unknown_name_near", "rules[1].value", [](AssayDefinition& a) { a.rules[0].value = "d3"; }},
      {"unit_missing", "rules[3].unit", [](AssayDefinition& a) { rule(a, "r3").unit.clear(); }},
      {"unit_differs", "rules[3].unit", [](AssayDefinition& a) { rule(a, "r3").unit = "{copies}/uL"; }},
      {"not_a_unit", "rules[3].unit", [](AssayDefinition& a) { rule(a, "r3").unit = "copies / mL"; }},
      {"limit_outside_scale", "rules[4].at_least", [](AssayDefinition& a) { rule(a, "rp").limit = 1; }},
      {"rule_never_holds", "rules[1].at_most", [](AssayDefinition& a) { a.rules[0].limit = -50; a.rules[0].gray.reset(); }},
      {"rule_never_fails", "rules[1].at_most", [](AssayDefinition& a) { a.rules[0].limit = 60; a.rules[0].gray.reset(); }},
      {"replicate_share", "rules[2].at_least_replicates", [](AssayDefinition& a) { a.rules[1].at_least_replicates = 4; }},
      {"replicate_tubes", "rules[2].at_least_replicates", [](AssayDefinition& a) { a.targets[1].tube = "2"; a.targets[1].dye = "ROX"; }},
      {"unknown_name_near", "rules[4].alternate", [](AssayDefinition& a) { rule(a, "rp").alternate = "r9"; }},
      {"alternate_circle", "rules[4].alternate", [](AssayDefinition& a) { rule(a, "r1").alternate = "rp"; }},
      {"alternate_never_used", "rules[4].alternate", [](AssayDefinition& a) { covariate(a, "afp").missing = qpcr::MissingPolicy::refuse; }},
      {"alternate_no_help", "rules[4].alternate", [](AssayDefinition& a) { a.rules[0].value = "p"; a.rules[0].limit = 0.6; a.rules[0].relation = qpcr::Relation::at_least; a.rules[0].gray.reset(); a.rules[0].unit.clear(); }},
      {"alternate_replicates", "rules[4].alternate", [](AssayDefinition& a) { a.rules[0].at_least_replicates = 1; }},
      {"alternate_opposite", "rules[4].alternate", [](AssayDefinition& a) { a.rules[0].relation = qpcr::Relation::at_least; }},
      {"high_cq_positive", "rules[2].value", [](AssayDefinition& a) { a.rules[1].relation = qpcr::Relation::above; }},
      {"target_decides_nothing", "targets[2].id", [](AssayDefinition& a) { a.rules[1].value = "d1"; }},
      {"call_missing", "call", [](AssayDefinition& a) { a.positive.reset(); }},
      {"claim_forbids_call", "claim", [](AssayDefinition& a) { a.claim = qpcr::Claim::prognosis; }},
      {"unknown_name_near", "call.positive", [](AssayDefinition& a) { a.positive->operands[0].rule = "r9"; }},
      {"expression_empty", "call.positive", [](AssayDefinition& a) { a.positive->operands.clear(); }},
      {"expression_share", "call.positive", [](AssayDefinition& a) { a.positive->kind = qpcr::CallExpression::Kind::at_least; a.positive->at_least = 3; }},
      {"expression_twice", "call.positive", [](AssayDefinition& a) { a.positive->operands[1] = a.positive->operands[0]; }},
      {"rule_unused", "rules[2].id", [](AssayDefinition& a) { a.positive->operands.erase(a.positive->operands.begin()); }},
      {"classification_missing", "classification", [](AssayDefinition& a) { a.claim = qpcr::Claim::prognosis; a.positive.reset(); }},
      {"classification_beside_call", "classification", [](AssayDefinition& a) { a.classification = qpcr::Classification{}; a.classification->value = "risk"; }},
      {"rule_unused", "rules[1].id", [](AssayDefinition& a) { const auto rules = a.rules; score(a); a.rules = rules; }},
      {"unknown_name_near", "classification.value", [](AssayDefinition& a) { score(a); a.classification->value = "rusk"; }},
      {"operand_missing", "classification.classes", [](AssayDefinition& a) { score(a); a.classification->classes.resize(1); }},
      {"band_order", "classification.classes", [](AssayDefinition& a) { score(a); a.classification->classes.insert(a.classification->classes.begin(), {"x", {"中", "Mid"}, 0.5, {}}); }},
      {"duplicate_in_list", "classification.classes[2].id", [](AssayDefinition& a) { score(a); a.classification->classes[1].id = "low"; }},
      {"class_unreachable", "classification.classes[2].id", [](AssayDefinition& a) { score(a); a.classification->classes[0].below = 0.9; }},
      {"class_unreachable", "classification.classes[1].id", [](AssayDefinition& a) { score(a); a.classification->value = "plasma"; a.classification->unit = "mL"; a.classification->classes[0].below = 1; }},
      {"class_of_undetected", "classification.value", [](AssayDefinition& a) { score(a); a.classification->value = "d1"; a.classification->classes[0].below = 5; }},
      {"class_of_undetected", "classification.value", [](AssayDefinition& a) { score(a); a.classification->value = "p"; a.classification->classes[0].below = 0.5; }},
      {"released_class_of_cq", "classification.value", [](AssayDefinition& a) { score(a); release(a); a.classification->value = "p"; for (auto& t : a.targets) t.not_detected = {}; }},
      {"tube_without_validity", "targets[1].not_detected", [](AssayDefinition& a) { a.targets[0].tube = "3"; }},
      {"repeat_maximum", "repeat.maximum", [](AssayDefinition& a) { a.repeat.maximum = 11; }},
      {"repeat_incomplete", "repeat", [](AssayDefinition& a) { a.repeat.rules.clear(); }},
      {"repeat_two_of_three", "repeat.decision", [](AssayDefinition& a) { a.repeat.maximum = 1; }},
      {"repeat_twice", "repeat.requests[2].cause", [](AssayDefinition& a) { a.repeat.rules[1].cause = qpcr::RepeatCause::gray; }},
      {"repeat_never", "repeat.requests[2].cause", [](AssayDefinition& a) { a.repeat.rules[1].cause = qpcr::RepeatCause::inhibited; a.inhibition.clear(); }},
      {"below_zero", "flags.weak_positive", [](AssayDefinition& a) { a.flags.weak_positive_cycles = -1; }},
      {"not_above_zero", "flags.neighbour_difference", [](AssayDefinition& a) { a.flags.neighbour_difference_cycles = 0; }},
      {"source_unused", "sources[2].id", [](AssayDefinition& a) { a.sources.push_back({"other", "Other.", qpcr::SourceCertainty::found}); }},
      {"source_recalled", "sources[1].certainty", [](AssayDefinition& a) { a.sources[0].certainty = qpcr::SourceCertainty::recalled; }},
      {"source_assumed", "sources[1].certainty", [](AssayDefinition& a) { a.status = qpcr::AssayStatus::literature_reproduction; }},
      {"release_not_in_force", "release", [](AssayDefinition& a) { release(a); a.status = qpcr::AssayStatus::draft; a.statements = {{"仅供科研/演示，不得用于临床诊断", "Research"}}; }},
      {"release_missing", "release", [](AssayDefinition& a) { release(a); a.release.reset(); }},
      {"release_reference", "release.registration", [](AssayDefinition& a) { release(a); a.release->registration.clear(); }},
      {"record_incomplete", "release.verified_by", [](AssayDefinition& a) { release(a); a.release->verified_by = " "; }},
      {"not_a_sha256", "release.verification_sha256", [](AssayDefinition& a) { release(a); a.release->verification_sha256 = "A" + std::string(63, 'a'); }},
      {"not_a_date", "release.valid_from", [](AssayDefinition& a) { release(a); a.release->valid_from = "2026-02-29"; }},
      {"validity_reversed", "release.valid_until", [](AssayDefinition& a) { release(a); a.release->valid_until = "2026-03-01"; }},
      {"verified_after_start", "release.verification_date", [](AssayDefinition& a) { release(a); a.release->verification_date = "2026-03-03"; }},
      {"released_source", "sources[1].certainty", [](AssayDefinition& a) { release(a); a.sources[0].certainty = qpcr::SourceCertainty::recalled; }},
      {"aid_statement", "statements", [](AssayDefinition& a) { release(a); a.statements.clear(); }},
      {"released_threshold", "cq.threshold", [](AssayDefinition& a) { release(a); a.cq.threshold_origin = qpcr::ThresholdOrigin::plate; for (auto& t : a.targets) t.threshold.reset(); }},
      {"released_vendor_cq", "cq.origin", [](AssayDefinition& a) { release(a); a.cq.origin = qpcr::CqOrigin::vendor; }},
      {"released_internal_control", "targets", [](AssayDefinition& a) { release(a); a.targets.resize(3); }},
      {"cutoff_record_missing", "rules[1].establishment", [](AssayDefinition& a) { release(a); a.rules[0].establishment.reset(); }},
      {"cutoff_record_missing", "rules[4].verification", [](AssayDefinition& a) { release(a); a.rules[3].verification.reset(); }},
      {"record_incomplete", "rules[1].establishment.cases", [](AssayDefinition& a) { release(a); a.rules[0].establishment->cases = 0; }},
      {"not_a_date", "rules[1].establishment.date", [](AssayDefinition& a) { release(a); a.rules[0].establishment->date = "May 2026"; }},
      {"verified_on_own_data", "rules[1].verification.dataset", [](AssayDefinition& a) { release(a); a.rules[0].verification->dataset = "set A"; }},
      {"positive_unreachable", "call.positive", [](AssayDefinition& a) { for (auto& r : a.rules) r.gray.reset(); a.rules[1].at_least_replicates.reset(); a.rules[2].value = "d2"; a.rules[2].unit.clear(); a.rules[2].limit = 9; a.rules[3].alternate.clear(); a.positive->kind = qpcr::CallExpression::Kind::all; a.positive->operands[1].operands.clear(); a.positive->operands[1] = a.positive->operands[0]; a.positive->operands[1].rule = "r3"; }},
      {"negative_unreachable", "call.positive", [](AssayDefinition& a) { a.rules[1].at_least_replicates.reset(); a.rules[2].value = "d2"; a.rules[2].unit.clear(); a.rules[2].limit = 7; a.positive->operands[1] = a.positive->operands[0]; a.positive->operands[1].rule = "r3"; }},
  };
  std::set<std::string> shown{"unreadable", "unpublished_number"};
  for (const Row& row : rows) {
    AssayDefinition assay = whole();
    row.change(assay);
    const auto findings = qpcr::inspect_assay(assay);
    INFO(row.code << " at " << row.field << "\n" << list(findings));
    const Finding* finding = find(findings, row.code, row.field);
    CHECK(finding != nullptr);
    if (finding == nullptr) continue;
    CHECK(finding->message.id == "finding." + finding->code);
    CHECK(finding->english.find('{') == finding->english.find("{c"));  // every placeholder is filled; units have braces
    shown.insert(row.code);
  }
  // Every finding that the room can make is shown by a row, and every row's finding is a known one.
  std::set<std::string> known;
  for (const auto& text : qpcr::checking::finding_texts()) known.insert(std::string(text.code));
  for (const std::string& code : known) {
    INFO(code);
    CHECK(shown.contains(code));
  }
  CHECK(known == shown);
}

TEST_CASE("the catalogue words every finding in both languages, with the English of the errors") {
  const auto words = nlohmann::json::parse(
      qpcr::read_file(std::filesystem::path(QPCR_SOURCE_DIR) / "libqpcr/report/messages/assay_check.json"));
  std::set<std::string> known;
  for (const auto& text : qpcr::checking::finding_texts()) {
    const std::string id = "finding." + std::string(text.code);
    INFO(id);
    REQUIRE(words.contains(id));
    CHECK(words[id]["en"].get<std::string>() == text.english);
    CHECK_FALSE(words[id]["zh"].get<std::string>().empty());
    CHECK(known.insert(std::string(text.code)).second);
  }
  CHECK(words.size() == known.size());
  // Every code that the sources name has a wording, and every wording is named.
  std::string sources;
  for (const char* file : {"check_header.cpp", "check_sources.cpp", "check_reactions.cpp", "check_values.cpp",
                           "check_decision.cpp", "findings.cpp"}) {
    sources += qpcr::read_file(std::filesystem::path(QPCR_SOURCE_DIR) / "libqpcr/assay" / file);
  }
  const std::regex use(R"re(\b(?:error|warn|note|fail)\(\s*"([a-z_0-9]+)")re");
  for (std::sregex_iterator it(sources.begin(), sources.end(), use), end; it != end; ++it) {
    INFO((*it)[1].str());
    CHECK(known.contains((*it)[1].str()));
  }
  for (const std::string& code : known) {
    INFO(code);
    CHECK(sources.find("\"" + code + "\"") != std::string::npos);
  }
}

namespace {

using Numbers = std::map<std::string, double>;

/// The values by their formulas alone, without anything of the library's analysis.
double naive(const qpcr::ValueDefinition& v, const Numbers& known) {
  const auto at = [&](const std::string& id) { return known.at(id); };
  double sum = v.intercept;
  for (const auto& [id, coefficient] : v.terms) sum += coefficient * at(id);
  switch (v.kind) {
    case qpcr::ValueKind::delta_cq:
      return at(v.target) - at(v.references.at(0));
    case qpcr::ValueKind::relative_amount:
      return v.scale * std::pow(v.base, -at(v.value));
    case qpcr::ValueKind::fraction:
      return at(v.value) / (at(v.value) + at(v.values.at(0)));
    case qpcr::ValueKind::product:
      return at(v.multiply.at(0).id) / at(v.divide.at(0).id);
    case qpcr::ValueKind::linear:
      return sum;
    case qpcr::ValueKind::logistic:
      return 1 / (1 + std::exp(-sum));
    case qpcr::ValueKind::survival:
      return 1 - std::pow(*v.baseline_survival, std::exp(sum));
    case qpcr::ValueKind::max_of_sigmoids: {
      double best = 0;
      for (const auto& s : v.sigmoids) best = std::max(best, 1 / (1 + std::exp(-s.slope * (at(s.value) - s.centre))));
      return best;
    }
    case qpcr::ValueKind::maximum:
      return std::max(at(v.values.at(0)), at(v.values.at(1)));
    case qpcr::ValueKind::minimum:
      return std::min(at(v.values.at(0)), at(v.values.at(1)));
    case qpcr::ValueKind::bands:
      return at(v.value) < *v.bands.at(0).below ? v.bands.at(0).value : v.bands.at(1).value;
    default:
      return std::min(std::max(at(v.value), *v.floor), *v.cap);
  }
}

}  // namespace

TEST_CASE("direction and range of every chain of values agree with doubling the template in numbers") {
  std::mt19937 random(5);
  const auto uniform = [&](double low, double high) {
    return low + (high - low) * (static_cast<double>(random()) / 4294967296.0);
  };
  int decided = 0;
  int both = 0;
  for (int trial = 0; trial < 400; ++trial) {
    AssayDefinition assay = whole();
    assay.values.clear();
    std::vector<std::string> ids;      // values that may be of either sign
    std::vector<std::string> amounts;  // values that are never negative
    const auto add = [&](qpcr::ValueDefinition v) {
      v.id = "v" + std::to_string(assay.values.size());
      ids.push_back(v.id);
      if (v.kind == qpcr::ValueKind::relative_amount) amounts.push_back(v.id);
      assay.values.push_back(std::move(v));
    };
    for (const char* target : {"M1", "M2"}) {
      qpcr::ValueDefinition delta;
      delta.kind = qpcr::ValueKind::delta_cq;
      delta.target = target;
      delta.references = {"REF"};
      add(delta);
      qpcr::ValueDefinition amount;
      amount.kind = qpcr::ValueKind::relative_amount;
      amount.value = ids.back();
      amount.scale = 100;
      add(amount);
    }
    const auto any = [&] { return ids[random() % ids.size()]; };
    for (int extra = 0; extra < 4; ++extra) {
      using Kind = qpcr::ValueKind;
      const std::vector<Kind> kinds{Kind::fraction, Kind::product,         Kind::linear,  Kind::logistic,
                                    Kind::survival, Kind::max_of_sigmoids, Kind::maximum, Kind::minimum,
                                    Kind::bands,    Kind::transform};
      qpcr::ValueDefinition v;
      v.kind = kinds[random() % kinds.size()];
      v.terms = {{any(), uniform(-0.3, 0.3)}, {any(), uniform(-0.3, 0.3)}};
      v.baseline_survival = 0.9;
      v.value = any();
      v.values = {any(), any()};
      v.floor = -5;
      v.cap = 20;
      v.bands = {{2.0, {}, uniform(0, 3)}, {{}, {}, uniform(0, 3)}};
      v.sigmoids = {{any(), 5, uniform(-0.5, 0.5)}, {any(), 4, uniform(-0.5, 0.5)}};
      if (v.kind == Kind::fraction || v.kind == Kind::product) {
        v.value = amounts[0];
        v.values = {amounts[1]};
        v.multiply = {{amounts[random() % 2], 1, ""}};
        v.divide = {{amounts[random() % 2], 1, ""}};
      }
      if (v.kind != Kind::linear && v.kind != Kind::logistic && v.kind != Kind::survival) v.terms.clear();
      add(v);
    }
    const qpcr::checking::Inspection inspection(assay);
    for (int sample = 0; sample < 12; ++sample) {
      Numbers before{{"M1", uniform(20, 44)}, {"M2", uniform(20, 44)}, {"REF", uniform(20, 34)}};
      Numbers doubled = before;
      doubled["M1"] -= 1;
      for (const qpcr::ValueDefinition& v : assay.values) {
        before[v.id] = naive(v, before);
        doubled[v.id] = naive(v, doubled);
        const qpcr::checking::Operand& operand = inspection.operands.at(v.id);
        const double slack = 1e-9 * (1 + std::abs(before[v.id]));
        INFO(qpcr::to_string(v.kind) << " " << before[v.id] << " → " << doubled[v.id]);
        CHECK(before[v.id] >= operand.range.lower - slack);
        CHECK(before[v.id] <= operand.range.upper + slack);
        const double change = doubled[v.id] - before[v.id];
        const auto found = operand.directions.find("M1");
        const qpcr::checking::Direction direction =
            found == operand.directions.end() ? qpcr::checking::Direction{} : found->second;
        if (change > slack) CHECK(direction.falls);
        if (change < -slack) CHECK(direction.rises);
        decided += direction.rises != direction.falls ? 1 : 0;
        both += direction.rises && direction.falls ? 1 : 0;
      }
    }
  }
  CHECK(decided > 10000);
  CHECK(both > 1000);
}

TEST_CASE("a high Cq that speaks for positive is found through every kind of value") {
  struct Chain {
    const char* value;
    qpcr::Relation wrong;
  };
  for (const Chain& chain : {Chain{"d1", qpcr::Relation::at_least}, Chain{"dd1", qpcr::Relation::at_least},
                             Chain{"amount", qpcr::Relation::at_most}, Chain{"ratio", qpcr::Relation::at_most},
                             Chain{"copies", qpcr::Relation::at_most}, Chain{"pmr", qpcr::Relation::at_most},
                             Chain{"load", qpcr::Relation::at_most}, Chain{"share", qpcr::Relation::at_most},
                             Chain{"lp", qpcr::Relation::at_most}, Chain{"p", qpcr::Relation::at_most},
                             Chain{"sig", qpcr::Relation::at_most}, Chain{"worst", qpcr::Relation::at_least},
                             Chain{"log_load", qpcr::Relation::at_most}}) {
    INFO(chain.value);
    AssayDefinition assay = whole();
    assay.rules.push_back({});
    assay.rules.back().id = "wrong";
    assay.rules.back().value = chain.value;
    assay.rules.back().relation = chain.wrong;
    assay.rules.back().limit = 0.4;
    CHECK(find(qpcr::inspect_assay(assay), "high_cq_positive", "rules[5].value") != nullptr);
    const bool low = chain.wrong == qpcr::Relation::at_most;
    assay.rules.back().relation = low ? qpcr::Relation::at_least : qpcr::Relation::at_most;
    if (std::string_view(chain.value) != "share") {  // a share rises with one target and falls with the other
      CHECK(find(qpcr::inspect_assay(assay), "high_cq_positive", "rules[5].value") == nullptr);
    }
    assay.rules.back().relation = chain.wrong;
    for (qpcr::AssayTarget& target : assay.targets) target.not_detected = {};
    CHECK(find(qpcr::inspect_assay(assay), "high_cq_positive", "rules[5].value") == nullptr);
  }
}

TEST_CASE("a score that a failed reaction could reach is refused, and a released one may not depend on any Cq") {
  AssayDefinition assay = whole();
  score(assay);
  CHECK(find(qpcr::inspect_assay(assay), "class_of_undetected", "classification.value") == nullptr);
  for (const auto& [id, edge] : {std::pair<const char*, double>{"d1", 5}, {"amount", 2}, {"sig", 50}}) {
    INFO(id);
    assay.classification->value = id;
    assay.classification->classes[0].below = edge;
    assay.status = qpcr::AssayStatus::simulated;
    CHECK(find(qpcr::inspect_assay(assay), "class_of_undetected", "classification.value") != nullptr);
    assay.status = qpcr::AssayStatus::draft;
    CHECK(find(qpcr::inspect_assay(assay), "class_of_undetected", "classification.value") == nullptr);
  }
  assay.status = qpcr::AssayStatus::simulated;
  AssayDefinition paired = assay;
  for (qpcr::AssayTarget& target : paired.targets) target.not_detected.paired_with = "REF";
  CHECK(find(qpcr::inspect_assay(paired), "class_of_undetected", "classification.value") == nullptr);
  for (qpcr::AssayTarget& target : assay.targets) target.not_detected = {};
  CHECK(find(qpcr::inspect_assay(assay), "class_of_undetected", "classification.value") == nullptr);
  release(assay);
  CHECK(find(qpcr::inspect_assay(assay), "released_class_of_cq", "classification.value") != nullptr);
  assay.classification->value = "risk";
  CHECK(find(qpcr::inspect_assay(assay), "released_class_of_cq", "classification.value") == nullptr);
}

TEST_CASE("a tube without a validity rule is refused where it is released, unless all of its targets must be there") {
  AssayDefinition assay = whole();
  assay.targets[0].tube = "3";
  const Finding* finding = nullptr;
  const auto findings = qpcr::inspect_assay(assay);
  finding = find(findings, "tube_without_validity", "targets[1].not_detected");
  REQUIRE(finding != nullptr);
  CHECK(finding->severity == Finding::Severity::warning);
  release(assay);
  const auto released = qpcr::inspect_assay(assay);
  finding = find(released, "tube_without_validity", "targets[1].not_detected");
  REQUIRE(finding != nullptr);
  CHECK(finding->severity == Finding::Severity::error);
  assay.targets[0].not_detected = {};
  CHECK(find(qpcr::inspect_assay(assay), "tube_without_validity", "targets[1].not_detected") == nullptr);
}

TEST_CASE("a product keeps a unit whose factor is no power of ten") {
  AssayDefinition assay = whole();
  covariate(assay, "plasma").unit = "d";
  qpcr::ValueDefinition& load = value(assay, "load");
  load.multiply = {{"", 50, "ng/mL"}};
  load.divide = {{"plasma", 1, ""}};
  const auto unit_findings = [&](const char* unit) {
    load.unit = unit;
    std::string text;
    for (const Finding& finding : qpcr::inspect_assay(assay)) {
      if (finding.field == "values[9].unit") text += finding.code + ": " + finding.english;
    }
    return text;
  };
  CHECK(unit_findings("ng/mL/d").empty());
  CHECK(unit_findings("ug/L/d").empty());
  CHECK(unit_findings("ng/mL/h").find("unit_differs") == 0);
  CHECK(unit_findings("").find("1.157e-11") != std::string::npos);
}

TEST_CASE("a template may leave numbers open, each is named, and nothing is guessed from them") {
  AssayDefinition assay = whole();
  assay.status = qpcr::AssayStatus::template_only;
  rule(assay, "r1").limit = std::nan("");
  rule(assay, "r1").gray.reset();
  value(assay, "p").terms["d1"] = std::nan("");
  covariate(assay, "afp").maximum = std::nan("");
  const auto findings = qpcr::inspect_assay(assay);
  INFO(list(findings));
  CHECK_FALSE(qpcr::has_errors(findings));
  for (const char* field : {"rules[1].at_most", "values[13].terms.d1", "covariates[2].maximum"}) {
    const Finding* finding = find(findings, "unpublished_number", field);
    REQUIRE(finding != nullptr);
    CHECK(finding->severity == Finding::Severity::note);
  }
  assay.status = qpcr::AssayStatus::simulated;
  CHECK(find(qpcr::inspect_assay(assay), "unpublished_outside_template", "rules[1].at_most") != nullptr);
}

TEST_CASE("findings of a file come in the order of its lines, all at once") {
  std::string text = assay_test::whole_definition();
  text = assay_test::replace_once(text, "version = \"1.0.0\"", "version = \"1\"");
  text = assay_test::replace_once(text, "minimum_r = 0.98", "minimum_r = 98");
  text = assay_test::replace_once(text, "baseline_survival = 0.99", "baseline_survival = 1.5");
  std::vector<std::string> codes;
  long line = 0;
  for (const Finding& finding : qpcr::inspect_assay_text(text, "a.toml")) {
    CHECK(finding.line >= line);
    line = finding.line;
    if (finding.severity == Finding::Severity::error) {
      codes.push_back(finding.code);
      CHECK(finding.line > 1);
    }
  }
  CHECK(codes == std::vector<std::string>{"not_a_version", "r_range", "survival_range"});
  const auto unreadable = qpcr::inspect_assay_text(assay_test::replace_once(text, "gate =", "gates ="), "a.toml");
  REQUIRE(unreadable.size() == 1);
  CHECK(unreadable[0].code == "unreadable");
  CHECK(unreadable[0].line == 23);
  CHECK(unreadable[0].english == "this key is not known; did you mean 'gate'?");
}
