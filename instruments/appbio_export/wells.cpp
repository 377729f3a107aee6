// Resolves wells.
#include "instruments/appbio_export/wells.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr::appbio_export {
namespace {

constexpr int largest_side = 128;        ///< rows or columns; an OpenArray has 32 × 96
constexpr int subarray_side = 8;         ///< through-holes in a row and in a column of a subarray
constexpr long largest_number = 10'000;  ///< of a well

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

constexpr PlateGeometry open_array{32, 96};
constexpr std::array<PlateGeometry, 4> usual_plates{{{6, 8}, {8, 12}, {16, 24}, {32, 48}}};

}  // namespace

std::optional<Place> parse_place(std::string_view text) {
  text = trim(text);
  // Letters, digits, then perhaps a lower-case letter and digits.
  std::size_t at = 0;
  while (at < text.size() && (is_upper(text[at]) || is_lower(text[at]))) ++at;
  while (at < text.size() && is_digit(text[at])) ++at;
  const std::optional<GridPosition> outer = parse_label(text.substr(0, at));
  if (!outer || outer->row >= largest_side || outer->column >= largest_side) return std::nullopt;
  if (at == text.size()) return Place{to_well(*outer), {}};
  if (!is_lower(text[at]) || !is_upper(text[0])) return std::nullopt;
  const std::optional<GridPosition> inner = parse_label(text.substr(at));
  if (!inner || inner->row >= subarray_side || inner->column >= subarray_side) return std::nullopt;
  const GridPosition whole{outer->row * subarray_side + inner->row, outer->column * subarray_side + inner->column};
  if (whole.row >= largest_side || whole.column >= largest_side) return std::nullopt;
  return Place{to_well(whole), to_label(*outer)};
}

std::optional<long> parse_whole(std::string_view text) {
  if (const std::optional<long> whole = parse_integer(text)) return whole;
  const std::optional<double> number = parse_double(text);
  constexpr double largest = 1e15;
  if (!number || std::abs(*number) > largest || std::floor(*number) != *number) return std::nullopt;
  return static_cast<long>(*number);
}

Wells::Columns Wells::find_columns(Table& table) {
  Columns columns;
  columns.number = table.find({"well"});
  columns.position = table.find({"wellposition", "welllocation"});
  return columns;
}

void Wells::learn(Table& table) {
  const Columns columns = find_columns(table);
  if (!columns.number || !columns.position) return;
  for (const std::size_t row : table.rows()) {
    const std::optional<long> number = parse_whole(table.cells().text(row, columns.number));
    if (!number) continue;
    const std::string_view text = table.cells().text(row, columns.position);
    if (text.empty()) continue;
    const std::optional<Place> place = parse_place(text);
    if (!place) table.cells().fail(row, *columns.position, "a well such as A1");
    const auto [known, is_new] = learnt_.emplace(*number, *place->well.position);
    if (is_new) {
      learnt_subarrays_[*number] = place->subarray;
    } else if (known->second != *place->well.position) {
      table.cells().fail(row, *columns.position,
                         fmt::format("{}, as well {} is elsewhere in the file", to_label(known->second), *number));
    }
  }
}

void Wells::set_plate(std::optional<PlateGeometry> stated) {
  const auto agrees = [&](PlateGeometry plate) {
    return std::all_of(learnt_.begin(), learnt_.end(), [&](const auto& entry) {
      return plate.contains(entry.second) && to_position(entry.first - 1, plate) == entry.second;
    });
  };
  if (stated) {
    plate_ = stated;
    // How an OpenArray numbers its through-holes is known only from a table that gives both.
    numbers_agree_ = agrees(*stated) && !(learnt_.empty() && *stated == open_array);
    return;
  }
  const bool tells =
      std::any_of(learnt_.begin(), learnt_.end(), [](const auto& entry) { return entry.second.row > 0; });
  if (!tells) return;
  const auto found = std::find_if(usual_plates.begin(), usual_plates.end(), agrees);
  if (found != usual_plates.end()) plate_ = *found;
}

std::size_t Wells::add(Place place) {
  const auto [entry, is_new] = by_label_.emplace(place.well.label, places_.size());
  if (is_new) places_.push_back(std::move(place));
  return entry->second;
}

std::vector<std::size_t> Wells::resolve(Table& table) {
  const Columns columns = find_columns(table);
  std::vector<std::size_t> wells;
  wells.reserve(table.rows().size());
  for (const std::size_t row : table.rows()) wells.push_back(resolve(table, columns, row));
  return wells;
}

std::size_t Wells::resolve(const Table& table, const Columns& columns, std::size_t row) {
  const bool by_position = columns.position && !table.cells().text(row, columns.position).empty();
  const std::optional<std::size_t> column = by_position ? columns.position : columns.number;
  const std::string_view text = table.cells().text(row, column);
  const auto known = by_text_.find(std::string(text));
  if (known != by_text_.end()) return known->second;
  const std::size_t shown = column.value_or(columns.position.value_or(0));
  std::optional<Place> place = parse_place(text);
  if (!place && !by_position) {
    const std::optional<long> number = parse_whole(text);
    if (!number || *number < 1 || *number > largest_number) table.cells().fail(row, shown, "a well such as A1 or 1");
    const auto learnt = learnt_.find(*number);
    if (learnt != learnt_.end()) {
      place = Place{to_well(learnt->second), learnt_subarrays_[*number]};
    } else if (plate_ && numbers_agree_ && *number <= long{plate_->rows} * plate_->columns) {
      place = Place{to_well(to_position(*number - 1, *plate_)), {}};
    } else {
      table.cells().fail(row, shown, "a well whose position the file gives, or that lies on its block");
    }
  }
  if (!place) table.cells().fail(row, shown, "a well such as A1");
  const std::size_t index = add(std::move(*place));
  by_text_.emplace(std::string(text), index);
  return index;
}

}  // namespace qpcr::appbio_export
