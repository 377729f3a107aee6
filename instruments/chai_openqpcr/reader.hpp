// Chai Open qPCR: the CSV tables of one run.
#pragma once

#include "instruments/base/reader.hpp"

namespace qpcr::chai_openqpcr {

/// The reader of Open qPCR exports. The tables of a run (amplification.csv, cq.csv, targets_wells.csv, a melting curve)
/// share what stands before these words in their names and become one Run, joined by channel and well.
const Reader& reader();

}  // namespace qpcr::chai_openqpcr
