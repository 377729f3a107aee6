// Packing and unpacking of a run.
#include "libqpcr/store/run_record.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include <nlohmann/json.hpp>

#include "libqpcr/core/error.hpp"

namespace qpcr {
namespace {

using nlohmann::json;

[[noreturn]] void refuse(std::string problem) {
  throw Error(ErrorCode::malformed_file, {.path = {},
                                          .line = 0,
                                          .column = {},
                                          .field = "run record",
                                          .found = {},
                                          .expected = {},
                                          .problem = std::move(problem)});
}

constexpr std::array roles{SampleRole::unspecified,
                           SampleRole::unknown,
                           SampleRole::standard,
                           SampleRole::no_template_control,
                           SampleRole::no_amplification_control,
                           SampleRole::no_reverse_transcriptase_control,
                           SampleRole::positive_control,
                           SampleRole::negative_control,
                           SampleRole::calibrator};
constexpr std::array statuses{CqStatus::found,      CqStatus::no_amplification, CqStatus::below_threshold,
                              CqStatus::fit_failed, CqStatus::excluded,         CqStatus::not_measured};

template <typename Enumerator, std::size_t n>
Enumerator parse_enumerator(const std::array<Enumerator, n>& all, const std::string& text) {
  for (const Enumerator value : all) {
    if (to_string(value) == text) return value;
  }
  refuse("unknown enumerator '" + text + "'");
}

json optional_number(const std::optional<double>& value) { return value ? json(*value) : json(nullptr); }

std::optional<double> parse_optional(const json& value) {
  if (value.is_null()) return std::nullopt;
  return value.get<double>();
}

/// Appends the arrays of a curve, of one length or the last one empty, and says where they are.
json pack(CurveKind kind, const std::vector<double>& axis, const std::vector<double>& readings,
          const std::vector<double>& temperatures, std::vector<double>& values) {
  json place = {{"kind", to_string(kind)},
                {"offset", values.size()},
                {"length", axis.size()},
                {"has_temperatures", !temperatures.empty()}};
  for (const std::vector<double>* part : {&axis, &readings, &temperatures})
    values.insert(values.end(), part->begin(), part->end());
  return place;
}

struct Unpacked {
  CurveKind kind;
  std::vector<double> axis;
  std::vector<double> readings;
  std::vector<double> temperatures;
};

Unpacked unpack(const json& place, const std::vector<double>& values) {
  const auto offset = place.at("offset").get<std::size_t>();
  const auto length = place.at("length").get<std::size_t>();
  const std::size_t arrays = place.at("has_temperatures").get<bool>() ? 3 : 2;
  if (offset > values.size() || length > (values.size() - offset) / arrays)
    refuse("a curve lies outside the array of readings");
  const std::optional<CurveKind> kind = parse_curve_kind(place.at("kind").get<std::string>());
  if (!kind) refuse("unknown curve kind");
  const auto array = [&](std::size_t index) {
    const auto begin = values.begin() + static_cast<std::ptrdiff_t>(offset + index * length);
    return std::vector<double>(begin, begin + static_cast<std::ptrdiff_t>(length));
  };
  return {*kind, array(0), array(1), arrays == 3 ? array(2) : std::vector<double>()};
}

/// NaN has no spelling in JSON; null stands for a reading that is missing.
json pack_reading(double value) { return std::isnan(value) ? json(nullptr) : json(value); }

json pack_vendor(const VendorResult& vendor) {
  return {{"cq_status", to_string(vendor.cq_status)},
          {"cq_cycles", optional_number(vendor.cq_cycles)},
          {"cq_text", vendor.cq_text},
          {"algorithm", vendor.algorithm},
          {"threshold", optional_number(vendor.threshold)},
          {"cq_confidence", optional_number(vendor.cq_confidence)},
          {"call", vendor.call},
          {"baseline_first_cycle", optional_number(vendor.baseline_first_cycle)},
          {"baseline_last_cycle", optional_number(vendor.baseline_last_cycle)},
          {"quantity", optional_number(vendor.quantity)},
          {"quantity_unit", vendor.quantity_unit},
          {"melting_temperatures_celsius", vendor.melting_temperatures_celsius},
          {"flags", vendor.flags}};
}

VendorResult unpack_vendor(const json& entry) {
  VendorResult vendor;
  vendor.cq_status = parse_enumerator(statuses, entry.at("cq_status").get<std::string>());
  vendor.cq_cycles = parse_optional(entry.at("cq_cycles"));
  vendor.cq_text = entry.at("cq_text").get<std::string>();
  vendor.algorithm = entry.at("algorithm").get<std::string>();
  vendor.threshold = parse_optional(entry.at("threshold"));
  vendor.cq_confidence = parse_optional(entry.at("cq_confidence"));
  vendor.call = entry.at("call").get<std::string>();
  vendor.baseline_first_cycle = parse_optional(entry.at("baseline_first_cycle"));
  vendor.baseline_last_cycle = parse_optional(entry.at("baseline_last_cycle"));
  vendor.quantity = parse_optional(entry.at("quantity"));
  vendor.quantity_unit = entry.at("quantity_unit").get<std::string>();
  vendor.melting_temperatures_celsius = entry.at("melting_temperatures_celsius").get<std::vector<double>>();
  vendor.flags = entry.at("flags").get<std::vector<std::string>>();
  return vendor;
}

json pack_measurement(const Measurement& m, std::vector<double>& values) {
  json entry = {{"well", m.well.label},
                {"position", m.well.position ? json{m.well.position->row, m.well.position->column} : json(nullptr)},
                {"sample", m.sample},
                {"target", m.target},
                {"dye", m.dye},
                {"role", to_string(m.role)},
                {"role_text", m.role_text},
                {"quantity", optional_number(m.quantity)},
                {"quantity_unit", m.quantity_unit},
                {"excluded", m.excluded},
                {"exclusion_reason", m.exclusion_reason},
                {"subarray", m.subarray},
                {"note", m.note},
                {"vendor", pack_vendor(m.vendor)},
                {"other_vendor_results", json::array()},
                {"single_readings", json::array()},
                {"amplification", json::array()},
                {"melt", json::array()}};
  for (const AmplificationCurve& c : m.amplification) {
    entry["amplification"].push_back(pack(c.kind, c.cycles, c.fluorescence, c.temperatures_celsius, values));
  }
  for (const MeltCurve& c : m.melt)
    entry["melt"].push_back(pack(c.kind, c.temperatures_celsius, c.fluorescence, {}, values));
  for (const VendorResult& vendor : m.other_vendor_results)
    entry["other_vendor_results"].push_back(pack_vendor(vendor));
  for (const SingleReading& reading : m.single_readings) {
    entry["single_readings"].push_back({{"stage", to_string(reading.stage)},
                                        {"kind", to_string(reading.kind)},
                                        {"fluorescence", pack_reading(reading.fluorescence)},
                                        {"temperature_celsius", optional_number(reading.temperature_celsius)}});
  }
  return entry;
}

SingleReading unpack_single_reading(const json& entry) {
  const std::optional<ReadStage> stage = parse_read_stage(entry.at("stage").get<std::string>());
  const std::optional<CurveKind> kind = parse_curve_kind(entry.at("kind").get<std::string>());
  if (!stage || !kind) refuse("unknown stage or curve kind");
  return {*stage, *kind, parse_optional(entry.at("fluorescence")).value_or(std::numeric_limits<double>::quiet_NaN()),
          parse_optional(entry.at("temperature_celsius"))};
}

Measurement unpack_measurement(const json& entry, const std::vector<double>& values) {
  Measurement m;
  m.well.label = entry.at("well").get<std::string>();
  if (!entry.at("position").is_null()) {
    m.well.position = GridPosition{entry.at("position").at(0).get<int>(), entry.at("position").at(1).get<int>()};
  }
  m.sample = entry.at("sample").get<std::string>();
  m.target = entry.at("target").get<std::string>();
  m.dye = entry.at("dye").get<std::string>();
  m.role = parse_enumerator(roles, entry.at("role").get<std::string>());
  m.role_text = entry.at("role_text").get<std::string>();
  m.quantity = parse_optional(entry.at("quantity"));
  m.quantity_unit = entry.at("quantity_unit").get<std::string>();
  m.excluded = entry.at("excluded").get<bool>();
  m.exclusion_reason = entry.at("exclusion_reason").get<std::string>();
  m.subarray = entry.at("subarray").get<std::string>();
  m.note = entry.at("note").get<std::string>();
  m.vendor = unpack_vendor(entry.at("vendor"));
  for (const json& vendor : entry.at("other_vendor_results")) m.other_vendor_results.push_back(unpack_vendor(vendor));
  for (const json& reading : entry.at("single_readings")) m.single_readings.push_back(unpack_single_reading(reading));
  for (const json& place : entry.at("amplification")) {
    Unpacked curve = unpack(place, values);
    m.amplification.push_back(
        {curve.kind, std::move(curve.axis), std::move(curve.readings), std::move(curve.temperatures)});
  }
  for (const json& place : entry.at("melt")) {
    Unpacked curve = unpack(place, values);
    m.melt.push_back({curve.kind, std::move(curve.axis), std::move(curve.readings)});
  }
  return m;
}

json pack_table(const VendorTable& table) {
  return {{"name", table.name}, {"columns", table.columns}, {"rows", table.rows}};
}

VendorTable unpack_table(const json& entry) {
  return {entry.at("name").get<std::string>(), entry.at("columns").get<std::vector<std::string>>(),
          entry.at("rows").get<std::vector<std::vector<std::string>>>()};
}

json pack_step(const ProtocolStep& step) {
  return {{"stage", step.stage},
          {"step", step.step},
          {"repeats", step.repeats},
          {"temperature_celsius", optional_number(step.temperature_celsius)},
          {"duration_seconds", optional_number(step.duration_seconds)},
          {"collects", step.collects}};
}

ProtocolStep unpack_step(const json& entry) {
  return {entry.at("stage").get<int>(),
          entry.at("step").get<int>(),
          entry.at("repeats").get<int>(),
          parse_optional(entry.at("temperature_celsius")),
          parse_optional(entry.at("duration_seconds")),
          entry.at("collects").get<bool>()};
}

/// Runs written before protocols, single readings and the vendor's tables were kept hold none of them.
void migrate_from_1(json& document) {
  for (const char* text : {"ended_at", "operator_name", "plate_barcode", "notes"}) document[text] = "";
  for (const char* list : {"protocol", "vendor_tables"}) document[list] = json::array();
  for (json& entry : document.at("measurements")) {
    for (const char* text : {"subarray", "note"}) entry[text] = "";
    for (const char* list : {"other_vendor_results", "single_readings"}) entry[list] = json::array();
    json& vendor = entry.at("vendor");
    for (const char* number : {"baseline_first_cycle", "baseline_last_cycle", "quantity"}) vendor[number] = nullptr;
    vendor["quantity_unit"] = "";
    for (const char* list : {"melting_temperatures_celsius", "flags"}) vendor[list] = json::array();
    for (json& place : entry.at("amplification")) place["has_temperatures"] = false;
    for (json& place : entry.at("melt")) place["has_temperatures"] = false;
  }
}

json pack_provenance(const Provenance& provenance) {
  json sources = json::array();
  for (const SourceFile& s : provenance.sources)
    sources.push_back({{"name", s.name}, {"sha256", s.sha256}, {"size", s.size_bytes}});
  json not_read = json::array();
  for (const NotRead& item : provenance.not_read) not_read.push_back({{"where", item.where}, {"why", item.why}});
  return {{"sources", std::move(sources)},
          {"not_read", std::move(not_read)},
          {"reader", provenance.reader},
          {"library_version", provenance.library_version}};
}

Provenance unpack_provenance(const json& entry) {
  Provenance provenance;
  for (const json& s : entry.at("sources")) {
    provenance.sources.push_back(
        {s.at("name").get<std::string>(), s.at("sha256").get<std::string>(), s.at("size").get<std::uint64_t>()});
  }
  for (const json& item : entry.at("not_read")) {
    provenance.not_read.push_back({item.at("where").get<std::string>(), item.at("why").get<std::string>()});
  }
  provenance.reader = entry.at("reader").get<std::string>();
  provenance.library_version = entry.at("library_version").get<std::string>();
  return provenance;
}

}  // namespace

RunRecord to_record(const Run& run) {
  RunRecord result;
  json document = {{"schema", "qpcr.run/2"},
                   {"name", run->name},
                   {"instrument",
                    {{"vendor", run->instrument.vendor},
                     {"model", run->instrument.model},
                     {"serial_number", run->instrument.serial_number},
                     {"software", run->instrument.software},
                     {"software_version", run->instrument.software_version}}},
                   {"started_at", run->started_at},
                   {"ended_at", run->ended_at},
                   {"operator_name", run->operator_name},
                   {"plate_barcode", run->plate_barcode},
                   {"notes", run->notes},
                   {"protocol", json::array()},
                   {"vendor_tables", json::array()},
                   {"plate", run->plate ? json{run->plate->rows, run->plate->columns} : json(nullptr)},
                   {"passive_reference_dye", run->passive_reference_dye},
                   {"warnings", run->warnings},
                   {"provenance", pack_provenance(run->provenance)},
                   {"measurements", json::array()}};
  for (const ProtocolStep& step : run->protocol) document["protocol"].push_back(pack_step(step));
  for (const VendorTable& table : run->vendor_tables) document["vendor_tables"].push_back(pack_table(table));
  for (const Measurement& m : run->measurements) document["measurements"].push_back(pack_measurement(m, result.values));
  result.record = document.dump();
  return result;
}

Run parse_record(const RunRecord& record) {
  try {
    json document = json::parse(record.record);
    if (document.at("schema") == "qpcr.run/1") {
      migrate_from_1(document);
    } else if (document.at("schema") != "qpcr.run/2") {
      refuse("schema is neither qpcr.run/1 nor qpcr.run/2");
    }
    RunData run;
    run.name = document.at("name").get<std::string>();
    const json& instrument = document.at("instrument");
    run.instrument = {instrument.at("vendor").get<std::string>(), instrument.at("model").get<std::string>(),
                      instrument.at("serial_number").get<std::string>(), instrument.at("software").get<std::string>(),
                      instrument.at("software_version").get<std::string>()};
    run.started_at = document.at("started_at").get<std::string>();
    run.ended_at = document.at("ended_at").get<std::string>();
    run.operator_name = document.at("operator_name").get<std::string>();
    run.plate_barcode = document.at("plate_barcode").get<std::string>();
    run.notes = document.at("notes").get<std::string>();
    for (const json& step : document.at("protocol")) run.protocol.push_back(unpack_step(step));
    for (const json& table : document.at("vendor_tables")) run.vendor_tables.push_back(unpack_table(table));
    if (!document.at("plate").is_null()) {
      run.plate = PlateGeometry{document.at("plate").at(0).get<int>(), document.at("plate").at(1).get<int>()};
    }
    run.passive_reference_dye = document.at("passive_reference_dye").get<std::string>();
    run.warnings = document.at("warnings").get<std::vector<std::string>>();
    run.provenance = unpack_provenance(document.at("provenance"));
    for (const json& entry : document.at("measurements"))
      run.measurements.push_back(unpack_measurement(entry, record.values));
    return Run(std::move(run));
  } catch (const json::exception& error) {
    refuse(error.what());
  }
}

}  // namespace qpcr
