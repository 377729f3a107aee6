// Proposes a map for a table that nobody has described yet.
#pragma once

#include <string>

#include "instruments/base/reader.hpp"

namespace qpcr::mapped_table {

/// A map as text, from the header names that are known and the columns that are numbered like cycles, with comments
/// that say which headers were left out. It is a proposal: a person checks it before it is used.
/// @throws Error missing_column when no row names a well beside anything to read; it lists the widest row found.
std::string propose_column_map(const InputFile& file);

}  // namespace qpcr::mapped_table
