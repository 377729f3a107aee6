// Reads and writes set-up tables.
#include "libqpcr/exchange/plate_setup.hpp"

#include <algorithm>
#include <map>
#include <optional>
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

[[noreturn]] void refuse(const CsvTable& table, const CsvRow& row, std::string column, std::string found,
                         std::string expected, ErrorCode code = ErrorCode::invalid_value) {
  ErrorContext context;
  context.path = table.path();
  context.line = row.line;
  context.column = std::move(column);
  context.found = std::move(found);
  context.expected = std::move(expected);
  throw Error(code, std::move(context));
}

[[noreturn]] void refuse(const Measurement& measurement, std::string problem) {
  ErrorContext context;
  context.field = "well " + measurement.well.label;
  context.problem = std::move(problem);
  throw Error(ErrorCode::invalid_value, std::move(context));
}

std::optional<SampleRole> parse_setup_role(std::string_view text) {
  for (const SampleRole role :
       {SampleRole::unspecified, SampleRole::unknown, SampleRole::standard, SampleRole::no_template_control,
        SampleRole::no_amplification_control, SampleRole::no_reverse_transcriptase_control,
        SampleRole::positive_control, SampleRole::negative_control, SampleRole::calibrator}) {
    if (text == to_string(role)) return role;
    if (role != SampleRole::calibrator && !text.empty() && text == to_rdml_role(role)) return role;
  }
  return text.empty() ? std::optional(SampleRole::unspecified) : std::nullopt;
}

PlateGeometry smallest_plate(GridPosition last) {
  for (const PlateGeometry plate : {PlateGeometry{8, 12}, PlateGeometry{16, 24}, PlateGeometry{32, 48}}) {
    if (plate.contains(last)) return plate;
  }
  return {last.row + 1, last.column + 1};
}

class SetupTable {
 public:
  SetupTable(const CsvTable& table, std::string name) : table_(table) {
    run_.name = std::move(name);
    well_ = table.column("well");
  }

  RunData read() {
    GridPosition last;
    for (const CsvRow& row : table_.rows()) {
      const Measurement& measurement = read_row(row);
      last.row = std::max(last.row, measurement.well.position->row);
      last.column = std::max(last.column, measurement.well.position->column);
    }
    if (table_.rows().empty()) refuse(table_, {table_.header_line(), {}}, "well", {}, "at least one row");
    run_.plate = smallest_plate(last);
    const CsvRow& first = table_.rows().front();
    const std::optional<long> rows = read_size(first, "plate_rows");
    const std::optional<long> columns = read_size(first, "plate_columns");
    if (rows && columns) run_.plate = PlateGeometry{static_cast<int>(*rows), static_cast<int>(*columns)};
    if (!run_.plate->contains(last))
      refuse(table_, first, "plate_rows", fmt::format("{} x {}", run_.plate->rows, run_.plate->columns),
             "a plate that holds " + to_label(last));
    std::stable_sort(run_.measurements.begin(), run_.measurements.end(),
                     [](const Measurement& a, const Measurement& b) { return *a.well.position < *b.well.position; });
    return std::move(run_);
  }

 private:
  std::string cell(const CsvRow& row, std::string_view column) const {
    const std::optional<std::size_t> index = table_.find_column(column);
    return index ? std::string(trim(row.cells[*index])) : std::string();
  }

  std::optional<long> read_size(const CsvRow& row, const char* column) const {
    constexpr long most = 100;
    const std::string text = cell(row, column);
    if (text.empty()) return std::nullopt;
    const std::optional<long> value = parse_integer(text);
    if (!value || *value < 1 || *value > most) refuse(table_, row, column, text, "a whole number from 1 to 100");
    return value;
  }

  const Measurement& read_row(const CsvRow& row) {
    constexpr PlateGeometry largest{100, 100};
    Measurement measurement;
    const std::string& label = row.cells[well_];
    const std::optional<GridPosition> position = parse_label(label);
    if (!position || !largest.contains(*position)) refuse(table_, row, "well", label, "a well such as A1");
    measurement.well = to_well(*position);
    measurement.sample = cell(row, "sample");
    measurement.target = cell(row, "target");
    measurement.dye = cell(row, "dye");
    const std::string role = cell(row, "role");
    const std::optional<SampleRole> known = parse_setup_role(role);
    if (!known) refuse(table_, row, "role", role, "a role: unknown, standard, no_template_control …");
    measurement.role = *known;
    if (const std::string quantity = cell(row, "quantity"); !quantity.empty()) {
      measurement.quantity = parse_double(quantity);
      if (!measurement.quantity) refuse(table_, row, "quantity", quantity, "a number with a decimal dot");
      measurement.quantity_unit = cell(row, "quantity_unit");
    }
    if (!seen_.emplace(measurement.well.label, measurement.target + '\n' + measurement.dye).second)
      refuse(table_, row, "well", label, "each well, target and dye once", ErrorCode::duplicate_entry);
    run_.measurements.push_back(std::move(measurement));
    return run_.measurements.back();
  }

  const CsvTable& table_;
  RunData run_;
  std::size_t well_ = 0;
  std::set<std::pair<std::string, std::string>> seen_;
};

/// Readings and results, which no set-up holds.
void list_contents(const Run& run, NotWrittenList& not_written) {
  for (const Measurement& measurement : run->measurements) {
    if (!measurement.amplification.empty() || !measurement.melt.empty() || !measurement.single_readings.empty())
      not_written.add(fmt::format("run {}", run->name), "readings: a set-up holds none");
    if (measurement.vendor.cq_status != CqStatus::not_measured)
      not_written.add(fmt::format("run {}", run->name), "vendor results: a set-up holds none");
    if (!measurement.note.empty())
      not_written.add(fmt::format("well {}, target {}", measurement.well.label, measurement.target),
                      "the note beside the well");
    if (measurement.excluded)
      not_written.add(fmt::format("well {}, target {}", measurement.well.label, measurement.target), "excluded");
    if (measurement.role == SampleRole::unspecified && !measurement.role_text.empty())
      not_written.add(fmt::format("well {}, target {}", measurement.well.label, measurement.target),
                      fmt::format("role '{}', which is none of a set-up", measurement.role_text));
  }
  if (!run->protocol.empty()) not_written.add(fmt::format("run {}", run->name), "the thermal protocol");
}

std::string render_dye(const Run& run, const std::string& dye, PlateGeometry plate, NotWrittenList& not_written) {
  std::map<GridPosition, const Measurement*> wells;
  for (const Measurement& measurement : run->measurements) {
    if (measurement.dye != dye) continue;
    if (!wells.emplace(*measurement.well.position, &measurement).second)
      refuse(measurement, fmt::format("two measurements of {}", dye));
  }
  std::string table = "Row,Column,*Target Name,*Sample Name\r\n";
  for (int row = 0; row < plate.rows; ++row) {
    std::string letters = to_label({row, 0});
    letters.pop_back();
    for (int column = 0; column < plate.columns; ++column) {
      const auto found = wells.find({row, column});
      const Measurement* measurement = found == wells.end() ? nullptr : found->second;
      table += fmt::format("{},{},{},{}\r\n", letters, column + 1,
                           measurement == nullptr ? "" : to_csv_cell(measurement->target),
                           measurement == nullptr ? "" : to_csv_cell(measurement->sample));
      if (measurement == nullptr) continue;
      const std::string place = fmt::format("well {}, dye {}", measurement->well.label, dye);
      if (measurement->role != SampleRole::unspecified)
        not_written.add(place, fmt::format("role {}: set it in the plate editor", to_string(measurement->role)));
      if (measurement->quantity) not_written.add(place, "quantity of a standard: set it in the plate editor");
    }
  }
  return table;
}

}  // namespace

std::string to_file_stem(std::string_view text) {
  std::string stem;
  for (const char c : text) {
    const bool forbidden =
        std::string_view("/\\:*?\"<>|").find(c) != std::string_view::npos || static_cast<unsigned char>(c) < 0x20U;
    stem += forbidden ? '-' : c;
  }
  return stem.empty() || stem == "." || stem == ".." ? "run" : stem;
}

RunData parse_plate_setup(std::string_view bytes, const std::string& path, const std::string& name) {
  const CsvTable table = read_csv_table(bytes, path);
  return SetupTable(table, name).read();
}

WrittenDocument render_plate_setup_csv(const Run& run) {
  NotWrittenList not_written;
  CsvWriter csv;
  for (const char* name :
       {"well", "sample", "target", "dye", "role", "quantity", "quantity_unit", "plate_rows", "plate_columns"})
    csv.add(name);
  csv.end_row();
  for (const Measurement& measurement : run->measurements) {
    if (!measurement.well.position) refuse(measurement, "has no position on the plate");
    csv.add(to_label(*measurement.well.position)).add(measurement.sample).add(measurement.target).add(measurement.dye);
    csv.add(to_string(measurement.role)).add_number(measurement.quantity).add(measurement.quantity_unit);
    if (run->plate) {
      csv.add_number(static_cast<long>(run->plate->rows)).add_number(static_cast<long>(run->plate->columns));
    } else {
      csv.add_empty().add_empty();
    }
    csv.end_row();
  }
  list_contents(run, not_written);
  return {csv.text(), not_written.release()};
}

WrittenFiles render_cfx_plate_setup(const Run& run) {
  NotWrittenList not_written;
  std::vector<std::string> dyes;
  GridPosition last;
  for (const Measurement& measurement : run->measurements) {
    if (!measurement.well.position) refuse(measurement, "has no position on the plate");
    if (measurement.dye.empty()) refuse(measurement, "has no dye, and a CFX plate file is of one");
    last.row = std::max(last.row, measurement.well.position->row);
    last.column = std::max(last.column, measurement.well.position->column);
    if (std::find(dyes.begin(), dyes.end(), measurement.dye) == dyes.end()) dyes.push_back(measurement.dye);
  }
  const PlateGeometry plate = run->plate.value_or(smallest_plate(last));
  WrittenFiles result;
  for (const std::string& dye : dyes) {
    result.files.push_back({fmt::format("{}_{}.csv", to_file_stem(run->name), to_file_stem(dye)),
                            render_dye(run, dye, plate, not_written)});
  }
  list_contents(run, not_written);
  result.not_written = not_written.release();
  return result;
}

}  // namespace qpcr
