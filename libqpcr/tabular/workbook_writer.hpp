// Writes .xlsx workbooks of plain tables: one header a sheet, texts as texts, numbers to the last bit.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace qpcr {

/// Builds a workbook sheet by sheet and row by row. The header row is frozen and filtered. A text is always a text:
/// what starts with '=' is never a formula. A number is written with as many digits as read back to the same double
/// (spreadsheet programs show 15). The same calls give the same bytes at any time: the creation date is 1980-01-01.
class WorkbookWriter {
 public:
  /// Longest text of a cell, in bytes; a longer one is cut at a character's end and closed with "…".
  static constexpr std::size_t longest_text = 32000;
  /// Rows of a sheet below its header; a sheet that would get more is continued on one named "<name> 2" …
  static constexpr std::size_t most_rows = 1'048'575;

  /// @throws Error file_unwritable when no temporary file can be made.
  WorkbookWriter();
  ~WorkbookWriter();
  WorkbookWriter(const WorkbookWriter&) = delete;
  WorkbookWriter& operator=(const WorkbookWriter&) = delete;

  /// @param name at most 31 characters without []:*?/\ and not used before. @throws Error invalid_value.
  void begin_sheet(const std::string& name, const std::vector<std::string>& header);
  WorkbookWriter& add(std::string_view text);
  /// Nothing, NaN and infinities leave the cell empty.
  WorkbookWriter& add_number(std::optional<double> value);
  WorkbookWriter& add_empty();
  void end_row();

  /// The bytes of the file; the writer is spent. @throws Error file_unwritable.
  std::string finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace qpcr
