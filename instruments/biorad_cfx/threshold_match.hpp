// Whether curves and Cq are of one run: CFX's Cq is where a curve crosses one threshold, the same in all wells.
#pragma once

#include <vector>

#include "instruments/biorad_cfx/tables.hpp"

namespace qpcr::biorad_cfx {

/// True where one threshold, by linear interpolation between cycles, gives every Cq of the rows, each to the digits it
/// is written with, and every row with a Cq has a curve. At least three Cq are needed: fewer prove nothing.
/// @param rows of one fluorophore.
bool follow_one_threshold(const std::vector<WideColumn>& curves, const std::vector<const Measurement*>& rows);

}  // namespace qpcr::biorad_cfx
