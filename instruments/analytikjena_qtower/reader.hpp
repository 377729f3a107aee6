// Analytik Jena qTOWER: the CSV export of qPCRsoft.
#pragma once

#include "instruments/base/reader.hpp"

namespace qpcr::analytikjena_qtower {

/// The reader of qPCRsoft's CSV: a head with device, colours and protocol, then one block of readings for each dye, one
/// row a well. A protocol that changes the temperature from reading to reading gives melting curves, any other gives
/// amplification.
const Reader& reader();

}  // namespace qpcr::analytikjena_qtower
