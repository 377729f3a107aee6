// The tables of MxPro and AriaMx exports, each added to the run by itself.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "instruments/base/grid_table.hpp"
#include "instruments/base/measurement_set.hpp"
#include "instruments/base/reader.hpp"

namespace qpcr::agilent_mxpro {

enum class TableKind { none, raw_data, results, sample_info };

/// Which table starts with this header; cells after fold_header().
TableKind identify_header(const std::vector<std::string>& folded);

struct Header {
  TableKind kind = TableKind::none;
  std::size_t row = 0;
};

/// The first header of a grid. Kind none when there is none.
Header find_header(const Grid& grid);

/// What the tables are added to.
struct Draft {
  RunData run;
  MeasurementSet set;
  NotReadList not_read;
};

/// Fluorescence, one row a reading; puts the stages where they belong.
/// @throws Error for a reading that is there twice, a number that is none, a well outside of the 96.
void add_raw_data(Draft& draft, const Grid& grid, std::size_t header, const std::string& file_name);

/// Results, one row a well and assay.
void add_results(Draft& draft, const Grid& grid, std::size_t header, const std::string& file_name);

/// Roles and replicates of wells that are known from the other tables.
void add_sample_info(Draft& draft, const Grid& grid, std::size_t header, const std::string& file_name);

/// Well as label or as row-major number of the 96.
WellId read_well(const GridTable& table, std::size_t row, std::size_t column);

/// What a text of the 'Dye' or 'Assay' column means: MxPro writes the assay's name there, and the dye's where the assay
/// was not named. So it always is the target, and the dye where it is the name of one.
std::string find_dye(std::string_view assay);

/// Column whose folded header is `word`, or starts with it and '('. Marked as read.
std::optional<std::size_t> find_with_unit(GridTable& table, std::string_view word);

/// "copies" of "Quantity (copies)"; empty when there is none.
std::string_view unit_of(std::string_view header);

}  // namespace qpcr::agilent_mxpro
