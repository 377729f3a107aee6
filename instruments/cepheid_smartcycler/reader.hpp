// Cepheid SmartCycler: the export of one run with its curves, results and settings.
#pragma once

#include "instruments/base/reader.hpp"

namespace qpcr::cepheid_smartcycler {

/// The reader of SmartCycler exports. Sites that occur again (imported external standards) are labelled "A1#2", "A1#3".
const Reader& reader();

}  // namespace qpcr::cepheid_smartcycler
