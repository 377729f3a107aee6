// Long CSV and RDES.
#include "libqpcr/exchange/tables.hpp"

#include <cmath>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/exchange/roles.hpp"
#include "libqpcr/tabular/csv.hpp"

namespace qpcr {
namespace {

std::string number_cell(double value) { return std::isnan(value) ? std::string() : format_double(value); }

std::string row_start(const RunData& run, const Measurement& measurement, CurveKind kind) {
  std::string start;
  for (const std::string& text :
       {run.name, measurement.well.label, measurement.sample, measurement.target, measurement.dye}) {
    start += to_csv_cell(text) + ',';
  }
  return start + std::string(to_string(kind)) + ',';
}

void add_rows(std::string& table, const std::string& start, const std::vector<double>& axis,
              const std::vector<double>& readings) {
  for (std::size_t i = 0; i < axis.size(); ++i) {
    table += start;
    table += format_double(axis[i]);
    table += ',';
    table += number_cell(readings[i]);
    table += '\n';
  }
}

std::string rdes_cell(const std::string& text, const Measurement& measurement) {
  if (text.find_first_of("\t\r\n") != std::string::npos) {
    throw Error(ErrorCode::invalid_value, {.path = {},
                                           .line = 0,
                                           .column = {},
                                           .field = "well " + measurement.well.label,
                                           .found = text,
                                           .expected = "a name without tabs and line ends",
                                           .problem = {}});
  }
  return text + '\t';
}

/// One RDES table: `axis_of(measurement)` gives the axis and readings of its row, or null.
struct RdesCurve {
  const std::vector<double>* axis = nullptr;
  const std::vector<double>* readings = nullptr;
};

std::string rdes_table(const RunData& run, const std::vector<RdesCurve>& curves, std::string_view value_header,
                       const std::vector<std::string>& values, std::vector<NotWritten>& not_written) {
  std::set<double> columns;
  for (const RdesCurve& curve : curves) {
    if (curve.axis != nullptr) columns.insert(curve.axis->begin(), curve.axis->end());
  }
  std::string table = fmt::format("Well\tSample\tSample Type\tTarget\tTarget Type\tDye\t{}", value_header);
  for (const double column : columns) table += '\t' + format_double(column);
  table += '\n';
  bool unspecified = false;
  for (std::size_t i = 0; i < run.measurements.size(); ++i) {
    const Measurement& measurement = run.measurements[i];
    if (curves[i].axis == nullptr) continue;
    std::map<double, double> readings;
    for (std::size_t j = 0; j < curves[i].axis->size(); ++j) {
      if (!readings.emplace((*curves[i].axis)[j], (*curves[i].readings)[j]).second) {
        not_written.push_back({"well " + measurement.well.label, "readings at a temperature that was read before"});
      }
    }
    unspecified = unspecified || measurement.role == SampleRole::unspecified;
    const std::string_view role = to_rdml_role(measurement.role);
    table += rdes_cell(measurement.well.label, measurement) + rdes_cell(measurement.sample, measurement);
    table += std::string(role.empty() ? "unkn" : role) + '\t' + rdes_cell(measurement.target, measurement) + "toi\t";
    table += rdes_cell(measurement.dye, measurement) + values[i];
    for (const double column : columns) {
      const auto reading = readings.find(column);
      table += '\t' + (reading == readings.end() ? std::string() : number_cell(reading->second));
    }
    table += '\n';
  }
  if (unspecified) not_written.push_back({"run " + run.name, "samples without a role are written as 'unkn'"});
  return table;
}

}  // namespace

std::string render_curves_csv(std::span<const Run> runs) {
  std::string table = "run,well,sample,target,dye,kind,cycle,fluorescence\n";
  for (const Run& run : runs) {
    for (const Measurement& measurement : run->measurements) {
      for (const AmplificationCurve& curve : measurement.amplification) {
        add_rows(table, row_start(*run, measurement, curve.kind), curve.cycles, curve.fluorescence);
      }
    }
  }
  return table;
}

std::string render_melt_csv(std::span<const Run> runs) {
  std::string table = "run,well,sample,target,dye,kind,temperature_celsius,fluorescence\n";
  for (const Run& run : runs) {
    for (const Measurement& measurement : run->measurements) {
      for (const MeltCurve& curve : measurement.melt) {
        add_rows(table, row_start(*run, measurement, curve.kind), curve.temperatures_celsius, curve.fluorescence);
      }
    }
  }
  return table;
}

WrittenDocument render_rdes(const Run& run, const RdesOptions& options) {
  WrittenDocument document;
  std::vector<RdesCurve> curves;
  std::vector<std::string> values;
  for (const Measurement& measurement : run->measurements) {
    const AmplificationCurve* written =
        options.kind ? find_curve(measurement, *options.kind) : find_analysis_curve(measurement);
    for (const AmplificationCurve& curve : measurement.amplification) {
      if (&curve == written) continue;
      document.not_written.push_back({fmt::format("well {}, target {}", measurement.well.label, measurement.target),
                                      fmt::format("amplification curve of kind {}", to_string(curve.kind))});
    }
    curves.push_back(written == nullptr ? RdesCurve{} : RdesCurve{&written->cycles, &written->fluorescence});
    values.push_back(measurement.vendor.cq_cycles ? format_double(*measurement.vendor.cq_cycles) : std::string());
    if (measurement.excluded) {
      document.not_written.push_back({fmt::format("well {}, target {}", measurement.well.label, measurement.target),
                                      fmt::format("excluded: {}", measurement.exclusion_reason)});
    }
  }
  document.bytes = rdes_table(*run, curves, "Cq", values, document.not_written);
  return document;
}

WrittenDocument render_rdes_melt(const Run& run) {
  WrittenDocument document;
  std::vector<RdesCurve> curves;
  for (const Measurement& measurement : run->measurements) {
    curves.push_back(measurement.melt.empty() ? RdesCurve{}
                                              : RdesCurve{&measurement.melt.front().temperatures_celsius,
                                                          &measurement.melt.front().fluorescence});
    for (std::size_t i = 1; i < measurement.melt.size(); ++i) {
      document.not_written.push_back(
          {fmt::format("well {}, target {}", measurement.well.label, measurement.target),
           fmt::format("melting curve {} of kind {}", i + 1, to_string(measurement.melt[i].kind))});
    }
  }
  document.bytes = rdes_table(*run, curves, "Tm", std::vector<std::string>(curves.size()), document.not_written);
  return document;
}

}  // namespace qpcr
