// Amplification and melting tables: one column a well, one row a cycle or temperature.
#include <algorithm>
#include <limits>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "instruments/biorad_cfx/tables.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/number.hpp"

namespace qpcr::biorad_cfx {
namespace {

/// 1536 wells: more than any plate these instruments take.
constexpr PlateGeometry largest_plate{32, 48};

[[noreturn]] void refuse(ErrorCode code, const Table& table, long line, std::string column, std::string_view found,
                         std::string expected, std::string problem = {}) {
  ErrorContext context;
  context.path = table.path;
  context.line = line;
  context.column = std::move(column);
  context.found = std::string(found);
  context.expected = std::move(expected);
  context.problem = std::move(problem);
  throw Error(code, std::move(context));
}

struct WellHeader {
  std::size_t column = 0;
  GridPosition position;
  std::string label;
};

/// The columns of wells; any other header is an error, since its numbers would be lost.
std::vector<WellHeader> find_wells(const Table& table, std::size_t axis_column) {
  const Grid& grid = *table.grid;
  const std::size_t header = table.head.header_row;
  std::vector<WellHeader> wells;
  std::set<GridPosition> seen;
  for (std::size_t column = axis_column + 1; column < grid.row(header).size(); ++column) {
    const std::string label(trim(grid.cell(header, column)));
    if (label.empty()) {
      for (const std::size_t row : table.rows()) {
        if (!trim(grid.cell(row, column)).empty())
          refuse(ErrorCode::malformed_file, table, grid.line(row), {}, grid.cell(row, column), {},
                 fmt::format("column {} holds a value and its header no well", column + 1));
      }
      continue;
    }
    const std::optional<GridPosition> position = parse_label(label);
    if (!position || !largest_plate.contains(*position))
      refuse(ErrorCode::invalid_value, table, grid.line(header), label, label, "a well such as A1");
    if (!seen.insert(*position).second)
      refuse(ErrorCode::duplicate_entry, table, grid.line(header), label, {}, {}, "the well has two columns");
    wells.push_back({column, *position, label});
  }
  return wells;
}

/// A text row that ends early may end within a number; one with cells too many was split inside a number.
void check_width(const Table& table, std::size_t row, std::size_t width) {
  if (table.is_sheet) return;
  const auto cells = table.grid->row(row);
  const auto surplus = std::find_if(cells.begin() + static_cast<std::ptrdiff_t>(std::min(cells.size(), width)),
                                    cells.end(), [](std::string_view cell) { return !trim(cell).empty(); });
  if (cells.size() < width || surplus != cells.end()) {
    refuse(ErrorCode::malformed_file, table, table.grid->line(row), {}, {}, {},
           fmt::format("the row has {} cells, the header {}", cells.size(), width));
  }
}

}  // namespace

std::vector<WideColumn> read_wide_table(const Table& table) {
  const Grid& grid = *table.grid;
  const std::size_t header = table.head.header_row;
  std::size_t axis_column = 0;
  while (trim(grid.cell(header, axis_column)).empty()) ++axis_column;
  const std::string axis_name(trim(grid.cell(header, axis_column)));
  const std::vector<WellHeader> wells = find_wells(table, axis_column);
  const std::size_t width = wells.empty() ? axis_column + 1 : wells.back().column + 1;
  const std::vector<std::size_t> rows = table.rows();

  std::vector<std::string_view> numbers;
  numbers.reserve(rows.size() * (wells.size() + 1));
  for (const std::size_t row : rows) {
    check_width(table, row, width);
    numbers.push_back(grid.cell(row, axis_column));
    for (const WellHeader& well : wells) numbers.push_back(grid.cell(row, well.column));
  }
  // Decimal commas in a CFX export are never thousands.
  const NumberFormat format = decide_number_format(numbers, grid.delimiter(), ThousandsCommas::never, table.path);

  std::vector<double> axis;
  for (const std::size_t row : rows) {
    const std::string_view cell = trim(grid.cell(row, axis_column));
    const std::optional<double> value = parse_number(cell, format);
    if (!value) refuse(ErrorCode::invalid_value, table, grid.line(row), axis_name, cell, "a number");
    if (table.head.kind == TableKind::amplification && !axis.empty() && !(*value > axis.back())) {
      refuse(ErrorCode::invalid_value, table, grid.line(row), axis_name, cell,
             "a cycle after " + format_double(axis.back()));
    }
    axis.push_back(*value);
  }

  std::vector<WideColumn> columns;
  for (const WellHeader& well : wells) {
    WideColumn column{well.position, axis, {}};
    column.readings.reserve(rows.size());
    bool loaded = false;
    for (const std::size_t row : rows) {
      const std::string_view cell = trim(grid.cell(row, well.column));
      if (cell.empty()) {
        column.readings.push_back(std::numeric_limits<double>::quiet_NaN());
        continue;
      }
      const std::optional<double> value = parse_number(cell, format);
      if (!value)
        refuse(ErrorCode::invalid_value, table, grid.line(row), well.label, cell, "a number or an empty cell");
      column.readings.push_back(*value);
      loaded = true;
    }
    if (loaded) columns.push_back(std::move(column));
  }
  return columns;
}

}  // namespace qpcr::biorad_cfx
