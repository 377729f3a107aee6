// The plain table an evaluation is computed from: named columns of a delimited text, read as numbers, counts or texts.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/tabular/grid.hpp"
#include "libqpcr/tabular/number.hpp"

namespace qpcr {

/// What stands for yes and for no in a column, compared by the letter.
struct BinaryWords {
  std::vector<std::string> positive;
  std::vector<std::string> negative;
};

/// A header and its rows; blank rows are left out. Cells are views into the text, so that ten million rows fit.
class DataTable {
 public:
  /// @throws Error malformed_file without a header or without rows, and for a row of another width than the header;
  /// duplicate_entry for two columns of one name; as decide_number_format().
  explicit DataTable(Grid grid);

  const std::string& path() const noexcept { return grid_.path(); }
  std::size_t rows() const noexcept { return rows_.size(); }
  const std::vector<std::string>& names() const noexcept { return names_; }
  bool has(std::string_view name) const;
  /// Reads the column headed `header` as `name` from now on.
  /// @throws Error missing_column; duplicate_entry where another column has that name already.
  void rename(std::string_view header, std::string name);
  /// Lets binaries() of a column take these words and no others. @throws Error missing_column; invalid_option for no
  /// word, or one that means both.
  void word_binary(std::string_view name, BinaryWords words);
  /// Columns that nothing has read so far.
  std::vector<std::string> unread() const;
  /// 1-based line of the file.
  long line(std::size_t row) const { return grid_.line(rows_[row]); }

  /// Trimmed cells. @throws Error missing_column that lists the columns found.
  std::vector<std::string_view> texts(std::string_view name) const;
  /// NaN for an empty cell and for "NA"; the decimal sign was decided for the whole file.
  /// @throws Error missing_column; invalid_value (with line and column) for any other text, "inf" included,
  /// and for a magnitude above greatest_magnitude, whose square might not be finite.
  std::vector<double> numbers(std::string_view name) const;
  /// @throws Error as numbers(), and for a missing, negative or fractional count.
  std::vector<long> counts(std::string_view name) const;
  /// 1 for "1", "true", "yes", "positive", "pos", "+", "阳性", 0 for "0", "false", "no", "negative", "neg", "-", "阴性"
  /// (any case); empty for a missing one. @throws Error missing_column, invalid_value.
  std::vector<std::optional<bool>> binaries(std::string_view name) const;

  /// Refuses the cell of a row. @throws Error invalid_value naming line and column.
  [[noreturn]] void refuse(std::size_t row, std::string_view name, std::string expected) const;

 private:
  std::size_t column(std::string_view name) const;
  std::string_view cell(std::size_t row, std::size_t column) const;

  Grid grid_;
  std::vector<std::string> names_;
  std::map<std::size_t, BinaryWords> words_;  ///< by column
  mutable std::vector<char> read_;            ///< by column: asked for
  std::vector<std::size_t> rows_;             ///< of the grid
  NumberFormat format_ = NumberFormat::decimal_dot;
};

/// Reads a delimited text (comma, semicolon, tab). @throws Error as read_text_grid() and DataTable.
DataTable read_data_table(std::string_view bytes, const std::string& path);

}  // namespace qpcr
