// Agilent (Stratagene) MxPro and AriaMx: fluorescence and results as text, and what is refused.
#pragma once

#include "instruments/base/reader.hpp"

namespace qpcr::agilent_mxpro {

/// The reader of MxPro and AriaMx exports. "<name>_SampleInfo.txt" of the same folder belongs to "<name>.txt".
const Reader& reader();

}  // namespace qpcr::agilent_mxpro
