// Where a reaction is: a grid position on a plate, or the name an instrument without a plate gives it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace qpcr {

/// Zero-based row and column of a plate.
struct GridPosition {
  int row = 0;
  int column = 0;

  bool operator==(const GridPosition&) const = default;
  auto operator<=>(const GridPosition&) const = default;
};

/// Rows and columns of a plate: 8 × 12, 16 × 24 …
struct PlateGeometry {
  int rows = 0;
  int columns = 0;

  bool operator==(const PlateGeometry&) const = default;
  bool contains(GridPosition position) const {
    return position.row >= 0 && position.column >= 0 && position.row < rows && position.column < columns;
  }
};

/// "A1", "H12", "AF48": row letters and an unpadded 1-based column.
std::string to_label(GridPosition position);

/// Reads "A1", "a01", " H12 ": letters then digits. Nothing for any other text.
std::optional<GridPosition> parse_label(std::string_view text);

/// Position of a zero-based row-major index.
GridPosition to_position(long row_major_index, PlateGeometry geometry);

/// The label shown to people and, where it is one of a plate, the position.
struct WellId {
  std::string label;
  std::optional<GridPosition> position;

  bool operator==(const WellId&) const = default;
};

WellId to_well(GridPosition position);

}  // namespace qpcr
