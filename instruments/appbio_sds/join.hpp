// Joins the rows that several tables of a text have of one well.
#pragma once

#include <vector>

#include "instruments/appbio_sds/table.hpp"

namespace qpcr::appbio_sds {

/// Gives the rows of a table without reporters the one that another table names for their well and detector.
/// @throws Error ambiguous_format where that names several.
void name_dyes(std::vector<TableRow>& rows, PlateGeometry plate, const Grid& grid);

/// Adds a row field by field to what other tables say of its well, detector and reporter: nothing that is filled is
/// replaced.
/// @throws Error duplicate_entry for a result or a curve that is there twice, ambiguous_format for tables that
/// contradict each other.
void join_row(Measurement& into, TableRow&& row, const Grid& grid);

}  // namespace qpcr::appbio_sds
