// Tables of readings: amplification by target, dyes and filters by well, melting curves.
#pragma once

#include <vector>

#include "instruments/appbio_export/draft.hpp"

namespace qpcr::appbio_export {

/// Rn and ΔRn, one block a target. @throws Error duplicate_entry, invalid_value.
void read_amplification(Table& table, Draft& draft);

/// Dyes after colour separation, or optical filters: a column each. Readings of other stages than the amplification's
/// become single readings where they are the pre-read or post-read, and are otherwise listed as not read.
void read_dyes(Table& table, CurveKind kind, Draft& draft);

/// Melting curves of one row a reading.
void read_melt_readings(Table& table, Draft& draft);

/// Melting curves of one row a well: temperatures and readings stand in tables of their own.
void read_melt_regions(std::vector<Table*> tables, Draft& draft);

/// Melting temperatures of one row a peak. The table is kept as well.
void read_melt_peaks(Table& table, Draft& draft);

}  // namespace qpcr::appbio_export
