// Qiagen (Corbett) Rotor-Gene: exported results and curves, and run files (.rex).
#pragma once

#include "instruments/base/reader.hpp"

namespace qpcr::qiagen_rotorgene {

/// The reader of Rotor-Gene exports and run files. Tubes numbered 1, 2, 3 … have no position.
const Reader& reader();

}  // namespace qpcr::qiagen_rotorgene
