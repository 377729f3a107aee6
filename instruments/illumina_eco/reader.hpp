// Illumina Eco: the results table with its head of keys and values.
#pragma once

#include "instruments/base/reader.hpp"

namespace qpcr::illumina_eco {

/// The reader of Eco results (CSV). The export holds no curves.
const Reader& reader();

}  // namespace qpcr::illumina_eco
