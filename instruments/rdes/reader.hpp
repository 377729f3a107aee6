// RDES 1.0, the spreadsheet form of RDML: one row a reaction and target, one column a cycle or a temperature.
#pragma once

#include "instruments/base/reader.hpp"

namespace qpcr::rdes {

/// The reader of RDES. An amplification and a melting table of one run, told by `.amplification` and `.melt` (or
/// `_amplification`, `_melt`) at the end of their names, are one run.
const Reader& reader();

}  // namespace qpcr::rdes
