// Bio-Rad iQ5, MyiQ and Opticon exports.
#pragma once

#include "instruments/base/reader.hpp"

namespace qpcr::biorad_iq {

const Reader& reader();

}  // namespace qpcr::biorad_iq
