// Compiling a definition: names become indices once.
#include "libqpcr/assay/program.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr {
namespace {

template <typename T>
int index_of(const std::vector<T>& list, std::string_view id) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (list[i].id == id) return static_cast<int>(i);
  }
  return -1;
}

int index_of_text(const std::vector<std::string>& list, std::string_view text) {
  const auto found = std::find(list.begin(), list.end(), text);
  return found == list.end() ? -1 : static_cast<int>(found - list.begin());
}

class Compiler {
 public:
  explicit Compiler(const AssayDefinition& definition) : definition_(definition) {}

  AssayProgram compile() {
    program_.definition = std::make_shared<const AssayDefinition>(definition_);
    compile_targets();
    compile_limits();
    for (const CovariateDefinition& covariate : definition_.covariates) compile_coding(covariate);
    for (const ValueDefinition& value : definition_.values) program_.values.push_back(compile_value(value));
    for (const RuleDefinition& rule : definition_.rules) program_.rules.push_back(compile_rule(rule));
    if (definition_.positive) append_steps(*definition_.positive);
    if (definition_.classification) compile_classes(*definition_.classification);
    return std::move(program_);
  }

 private:
  int target(std::string_view id) const { return index_of(definition_.targets, id); }

  /// @throws Error assay_invalid for a name that the definition does not define, which check_assay() refuses too.
  Slot slot(std::string_view id) const {
    if (const int found = target(id); found >= 0) return found;
    if (const int found = index_of(definition_.covariates, id); found >= 0) return program_.covariate_slot(found);
    if (const int found = index_of(definition_.values, id); found >= 0) return program_.value_slot(found);
    throw Error(ErrorCode::assay_invalid, {.path = {},
                                           .line = 0,
                                           .column = {},
                                           .field = {},
                                           .found = std::string(id),
                                           .expected = "a target, covariate or value of the definition",
                                           .problem = {}});
  }

  std::vector<Slot> slots(const std::vector<std::string>& ids) const {
    std::vector<Slot> result;
    for (const std::string& id : ids) result.push_back(slot(id));
    return result;
  }

  Slot optional_slot(const std::string& id) const { return id.empty() ? no_slot : slot(id); }

  void compile_targets() {
    for (const AssayTarget& each : definition_.targets) {
      int tube = index_of_text(program_.tubes, each.tube);
      if (tube < 0) {
        tube = static_cast<int>(program_.tubes.size());
        program_.tubes.push_back(each.tube);
      }
      program_.targets.push_back({tube, effective_maximum_cq(definition_, each)});
    }
  }

  void compile_limits() {
    program_.validity.resize(program_.tubes.size());
    for (std::size_t i = 0; i < definition_.validity.size(); ++i) {
      const ValidityRule& rule = definition_.validity[i];
      const int limited = target(rule.limit.target);
      program_.validity_targets.push_back(limited);
      program_.validity_exceptions.push_back(target(rule.exception_target));
      if (limited < 0) continue;
      const int tube = program_.targets[static_cast<std::size_t>(limited)].tube;
      program_.validity[static_cast<std::size_t>(tube)].push_back(static_cast<int>(i));
    }
    for (const InhibitionRule& rule : definition_.inhibition) {
      program_.inhibition_targets.push_back(slot(rule.target));
      program_.inhibition_exceptions.push_back(target(rule.exception_target));
    }
    for (const AcceptanceRule& rule : definition_.acceptance) {
      program_.acceptance_covariates.push_back(index_of(definition_.covariates, rule.covariate));
    }
  }

  void compile_coding(const CovariateDefinition& covariate) {
    std::vector<std::string> codes;
    std::vector<double> numbers;
    for (const auto& [code, number] : covariate.coding) {
      codes.push_back(code);
      numbers.push_back(number);
    }
    program_.codings.push_back(std::move(codes));
    program_.code_numbers.push_back(std::move(numbers));
  }

  std::vector<CompiledFactor> compile_factors(const std::vector<Factor>& factors) const {
    std::vector<CompiledFactor> result;
    for (const Factor& factor : factors) {
      CompiledFactor compiled;
      compiled.slot = optional_slot(factor.id);
      compiled.number = factor.number;
      result.push_back(compiled);
    }
    return result;
  }

  double log_base(const ValueDefinition& value, const std::string& id) const {
    const auto found = value.efficiency_bases.find(id);
    return std::log(found == value.efficiency_bases.end() ? 2.0 : found->second);
  }

  CompiledValue compile_value(const ValueDefinition& value) const {
    CompiledValue compiled;
    compiled.target = optional_slot(value.target);
    compiled.references = slots(value.references);
    compiled.operand = optional_slot(value.value);
    compiled.operands = slots(value.values);
    if (value.kind == ValueKind::max_of_sigmoids) {
      compiled.operands.clear();
      for (const Sigmoid& sigmoid : value.sigmoids) compiled.operands.push_back(slot(sigmoid.value));
    }
    compiled.multiply = compile_factors(value.multiply);
    compiled.divide = compile_factors(value.divide);
    compiled.positives = optional_slot(value.positives);
    compiled.total = optional_slot(value.total);
    for (const auto& [id, coefficient] : value.terms) {
      if (coefficient != 0) compiled.terms.push_back({slot(id), coefficient});
    }
    if (value.kind == ValueKind::pfaffl_ratio) {
      compiled.target_log_base = log_base(value, value.target);
      for (const std::string& id : value.references) compiled.reference_log_bases.push_back(log_base(value, id));
    }
    compiled.curve = index_of(definition_.standard_curves, value.curve);
    const bool extreme = value.kind == ValueKind::maximum || value.kind == ValueKind::minimum;
    compiled.in_cycles = value.kind == ValueKind::delta_cq || value.kind == ValueKind::delta_delta_cq ||
                         (extreme && std::all_of(compiled.operands.begin(), compiled.operands.end(),
                                                 [&](Slot operand) { return is_in_cycles(operand); }));
    return compiled;
  }

  bool is_in_cycles(Slot of) const {
    if (of < program_.target_count()) return true;
    const int value = of - program_.value_slot(0);
    return value >= 0 && program_.values[static_cast<std::size_t>(value)].in_cycles;
  }

  /// Every slot that a number is made of, itself included.
  void collect(Slot of, std::set<Slot>& into) const {
    if (of == no_slot || !into.insert(of).second) return;
    const int index = of - program_.value_slot(0);
    if (index < 0) return;
    const CompiledValue& value = program_.values[static_cast<std::size_t>(index)];
    collect(value.target, into);
    for (const Slot each : value.references) collect(each, into);
    collect(value.operand, into);
    for (const Slot each : value.operands) collect(each, into);
    for (const CompiledFactor& each : value.multiply) collect(each.slot, into);
    for (const CompiledFactor& each : value.divide) collect(each.slot, into);
    collect(value.positives, into);
    collect(value.total, into);
    for (const CompiledTerm& each : value.terms) collect(each.slot, into);
  }

  CompiledRule compile_rule(const RuleDefinition& rule) const {
    CompiledRule compiled;
    compiled.slot = slot(rule.value);
    compiled.in_cycles = is_in_cycles(compiled.slot);
    compiled.alternate = index_of(definition_.rules, rule.alternate);
    std::set<Slot> parts;
    collect(compiled.slot, parts);
    for (const Slot part : parts) {
      if (part < program_.target_count()) {
        // The targets of a rule within replicates share a tube: check_assay() has seen to that.
        compiled.tube = program_.targets[static_cast<std::size_t>(part)].tube;
      } else if (part < program_.value_slot(0)) {
        compiled.covariates.push_back(part - program_.target_count());
      } else {
        compiled.needed.push_back(part - program_.value_slot(0));
      }
    }
    return compiled;
  }

  void append_steps(const CallExpression& expression) {
    CallStep step;
    if (expression.kind == CallExpression::Kind::rule) {
      step.rule = index_of(definition_.rules, expression.rule);
    } else {
      for (const CallExpression& operand : expression.operands) append_steps(operand);
      step.count = static_cast<int>(expression.operands.size());
      step.at_least = expression.kind == CallExpression::Kind::any   ? 1
                      : expression.kind == CallExpression::Kind::all ? step.count
                                                                     : expression.at_least;
    }
    program_.positive.push_back(step);
  }

  void compile_classes(const Classification& classification) {
    program_.classified = slot(classification.value);
    for (const ScoreClass& each : classification.classes) {
      program_.classes.push_back({each.below, each.at_most, 0.0});
    }
  }

  const AssayDefinition& definition_;
  AssayProgram program_;
};

[[noreturn]] void refuse_covariate(const CovariateDefinition& covariate, const CovariateValue& value,
                                   std::string expected) {
  throw Error(ErrorCode::invalid_value, {.path = {},
                                         .line = 0,
                                         .column = covariate.id,
                                         .field = {},
                                         .found = value.text,
                                         .expected = std::move(expected),
                                         .problem = {}});
}

CompactCovariate to_compact(const CovariateDefinition& covariate, const std::vector<std::string>& codes,
                            const CovariateValue& value) {
  CompactCovariate compact;
  compact.range = value.range;
  compact.out_of_range = value.out_of_range;
  compact.lot_expired = value.lot_expired;
  compact.age_days = value.age_days;
  if (covariate.kind == CovariateKind::category) {
    compact.code = index_of_text(codes, value.category);
    if (compact.code < 0) refuse_covariate(covariate, value, "a code of the definition");
  }
  if (covariate.kind != CovariateKind::number) return compact;
  const ValueRange& range = value.range;
  const bool inside =
      range.lower >= *covariate.minimum && range.upper <= *covariate.maximum && range.lower <= range.upper;
  const bool is_number = !std::isnan(range.lower) && !std::isnan(range.upper);
  if (!is_number || (!inside && covariate.out_of_range == OutOfRangePolicy::refuse)) {
    refuse_covariate(covariate, value, format_double(*covariate.minimum) + " to " + format_double(*covariate.maximum));
  }
  compact.out_of_range = compact.out_of_range || !inside;
  return compact;
}

}  // namespace

AssayProgram compile(const AssayDefinition& definition, const std::optional<ReleaseProof>& proof) {
  require_runnable(definition, proof);
  return compile_unproved(definition);
}

AssayProgram compile_unproved(const AssayDefinition& definition) { return Compiler(definition).compile(); }

CompactObservation to_compact(const AssayProgram& program, const SampleObservation& sample) {
  const AssayDefinition& definition = *program.definition;
  CompactObservation compact;
  const std::size_t count = program.targets.size();
  compact.cqs.resize(sample.replicates.size() * count);
  for (std::size_t well = 0; well < sample.replicates.size(); ++well) {
    const ReplicateObservation& replicate = sample.replicates[well];
    compact.tubes.push_back(index_of_text(program.tubes, replicate.tube));
    for (std::size_t target = 0; target < count; ++target) {
      const auto seen = replicate.targets.find(definition.targets[target].id);
      if (seen != replicate.targets.end()) compact.cqs[well * count + target] = seen->second;
    }
  }
  compact.covariates.resize(definition.covariates.size());
  for (std::size_t i = 0; i < definition.covariates.size(); ++i) {
    const auto written = sample.covariates.find(definition.covariates[i].id);
    if (written == sample.covariates.end()) continue;
    compact.covariates[i] = to_compact(definition.covariates[i], program.codings[i], written->second);
  }
  return compact;
}

CompactContext to_compact(const AssayProgram& program, const RunContext& context) {
  const AssayDefinition& definition = *program.definition;
  const auto control_cq = [&](const std::string& control, const std::string& target) -> std::optional<ControlCq> {
    const auto found = context.controls.find(control);
    if (found == context.controls.end()) return std::nullopt;
    const auto cq = found->second.find(target);
    if (cq == found->second.end() || cq->second.count < 1 || !std::isfinite(cq->second.mean_cycles)) {
      return std::nullopt;
    }
    return cq->second;
  };
  const auto control_mean = [&](const std::string& control, const std::string& target) -> std::optional<double> {
    const std::optional<ControlCq> cq = control_cq(control, target);
    return cq ? std::optional<double>(cq->mean_cycles) : std::nullopt;
  };
  CompactContext compact;
  for (const StandardCurveDefinition& curve : definition.standard_curves) {
    CompactContext::Curve made;
    std::optional<double> slope = curve.slope;
    std::optional<double> intercept = curve.intercept;
    if (!slope || !intercept) {
      const auto found = context.standard_curves.find(curve.id);
      if (found != context.standard_curves.end() && found->second.problems.empty()) {
        slope = found->second.slope;
        intercept = found->second.intercept;
      }
    }
    made.usable = slope && intercept && std::isfinite(*slope) && *slope != 0 && std::isfinite(*intercept);
    if (made.usable) {
      made.slope = *slope;
      made.intercept = *intercept;
    }
    compact.curves.push_back(made);
  }
  for (const ValueDefinition& value : definition.values) {
    CompactContext::Control made;
    if (!value.control.empty()) {
      const auto values = context.control_values.find(value.control);
      if (values != context.control_values.end()) {
        const auto found = values->second.find(value.value);
        if (found != values->second.end() && std::isfinite(found->second)) made.value = found->second;
      }
      made.target_cq = control_mean(value.control, value.target);
      for (const std::string& id : value.references) made.references.push_back(control_mean(value.control, id));
    } else {
      made.value = value.reference_value;
    }
    compact.controls.push_back(std::move(made));
  }
  for (const InhibitionRule& rule : definition.inhibition) {
    compact.negatives.push_back(control_cq(rule.against, rule.target));
  }
  return compact;
}

}  // namespace qpcr
