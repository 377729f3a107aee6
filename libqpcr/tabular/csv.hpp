// Delimited text (RFC 4180 and its tab and semicolon relatives): rows that know their line, tables that know their
// header.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/tabular/encoding.hpp"

namespace qpcr {

struct CsvRow {
  long line = 0;  ///< 1-based line on which the row starts
  std::vector<std::string> cells;
};

/// The delimiter of tab, ';' and ',' that is commonest on the first line that is not blank, outside quotes; ',' when
/// there is none.
char detect_delimiter(std::string_view utf8);

/// Rows of a text; quoted cells may hold delimiters, doubled quotes and line breaks. LF, CRLF and CR end a row. Blank
/// lines give no row. A quote inside an unquoted cell is a character like any other.
/// @throws Error malformed_file for a quote that is never closed, with the line it opened on, and for text after a
/// closing quote.
std::vector<CsvRow> parse_csv(std::string_view utf8, char delimiter, const std::string& path);

/// A header row and the rows below it, each as wide as the header.
class CsvTable {
 public:
  /// @throws Error malformed_file without a header, or for a row that is shorter, or longer by more than empty cells;
  ///   duplicate_entry for two columns of one name (empty names excepted).
  CsvTable(std::vector<CsvRow> rows, std::string path);

  const std::string& path() const noexcept { return path_; }
  const std::vector<std::string>& header() const noexcept { return header_.cells; }
  long header_line() const noexcept { return header_.line; }
  const std::vector<CsvRow>& rows() const noexcept { return rows_; }

  /// Index of a column, names compared exactly after trimming.
  std::optional<std::size_t> find_column(std::string_view name) const;
  /// @throws Error missing_column that lists the columns found.
  std::size_t column(std::string_view name) const;

 private:
  std::string path_;
  CsvRow header_;
  std::vector<CsvRow> rows_;
};

/// Decodes, detects the delimiter, parses. @throws as decode_text, parse_csv, CsvTable.
CsvTable read_csv_table(std::string_view bytes, const std::string& path);

/// `text`, in double quotes when it holds the delimiter, a quote or a line end, quotes doubled (RFC 4180 section 2).
std::string to_csv_cell(std::string_view text, char delimiter = ',');

/// Builds CSV text: quotes where RFC 4180 asks for them, LF at the end of rows.
class CsvWriter {
 public:
  /// @param guard_formulas a text cell that a spreadsheet would run as a formula (it starts with = + - @ tab or CR)
  /// gets an
  ///   apostrophe in front. Numbers are never touched.
  explicit CsvWriter(char delimiter = ',', bool guard_formulas = false)
      : delimiter_(delimiter), guard_formulas_(guard_formulas) {}

  CsvWriter& add(std::string_view text);
  /// Shortest text that reads back to the same bits.
  CsvWriter& add_number(double value);
  CsvWriter& add_number(long value);
  CsvWriter& add_number(std::optional<double> value);  ///< empty cell when there is none
  CsvWriter& add_empty();
  void end_row();
  const std::string& text() const noexcept { return text_; }

 private:
  void begin_cell();

  char delimiter_;
  bool guard_formulas_;
  bool row_started_ = false;
  std::string text_;
};

}  // namespace qpcr
