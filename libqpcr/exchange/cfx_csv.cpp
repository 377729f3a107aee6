// The three kinds of table of a CFX Maestro CSV export.
#include "libqpcr/exchange/cfx_csv.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <fmt/format.h>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/exchange/plate_setup.hpp"
#include "libqpcr/tabular/csv.hpp"

namespace qpcr {
namespace {

[[noreturn]] void refuse(const Measurement& measurement, std::string problem) {
  throw Error(ErrorCode::invalid_value, {.path = {},
                                         .line = 0,
                                         .column = {},
                                         .field = "well " + measurement.well.label,
                                         .found = {},
                                         .expected = {},
                                         .problem = std::move(problem)});
}

/// Measurements of one fluor in plate order, without excluded ones.
std::vector<const Measurement*> select(const RunData& run, const std::string& dye) {
  std::vector<const Measurement*> selected;
  for (const Measurement& measurement : run.measurements) {
    if (measurement.dye == dye && !measurement.excluded) selected.push_back(&measurement);
  }
  std::stable_sort(selected.begin(), selected.end(),
                   [](const Measurement* a, const Measurement* b) { return *a->well.position < *b->well.position; });
  for (std::size_t i = 1; i < selected.size(); ++i) {
    if (*selected[i]->well.position == *selected[i - 1]->well.position)
      refuse(*selected[i], fmt::format("two measurements of {}", dye));
  }
  return selected;
}

std::string render_amplification(const std::vector<const Measurement*>& measurements) {
  std::vector<const AmplificationCurve*> curves;
  std::string table = ",Cycle";
  for (const Measurement* measurement : measurements) {
    const AmplificationCurve* curve = find_curve(*measurement, CurveKind::baseline_subtracted);
    if (curve == nullptr) continue;
    if (!curves.empty() && curve->cycles != curves.front()->cycles)
      refuse(*measurement, "its cycles are not those of the other wells");
    curves.push_back(curve);
    table += ',' + to_label(*measurement->well.position);
  }
  if (curves.empty()) return {};
  table += "\r\n";
  for (std::size_t i = 0; i < curves.front()->cycles.size(); ++i) {
    table += ',' + format_double(curves.front()->cycles[i]);
    for (const AmplificationCurve* curve : curves) {
      table += ',' + (std::isnan(curve->fluorescence[i]) ? std::string() : format_double(curve->fluorescence[i]));
    }
    table += "\r\n";
  }
  return table;
}

class Contents {
 public:
  std::string describe(const Measurement& measurement, std::vector<NotWritten>& not_written) {
    switch (measurement.role) {
      case SampleRole::unknown:
        return number("Unkn", unknowns_, measurement.sample);
      case SampleRole::standard:
        return number("Std", standards_, measurement.sample);
      case SampleRole::no_template_control:
        return "NTC";
      case SampleRole::no_reverse_transcriptase_control:
        return "NRT";
      case SampleRole::positive_control:
        return "Pos Ctrl";
      case SampleRole::negative_control:
        return "Neg Ctrl";
      case SampleRole::unspecified:
        return measurement.role_text;
      case SampleRole::no_amplification_control:
      case SampleRole::calibrator:
        break;
    }
    not_written.push_back(
        {"well " + measurement.well.label, fmt::format("role {} has no CFX word", to_string(measurement.role))});
    return "";
  }

 private:
  static std::string number(std::string_view word, std::map<std::string, std::size_t>& seen,
                            const std::string& sample) {
    return fmt::format("{}-{:02}", word, seen.emplace(sample, seen.size() + 1).first->second);
  }

  std::map<std::string, std::size_t> unknowns_;
  std::map<std::string, std::size_t> standards_;
};

std::string padded_label(GridPosition position) {
  std::string letters = to_label({position.row, 0});
  letters.pop_back();
  return fmt::format("{}{:02}", letters, position.column + 1);
}

std::string render_cq_row(const Measurement& measurement, const std::string& content) {
  const std::string cq = measurement.vendor.cq_cycles ? format_double(*measurement.vendor.cq_cycles) : "NaN";
  const std::string quantity = measurement.quantity ? format_double(*measurement.quantity) : "NaN";
  const std::string log_quantity =
      measurement.quantity && *measurement.quantity > 0 ? format_double(std::log10(*measurement.quantity)) : "NaN";
  return fmt::format(",{},{},{},{},{},,{},0,0,{},{},NaN,NaN,60,\r\n", padded_label(*measurement.well.position),
                     to_csv_cell(measurement.dye), to_csv_cell(measurement.target), to_csv_cell(content),
                     to_csv_cell(measurement.sample), cq, quantity, log_quantity);
}

std::string render_information(const RunData& run, const std::string& stem) {
  const auto row = [](std::string_view key, const std::string& value) {
    return fmt::format("{},{}\r\n", key, to_csv_cell(value));
  };
  // The mark of simulated data: of all that may carry it, only the serial number has a place in these files.
  const std::string serial_number = is_simulated(run) ? "SIMULATED" : run.instrument.serial_number;
  return row("File Name", stem + ".pcrd") + row("Created By User", "") + row("Notes", "") + row("ID", "") +
         row("Run Started", run.started_at) + row("Run Ended", "") + row("Sample Vol", "") + row("Lid Temp", "") +
         row("Protocol File Name", "") + row("Plate Setup File Name", "") + row("Base Serial Number", serial_number) +
         row("Optical Head Serial Number", serial_number) + row("CFX Maestro Version", run.instrument.software_version);
}

}  // namespace

CfxFiles render_cfx_csv(const Run& run) {
  CfxFiles result;
  const std::string stem = to_file_stem(run->name);
  if (stem != run->name) result.not_written.push_back({"run " + run->name, fmt::format("written as '{}'", stem)});
  if (!run->instrument.model.empty()) {
    result.not_written.push_back(
        {"run " + run->name, fmt::format("instrument model '{}' has no place in the files", run->instrument.model)});
  }
  std::vector<std::string> dyes;
  for (const Measurement& measurement : run->measurements) {
    if (!measurement.well.position) refuse(measurement, "has no position on the plate");
    if (measurement.dye.empty()) refuse(measurement, "has no dye, and a CFX file is named after one");
    if (std::find(dyes.begin(), dyes.end(), measurement.dye) == dyes.end()) dyes.push_back(measurement.dye);
    const std::string place = fmt::format("well {}, dye {}", measurement.well.label, measurement.dye);
    if (measurement.excluded) {
      result.not_written.push_back(
          {place, measurement.exclusion_reason.empty() ? "excluded" : "excluded: " + measurement.exclusion_reason});
      continue;
    }
    for (const AmplificationCurve& curve : measurement.amplification) {
      if (curve.kind == CurveKind::baseline_subtracted) continue;
      result.not_written.push_back({place, fmt::format("amplification curve of kind {}", to_string(curve.kind))});
    }
    if (!measurement.melt.empty()) result.not_written.push_back({place, "melting curves"});
    if (measurement.vendor.threshold) result.not_written.push_back({place, "threshold of the vendor Cq"});
  }
  std::string cq_table =
      ",Well,Fluor,Target,Content,Sample,Biological Set Name,Cq,Cq Mean,Cq Std. Dev,Starting Quantity (SQ),Log "
      "Starting Quantity,"
      "SQ Mean,SQ Std. Dev,Set Point,Well Note\r\n";
  Contents contents;
  for (const std::string& dye : dyes) {
    const std::vector<const Measurement*> measurements = select(*run, dye);
    const std::string amplification = render_amplification(measurements);
    if (!amplification.empty()) {
      result.files.emplace_back(
          fmt::format("{} -  Quantification Amplification Results_{}.csv", stem, to_file_stem(dye)), amplification);
    }
    for (const Measurement* measurement : measurements) {
      cq_table += render_cq_row(*measurement, contents.describe(*measurement, result.not_written));
    }
  }
  if (result.files.empty()) {
    throw Error(ErrorCode::invalid_value, {.path = {},
                                           .line = 0,
                                           .column = {},
                                           .field = "run " + run->name,
                                           .found = {},
                                           .expected = "baseline-subtracted curves, which CFX files hold",
                                           .problem = {}});
  }
  result.files.emplace_back(stem + " -  Quantification Cq Results.csv", cq_table);
  result.files.emplace_back(stem + " -  Run Information.csv", render_information(*run, stem));
  return result;
}

}  // namespace qpcr
