// Bio Molecular Systems Mic CSV.
#pragma once

#include "instruments/base/reader.hpp"

namespace qpcr::bms_mic {

const Reader& reader();

}  // namespace qpcr::bms_mic
