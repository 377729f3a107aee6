// Builds the tree of documents that the model prescribes, from the whole to the single measurement.
#include "libqpcr/exchange/asm.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "libqpcr/core/text.hpp"
#include "libqpcr/core/version.hpp"
#include "libqpcr/exchange/run_rest.hpp"
#include "libqpcr/exchange/xml_text.hpp"

namespace qpcr {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* not_stated = "N/A";

Json quantity(double value, const char* unit) { return {{"value", value}, {"unit", unit}}; }

Json component(const char* concept_name, const char* unit) {
  return {{"@componentDatatype", "double"}, {"concept", concept_name}, {"unit", unit}};
}

Json to_array(const std::vector<double>& values) {
  Json array = Json::array();
  for (const double value : values) array.push_back(std::isfinite(value) ? Json(value) : Json(nullptr));
  return array;
}

Json render_cube(const AmplificationCurve& curve, const char* concept_name, const char* unit) {
  Json cube;
  cube["label"] = std::string(to_string(curve.kind));
  cube["cube-structure"] = {{"dimensions", Json::array({component("cycle count", "#")})},
                            {"measures", Json::array({component(concept_name, unit)})}};
  cube["data"] = {{"dimensions", Json::array({to_array(curve.cycles)})},
                  {"measures", Json::array({to_array(curve.fluorescence)})}};
  return cube;
}

Json render_melt_cube(const MeltCurve& curve) {
  Json cube;
  cube["label"] = std::string(to_string(curve.kind));
  cube["cube-structure"] = {
      {"dimensions", Json::array({component("temperature", "degC")})},
      {"measures", Json::array({component("fluorescence", "RFU"), component("slope", "(unitless)")})}};
  Json slope = Json::array();
  for (std::size_t i = 0; i < curve.fluorescence.size(); ++i) slope.push_back(nullptr);
  cube["data"] = {{"dimensions", Json::array({to_array(curve.temperatures_celsius)})},
                  {"measures", Json::array({to_array(curve.fluorescence), std::move(slope)})}};
  return cube;
}

/// Facts that the model has no property for.
class CustomInformation {
 public:
  void add(std::string_view label, std::string_view text) {
    if (!text.empty())
      list_.push_back({{"datum label", std::string(label)}, {"scalar string datum", std::string(text)}});
  }
  void add(std::string_view label, std::optional<double> value) {
    if (value && std::isfinite(*value))
      list_.push_back({{"datum label", std::string(label)}, {"scalar double datum", *value}});
  }
  void put_into(Json& document) {
    if (!list_.empty())
      document["custom information aggregate document"] = {{"custom information document", std::move(list_)}};
  }

 private:
  Json list_ = Json::array();
};

std::string_view to_role_type(SampleRole role) {
  switch (role) {
    case SampleRole::unspecified:
      return "";
    case SampleRole::unknown:
      return "unknown sample role";
    case SampleRole::standard:
      return "standard sample role";
    case SampleRole::calibrator:
      return "reference sample role";
    case SampleRole::no_template_control:
    case SampleRole::no_amplification_control:
    case SampleRole::no_reverse_transcriptase_control:
    case SampleRole::positive_control:
    case SampleRole::negative_control:
      return "control sample role";
  }
  return "";
}

/// The curve of the reporter's fluorescence as it was measured, or null.
const AmplificationCurve* find_reporter(const Measurement& measurement) {
  for (const CurveKind kind :
       {CurveKind::multicomponent, CurveKind::background_subtracted, CurveKind::unknown, CurveKind::raw_filter}) {
    if (const AmplificationCurve* curve = find_curve(measurement, kind)) return curve;
  }
  return nullptr;
}

class AsmWriter {
 public:
  AsmWriter(const RunData& run, const AsmOptions& options)
      : run_(run), options_(options), place_(fmt::format("run {}", run.name)) {}

  WrittenDocument write() {
    for (const Measurement& measurement : run_.measurements) {
      if (is_passive_reference(measurement)) passive_references_.emplace(measurement.well.label, &measurement);
    }
    Json technique;
    technique["data system document"] = render_data_system();
    technique["device system document"] = render_device_system();
    Json document;
    if (!run_.operator_name.empty()) {
      if (options_.with_operator) {
        document["analyst"] = run_.operator_name;
      } else {
        note(place_, "the operator's name, which is personal data");
      }
    }
    document["measurement aggregate document"] = render_measurements();
    technique["qpcr document"] = Json::array({std::move(document)});
    Json root;
    root["$asm.manifest"] = "http://purl.allotrope.org/manifests/pcr/REC/2024/09/qpcr.manifest";
    root["qpcr aggregate document"] = std::move(technique);
    if (!run_.protocol.empty()) note(place_, "the thermal protocol beyond its number of cycles");
    RestOfRun said;
    said.ended_at = said.barcode = said.passive_reference = said.vendor_texts = true;
    list_rest_of_run(run_, said, not_written_);
    return {root.dump() + "\n", not_written_.release()};
  }

 private:
  void note(std::string where, std::string why) { not_written_.add(std::move(where), std::move(why)); }

  /// A text that the schema demands.
  std::string demand(std::string_view text, std::string_view property) {
    if (!text.empty()) return std::string(text);
    note(place_, fmt::format("'{}' is not stated, and the schema demands a text: it is 'N/A'", property));
    return not_stated;
  }

  Json render_data_system() {
    const std::string source = run_.provenance.sources.empty() ? "" : run_.provenance.sources.front().name;
    Json document;
    document["ASM file identifier"] = run_.name + ".asm.json";
    document["data system instance identifier"] =
        demand(options_.data_system_identifier, "data system instance identifier");
    document["file name"] = demand(source, "file name");
    document["UNC path"] = not_stated;
    document["ASM converter name"] = "libqpcr";
    document["ASM converter version"] = library_version;
    if (!run_.instrument.software.empty()) document["software name"] = run_.instrument.software;
    if (!run_.instrument.software_version.empty()) document["software version"] = run_.instrument.software_version;
    return document;
  }

  Json render_device_system() {
    const Instrument& instrument = run_.instrument;
    Json document;
    document["device identifier"] = demand(instrument.serial_number, "device identifier");
    document["model number"] = demand(instrument.model, "model number");
    document["equipment serial number"] = demand(instrument.serial_number, "equipment serial number");
    if (!instrument.vendor.empty()) document["product manufacturer"] = instrument.vendor;
    return document;
  }

  Json render_measurements() {
    const auto on_plate = [](const Measurement& measurement) {
      return measurement.well.position.has_value() && measurement.subarray.empty();
    };
    const bool plate = run_.plate && std::all_of(run_.measurements.begin(), run_.measurements.end(), on_plate);
    Json document;
    document["experimental data identifier"] = demand(run_.name, "experimental data identifier");
    document["experiment type"] = demand(options_.experiment_type, "experiment type");
    document["container type"] = plate ? "well plate" : "container";
    if (run_.plate)
      document["plate well count"] = quantity(static_cast<double>(run_.plate->rows) * run_.plate->columns, "#");
    if (!options_.well_volume_microlitres)
      note(place_, "'well volume' is not stated, and the schema demands a number: it is -0.0");
    document["well volume"] = quantity(options_.well_volume_microlitres.value_or(-0.0), "μL");
    CustomInformation custom;
    custom.add("started at", is_iso_instant(run_.started_at) ? "" : run_.started_at);
    custom.add("ended at", run_.ended_at);
    custom.add("notes", run_.notes);
    custom.put_into(document);
    Json& measurements = document["measurement document"] = Json::array();
    for (const Measurement& measurement : run_.measurements) {
      if (!is_passive_reference(measurement) || stands_alone(measurement))
        measurements.push_back(render_measurement(measurement));
    }
    return document;
  }

  bool is_passive_reference(const Measurement& measurement) const {
    return measurement.target.empty() && !measurement.dye.empty() && measurement.dye == run_.passive_reference_dye;
  }

  /// Whether the well holds nothing but its passive reference.
  bool stands_alone(const Measurement& reference) const {
    return std::none_of(run_.measurements.begin(), run_.measurements.end(), [&](const Measurement& other) {
      return other.well.label == reference.well.label && !is_passive_reference(other);
    });
  }

  Json render_measurement(const Measurement& measurement) {
    const std::string where = fmt::format("well {}, target {}", measurement.well.label, measurement.target);
    Json document;
    document["measurement identifier"] =
        fmt::format("{}/{}/{}/{}", run_.name, measurement.well.label, measurement.target, measurement.dye);
    document["measurement time"] = demand(is_iso_instant(run_.started_at) ? run_.started_at : "", "measurement time");
    if (!measurement.target.empty()) document["target DNA description"] = measurement.target;
    document["sample document"] = render_sample(measurement, where);
    document["device control aggregate document"] = {
        {"device control document", Json::array({render_device_control(measurement)})}};
    add_curves(document, measurement, where);
    add_processed_data(document, measurement);
    add_calculated_data(document, measurement);
    add_errors(document, measurement);
    CustomInformation custom;
    custom.add("note", measurement.note);
    for (const SingleReading& reading : measurement.single_readings) {
      custom.add(fmt::format("{} reading, {}", to_string(reading.stage), to_string(reading.kind)),
                 reading.fluorescence);
      if (!std::isfinite(reading.fluorescence) || reading.temperature_celsius)
        note(where, "temperatures of single readings, and that one is missing");
    }
    custom.put_into(document);
    return document;
  }

  Json render_sample(const Measurement& measurement, const std::string& where) {
    Json document;
    if (measurement.sample.empty()) note(where, "has no sample, and the schema demands one: it is 'N/A'");
    document["sample identifier"] = measurement.sample.empty() ? not_stated : measurement.sample;
    document["location identifier"] = measurement.well.label;
    if (measurement.well.position) document["well location identifier"] = to_label(*measurement.well.position);
    if (!run_.plate_barcode.empty()) document["well plate identifier"] = run_.plate_barcode;
    if (const std::string_view role = to_role_type(measurement.role); !role.empty())
      document["sample role type"] = std::string(role);
    CustomInformation custom;
    if (measurement.role != SampleRole::unspecified) custom.add("role", to_string(measurement.role));
    custom.add("role as written", measurement.role_text);
    custom.add(measurement.quantity_unit.empty() ? "quantity" : fmt::format("quantity, {}", measurement.quantity_unit),
               measurement.quantity);
    custom.add("subarray", measurement.subarray);
    custom.put_into(document);
    return document;
  }

  Json render_device_control(const Measurement& measurement) {
    Json document;
    document["device type"] = "qPCR";
    document["measurement method identifier"] = demand(options_.measurement_method, "measurement method identifier");
    int cycles = 0;
    for (const ProtocolStep& step : run_.protocol) {
      if (step.collects && step.repeats > 1) cycles = std::max(cycles, step.repeats);
    }
    if (cycles > 0) document["total cycle number setting"] = quantity(cycles, "(unitless)");
    if (!measurement.dye.empty()) document["reporter dye setting"] = measurement.dye;
    if (!run_.passive_reference_dye.empty()) document["passive reference dye setting"] = run_.passive_reference_dye;
    return document;
  }

  void add_curves(Json& document, const Measurement& measurement, const std::string& where) {
    const AmplificationCurve* reporter = find_reporter(measurement);
    if (reporter != nullptr) {
      document[is_passive_reference(measurement) ? "passive reference data cube" : "reporter data cube"] =
          render_cube(*reporter, "fluorescence", "RFU");
    }
    for (const AmplificationCurve& curve : measurement.amplification) {
      const bool processed = curve.kind == CurveKind::normalised || curve.kind == CurveKind::baseline_subtracted;
      if (!processed && &curve != reporter)
        note(where, fmt::format("amplification curve of kind {}", to_string(curve.kind)));
      if (!curve.temperatures_celsius.empty()) note(place_, "temperatures of the readings");
    }
    const auto reference = passive_references_.find(measurement.well.label);
    if (reference != passive_references_.end() && reference->second != &measurement)
      add_reference(document, *reference->second);
    if (!measurement.melt.empty()) {
      document["melting curve data cube"] = render_melt_cube(measurement.melt.front());
      for (std::size_t i = 1; i < measurement.melt.size(); ++i)
        note(where, fmt::format("melting curve {} of kind {}", i + 1, to_string(measurement.melt[i].kind)));
    }
  }

  void add_reference(Json& document, const Measurement& reference) {
    if (const AmplificationCurve* curve = find_reporter(reference))
      document["passive reference data cube"] = render_cube(*curve, "fluorescence", "RFU");
    const std::string where = fmt::format("well {}, dye {}", reference.well.label, reference.dye);
    for (const AmplificationCurve& curve : reference.amplification) {
      if (&curve != find_reporter(reference))
        note(where, fmt::format("amplification curve of kind {}", to_string(curve.kind)));
    }
    if (!reference.melt.empty()) note(where, "melting curves");
    if (!reference.single_readings.empty()) note(where, "single readings");
    if (reference.vendor.cq_status != CqStatus::not_measured) note(where, "vendor result");
  }

  void add_processed_data(Json& document, const Measurement& measurement) {
    Json list = Json::array();
    list.push_back(render_vendor_result(measurement.vendor));
    if (const AmplificationCurve* curve = find_curve(measurement, CurveKind::normalised))
      list.front()["normalized reporter data cube"] = render_cube(*curve, "normalized reporter result", "(unitless)");
    if (const AmplificationCurve* curve = find_curve(measurement, CurveKind::baseline_subtracted)) {
      list.front()["baseline corrected reporter data cube"] =
          render_cube(*curve, "baseline corrected reporter result", "(unitless)");
      note(place_, "units of baseline-subtracted curves: the schema has only '(unitless)'");
    }
    for (const VendorResult& vendor : measurement.other_vendor_results) list.push_back(render_vendor_result(vendor));
    list.erase(std::remove_if(list.begin(), list.end(), [](const Json& item) { return item.empty(); }), list.end());
    if (list.empty()) return;
    for (std::size_t i = 0; i < list.size(); ++i) list[i]["@index"] = i + 1;
    document["processed data aggregate document"] = {{"processed data document", std::move(list)}};
  }

  static Json render_vendor_result(const VendorResult& vendor) {
    Json document = Json::object();
    Json processing = Json::object();
    const auto set = [](Json& target, const char* property, const std::optional<double>& value, const char* unit) {
      if (value && std::isfinite(*value)) target[property] = quantity(*value, unit);
    };
    set(processing, "cycle threshold value setting (qPCR)", vendor.threshold, "(unitless)");
    set(processing, "baseline determination start cycle setting", vendor.baseline_first_cycle, "#");
    set(processing, "baseline determination end cycle setting", vendor.baseline_last_cycle, "#");
    if (!processing.empty()) document["data processing document"] = std::move(processing);
    set(document, "cycle threshold result (qPCR)", vendor.cq_cycles, "(unitless)");
    CustomInformation custom;
    if (vendor.cq_status != CqStatus::not_measured) custom.add("cycle threshold status", to_string(vendor.cq_status));
    custom.add("cycle threshold as written", vendor.cq_text);
    custom.add("cycle threshold algorithm", vendor.algorithm);
    custom.add("cycle threshold confidence", vendor.cq_confidence);
    custom.add("call", vendor.call);
    custom.put_into(document);
    return document;
  }

  void add_calculated_data(Json& document, const Measurement& measurement) {
    Json list = Json::array();
    const auto add = [&](const char* name, double value, const std::string& unit) {
      if (!std::isfinite(value)) return;
      list.push_back({{"calculated data name", name}, {"calculated result", quantity(value, unit.c_str())}});
    };
    const auto add_results = [&](const VendorResult& vendor) {
      if (vendor.quantity)
        add("quantity", *vendor.quantity, vendor.quantity_unit.empty() ? "(unitless)" : vendor.quantity_unit);
      for (const double temperature : vendor.melting_temperatures_celsius)
        add("melting temperature", temperature, "degC");
    };
    add_results(measurement.vendor);
    for (const VendorResult& vendor : measurement.other_vendor_results) add_results(vendor);
    if (!list.empty()) document["calculated data aggregate document"] = {{"calculated data document", std::move(list)}};
  }

  static void add_errors(Json& document, const Measurement& measurement) {
    Json list = Json::array();
    const auto add = [&](const std::string& error, const char* feature) {
      list.push_back({{"error", error}, {"error feature", feature}});
    };
    if (measurement.excluded)
      add(measurement.exclusion_reason.empty() ? "excluded in the instrument's software" : measurement.exclusion_reason,
          "exclusion");
    for (const std::string& flag : measurement.vendor.flags) add(flag, "flag");
    for (const VendorResult& vendor : measurement.other_vendor_results) {
      for (const std::string& flag : vendor.flags) add(flag, "flag");
    }
    if (!list.empty()) document["error aggregate document"] = {{"error document", std::move(list)}};
  }

  const RunData& run_;
  const AsmOptions& options_;
  std::string place_;
  NotWrittenList not_written_;
  std::map<std::string, const Measurement*> passive_references_;  ///< by well
};

}  // namespace

WrittenDocument render_asm(const Run& run, const AsmOptions& options) { return AsmWriter(*run, options).write(); }

}  // namespace qpcr
