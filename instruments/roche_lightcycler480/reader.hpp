// Roche LightCycler 480 (and z480, cobas z 480): text exports and stored experiments.
#pragma once

#include "instruments/base/reader.hpp"

namespace qpcr::roche_lightcycler480 {

/// The reader of LightCycler 480 text tables, joined where several are of one experiment, and of .ixo experiments.
/// The kind of the curves is unknown: the files do not say whether colours were compensated for.
const Reader& reader();

}  // namespace qpcr::roche_lightcycler480
