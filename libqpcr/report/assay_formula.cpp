// The arithmetic and the conditions of a definition as short formulas.
#include "libqpcr/report/assay_formula.hpp"

#include <cmath>

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

std::string mean_of(const std::vector<std::string>& references) {
  return references.size() == 1 ? references.front() : fmt::format("mean({})", join(references, ", "));
}

/// "− 0.102·dRNF135", with its sign before it.
std::string signed_term(double coefficient, const std::string& id, bool first) {
  const bool negative = coefficient < 0;
  const std::string sign = first ? (negative ? "−" : "") : (negative ? " − " : " + ");
  const double size = std::abs(coefficient);
  return sign + (size == 1 ? id : fmt::format("{}·{}", render_constant(size), id));
}

std::string linear(const ValueDefinition& value) {
  std::string text = value.intercept != 0 ? render_constant(value.intercept) : std::string();
  for (const auto& [id, coefficient] : value.terms) text += signed_term(coefficient, id, text.empty());
  return text.empty() ? "0" : text;
}

std::string times(double scale) { return scale == 1 ? std::string() : render_constant(scale) + "·"; }

std::string factors(const std::vector<Factor>& list) {
  std::vector<std::string> parts;
  for (const Factor& factor : list) {
    if (!factor.id.empty()) {
      parts.push_back(factor.id);
    } else {
      const bool plain = factor.unit.empty() || factor.unit == "1";
      parts.push_back(plain ? render_constant(factor.number)
                            : fmt::format("{} {}", render_constant(factor.number), factor.unit));
    }
  }
  return join(parts, " · ");
}

std::string bounded(const ValueDefinition& value, std::string text) {
  if (value.floor) text = fmt::format("max({}, {})", text, render_constant(*value.floor));
  if (value.cap) text = fmt::format("min({}, {})", text, render_constant(*value.cap));
  return text;
}

std::string sigmoids(const ValueDefinition& value) {
  std::vector<std::string> parts;
  for (const Sigmoid& sigmoid : value.sigmoids) {
    parts.push_back(fmt::format("1/(1 + exp({}·({} − {})))", render_constant(-sigmoid.slope), sigmoid.value,
                                render_constant(sigmoid.centre)));
  }
  return fmt::format("{}max({})", times(value.scale), join(parts, ", "));
}

std::string bands(const ValueDefinition& value) {
  std::vector<std::string> parts;
  const Band* before = nullptr;
  for (const Band& band : value.bands) {
    parts.push_back(fmt::format("{} → {}", render_interval(before, band), render_constant(band.value)));
    before = &band;
  }
  return fmt::format("{}: {}", value.value, join(parts, "; "));
}

std::string pfaffl(const ValueDefinition& value) {
  const auto power = [&](const std::string& id) {
    const auto base = value.efficiency_bases.find(id);
    return fmt::format("{}^Δ{}", base == value.efficiency_bases.end() ? "?" : render_constant(base->second), id);
  };
  std::vector<std::string> references;
  for (const std::string& id : value.references) references.push_back(power(id));
  const std::string below =
      references.size() == 1 ? references.front() : fmt::format("geometric mean({})", join(references, ", "));
  return fmt::format("{} / {}, Δ = {} − sample", power(value.target), below, value.control);
}

}  // namespace

std::string render_constant(double number) { return std::isnan(number) ? "unpublished" : format_double(number); }

template <typename Bounded>
std::string render_interval(const Bounded* before, const Bounded& band) {
  std::string lower = "(−∞";
  if (before != nullptr && before->below) lower = "[" + render_constant(*before->below);
  if (before != nullptr && before->at_most) lower = "(" + render_constant(*before->at_most);
  if (band.below) return fmt::format("{}, {})", lower, render_constant(*band.below));
  if (band.at_most) return fmt::format("{}, {}]", lower, render_constant(*band.at_most));
  return lower + ", ∞)";
}

template std::string render_interval(const Band*, const Band&);
template std::string render_interval(const ScoreClass*, const ScoreClass&);

std::string render_formula(const ValueDefinition& value) {
  switch (value.kind) {
    case ValueKind::delta_cq:
      return fmt::format("{} − {}", value.target, mean_of(value.references));
    case ValueKind::delta_delta_cq:
      return fmt::format("{} − {}", value.value,
                         value.reference_value ? render_constant(*value.reference_value)
                                               : fmt::format("{}({})", value.value, value.control));
    case ValueKind::relative_amount:
      return fmt::format("{}{}^(−{})", times(value.scale), render_constant(value.base), value.value);
    case ValueKind::pfaffl_ratio:
      return pfaffl(value);
    case ValueKind::quantity:
      return fmt::format("10^(({} − intercept) / slope), {}", value.target, value.curve);
    case ValueKind::relative_to_control:
      return fmt::format("{}{} / {}({})", times(value.scale), value.value, value.value, value.control);
    case ValueKind::product: {
      const std::string above = value.multiply.empty() ? "1" : factors(value.multiply);
      return value.divide.empty() ? above : fmt::format("{} / ({})", above, factors(value.divide));
    }
    case ValueKind::fraction:
      return fmt::format("{}{} / ({} + {})", times(value.scale), value.value, value.value, join(value.values, " + "));
    case ValueKind::poisson:
      return fmt::format("−ln(1 − {}/{})", value.positives, value.total);
    case ValueKind::linear:
      return linear(value);
    case ValueKind::logistic: {
      std::string exponent = linear(value);
      if (value.recalibration) {
        exponent = fmt::format("{} + {}·({})", render_constant(value.recalibration->intercept),
                               render_constant(value.recalibration->slope), exponent);
      }
      return fmt::format("{}1/(1 + exp(−({})))", times(value.scale), exponent);
    }
    case ValueKind::survival:
      return fmt::format("{}(1 − {}^exp({}))", times(value.scale),
                         render_constant(value.baseline_survival.value_or(NAN)), linear(value));
    case ValueKind::max_of_sigmoids:
      return sigmoids(value);
    case ValueKind::maximum:
      return fmt::format("max({})", join(value.values, ", "));
    case ValueKind::minimum:
      return fmt::format("min({})", join(value.values, ", "));
    case ValueKind::bands:
      return bands(value);
    case ValueKind::transform: {
      const std::string inner = bounded(value, value.value);
      return value.transform == Transform::none ? inner : fmt::format("{}({})", to_string(value.transform), inner);
    }
  }
  return {};
}

std::string render_comparison(const RuleDefinition& rule) {
  std::string text = fmt::format("{} {} {}", rule.value, to_symbol(rule.relation), render_constant(rule.limit));
  if (!rule.unit.empty()) text += " " + rule.unit;
  return text;
}

std::string render_expression(const CallExpression& expression) {
  if (expression.kind == CallExpression::Kind::rule) return expression.rule;
  std::vector<std::string> operands;
  for (const CallExpression& operand : expression.operands) operands.push_back(render_expression(operand));
  if (operands.size() == 1) return operands.front();
  if (expression.kind == CallExpression::Kind::any) return "(" + join(operands, " OR ") + ")";
  if (expression.kind == CallExpression::Kind::all) return "(" + join(operands, " AND ") + ")";
  return fmt::format("≥ {} of ({})", expression.at_least, join(operands, ", "));
}

}  // namespace qpcr
