// Fields of the JSON result and their text.
#include "libqpcr/report/result_json.hpp"

#include <cmath>
#include <optional>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "libqpcr/report/catalogue.hpp"
#include "libqpcr/report/json_text.hpp"
#include "libqpcr/report/plate_view.hpp"

namespace qpcr {
namespace {

using Json = nlohmann::ordered_json;

Json number(std::optional<double> value) { return value && std::isfinite(*value) ? Json(*value) : Json(nullptr); }

Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json to_json(const LocalizedText& text) { return Json{{"zh", text.zh}, {"en", text.en}}; }

Json to_json(const Message& message) {
  Json values = Json::object();
  for (const auto& [name, value] : message.values) values[name] = value;
  return Json{{"id", message.id},
              {"values", values},
              {"zh", render_message(message, Language::zh)},
              {"en", render_message(message, Language::en)}};
}

// Declared first: to_array() finds them by name only.
Json to_json(const SourceFile& source);
Json to_json(const NotRead& each);
Json to_json(const ControlResult& control);
Json to_json(const WellResult& well);
Json to_json(const NamedValue& value);
Json to_json(const RuleTrace& rule);
Json to_json(const SampleCall& call);
Json to_json(const TargetThreshold& threshold);
Json to_json(const StandardCurveResult& curve);

template <typename Item>
Json to_array(const std::vector<Item>& items) {
  Json array = Json::array();
  for (const Item& item : items) array.push_back(to_json(item));
  return array;
}

Json to_json(const AssayIdentity& assay) {
  return Json{{"id", assay.id},
              {"version", assay.version},
              {"status", to_string(assay.status)},
              {"sha256", assay.sha256},
              {"title", to_json(assay.title)},
              {"intended_use", to_json(assay.intended_use)},
              {"citations", assay.citations},
              {"recalled", assay.recalled},
              {"statements", to_array(assay.statements)}};
}

Json to_json(const SourceFile& source) {
  return Json{{"name", source.name}, {"sha256", source.sha256}, {"size_bytes", source.size_bytes}};
}

Json to_json(const NotRead& each) { return Json{{"where", each.where}, {"why", each.why}}; }

Json to_json(const Provenance& provenance) {
  return Json{{"sources", to_array(provenance.sources)},
              {"reader", provenance.reader},
              {"library_version", provenance.library_version},
              {"not_read", to_array(provenance.not_read)}};
}

Json to_json(const ControlResult& control) {
  return Json{{"kind", to_string(control.kind)},
              {"control", control.control},
              {"sample", text_or_null(control.sample)},
              {"well", text_or_null(control.well.label)},
              {"target", text_or_null(control.target)},
              {"cq_status", to_string(control.cq_status)},
              {"cq_cycles", number(control.cq_cycles)},
              {"passed", control.passed},
              {"expectation", to_json(control.expectation)},
              {"finding", to_json(control.finding)}};
}

Json to_json(const Baseline& baseline) {
  return Json{{"method", to_string(baseline.method)},
              {"intercept", number(baseline.intercept)},
              {"slope_per_cycle", number(baseline.slope_per_cycle)},
              {"first_cycle", number(baseline.first_cycle)},
              {"last_cycle", number(baseline.last_cycle)},
              {"noise_sd", number(baseline.noise_sd)}};
}

Json to_json(const WellResult& well) {
  return Json{{"well", well.well.label},
              {"sample", well.sample},
              {"target", well.target},
              {"target_as_read", well.target_as_read},
              {"dye", well.dye},
              {"role", to_string(well.role)},
              {"control", well.control ? Json(to_string(*well.control)) : Json(nullptr)},
              {"cq_method", to_string(well.cq.method)},
              {"cq_status", to_string(well.cq.status)},
              {"cq_cycles", number(well.cq.cq_cycles)},
              {"standard_error_cycles", number(well.cq.standard_error_cycles)},
              {"used_cq_cycles", number(well.used_cq_cycles)},
              {"imputed", well.imputed},
              {"vendor_cq_cycles", number(well.vendor_cq_cycles)},
              {"amplified", well.cq.amplified},
              {"reason", well.cq.reason.id.empty() ? Json(nullptr) : to_json(well.cq.reason)},
              {"threshold", number(well.cq.threshold)},
              {"baseline", to_json(well.cq.baseline)},
              {"end_fluorescence_rise", number(well.cq.end_fluorescence_rise)},
              {"flags", to_array(well.flags)}};
}

Json to_json(const NamedValue& value) {
  return Json{{"id", value.id},
              {"unit", text_or_null(value.unit)},
              {"value", number(value.value)},
              {"text", text_or_null(value.text)},
              {"display_digits", value.display_digits},
              {"depends_on_imputed_cq", value.depends_on_imputed_cq},
              {"why_absent", value.why_absent ? to_json(*value.why_absent) : Json(nullptr)}};
}

Json to_json(const RuleTrace& rule) {
  return Json{{"id", rule.id},
              {"statement", to_json(rule.statement)},
              {"value", number(rule.value)},
              {"truth", to_string(rule.truth)},
              {"depends_on_imputed_cq", rule.depends_on_imputed_cq},
              {"decisive", rule.decisive},
              {"distance_cycles", number(rule.distance_cycles)},
              {"distance_standard_errors", number(rule.distance_standard_errors)}};
}

Json to_json(const StandardCurveResult& curve) {
  return Json{{"id", curve.id},
              {"target", curve.target},
              {"slope", number(curve.slope)},
              {"intercept", number(curve.intercept)}};
}

Json to_json(const ScoreClassResult& score_class) {
  return Json{{"id", score_class.id}, {"text", to_json(score_class.text)}};
}

Json to_json(const SampleCall& call) {
  return Json{{"sample", call.sample},
              {"outcome", to_string(call.outcome)},
              {"needs_review", call.needs_review},
              {"releasable", call.releasable},
              {"depends_on_imputed_cq", call.depends_on_imputed_cq},
              {"reasons", to_array(call.reasons)},
              {"flags", to_array(call.flags)},
              {"repeat", call.repeat ? to_json(*call.repeat) : Json(nullptr)},
              {"score_class", call.score_class ? to_json(*call.score_class) : Json(nullptr)},
              {"values", to_array(call.values)},
              {"rules", to_array(call.rules)},
              {"wells", call.wells}};
}

Json to_json(const TargetThreshold& threshold) {
  return Json{{"target", threshold.target},
              {"dye", threshold.dye},
              {"threshold", number(threshold.threshold)},
              {"fixed", threshold.fixed},
              {"calibration", text_or_null(threshold.calibration)}};
}

}  // namespace

std::string render_result_json(const PlateResult& result) {
  Json counts = Json::object();
  for (const Outcome outcome :
       {Outcome::positive, Outcome::negative, Outcome::indeterminate, Outcome::invalid, Outcome::scored})
    counts[std::string(to_string(outcome))] = count_calls(result, outcome);
  const Json marking_texts = is_marked(result)
                                 ? Json{{"zh", marking(result, Language::zh)}, {"en", marking(result, Language::en)}}
                                 : Json(nullptr);
  const Json json{{"schema", result.schema},
                  {"library_version", result.library_version},
                  {"marking", marking_texts},
                  {"run", result.run},
                  {"run_started_at", text_or_null(result.started_at)},
                  {"instrument_serial", text_or_null(result.instrument_serial)},
                  {"reagent_lot", text_or_null(result.reagent_lot)},
                  {"control_lot", text_or_null(result.control_lot)},
                  {"simulated", result.simulated},
                  {"run_valid", result.run_valid},
                  {"run_reasons", to_array(result.run_reasons)},
                  {"releasable", result.releasable},
                  {"not_releasable", to_array(result.not_releasable)},
                  {"assay", to_json(result.assay)},
                  {"counts", counts},
                  {"controls", to_array(result.controls)},
                  {"calls", to_array(result.calls)},
                  {"wells", to_array(result.wells)},
                  {"thresholds", to_array(result.thresholds)},
                  {"monitored_controls", result.monitored_controls},
                  {"standard_curves", to_array(result.standard_curves)},
                  {"warnings", to_array(result.warnings)},
                  {"provenance", to_json(result.provenance)}};
  return render_json(json);
}

}  // namespace qpcr
