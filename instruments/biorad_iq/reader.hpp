// Bio-Rad iQ5, MyiQ and Opticon: results tables, which hold no curves.
#pragma once

#include "instruments/base/reader.hpp"

namespace qpcr::biorad_iq {

/// The reader of results with the headers Identifier (iQ5, MyiQ) or Well / Set (Opticon Monitor). CFX Manager's first
/// versions, with Content and C(t), are biorad_cfx's.
const Reader& reader();

}  // namespace qpcr::biorad_iq
