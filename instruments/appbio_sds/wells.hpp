// Wells of SDS tables: numbers or labels, on a plate of 96 or 384 that the file does not name.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/core/run.hpp"

namespace qpcr::appbio_sds {

/// A well as a table writes it.
struct WrittenWell {
  std::optional<long> number;  ///< 1-based, along the rows
  std::optional<GridPosition> position;
};

/// Nothing for a text that is no well of a plate of up to 384.
std::optional<WrittenWell> parse_well(std::string_view text);

/// The plate that holds all wells: 384 where one of them is beyond 96, else 96.
PlateGeometry derive_plate(const std::vector<WrittenWell>& wells);

/// Needs the plate where the well is a number.
WellId to_well_id(const WrittenWell& well, PlateGeometry plate);

}  // namespace qpcr::appbio_sds
