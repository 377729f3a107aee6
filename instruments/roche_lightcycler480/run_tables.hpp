// Joins the text tables of one LightCycler 480 experiment.
#pragma once

#include <vector>

#include "instruments/base/reader.hpp"

namespace qpcr::roche_lightcycler480 {

/// One run for each experiment that the tables name; tables without a name belong to the only one there is.
/// @throws Error ambiguous_format where two files hold one table, or a table without a name could belong to several
///   experiments; duplicate_entry for a well twice in a table.
std::vector<RunData> read_text_tables(const std::vector<InputFile>& files);

}  // namespace qpcr::roche_lightcycler480
