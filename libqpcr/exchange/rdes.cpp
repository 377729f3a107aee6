// The two tables of RDES and what has no place in them.
#include "libqpcr/exchange/rdes.hpp"

#include <cmath>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "libqpcr/core/text.hpp"
#include "libqpcr/exchange/roles.hpp"
#include "libqpcr/exchange/run_rest.hpp"
#include "libqpcr/tabular/csv.hpp"

namespace qpcr {
namespace {

std::string place(const Measurement& measurement) {
  return fmt::format("well {}, target {}", measurement.well.label, measurement.target);
}

/// One row: what stands in the seventh column, and the curve.
struct Row {
  const Measurement* measurement = nullptr;
  std::string value;
  const std::vector<double>* axis = nullptr;
  const std::vector<double>* readings = nullptr;
};

std::string render_name(std::string text, const Measurement& measurement, NotWrittenList& not_written) {
  for (char& c : text) {
    if (c != '\t' && c != '\r' && c != '\n') continue;
    c = ' ';
    not_written.add(place(measurement), "a tab or line end in a name is written as a blank");
  }
  // A reader would take a quote at the start for that of a quoted cell.
  return (text.starts_with('"') ? to_csv_cell(text, '\t') : text) + '\t';
}

std::string render_type(const Measurement& measurement, NotWrittenList& not_written) {
  if (measurement.role == SampleRole::unspecified && !measurement.role_text.empty())
    return render_name(std::string(rdes_role_text) + measurement.role_text, measurement, not_written);
  // RDML marks a calibrator beside its type `unkn`; this table cannot, and it must not become a patient's sample.
  const std::string_view role =
      measurement.role == SampleRole::calibrator ? "calibrator" : to_rdml_role(measurement.role);
  return std::string(role.empty() ? "unkn" : role) + '\t';
}

/// What neither table has a place for.
void list_rest(const Run& run, NotWrittenList& not_written) {
  for (const Measurement& measurement : run->measurements) {
    if (measurement.quantity) not_written.add(place(measurement), "the quantity of a standard");
    if (!measurement.note.empty()) not_written.add(place(measurement), "the note beside the well");
    if (measurement.vendor.threshold) not_written.add(place(measurement), "threshold of the vendor Cq");
    if (measurement.excluded)
      not_written.add(place(measurement), fmt::format("excluded: {}", measurement.exclusion_reason));
    for (const SingleReading& reading : measurement.single_readings)
      not_written.add(place(measurement), fmt::format("single reading of the stage {}", to_string(reading.stage)));
    list_vendor_rest(measurement.vendor, place(measurement), not_written);
    const std::string where = fmt::format("run {}", run->name);
    if (!measurement.vendor.algorithm.empty())
      not_written.add(where, fmt::format("algorithm '{}' of the vendor Cq", measurement.vendor.algorithm));
    if (measurement.role == SampleRole::unspecified)
      not_written.add(where, measurement.role_text.empty()
                                 ? "samples without a role are written as 'unkn'"
                                 : "roles without a code are written as a text that other programs do not know");
    if (measurement.role == SampleRole::calibrator)
      not_written.add(where, "calibrators are written as 'calibrator', which other programs do not know");
  }
  const std::string where = fmt::format("run {}", run->name);
  not_written.add(where, "types of targets, which a run does not hold, are written as 'toi'");
  if (run->plate) not_written.add(where, "the size of the plate");
  if (run->instrument != Instrument{}) not_written.add(where, "instrument and software");
  if (!run->started_at.empty()) not_written.add(where, fmt::format("its start '{}'", run->started_at));
  if (!run->operator_name.empty()) not_written.add(where, "the operator's name");
  if (!run->notes.empty()) not_written.add(where, "notes of the run");
  if (!run->protocol.empty()) not_written.add(where, "the thermal protocol");
  RestOfRun said;
  said.role_codes = true;
  list_rest_of_run(*run, said, not_written);
}

std::string render_table(const std::vector<Row>& rows, std::string_view value_header, NotWrittenList& not_written) {
  std::set<double> columns;
  for (const Row& row : rows) {
    if (row.axis != nullptr) columns.insert(row.axis->begin(), row.axis->end());
  }
  std::string table = fmt::format("Well\tSample\tSample Type\tTarget\tTarget Type\tDye\t{}", value_header);
  for (const double column : columns) table += '\t' + format_double(column);
  table += '\n';
  for (const Row& row : rows) {
    const Measurement& measurement = *row.measurement;
    std::map<double, double> readings;
    for (std::size_t i = 0; row.axis != nullptr && i < row.axis->size(); ++i) {
      if (!readings.emplace((*row.axis)[i], (*row.readings)[i]).second)
        not_written.add(place(measurement), "readings at a temperature that was read before");
    }
    table += render_name(measurement.well.label, measurement, not_written);
    table += render_name(measurement.sample, measurement, not_written);
    table += render_type(measurement, not_written);
    table += render_name(measurement.target, measurement, not_written) + "toi\t";
    table += render_name(measurement.dye, measurement, not_written) + row.value;
    auto reading = readings.begin();  // of columns, in their order: wells with temperatures of their own make many
    for (const double column : columns) {
      table += '\t';
      if (reading == readings.end() || reading->first != column) continue;
      if (!std::isnan(reading->second)) table += format_double(reading->second);
      ++reading;
    }
    table += '\n';
  }
  return table;
}

std::string render_cq(const Measurement& measurement, NotWrittenList& not_written) {
  const VendorResult& vendor = measurement.vendor;
  if (vendor.cq_cycles) return format_double(*vendor.cq_cycles);
  if (vendor.cq_status == CqStatus::not_measured) return {};
  if (vendor.cq_status != CqStatus::no_amplification)
    not_written.add(place(measurement), fmt::format("why there is no Cq: {}", to_string(vendor.cq_status)));
  return vendor.cq_status == CqStatus::excluded ? "" : "-1.0";
}

}  // namespace

WrittenDocument render_rdes(const Run& run, const RdesOptions& options) {
  NotWrittenList not_written;
  std::vector<Row> rows;
  for (const Measurement& measurement : run->measurements) {
    const AmplificationCurve* written =
        options.kind ? find_curve(measurement, *options.kind) : find_analysis_curve(measurement);
    for (const AmplificationCurve& curve : measurement.amplification) {
      if (&curve != written)
        not_written.add(place(measurement), fmt::format("amplification curve of kind {}", to_string(curve.kind)));
    }
    if (written != nullptr && written->kind != CurveKind::unknown)
      not_written.add(fmt::format("run {}", run->name),
                      fmt::format("that amplification curves are of kind {}", to_string(written->kind)));
    if (written != nullptr && !written->temperatures_celsius.empty())
      not_written.add(fmt::format("run {}", run->name), "temperatures of the readings");
    if (written == nullptr && measurement.vendor.cq_status == CqStatus::not_measured) {
      if (measurement.melt.empty()) not_written.add(place(measurement), "has neither a curve nor a Cq");
      continue;
    }
    rows.push_back({&measurement, render_cq(measurement, not_written), written == nullptr ? nullptr : &written->cycles,
                    written == nullptr ? nullptr : &written->fluorescence});
  }
  WrittenDocument document;
  document.bytes = render_table(rows, "Cq", not_written);
  list_rest(run, not_written);
  document.not_written = not_written.release();
  return document;
}

WrittenDocument render_rdes_melt(const Run& run) {
  NotWrittenList not_written;
  std::vector<Row> rows;
  for (const Measurement& measurement : run->measurements) {
    const std::vector<double>& temperatures = measurement.vendor.melting_temperatures_celsius;
    if (measurement.melt.empty()) {
      if (!temperatures.empty()) not_written.add(place(measurement), "a melting temperature without a melting curve");
      continue;
    }
    for (std::size_t i = 1; i < measurement.melt.size(); ++i) {
      not_written.add(place(measurement),
                      fmt::format("melting curve {} of kind {}", i + 1, to_string(measurement.melt[i].kind)));
    }
    const MeltCurve& curve = measurement.melt.front();
    if (curve.kind != CurveKind::unknown)
      not_written.add(fmt::format("run {}", run->name),
                      fmt::format("that melting curves are of kind {}", to_string(curve.kind)));
    if (temperatures.size() > 1) not_written.add(place(measurement), "further melting temperatures of the vendor");
    std::string tm;
    if (!temperatures.empty() && std::isfinite(temperatures.front())) tm = format_double(temperatures.front());
    rows.push_back({&measurement, std::move(tm), &curve.temperatures_celsius, &curve.fluorescence});
  }
  WrittenDocument document;
  document.bytes = render_table(rows, "Tm", not_written);
  document.not_written = not_written.release();
  return document;
}

}  // namespace qpcr
