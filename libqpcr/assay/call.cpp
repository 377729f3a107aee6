// The call of one sample: outcome, reasons, traces of rules and values.
#include "libqpcr/assay/call.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "libqpcr/assay/evaluation.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr {
namespace {

/// Digits at which the shown value lies on the same side of the limit as the value itself: 49.996 is not shown
/// as 50.00.
int find_display_digits(double value, double limit, int digits) {
  constexpr int most = 6;
  const auto side = [&](double x) { return x < limit ? -1 : x > limit ? 1 : 0; };
  for (; digits < most; ++digits) {
    const double shown = parse_double(format_fixed(value, digits)).value_or(value);
    if (side(shown) == side(value)) break;
  }
  return digits;
}

std::string render_range(const ValueRange& range, int digits) {
  if (range.is_point()) return format_fixed(range.lower, digits);
  const bool below = std::isfinite(range.upper);
  const bool above = std::isfinite(range.lower);
  if (above && below) return fmt::format("{}…{}", format_fixed(range.lower, digits), format_fixed(range.upper, digits));
  if (above) return fmt::format("{} {}", range.lower_open ? ">" : "≥", format_fixed(range.lower, digits));
  if (below) return fmt::format("{} {}", range.upper_open ? "<" : "≤", format_fixed(range.upper, digits));
  return "?";
}

int display_digits(const AssayDefinition& definition, std::string_view id) {
  const ValueDefinition* value = find_value(definition, id);
  return value == nullptr ? 2 : value->display_digits;
}

Message describe_rule(const AssayDefinition& definition, const RuleDefinition& rule, const RuleEvaluation& evaluation) {
  Message message;
  const bool open = evaluation.truth == Truth::unknown || evaluation.truth == Truth::invalid;
  const std::string_view ending = evaluation.truth == Truth::yes       ? "met"
                                  : evaluation.truth == Truth::no      ? "not_met"
                                  : evaluation.truth == Truth::unknown ? "open"
                                                                       : "invalid";
  message.values = {{"rule", rule.id}, {"value_name", rule.value}};
  if (rule.at_least_replicates) {
    message.id = fmt::format("rule_replicates_{}", ending);
    const auto count = [&](Truth truth) {
      return std::to_string(std::count(evaluation.replicates.begin(), evaluation.replicates.end(), truth));
    };
    message.values.emplace_back("met", count(Truth::yes));
    message.values.emplace_back("needed", std::to_string(*rule.at_least_replicates));
    message.values.emplace_back("count", std::to_string(evaluation.replicates.size()));
    message.values.emplace_back("not_met", count(Truth::no));
  } else {
    message.id = open && evaluation.gray ? "rule_gray" : fmt::format("rule_{}", ending);
    const ValueRange& range = evaluation.quantity.range;
    int digits = display_digits(definition, rule.value);
    if (rule.compare == Comparison::rounded) {
      digits = rule.digits;
    } else if (range.is_point()) {
      digits = find_display_digits(range.lower, rule.limit, digits);
    }
    message.values.emplace_back("value", render_range(range, digits));
  }
  message.values.emplace_back("relation", std::string(to_symbol(rule.relation)));
  message.values.emplace_back("limit", format_double(rule.limit));
  if (rule.gray) {
    message.values.emplace_back("lower", format_double(rule.gray->lower));
    message.values.emplace_back("upper", format_double(rule.gray->upper));
  }
  return message;
}

/// The truth of the call when one rule is taken as unknown.
Truth without_rule(const AssayDefinition& definition, const Evaluation& evaluation, std::string_view rule) {
  return evaluate(*definition.positive, [&](std::string_view asked) {
    return asked == rule ? Truth::unknown : evaluation.rules.at(std::string(asked)).truth;
  });
}

void append_unique(std::vector<Message>& messages, const Message& message) {
  if (std::find(messages.begin(), messages.end(), message) == messages.end()) messages.push_back(message);
}

/// Everything that is wrong with the sample's wells and covariates.
void append_faults(std::vector<Message>& reasons, const Evaluation& evaluation) {
  for (const Message& refusal : evaluation.refusals) append_unique(reasons, refusal);
  for (const auto& [name, tube] : evaluation.tubes) {
    for (const Message& fault : tube.faults) append_unique(reasons, fault);
  }
}

void append_rules(std::vector<Message>& reasons, const SampleCall& call, Truth truth) {
  for (const RuleTrace& rule : call.rules) {
    if (rule.truth == truth) append_unique(reasons, rule.statement);
  }
}

void append_open(std::vector<Message>& reasons, const Evaluation& evaluation, Truth truth) {
  for (const auto& [id, rule] : evaluation.rules) {
    if (rule.truth == truth && rule.why_open) append_unique(reasons, *rule.why_open);
  }
}

void give_reasons(SampleCall& call, const Evaluation& evaluation) {
  switch (call.outcome) {
    case Outcome::positive:
      append_rules(call.reasons, call, Truth::yes);
      append_open(call.reasons, evaluation, Truth::unknown);
      append_open(call.reasons, evaluation, Truth::invalid);
      append_faults(call.reasons, evaluation);
      break;
    case Outcome::negative:
      append_rules(call.reasons, call, Truth::no);
      append_faults(call.reasons, evaluation);
      break;
    case Outcome::indeterminate:
      append_open(call.reasons, evaluation, Truth::unknown);
      append_rules(call.reasons, call, Truth::unknown);
      append_faults(call.reasons, evaluation);
      break;
    case Outcome::scored:
      append_faults(call.reasons, evaluation);
      break;
    case Outcome::invalid:
      append_faults(call.reasons, evaluation);
      append_open(call.reasons, evaluation, Truth::invalid);
      append_open(call.reasons, evaluation, Truth::unknown);
      break;
  }
  for (const auto& [name, tube] : evaluation.tubes) {
    for (const Message& exception : tube.exceptions) append_unique(call.reasons, exception);
    for (const Message& observation : tube.left_out) append_unique(call.reasons, observation);
  }
  if (call.reasons.empty()) call.reasons.push_back({fmt::format("call_{}", to_string(call.outcome)), {}});
}

NamedValue name_value(const std::string& id, const Quantity& quantity, const Quantity& without_imputed) {
  NamedValue value;
  value.id = id;
  if (quantity.is_known()) {
    value.value = quantity.range.lower;
  } else if (quantity.why) {
    value.why_absent = quantity.why;
  } else {
    value.why_absent = Message{"value_bounded", {{"value_name", id}, {"range", render_range(quantity.range, 2)}}};
  }
  value.depends_on_imputed_cq = quantity.range != without_imputed.range;
  return value;
}

void append_values(const AssayDefinition& definition, const SampleObservation& sample, const Evaluation& evaluation,
                   const Evaluation& without_imputed, SampleCall& call) {
  for (const CovariateDefinition& covariate : definition.covariates) {
    const Quantity& quantity = evaluation.quantities.at(covariate.id);
    NamedValue value = name_value(covariate.id, quantity, quantity);
    value.unit = covariate.unit;
    if (const auto written = sample.covariates.find(covariate.id); written != sample.covariates.end()) {
      value.text = written->second.text;
      const ValueRange& range = written->second.range;
      // Shown in the unit it was measured in, not as the scores transform it.
      if (covariate.kind == CovariateKind::number && range.is_point()) value.value = range.lower;
    }
    call.values.push_back(std::move(value));
  }
  for (const ValueDefinition& defined : definition.values) {
    NamedValue value =
        name_value(defined.id, evaluation.quantities.at(defined.id), without_imputed.quantities.at(defined.id));
    value.unit = defined.kind == ValueKind::delta_cq ? "cycles" : "";
    value.display_digits = defined.display_digits;
    call.values.push_back(std::move(value));
  }
}

}  // namespace

SampleCall call_sample(const AssayDefinition& definition, const SampleObservation& sample, const RunContext&) {
  require_runnable(definition);
  const Evaluation evaluation = evaluate_sample(definition, sample, Imputation::as_defined);
  const Evaluation without_imputed = evaluate_sample(definition, sample, Imputation::unknown);
  const Evaluation only_later = evaluate_sample(definition, sample, Imputation::only_later);

  SampleCall call;
  call.sample = sample.sample;
  call.outcome = to_outcome(evaluation.truth);
  bool any_gray = false;
  for (const RuleDefinition& rule : definition.rules) {
    const RuleEvaluation& evaluated = evaluation.rules.at(rule.id);
    RuleTrace trace;
    trace.id = rule.id;
    trace.statement = describe_rule(definition, rule, evaluated);
    if (!rule.at_least_replicates && evaluated.quantity.is_known()) trace.value = evaluated.quantity.range.lower;
    trace.truth = evaluated.truth;
    trace.depends_on_imputed_cq = without_imputed.rules.at(rule.id).truth != evaluated.truth;
    trace.decisive = evaluation.refusals.empty() && definition.positive &&
                     without_rule(definition, evaluation, rule.id) != evaluation.truth;
    any_gray = any_gray || evaluated.gray;
    call.rules.push_back(std::move(trace));
  }
  append_values(definition, sample, evaluation, without_imputed, call);
  give_reasons(call, evaluation);

  call.depends_on_imputed_cq = without_imputed.truth != evaluation.truth;
  const bool number_decides = only_later.truth != evaluation.truth;
  if (number_decides) {
    call.reasons.push_back({"imputed_cq_decides", {}});
  } else if (call.depends_on_imputed_cq) {
    call.reasons.push_back({"imputed_cq_used", {}});
  }
  const bool any_exception = std::any_of(evaluation.tubes.begin(), evaluation.tubes.end(),
                                         [](const auto& tube) { return !tube.second.exceptions.empty(); });
  const bool any_left_out = std::any_of(evaluation.tubes.begin(), evaluation.tubes.end(),
                                        [](const auto& tube) { return !tube.second.left_out.empty(); });
  call.needs_review = call.outcome == Outcome::indeterminate || call.outcome == Outcome::invalid || any_gray ||
                      number_decides || any_exception || any_left_out;
  return call;
}

void invalidate(SampleCall& call, const std::vector<Message>& reasons) {
  call.outcome = Outcome::invalid;
  call.reasons.insert(call.reasons.begin(), reasons.begin(), reasons.end());
  call.needs_review = true;
  // Nothing in the sample decides any more.
  for (RuleTrace& rule : call.rules) rule.decisive = false;
}

}  // namespace qpcr
