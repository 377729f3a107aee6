// Roche LightCycler 480 text and .ixo.
#pragma once

#include "instruments/base/reader.hpp"

namespace qpcr::roche_lightcycler480 {

const Reader& reader();

}  // namespace qpcr::roche_lightcycler480
