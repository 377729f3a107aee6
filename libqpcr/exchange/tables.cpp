// Long CSV.
#include "libqpcr/exchange/tables.hpp"

#include <cmath>
#include <optional>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "libqpcr/core/text.hpp"
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

/// An empty cell for a missing number, as for one that is not there.
void add_number(CsvWriter& csv, std::optional<double> value) {
  csv.add_number(value && std::isfinite(*value) ? value : std::nullopt);
}

void add_place(CsvWriter& csv, const RunData& run, const Measurement& measurement) {
  csv.add(run.name).add(measurement.well.label);
  if (const std::optional<GridPosition>& position = measurement.well.position) {
    csv.add_number(static_cast<long>(position->row) + 1).add_number(static_cast<long>(position->column) + 1);
  } else {
    csv.add_empty().add_empty();
  }
}

struct Reading {
  std::string_view kind;
  std::string_view stage;
  std::optional<double> cycle;
  std::optional<double> temperature;
  double fluorescence = 0;
};

void add_reading(CsvWriter& csv, const RunData& run, const Measurement& measurement, const Reading& reading) {
  add_place(csv, run, measurement);
  csv.add(measurement.sample).add(measurement.target).add(measurement.dye).add(to_string(measurement.role));
  add_number(csv, measurement.quantity);
  csv.add(measurement.quantity_unit).add(reading.kind).add(reading.stage);
  add_number(csv, reading.cycle);
  add_number(csv, reading.temperature);
  add_number(csv, reading.fluorescence);
  csv.end_row();
}

void add_vendor_result(CsvWriter& csv, const VendorResult& vendor) {
  csv.add(to_string(vendor.cq_status));
  add_number(csv, vendor.cq_cycles);
  csv.add(vendor.cq_text).add(vendor.algorithm);
  for (const std::optional<double>& value :
       {vendor.threshold, vendor.baseline_first_cycle, vendor.baseline_last_cycle, vendor.cq_confidence})
    add_number(csv, value);
  csv.add(vendor.call);
  add_number(csv, vendor.quantity);
  csv.add(vendor.quantity_unit);
  std::string temperatures;
  for (const double value : vendor.melting_temperatures_celsius)
    temperatures += (temperatures.empty() ? "" : "; ") + format_double(value);
  csv.add(temperatures).add(fmt::format("{}", fmt::join(vendor.flags, "; ")));
}

void add_header(CsvWriter& csv, std::string_view names) {
  for (const std::string_view name : split(names, ',')) csv.add(name);
  csv.end_row();
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

std::string render_readings_csv(std::span<const Run> runs, const CsvOptions& options) {
  CsvWriter csv(',', options.guard_formulas);
  add_header(csv,
             "run,well,row,column,sample,target,dye,role,quantity,quantity_unit,kind,stage,cycle,temperature_celsius,"
             "fluorescence");
  for (const Run& run : runs) {
    for (const Measurement& measurement : run->measurements) {
      for (const AmplificationCurve& curve : measurement.amplification) {
        for (std::size_t i = 0; i < curve.cycles.size(); ++i) {
          const std::optional<double> temperature =
              curve.temperatures_celsius.empty() ? std::nullopt : std::optional(curve.temperatures_celsius[i]);
          add_reading(csv, *run, measurement,
                      {to_string(curve.kind), "amplification", curve.cycles[i], temperature, curve.fluorescence[i]});
        }
      }
      for (const MeltCurve& curve : measurement.melt) {
        for (std::size_t i = 0; i < curve.temperatures_celsius.size(); ++i) {
          add_reading(
              csv, *run, measurement,
              {to_string(curve.kind), "melt", std::nullopt, curve.temperatures_celsius[i], curve.fluorescence[i]});
        }
      }
      for (const SingleReading& reading : measurement.single_readings) {
        add_reading(csv, *run, measurement,
                    {to_string(reading.kind), to_string(reading.stage), std::nullopt, reading.temperature_celsius,
                     reading.fluorescence});
      }
    }
  }
  return csv.text();
}

std::string render_results_csv(std::span<const Run> runs, const CsvOptions& options) {
  CsvWriter csv(',', options.guard_formulas);
  add_header(csv,
             "run,well,row,column,subarray,sample,target,dye,role,role_text,quantity,quantity_unit,excluded,"
             "exclusion_reason,note,vendor_status,vendor_cq,vendor_cq_text,vendor_algorithm,vendor_threshold,"
             "vendor_baseline_first_cycle,vendor_baseline_last_cycle,vendor_confidence,vendor_call,vendor_quantity,"
             "vendor_quantity_unit,vendor_tm_celsius,vendor_flags");
  for (const Run& run : runs) {
    for (const Measurement& measurement : run->measurements) {
      const auto add_row = [&](const VendorResult& vendor) {
        add_place(csv, *run, measurement);
        csv.add(measurement.subarray).add(measurement.sample).add(measurement.target).add(measurement.dye);
        csv.add(to_string(measurement.role)).add(measurement.role_text);
        add_number(csv, measurement.quantity);
        csv.add(measurement.quantity_unit).add(measurement.excluded ? "yes" : "no");
        csv.add(measurement.exclusion_reason).add(measurement.note);
        add_vendor_result(csv, vendor);
        csv.end_row();
      };
      add_row(measurement.vendor);
      for (const VendorResult& vendor : measurement.other_vendor_results) add_row(vendor);
    }
  }
  return csv.text();
}

}  // namespace qpcr
