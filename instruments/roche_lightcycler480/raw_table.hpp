// Readings of the "Raw Data" export: all programs of a run in one table, told apart by what they do.
#pragma once

#include <string>
#include <vector>

#include "instruments/base/measurement_set.hpp"
#include "instruments/base/reader.hpp"
#include "instruments/roche_lightcycler480/text_layout.hpp"
#include "libqpcr/tabular/grid.hpp"

namespace qpcr::roche_lightcycler480 {

struct RawReadings {
  std::vector<std::string> filters;   ///< "483-533", in the order of the columns
  std::vector<std::string> warnings;  ///< of programs that are left out
};

/// Adds a measurement for each well and filter, without target, with its curves, melting curves and single readings.
/// - The amplification is the program and segment with the most cycles; two with equally many are an error.
/// - A program whose temperature rises while it is read is melting; each of its cycles is a curve.
/// - Up to three readings of a well at a steady temperature are single readings, before or after the amplification.
/// - Every other program is listed as not read.
/// @throws Error invalid_value, duplicate_entry, missing_column, ambiguous_format, with the line.
RawReadings read_raw_table(const Grid& grid, const TextLayout& layout, MeasurementSet& measurements,
                           NotReadList& not_read);

}  // namespace qpcr::roche_lightcycler480
