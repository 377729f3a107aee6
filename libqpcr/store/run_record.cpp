// Packing and unpacking of a run.
#include "libqpcr/store/run_record.hpp"

#include <array>
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

/// Appends the two arrays of a curve and says where they are.
json pack(CurveKind kind, const std::vector<double>& axis, const std::vector<double>& readings,
          std::vector<double>& values) {
  json place = {{"kind", to_string(kind)}, {"offset", values.size()}, {"length", axis.size()}};
  values.insert(values.end(), axis.begin(), axis.end());
  values.insert(values.end(), readings.begin(), readings.end());
  return place;
}

struct Unpacked {
  CurveKind kind;
  std::vector<double> axis;
  std::vector<double> readings;
};

Unpacked unpack(const json& place, const std::vector<double>& values) {
  const auto offset = place.at("offset").get<std::size_t>();
  const auto length = place.at("length").get<std::size_t>();
  if (offset > values.size() || length > (values.size() - offset) / 2)
    refuse("a curve lies outside the array of readings");
  const std::optional<CurveKind> kind = parse_curve_kind(place.at("kind").get<std::string>());
  if (!kind) refuse("unknown curve kind");
  const auto begin = values.begin() + static_cast<std::ptrdiff_t>(offset);
  const auto middle = begin + static_cast<std::ptrdiff_t>(length);
  return {*kind, {begin, middle}, {middle, middle + static_cast<std::ptrdiff_t>(length)}};
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
                {"vendor",
                 {{"cq_status", to_string(m.vendor.cq_status)},
                  {"cq_cycles", optional_number(m.vendor.cq_cycles)},
                  {"cq_text", m.vendor.cq_text},
                  {"algorithm", m.vendor.algorithm},
                  {"threshold", optional_number(m.vendor.threshold)},
                  {"cq_confidence", optional_number(m.vendor.cq_confidence)},
                  {"call", m.vendor.call}}},
                {"amplification", json::array()},
                {"melt", json::array()}};
  for (const AmplificationCurve& c : m.amplification) {
    entry["amplification"].push_back(pack(c.kind, c.cycles, c.fluorescence, values));
  }
  for (const MeltCurve& c : m.melt)
    entry["melt"].push_back(pack(c.kind, c.temperatures_celsius, c.fluorescence, values));
  return entry;
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
  const json& vendor = entry.at("vendor");
  m.vendor.cq_status = parse_enumerator(statuses, vendor.at("cq_status").get<std::string>());
  m.vendor.cq_cycles = parse_optional(vendor.at("cq_cycles"));
  m.vendor.cq_text = vendor.at("cq_text").get<std::string>();
  m.vendor.algorithm = vendor.at("algorithm").get<std::string>();
  m.vendor.threshold = parse_optional(vendor.at("threshold"));
  m.vendor.cq_confidence = parse_optional(vendor.at("cq_confidence"));
  m.vendor.call = vendor.at("call").get<std::string>();
  for (const json& place : entry.at("amplification")) {
    Unpacked curve = unpack(place, values);
    m.amplification.push_back({curve.kind, std::move(curve.axis), std::move(curve.readings)});
  }
  for (const json& place : entry.at("melt")) {
    Unpacked curve = unpack(place, values);
    m.melt.push_back({curve.kind, std::move(curve.axis), std::move(curve.readings)});
  }
  return m;
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
  json document = {{"schema", "qpcr.run/1"},
                   {"name", run->name},
                   {"instrument",
                    {{"vendor", run->instrument.vendor},
                     {"model", run->instrument.model},
                     {"serial_number", run->instrument.serial_number},
                     {"software", run->instrument.software},
                     {"software_version", run->instrument.software_version}}},
                   {"started_at", run->started_at},
                   {"plate", run->plate ? json{run->plate->rows, run->plate->columns} : json(nullptr)},
                   {"passive_reference_dye", run->passive_reference_dye},
                   {"warnings", run->warnings},
                   {"provenance", pack_provenance(run->provenance)},
                   {"measurements", json::array()}};
  for (const Measurement& m : run->measurements) document["measurements"].push_back(pack_measurement(m, result.values));
  result.record = document.dump();
  return result;
}

Run parse_record(const RunRecord& record) {
  try {
    const json document = json::parse(record.record);
    if (document.at("schema") != "qpcr.run/1") refuse("schema is not qpcr.run/1");
    RunData run;
    run.name = document.at("name").get<std::string>();
    const json& instrument = document.at("instrument");
    run.instrument = {instrument.at("vendor").get<std::string>(), instrument.at("model").get<std::string>(),
                      instrument.at("serial_number").get<std::string>(), instrument.at("software").get<std::string>(),
                      instrument.at("software_version").get<std::string>()};
    run.started_at = document.at("started_at").get<std::string>();
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
