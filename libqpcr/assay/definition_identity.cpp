// The content of a definition as JSON, and the hash that identifies it.
#include <nlohmann/json.hpp>

#include "libqpcr/assay/definition.hpp"
#include "libqpcr/seal/canonical.hpp"

namespace qpcr {
namespace {

using nlohmann::json;

json to_json(const LocalizedText& text) { return {{"zh", text.zh}, {"en", text.en}}; }

json to_json(const std::optional<double>& number) { return number ? json(*number) : json(nullptr); }

json to_json(const CqLimit& limit) {
  return {{"target", limit.target},
          {"kind", to_string(limit.kind)},
          {"lower", to_json(limit.lower)},
          {"upper", to_json(limit.upper)}};
}

json to_json(const CqSettings& cq) {
  return {{"method", to_string(cq.options.method)},
          {"baseline", to_string(cq.options.baseline.method)},
          {"baseline_first_cycle", to_json(cq.options.baseline.first_cycle)},
          {"baseline_last_cycle", to_json(cq.options.baseline.last_cycle)},
          {"model", to_string(cq.options.model)},
          {"cycles", cq.cycles},
          {"signal", cq.signal ? json(to_string(*cq.signal)) : json(nullptr)}};
}

json to_json(const AssayTarget& target) {
  return {{"id", target.id},
          {"aliases", target.aliases},
          {"dye", target.dye},
          {"dye_aliases", target.dye_aliases},
          {"role", to_string(target.role)},
          {"kind", target.internal_control_kind ? json(to_string(*target.internal_control_kind)) : json(nullptr)},
          {"treatment", target.treatment},
          {"tube", target.tube},
          {"maximum_cq", to_json(target.maximum_cq_cycles)},
          {"threshold", to_json(target.threshold)},
          {"maximum_spread", to_json(target.maximum_spread_cycles)},
          {"not_detected",
           {{"policy", to_string(target.not_detected.policy)},
            {"cycles", to_json(target.not_detected.cycles)},
            {"paired_with", target.not_detected.paired_with}}}};
}

json to_json(const ControlDefinition& control) {
  json limits = json::array();
  for (const CqLimit& limit : control.limits) limits.push_back(to_json(limit));
  return {{"id", control.id},
          {"kind", to_string(control.kind)},
          {"sample_names", control.sample_names},
          {"minimum_count", control.minimum_count},
          {"limits", std::move(limits)}};
}

json to_json(const ValidityRule& rule) {
  return {{"id", rule.id},
          {"limit", to_json(rule.limit)},
          {"exception_target", rule.exception_target},
          {"exception_at_most", to_json(rule.exception_at_most)}};
}

json to_json(const CovariateDefinition& covariate) {
  return {{"id", covariate.id},
          {"kind", to_string(covariate.kind)},
          {"missing", to_string(covariate.missing)},
          {"unit", covariate.unit},
          {"minimum", to_json(covariate.minimum)},
          {"maximum", to_json(covariate.maximum)},
          {"transform", to_string(covariate.transform)},
          {"coding", covariate.coding}};
}

json to_json(const ValueDefinition& value) {
  json sigmoids = json::array();
  for (const Sigmoid& sigmoid : value.sigmoids) {
    sigmoids.push_back({{"value", sigmoid.value}, {"centre", sigmoid.centre}, {"slope", sigmoid.slope}});
  }
  return {{"id", value.id},
          {"kind", to_string(value.kind)},
          {"target", value.target},
          {"references", value.references},
          {"intercept", value.intercept},
          {"terms", value.terms},
          {"sigmoids", std::move(sigmoids)},
          {"scale", value.scale},
          {"display_digits", value.display_digits}};
}

json to_json(const RuleDefinition& rule) {
  return {{"id", rule.id},
          {"value", rule.value},
          {"relation", to_string(rule.relation)},
          {"limit", rule.limit},
          {"gray", rule.gray ? json{rule.gray->lower, rule.gray->upper} : json(nullptr)},
          {"compare", to_string(rule.compare)},
          {"digits", rule.compare == Comparison::rounded ? json(rule.digits) : json(nullptr)},
          {"at_least_replicates", rule.at_least_replicates ? json(*rule.at_least_replicates) : json(nullptr)}};
}

json to_json(const CallExpression& expression) {
  json operands = json::array();
  for (const CallExpression& operand : expression.operands) operands.push_back(to_json(operand));
  switch (expression.kind) {
    case CallExpression::Kind::rule:
      return expression.rule;
    case CallExpression::Kind::any:
      return {{"any", std::move(operands)}};
    case CallExpression::Kind::all:
      return {{"all", std::move(operands)}};
    case CallExpression::Kind::at_least:
      return {{"at_least", expression.at_least}, {"of", std::move(operands)}};
  }
  return nullptr;
}

template <typename T>
json to_json_list(const std::vector<T>& list) {
  json array = json::array();
  for (const T& item : list) array.push_back(to_json(item));
  return array;
}

}  // namespace

AssayIdentity identify(const AssayDefinition& definition) {
  const json content = {
      {"schema", "qpcr.assay/1"},
      {"id", definition.id},
      {"version", definition.version},
      {"status", to_string(definition.status)},
      {"claim", to_string(definition.claim)},
      {"title", to_json(definition.title)},
      {"intended_use", to_json(definition.intended_use)},
      {"statements", to_json_list(definition.statements)},
      {"cq", to_json(definition.cq)},
      {"targets", to_json_list(definition.targets)},
      {"controls", to_json_list(definition.controls)},
      {"validity", to_json_list(definition.validity)},
      {"replicates", {{"count", definition.replicates.count}, {"minimum_valid", definition.replicates.minimum_valid}}},
      {"covariates", to_json_list(definition.covariates)},
      {"values", to_json_list(definition.values)},
      {"rules", to_json_list(definition.rules)},
      {"positive", definition.positive ? to_json(*definition.positive) : json(nullptr)},
      {"outcomes",
       {{"positive", to_json(definition.outcomes.positive)},
        {"negative", to_json(definition.outcomes.negative)},
        {"indeterminate", to_json(definition.outcomes.indeterminate)},
        {"invalid", to_json(definition.outcomes.invalid)}}}};
  AssayIdentity identity;
  identity.id = definition.id;
  identity.version = definition.version;
  identity.status = definition.status;
  identity.sha256 = canonical_sha256(content);
  identity.title = definition.title;
  identity.intended_use = definition.intended_use;
  for (const CitedSource& source : definition.sources) {
    identity.citations.push_back(source.text);
    identity.recalled = identity.recalled || source.certainty == SourceCertainty::recalled;
  }
  identity.statements = definition.statements;
  identity.outcome_texts = definition.outcomes;
  return identity;
}

}  // namespace qpcr
