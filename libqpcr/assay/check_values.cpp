// Checks of covariates, acceptance, values and their units and orientation.
#include <algorithm>
#include <array>
#include <cmath>

#include "libqpcr/assay/checking.hpp"
#include "libqpcr/assay/units.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr::checking {
namespace {

void check_conversions(Inspection& in, const CovariateDefinition& covariate, std::size_t i) {
  for (std::size_t j = 0; j < covariate.conversions.size(); ++j) {
    const UnitConversion& conversion = covariate.conversions[j];
    const std::string field = at("covariates", i, "conversions", j, "unit");
    in.check_unit(field, conversion.unit);
    if (conversion.factor <= 0) in.error("not_above_zero", at("covariates", i, "conversions", j, "factor"));
    const bool repeated =
        std::any_of(covariate.conversions.begin(), covariate.conversions.begin() + static_cast<std::ptrdiff_t>(j),
                    [&](const UnitConversion& other) { return same_unit(other.unit, conversion.unit); });
    if (repeated || same_unit(conversion.unit, covariate.unit)) {
      in.error("conversion_twice", field, {{"found", conversion.unit}});
      continue;
    }
    const std::optional<double> factor = convertible_factor(conversion.unit, covariate.unit);
    if (factor && std::abs(*factor - conversion.factor) > 1e-6 * *factor) {
      in.error("conversion_factor", at("covariates", i, "conversions", j, "factor"),
               {{"expected", format_double(*factor)}, {"found", format_double(conversion.factor)}});
    }
  }
}

/// The range of values as written that the transform must bear.
void check_domain(Inspection& in, const std::string& field, Range range, Transform transform) {
  if (in.is_template() && std::isinf(range.lower)) return;  // an unpublished number leaves the range open
  const bool logarithm = transform == Transform::log10 || transform == Transform::ln;
  if ((logarithm && range.lower <= 0) || (transform == Transform::sqrt && range.lower < 0)) {
    in.error("transform_domain", field,
             {{"transform", std::string(to_string(transform))}, {"found", format_double(range.lower)}});
  }
}

void check_number(Inspection& in, const CovariateDefinition& covariate, std::size_t i) {
  in.check_unit(at("covariates", i, "unit"), covariate.unit);
  check_conversions(in, covariate, i);
  if (!covariate.minimum || !covariate.maximum || *covariate.minimum >= *covariate.maximum) {
    in.error("range_reversed", at("covariates", i, "minimum"));
    return;
  }
  const auto outside = [&](const std::optional<double>& x) {
    return x && (*x < *covariate.minimum || *x > *covariate.maximum);
  };
  if (outside(covariate.floor)) in.error("clamp_outside_range", at("covariates", i, "floor"));
  if (outside(covariate.cap)) in.error("clamp_outside_range", at("covariates", i, "cap"));
  if (covariate.floor && covariate.cap && *covariate.floor >= *covariate.cap) {
    in.error("clamp_reversed", at("covariates", i, "floor"));
  }
  const Range clamped =
      transform_range({*covariate.minimum, *covariate.maximum}, covariate.floor, covariate.cap, Transform::none);
  check_domain(in, at("covariates", i, "minimum"), clamped, covariate.transform);
}

/// True when something reads the covariate.
bool is_used(const AssayDefinition& assay, const std::string& id) {
  const bool in_value = std::any_of(assay.values.begin(), assay.values.end(), [&](const ValueDefinition& value) {
    const auto operands = list_operands(value);
    return std::any_of(operands.begin(), operands.end(), [&](const NamedOperand& operand) { return operand.id == id; });
  });
  return in_value || (assay.classification && assay.classification->value == id) ||
         std::any_of(assay.rules.begin(), assay.rules.end(),
                     [&](const RuleDefinition& rule) { return rule.value == id; });
}

bool is_dimensionless(const std::string& unit) {
  const std::optional<Unit> parsed = parse_unit(unit);
  return parsed && std::all_of(parsed->exponents.begin(), parsed->exponents.end(),
                               [](const auto& entry) { return entry.first.front() == '{'; });
}

/// The checks of one value, which may name what is defined before it.
class CheckValue {
 public:
  CheckValue(Inspection& in, std::size_t index) : in_(in), value_(in.assay.values[index]), index_(index) {}

  void run() {
    check_operands();
    switch (value_.kind) {
      case ValueKind::delta_cq:
        check_delta();
        break;
      case ValueKind::delta_delta_cq:
        check_delta_delta();
        break;
      case ValueKind::relative_amount:
        demand_cycles("value", value_.value);
        check_base("base", value_.base);
        break;
      case ValueKind::pfaffl_ratio:
        check_pfaffl();
        break;
      case ValueKind::quantity:
        check_quantity();
        break;
      case ValueKind::relative_to_control:
        check_control(value_.control, {ControlKind::fully_methylated, ControlKind::calibrator, ControlKind::positive});
        if (may_be_negative(value_.value)) error("ratio_negative", "value", {{"found", value_.value}});
        break;
      case ValueKind::product:
        check_product();
        break;
      case ValueKind::fraction:
        check_fraction();
        break;
      case ValueKind::poisson:
        break;
      case ValueKind::linear:
      case ValueKind::logistic:
      case ValueKind::survival:
        check_linear();
        break;
      case ValueKind::max_of_sigmoids:
        check_sigmoids();
        break;
      case ValueKind::maximum:
      case ValueKind::minimum:
        check_extreme();
        break;
      case ValueKind::bands:
        check_bands();
        break;
      case ValueKind::transform:
        check_transform();
        break;
    }
    if (value_.scale <= 0) error("not_above_zero", "scale");
    in_.check_digits(field("display_digits"), value_.display_digits);
    if (sound_) {
      check_unit();
      check_orientation();
    }
    in_.claim_identifier(field("id"), value_.id);
  }

 private:
  std::string field(std::string_view key) const { return at("values", index_, key); }

  void error(std::string_view code, std::string_view key, MessageValues values = {}) {
    in_.error(code, field(key), std::move(values));
    sound_ = false;
  }

  const Operand* find(const std::string& id) const {
    const auto found = in_.operands.find(id);
    return found == in_.operands.end() || !in_.defined.contains(id) ? nullptr : &found->second;
  }

  void check_operands() {
    for (const NamedOperand& operand : list_operands(value_)) {
      if (operand.key == "target" || operand.key == "references") {
        if (in_.demand_target(field(operand.key), operand.id) == nullptr) sound_ = false;
      } else if (in_.demand_operand(field(operand.key), operand.id) == nullptr) {
        sound_ = false;
      }
    }
  }

  void check_unique(std::string_view key, const std::vector<std::string>& ids) {
    std::set<std::string> seen;
    for (const std::string& id : ids) {
      if (!seen.insert(id).second) error("operand_twice", key, {{"found", id}});
    }
  }

  void check_references() {
    if (value_.references.empty()) error("operand_missing", "references");
    for (const std::string& id : value_.references) {
      const AssayTarget* reference = find_target(in_.assay, id);
      if (reference != nullptr && reference->role == TargetRole::target) {
        error("reference_role", "references", {{"found", id}});
      }
    }
    check_unique("references", value_.references);
  }

  void check_delta() {
    const AssayTarget* target = find_target(in_.assay, value_.target);
    if (target != nullptr && target->role != TargetRole::target) {
      error("delta_needs_target", "target", {{"found", value_.target}});
    }
    check_references();
  }

  void check_base(std::string_view key, double base) {
    if (base <= 1 || base > 2.2) error("base_range", key, {{"found", format_double(base)}});
  }

  void check_control(const std::string& id, const std::vector<ControlKind>& fitting) {
    const ControlDefinition* control = in_.demand_control(field("control"), id);
    if (control == nullptr) {
      sound_ = false;
    } else if (std::find(fitting.begin(), fitting.end(), control->kind) == fitting.end()) {
      error("control_unfit", "control", {{"control", id}, {"found", std::string(to_string(control->kind))}});
    } else if (!value_.target.empty() || find(value_.value) != nullptr) {
      check_control_shows(*control);
    }
  }

  /// A control that must be silent gives no Cq to divide by.
  void check_control_shows(const ControlDefinition& control) {
    const auto operand = in_.operands.find(value_.id);
    if (operand == in_.operands.end()) return;
    for (const CqLimit& limit : control.limits) {
      const bool absence = limit.kind == LimitKind::not_detected || limit.kind == LimitKind::absent_or_above;
      if (absence && operand->second.directions.contains(limit.target)) {
        error("control_silent", "control", {{"control", control.id}, {"target", limit.target}});
      }
    }
  }

  static std::vector<ControlKind> comparison_kinds() {
    return {ControlKind::calibrator,       ControlKind::positive, ControlKind::weak_positive,
            ControlKind::fully_methylated, ControlKind::negative, ControlKind::unmethylated};
  }

  void demand_cycles(std::string_view key, const std::string& id) {
    const Operand* operand = find(id);
    const ValueDefinition* inner = find_value(in_.assay, id);
    const bool difference =
        inner != nullptr && (inner->kind == ValueKind::delta_cq || inner->kind == ValueKind::delta_delta_cq);
    if (operand != nullptr && !difference) error("needs_delta", key, {{"found", id}});
  }

  void check_delta_delta() {
    demand_cycles("value", value_.value);
    if (value_.control.empty() == !value_.reference_value.has_value()) {
      error("control_or_reference_value", "control");
    } else if (!value_.control.empty()) {
      check_control(value_.control, comparison_kinds());
    }
  }

  void check_pfaffl() {
    const AssayTarget* target = find_target(in_.assay, value_.target);
    if (target != nullptr && target->role != TargetRole::target) {
      error("delta_needs_target", "target", {{"found", value_.target}});
    }
    check_references();
    check_control(value_.control, comparison_kinds());
    std::vector<std::string> expected = value_.references;
    expected.push_back(value_.target);
    for (const std::string& id : expected) {
      const auto base = value_.efficiency_bases.find(id);
      if (base == value_.efficiency_bases.end()) {
        error("base_missing", "efficiency_bases", {{"target", id}});
      } else {
        check_base("efficiency_bases", base->second);
      }
    }
    for (const auto& [id, base] : value_.efficiency_bases) {
      if (std::find(expected.begin(), expected.end(), id) == expected.end()) {
        error("base_of_other", "efficiency_bases", {{"found", id}});
      }
    }
  }

  void check_quantity() {
    const StandardCurveDefinition* curve = find_standard_curve(in_.assay, value_.curve);
    if (curve == nullptr) {
      std::vector<std::string> known;
      for (const StandardCurveDefinition& other : in_.assay.standard_curves) known.push_back(other.id);
      in_.unknown_name(field("curve"), value_.curve, known);
      sound_ = false;
    } else if (curve->target != value_.target) {
      error("curve_of_other_target", "curve", {{"target", curve->target}, {"found", value_.target}});
    }
  }

  /// A range that an unpublished number leaves open says nothing.
  bool may_be_negative(const std::string& id) const {
    const Operand* operand = find(id);
    const bool open = operand != nullptr && in_.is_template() && std::isinf(operand->range.lower);
    return operand != nullptr && !open && operand->range.lower < 0;
  }

  void check_product() {
    if (value_.multiply.empty()) error("operand_missing", "multiply");
    for (const auto* list : {&value_.multiply, &value_.divide}) {
      const std::string_view key = list == &value_.multiply ? "multiply" : "divide";
      for (const Factor& factor : *list) {
        if (factor.id.empty()) {
          if (factor.number <= 0) error("not_above_zero", key);
          if (!in_.check_unit(field(key), factor.unit)) sound_ = false;
          continue;
        }
        const CovariateDefinition* covariate = find_covariate(in_.assay, factor.id);
        const Operand* operand = find(factor.id);
        if (operand == nullptr) continue;
        const bool may_be_zero = operand->range.lower <= 0 && operand->range.upper >= 0;
        if (key == "divide" && may_be_negative(factor.id)) {
          error("ratio_negative", key, {{"found", factor.id}});
        } else if (key == "divide" && covariate != nullptr && may_be_zero) {
          error("divides_by_zero", key, {{"found", factor.id}});
        }
      }
    }
  }

  void check_fraction() {
    if (value_.values.empty()) error("operand_missing", "values");
    std::vector<std::string> all = value_.values;
    all.push_back(value_.value);
    check_unique("values", all);
    check_same_units(all, "values");
    for (const std::string& id : all) {
      const Operand* operand = find(id);
      if (operand != nullptr && operand->range.lower < 0) error("fraction_negative", "values", {{"found", id}});
    }
  }

  void check_linear() {
    if (value_.terms.empty()) error("operand_missing", "terms");
    for (const auto& [id, coefficient] : value_.terms) {
      if (coefficient == 0) in_.warn("term_of_zero", field("terms"), {{"found", id}});
    }
    if (value_.kind == ValueKind::survival &&
        (!value_.baseline_survival || *value_.baseline_survival <= 0 || *value_.baseline_survival >= 1)) {
      error("survival_range", "baseline_survival");
    }
    if (value_.recalibration && value_.recalibration->slope <= 0) error("not_above_zero", "recalibration");
  }

  void check_sigmoids() {
    if (value_.sigmoids.empty()) error("operand_missing", "sigmoids");
    for (const Sigmoid& sigmoid : value_.sigmoids) {
      if (sigmoid.slope == 0) error("sigmoid_flat", "sigmoids");
    }
  }

  void check_extreme() {
    if (value_.values.size() < 2) error("operand_missing", "values");
    check_unique("values", value_.values);
    check_same_units(value_.values, "values");
  }

  void check_same_units(const std::vector<std::string>& ids, std::string_view key) {
    const KnownUnit* first = nullptr;
    for (const std::string& id : ids) {
      const Operand* operand = find(id);
      if (operand == nullptr || !operand->unit) continue;
      if (first == nullptr) first = &*operand->unit;
      if (!same_unit(first->value, operand->unit->value)) {
        error("operand_units", key, {{"expected", first->text}, {"found", operand->unit->text}, {"operand", id}});
      }
    }
  }

  void check_bands() {
    if (value_.bands.size() < 2) error("operand_missing", "bands");
    std::vector<BandEdge> edges;
    for (const Band& band : value_.bands) edges.push_back({band.below, band.at_most});
    if (!check_band_edges(in_, field("bands"), edges)) {
      sound_ = false;
      return;
    }
    const Operand* operand = find(value_.value);
    if (operand == nullptr) return;
    for (std::size_t i = 0; i < edges.size(); ++i) {
      if (!is_band_reached(edges, i, operand->range)) {
        in_.note("band_unreached", at("values", index_, "bands", i, "value"), {{"operand", value_.value}});
      }
    }
  }

  void check_transform() {
    if (value_.floor && value_.cap && *value_.floor >= *value_.cap) error("clamp_reversed", "floor");
    if (value_.transform == Transform::none && !value_.floor && !value_.cap) error("transform_none", "transform");
    const Operand* operand = find(value_.value);
    if (operand == nullptr) return;
    check_domain(in_, field("transform"), transform_range(operand->range, value_.floor, value_.cap, Transform::none),
                 value_.transform);
  }

  void check_unit() {
    ValueDefinition bare = value_;
    bare.unit.clear();
    const Operand derived = describe_value(in_.assay, bare, in_.operands);
    if (value_.unit.empty()) {
      const bool product = value_.kind == ValueKind::product;
      if (product && derived.unit && !derived.unit->text.empty()) {
        error("unit_missing", "unit", {{"expected", derived.unit->text}});
      }
      return;
    }
    if (!in_.check_unit(field("unit"), value_.unit)) return;
    const std::optional<Unit> unit = parse_unit(value_.unit);
    const bool other = derived.unit && unit && !same_unit(derived.unit->value, *unit);
    const auto differs = [&](const std::string& expected) {
      error("unit_differs", "unit", {{"expected", expected.empty() ? "1" : expected}, {"found", value_.unit}});
    };
    switch (value_.kind) {
      case ValueKind::delta_cq:
      case ValueKind::delta_delta_cq:
      case ValueKind::quantity:
      case ValueKind::product:
      case ValueKind::maximum:
      case ValueKind::minimum:
        if (other) differs(derived.unit->text);
        break;
      case ValueKind::relative_amount:
      case ValueKind::pfaffl_ratio:
      case ValueKind::relative_to_control:
      case ValueKind::fraction:
      case ValueKind::poisson:
      case ValueKind::logistic:
      case ValueKind::survival:
      case ValueKind::max_of_sigmoids:
        if (!is_dimensionless(value_.unit)) differs("");
        check_scale();
        break;
      case ValueKind::transform:
        if (value_.transform == Transform::none) {
          if (other) differs(derived.unit->text);
        } else if (!is_dimensionless(value_.unit)) {
          differs("");
        }
        break;
      case ValueKind::linear:
      case ValueKind::bands:
        break;
    }
  }

  /// A share in percent has the scale 100: the unit says what 1 is.
  void check_scale() {
    const std::optional<Unit> unit = parse_unit(value_.unit);
    const bool share = value_.kind == ValueKind::fraction || value_.kind == ValueKind::relative_to_control ||
                       value_.kind == ValueKind::logistic || value_.kind == ValueKind::survival;
    if (!share || !unit || !unit->exponents.empty()) return;
    if (std::abs(value_.scale * unit->factor - 1) > 1e-9) {
      error("scale_of_unit", "scale",
            {{"unit", value_.unit},
             {"expected", format_double(1 / unit->factor)},
             {"found", format_double(value_.scale)}});
    }
  }

  void check_orientation() {
    const Operand& operand = in_.operands.at(value_.id);
    const bool from_cq = !operand.principal.empty();
    constexpr std::array oriented{ValueKind::delta_cq,     ValueKind::delta_delta_cq, ValueKind::relative_amount,
                                  ValueKind::pfaffl_ratio, ValueKind::quantity,       ValueKind::relative_to_control,
                                  ValueKind::fraction};
    const bool demanded = std::find(oriented.begin(), oriented.end(), value_.kind) != oriented.end();
    if (!value_.orientation) {
      if (demanded && from_cq) error("orientation_missing", "orientation");
      return;
    }
    const auto found = operand.directions.find(operand.principal);
    if (!from_cq || found == operand.directions.end()) return error("orientation_without_cq", "orientation");
    const Direction direction = found->second;
    if (in_.is_template() && direction.rises && direction.falls) return;  // the sign of a number may be unpublished
    if (direction.rises == direction.falls) {
      return error("orientation_undecided", "orientation", {{"target", operand.principal}});
    }
    // Twice the template comes one cycle earlier.
    const Orientation actual = direction.falls ? Orientation::rises_with_template : Orientation::falls_with_template;
    if (actual != *value_.orientation) {
      error("orientation_wrong", "orientation",
            {{"target", operand.principal},
             {"expected", std::string(to_string(actual))},
             {"found", std::string(to_string(*value_.orientation))}});
    }
  }

  Inspection& in_;
  const ValueDefinition& value_;
  std::size_t index_;
  bool sound_ = true;
};

}  // namespace

void check_covariates(Inspection& in) {
  for (std::size_t i = 0; i < in.assay.covariates.size(); ++i) {
    const CovariateDefinition& covariate = in.assay.covariates[i];
    in.claim_identifier(at("covariates", i, "id"), covariate.id);
    if (covariate.maximum_age_days && *covariate.maximum_age_days <= 0) {
      in.error("not_above_zero", at("covariates", i, "maximum_age_days"));
    }
    if (covariate.kind == CovariateKind::lot) continue;
    const bool accepted = std::any_of(in.assay.acceptance.begin(), in.assay.acceptance.end(),
                                      [&](const AcceptanceRule& rule) { return rule.covariate == covariate.id; });
    if (!accepted && !is_used(in.assay, covariate.id)) {
      in.warn("covariate_unused", at("covariates", i, "id"), {{"covariate", covariate.id}});
    }
    if (covariate.kind == CovariateKind::number) {
      check_number(in, covariate, i);
      continue;
    }
    if (covariate.coding.size() < 2) in.error("coding_too_small", at("covariates", i, "coding"));
    const bool enters_number = is_used(in.assay, covariate.id);
    const bool one_number = std::all_of(covariate.coding.begin(), covariate.coding.end(), [&](const auto& entry) {
      return entry.second == covariate.coding.begin()->second;
    });
    if (enters_number && covariate.coding.size() > 1 && one_number) {
      in.error("coding_flat", at("covariates", i, "coding"));
    }
  }
}

void check_acceptance(Inspection& in) {
  std::set<std::string> ids;
  for (std::size_t i = 0; i < in.assay.acceptance.size(); ++i) {
    const AcceptanceRule& rule = in.assay.acceptance[i];
    const auto field = [&](const char* key) { return at("acceptance", i, key); };
    in.claim_in(ids, "acceptance rule", field("id"), rule.id);
    if (!is_complete(rule.text)) in.error("text_incomplete", field("text"));
    const CovariateDefinition* covariate = find_covariate(in.assay, rule.covariate);
    if (covariate == nullptr) {
      std::vector<std::string> known;
      for (const CovariateDefinition& other : in.assay.covariates) known.push_back(other.id);
      in.unknown_name(field("covariate"), rule.covariate, known);
      continue;
    }
    const bool numeric = rule.at_least || rule.at_most;
    const bool is_number = covariate->kind == CovariateKind::number;
    const bool is_category = covariate->kind == CovariateKind::category;
    if ((!is_number && !is_category) || (is_number && (!numeric || !rule.one_of.empty())) ||
        (is_category && (numeric || rule.one_of.empty()))) {
      in.error("acceptance_kind", field("covariate"), {{"found", rule.covariate}});
      continue;
    }
    if (is_category) {
      std::vector<std::string> codes;
      for (const auto& [code, number] : covariate->coding) codes.push_back(code);
      for (const std::string& code : rule.one_of) {
        if (!covariate->coding.contains(code)) in.unknown_name(field("one_of"), code, codes);
      }
      if (std::all_of(codes.begin(), codes.end(), [&](const std::string& code) {
            return std::find(rule.one_of.begin(), rule.one_of.end(), code) != rule.one_of.end();
          })) {
        in.error("acceptance_of_all", field("one_of"));
      }
      continue;
    }
    if (rule.at_least && rule.at_most && *rule.at_least > *rule.at_most) in.error("window_reversed", field("at_least"));
    const double lower = covariate->minimum.value_or(-std::numeric_limits<double>::infinity());
    const double upper = covariate->maximum.value_or(std::numeric_limits<double>::infinity());
    if ((rule.at_least && *rule.at_least > upper) || (rule.at_most && *rule.at_most < lower)) {
      in.error("acceptance_of_none", field(rule.at_least && *rule.at_least > upper ? "at_least" : "at_most"));
    }
    if (!(rule.at_least && *rule.at_least > lower) && !(rule.at_most && *rule.at_most < upper) && !in.is_template()) {
      in.warn("acceptance_of_range", field(rule.at_least ? "at_least" : "at_most"), {{"covariate", rule.covariate}});
    }
  }
}

void check_values(Inspection& in) {
  for (std::size_t i = 0; i < in.assay.values.size(); ++i) {
    CheckValue(in, i).run();
    const std::string& id = in.assay.values[i].id;
    if (!is_used(in.assay, id)) in.note("value_unused", at("values", i, "id"), {{"value", id}});
  }
}

}  // namespace qpcr::checking
