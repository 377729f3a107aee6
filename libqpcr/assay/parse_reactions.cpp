// TOML → the parts of a definition that speak of reactions.
#include <algorithm>
#include <cmath>

#include "libqpcr/assay/definition_parsing.hpp"

namespace qpcr::parsing {
namespace {

CqMethod parse_method(const TomlTable& table) {
  const auto method = parse_cq_method(table.get_text("method"));
  // The rules that a call may rest on; the others are for research.
  const bool may_call = method == CqMethod::threshold || method == CqMethod::second_derivative_maximum;
  if (!may_call) table.refuse("method", "one of 'threshold', 'second_derivative_maximum'");
  return *method;
}

void parse_curve_options(const TomlTable& table, CqOptions& options) {
  options.method = parse_method(table);
  if (const auto baseline = table.find_text("baseline")) {
    const auto parsed = parse_baseline_method(*baseline);
    if (!parsed || *parsed == BaselineMethod::model) table.refuse("baseline", "one of 'none', 'constant', 'linear'");
    options.baseline.method = *parsed;
  }
  if (const auto window = find_window(table, "baseline_cycles")) {
    options.baseline.first_cycle = window->first;
    options.baseline.last_cycle = window->second;
  }
  if (const auto model = table.find_text("model")) {
    const auto parsed = parse_amplification_model(*model);
    const bool may_call = parsed == AmplificationModel::log_logistic_4 || parsed == AmplificationModel::log_logistic_5;
    if (!may_call) table.refuse("model", "one of 'log_logistic_4', 'log_logistic_5'");
    options.model = *parsed;
  }
}

CqSettings parse_cq(const TomlTable& table) {
  table.allow_only(
      {"method", "origin", "cycles", "baseline", "baseline_cycles", "model", "signal", "threshold", "gate"});
  CqSettings settings;
  settings.origin = find_choice(table, "origin", names::cq_origin, CqOrigin::computed);
  if (settings.origin == CqOrigin::computed) {
    parse_curve_options(table, settings.options);
  } else {
    for (const std::string_view key : {"method", "baseline", "baseline_cycles", "model", "threshold"}) {
      if (table.has(key)) table.refuse_because(key, "a Cq of the instrument's software is taken as it is stated");
    }
  }
  // The protocol of a template may be unpublished: its cycles stay 0.
  if (!std::isnan(table.get_number("cycles"))) settings.cycles = get_count(table, "cycles");
  if (table.has("signal")) settings.signal = get_choice(table, "signal", names::signal_scale);
  if (const auto gate = table.find_table("gate")) {
    gate->allow_only({"shape", "on_failure"});
    settings.gate.shape = get_choice(*gate, "shape", names::required_shape);
    settings.gate.on_failure = find_choice(*gate, "on_failure", names::gate_failure, GateFailure::unreadable);
  }
  return settings;
}

/// Written, or what the thresholds of the targets say; some with and some without say nothing.
ThresholdOrigin parse_threshold_origin(const TomlTable& cq, const std::vector<AssayTarget>& targets) {
  if (cq.has("threshold")) return get_choice(cq, "threshold", names::threshold_origin);
  const auto count =
      std::count_if(targets.begin(), targets.end(), [](const auto& t) { return t.threshold.has_value(); });
  if (count == 0) return ThresholdOrigin::plate;
  if (static_cast<std::size_t>(count) < targets.size()) {
    cq.refuse_because("",
                      "some targets have a threshold and others have none: say where it comes from, threshold = "
                      "\"plate\", \"fixed\" or \"calibrated\"");
  }
  return ThresholdOrigin::fixed;
}

NotDetected parse_not_detected(const TomlTable& table) {
  table.allow_only({"policy", "value", "maximum", "paired_with"});
  NotDetected policy;
  policy.policy = get_choice(table, "policy", names::not_detected_policy);
  policy.paired_with = find_word(table, "paired_with");
  const bool imputes = policy.policy == NotDetectedPolicy::impute;
  const bool censors = policy.policy == NotDetectedPolicy::censor;
  if (table.has("value") && !imputes) table.refuse_because("value", "only the policy 'impute' has a value");
  if (table.has("maximum") && !censors) table.refuse_because("maximum", "only the policy 'censor' has a maximum");
  if (imputes) policy.cycles = table.get_number("value");
  if (censors) policy.cycles = table.get_number("maximum");
  return policy;
}

AssayTarget parse_target(const TomlTable& table) {
  table.allow_only({"id", "aliases", "accession", "identifier_status", "dye", "dye_aliases", "role", "kind",
                    "treatment", "tube", "maximum_cq", "threshold", "assigned_cq", "minimum_rise", "maximum_spread",
                    "maximum_sd", "not_detected", "source"});
  AssayTarget target;
  target.id = table.get_text("id");
  target.aliases = find_list(table, "aliases");
  target.accession = find_word(table, "accession");
  target.identifier_status = find_word(table, "identifier_status");
  target.dye = table.get_text("dye");
  target.dye_aliases = find_list(table, "dye_aliases");
  target.role = get_choice(table, "role", names::target_role);
  if (table.has("kind")) target.internal_control_kind = get_choice(table, "kind", names::internal_control_kind);
  target.treatment = table.find_text("treatment").value_or(target.treatment);
  target.tube = table.find_text("tube").value_or(target.tube);
  target.maximum_cq_cycles = table.find_number("maximum_cq");
  target.threshold = table.find_number("threshold");
  target.assigned_cq_cycles = table.find_number("assigned_cq");
  target.minimum_rise = table.find_number("minimum_rise");
  target.maximum_spread_cycles = table.find_number("maximum_spread");
  target.maximum_sd_cycles = table.find_number("maximum_sd");
  if (table.has("not_detected") || target.role == TargetRole::target) {
    target.not_detected = parse_not_detected(table.get_table("not_detected"));
  }
  target.source = find_word(table, "source");
  return target;
}

/// The limit of a row that holds, beside other keys, exactly one of the limit keys.
CqLimit parse_limit(const TomlTable& table) {
  CqLimit limit;
  limit.target = table.get_text("target");
  int count = 0;
  for (const auto& [kind, name] : names::limit_kind) {
    if (!table.has(name)) continue;
    ++count;
    limit.kind = kind;
    switch (kind) {
      case LimitKind::not_detected:
        if (!table.get_flag(name)) table.refuse(name, "true (leave the key out otherwise)");
        break;
      case LimitKind::at_most:
      case LimitKind::below:
        limit.upper = table.get_number(name);
        break;
      case LimitKind::at_least:
      case LimitKind::above:
      case LimitKind::absent_or_above:
        limit.lower = table.get_number(name);
        break;
      case LimitKind::within: {
        const auto window = find_window(table, name);
        if (window->first >= window->second)
          table.refuse_because(name, "the window is reversed: expected [lower, upper]");
        limit.lower = window->first;
        limit.upper = window->second;
        break;
      }
    }
  }
  if (count != 1) {
    table.refuse_because(
        "",
        "expected exactly one of 'not_detected', 'at_most', 'below', 'at_least', 'above', 'within', 'absent_or_above'");
  }
  return limit;
}

ControlDefinition parse_control(const TomlTable& table) {
  table.allow_only(
      {"id", "kind", "sample_names", "wells", "minimum_count", "passing_count", "monitored", "limits", "source"});
  ControlDefinition control;
  control.id = table.get_text("id");
  control.kind = get_choice(table, "kind", names::control_kind);
  control.sample_names = find_list(table, "sample_names");
  control.wells = find_list(table, "wells");
  control.minimum_count = find_count(table, "minimum_count", control.minimum_count);
  if (table.has("passing_count")) control.passing_count = get_count(table, "passing_count");
  control.monitored = table.find_flag("monitored").value_or(false);
  for (const TomlTable& row : table.find_tables("limits")) {
    row.allow_only({"target", "not_detected", "at_most", "below", "at_least", "above", "within", "absent_or_above"});
    control.limits.push_back(parse_limit(row));
  }
  control.source = find_word(table, "source");
  return control;
}

/// exception_beside of a validity or an inhibition rule.
template <typename Rule>
void parse_exception(const TomlTable& table, Rule& rule) {
  const auto exception = table.find_table("exception_beside");
  if (!exception) return;
  exception->allow_only({"target", "at_most"});
  rule.exception_target = exception->get_text("target");
  rule.exception_at_most = exception->get_number("at_most");
}

ValidityRule parse_validity(const TomlTable& table) {
  table.allow_only({"id", "target", "not_detected", "at_most", "below", "at_least", "above", "within",
                    "absent_or_above", "exception_beside", "source"});
  ValidityRule rule;
  rule.id = table.get_text("id");
  rule.limit = parse_limit(table);
  parse_exception(table, rule);
  rule.source = find_word(table, "source");
  return rule;
}

InhibitionRule parse_inhibition(const TomlTable& table) {
  table.allow_only({"id", "target", "against", "maximum_shift", "maximum_shift_sd", "exception_beside", "source"});
  InhibitionRule rule;
  rule.id = table.get_text("id");
  rule.target = table.get_text("target");
  rule.against = table.get_text("against");
  rule.maximum_shift_cycles = table.find_number("maximum_shift");
  rule.maximum_shift_sd = table.find_number("maximum_shift_sd");
  if (!rule.maximum_shift_cycles && !rule.maximum_shift_sd)
    table.refuse_because("", "expected 'maximum_shift', 'maximum_shift_sd' or both");
  parse_exception(table, rule);
  rule.source = find_word(table, "source");
  return rule;
}

ReplicatePlan parse_replicates(const TomlTable& table) {
  table.allow_only({"count", "minimum_valid", "discordance", "outlier_beyond"});
  ReplicatePlan plan;
  plan.count = get_count(table, "count");
  plan.minimum_valid = find_count(table, "minimum_valid", plan.count);
  plan.discordance = find_choice(table, "discordance", names::discordance_policy, plan.discordance);
  plan.outlier_beyond_cycles = table.find_number("outlier_beyond");
  return plan;
}

StandardCurveDefinition parse_standard_curve(const TomlTable& table) {
  table.allow_only({"id", "target", "unit", "slope", "intercept", "minimum_levels", "minimum_r", "slope_window",
                    "lower_limit", "upper_limit", "source"});
  StandardCurveDefinition curve;
  curve.id = table.get_text("id");
  curve.target = table.get_text("target");
  curve.unit = table.get_text("unit");
  curve.slope = table.find_number("slope");
  curve.intercept = table.find_number("intercept");
  curve.minimum_levels = find_count(table, "minimum_levels", curve.minimum_levels);
  curve.minimum_r = table.find_number("minimum_r");
  curve.slope_window = find_window(table, "slope_window");
  curve.lower_limit = table.find_number("lower_limit");
  curve.upper_limit = table.find_number("upper_limit");
  curve.source = find_word(table, "source");
  return curve;
}

ThresholdCalibrationPlan parse_threshold_calibration(const TomlTable& table) {
  table.allow_only({"calibrator", "weak_positive", "maximum_shift_factor", "tolerance", "bias_limit", "minimum_wells",
                    "valid_days", "source"});
  ThresholdCalibrationPlan plan;
  plan.calibrator = table.get_text("calibrator");
  plan.weak_positive = table.get_text("weak_positive");
  plan.maximum_shift_factor = table.get_number("maximum_shift_factor");
  plan.tolerance_cycles = table.get_number("tolerance");
  plan.bias_limit_cycles = table.get_number("bias_limit");
  plan.minimum_wells = find_count(table, "minimum_wells", plan.minimum_wells);
  plan.valid_days = get_count(table, "valid_days");
  plan.source = find_word(table, "source");
  return plan;
}

}  // namespace

void parse_reactions(const TomlTable& root, AssayDefinition& assay) {
  if (root.has("cq") || root.has("targets")) {
    const TomlTable cq = root.get_table("cq");
    assay.cq = parse_cq(cq);
    for (const TomlTable& row : root.get_tables("targets")) assay.targets.push_back(parse_target(row));
    assay.cq.threshold_origin = parse_threshold_origin(cq, assay.targets);
  }
  for (const TomlTable& row : root.find_tables("controls")) assay.controls.push_back(parse_control(row));
  for (const TomlTable& row : root.find_tables("validity")) assay.validity.push_back(parse_validity(row));
  for (const TomlTable& row : root.find_tables("inhibition")) assay.inhibition.push_back(parse_inhibition(row));
  if (const auto table = root.find_table("replicates")) assay.replicates = parse_replicates(*table);
  for (const TomlTable& row : root.find_tables("standard_curves")) {
    assay.standard_curves.push_back(parse_standard_curve(row));
  }
  if (const auto table = root.find_table("threshold_calibration")) {
    assay.threshold_calibration = parse_threshold_calibration(*table);
  }
}

}  // namespace qpcr::parsing
