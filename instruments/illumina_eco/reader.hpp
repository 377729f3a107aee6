// Illumina Eco CSV.
#pragma once

#include "instruments/base/reader.hpp"

namespace qpcr::illumina_eco {

const Reader& reader();

}  // namespace qpcr::illumina_eco
