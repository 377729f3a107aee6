// Tables of one row a well and target: set-up, results, calls.
#pragma once

#include "instruments/appbio_export/draft.hpp"

namespace qpcr::appbio_export {

/// Samples, targets, reporters, tasks and quantities. @throws Error as resolving wells and numbers.
void read_sample_setup(Table& table, Draft& draft);

/// The vendor's Cq and what goes with it. @throws Error duplicate_entry for a well and target in two rows,
/// invalid_value.
void read_results(Table& table, Draft& draft);

/// The older genotyping table: one row a well, both alleles' Ct in columns. The table is kept as well.
void read_genotyping_results(Table& table, Draft& draft);

/// Genotypes and target calls. The table is kept as well.
void read_calls(Table& table, Draft& draft);

/// A further result table of the vendor's (standard curve …): quantities that the results lack; the table is kept.
void read_further_results(Table& table, Draft& draft);

}  // namespace qpcr::appbio_export
