// Checks of targets, controls, validity, inhibition, replicates and standard curves.
#include <algorithm>
#include <cmath>

#include "libqpcr/assay/checking.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/core/well.hpp"

namespace qpcr::checking {
namespace {

bool demands_cq(const CqLimit& limit) {
  return limit.kind != LimitKind::not_detected && limit.kind != LimitKind::absent_or_above;
}

/// Whether a control of this kind must show the targets, must not, or either.
enum class Expectation { present, absent, either };

Expectation expectation_of(ControlKind kind) {
  switch (kind) {
    case ControlKind::no_template:
    case ControlKind::extraction_blank:
    case ControlKind::no_reverse_transcription:
      return Expectation::absent;
    case ControlKind::positive:
    case ControlKind::weak_positive:
    case ControlKind::calibrator:
    case ControlKind::fully_methylated:
      return Expectation::present;
    default:
      return Expectation::either;
  }
}

void check_limit(Inspection& in, const std::string& field, const CqLimit& limit) {
  in.demand_target(field, limit.target);
  const bool needs_upper =
      limit.kind == LimitKind::at_most || limit.kind == LimitKind::below || limit.kind == LimitKind::within;
  const bool needs_lower = limit.kind == LimitKind::at_least || limit.kind == LimitKind::above ||
                           limit.kind == LimitKind::within || limit.kind == LimitKind::absent_or_above;
  const bool reversed = limit.lower && limit.upper && *limit.lower >= *limit.upper;
  if (needs_upper != limit.upper.has_value() || needs_lower != limit.lower.has_value() || reversed) {
    in.error("limit_incomplete", field, {{"kind", std::string(to_string(limit.kind))}, {"found", limit.target}});
    return;
  }
  for (const auto& bound : {limit.lower, limit.upper}) {
    if (bound && (*bound <= 0 || *bound > in.assay.cq.cycles)) {
      in.error("not_a_cycle", field,
               {{"cycles", std::to_string(in.assay.cq.cycles)}, {"found", format_double(*bound)}});
    }
  }
}

/// A limit on a difference of Cq that no difference can exceed.
void check_difference(Inspection& in, const std::string& field, const std::optional<double>& limit) {
  if (limit && *limit >= in.assay.cq.cycles) {
    in.error("limit_never_acts", field,
             {{"cycles", std::to_string(in.assay.cq.cycles)}, {"found", format_double(*limit)}});
  }
}

void check_exception(Inspection& in, const std::string& field, const AssayTarget* target, const std::string& beside_id,
                     const std::optional<double>& at_most) {
  if (beside_id.empty()) return;
  const AssayTarget* beside = in.demand_target(field, beside_id);
  if (beside == nullptr || target == nullptr) return;
  if (beside->role != TargetRole::target || beside->tube != target->tube || !at_most) {
    in.error("exception_target", field);
  } else if (*at_most <= 0 || *at_most > effective_maximum_cq(in.assay, *beside)) {
    in.error("exception_cycle", field, {{"found", format_double(*at_most)}});
  }
}

void check_thresholds(Inspection& in) {
  const AssayDefinition& assay = in.assay;
  const ThresholdOrigin origin = assay.cq.threshold_origin;
  const bool vendor = assay.cq.origin == CqOrigin::vendor;
  const bool uses_threshold = !vendor && assay.cq.options.method == CqMethod::threshold;
  if (origin != ThresholdOrigin::plate && !uses_threshold) {
    in.error(vendor ? "vendor_threshold" : "method_without_threshold", "cq.threshold");
  }
  for (std::size_t i = 0; i < assay.targets.size(); ++i) {
    const AssayTarget& target = assay.targets[i];
    if (target.threshold) {
      if (*target.threshold <= 0) in.error("not_above_zero", at("targets", i, "threshold"));
      if (vendor) {
        in.error("vendor_threshold", at("targets", i, "threshold"));
      } else if (!uses_threshold) {
        in.error("method_without_threshold", at("targets", i, "threshold"));
      } else if (!assay.cq.signal) {
        in.error("threshold_without_scale", "cq.signal");
      }
      if (uses_threshold && origin == ThresholdOrigin::plate) {
        in.error("threshold_of_some_targets", at("targets", i, "threshold"), {{"found", target.id}});
      }
    } else if (uses_threshold && origin != ThresholdOrigin::plate) {
      in.error("threshold_missing", at("targets", i, "threshold"), {{"target", target.id}});
    }
    if (target.assigned_cq_cycles &&
        (*target.assigned_cq_cycles <= 0 || *target.assigned_cq_cycles > assay.cq.cycles)) {
      in.error("not_a_cycle", at("targets", i, "assigned_cq"),
               {{"cycles", std::to_string(assay.cq.cycles)}, {"found", format_double(*target.assigned_cq_cycles)}});
    }
    if (origin == ThresholdOrigin::calibrated && !target.assigned_cq_cycles) {
      in.error("assigned_cq_missing", at("targets", i, "assigned_cq"), {{"target", target.id}});
    }
    if (vendor && target.minimum_rise) in.error("vendor_gate", at("targets", i, "minimum_rise"));
  }
}

void check_not_detected(Inspection& in, const AssayTarget& target, std::size_t i) {
  const NotDetected& policy = target.not_detected;
  const std::string field = at("targets", i, "not_detected");
  const double maximum = effective_maximum_cq(in.assay, target);
  if (target.role != TargetRole::target && policy.policy != NotDetectedPolicy::fail) {
    in.error("reference_must_fail", field);
  }
  if (policy.policy == NotDetectedPolicy::impute && (!policy.cycles || *policy.cycles < maximum)) {
    in.error("imputed_too_early", field + ".value", {{"maximum", format_double(maximum)}});
  }
  if (policy.policy == NotDetectedPolicy::censor &&
      (!policy.cycles || *policy.cycles <= 0 || *policy.cycles > maximum)) {
    in.error("censored_too_late", field + ".maximum", {{"maximum", format_double(maximum)}});
  }
  if (policy.paired_with.empty()) return;
  const AssayTarget* pair = in.demand_target(field + ".paired_with", policy.paired_with);
  if (pair == nullptr) return;
  const bool has_validity = std::any_of(
      in.assay.validity.begin(), in.assay.validity.end(),
      [&](const ValidityRule& rule) { return rule.limit.target == pair->id && rule.exception_target.empty(); });
  const bool total_dna =
      pair->role == TargetRole::reference || pair->internal_control_kind == InternalControlKind::endogenous;
  if (!total_dna || pair->tube != target.tube || !has_validity) {
    in.error("pair_unfit", field + ".paired_with", {{"found", pair->id}});
  }
}

void check_target(Inspection& in, const AssayTarget& target, std::size_t i, std::set<std::string>& channels) {
  in.claim_identifier(at("targets", i, "id"), target.id);
  for (const std::string& alias : target.aliases) {
    if (equals_ignoring_case(alias, target.id) || !in.identifiers.insert(to_lower_ascii(alias)).second) {
      in.error("duplicate_name", at("targets", i, "aliases"), {{"found", alias}});
    }
  }
  std::vector<std::string> dyes = target.dye_aliases;
  dyes.push_back(target.dye);
  for (const std::string& dye : dyes) {
    if (!channels.insert(target.tube + '\n' + to_lower_ascii(dye)).second) {
      in.error("dye_shared", at("targets", i, "dye"), {{"found", dye}});
    }
  }
  if ((target.role == TargetRole::internal_control) != target.internal_control_kind.has_value()) {
    in.error("internal_control_kind", at("targets", i, "kind"));
  }
  if (target.maximum_cq_cycles && (*target.maximum_cq_cycles <= 0 || *target.maximum_cq_cycles > in.assay.cq.cycles)) {
    in.error("not_a_cycle", at("targets", i, "maximum_cq"),
             {{"cycles", std::to_string(in.assay.cq.cycles)}, {"found", format_double(*target.maximum_cq_cycles)}});
  }
  const std::pair<const char*, const std::optional<double>*> limits[] = {
      {"maximum_spread", &target.maximum_spread_cycles},
      {"maximum_sd", &target.maximum_sd_cycles},
      {"minimum_rise", &target.minimum_rise}};
  for (const auto& [key, number] : limits) {
    if (*number && **number <= 0) in.error("not_above_zero", at("targets", i, key));
  }
  check_difference(in, at("targets", i, "maximum_spread"), target.maximum_spread_cycles);
  check_difference(in, at("targets", i, "maximum_sd"), target.maximum_sd_cycles);
  if (in.assay.replicates.count < 2 && (target.maximum_spread_cycles || target.maximum_sd_cycles)) {
    in.warn("spread_of_one", at("targets", i, target.maximum_spread_cycles ? "maximum_spread" : "maximum_sd"));
  }
  if (!target.identifier_status.empty()) {
    in.warn("identifier_not_current", at("targets", i, "identifier_status"),
            {{"target", target.id}, {"status", target.identifier_status}});
  }
  check_not_detected(in, target, i);
  if (target.role == TargetRole::internal_control && !in.is_template() &&
      std::none_of(in.assay.validity.begin(), in.assay.validity.end(),
                   [&](const ValidityRule& rule) { return rule.limit.target == target.id; })) {
    in.error("internal_control_without_validity", at("targets", i, "id"), {{"found", target.id}});
  }
}

/// In a tube without any validity rule "not detected" cannot be told from a reaction that failed.
void check_tubes(Inspection& in) {
  std::set<std::string> proven;
  for (const ValidityRule& rule : in.assay.validity) {
    if (const AssayTarget* target = find_target(in.assay, rule.limit.target)) proven.insert(target->tube);
  }
  for (std::size_t i = 0; i < in.assay.targets.size(); ++i) {
    const AssayTarget& target = in.assay.targets[i];
    const bool may_be_absent =
        target.role == TargetRole::target && target.not_detected.policy != NotDetectedPolicy::fail;
    if (!may_be_absent || proven.contains(target.tube)) continue;
    const Finding::Severity severity = in.is_released() ? Finding::Severity::error : Finding::Severity::warning;
    in.add(severity, "tube_without_validity", at("targets", i, "not_detected"),
           {{"target", target.id}, {"found", target.tube}});
  }
}

/// True when a value moves with the target's Cq.
bool enters_a_value(const Inspection& in, const std::string& target) {
  return std::any_of(in.assay.values.begin(), in.assay.values.end(), [&](const ValueDefinition& value) {
    const auto found = in.operands.find(value.id);
    return found != in.operands.end() && found->second.directions.contains(target);
  });
}

/// The latest Cq of a target that can speak for positive: its cut-offs where only rules on its Cq use it, else the
/// maximum.
double find_latest_positive_cq(const Inspection& in, const AssayTarget& target) {
  const double maximum = effective_maximum_cq(in.assay, target);
  std::optional<double> latest;
  for (const RuleDefinition& rule : in.assay.rules) {
    if (rule.value != target.id) continue;
    const bool low_is_positive = rule.relation == Relation::at_most || rule.relation == Relation::below;
    const double limit = !low_is_positive ? maximum : rule.gray ? rule.gray->upper : rule.limit;
    latest = std::max(latest.value_or(limit), limit);
  }
  return enters_a_value(in, target.id) || !latest ? maximum : std::min(*latest, maximum);
}

/// A bound that every late Cq satisfies would let a contaminated control pass that a sample is called positive by.
void check_absence_bounds(Inspection& in, const ControlDefinition& control, std::size_t i) {
  for (std::size_t j = 0; j < control.limits.size(); ++j) {
    const CqLimit& limit = control.limits[j];
    const AssayTarget* target = find_target(in.assay, limit.target);
    if (limit.kind != LimitKind::absent_or_above || !limit.lower || target == nullptr ||
        target->role != TargetRole::target) {
      continue;
    }
    const double latest = find_latest_positive_cq(in, *target);
    if (!(*limit.lower < latest)) continue;
    in.error("absence_bound_too_early", at("controls", i, "limits", j, "absent_or_above"),
             {{"control", std::string(to_string(control.kind))},
              {"target", target->id},
              {"latest", format_double(latest)},
              {"found", format_double(*limit.lower)}});
  }
}

void check_control_covers_targets(Inspection& in, const ControlDefinition& control, std::size_t i) {
  const Expectation expectation = expectation_of(control.kind);
  const bool all_targets = control.kind == ControlKind::no_template || control.kind == ControlKind::extraction_blank ||
                           control.kind == ControlKind::positive || control.kind == ControlKind::negative;
  if (!all_targets) {
    if (control.limits.empty() && control.kind != ControlKind::standard) {
      in.error("control_without_limits", at("controls", i, "limits"), {{"control", control.id}});
    }
    return;
  }
  const auto first = std::find_if(in.assay.controls.begin(), in.assay.controls.end(),
                                  [&](const ControlDefinition& c) { return c.kind == ControlKind::positive; });
  const bool is_positive = control.kind == ControlKind::positive;
  if (is_positive && first->id != control.id) return;  // several positive controls share the targets among them
  for (const AssayTarget& target : in.assay.targets) {
    if (target.role != TargetRole::target) continue;
    const auto covers = [&](const CqLimit& limit) {
      return limit.target == target.id &&
             (expectation == Expectation::either || demands_cq(limit) == (expectation == Expectation::present));
    };
    const bool covered = std::any_of(in.assay.controls.begin(), in.assay.controls.end(), [&](const auto& other) {
      return (is_positive ? other.kind == ControlKind::positive : &other == &control) &&
             std::any_of(other.limits.begin(), other.limits.end(), covers);
    });
    if (covered) continue;
    in.error(is_positive ? "positive_control_misses_target" : "control_misses_target", at("controls", i, "limits"),
             {{"control", std::string(to_string(control.kind))}, {"target", target.id}});
  }
}

void check_control_wells(Inspection& in, const ControlDefinition& control, std::size_t i,
                         std::set<std::string>& wells) {
  for (const std::string& well : control.wells) {
    const std::optional<GridPosition> position = parse_label(well);
    if (!position) {
      in.error("well_unreadable", at("controls", i, "wells"), {{"found", well}});
    } else if (!wells.insert(to_label(*position)).second) {
      in.error("well_twice", at("controls", i, "wells"), {{"found", well}});
    }
  }
  if (!control.wells.empty() && static_cast<int>(control.wells.size()) < control.minimum_count) {
    in.error("wells_too_few", at("controls", i, "wells"), {{"count", std::to_string(control.minimum_count)}});
  }
}

}  // namespace

void check_cq(Inspection& in) {
  const CqSettings& cq = in.assay.cq;
  if (in.assay.targets.empty()) {
    for (const char* list : {"controls", "validity", "inhibition", "standard_curves", "threshold_calibration"}) {
      const std::string_view name = list;
      const bool present = (name == "controls" && !in.assay.controls.empty()) ||
                           (name == "validity" && !in.assay.validity.empty()) ||
                           (name == "inhibition" && !in.assay.inhibition.empty()) ||
                           (name == "standard_curves" && !in.assay.standard_curves.empty()) ||
                           (name == "threshold_calibration" && in.assay.threshold_calibration);
      if (present) in.error("part_without_targets", list);
    }
    return;
  }
  try {
    cq.options.validate();
  } catch (const Error& error) {
    in.error("cq_option", "cq", {{"reason", error.what()}});
  }
  if (cq.options.threshold) in.error("threshold_belongs_to_target", "cq");
  if (cq.cycles < 1 || cq.cycles > 100) in.error("cycles_range", "cq.cycles");
  if (cq.options.baseline.last_cycle && *cq.options.baseline.last_cycle > cq.cycles) {
    in.error("baseline_after_end", "cq.baseline_cycles");
  }
  if (cq.origin == CqOrigin::vendor && cq.gate.shape != RequiredShape::any) in.error("vendor_gate", "cq.gate");
  check_thresholds(in);
}

void check_targets(Inspection& in) {
  if (in.assay.targets.empty()) return;
  if (std::none_of(in.assay.targets.begin(), in.assay.targets.end(),
                   [](const AssayTarget& target) { return target.role == TargetRole::target; })) {
    in.error("no_target", "targets");
  }
  std::set<std::string> channels;
  for (std::size_t i = 0; i < in.assay.targets.size(); ++i) {
    check_target(in, in.assay.targets[i], i, channels);
  }
  check_tubes(in);
}

void check_controls(Inspection& in) {
  std::set<std::string> ids;
  std::set<std::string> names;
  std::set<std::string> wells;
  for (std::size_t i = 0; i < in.assay.controls.size(); ++i) {
    const ControlDefinition& control = in.assay.controls[i];
    in.claim_in(ids, "control", at("controls", i, "id"), control.id);
    for (const std::string& name : control.sample_names) {
      if (!names.insert(to_lower_ascii(name)).second) {
        in.error("control_name_twice", at("controls", i, "sample_names"), {{"found", name}});
      }
    }
    // Materials of a calibration need not lie on every routine plate.
    const bool optional = control.kind == ControlKind::calibrator || control.kind == ControlKind::weak_positive;
    if (control.minimum_count < (optional ? 0 : 1) || control.minimum_count > 384) {
      in.error("control_count", at("controls", i, "minimum_count"));
    }
    if (control.passing_count && (*control.passing_count < 1 || *control.passing_count > control.minimum_count)) {
      in.error("passing_count", at("controls", i, "passing_count"), {{"count", std::to_string(control.minimum_count)}});
    }
    check_control_wells(in, control, i, wells);
    std::set<std::string> limited;
    for (std::size_t j = 0; j < control.limits.size(); ++j) {
      check_limit(in, at("controls", i, "limits", j, "target"), control.limits[j]);
      if (!limited.insert(control.limits[j].target).second) {
        in.error("limit_twice", at("controls", i, "limits", j, "target"), {{"found", control.limits[j].target}});
      }
    }
    check_control_covers_targets(in, control, i);
    if (expectation_of(control.kind) == Expectation::absent) check_absence_bounds(in, control, i);
    if (control.monitored && std::none_of(control.limits.begin(), control.limits.end(), demands_cq)) {
      in.warn("monitored_nothing", at("controls", i, "monitored"), {{"control", control.id}});
    }
  }
  if (in.assay.targets.empty() || in.may_be_partial()) return;
  for (const ControlKind kind : {ControlKind::no_template, ControlKind::positive}) {
    if (std::none_of(in.assay.controls.begin(), in.assay.controls.end(),
                     [&](const auto& control) { return control.kind == kind; })) {
      in.error("control_required", "controls", {{"kind", std::string(to_string(kind))}});
    }
  }
}

void check_validity(Inspection& in) {
  std::set<std::string> ids;
  for (std::size_t i = 0; i < in.assay.validity.size(); ++i) {
    const ValidityRule& rule = in.assay.validity[i];
    in.claim_in(ids, "validity rule", at("validity", i, "id"), rule.id);
    check_limit(in, at("validity", i, "target"), rule.limit);
    const AssayTarget* target = find_target(in.assay, rule.limit.target);
    if (target == nullptr) continue;
    if (!demands_cq(rule.limit)) in.error("validity_of_absence", at("validity", i, "target"));
    const bool endogenous = target->internal_control_kind == InternalControlKind::endogenous;
    if (endogenous && !in.may_be_partial() && rule.limit.kind != LimitKind::within) {
      in.error("endogenous_window", at("validity", i, "target"), {{"found", target->id}});
    } else if (endogenous && rule.limit.kind != LimitKind::within) {
      in.warn("endogenous_one_sided", at("validity", i, "target"), {{"target", target->id}});
    }
    check_exception(in, at("validity", i, "exception_beside"), target, rule.exception_target, rule.exception_at_most);
  }
}

void check_inhibition(Inspection& in) {
  std::set<std::string> ids;
  for (std::size_t i = 0; i < in.assay.inhibition.size(); ++i) {
    const InhibitionRule& rule = in.assay.inhibition[i];
    in.claim_in(ids, "inhibition rule", at("inhibition", i, "id"), rule.id);
    const AssayTarget* target = in.demand_target(at("inhibition", i, "target"), rule.target);
    if (target != nullptr && target->internal_control_kind != InternalControlKind::exogenous) {
      in.error("inhibition_needs_spike", at("inhibition", i, "target"), {{"found", rule.target}});
    }
    if (!rule.maximum_shift_cycles && !rule.maximum_shift_sd) {
      in.error("inhibition_without_limit", at("inhibition", i, "maximum_shift"));
    }
    if (rule.maximum_shift_cycles && *rule.maximum_shift_cycles <= 0) {
      in.error("not_above_zero", at("inhibition", i, "maximum_shift"));
    }
    check_difference(in, at("inhibition", i, "maximum_shift"), rule.maximum_shift_cycles);
    if (rule.maximum_shift_sd && *rule.maximum_shift_sd <= 0) {
      in.error("not_above_zero", at("inhibition", i, "maximum_shift_sd"));
    }
    check_exception(in, at("inhibition", i, "exception_beside"), target, rule.exception_target, rule.exception_at_most);
    const ControlDefinition* control = in.demand_control(at("inhibition", i, "against"), rule.against);
    if (control == nullptr) continue;
    const bool fitting = control->kind == ControlKind::no_template || control->kind == ControlKind::negative ||
                         control->kind == ControlKind::unmethylated || control->kind == ControlKind::extraction_blank;
    if (!fitting) {
      in.error("inhibition_against_unfit", at("inhibition", i, "against"),
               {{"found", std::string(to_string(control->kind))}});
    }
    if (std::none_of(control->limits.begin(), control->limits.end(),
                     [&](const CqLimit& limit) { return limit.target == rule.target && demands_cq(limit); })) {
      in.error("inhibition_against_silent", at("inhibition", i, "against"),
               {{"control", rule.against}, {"target", rule.target}});
    }
    if (rule.maximum_shift_sd && control->minimum_count < 3) {
      in.error("inhibition_sd_wells", at("inhibition", i, "maximum_shift_sd"), {{"control", rule.against}});
    }
  }
}

void check_replicates(Inspection& in) {
  const ReplicatePlan& plan = in.assay.replicates;
  if (plan.count < 1 || plan.count > 96) in.error("replicate_count", "replicates.count");
  if (plan.minimum_valid < 1 || plan.minimum_valid > plan.count) {
    in.error("replicate_minimum", "replicates.minimum_valid");
  }
  if (!plan.outlier_beyond_cycles) return;
  if (*plan.outlier_beyond_cycles <= 0) in.error("not_above_zero", "replicates.outlier_beyond");
  check_difference(in, "replicates.outlier_beyond", plan.outlier_beyond_cycles);
  if (plan.count < 3) in.error("outlier_needs_three", "replicates.outlier_beyond");
}

void check_standard_curves(Inspection& in) {
  std::set<std::string> ids;
  const bool has_standards =
      std::any_of(in.assay.controls.begin(), in.assay.controls.end(),
                  [](const ControlDefinition& control) { return control.kind == ControlKind::standard; });
  for (std::size_t i = 0; i < in.assay.standard_curves.size(); ++i) {
    const StandardCurveDefinition& curve = in.assay.standard_curves[i];
    const auto field = [&](const char* key) { return at("standard_curves", i, key); };
    in.claim_in(ids, "standard curve", field("id"), curve.id);
    in.demand_target(field("target"), curve.target);
    in.check_unit(field("unit"), curve.unit);
    if (curve.slope.has_value() != curve.intercept.has_value()) {
      in.error("curve_half_fixed", field(curve.slope ? "intercept" : "slope"));
    }
    const auto check_slope = [&](double slope, const char* key) {
      if (slope >= 0) {
        in.error("slope_not_falling", field(key), {{"found", format_double(slope)}});
      } else if (std::pow(10.0, -1 / slope) > 2.2) {
        in.error("slope_impossible", field(key), {{"found", format_double(slope)}});
      }
    };
    if (curve.slope) {
      check_slope(*curve.slope, "slope");
    } else {
      if (!has_standards && !in.is_template()) in.error("curve_without_standards", field("id"), {{"curve", curve.id}});
      if (curve.minimum_levels < 3 || curve.minimum_levels > 96) in.error("curve_levels", field("minimum_levels"));
    }
    if (curve.intercept && *curve.intercept <= 0) in.error("not_above_zero", field("intercept"));
    if (curve.slope_window) {
      if (curve.slope_window->first >= curve.slope_window->second) in.error("window_reversed", field("slope_window"));
      check_slope(curve.slope_window->second, "slope_window");
    }
    if (curve.minimum_r && (*curve.minimum_r <= 0 || *curve.minimum_r > 1)) in.error("r_range", field("minimum_r"));
    if (curve.lower_limit && *curve.lower_limit <= 0) in.error("not_above_zero", field("lower_limit"));
    if (curve.upper_limit && *curve.upper_limit <= 0) in.error("not_above_zero", field("upper_limit"));
    if (curve.lower_limit && curve.upper_limit && *curve.lower_limit >= *curve.upper_limit) {
      in.error("window_reversed", field("lower_limit"));
    }
    if (std::none_of(in.assay.values.begin(), in.assay.values.end(),
                     [&](const ValueDefinition& value) { return value.curve == curve.id; })) {
      in.warn("curve_unused", field("id"), {{"curve", curve.id}});
    }
  }
}

void check_threshold_calibration(Inspection& in) {
  const bool calibrated = in.assay.cq.threshold_origin == ThresholdOrigin::calibrated;
  if (!in.assay.threshold_calibration) {
    if (calibrated) in.error("calibration_missing", "cq.threshold");
    return;
  }
  const ThresholdCalibrationPlan& plan = *in.assay.threshold_calibration;
  const auto field = [](const char* key) { return std::string("threshold_calibration.") + key; };
  if (!calibrated) in.error("calibration_unused", "threshold_calibration");
  const ControlDefinition* calibrator = in.demand_control(field("calibrator"), plan.calibrator);
  if (calibrator != nullptr && calibrator->kind != ControlKind::calibrator &&
      calibrator->kind != ControlKind::positive && calibrator->kind != ControlKind::fully_methylated) {
    in.error("control_unfit", field("calibrator"),
             {{"control", plan.calibrator}, {"found", std::string(to_string(calibrator->kind))}});
  }
  const ControlDefinition* weak = in.demand_control(field("weak_positive"), plan.weak_positive);
  if (weak != nullptr && (weak->kind != ControlKind::weak_positive || plan.weak_positive == plan.calibrator)) {
    in.error("control_unfit", field("weak_positive"),
             {{"control", plan.weak_positive}, {"found", std::string(to_string(weak->kind))}});
  }
  if (plan.maximum_shift_factor < 1 || plan.maximum_shift_factor > 10) {
    in.error("shift_factor_range", field("maximum_shift_factor"));
  }
  if (plan.tolerance_cycles <= 0) in.error("not_above_zero", field("tolerance"));
  if (plan.bias_limit_cycles <= 0) in.error("not_above_zero", field("bias_limit"));
  check_difference(in, field("tolerance"), plan.tolerance_cycles);
  check_difference(in, field("bias_limit"), plan.bias_limit_cycles);
  if (plan.minimum_wells < 2 || plan.minimum_wells > 384) in.error("calibration_wells", field("minimum_wells"));
  if (plan.valid_days < 1) in.error("not_above_zero", field("valid_days"));
}

}  // namespace qpcr::checking
