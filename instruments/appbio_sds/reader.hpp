// Applied Biosystems SDS 1.x and 2.x (ABI Prism 7000, 7300, 7500, 7700, 7900HT): text exports; OpenArray CSV.
#pragma once

#include "instruments/base/reader.hpp"

namespace qpcr::appbio_sds {

/// The reader of SDS text: results, relative-quantification studies, clipped data with Rn and ΔRn of each cycle, and
/// the CSV of the OpenArray software. Binary .sds documents are recognised and refused.
const Reader& reader();

}  // namespace qpcr::appbio_sds
