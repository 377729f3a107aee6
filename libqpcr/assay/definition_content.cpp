// The content of a definition as JSON, and the hash that identifies it.
#include "libqpcr/assay/definition_content.hpp"

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/seal/canonical.hpp"

namespace qpcr {
namespace {

using nlohmann::json;

json to_json(double number) { return std::isnan(number) ? json(nullptr) : json(number); }

json to_json(const LocalizedText& text) { return {{"zh", text.zh}, {"en", text.en}}; }

json to_json(const std::map<std::string, double>& numbers) {
  json object = json::object();
  for (const auto& [name, number] : numbers) object[name] = to_json(number);
  return object;
}

json to_json(const std::pair<double, double>& window) {
  return json::array({to_json(window.first), to_json(window.second)});
}

json to_json(int number) { return number; }

// Named here because the two templates below call them.
json to_json(const CitedSource& part);
json to_json(const AssayTarget& part);
json to_json(const CqLimit& part);
json to_json(const ControlDefinition& part);
json to_json(const ValidityRule& part);
json to_json(const InhibitionRule& part);
json to_json(const StandardCurveDefinition& part);
json to_json(const ThresholdCalibrationPlan& part);
json to_json(const UnitConversion& part);
json to_json(const CovariateDefinition& part);
json to_json(const AcceptanceRule& part);
json to_json(const Sigmoid& part);
json to_json(const Band& part);
json to_json(const Factor& part);
json to_json(const Recalibration& part);
json to_json(const ValueDefinition& part);
json to_json(const GrayZone& part);
json to_json(const CutoffRecord& part);
json to_json(const RuleDefinition& part);
json to_json(const CallExpression& part);
json to_json(const ScoreClass& part);
json to_json(const Classification& part);
json to_json(const RepeatRequest& part);
json to_json(const ReleaseRecord& part);

template <typename T>
json to_json_list(const std::vector<T>& list) {
  json array = json::array();
  for (const T& item : list) array.push_back(to_json(item));
  return array;
}

/// Absent is no key: null is an unpublished number.
template <typename T>
void put(json& object, const char* key, const std::optional<T>& value) {
  if (value) object[key] = to_json(*value);
}

json to_json(const CitedSource& source) {
  return {{"id", source.id}, {"text", source.text}, {"certainty", to_string(source.certainty)}};
}

json to_json(const CqLimit& limit) {
  json object = {{"target", limit.target}, {"kind", to_string(limit.kind)}};
  put(object, "lower", limit.lower);
  put(object, "upper", limit.upper);
  return object;
}

/// The rest of CqOptions is this library's and the same for every definition; its defaults may improve without a new
/// definition, so it must not be set here.
void refuse_other_options(const CqOptions& options) {
  CqOptions written;
  written.method = options.method;
  written.model = options.model;
  written.baseline.method = options.baseline.method;
  written.baseline.first_cycle = options.baseline.first_cycle;
  written.baseline.last_cycle = options.baseline.last_cycle;
  if (written == options) return;
  throw Error(ErrorCode::assay_invalid, {.path = {},
                                         .line = 0,
                                         .column = {},
                                         .field = "cq",
                                         .found = {},
                                         .expected = {},
                                         .problem = "these options of the Cq method have no key in a definition"});
}

json to_json(const CurveGate& gate) {
  return {{"shape", to_string(gate.shape)}, {"on_failure", to_string(gate.on_failure)}};
}

json to_json(const CqSettings& cq) {
  refuse_other_options(cq.options);
  json object = {{"method", to_string(cq.options.method)},
                 {"origin", to_string(cq.origin)},
                 {"baseline", to_string(cq.options.baseline.method)},
                 {"model", to_string(cq.options.model)},
                 {"cycles", cq.cycles},
                 {"threshold", to_string(cq.threshold_origin)},
                 {"gate", to_json(cq.gate)}};
  put(object, "baseline_first_cycle", cq.options.baseline.first_cycle);
  put(object, "baseline_last_cycle", cq.options.baseline.last_cycle);
  if (cq.signal) object["signal"] = to_string(*cq.signal);
  return object;
}

json to_json(const NotDetected& policy) {
  json object = {{"policy", to_string(policy.policy)}, {"paired_with", policy.paired_with}};
  put(object, "cycles", policy.cycles);
  return object;
}

json to_json(const AssayTarget& target) {
  json object = {{"id", target.id},
                 {"aliases", target.aliases},
                 {"accession", target.accession},
                 {"identifier_status", target.identifier_status},
                 {"dye", target.dye},
                 {"dye_aliases", target.dye_aliases},
                 {"role", to_string(target.role)},
                 {"treatment", target.treatment},
                 {"tube", target.tube},
                 {"not_detected", to_json(target.not_detected)},
                 {"source", target.source}};
  if (target.internal_control_kind) object["kind"] = to_string(*target.internal_control_kind);
  put(object, "maximum_cq", target.maximum_cq_cycles);
  put(object, "threshold", target.threshold);
  put(object, "assigned_cq", target.assigned_cq_cycles);
  put(object, "minimum_rise", target.minimum_rise);
  put(object, "maximum_spread", target.maximum_spread_cycles);
  put(object, "maximum_sd", target.maximum_sd_cycles);
  return object;
}

json to_json(const ControlDefinition& control) {
  json object = {{"id", control.id},
                 {"kind", to_string(control.kind)},
                 {"sample_names", control.sample_names},
                 {"wells", control.wells},
                 {"minimum_count", control.minimum_count},
                 {"limits", to_json_list(control.limits)},
                 {"monitored", control.monitored},
                 {"source", control.source}};
  put(object, "passing_count", control.passing_count);
  return object;
}

template <typename Rule>
void put_exception(json& object, const Rule& rule) {
  object["exception_target"] = rule.exception_target;
  put(object, "exception_at_most", rule.exception_at_most);
}

json to_json(const ValidityRule& rule) {
  json object = {{"id", rule.id}, {"limit", to_json(rule.limit)}, {"source", rule.source}};
  put_exception(object, rule);
  return object;
}

json to_json(const InhibitionRule& rule) {
  json object = {{"id", rule.id}, {"target", rule.target}, {"against", rule.against}, {"source", rule.source}};
  put(object, "maximum_shift", rule.maximum_shift_cycles);
  put(object, "maximum_shift_sd", rule.maximum_shift_sd);
  put_exception(object, rule);
  return object;
}

json to_json(const ReplicatePlan& plan) {
  json object = {
      {"count", plan.count}, {"minimum_valid", plan.minimum_valid}, {"discordance", to_string(plan.discordance)}};
  put(object, "outlier_beyond", plan.outlier_beyond_cycles);
  return object;
}

json to_json(const StandardCurveDefinition& curve) {
  json object = {{"id", curve.id},
                 {"target", curve.target},
                 {"unit", curve.unit},
                 {"minimum_levels", curve.minimum_levels},
                 {"source", curve.source}};
  put(object, "slope", curve.slope);
  put(object, "intercept", curve.intercept);
  put(object, "minimum_r", curve.minimum_r);
  put(object, "slope_window", curve.slope_window);
  put(object, "lower_limit", curve.lower_limit);
  put(object, "upper_limit", curve.upper_limit);
  return object;
}

json to_json(const ThresholdCalibrationPlan& plan) {
  return {{"calibrator", plan.calibrator},
          {"weak_positive", plan.weak_positive},
          {"maximum_shift_factor", to_json(plan.maximum_shift_factor)},
          {"tolerance", to_json(plan.tolerance_cycles)},
          {"bias_limit", to_json(plan.bias_limit_cycles)},
          {"minimum_wells", plan.minimum_wells},
          {"valid_days", plan.valid_days},
          {"source", plan.source}};
}

json to_json(const UnitConversion& conversion) {
  return {{"unit", conversion.unit}, {"factor", to_json(conversion.factor)}, {"source", conversion.source}};
}

json to_json(const CovariateDefinition& covariate) {
  json object = {{"id", covariate.id},
                 {"kind", to_string(covariate.kind)},
                 {"missing", to_string(covariate.missing)},
                 {"unit", covariate.unit},
                 {"conversions", to_json_list(covariate.conversions)},
                 {"out_of_range", to_string(covariate.out_of_range)},
                 {"transform", to_string(covariate.transform)},
                 {"coding", to_json(covariate.coding)},
                 {"too_old", to_string(covariate.too_old)},
                 {"source", covariate.source}};
  put(object, "minimum", covariate.minimum);
  put(object, "maximum", covariate.maximum);
  put(object, "floor", covariate.floor);
  put(object, "cap", covariate.cap);
  put(object, "maximum_age_days", covariate.maximum_age_days);
  return object;
}

json to_json(const AcceptanceRule& rule) {
  json object = {{"id", rule.id},
                 {"covariate", rule.covariate},
                 {"one_of", rule.one_of},
                 {"action", to_string(rule.action)},
                 {"text", to_json(rule.text)},
                 {"source", rule.source}};
  put(object, "at_least", rule.at_least);
  put(object, "at_most", rule.at_most);
  return object;
}

json to_json(const Sigmoid& sigmoid) {
  return {{"value", sigmoid.value}, {"centre", to_json(sigmoid.centre)}, {"slope", to_json(sigmoid.slope)}};
}

json to_json(const Band& band) {
  json object = {{"value", to_json(band.value)}};
  put(object, "below", band.below);
  put(object, "at_most", band.at_most);
  return object;
}

json to_json(const Factor& factor) {
  return {{"id", factor.id}, {"number", to_json(factor.number)}, {"unit", factor.unit}};
}

json to_json(const Recalibration& recalibration) {
  return {{"intercept", to_json(recalibration.intercept)},
          {"slope", to_json(recalibration.slope)},
          {"source", recalibration.source}};
}

json to_json(const ValueDefinition& value) {
  json object = {{"id", value.id},
                 {"kind", to_string(value.kind)},
                 {"unit", value.unit},
                 {"target", value.target},
                 {"references", value.references},
                 {"control", value.control},
                 {"efficiency_bases", to_json(value.efficiency_bases)},
                 {"base", to_json(value.base)},
                 {"value", value.value},
                 {"values", value.values},
                 {"curve", value.curve},
                 {"multiply", to_json_list(value.multiply)},
                 {"divide", to_json_list(value.divide)},
                 {"positives", value.positives},
                 {"total", value.total},
                 {"intercept", to_json(value.intercept)},
                 {"terms", to_json(value.terms)},
                 {"sigmoids", to_json_list(value.sigmoids)},
                 {"bands", to_json_list(value.bands)},
                 {"transform", to_string(value.transform)},
                 {"scale", to_json(value.scale)},
                 {"display_digits", value.display_digits},
                 {"source", value.source}};
  if (value.orientation) object["orientation"] = to_string(*value.orientation);
  put(object, "reference_value", value.reference_value);
  put(object, "baseline_survival", value.baseline_survival);
  put(object, "recalibration", value.recalibration);
  put(object, "floor", value.floor);
  put(object, "cap", value.cap);
  return object;
}

json to_json(const GrayZone& gray) { return json::array({to_json(gray.lower), to_json(gray.upper)}); }

json to_json(const CutoffRecord& record) {
  return {{"method", record.method},     {"dataset", record.dataset}, {"cases", record.cases},
          {"controls", record.controls}, {"date", record.date},       {"record_sha256", record.record_sha256}};
}

json to_json(const RuleDefinition& rule) {
  json object = {{"id", rule.id},
                 {"value", rule.value},
                 {"relation", to_string(rule.relation)},
                 {"limit", to_json(rule.limit)},
                 {"unit", rule.unit},
                 {"compare", to_string(rule.compare)},
                 {"digits", rule.digits},
                 {"alternate", rule.alternate},
                 {"source", rule.source}};
  put(object, "gray", rule.gray);
  put(object, "at_least_replicates", rule.at_least_replicates);
  put(object, "establishment", rule.establishment);
  put(object, "verification", rule.verification);
  return object;
}

json to_json(const CallExpression& expression) {
  switch (expression.kind) {
    case CallExpression::Kind::rule:
      return expression.rule;
    case CallExpression::Kind::any:
      return {{"any", to_json_list(expression.operands)}};
    case CallExpression::Kind::all:
      return {{"all", to_json_list(expression.operands)}};
    case CallExpression::Kind::at_least:
      return {{"at_least", expression.at_least}, {"of", to_json_list(expression.operands)}};
  }
  return nullptr;
}

json to_json(const ScoreClass& score_class) {
  json object = {{"id", score_class.id}, {"text", to_json(score_class.text)}};
  put(object, "below", score_class.below);
  put(object, "at_most", score_class.at_most);
  return object;
}

json to_json(const Classification& classification) {
  return {{"value", classification.value},
          {"unit", classification.unit},
          {"classes", to_json_list(classification.classes)},
          {"compare", to_string(classification.compare)},
          {"digits", classification.digits},
          {"source", classification.source}};
}

json to_json(const RepeatRequest& request) {
  return {{"cause", to_string(request.cause)}, {"from", to_string(request.from)}, {"instruction", request.instruction}};
}

json to_json(const RepeatPlan& plan) {
  return {{"requests", to_json_list(plan.rules)}, {"maximum", plan.maximum}, {"decision", to_string(plan.decision)}};
}

json to_json(const FlagLimits& limits) {
  return {{"weak_positive", to_json(limits.weak_positive_cycles)},
          {"neighbour_difference", to_json(limits.neighbour_difference_cycles)}};
}

json to_json(const OutcomeTexts& texts) {
  return {{"positive", to_json(texts.positive)},
          {"negative", to_json(texts.negative)},
          {"indeterminate", to_json(texts.indeterminate)},
          {"invalid", to_json(texts.invalid)},
          {"scored", to_json(texts.scored)}};
}

json to_json(const ReleaseRecord& release) {
  return {{"registration", release.registration},
          {"laboratory_developed_test", release.laboratory_developed_test},
          {"verified_by", release.verified_by},
          {"verification_date", release.verification_date},
          {"verification_sha256", release.verification_sha256},
          {"valid_from", release.valid_from},
          {"valid_until", release.valid_until}};
}

}  // namespace

json to_content(const AssayDefinition& definition) {
  json content = {{"schema", "qpcr.assay/2"},
                  {"id", definition.id},
                  {"version", definition.version},
                  {"status", to_string(definition.status)},
                  {"claim", to_string(definition.claim)},
                  {"title", to_json(definition.title)},
                  {"intended_use", to_json(definition.intended_use)},
                  {"sources", to_json_list(definition.sources)},
                  {"source", definition.default_source},
                  {"statements", to_json_list(definition.statements)},
                  {"cq", to_json(definition.cq)},
                  {"targets", to_json_list(definition.targets)},
                  {"controls", to_json_list(definition.controls)},
                  {"validity", to_json_list(definition.validity)},
                  {"inhibition", to_json_list(definition.inhibition)},
                  {"replicates", to_json(definition.replicates)},
                  {"standard_curves", to_json_list(definition.standard_curves)},
                  {"covariates", to_json_list(definition.covariates)},
                  {"acceptance", to_json_list(definition.acceptance)},
                  {"values", to_json_list(definition.values)},
                  {"rules", to_json_list(definition.rules)},
                  {"repeat", to_json(definition.repeat)},
                  {"flags", to_json(definition.flags)},
                  {"outcomes", to_json(definition.outcomes)}};
  put(content, "horizon_years", definition.horizon_years);
  put(content, "threshold_calibration", definition.threshold_calibration);
  put(content, "positive", definition.positive);
  put(content, "classification", definition.classification);
  put(content, "release", definition.release);
  return content;
}

AssayIdentity identify(const AssayDefinition& definition) {
  AssayIdentity identity;
  identity.id = definition.id;
  identity.version = definition.version;
  identity.status = definition.status;
  identity.sha256 = canonical_sha256(to_content(definition));
  identity.title = definition.title;
  identity.intended_use = definition.intended_use;
  identity.statements = definition.statements;
  identity.outcome_texts = definition.outcomes;
  for (const CitedSource& source : definition.sources) {
    identity.citations.push_back(source.text);
    identity.recalled = identity.recalled || source.certainty == SourceCertainty::recalled;
  }
  const LocalizedText recalled{"部分参数系凭记忆录入，使用前须核对原始文献",
                               "Some constants are recalled from memory: verify them in the source before use"};
  const auto& stated = definition.statements;
  if (identity.recalled && std::find(stated.begin(), stated.end(), recalled) == stated.end())
    identity.statements.push_back(recalled);
  return identity;
}

}  // namespace qpcr
