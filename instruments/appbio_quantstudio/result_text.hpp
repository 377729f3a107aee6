// The texts of results of an .eds: a header, then records of one result line and lines that begin with a label.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "instruments/appbio_quantstudio/line_walker.hpp"
#include "libqpcr/core/error.hpp"

namespace qpcr::appbio_quantstudio {

/// Walks the lines of such a text.
class ResultText {
 public:
  /// @param utf8 must outlive the walk.
  ResultText(std::string_view utf8, const std::string& path) : lines_(utf8), path_(path) {}

  /// Moves to the next line that is not blank.
  bool next();
  long line() const noexcept { return lines_.number(); }
  /// First cell, trimmed, and what stands behind its tab.
  std::string_view label() const noexcept { return label_; }
  std::string_view behind_label() const noexcept { return behind_; }
  /// Cells of the line, as written; valid until the next call.
  const std::vector<std::string_view>& cells();
  /// Numbers behind the label, a column each; an empty cell or "NaN" is a missing reading, empty cells at the end are
  /// none. @throws Error invalid_value.
  void read_numbers(std::vector<double>& numbers) const;
  [[noreturn]] void fail(ErrorCode code, std::string column, std::string_view found, std::string expected) const;
  [[noreturn]] void fail(ErrorCode code, std::string column, std::string problem) const;

 private:
  LineWalker lines_;
  const std::string& path_;
  std::string_view label_;
  std::string_view behind_;
  std::vector<std::string_view> cells_;
};

/// Columns of a header line, found by names.
class ResultHeader {
 public:
  void read(const std::vector<std::string_view>& cells);
  bool empty() const noexcept { return names_.empty(); }
  const std::vector<std::string>& names() const noexcept { return names_; }
  /// The column with one of the names, compared after fold_header(), and marked as used.
  /// @throws Error duplicate_entry when there are two, missing_column when `required` and none.
  std::optional<std::size_t> find(std::initializer_list<std::string_view> names, const ResultText& text,
                                  bool required = false);
  /// Columns that were not asked for.
  std::vector<std::size_t> others() const;

 private:
  std::vector<std::string> names_;
  std::vector<std::string> folded_;
  std::vector<bool> used_;
};

/// The cell of a column, trimmed; empty for no column.
std::string_view cell_of(const std::vector<std::string_view>& cells, std::optional<std::size_t> column);

}  // namespace qpcr::appbio_quantstudio
