// Agilent Mx3000P, Mx3005P and AriaMx text exports.
#pragma once

#include "instruments/base/reader.hpp"

namespace qpcr::agilent_mxpro {

const Reader& reader();

}  // namespace qpcr::agilent_mxpro
