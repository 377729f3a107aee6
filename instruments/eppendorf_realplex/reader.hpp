// Eppendorf Mastercycler ep realplex exports.
#pragma once

#include "instruments/base/reader.hpp"

namespace qpcr::eppendorf_realplex {

const Reader& reader();

}  // namespace qpcr::eppendorf_realplex
