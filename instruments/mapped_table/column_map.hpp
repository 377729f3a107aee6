// What the columns of a table mean, as data: a map that ships with a reader or that a user wrote.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/core/run.hpp"
#include "libqpcr/tabular/number.hpp"

namespace qpcr {

/// What a column may hold.
enum class ColumnField {
  well,
  sample,
  target,
  dye,
  role,
  quantity,
  quantity_unit,
  cq,
  threshold,
  call,
  melting_temperature,
  vendor_quantity,
  excluded,
  note,
  cycle,         ///< of a table with one row a reading
  fluorescence,  ///< the same
};

inline constexpr std::size_t column_field_count = 16;

/// The spelling in maps: "melting_temperature".
std::string_view to_string(ColumnField field);
const std::array<ColumnField, column_field_count>& column_fields();

/// One of the tables of a file, in their order, and what it means (Bioer writes three, parted by lines with a mark).
struct MappedBlock {
  bool read = true;
  std::optional<CurveKind> kind;  ///< of its curves; none for a table of results
  std::string name;               ///< in the list of what was not read
};

/// A map. docs/formats/mapped_table.md describes it key by key.
struct ColumnMap {
  std::string name;
  Instrument instrument;            ///< what the layout itself says
  std::vector<std::string> sheets;  ///< of a workbook, any of them; empty: the first sheet whose header fits
  std::array<std::vector<std::string>, column_field_count>
      columns;               ///< spellings of each header; empty: no such column
  std::string cycle_header;  ///< header of a cycle in a table with one row a curve, "{n}" for its number; empty: none
  CurveKind curve_kind = CurveKind::unknown;
  std::optional<PlateGeometry> plate;         ///< needed where wells are numbers, which then run along the rows
  std::optional<NumberFormat> number_format;  ///< decided for the file when not given
  std::vector<ColumnField> fill_down;         ///< an empty cell repeats the one above
  std::map<std::string, SampleRole> roles;    ///< words beside those every reader knows
  std::vector<std::string> no_cq;             ///< texts, also numbers, that stand for no Cq
  std::map<std::string, std::string> cells;   ///< "started_at" → "B3", or "Sheet!B3" of another sheet
  std::string block_mark;                     ///< a row whose first cell begins so starts the next block
  std::vector<MappedBlock> blocks;
  std::vector<std::string> recognised_by;  ///< texts, all of which stand in the first rows of the file
  bool is_generic = false;                 ///< matches by header names alone, with no instrument in mind

  const std::vector<std::string>& headers_of(ColumnField field) const {
    return columns[static_cast<std::size_t>(field)];
  }
};

/// Reads a map, schema qpcr.columns/1 (TOML).
/// @throws Error invalid_option, malformed_file with the place, for an unknown key, a wrong type, or a map that names
///   neither a well column nor anything to read.
ColumnMap parse_column_map(std::string_view toml, const std::string& path);

/// The text that parse_column_map() reads to an equal map; keys in a fixed order.
std::string render_column_map(const ColumnMap& map);

}  // namespace qpcr
