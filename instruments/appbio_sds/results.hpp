// SDS texts: a head, tables of wells, and what stands below them.
#pragma once

#include <vector>

#include "instruments/appbio_sds/layout.hpp"
#include "instruments/base/reader.hpp"

namespace qpcr::appbio_sds {

/// One run a plate; a file of one plate is named after itself, the plates of a study by their names.
/// @throws Error malformed_file without wells, invalid_value, missing_column, duplicate_entry.
std::vector<RunData> read_results(const InputFile& file, Layout layout);

}  // namespace qpcr::appbio_sds
