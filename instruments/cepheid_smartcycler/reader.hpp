// Cepheid SmartCycler CSV.
#pragma once

#include "instruments/base/reader.hpp"

namespace qpcr::cepheid_smartcycler {

const Reader& reader();

}  // namespace qpcr::cepheid_smartcycler
