// Wells as LightCycler 480 software names them, and the plate that holds them.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "libqpcr/core/run.hpp"

namespace qpcr::roche_lightcycler480 {

/// "A1" to "AF48", or the number of a capillary of the carousel; nothing for any other text.
std::optional<WellId> parse_well(std::string_view text);

/// The smallest plate of the family (96, 384 or 1536 wells) that holds all positions; nothing for capillaries.
std::optional<PlateGeometry> find_plate(const std::vector<Measurement>& measurements);

}  // namespace qpcr::roche_lightcycler480
