// JSON of run-to-run quality control.
#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/version.hpp"
#include "libqpcr/report/json_text.hpp"
#include "libqpcr/report/quality_export.hpp"

namespace qpcr {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view limits_schema = "qpcr.qc_limits/1";

[[noreturn]] void refuse(ErrorCode code, const std::string& path, std::string field, std::string found,
                         std::string expected, std::string problem) {
  throw Error(code, {.path = path,
                     .line = 0,
                     .column = {},
                     .field = std::move(field),
                     .found = std::move(found),
                     .expected = std::move(expected),
                     .problem = std::move(problem)});
}

Json parse(std::string_view text, const std::string& path, std::string_view schema) {
  Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded() || !json.is_object())
    refuse(ErrorCode::malformed_file, path, {}, {}, {}, "the file is no JSON object");
  const auto found = json.find("schema");
  if (found == json.end() || !found->is_string() || found->get<std::string>() != schema) {
    refuse(ErrorCode::unsupported_format, path, "schema", found == json.end() ? std::string() : found->dump(),
           std::string(schema), {});
  }
  return json;
}

/// Reads members of one object; absent and null are the same.
class Members {
 public:
  Members(const Json& json, const std::string& path) : json_(json), path_(path) {
    if (!json.is_object()) refuse(ErrorCode::malformed_file, path, {}, {}, "a JSON object", {});
  }

  std::string text(const char* key) const {
    const Json* found = find(key);
    if (found == nullptr) return {};
    if (!found->is_string()) refuse(ErrorCode::malformed_file, path_, key, found->dump(), "a text", {});
    return found->get<std::string>();
  }

  std::string filled_text(const char* key) const {
    std::string found = text(key);
    if (found.empty()) refuse(ErrorCode::malformed_file, path_, key, {}, {}, "the text is missing");
    return found;
  }

  std::optional<double> number(const char* key) const {
    const Json* found = find(key);
    if (found == nullptr) return std::nullopt;
    if (!found->is_number()) refuse(ErrorCode::malformed_file, path_, key, found->dump(), "a number", {});
    return found->get<double>();
  }

  bool truth(const char* key) const {
    const Json* found = find(key);
    if (found != nullptr && !found->is_boolean())
      refuse(ErrorCode::malformed_file, path_, key, found->dump(), "true or false", {});
    return found != nullptr && found->get<bool>();
  }

  const Json& list(const char* key) const {
    static const Json none = Json::array();
    const Json* found = find(key);
    if (found == nullptr) return none;
    if (!found->is_array()) refuse(ErrorCode::malformed_file, path_, key, {}, "a list", {});
    return *found;
  }

 private:
  const Json* find(const char* key) const {
    const auto found = json_.find(key);
    return found == json_.end() || found->is_null() ? nullptr : &*found;
  }

  const Json& json_;
  const std::string& path_;
};

/// The one value of two sources that may each be silent.
std::string agree(const std::string& path, const char* field, const std::string& in_result,
                  const std::string& in_record) {
  if (!in_result.empty() && !in_record.empty() && in_result != in_record) {
    refuse(ErrorCode::invalid_value, path, field, in_record, fmt::format("'{}', as the result says", in_result), {});
  }
  return in_result.empty() ? in_record : in_result;
}

bool holds_template(const std::string& kind) {
  return kind != "no_template" && kind != "extraction_blank" && kind != "no_reverse_transcription";
}

/// True for an expectation that only a Cq can keep.
bool demands_cq(const Json& control, const std::string& path) {
  const auto found = control.find("expectation");
  if (found == control.end()) return false;
  const std::string id = Members(*found, path).text("id");
  return id.starts_with("cq_limit_") && id != "cq_limit_not_detected" && id != "cq_limit_absent_or_above";
}

Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json number(std::optional<double> value) { return value && std::isfinite(*value) ? Json(*value) : Json(nullptr); }

Json to_json(const SeriesKey& key) {
  return Json{{"kind", to_string(key.kind)},
              {"control", key.control},
              {"target", key.target},
              {"instrument", text_or_null(key.instrument)},
              {"reagent_lot", text_or_null(key.reagent_lot)},
              {"control_lot", text_or_null(key.control_lot)}};
}

Json to_json(const ControlLimits& limits) {
  Json json = to_json(limits.key);
  json["origin"] = to_string(limits.origin);
  json["mean"] = limits.mean;
  json["sd"] = limits.sd;
  json["runs"] = limits.runs == 0 ? Json(nullptr) : Json(limits.runs);
  json["first_run"] = text_or_null(limits.first_run);
  json["last_run"] = text_or_null(limits.last_run);
  json["frozen_on"] = text_or_null(limits.frozen_on);
  return json;
}

Json to_json(const QualityPoint& point, const QualityHistory& history) {
  Json wells = Json::array();
  for (const ControlWell& well : point.wells) {
    wells.push_back(
        Json{{"well", text_or_null(well.well)}, {"cq_cycles", number(well.cq_cycles)}, {"cq_status", well.status}});
  }
  Json rules = Json::array();
  for (const QualityFinding& finding : point.findings) {
    Json points = Json::array();
    for (const PointPlace& place : finding.points) {
      const QualitySeries& series = history.series[place.series];
      points.push_back(Json{{"series", place.series}, {"run", series.points[place.point].run}});
    }
    rules.push_back(Json{{"rule", to_string(finding.rule)}, {"rejects", rejects(finding.rule)}, {"points", points}});
  }
  Json short_series = nullptr;
  if (point.short_series) {
    short_series = Json{{"runs", point.short_series->count},
                        {"mean", point.short_series->mean},
                        {"sd", point.short_series->sd},
                        {"si_upper", point.short_series->upper},
                        {"si_lower", point.short_series->lower},
                        {"n2s", point.short_series->warning_limit},
                        {"n3s", point.short_series->rejection_limit}};
  }
  return Json{{"run", point.run},
              {"started_at", point.started_at},
              {"value", number(point.value)},
              {"z", number(point.z)},
              {"verdict", to_string(point.verdict)},
              {"rules", rules},
              {"forms_limits", point.forms_limits},
              {"exclusion", point.exclusion ? Json(*point.exclusion) : Json(nullptr)},
              {"short_series", short_series},
              {"wells", wells},
              {"source", point.source}};
}

Json to_json(const SampleStatistics& statistics) {
  return Json{{"runs", statistics.count}, {"mean", number(statistics.mean)}, {"sd", number(statistics.sd)}};
}

Json to_json(const QualityMonth& month) {
  return Json{{"series", month.series},
              {"month", month.month},
              {"all", to_json(month.all)},
              {"accepted", to_json(month.accepted)},
              {"cumulative", to_json(month.cumulative)},
              {"warnings", month.warnings},
              {"rejections", month.rejections},
              {"not_detected", month.not_detected},
              {"excluded", month.excluded},
              {"shift_sd", number(month.shift_sd)},
              {"sd_ratio", number(month.sd_ratio)}};
}

}  // namespace

std::vector<ControlObservation> parse_result_controls(std::string_view json, const std::string& path,
                                                      const std::vector<RunStatement>& records) {
  const Json document = parse(json, path, "qpcr.result/2");
  const Members result(document, path);
  ControlObservation base;
  base.run = result.filled_text("run");
  RunStatement record;
  for (const RunStatement& each : records) {
    if (each.run == base.run) record = each;
  }
  base.started_at = agree(path, "run_started_at", result.text("run_started_at"), record.started_at);
  base.key.instrument = agree(path, "instrument_serial", result.text("instrument_serial"), record.instrument);
  base.key.reagent_lot = agree(path, "reagent_lot", result.text("reagent_lot"), record.reagent_lot);
  base.key.control_lot = agree(path, "control_lot", result.text("control_lot"), record.control_lot);
  base.simulated = result.truth("simulated");
  base.source = path;

  std::set<std::string> monitored;
  for (const Json& each : result.list("monitored_controls")) {
    if (!each.is_string()) refuse(ErrorCode::malformed_file, path, "monitored_controls", each.dump(), "a text", {});
    monitored.insert(each.get<std::string>());
  }
  // A well may have several expectations on one target: it counts once.
  std::map<SeriesKey, std::map<std::string, ControlWell>> wells;
  for (const Json& each : result.list("controls")) {
    const Members control(each, path);
    const std::string well = control.text("well");
    const std::string status = control.text("cq_status");
    SeriesKey key = base.key;
    key.control = control.filled_text("control");
    key.target = control.text("target");
    if (well.empty() || key.target.empty() || !holds_template(control.text("kind")) || !demands_cq(each, path))
      continue;
    if (!monitored.empty() && !monitored.contains(key.control)) continue;
    if (status == "excluded" || status == "not_measured") continue;
    wells[key][well] = ControlWell{well, control.number("cq_cycles"), status};
  }
  std::vector<ControlObservation> observations;
  for (auto& [key, of_control] : wells) {
    ControlObservation observation = base;
    observation.key = key;
    for (auto& [name, well] : of_control) observation.wells.push_back(std::move(well));
    observations.push_back(std::move(observation));
  }
  for (const Json& each : result.list("standard_curves")) {
    const Members curve(each, path);
    ControlObservation observation = base;
    observation.key.control = curve.filled_text("id");
    observation.key.target = curve.text("target");
    observation.key.kind = SeriesKind::slope;
    observation.curve_constant = curve.number("slope");
    observations.push_back(observation);
    observation.key.kind = SeriesKind::intercept;
    observation.curve_constant = curve.number("intercept");
    observations.push_back(std::move(observation));
  }
  return observations;
}

std::string render_limits_json(const std::vector<ControlLimits>& limits) {
  Json list = Json::array();
  for (const ControlLimits& each : limits) list.push_back(to_json(each));
  return render_json(Json{{"schema", limits_schema}, {"limits", list}});
}

std::vector<ControlLimits> parse_limits_json(std::string_view json, const std::string& path) {
  const Json document = parse(json, path, limits_schema);
  std::vector<ControlLimits> limits;
  std::set<SeriesKey> keys;
  for (const Json& each : Members(document, path).list("limits")) {
    const Members members(each, path);
    ControlLimits one;
    const auto kind = parse_series_kind(members.text("kind"));
    if (!kind) refuse(ErrorCode::invalid_value, path, "kind", members.text("kind"), "cq, slope or intercept", {});
    const auto origin = parse_limits_origin(members.text("origin"));
    if (!origin) refuse(ErrorCode::invalid_value, path, "origin", members.text("origin"), "given or frozen", {});
    one.key = SeriesKey{*kind,
                        members.filled_text("control"),
                        members.filled_text("target"),
                        members.text("instrument"),
                        members.text("reagent_lot"),
                        members.text("control_lot")};
    one.origin = *origin;
    const auto mean = members.number("mean");
    const auto sd = members.number("sd");
    const double runs = members.number("runs").value_or(0);
    if (!mean || !std::isfinite(*mean)) refuse(ErrorCode::invalid_value, path, "mean", {}, "a number", {});
    if (!sd || !(*sd > 0) || !std::isfinite(*sd))
      refuse(ErrorCode::invalid_value, path, "sd", {}, "a number above 0", {});
    if (!(runs >= 0 && runs < 1e6 && runs == std::floor(runs)))
      refuse(ErrorCode::invalid_value, path, "runs", {}, "a count", {});
    one.mean = *mean;
    one.sd = *sd;
    one.runs = static_cast<int>(runs);
    one.first_run = members.text("first_run");
    one.last_run = members.text("last_run");
    one.frozen_on = members.text("frozen_on");
    if (one.origin == LimitsOrigin::frozen ? !parse_run_time(one.frozen_on) : !one.frozen_on.empty()) {
      refuse(ErrorCode::invalid_value, path, "frozen_on", one.frozen_on,
             "the start of the last run that formed frozen limits, and nothing for limits given", {});
    }
    if (!keys.insert(one.key).second)
      refuse(ErrorCode::duplicate_entry, path, "limits", one.key.control, {}, "two limits of one series");
    limits.push_back(std::move(one));
  }
  return limits;
}

std::string render_quality_json(const QualityHistory& history, const std::vector<QualityMonth>& months) {
  Json series = Json::array();
  for (const QualitySeries& each : history.series) {
    Json points = Json::array();
    for (const QualityPoint& point : each.points) points.push_back(to_json(point, history));
    Json json = to_json(each.key);
    json["superseded"] = each.superseded;
    json["limits"] = each.limits ? to_json(*each.limits) : Json(nullptr);
    json["points"] = points;
    series.push_back(std::move(json));
  }
  Json runs = Json::array();
  for (const QualityRun& run : history.runs) {
    Json rules = Json::array();
    for (const ControlRule rule : run.rules) rules.push_back(to_string(rule));
    runs.push_back(
        Json{{"run", run.run}, {"started_at", run.started_at}, {"verdict", to_string(run.verdict)}, {"rules", rules}});
  }
  Json month_list = Json::array();
  for (const QualityMonth& month : months) month_list.push_back(to_json(month));
  return render_json(Json{{"schema", "qpcr.qc/1"},
                          {"library_version", library_version},
                          {"simulated", history.simulated},
                          {"ends_rejected", ends_rejected(history)},
                          {"runs", runs},
                          {"series", series},
                          {"months", month_list}});
}

}  // namespace qpcr
