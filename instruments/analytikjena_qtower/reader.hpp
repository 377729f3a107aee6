// Analytik Jena qTOWER exports (qPCRsoft).
#pragma once

#include "instruments/base/reader.hpp"

namespace qpcr::analytikjena_qtower {

const Reader& reader();

}  // namespace qpcr::analytikjena_qtower
