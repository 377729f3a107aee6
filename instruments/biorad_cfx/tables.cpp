// Reads single tables of CFX exports.
#include "instruments/biorad_cfx/tables.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/csv.hpp"
#include "libqpcr/tabular/number.hpp"

namespace qpcr::biorad_cfx {
namespace {

/// 1536 wells: more than any plate these instruments take.
constexpr PlateGeometry largest_plate{32, 48};

/// Names of a Cq table, of which a table with a column missing still has most.
constexpr std::array<std::string_view, 11> cq_table_columns{"Well",        "Fluor",
                                                            "Target",      "Content",
                                                            "Sample",      "Biological Set Name",
                                                            "Cq",          "Cq Mean",
                                                            "Cq Std. Dev", "Starting Quantity (SQ)",
                                                            "Set Point"};

/// Spellings of the Cq column: Maestro, Manager 1.x, Manager 1.6.
constexpr std::array<std::string_view, 4> cq_columns{"Cq", "C(t)", "Threshold Cycle ( C(t) )",
                                                     "Threshold Cycle (C(t))"};

[[noreturn]] void refuse(ErrorCode code, const std::string& path, long line, std::string column, std::string found,
                         std::string expected, std::string problem = {}) {
  ErrorContext context;
  context.path = path;
  context.line = line;
  context.column = std::move(column);
  context.found = std::move(found);
  context.expected = std::move(expected);
  context.problem = std::move(problem);
  throw Error(code, std::move(context));
}

std::vector<std::string> header_cells(std::string_view line) {
  std::vector<std::string> cells;
  for (const std::string_view cell : split(line, detect_delimiter(line))) {
    std::string_view text = trim(cell);
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = trim(text.substr(1, text.size() - 2));
    cells.emplace_back(text);
  }
  return cells;
}

bool holds(const std::vector<std::string>& cells, std::string_view name) {
  return std::find(cells.begin(), cells.end(), name) != cells.end();
}

bool is_no_number(std::string_view text) {
  constexpr std::array<std::string_view, 4> tokens{"", "NaN", "N/A", "None"};
  return std::find(tokens.begin(), tokens.end(), text) != tokens.end();
}

/// Decimal commas in a CFX export are never thousands.
NumberFormat decide_format(const std::vector<CsvRow>& rows, const std::vector<std::size_t>& columns, char delimiter,
                           const std::string& path) {
  std::vector<std::string_view> cells;
  for (const CsvRow& row : rows) {
    for (const std::size_t column : columns) cells.emplace_back(row.cells[column]);
  }
  return decide_number_format(cells, delimiter, ThousandsCommas::never, path);
}

/// "Unkn-01", "Std-3", "NTC", "Pos Ctrl-1": the word before the replicate group's number.
SampleRole to_role(std::string_view content) {
  const std::size_t dash = content.rfind('-');
  std::string_view word = content;
  if (dash != std::string_view::npos && parse_integer(content.substr(dash + 1))) word = content.substr(0, dash);
  constexpr std::array<std::pair<std::string_view, SampleRole>, 7> roles{{
      {"unkn", SampleRole::unknown},
      {"std", SampleRole::standard},
      {"ntc", SampleRole::no_template_control},
      {"nrt", SampleRole::no_reverse_transcriptase_control},
      {"pos ctrl", SampleRole::positive_control},
      {"pos", SampleRole::positive_control},
      {"neg ctrl", SampleRole::negative_control},
  }};
  const std::string lower = to_lower_ascii(trim(word));
  for (const auto& [name, role] : roles) {
    if (name == lower) return role;
  }
  return SampleRole::unspecified;
}

std::optional<std::size_t> find_cq_column(const CsvTable& table) {
  for (const std::string_view name : cq_columns) {
    if (const std::optional<std::size_t> column = table.find_column(name)) return column;
  }
  return std::nullopt;
}

VendorResult read_vendor_result(const CsvTable& table, const CsvRow& row, std::size_t column, NumberFormat format) {
  VendorResult vendor;
  vendor.cq_text = std::string(trim(row.cells[column]));
  if (is_no_number(vendor.cq_text)) {
    vendor.cq_status = CqStatus::no_amplification;
    return vendor;
  }
  vendor.cq_cycles = parse_number(vendor.cq_text, format);
  if (!vendor.cq_cycles) {
    refuse(ErrorCode::invalid_value, table.path(), row.line, table.header()[column], vendor.cq_text,
           "a number, NaN or N/A");
  }
  if (*vendor.cq_cycles < 0) {
    // Some versions write a negative number for none.
    vendor.cq_cycles.reset();
    vendor.cq_status = CqStatus::no_amplification;
    return vendor;
  }
  vendor.cq_status = CqStatus::found;
  return vendor;
}

}  // namespace

TableKind identify_table(std::string_view utf8) {
  const std::size_t start = utf8.find_first_not_of("\r\n");
  if (start == std::string_view::npos) return TableKind::none;
  const std::string_view line = utf8.substr(start, std::min(utf8.find_first_of("\r\n", start), utf8.size()) - start);
  const std::vector<std::string> cells = header_cells(line);
  if (cells.size() > 2 && cells[0].empty() && (cells[1] == "Cycle" || cells[1] == "Temperature") &&
      parse_label(cells[2])) {
    return cells[1] == "Cycle" ? TableKind::amplification : TableKind::melt;
  }
  constexpr std::ptrdiff_t most = 6;
  if (std::count_if(cq_table_columns.begin(), cq_table_columns.end(),
                    [&](std::string_view name) { return holds(cells, name); }) >= most &&
      !holds(cells, "Melt Temperature")) {
    return TableKind::cq;
  }
  if (holds(cells, "Well") && holds(cells, "Fluor") && holds(cells, "Content")) {
    if (std::any_of(cq_columns.begin(), cq_columns.end(), [&](std::string_view name) { return holds(cells, name); })) {
      return TableKind::cq;
    }
    if (holds(cells, "Melt Temperature")) return TableKind::melt_peaks;
  }
  if (cells[0] == "File Name" && utf8.find("Run Started") != std::string_view::npos &&
      utf8.find("Base Serial Number") != std::string_view::npos) {
    return TableKind::run_information;
  }
  return TableKind::none;
}

Text decode_table(std::string_view bytes, const std::string& path) {
  Text text;
  text.utf8 = decode_text(bytes, path).utf8;
  text.delimiter = detect_delimiter(text.utf8);
  return text;
}

std::vector<WideColumn> read_wide_table(Text text, const std::string& path, TableKind kind) {
  const CsvTable table(parse_csv(text.utf8, text.delimiter, path), path);
  const std::string axis_name = kind == TableKind::amplification ? "Cycle" : "Temperature";
  const std::size_t axis_column = table.column(axis_name);
  std::vector<std::size_t> wells;
  for (std::size_t i = axis_column + 1; i < table.header().size(); ++i) {
    if (!table.header()[i].empty()) wells.push_back(i);
  }
  std::vector<std::size_t> numbers = wells;
  numbers.push_back(axis_column);
  const NumberFormat format = decide_format(table.rows(), numbers, text.delimiter, path);

  std::vector<double> axis;
  for (const CsvRow& row : table.rows()) {
    const std::optional<double> value = parse_number(row.cells[axis_column], format);
    if (!value) refuse(ErrorCode::invalid_value, path, row.line, axis_name, row.cells[axis_column], "a number");
    if (kind == TableKind::amplification && !axis.empty() && !(*value > axis.back())) {
      refuse(ErrorCode::invalid_value, path, row.line, axis_name, row.cells[axis_column],
             "a cycle after " + format_double(axis.back()));
    }
    axis.push_back(*value);
  }

  std::vector<WideColumn> columns;
  std::set<GridPosition> seen;
  for (const std::size_t well : wells) {
    const std::string& label = table.header()[well];
    const std::optional<GridPosition> position = parse_label(label);
    if (!position || !largest_plate.contains(*position)) {
      refuse(ErrorCode::invalid_value, path, table.header_line(), label, label, "a well such as A1");
    }
    if (!seen.insert(*position).second) {
      refuse(ErrorCode::duplicate_entry, path, table.header_line(), label, {}, {}, "the well has two columns");
    }
    WideColumn column{*position, axis, {}};
    bool loaded = false;
    for (const CsvRow& row : table.rows()) {
      const std::string_view cell = trim(row.cells[well]);
      if (cell.empty()) {
        column.readings.push_back(std::numeric_limits<double>::quiet_NaN());
        continue;
      }
      const std::optional<double> value = parse_number(cell, format);
      if (!value)
        refuse(ErrorCode::invalid_value, path, row.line, label, std::string(cell), "a number or an empty cell");
      column.readings.push_back(*value);
      loaded = true;
    }
    if (loaded) columns.push_back(std::move(column));
  }
  return columns;
}

CqTable read_cq_table(Text text, const std::string& path) {
  const CsvTable table(parse_csv(text.utf8, text.delimiter, path), path);
  const std::size_t well_column = table.column("Well");
  const std::size_t fluor_column = table.column("Fluor");
  const std::optional<std::size_t> found_cq = find_cq_column(table);
  const std::size_t cq_column = found_cq ? *found_cq : table.column("Cq");
  const std::optional<std::size_t> target_column = table.find_column("Target");
  const std::optional<std::size_t> content_column = table.find_column("Content");
  const std::optional<std::size_t> sample_column = table.find_column("Sample");
  const std::optional<std::size_t> quantity_column = table.find_column("Starting Quantity (SQ)");

  std::vector<std::size_t> numbers{cq_column};
  if (quantity_column) numbers.push_back(*quantity_column);
  const NumberFormat format = decide_format(table.rows(), numbers, text.delimiter, path);

  CqTable result;
  const std::set<std::size_t> read{well_column,
                                   fluor_column,
                                   cq_column,
                                   target_column.value_or(well_column),
                                   content_column.value_or(well_column),
                                   sample_column.value_or(well_column),
                                   quantity_column.value_or(well_column)};
  for (std::size_t i = 0; i < table.header().size(); ++i) {
    if (!table.header()[i].empty() && !read.contains(i)) result.columns_not_read.push_back(table.header()[i]);
  }
  const auto cell = [](const CsvRow& row, std::optional<std::size_t> column) {
    return column ? std::string(trim(row.cells[*column])) : std::string{};
  };
  std::map<std::pair<GridPosition, std::string>, long> seen;
  for (const CsvRow& row : table.rows()) {
    Measurement measurement;
    const std::optional<GridPosition> position = parse_label(row.cells[well_column]);
    if (!position || !largest_plate.contains(*position)) {
      refuse(ErrorCode::invalid_value, path, row.line, "Well", row.cells[well_column], "a well such as A01");
    }
    measurement.well = to_well(*position);
    measurement.dye = cell(row, fluor_column);
    const auto [first, is_new] = seen.emplace(std::make_pair(*position, measurement.dye), row.line);
    if (!is_new) {
      refuse(
          ErrorCode::duplicate_entry, path, row.line, "Well", {}, {},
          fmt::format("well {} with {} is already in line {}", measurement.well.label, measurement.dye, first->second));
    }
    measurement.target = cell(row, target_column);
    measurement.sample = cell(row, sample_column);
    measurement.role_text = cell(row, content_column);
    measurement.role = to_role(measurement.role_text);
    // Of an unknown this is the vendor's result, not what the lab put in.
    if (const std::string quantity = cell(row, quantity_column);
        measurement.role == SampleRole::standard && !is_no_number(quantity)) {
      measurement.quantity = parse_number(quantity, format);
      if (!measurement.quantity)
        refuse(ErrorCode::invalid_value, path, row.line, "Starting Quantity (SQ)", quantity, "a number");
    }
    measurement.vendor = read_vendor_result(table, row, cq_column, format);
    result.rows.push_back({std::move(measurement)});
  }
  return result;
}

std::vector<std::pair<std::string, std::string>> read_run_information(const Text& text, const std::string& path) {
  std::vector<std::pair<std::string, std::string>> entries;
  for (const CsvRow& row : parse_csv(text.utf8, text.delimiter, path)) {
    entries.emplace_back(trim(row.cells.front()),
                         row.cells.size() > 1 ? std::string(trim(row.cells[1])) : std::string{});
  }
  return entries;
}

}  // namespace qpcr::biorad_cfx
