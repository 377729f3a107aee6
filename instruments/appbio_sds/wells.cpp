// Derives the plate from the wells.
#include "instruments/appbio_sds/wells.hpp"

#include <algorithm>

#include "libqpcr/core/text.hpp"

namespace qpcr::appbio_sds {
namespace {

constexpr PlateGeometry plate96{8, 12};
constexpr PlateGeometry plate384{16, 24};

}  // namespace

std::optional<WrittenWell> parse_well(std::string_view text) {
  text = trim(text);
  if (const std::optional<long> number = parse_integer(text)) {
    if (*number < 1 || *number > static_cast<long>(plate384.rows) * plate384.columns) return std::nullopt;
    return WrittenWell{number, std::nullopt};
  }
  const std::optional<GridPosition> position = parse_label(text);
  if (!position || !plate384.contains(*position)) return std::nullopt;
  return WrittenWell{std::nullopt, position};
}

PlateGeometry derive_plate(const std::vector<WrittenWell>& wells) {
  const bool beyond = std::any_of(wells.begin(), wells.end(), [](const WrittenWell& well) {
    return well.number ? *well.number > static_cast<long>(plate96.rows) * plate96.columns
                       : !plate96.contains(*well.position);
  });
  return beyond ? plate384 : plate96;
}

WellId to_well_id(const WrittenWell& well, PlateGeometry plate) {
  return to_well(well.number ? to_position(*well.number - 1, plate) : *well.position);
}

}  // namespace qpcr::appbio_sds
