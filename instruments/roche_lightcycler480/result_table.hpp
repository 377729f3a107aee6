// Result and sample tables of LightCycler 480 software, row by row, before they are joined with readings.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "instruments/base/reader.hpp"
#include "instruments/roche_lightcycler480/text_layout.hpp"
#include "libqpcr/tabular/grid.hpp"

namespace qpcr::roche_lightcycler480 {

/// What one row says of a well; empty where the table has no such column.
struct ResultRow {
  std::size_t row = 0;  ///< of the grid
  WellId well;
  std::string experiment;
  std::string sample;
  std::string filter;  ///< as written
  std::string target;
  SampleRole role = SampleRole::unspecified;
  std::string role_text;
  std::optional<double> quantity;  ///< of a standard
  std::string note;
  bool excluded = false;
  std::string exclusion_reason;
  bool has_cq = false;  ///< the table has a column for it
  VendorResult vendor;
  std::optional<double> end_point;
};

struct ResultTable {
  std::vector<ResultRow> rows;
  std::optional<VendorTable> whole;  ///< of melting results, which have columns of their own
  std::vector<std::string> warnings;
};

/// @throws Error invalid_value, missing_column, duplicate_entry, with line and column.
ResultTable read_result_table(const Grid& grid, const TextLayout& layout, NotReadList& not_read);

/// Table of the sample editor. @throws as above.
ResultTable read_sample_table(const Grid& grid, const TextLayout& layout, NotReadList& not_read);

}  // namespace qpcr::roche_lightcycler480
