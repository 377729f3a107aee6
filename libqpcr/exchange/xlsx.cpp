// The sheets of the workbook, one function each.
#include "libqpcr/exchange/xlsx.hpp"

#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/workbook_writer.hpp"

namespace qpcr {
namespace {

class Sheets {
 public:
  Sheets(std::span<const Run> runs, const XlsxOptions& options) : runs_(runs), options_(options) {}

  WrittenDocument write() {
    write_runs();
    write_protocols();
    write_plate();
    write_amplification();
    write_melt();
    write_single_readings();
    write_vendor_results();
    write_vendor_tables();
    write_not_read();
    return {writer_.finish(), not_written_.release()};
  }

 private:
  void text(std::string_view value) {
    if (value.size() > WorkbookWriter::longest_text) {
      not_written_.add(fmt::format("sheet {}", sheet_),
                       fmt::format("the end of a text of {} bytes, which no cell holds", value.size()));
    }
    writer_.add(value);
  }

  void begin(const std::string& name, std::string_view header) {
    sheet_ = name;
    std::vector<std::string> names;
    for (const std::string_view column : split(header, ',')) names.emplace_back(column);
    writer_.begin_sheet(name, names);
  }

  void fact(const RunData& run, std::string_view name, std::string_view value) {
    if (value.empty()) return;
    text(run.name);
    text(name);
    text(value);
    writer_.end_row();
  }

  void count(const RunData& run, std::string_view name, double value) {
    text(run.name);
    text(name);
    writer_.add_number(value);
    writer_.end_row();
  }

  void write_runs() {
    begin("run", "run,name,value");
    for (const Run& each : runs_) {
      const RunData& run = *each;
      fact(run, "vendor", run.instrument.vendor);
      fact(run, "model", run.instrument.model);
      fact(run, "serial number", run.instrument.serial_number);
      fact(run, "software", run.instrument.software);
      fact(run, "software version", run.instrument.software_version);
      fact(run, "started at", run.started_at);
      fact(run, "ended at", run.ended_at);
      if (options_.with_operator) fact(run, "operator", run.operator_name);
      if (!options_.with_operator && !run.operator_name.empty())
        not_written_.add(fmt::format("run {}", run.name), "the operator's name, which is personal data");
      fact(run, "plate barcode", run.plate_barcode);
      if (run.plate) {
        count(run, "plate rows", run.plate->rows);
        count(run, "plate columns", run.plate->columns);
      }
      fact(run, "passive reference", run.passive_reference_dye);
      fact(run, "notes", run.notes);
      for (const SourceFile& source : run.provenance.sources) {
        fact(run, "source file", source.name);
        fact(run, "sha256", source.sha256);
      }
      fact(run, "reader", run.provenance.reader);
      fact(run, "library version", run.provenance.library_version);
      for (const std::string& warning : run.warnings) fact(run, "warning", warning);
    }
  }

  void write_protocols() {
    begin("protocol", "run,stage,step,repeats,temperature_celsius,duration_seconds,collects");
    for (const Run& run : runs_) {
      for (const ProtocolStep& step : run->protocol) {
        text(run->name);
        writer_.add_number(step.stage).add_number(step.step).add_number(step.repeats);
        writer_.add_number(step.temperature_celsius).add_number(step.duration_seconds);
        writer_.add(step.collects ? "yes" : "no");
        writer_.end_row();
      }
    }
  }

  void place(const RunData& run, const Measurement& measurement) {
    text(run.name);
    text(measurement.well.label);
    const std::optional<GridPosition>& position = measurement.well.position;
    writer_.add_number(position ? std::optional<double>(position->row + 1) : std::nullopt);
    writer_.add_number(position ? std::optional<double>(position->column + 1) : std::nullopt);
    text(measurement.sample);
    text(measurement.target);
    text(measurement.dye);
  }

  void write_plate() {
    begin("plate",
          "run,well,row,column,sample,target,dye,subarray,role,role_text,quantity,quantity_unit,excluded,"
          "exclusion_reason,note");
    for (const Run& run : runs_) {
      for (const Measurement& measurement : run->measurements) {
        place(*run, measurement);
        text(measurement.subarray);
        text(to_string(measurement.role));
        text(measurement.role_text);
        writer_.add_number(measurement.quantity);
        text(measurement.quantity_unit);
        text(measurement.excluded ? "yes" : "no");
        text(measurement.exclusion_reason);
        text(measurement.note);
        writer_.end_row();
      }
    }
  }

  void write_amplification() {
    begin("amplification", "run,well,row,column,sample,target,dye,kind,cycle,temperature_celsius,fluorescence");
    for (const Run& run : runs_) {
      for (const Measurement& measurement : run->measurements) {
        for (const AmplificationCurve& curve : measurement.amplification) {
          for (std::size_t i = 0; i < curve.cycles.size(); ++i) {
            place(*run, measurement);
            writer_.add(to_string(curve.kind)).add_number(curve.cycles[i]);
            writer_.add_number(curve.temperatures_celsius.empty() ? std::nullopt
                                                                  : std::optional(curve.temperatures_celsius[i]));
            writer_.add_number(curve.fluorescence[i]);
            writer_.end_row();
          }
        }
      }
    }
  }

  void write_melt() {
    begin("melt", "run,well,row,column,sample,target,dye,curve,kind,temperature_celsius,fluorescence");
    for (const Run& run : runs_) {
      for (const Measurement& measurement : run->measurements) {
        double number = 0;
        for (const MeltCurve& curve : measurement.melt) {
          ++number;
          for (std::size_t i = 0; i < curve.temperatures_celsius.size(); ++i) {
            place(*run, measurement);
            writer_.add_number(number).add(to_string(curve.kind));
            writer_.add_number(curve.temperatures_celsius[i]).add_number(curve.fluorescence[i]);
            writer_.end_row();
          }
        }
      }
    }
  }

  void write_single_readings() {
    begin("single readings", "run,well,row,column,sample,target,dye,stage,kind,temperature_celsius,fluorescence");
    for (const Run& run : runs_) {
      for (const Measurement& measurement : run->measurements) {
        for (const SingleReading& reading : measurement.single_readings) {
          place(*run, measurement);
          writer_.add(to_string(reading.stage)).add(to_string(reading.kind));
          writer_.add_number(reading.temperature_celsius).add_number(reading.fluorescence);
          writer_.end_row();
        }
      }
    }
  }

  void vendor_result(const RunData& run, const Measurement& measurement, const VendorResult& vendor) {
    place(run, measurement);
    text(to_string(vendor.cq_status));
    writer_.add_number(vendor.cq_cycles);
    text(vendor.cq_text);
    text(vendor.algorithm);
    writer_.add_number(vendor.threshold).add_number(vendor.baseline_first_cycle);
    writer_.add_number(vendor.baseline_last_cycle).add_number(vendor.cq_confidence);
    text(vendor.call);
    writer_.add_number(vendor.quantity);
    text(vendor.quantity_unit);
    const std::vector<double>& temperatures = vendor.melting_temperatures_celsius;
    writer_.add_number(temperatures.empty() ? std::nullopt : std::optional(temperatures.front()));
    std::string further;
    for (std::size_t i = 1; i < temperatures.size(); ++i)
      further += (further.empty() ? "" : "; ") + format_double(temperatures[i]);
    text(further);
    text(fmt::format("{}", fmt::join(vendor.flags, "; ")));
    writer_.end_row();
  }

  void write_vendor_results() {
    begin("vendor results",
          "run,well,row,column,sample,target,dye,status,cq,cq_text,algorithm,threshold,baseline_first_cycle,"
          "baseline_last_cycle,confidence,call,quantity,quantity_unit,tm_celsius,further_tm_celsius,flags");
    for (const Run& run : runs_) {
      for (const Measurement& measurement : run->measurements) {
        vendor_result(*run, measurement, measurement.vendor);
        for (const VendorResult& vendor : measurement.other_vendor_results) vendor_result(*run, measurement, vendor);
      }
    }
  }

  void write_vendor_tables() {
    begin("vendor tables", "run,table,row,column,value");
    for (const Run& run : runs_) {
      for (const VendorTable& table : run->vendor_tables) {
        for (std::size_t row = 0; row < table.rows.size(); ++row) {
          for (std::size_t column = 0; column < table.columns.size(); ++column) {
            text(run->name);
            text(table.name);
            writer_.add_number(static_cast<double>(row + 1));
            text(table.columns[column]);
            text(table.rows[row][column]);
            writer_.end_row();
          }
        }
      }
    }
  }

  void write_not_read() {
    begin("not read", "run,where,why");
    for (const Run& run : runs_) {
      for (const NotRead& entry : run->provenance.not_read) {
        text(run->name);
        text(entry.where);
        text(entry.why);
        writer_.end_row();
      }
    }
  }

  std::span<const Run> runs_;
  const XlsxOptions& options_;
  WorkbookWriter writer_;
  NotWrittenList not_written_;
  std::string sheet_;
};

}  // namespace

WrittenDocument render_xlsx(std::span<const Run> runs, const XlsxOptions& options) {
  return Sheets(runs, options).write();
}

}  // namespace qpcr
