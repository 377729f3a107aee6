// A factor of a precision study: which day, run, lot, instrument or site each value is of.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace qpcr {

/// Levels numbered in the order of their first value; −1 where the level is missing.
struct PrecisionFactor {
  std::string name;
  std::vector<int> level;
  std::vector<std::string> labels;

  bool operator==(const PrecisionFactor&) const = default;
};

/// Numbers the texts; an empty one and "NA" are missing.
PrecisionFactor number_levels(std::string name, const std::vector<std::string_view>& texts);

/// The factor whose levels are the combinations that occur; "A:1". Missing where any of them is.
/// @throws Error invalid_value for factors of different lengths.
PrecisionFactor combine_factors(const std::vector<const PrecisionFactor*>& factors);

/// The chosen rows, levels renumbered.
PrecisionFactor keep_rows(const PrecisionFactor& factor, const std::vector<std::size_t>& rows);

}  // namespace qpcr
