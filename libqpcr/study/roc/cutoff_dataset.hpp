// The subjects a cut-off is established or verified on: read from a table, each once, and in one of the sets only.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/core/provenance.hpp"
#include "libqpcr/study/estimate.hpp"
#include "libqpcr/study/roc/roc_sample.hpp"

namespace qpcr {

struct CutoffDataset {
  SourceFile source;
  std::vector<std::string> subjects;  ///< analysed and excluded, in the order of the table
  RocSample sample;                   ///< of those with value and reference
  std::vector<Exclusion> exclusions;
};

/// What a row without value or reference means: never a sample without Cq, which has a number beyond the last cycle.
enum class MissingRows { refuse, exclude };

/// Reads the columns subject, value and reference. Rows without value or reference are refused, or excluded and
/// counted.
/// @throws Error of the table; invalid_value for a row without subject, for a missing value that is refused, or an
/// identifier that is not sound; personal_data; duplicate_entry for a subject on two lines, written the same or nearly
/// so.
CutoffDataset read_cutoff_dataset(std::string_view bytes, const std::string& path,
                                  MissingRows missing = MissingRows::refuse);

/// @throws Error duplicate_entry (naming it, masked) for a subject of `verification` that is in `establishment` too,
/// written the same or nearly so (case, spaces, hyphens, dots).
void check_independent_subjects(const CutoffDataset& establishment, const CutoffDataset& verification);

}  // namespace qpcr
