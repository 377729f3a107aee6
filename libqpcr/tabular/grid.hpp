// Cells of a sheet or of a delimited text as they were written, with the place of each for errors.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/core/error.hpp"

namespace qpcr {

/// Rows of text cells. A row is as wide as it was written; blank rows are rows without cells, so that blocks separated
/// by them can be told apart. Cells are views into memory that the grid keeps alive. Movable, not copyable.
class Grid {
 public:
  Grid() = default;
  /// @param path named in errors: "run.csv", "run.xlsx:Results".
  explicit Grid(std::string path) : path_(std::move(path)) {}
  Grid(const Grid&) = delete;
  Grid& operator=(const Grid&) = delete;
  Grid(Grid&&) noexcept = default;
  Grid& operator=(Grid&&) noexcept = default;

  const std::string& path() const noexcept { return path_; }
  std::size_t row_count() const noexcept { return rows_.size(); }
  std::span<const std::string_view> row(std::size_t row) const noexcept;
  /// As written; empty beyond the end of the row or of the grid.
  std::string_view cell(std::size_t row, std::size_t column) const noexcept;
  /// 1-based line of the text or row of the sheet.
  long line(std::size_t row) const noexcept;
  /// True for a row without any cell that holds more than white space.
  bool is_blank(std::size_t row) const noexcept;
  /// Delimiter of a text; '\t' for a sheet, in which no comma separates anything.
  char delimiter() const noexcept { return delimiter_; }
  /// True for a delimited text, in which a cell too many means that the row was split wrongly.
  bool is_text() const noexcept { return is_text_; }

  /// An error at a cell; `column` names it for people.
  [[noreturn]] void fail(ErrorCode code, std::size_t row, std::string column, std::string_view found,
                         std::string expected) const;

  /// Building, row by row.
  void begin_row(long line);
  void add_cell(std::string_view text) { cells_.push_back(text); }
  /// Keeps a text that stands nowhere else; the view stays valid as long as the grid.
  std::string_view keep(std::string text);
  /// Keeps memory that cells point into.
  void keep_alive(std::shared_ptr<const void> owner) { owners_.push_back(std::move(owner)); }
  void set_delimiter(char delimiter) noexcept {
    delimiter_ = delimiter;
    is_text_ = true;
  }

 private:
  struct Row {
    std::size_t first_cell = 0;
    long line = 0;
  };

  std::string path_;
  char delimiter_ = '\t';
  bool is_text_ = false;
  std::vector<std::string_view> cells_;
  std::vector<Row> rows_;
  std::deque<std::string> kept_;
  std::vector<std::shared_ptr<const void>> owners_;
};

/// The delimiter of a text with several tables or a head of free lines: the tab when a tenth of the lines that are not
/// blank hold one, else ';' by the same rule, else ','. Quotes are not looked at.
char detect_grid_delimiter(std::string_view utf8);

/// Cells of a delimited text (RFC 4180 and its relatives): quoted cells may hold delimiters, doubled quotes and line
/// breaks; LF, CRLF and CR end a row, also mixed.
/// @param delimiter detect_grid_delimiter() when not given.
/// @throws Error as decode_text(); malformed_file for a quote that is never closed and for text after a closing quote.
Grid read_text_grid(std::string_view bytes, const std::string& path, std::optional<char> delimiter = std::nullopt);

/// The same for text that is decoded already.
Grid parse_text_grid(std::string utf8, const std::string& path, std::optional<char> delimiter = std::nullopt);

}  // namespace qpcr
