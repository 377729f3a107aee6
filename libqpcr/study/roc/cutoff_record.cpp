// Cut-off records written as JSON, and checked against their identity.
#include "libqpcr/study/roc/cutoff_record.hpp"

#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "libqpcr/core/refusal.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/core/version.hpp"
#include "libqpcr/seal/canonical.hpp"

namespace qpcr {
namespace {

using nlohmann::json;

constexpr std::string_view schema = "qpcr.cutoff/1";

json to_json(const std::optional<double>& number) { return number ? json(*number) : json(nullptr); }

json to_json(const std::optional<bool>& flag) { return flag ? json(*flag) : json(nullptr); }

json to_json(const std::optional<Interval>& interval) {
  return interval ? json::array({interval->lower, interval->upper}) : json(nullptr);
}

json to_json(const Message& message) {
  json values = json::object();
  for (const auto& [name, text] : message.values) values[name] = text;
  return {{"id", message.id}, {"values", std::move(values)}};
}

json to_json(const std::optional<Message>& message) { return message ? to_json(*message) : json(nullptr); }

json to_json(const Estimate& estimate) {
  return {{"value", to_json(estimate.value)},
          {"interval", to_json(estimate.interval)},
          {"why_absent", to_json(estimate.why_absent)}};
}

json to_json(const CorrectedProportion& proportion) {
  return {{"apparent", to_json(proportion.apparent)},
          {"corrected", to_json(proportion.corrected)},
          {"optimism", to_json(proportion.optimism)}};
}

json to_json(const SourceFile& source) {
  return {{"name", source.name}, {"sha256", source.sha256}, {"size_bytes", source.size_bytes}};
}

json to_json(const std::vector<Exclusion>& exclusions) {
  json list = json::array();
  for (const Exclusion& one : exclusions)
    list.push_back({{"reason", to_json(one.reason)}, {"rows", one.rows}, {"lines", one.lines}});
  return list;
}

json to_json(const FourfoldTable& table) {
  return {{"true_positive", table.true_positive},
          {"false_positive", table.false_positive},
          {"false_negative", table.false_negative},
          {"true_negative", table.true_negative}};
}

json to_json(const Proportion& proportion, const TargetVerdict& verdict) {
  return {{"numerator", proportion.numerator},
          {"denominator", proportion.denominator},
          {"value", to_json(proportion.estimate)},
          {"wilson", to_json(proportion.wilson)},
          {"clopper_pearson", to_json(proportion.clopper_pearson)},
          {"target", to_json(verdict.target)},
          {"met", to_json(verdict.met)},
          {"why_absent", to_json(proportion.why_absent)}};
}

json to_json(const EstablishmentOptions& options, RocRule rule) {
  return {{"criterion", to_string(options.criterion)},
          {"level", to_json(options.level)},
          {"cost_ratio", to_json(options.cost_ratio)},
          {"prevalence", to_json(options.prevalence)},
          {"direction", to_string(options.direction)},
          {"threshold", to_string(options.threshold)},
          {"rule", to_string(rule)},
          {"tied", to_string(options.tied)},
          {"gray_method", to_string(options.gray_method)},
          {"gray_level", options.gray_level},
          {"sensitivity_target", to_json(options.sensitivity_target)},
          {"specificity_target", to_json(options.specificity_target)},
          {"target_rule", options.target_rule == TargetRule::lower_limit ? "lower_limit" : "estimate"},
          {"confidence", options.confidence},
          {"replicates", options.resampling.replicates},
          {"seed", options.resampling.seed}};
}

json describe_establishment(const CutoffEstablishment& made) {
  const OptimalCutoff& found = made.establishment;
  json optima = json::array();
  for (const OptimalPoint& one : found.optima)
    optima.push_back({{"cutoff", one.point.threshold},
                      {"criterion_value", one.criterion_value},
                      {"table", to_json(one.point.table)}});
  return {{"source", to_json(made.source)},
          {"exclusions", to_json(made.exclusions)},
          {"cases", found.cases},
          {"controls", found.controls},
          {"cutoff", to_json(found.cutoff)},
          {"criterion_value", to_json(found.criterion_value)},
          {"optima", std::move(optima)},
          {"chosen", found.chosen},
          {"sensitivity", to_json(found.sensitivity)},
          {"specificity", to_json(found.specificity)},
          {"youden_index", to_json(found.youden)}};
}

json describe_gray_zone(const GrayZoneResult& zone) {
  return {{"method", zone.method},
          {"sensitivity_limit", to_json(zone.sensitivity_limit)},
          {"specificity_limit", to_json(zone.specificity_limit)},
          {"lower", to_json(zone.lower)},
          {"upper", to_json(zone.upper)},
          {"cases_inside", to_json(zone.cases_inside)},
          {"controls_inside", to_json(zone.controls_inside)}};
}

json describe_verification(const std::optional<CutoffVerification>& verification) {
  if (!verification) return nullptr;
  return {{"source", to_json(verification->source)},
          {"exclusions", to_json(verification->exclusions)},
          {"cases", verification->table.cases()},
          {"controls", verification->table.controls()},
          {"table", to_json(verification->table)},
          {"sensitivity", to_json(verification->sensitivity, verification->sensitivity_verdict)},
          {"specificity", to_json(verification->specificity, verification->specificity_verdict)}};
}

/// A number that TOML takes for one with a fraction.
std::string to_toml(double number) {
  std::string text = format_double(number);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

/// A basic string: JSON's escapes are TOML's too.
std::string to_toml(std::string_view text) { return json(text).dump(); }

}  // namespace

std::string render_cutoff_record(const CutoffEstablishment& made) {
  json warnings = json::array();
  for (const Message& warning : made.warnings) warnings.push_back(to_json(warning));
  json record = {{"schema", schema},
                 {"name", made.options.name},
                 {"date", made.options.date},
                 {"cutoff", *made.establishment.cutoff.value},
                 {"relation", find_relation(made.establishment.direction, made.rule)},
                 {"options", to_json(made.options, made.rule)},
                 {"establishment", describe_establishment(made)},
                 {"gray_zone", describe_gray_zone(made.gray_zone)},
                 {"verification", describe_verification(made.verification)},
                 {"accepted", to_json(made.accepted)},
                 {"warnings", std::move(warnings)},
                 {"library_version", library_version}};
  record["identity"] = canonical_sha256(record);
  return record.dump(2) + "\n";
}

std::string render_cutoff_rule(const CutoffEstablishment& made, std::string_view identity) {
  const double cutoff = *made.establishment.cutoff.value;
  std::string rule = fmt::format("{} = {}\n", find_relation(made.establishment.direction, made.rule), to_toml(cutoff));
  const GrayZoneResult& zone = made.gray_zone;
  if (zone.lower.value && *zone.lower.value <= cutoff && cutoff <= *zone.upper.value)
    rule += fmt::format("gray = [{}, {}]\n", to_toml(*zone.lower.value), to_toml(*zone.upper.value));
  const auto add = [&](const char* key, const std::string& method, const SourceFile& source, long cases,
                       long controls) {
    rule += fmt::format(
        "{} = {{ method = {}, dataset = {}, cases = {}, controls = {}, date = {}, record_sha256 = {} }}\n", key,
        to_toml(method), to_toml(source.name), cases, controls, to_toml(made.options.date), to_toml(identity));
  };
  std::string method(to_string(made.options.criterion));
  if (made.options.level) method += " " + format_double(*made.options.level);
  add("establishment", method, made.source, made.establishment.cases, made.establishment.controls);
  if (made.verification)
    add("verification", "independent subjects", made.verification->source, made.verification->table.cases(),
        made.verification->table.controls());
  return rule;
}

std::string check_cutoff_record(std::string_view text, const std::string& path) {
  const auto refuse_record = [&](ErrorCode code, const char* field, const char* expected) {
    ErrorContext context;
    context.path = path;
    context.field = field;
    context.expected = expected;
    throw Error(code, context);
  };
  json record = json::parse(text, nullptr, false);
  if (!record.is_object() || record.value("schema", json()) != schema)
    refuse_record(ErrorCode::malformed_file, "schema", "qpcr.cutoff/1");
  const auto identity = record.find("identity");
  if (identity == record.end() || !identity->is_string())
    refuse_record(ErrorCode::malformed_file, "identity", "the identity of the record");
  std::string claimed = identity->get<std::string>();
  record.erase("identity");
  if (canonical_sha256(record) != claimed)
    refuse_record(ErrorCode::integrity_failure, "identity", "the SHA-256 of the content");
  return claimed;
}

}  // namespace qpcr
