// Applied Biosystems experiment documents (.eds).
#pragma once

#include "instruments/base/reader.hpp"

namespace qpcr::appbio_quantstudio {

/// The reader of .eds in all three layouts: SDS (ViiA 7, QuantStudio 3, 5, 6, 7, 12K Flex), 7500 and StepOne, and the
/// JSON layout of Design & Analysis 2.
const Reader& reader();

}  // namespace qpcr::appbio_quantstudio
