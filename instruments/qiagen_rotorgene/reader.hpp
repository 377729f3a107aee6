// Qiagen (Corbett) Rotor-Gene CSV and .rex.
#pragma once

#include "instruments/base/reader.hpp"

namespace qpcr::qiagen_rotorgene {

const Reader& reader();

}  // namespace qpcr::qiagen_rotorgene
