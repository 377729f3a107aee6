// Many numbers in ascending order, without comparing them.
#pragma once

#include <vector>

namespace qpcr {

/// Sorts numbers that are not NaN; −0 comes before 0. O(n): least significant digits first, of the bits in the order
/// that they have as numbers.
void sort_ascending(std::vector<double>& values);

}  // namespace qpcr
