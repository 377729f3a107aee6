// The tables of CFX exports, each read by itself.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libqpcr/core/run.hpp"

namespace qpcr::biorad_cfx {

enum class TableKind { none, amplification, melt, cq, melt_peaks, run_information };

/// Which table a text is, by its header.
TableKind identify_table(std::string_view utf8);

struct Text {
  std::string utf8;
  char delimiter = ',';
};

/// Decodes a file. @throws Error wrong_encoding.
Text decode_table(std::string_view bytes, const std::string& path);

struct WideColumn {
  GridPosition position;
  std::vector<double> axis;      ///< cycles or temperatures
  std::vector<double> readings;  ///< NaN where a cell of a loaded well is empty
};

/// The wells of an amplification or melt table; columns without any reading are wells that were not loaded and are left
/// out.
/// @throws Error duplicate_entry for a well with two columns, invalid_value for a cell that is not a number.
std::vector<WideColumn> read_wide_table(Text text, const std::string& path, TableKind kind);

struct CqRow {
  Measurement measurement;  ///< without curves
};

struct CqTable {
  std::vector<CqRow> rows;
  std::vector<std::string> columns_not_read;
};

/// @throws Error missing_column, duplicate_entry for one well and fluorophore in two rows, invalid_value.
CqTable read_cq_table(Text text, const std::string& path);

/// Keys and values of the run information, trimmed.
std::vector<std::pair<std::string, std::string>> read_run_information(const Text& text, const std::string& path);

}  // namespace qpcr::biorad_cfx
