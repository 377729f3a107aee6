// The CSV of the OpenArray software: one row a through-hole.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "instruments/base/reader.hpp"

namespace qpcr::appbio_sds {

/// "D12h8": subarray D12 of 4 × 12, hole h8 of 8 × 8 in it; as a place among 32 × 96 holes.
std::optional<GridPosition> parse_hole(std::string_view address);

/// One run a plate. @throws Error missing_column, invalid_value, duplicate_entry.
std::vector<RunData> read_open_array(const InputFile& file);

}  // namespace qpcr::appbio_sds
