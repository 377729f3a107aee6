// Esco Spectrum 48 CSV.
#pragma once

#include "instruments/base/reader.hpp"

namespace qpcr::esco_spectrum {

const Reader& reader();

}  // namespace qpcr::esco_spectrum
