// Esco Spectrum 48: its table of results.
#pragma once

#include "instruments/base/reader.hpp"

namespace qpcr::esco_spectrum {

/// The reader of Spectrum results: one row a well, wells written "<A1>".
const Reader& reader();

}  // namespace qpcr::esco_spectrum
