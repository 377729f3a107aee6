// Roche LightCycler 96 project (.lc96p).
#pragma once

#include "instruments/base/reader.hpp"

namespace qpcr::roche_lightcycler96 {

const Reader& reader();

}  // namespace qpcr::roche_lightcycler96
