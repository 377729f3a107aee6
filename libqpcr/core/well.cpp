// Labels and positions of wells.
#include "libqpcr/core/well.hpp"

#include "libqpcr/core/text.hpp"

namespace qpcr {

std::string to_label(GridPosition position) {
  std::string letters;
  for (int n = position.row + 1; n > 0; n = (n - 1) / 26) {
    letters.insert(letters.begin(), static_cast<char>('A' + (n - 1) % 26));
  }
  return letters + std::to_string(position.column + 1);
}

std::optional<GridPosition> parse_label(std::string_view text) {
  text = trim(text);
  std::size_t i = 0;
  int row = 0;
  for (; i < text.size() && i < 2; ++i) {
    const char c = text[i];
    const bool upper = c >= 'A' && c <= 'Z';
    if (!upper && !(c >= 'a' && c <= 'z')) break;
    row = row * 26 + (c - (upper ? 'A' : 'a')) + 1;
  }
  const std::string_view digits = text.substr(i);
  if (i == 0 || digits.empty() || digits.size() > 3 || digits.front() == '+' || digits.front() == '-')
    return std::nullopt;
  const std::optional<long> column = parse_integer(digits);
  if (!column || *column < 1) return std::nullopt;
  return GridPosition{row - 1, static_cast<int>(*column) - 1};
}

GridPosition to_position(long row_major_index, PlateGeometry geometry) {
  return {static_cast<int>(row_major_index / geometry.columns), static_cast<int>(row_major_index % geometry.columns)};
}

WellId to_well(GridPosition position) { return {to_label(position), position}; }

}  // namespace qpcr
