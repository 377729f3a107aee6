// What changed between two versions of an imported table.
#pragma once

#include <string>
#include <vector>

#include "libqpcr/tabular/csv.hpp"

namespace qpcr {

/// One changed cell, or one row that is new or gone (then `column` is empty and the texts hold the row).
struct TableDifference {
  enum class Kind { added, removed, changed };
  Kind kind = Kind::changed;
  std::string row;     ///< what the key columns say: "SIM-C01-001"
  std::string column;  ///< heading
  std::string before;
  std::string after;

  bool operator==(const TableDifference&) const = default;
};

std::string_view to_string(TableDifference::Kind kind);

/// Rows are the same where their first column says the same; rows of one key are compared in their order. Columns are
/// compared by heading; one that is new or gone differs in every row that fills it. Sorted by row, then by the columns
/// of the newer table.
std::vector<TableDifference> find_table_differences(const CsvTable& before, const CsvTable& after);

/// Rows with a difference of a kind.
long count_rows(const std::vector<TableDifference>& differences, TableDifference::Kind kind);

/// `kind,row,column,before,after`; text cells guarded against formulas.
std::string render_difference_csv(const std::vector<TableDifference>& differences);

}  // namespace qpcr
