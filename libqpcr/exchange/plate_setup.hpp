// Plate set-ups: what goes into each well before a run, as files for an instrument's software or for the next program.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "libqpcr/core/run.hpp"
#include "libqpcr/exchange/not_written.hpp"

namespace qpcr {

/// A plate's set-up from a delimited table (tab, ';' or ',') with the columns `well` and, in any order and as far as
/// they are needed, `sample`, `target`, `dye`, `role`, `quantity`, `quantity_unit`, and the optional first-row-only
/// `plate_rows`, `plate_columns`. A role is one of this library ("no_template_control") or of RDML ("ntc"); quantities
/// have a decimal dot. Without a size the plate is the smallest of 96, 384 and 1 536 wells that holds all wells.
/// @param name becomes that of the run.
/// @throws Error missing_column, duplicate_entry, invalid_value with line and column.
RunData parse_plate_setup(std::string_view bytes, const std::string& path, const std::string& name);

/// The same table, `well,sample,target,dye,role,quantity,quantity_unit,plate_rows,plate_columns`, one row a
/// measurement.
WrittenDocument render_plate_setup_csv(const Run& run);

/// Files for the plate editor of Bio-Rad CFX Manager and Maestro, one a dye: `Row,Column,*Target Name,*Sample Name`,
/// CRLF, every well of the plate. The layout is that of public laboratory programs that write it; no import was tried
/// on an instrument. Roles, quantities and notes have no place in it and are listed.
/// @throws Error invalid_value for a well off the plate, a measurement without dye, or two of one dye in a well.
WrittenFiles render_cfx_plate_setup(const Run& run);

/// `text` as a plain file name: characters that file systems refuse become '-'.
std::string to_file_stem(std::string_view text);

}  // namespace qpcr
