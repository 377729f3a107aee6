// Bio Molecular Systems Mic: the raw fluorescence of its 48 tubes as CSV.
#pragma once

#include "instruments/base/reader.hpp"

namespace qpcr::bms_mic {

/// The reader of Mic raw exports: a column 'Cycle' and one column for each of the 48 tubes of the rotor.
const Reader& reader();

}  // namespace qpcr::bms_mic
