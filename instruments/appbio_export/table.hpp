// The tables of an export, whether they are sheets, sections of a text or a file of their own, and what each holds.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "instruments/base/grid_table.hpp"
#include "instruments/base/reader.hpp"
#include "libqpcr/tabular/grid.hpp"

namespace qpcr::appbio_export {

enum class TableKind {
  sample_setup,
  results,             ///< one row a well and target, with a Cq
  genotyping_results,  ///< one row a well, with the Ct of both alleles
  amplification,
  multicomponent,
  raw_data,
  melt_readings,  ///< one row a reading
  melt_regions,   ///< one row a well, readings in columns
  melt_peaks,     ///< one row a peak
  calls,          ///< one row a well and assay or target, with a call
  other,
};

/// Names of headers as fold_header() makes them: "wellposition", "ct".
using FoldedNames = std::initializer_list<std::string_view>;

/// A table; its grid must outlive it.
class Table {
 public:
  Table(std::string name, const Grid& grid, std::size_t header_row, std::size_t end_row);

  const std::string& name() const noexcept { return name_; }
  TableKind kind() const noexcept { return kind_; }
  void set_kind(TableKind kind) noexcept { kind_ = kind; }
  GridTable& cells() noexcept { return cells_; }
  const GridTable& cells() const noexcept { return cells_; }

  /// The column with one of the names, marked as read. A column may be there twice when both say the same.
  /// @throws Error duplicate_entry when they do not.
  std::optional<std::size_t> find(FoldedNames names);
  bool has(FoldedNames names) const;
  const std::string& folded(std::size_t column) const { return folded_[column]; }
  std::size_t column_count() const noexcept { return folded_.size(); }
  bool is_read(std::size_t column) const { return read_[column]; }
  void mark_read(std::size_t column) { read_[column] = true; }
  /// Marks a column as read by its header as written; find() does not see it any more ("CQCONF" beside "Cq Conf").
  void claim(std::size_t column) {
    read_[column] = true;
    folded_[column].clear();
  }

  /// Rows of data: neither blank nor a closing line such as "Reference Sample = Liver".
  const std::vector<std::size_t>& rows() const noexcept { return rows_; }
  /// Closing lines below the rows.
  const std::vector<std::size_t>& closing_rows() const noexcept { return closing_rows_; }

 private:
  void find_rows();
  void check_width() const;

  std::string name_;
  TableKind kind_ = TableKind::other;
  GridTable cells_;
  std::vector<std::string> folded_;
  std::vector<bool> read_;
  std::vector<std::size_t> rows_;
  std::vector<std::size_t> closing_rows_;
};

/// A line above or below the tables: "* Block Type = 96well", "# Barcode: x", or two cells.
struct KeyValue {
  std::string key;
  std::string value;
};

/// The key and value of a row; nothing for a row that is none. A value that the delimiter has split is joined again.
std::optional<KeyValue> parse_key_value(const Grid& grid, std::size_t row);

struct Layout {
  std::vector<KeyValue> entries;  ///< in the order of the file
  std::vector<Table> tables;
};

/// Appends the tables of a text with [Sections], or the one table of a sheet or a file.
/// @param name of the sheet, or of the table as far as a file's name says it; may be empty.
void add_tables(const Grid& grid, const std::string& name, Layout& layout);

/// True for a header that says which well a row is of.
bool is_well_header(std::string_view folded);

/// True for the name of an optical filter pair: "x1-m1", "X4_M5" (folded: "x4m5").
bool is_filter_header(std::string_view folded);

/// What a table with such a name and such headers holds. @param folded headers.
TableKind classify(std::string_view name, const std::vector<std::string>& folded);

}  // namespace qpcr::appbio_export
