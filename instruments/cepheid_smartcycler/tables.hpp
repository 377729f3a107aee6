// The sections of a SmartCycler export and how they join.
#pragma once

#include "instruments/base/reader.hpp"

namespace qpcr::cepheid_smartcycler {

/// @throws Error with the line for a section that cannot be read, or for curves and results of repeated sites that do
/// not pair.
RunData read_run(const InputFile& file);

}  // namespace qpcr::cepheid_smartcycler
