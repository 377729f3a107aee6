// Chai Open qPCR CSV.
#pragma once

#include "instruments/base/reader.hpp"

namespace qpcr::chai_openqpcr {

const Reader& reader();

}  // namespace qpcr::chai_openqpcr
