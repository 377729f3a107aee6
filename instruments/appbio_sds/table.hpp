// A table of wells in an SDS text: its columns, and a row as a measurement.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "instruments/appbio_sds/curve_columns.hpp"
#include "instruments/appbio_sds/wells.hpp"
#include "instruments/base/grid_table.hpp"

namespace qpcr::appbio_sds {

/// A row of a table of detectors, which holds for the wells below it.
struct Detector {
  std::string name;
  std::string reporter;
  std::optional<double> threshold;
};

/// A row before the plate is known: the measurement has no well yet.
struct TableRow {
  std::size_t row = 0;
  std::size_t table = 0;            ///< which of the file's tables it is from
  bool lacks_its_detector = false;  ///< the cell is empty in a table that has the column
  WrittenWell well;
  std::string plate;
  Measurement measurement;
  std::string warning;  ///< of a damaged cell that was left out
};

class WellTable {
 public:
  /// @param kind_of_rest of curves whose columns name cycles only.
  /// @throws Error missing_column without wells, duplicate_entry.
  WellTable(const Grid& grid, std::size_t header, CurveKind kind_of_rest);

  /// Rows that belong to the table, in turn; they need not follow each other.
  void add_row(std::size_t row) {
    rows_.push_back(row);
    table_.end_at(row + 1);
  }
  const std::vector<std::size_t>& rows() const noexcept { return rows_; }
  bool has_rows() const noexcept { return !rows_.empty(); }
  /// The well that a row of the grid would have.
  std::optional<WrittenWell> well_of(std::size_t row) const;
  std::size_t well_column() const noexcept { return well_; }
  bool names_detectors() const noexcept { return target_.has_value(); }
  /// The detectors of a table above.
  void set_detectors(std::vector<Detector> detectors) { detectors_ = std::move(detectors); }
  /// Cells of the columns that are numbers, to decide the format of the file.
  void add_numeric_cells(std::vector<std::string_view>& cells) const;
  /// The row, or nothing for a well that holds nothing. @throws Error invalid_value.
  std::optional<TableRow> read(std::size_t row, NumberFormat format) const;
  void report(NotReadList& not_read, const std::string& name) const { table_.report_columns_not_read(not_read, name); }

 private:
  void read_vendor(std::size_t row, NumberFormat format, TableRow& result) const;
  std::optional<double> optional_number(std::size_t row, std::optional<std::size_t> column, NumberFormat format) const;
  std::optional<double> read_quantity(std::size_t row, NumberFormat format, TableRow& result) const;
  void read_role(std::size_t row, Measurement& measurement) const;

  GridTable table_;
  std::vector<std::size_t> rows_;
  std::size_t well_ = 0;
  std::optional<std::size_t> number_, plate_, sample_, target_, dye_, task_, type_, ct_, quantity_, tm_, omit_,
      filtered_, flag_, first_, last_, threshold_, call_, confidence_;
  std::vector<std::size_t> flags_;
  std::vector<CurveColumns> curves_;
  std::vector<Detector> detectors_;
};

}  // namespace qpcr::appbio_sds
