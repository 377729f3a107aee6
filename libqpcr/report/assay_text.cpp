// Lines of an assay definition.
#include "libqpcr/report/assay_text.hpp"

#include <string_view>

#include <fmt/format.h>

#include "libqpcr/core/text.hpp"

namespace qpcr {
namespace {

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
  std::string text;
  for (const std::string& part : parts) {
    if (!text.empty()) text += separator;
    text += part;
  }
  return text;
}

std::string render_limit(const CqLimit& limit) {
  std::string text = fmt::format("{} {}", limit.target, to_string(limit.kind));
  if (limit.lower) text += " " + format_double(*limit.lower);
  if (limit.upper) text += " " + format_double(*limit.upper);
  return text;
}

std::string render_target(const AssayTarget& target) {
  std::string text = fmt::format("{}  {}  {}", target.id, target.dye, to_string(target.role));
  if (target.internal_control_kind) text += fmt::format(" ({})", to_string(*target.internal_control_kind));
  if (!target.aliases.empty()) text += fmt::format("  = {}", join(target.aliases, ", "));
  if (target.threshold) text += fmt::format("  threshold {}", *target.threshold);
  if (target.maximum_cq_cycles) text += fmt::format("  maximum_cq {}", *target.maximum_cq_cycles);
  text += fmt::format("  not_detected {}", to_string(target.not_detected.policy));
  if (target.not_detected.cycles) text += fmt::format(" {}", *target.not_detected.cycles);
  return text;
}

std::string render_covariate(const CovariateDefinition& covariate) {
  std::string text = fmt::format("{}  {}", covariate.id, to_string(covariate.kind));
  if (!covariate.unit.empty()) text += fmt::format(" [{}]", covariate.unit);
  for (const auto& [code, number] : covariate.coding) text += fmt::format(" {}={}", code, number);
  if (covariate.minimum && covariate.maximum) text += fmt::format(" {}–{}", *covariate.minimum, *covariate.maximum);
  if (covariate.transform != Transform::none) text += fmt::format(" {}", to_string(covariate.transform));
  return text + fmt::format("  missing {}", to_string(covariate.missing));
}

std::string render_value(const ValueDefinition& value) {
  std::string text = fmt::format("{}  {} ", value.id, to_string(value.kind));
  switch (value.kind) {
    case ValueKind::delta_cq:
      return text + fmt::format("{} − {}", value.target, join(value.references, ", "));
    case ValueKind::linear:
    case ValueKind::logistic: {
      text += format_double(value.intercept);
      for (const auto& [term, coefficient] : value.terms) text += fmt::format(" {:+}·{}", coefficient, term);
      return text;
    }
    case ValueKind::max_of_sigmoids: {
      for (const Sigmoid& s : value.sigmoids)
        text += fmt::format(" ({}, centre {}, slope {})", s.value, s.centre, s.slope);
      return text + fmt::format("  scale {}", value.scale);
    }
    default:
      break;
  }
  return text;
}

std::string render_rule(const RuleDefinition& rule) {
  std::string text = fmt::format("{}: {} {} {}", rule.id, rule.value, to_symbol(rule.relation), rule.limit);
  if (rule.at_least_replicates) text += fmt::format("  replicates ≥ {}", *rule.at_least_replicates);
  if (rule.gray) text += fmt::format("  gray {}–{}", rule.gray->lower, rule.gray->upper);
  if (rule.compare == Comparison::rounded) text += fmt::format("  rounded to {} digits", rule.digits);
  return text;
}

std::string render_expression(const CallExpression& expression) {
  if (expression.kind == CallExpression::Kind::rule) return expression.rule;
  std::vector<std::string> operands;
  for (const CallExpression& operand : expression.operands) operands.push_back(render_expression(operand));
  if (expression.kind == CallExpression::Kind::any) return "(" + join(operands, " OR ") + ")";
  if (expression.kind == CallExpression::Kind::all) return "(" + join(operands, " AND ") + ")";
  return fmt::format("(≥ {} of: {})", expression.at_least, join(operands, ", "));
}

}  // namespace

std::string render_assay(const AssayDefinition& definition, Language language) {
  const AssayIdentity identity = identify(definition);
  std::string text = fmt::format("{} {}  {}\n", identity.id, identity.version, pick(identity.title, language));
  const auto line = [&](std::string_view label, const std::string& value) {
    text += fmt::format("{}: {}\n", render_text(label, language), value);
  };
  const auto list = [&](std::string_view label, const std::vector<std::string>& items) {
    if (items.empty()) return;
    text += fmt::format("{}:\n", render_text(label, language));
    for (const std::string& item : items) text += "  " + item + "\n";
  };
  const auto list_of = [&](std::string_view label, const auto& values, const auto& render) {
    std::vector<std::string> items;
    for (const auto& value : values) items.push_back(render(value));
    list(label, items);
  };
  line("assay_status", std::string(to_string(identity.status)));
  line("assay_sha256", identity.sha256);
  line("assay_intended_use", pick(identity.intended_use, language));
  list_of("assay_targets", definition.targets, render_target);
  list_of("assay_controls", definition.controls, [](const ControlDefinition& control) {
    std::vector<std::string> limits;
    for (const CqLimit& limit : control.limits) limits.push_back(render_limit(limit));
    return fmt::format("{}  {}  ≥ {}  {}", control.id, to_string(control.kind), control.minimum_count,
                       join(limits, "; "));
  });
  list_of("assay_validity", definition.validity, [](const ValidityRule& rule) {
    return rule.exception_target.empty() || !rule.exception_at_most
               ? render_limit(rule.limit)
               : fmt::format("{}  (unless {} ≤ {})", render_limit(rule.limit), rule.exception_target,
                             *rule.exception_at_most);
  });
  line("assay_replicates", fmt::format("{}  (≥ {})", definition.replicates.count, definition.replicates.minimum_valid));
  list_of("assay_covariates", definition.covariates, render_covariate);
  list_of("assay_values", definition.values, render_value);
  list_of("assay_rules", definition.rules, render_rule);
  if (definition.positive) line("assay_positive", render_expression(*definition.positive));
  list_of("assay_statements", definition.statements,
          [&](const LocalizedText& statement) { return pick(statement, language); });
  list("assay_citations", identity.citations);
  return text;
}

}  // namespace qpcr
