// Applied Biosystems experiment documents (.eds).
#pragma once

#include "instruments/base/reader.hpp"

namespace qpcr::appbio_quantstudio {

/// The reader of .eds in the SDS layout (ViiA 7, QuantStudio 3, 5, 6, 7, 12K Flex). Per well: multicomponent signal of
/// every dye, Rn and ΔRn and Ct of every target, melting curves, plate set-up. The 7500/StepOne layout and the JSON
/// layout of Design & Analysis 2 are recognised and refused by name.
const Reader& reader();

}  // namespace qpcr::appbio_quantstudio
