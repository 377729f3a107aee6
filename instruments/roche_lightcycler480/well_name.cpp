// Reads names of wells.
#include "instruments/roche_lightcycler480/well_name.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "libqpcr/core/text.hpp"

namespace qpcr::roche_lightcycler480 {
namespace {

constexpr std::array<PlateGeometry, 3> plates{{{8, 12}, {16, 24}, {32, 48}}};
constexpr long most_capillaries = 384;

}  // namespace

std::optional<WellId> parse_well(std::string_view text) {
  text = trim(text);
  if (const std::optional<GridPosition> position = parse_label(text)) {
    if (!plates.back().contains(*position)) return std::nullopt;
    return to_well(*position);
  }
  const std::optional<long> number = parse_integer(text);
  if (!number || *number < 1 || *number > most_capillaries) return std::nullopt;
  return WellId{std::to_string(*number), std::nullopt};
}

std::optional<PlateGeometry> find_plate(const std::vector<Measurement>& measurements) {
  if (measurements.empty()) return std::nullopt;
  for (const PlateGeometry& plate : plates) {
    if (std::all_of(measurements.begin(), measurements.end(), [&](const Measurement& measurement) {
          return measurement.well.position && plate.contains(*measurement.well.position);
        })) {
      return plate;
    }
  }
  return std::nullopt;
}

}  // namespace qpcr::roche_lightcycler480
