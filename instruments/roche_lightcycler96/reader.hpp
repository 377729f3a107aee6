// Roche LightCycler 96 projects (.lc96p): an RDML document and the software's own analysis in one zip.
#pragma once

#include "instruments/base/reader.hpp"

namespace qpcr::roche_lightcycler96 {

/// The reader of projects, also where they are named .rdml. A number under a call other than Positive is no Cq.
const Reader& reader();

}  // namespace qpcr::roche_lightcycler96
