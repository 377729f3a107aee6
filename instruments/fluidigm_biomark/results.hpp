// The results table of a BioMark export, below a header of three rows.
#pragma once

#include <optional>
#include <string_view>

#include "instruments/base/measurement_set.hpp"
#include "instruments/base/reader.hpp"
#include "libqpcr/tabular/grid.hpp"
#include "libqpcr/tabular/number.hpp"

namespace qpcr::fluidigm_biomark {

/// More inlets than any array has.
constexpr int most_inlets = 999;

/// "S48-A01" as zero-based sample and assay inlet.
std::optional<GridPosition> parse_chamber(std::string_view text);

/// Row of the third line of the header, which starts with "ID"; nothing when there is none.
std::optional<std::size_t> find_results_header(const Grid& grid);

/// Adds a measurement for each chamber and probe.
/// @return one past the last row. @throws Error missing_column when no probe has a Ct, invalid_value, duplicate_entry.
std::size_t read_results(const Grid& grid, std::size_t header, NumberFormat format, MeasurementSet& measurements,
                         NotReadList& not_read);

}  // namespace qpcr::fluidigm_biomark
