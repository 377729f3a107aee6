// Threshold calibrations written as JSON, and read back only when nothing in them has changed.
#include "libqpcr/assay/threshold_record.hpp"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <set>
#include <utility>

#include <nlohmann/json.hpp>

#include "libqpcr/assay/calendar_day.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/file.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/seal/canonical.hpp"

namespace qpcr {
namespace {

using nlohmann::json;

constexpr std::string_view schema = "qpcr.threshold_calibration/1";

json to_json(const std::optional<double>& number) { return number ? json(*number) : json(nullptr); }

json to_json(const CalibratedThreshold& row) {
  return {{"target", row.target},
          {"dye", row.dye},
          {"threshold", row.threshold},
          {"nominal", row.nominal},
          {"dye_gain", row.dye_gain},
          {"log_linear_lower", row.log_linear_lower},
          {"log_linear_upper", row.log_linear_upper},
          {"wells", row.wells},
          {"calibrator_mean_cq_cycles", to_json(row.calibrator_mean_cq_cycles)},
          {"calibrator_sd_cycles", to_json(row.calibrator_sd_cycles)},
          {"baseline_first_cycle", to_json(row.baseline_first_cycle)},
          {"baseline_last_cycle", to_json(row.baseline_last_cycle)},
          {"blank_sd", to_json(row.blank_sd)}};
}

json to_json(const WeakPositiveBias& bias) {
  return {{"value", bias.value},
          {"target", bias.target},
          {"wells", bias.wells},
          {"measured_cycles", bias.measured_cycles},
          {"assigned_cycles", bias.assigned_cycles},
          {"bias_cycles", bias.bias_cycles}};
}

json to_json(const Message& message) {
  json values = json::array();
  for (const auto& [name, text] : message.values) values.push_back(json::array({name, text}));
  return {{"id", message.id}, {"values", std::move(values)}};
}

json to_json(const BaselineOptions& baseline) {
  return {{"method", to_string(baseline.method)},
          {"first_cycle", to_json(baseline.first_cycle)},
          {"last_cycle", to_json(baseline.last_cycle)},
          {"model", to_string(baseline.model)}};
}

json to_json(const SourceFile& source) {
  return {{"name", source.name}, {"sha256", source.sha256}, {"size_bytes", source.size_bytes}};
}

template <typename T>
json to_array(const std::vector<T>& items) {
  json array = json::array();
  for (const T& item : items) array.push_back(to_json(item));
  return array;
}

json to_json(const ThresholdCalibration& record) {
  return {{"schema", schema},
          {"name", record.name},
          {"assay_id", record.assay_id},
          {"assay_sha256", record.assay_sha256},
          {"instrument_serial", record.instrument_serial},
          {"reagent_lot", record.reagent_lot},
          {"method", to_string(record.method)},
          {"blank_factor", to_json(record.blank_factor)},
          {"baseline", to_json(record.baseline)},
          {"colour_matrix", record.colour_matrix},
          {"date", record.date},
          {"expiry", record.expiry},
          {"operator", record.operator_name},
          {"approver", record.approver},
          {"simulated", record.simulated},
          {"accepted", record.accepted},
          {"findings", to_array(record.findings)},
          {"weak_positive_bias_cycles", to_json(record.weak_positive_bias_cycles)},
          {"weak_positive", to_array(record.weak_positive)},
          {"thresholds", to_array(record.thresholds)},
          {"sources", to_array(record.sources)},
          {"library_version", record.library_version}};
}

/// An object of the document whose every key must be taken.
class Reader {
 public:
  Reader(const json& object, const std::string& path, std::string name)
      : object_(object), path_(path), name_(std::move(name)) {
    if (!object.is_object()) refuse({}, "an object");
  }

  [[noreturn]] void refuse(std::string_view key, std::string expected) const {
    ErrorContext context;
    context.path = path_;
    context.field = name_;
    if (!key.empty()) context.field += (name_.empty() ? "" : ".") + std::string(key);
    const auto found = key.empty() ? object_.end() : object_.find(key);
    constexpr std::size_t shown_bytes = 60;
    if (found != object_.end() && found->is_primitive())
      context.found = to_valid_utf8(found->dump(-1, ' ', false, json::error_handler_t::replace)).substr(0, shown_bytes);
    context.expected = std::move(expected);
    throw Error(ErrorCode::malformed_file, context);
  }

  const json& get(std::string_view key) {
    known_.insert(std::string(key));
    const auto found = object_.find(key);
    if (found == object_.end()) refuse(key, "this key");
    return *found;
  }

  std::string get_text(std::string_view key) {
    const json& value = get(key);
    if (!value.is_string()) refuse(key, "a text");
    return value.get<std::string>();
  }

  std::string get_label(std::string_view key) {
    std::string text = get_text(key);
    if (trim(text).empty()) refuse(key, "a text that is not empty");
    return text;
  }

  std::string get_hash(std::string_view key) {
    std::string text = get_text(key);
    const bool is_hash = text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
                           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
                         });
    if (!is_hash) refuse(key, "64 hexadecimal digits");
    return text;
  }

  std::string get_day(std::string_view key) {
    std::string text = get_text(key);
    if (!parse_calendar_day(text)) refuse(key, "a date as 2026-01-05");
    return text;
  }

  bool get_flag(std::string_view key) {
    const json& value = get(key);
    if (!value.is_boolean()) refuse(key, "true or false");
    return value.get<bool>();
  }

  double get_number(std::string_view key) {
    const json& value = get(key);
    if (!value.is_number() || !std::isfinite(value.get<double>())) refuse(key, "a finite number");
    return value.get<double>();
  }

  double get_positive(std::string_view key) {
    const double number = get_number(key);
    if (!(number > 0.0)) refuse(key, "a number above 0");
    return number;
  }

  std::optional<double> find_number(std::string_view key) {
    if (get(key).is_null()) return std::nullopt;
    return get_number(key);
  }

  std::uint64_t get_size(std::string_view key) {
    const json& value = get(key);
    if (!value.is_number_unsigned()) refuse(key, "a whole number");
    return value.get<std::uint64_t>();
  }

  int get_count(std::string_view key) {
    constexpr std::uint64_t largest = 1'000'000;
    const std::uint64_t count = get_size(key);
    if (count > largest) refuse(key, "a number of wells");
    return static_cast<int>(count);
  }

  /// Calls `read` with a reader of each element, which must be taken whole.
  template <typename F>
  void for_each(std::string_view key, F&& read) {
    const json& array = get(key);
    if (!array.is_array()) refuse(key, "an array");
    for (std::size_t i = 0; i < array.size(); ++i) {
      Reader element(array[i], path_, std::string(key) + "[" + std::to_string(i) + "]");
      read(element);
      element.finish();
    }
  }

  void finish() const {
    for (const auto& [key, value] : object_.items()) {
      if (known_.count(key) == 0) refuse(key, "no such key");
    }
  }

 private:
  const json& object_;
  const std::string& path_;
  std::string name_;
  std::set<std::string> known_;
};

CalibratedThreshold read_row(Reader& reader) {
  CalibratedThreshold row;
  row.target = reader.get_label("target");
  row.dye = reader.get_label("dye");
  row.threshold = reader.get_positive("threshold");
  row.nominal = reader.get_positive("nominal");
  row.dye_gain = reader.get_positive("dye_gain");
  if (row.dye_gain != row.threshold / row.nominal) reader.refuse("dye_gain", "threshold over nominal");
  row.log_linear_lower = reader.get_number("log_linear_lower");
  row.log_linear_upper = reader.get_number("log_linear_upper");
  row.wells = reader.get_count("wells");
  row.calibrator_mean_cq_cycles = reader.find_number("calibrator_mean_cq_cycles");
  row.calibrator_sd_cycles = reader.find_number("calibrator_sd_cycles");
  row.baseline_first_cycle = reader.find_number("baseline_first_cycle");
  row.baseline_last_cycle = reader.find_number("baseline_last_cycle");
  row.blank_sd = reader.find_number("blank_sd");
  return row;
}

WeakPositiveBias read_bias(Reader& reader) {
  WeakPositiveBias bias;
  bias.value = reader.get_label("value");
  bias.target = reader.get_label("target");
  bias.wells = reader.get_count("wells");
  bias.measured_cycles = reader.get_number("measured_cycles");
  bias.assigned_cycles = reader.get_number("assigned_cycles");
  bias.bias_cycles = reader.get_number("bias_cycles");
  return bias;
}

Message read_message(Reader& reader) {
  Message message;
  message.id = reader.get_label("id");
  const json& values = reader.get("values");
  const auto is_pair = [](const json& pair) {
    return pair.is_array() && pair.size() == 2 && pair[0].is_string() && pair[1].is_string();
  };
  if (!values.is_array() || !std::all_of(values.begin(), values.end(), is_pair))
    reader.refuse("values", "pairs of texts");
  for (const json& pair : values) message.values.emplace_back(pair[0].get<std::string>(), pair[1].get<std::string>());
  return message;
}

BaselineOptions read_baseline(Reader& reader) {
  BaselineOptions baseline;
  const std::optional<BaselineMethod> method = parse_baseline_method(reader.get_text("method"));
  if (!method) reader.refuse("method", "a method of baseline");
  baseline.method = *method;
  baseline.first_cycle = reader.find_number("first_cycle");
  baseline.last_cycle = reader.find_number("last_cycle");
  const std::optional<AmplificationModel> model = parse_amplification_model(reader.get_text("model"));
  if (!model) reader.refuse("model", "a model of amplification");
  baseline.model = *model;
  return baseline;
}

void read_parts(Reader& reader, const std::string& path, ThresholdCalibration& record) {
  Reader baseline(reader.get("baseline"), path, "baseline");
  record.baseline = read_baseline(baseline);
  baseline.finish();
  reader.for_each("findings", [&](Reader& each) { record.findings.push_back(read_message(each)); });
  reader.for_each("weak_positive", [&](Reader& each) { record.weak_positive.push_back(read_bias(each)); });
  reader.for_each("thresholds", [&](Reader& each) {
    CalibratedThreshold row = read_row(each);
    if (find_threshold(record, row.target) != nullptr) each.refuse("target", "one threshold a target");
    record.thresholds.push_back(std::move(row));
  });
  reader.for_each("sources", [&](Reader& each) {
    record.sources.push_back({each.get_text("name"), each.get_hash("sha256"), each.get_size("size_bytes")});
  });
}

ThresholdCalibration read_record(const json& document, const std::string& path) {
  ThresholdCalibration record;
  Reader reader(document, path, {});
  reader.get("schema");
  record.name = reader.get_label("name");
  record.assay_id = reader.get_label("assay_id");
  record.assay_sha256 = reader.get_hash("assay_sha256");
  record.instrument_serial = reader.get_label("instrument_serial");
  record.reagent_lot = reader.get_label("reagent_lot");
  const std::optional<ThresholdMethod> method = parse_threshold_method(reader.get_text("method"));
  if (!method) reader.refuse("method", "calibrator_anchored, blank_deviations or fixed");
  record.method = *method;
  record.blank_factor = reader.find_number("blank_factor");
  record.colour_matrix = reader.get_label("colour_matrix");
  record.date = reader.get_day("date");
  record.expiry = reader.get_day("expiry");
  if (record.expiry < record.date) reader.refuse("expiry", "a day not before the date");
  record.operator_name = reader.get_label("operator");
  record.approver = reader.get_label("approver");
  if (equals_ignoring_case(trim(record.operator_name), trim(record.approver)))
    reader.refuse("approver", "another person than the operator");
  record.simulated = reader.get_flag("simulated");
  record.accepted = reader.get_flag("accepted");
  record.weak_positive_bias_cycles = reader.find_number("weak_positive_bias_cycles");
  record.library_version = reader.get_label("library_version");
  record.identity = reader.get_hash("identity");
  read_parts(reader, path, record);
  if (record.accepted && record.thresholds.empty()) reader.refuse("accepted", "false in a record without thresholds");
  reader.finish();
  return record;
}

}  // namespace

std::string identify_threshold_calibration(const ThresholdCalibration& record) {
  return canonical_sha256(to_json(record));
}

std::string render_threshold_calibration(const ThresholdCalibration& record) {
  nlohmann::ordered_json document = nlohmann::ordered_json::parse(to_canonical_json(to_json(record)));
  document["identity"] = record.identity;
  return document.dump(1) + "\n";
}

ThresholdCalibration parse_threshold_calibration(std::string_view text, const std::string& path) {
  const json document = json::parse(text, nullptr, false);
  ErrorContext context;
  context.path = path;
  if (document.is_discarded() || !document.is_object() || document.value("schema", json()) != json(schema)) {
    context.field = "schema";
    context.problem = "not a threshold calibration of schema " + std::string(schema);
    throw Error(ErrorCode::malformed_file, context);
  }
  ThresholdCalibration record = read_record(document, path);
  if (identify_threshold_calibration(record) != record.identity) {
    context.field = "identity";
    context.problem = "the content was changed after the record was made: identity and content disagree";
    throw Error(ErrorCode::integrity_failure, context);
  }
  return record;
}

ThresholdCalibration read_threshold_calibration(const std::filesystem::path& path) {
  return parse_threshold_calibration(read_file(path), path.string());
}

}  // namespace qpcr
