// RDES 1.0.
#pragma once

#include "instruments/base/reader.hpp"

namespace qpcr::rdes {

const Reader& reader();

}  // namespace qpcr::rdes
