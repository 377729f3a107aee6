// A table inside a grid: columns found by the names of their headers, cells read with the place in every error.
#pragma once

#include <initializer_list>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "instruments/base/reader.hpp"
#include "libqpcr/core/run.hpp"
#include "libqpcr/tabular/grid.hpp"
#include "libqpcr/tabular/number.hpp"

namespace qpcr {

/// Spellings of one header; compared after fold_header().
using HeaderNames = std::initializer_list<std::string_view>;

/// Columns and rows of a table. Rows are indices of the grid, so that places stay those of the file. The grid must
/// outlive the table.
class GridTable {
 public:
  /// @param end_row one past the last row; the table may be cut shorter with end_at().
  /// @throws Error duplicate_entry for two columns of one folded name that are asked for (checked when asked).
  GridTable(const Grid& grid, std::size_t header_row, std::size_t end_row);

  const Grid& grid() const noexcept { return *grid_; }
  std::size_t first_row() const noexcept { return header_row_ + 1; }
  std::size_t end_row() const noexcept { return end_row_; }
  void end_at(std::size_t row) noexcept { end_row_ = row; }

  /// The column with one of the names, marked as read. @throws Error duplicate_entry when two columns have one.
  std::optional<std::size_t> find(HeaderNames names);
  std::optional<std::size_t> find(std::span<const std::string> names);
  /// @throws Error missing_column that lists the columns found.
  std::size_t require(HeaderNames names);
  /// Marks a column as read, or as looked at and left out on purpose.
  void mark_read(std::size_t column) { read_.insert(column); }
  /// Header as written, trimmed.
  std::string_view header(std::size_t column) const;
  std::size_t column_count() const;
  /// Reports every column that holds a text somewhere and was never asked for, also one without a header.
  void report_columns_not_read(NotReadList& list, const std::string& table_name) const;

  /// Cell, trimmed; empty for no column. @throws Error malformed_file for a row of a text with more cells than the
  /// header:
  ///   an unquoted decimal comma would shift every value behind it.
  std::string_view text(std::size_t row, std::optional<std::size_t> column) const;
  /// Number in a cell; nothing for an empty cell or no column. @throws Error invalid_value for any other text.
  std::optional<double> number(std::size_t row, std::optional<std::size_t> column, NumberFormat format) const;
  /// The same for whole numbers.
  std::optional<long> integer(std::size_t row, std::optional<std::size_t> column) const;
  /// The number that must be there. @throws Error invalid_value also for an empty cell.
  double require_number(std::size_t row, std::size_t column, NumberFormat format) const;
  [[noreturn]] void fail(std::size_t row, std::size_t column, std::string expected) const;
  [[noreturn]] void fail(ErrorCode code, std::size_t row, std::size_t column, std::string expected) const;

 private:
  void check_surplus(std::size_t row) const;
  template <typename Names>
  std::optional<std::size_t> find_one_of(const Names& names);

  const Grid* grid_;
  std::size_t header_row_;
  std::size_t end_row_;
  std::vector<std::string> folded_;
  std::set<std::size_t> read_;
};

/// First row from `begin` on whose cells hold a spelling of each header; nothing when there is none before `end`.
std::optional<std::size_t> find_header_row(const Grid& grid, std::initializer_list<HeaderNames> headers,
                                           std::size_t begin = 0, std::size_t end = SIZE_MAX);

/// decide_number_format() over the whole grid: one decision for a file.
/// @param thousands see number.hpp.
NumberFormat decide_grid_format(const Grid& grid, ThousandsCommas thousands);

}  // namespace qpcr
