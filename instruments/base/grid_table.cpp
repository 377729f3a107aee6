// Look-up of columns by folded headers.
#include "instruments/base/grid_table.hpp"

#include <algorithm>
#include <cstdint>
#include <set>

#include <fmt/format.h>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/header_text.hpp"

namespace qpcr {
namespace {

template <typename Names>
std::set<std::string> fold_all(const Names& names) {
  std::set<std::string> folded;
  for (const std::string_view name : names) folded.insert(fold_header(name));
  return folded;
}

}  // namespace

GridTable::GridTable(const Grid& grid, std::size_t header_row, std::size_t end_row)
    : grid_(&grid), header_row_(header_row), end_row_(std::min(end_row, grid.row_count())) {
  for (const std::string_view cell : grid.row(header_row)) folded_.push_back(fold_header(cell));
}

template <typename Names>
std::optional<std::size_t> GridTable::find_one_of(const Names& names) {
  const std::set<std::string> wanted = fold_all(names);
  std::optional<std::size_t> found;
  for (std::size_t column = 0; column < folded_.size(); ++column) {
    if (folded_[column].empty() || !wanted.contains(folded_[column])) continue;
    if (found) {
      ErrorContext context;
      context.path = grid_->path();
      context.line = grid_->line(header_row_);
      context.column = std::string(header(column));
      context.problem = fmt::format("the column is already there as '{}'", header(*found));
      throw Error(ErrorCode::duplicate_entry, std::move(context));
    }
    found = column;
  }
  if (found) read_.insert(*found);
  return found;
}

std::optional<std::size_t> GridTable::find(HeaderNames names) { return find_one_of(names); }

std::optional<std::size_t> GridTable::find(std::span<const std::string> names) { return find_one_of(names); }

std::size_t GridTable::require(HeaderNames names) {
  if (const std::optional<std::size_t> column = find(names)) return *column;
  std::vector<std::string_view> headers;
  for (std::size_t column = 0; column < folded_.size(); ++column) {
    if (!folded_[column].empty()) headers.push_back(header(column));
  }
  ErrorContext context;
  context.path = grid_->path();
  context.line = grid_->line(header_row_);
  context.problem = fmt::format("no column '{}'; there are: {}", *names.begin(), fmt::join(headers, ", "));
  throw Error(ErrorCode::missing_column, std::move(context));
}

std::string_view GridTable::header(std::size_t column) const { return trim(grid_->cell(header_row_, column)); }

std::size_t GridTable::column_count() const { return folded_.size(); }

void GridTable::report_columns_not_read(NotReadList& list, const std::string& table_name) const {
  for (std::size_t column = 0; column < folded_.size(); ++column) {
    if (read_.contains(column)) continue;
    bool holds_text = false;
    for (std::size_t row = first_row(); row < end_row_ && !holds_text; ++row) holds_text = !text(row, column).empty();
    if (!holds_text) continue;
    const std::string name =
        header(column).empty() ? fmt::format("number {}", column + 1) : std::string(header(column));
    list.add(fmt::format("{}: column '{}'", table_name, name), "no result comes from it");
  }
}

std::string_view GridTable::text(std::size_t row, std::optional<std::size_t> column) const {
  if (!column) return {};
  const std::span<const std::string_view> cells = grid_->row(row);
  if (cells.size() > folded_.size() && grid_->is_text()) check_surplus(row);
  return *column < cells.size() ? trim(cells[*column]) : std::string_view();
}

void GridTable::check_surplus(std::size_t row) const {
  const std::span<const std::string_view> surplus = grid_->row(row).subspan(folded_.size());
  const auto filled =
      std::find_if(surplus.begin(), surplus.end(), [](std::string_view cell) { return !trim(cell).empty(); });
  if (filled == surplus.end()) return;
  ErrorContext context;
  context.path = grid_->path();
  context.line = grid_->line(row);
  context.found = std::string(*filled);
  context.problem = fmt::format("the row has {} cells, the header {}; a comma inside a number or text must be quoted",
                                grid_->row(row).size(), folded_.size());
  throw Error(ErrorCode::malformed_file, std::move(context));
}

std::optional<double> GridTable::number(std::size_t row, std::optional<std::size_t> column, NumberFormat format) const {
  const std::string_view cell = text(row, column);
  if (cell.empty()) return std::nullopt;
  const std::optional<double> value = parse_number(cell, format);
  if (!value) fail(row, *column, "a number");
  return value;
}

std::optional<long> GridTable::integer(std::size_t row, std::optional<std::size_t> column) const {
  const std::string_view cell = text(row, column);
  if (cell.empty()) return std::nullopt;
  const std::optional<long> value = parse_integer(cell);
  if (!value) fail(row, *column, "a whole number");
  return value;
}

double GridTable::require_number(std::size_t row, std::size_t column, NumberFormat format) const {
  const std::optional<double> value = number(row, column, format);
  if (!value) fail(row, column, "a number");
  return *value;
}

void GridTable::fail(std::size_t row, std::size_t column, std::string expected) const {
  fail(ErrorCode::invalid_value, row, column, std::move(expected));
}

void GridTable::fail(ErrorCode code, std::size_t row, std::size_t column, std::string expected) const {
  grid_->fail(code, row, std::string(header(column)), text(row, column), std::move(expected));
}

std::optional<std::size_t> find_header_row(const Grid& grid, std::initializer_list<HeaderNames> headers,
                                           std::size_t begin, std::size_t end) {
  end = std::min(end, grid.row_count());
  std::vector<std::set<std::string>> wanted;
  for (const HeaderNames& names : headers) wanted.push_back(fold_all(names));
  for (std::size_t row = begin; row < end; ++row) {
    std::set<std::string> folded;
    for (const std::string_view cell : grid.row(row)) folded.insert(fold_header(cell));
    const bool all = std::all_of(wanted.begin(), wanted.end(), [&](const std::set<std::string>& names) {
      return std::any_of(names.begin(), names.end(),
                         [&](const std::string& name) { return !name.empty() && folded.contains(name); });
    });
    if (all) return row;
  }
  return std::nullopt;
}

NumberFormat decide_grid_format(const Grid& grid, ThousandsCommas thousands) {
  std::vector<std::string_view> cells;
  for (std::size_t row = 0; row < grid.row_count(); ++row) {
    const auto here = grid.row(row);
    cells.insert(cells.end(), here.begin(), here.end());
  }
  return decide_number_format(cells, grid.delimiter(), thousands, grid.path());
}

}  // namespace qpcr
