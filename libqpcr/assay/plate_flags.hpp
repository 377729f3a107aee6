// Flags that need the whole plate: neighbours, carry-over, inhibition, missing dyes, plate effects, clashing
// identities.
#pragma once

#include "libqpcr/assay/covariates.hpp"
#include "libqpcr/assay/definition.hpp"
#include "libqpcr/assay/matching.hpp"
#include "libqpcr/assay/run_context.hpp"

namespace qpcr {

/// Adds to the flags of calls and to the warnings of the plate what its wells say together; sets needs_review, changes
/// no outcome. The rules and their limits: docs/methods/plate_flags.md.
void flag_plate(const RunData& run, const AssayDefinition& definition, const PlateMatch& match,
                const RunContext& context, PlateResult& result);

/// Samples that share a person, a barcode, or whose barcode is another sample or the plate; rows of the table whose
/// sample has no call. `plate_barcode` may be empty.
void flag_identities(const CovariateTable& table, std::string_view plate_barcode, PlateResult& result);

}  // namespace qpcr
