// Reads the table that a map describes.
#pragma once

#include <optional>

#include "instruments/base/reader.hpp"
#include "instruments/mapped_table/column_map.hpp"
#include "libqpcr/tabular/grid.hpp"

namespace qpcr::mapped_table {

/// Who made the map decides how strictly it is held.
enum class MapOrigin {
  shipped,  ///< spellings of many versions: a column that is not there is not there
  user,     ///< every column that is named must be found
};

/// Index of the header row among the first rows; nothing when the map does not fit.
std::optional<std::size_t> find_header(const Grid& grid, const ColumnMap& map);

/// The sheet that the map is for: of a workbook the first of its names, or the first whose header fits; else the text.
/// Null when none fits. @param text a delimited text, for a file that is no workbook.
const Grid* find_grid(const InputFile& file, const Grid* text, const ColumnMap& map);

/// @param grid from find_grid().
/// @throws Error missing_column, invalid_value, duplicate_entry with the place.
RunData read_table(const InputFile& file, const Grid& grid, const ColumnMap& map, MapOrigin origin);

/// A whole file by a map.
/// @throws Error missing_column when no table fits the map; and those of read_table().
RunData read_file(const InputFile& file, const ColumnMap& map, MapOrigin origin);

}  // namespace qpcr::mapped_table
