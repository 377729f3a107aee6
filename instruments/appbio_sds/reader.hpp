// Applied Biosystems SDS 1.x and 2.x text, OpenArray CSV.
#pragma once

#include "instruments/base/reader.hpp"

namespace qpcr::appbio_sds {

const Reader& reader();

}  // namespace qpcr::appbio_sds
