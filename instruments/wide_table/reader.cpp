// Reads the generic wide table.
#include "instruments/wide_table/reader.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/csv.hpp"
#include "libqpcr/tabular/number.hpp"

namespace qpcr::wide_table {
namespace {

enum class Axis { none, cycle, temperature };

Axis find_axis(std::string_view name) {
  const std::string lower = to_lower_ascii(trim(name));
  if (lower == "cycle") return Axis::cycle;
  if (lower == "temperature" || lower == "t") return Axis::temperature;
  return Axis::none;
}

bool is_missing(std::string_view cell) {
  const std::string_view text = trim(cell);
  return text.empty() || text == "NA" || text == "N/A";
}

[[noreturn]] void refuse(const CsvTable& table, long line, std::string column, std::string found,
                         std::string expected) {
  ErrorContext context;
  context.path = table.path();
  context.line = line;
  context.column = std::move(column);
  context.found = std::move(found);
  context.expected = std::move(expected);
  throw Error(ErrorCode::invalid_value, std::move(context));
}

Sniff sniff(const FileHead& head) {
  if (head.is_zip || head.text.empty()) return {Confidence::no, "not a text file"};
  const std::string_view line = head.first_line();
  const char delimiter = detect_delimiter(line);
  std::string_view first = trim(split(line, delimiter).front());
  if (first.size() >= 2 && first.front() == '"' && first.back() == '"') first = first.substr(1, first.size() - 2);
  const Axis axis = find_axis(first);
  if (axis == Axis::none) return {Confidence::no, "the first header cell is neither 'cycle' nor 'temperature'"};
  if (line.find(delimiter) == std::string_view::npos) return {Confidence::no, "the header has one column only"};
  const std::vector<std::string_view> cells = split(line, delimiter);
  if (std::any_of(cells.begin(), cells.end(),
                  [](std::string_view cell) { return to_lower_ascii(trim(cell)) == "well"; }))
    return {Confidence::no, "wells stand in a column of their own"};
  const std::string reason = fmt::format("the first header cell is '{}'", first);
  // Instruments write tables that begin so too; a reader that knows one goes first.
  return {Confidence::possible, reason};
}

/// Number of columns before the empty ones that spreadsheets leave at the end.
std::size_t count_columns(const CsvTable& table) {
  std::size_t count = table.header().size();
  const auto is_empty = [&](std::size_t column) {
    return trim(table.header()[column]).empty() &&
           std::all_of(table.rows().begin(), table.rows().end(),
                       [&](const CsvRow& row) { return trim(row.cells[column]).empty(); });
  };
  while (count > 1 && is_empty(count - 1)) --count;
  return count;
}

/// Wells of the curves: plate positions only when every label is one and no two are the same well.
std::vector<WellId> read_wells(const CsvTable& table, std::size_t columns) {
  constexpr PlateGeometry largest_plate{32, 48};
  std::vector<WellId> wells;
  std::set<GridPosition> seen;
  bool all = true;
  for (std::size_t i = 1; i < columns; ++i) {
    const std::string& label = table.header()[i];
    if (label.empty()) refuse(table, table.header_line(), fmt::format("number {}", i + 1), {}, "a name for the column");
    const std::optional<GridPosition> position = parse_label(label);
    all = all && position && largest_plate.contains(*position);
    wells.push_back({label, position});
  }
  if (!all) {
    for (WellId& well : wells) well.position.reset();
    return wells;
  }
  for (const WellId& well : wells) {
    if (seen.insert(*well.position).second) continue;
    ErrorContext context;
    context.path = table.path();
    context.line = table.header_line();
    context.column = well.label;
    context.problem = fmt::format("well {} has two columns", to_label(*well.position));
    throw Error(ErrorCode::duplicate_entry, std::move(context));
  }
  return wells;
}

std::vector<double> read_axis(const CsvTable& table, Axis axis, NumberFormat format) {
  std::vector<double> values;
  for (const CsvRow& row : table.rows()) {
    const std::optional<double> value = parse_number(row.cells.front(), format);
    if (!value) refuse(table, row.line, table.header().front(), row.cells.front(), "a number");
    if (axis == Axis::cycle && !values.empty() && !(*value > values.back())) {
      refuse(table, row.line, table.header().front(), row.cells.front(),
             "a cycle after " + format_double(values.back()));
    }
    values.push_back(*value);
  }
  return values;
}

std::vector<RunData> read(const std::vector<InputFile>& files) {
  const InputFile& file = files.front();
  const DecodedText text = decode_text(file.bytes, file.path);
  const char delimiter = detect_delimiter(text.utf8);
  std::vector<CsvRow> lines = parse_csv(text.utf8, delimiter, file.path);
  // Spreadsheets leave rows of bare delimiters behind.
  std::erase_if(lines, [](const CsvRow& row) {
    return std::all_of(row.cells.begin(), row.cells.end(), [](const std::string& cell) { return trim(cell).empty(); });
  });
  const CsvTable table(std::move(lines), file.path);
  const Axis axis = find_axis(table.header().front());
  if (table.rows().empty()) {
    refuse(table, table.header_line(), table.header().front(), {}, "at least one row below the header");
  }

  std::vector<std::string_view> cells;
  for (const CsvRow& row : table.rows()) cells.insert(cells.end(), row.cells.begin(), row.cells.end());
  const NumberFormat format = decide_number_format(cells, delimiter, ThousandsCommas::possible, file.path);
  const std::vector<double> positions = read_axis(table, axis, format);

  RunData run;
  run.name = file.name.substr(0, file.name.rfind('.'));
  const std::size_t columns = count_columns(table);
  const std::vector<WellId> wells = read_wells(table, columns);
  for (std::size_t column = 1; column < columns; ++column) {
    std::vector<double> readings;
    readings.reserve(table.rows().size());
    for (const CsvRow& row : table.rows()) {
      const std::string& cell = row.cells[column];
      if (is_missing(cell)) {
        readings.push_back(std::numeric_limits<double>::quiet_NaN());
        continue;
      }
      const std::optional<double> value = parse_number(cell, format);
      if (!value) refuse(table, row.line, table.header()[column], cell, "a number, an empty cell, NA or N/A");
      readings.push_back(*value);
    }
    Measurement measurement;
    measurement.well = wells[column - 1];
    if (axis == Axis::cycle) {
      measurement.amplification.push_back({CurveKind::unknown, positions, std::move(readings)});
    } else {
      measurement.melt.push_back({CurveKind::unknown, positions, std::move(readings)});
    }
    run.measurements.push_back(std::move(measurement));
  }
  sort_by_well(run.measurements);
  std::vector<RunData> runs;
  runs.push_back(std::move(run));
  return runs;
}

}  // namespace

const Reader& reader() {
  static const Reader value{
      {"wide_table",
       "Wide table, one column a curve",
       "any",
       {{"delimited text whose first column is 'cycle' or 'temperature'", "any", "not stated in the files",
         "curves of unknown kind", ReaderMaturity::verified, "public curve collections"}},
       {}},
      sniff,
      read,
      nullptr};
  return value;
}

}  // namespace qpcr::wide_table
