// The tables of CFX exports, each read by itself, from text, from a sheet or from XML.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "instruments/base/reader.hpp"
#include "instruments/biorad_cfx/file_name.hpp"
#include "libqpcr/core/run.hpp"
#include "libqpcr/tabular/grid.hpp"

namespace qpcr::biorad_cfx {

enum class TableKind {
  none,
  amplification,           ///< one column a well, one row a cycle
  melt,                    ///< one column a well, one row a temperature
  results,                 ///< one row a well and fluorophore: Cq, melting peaks, end point, or columns of all
  allelic_discrimination,  ///< one row a well: the genotype
  run_information,         ///< keys and values
  other,                   ///< a table that is kept as it is: standard curves, gene expression
};

struct TableHead {
  TableKind kind = TableKind::none;
  std::size_t header_row = 0;  ///< rows above it are run information
};

/// Which table begins with these rows.
/// @param names_table the name of the file says that it is one of CFX, so that "Cycle" may stand in the first column.
TableHead identify_table(const std::vector<std::vector<std::string>>& rows, bool names_table);

/// The first rows of a text, cells without quotes, as identify_table() wants them; of XML, names of the first row.
std::vector<std::vector<std::string>> read_head_rows(std::string_view utf8);
std::vector<std::vector<std::string>> read_head_rows(const Grid& grid);

/// One table of a file. A workbook holds several, any other file one.
struct Table {
  std::string path;   ///< for errors
  std::string place;  ///< for lists: the file's name, and the sheet's
  FileName name;      ///< the file's, with the sheet's or root's name where that names table or fluorophore
  TableHead head;
  bool is_sheet = false;  ///< rows of a sheet end at their last cell; in a text that is damage
  std::shared_ptr<const Grid> grid;

  /// Rows below the header that hold something.
  std::vector<std::size_t> rows() const;
};

/// The tables of a file, also those of no kind. @throws Error wrong_encoding, malformed_file.
std::vector<Table> read_tables(const InputFile& file);

struct WideColumn {
  GridPosition position;
  std::vector<double> axis;      ///< cycles or temperatures
  std::vector<double> readings;  ///< NaN where a cell of a loaded well is empty
};

/// The wells of an amplification or melt table; columns without any reading are wells that were not loaded and are left
/// out.
/// @throws Error duplicate_entry for a well with two columns, invalid_value for a cell that is not a number.
std::vector<WideColumn> read_wide_table(const Table& table);

struct ResultTable {
  bool has_cq = false;
  std::vector<Measurement> rows;  ///< without curves, each well and fluorophore once
  std::vector<long> lines;        ///< of the rows
  VendorTable rest;               ///< well, fluorophore and the columns that a measurement has no field for
  WellList overflow;              ///< wells whose number the vendor's software wrote as ###
};

/// @throws Error missing_column, invalid_value; duplicate_entry for one well and fluorophore in two rows, where they
/// are not the peaks of one melting curve.
ResultTable read_result_table(const Table& table);

/// The table with its cells as written; blank rows and columns without any text are left out.
VendorTable to_vendor_table(const Table& table);

struct InformationEntry {
  std::string key;
  std::string value;
  bool operator==(const InformationEntry&) const = default;
};

/// Keys and values above a table's header, or of the whole run information, trimmed; those without a key left out.
std::vector<InformationEntry> read_run_information(const Table& table);

/// The XML export as a grid: names of elements as the first row, `_x0031_` unescaped; empty where the document is
/// another.
/// @param root_name receives the root's name, which is the sheet's.
/// @throws Error malformed_file, wrong_encoding.
Grid read_xml_grid(std::string_view bytes, const std::string& path, std::string& root_name);

/// `_x0031_0` is "10": how .NET writes what an element's name cannot hold.
std::string decode_xml_name(std::string_view name);

}  // namespace qpcr::biorad_cfx
