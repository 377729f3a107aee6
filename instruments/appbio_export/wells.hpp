// Which well a row is of: by position, by number through the other tables, or by number and the block's geometry.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "instruments/appbio_export/table.hpp"
#include "libqpcr/core/well.hpp"

namespace qpcr::appbio_export {

/// A well, and the subarray it lies in on an OpenArray.
struct Place {
  WellId well;
  std::string subarray;
};

/// "A1", or "B12c4" of an OpenArray: through-hole c4 of subarray B12.
std::optional<Place> parse_place(std::string_view text);

/// A whole number as spreadsheets write it: "7" or "7.0".
std::optional<long> parse_whole(std::string_view text);

class Wells {
 public:
  /// Learns which number stands for which position. @throws Error invalid_value where tables contradict each other.
  void learn(Table& table);
  /// To be called when all tables are learnt. @param stated of the block type.
  void set_plate(std::optional<PlateGeometry> stated);
  /// Stated, or the only usual plate that agrees with all numbers and positions.
  std::optional<PlateGeometry> plate() const { return plate_; }
  /// Index of the well of each of the table's rows. @throws Error invalid_value, at the cell.
  std::vector<std::size_t> resolve(Table& table);
  const Place& at(std::size_t index) const { return places_[index]; }
  std::size_t size() const noexcept { return places_.size(); }

 private:
  struct Columns {
    std::optional<std::size_t> number;
    std::optional<std::size_t> position;
  };
  static Columns find_columns(Table& table);
  std::size_t resolve(const Table& table, const Columns& columns, std::size_t row);
  std::size_t add(Place place);

  std::vector<Place> places_;
  std::unordered_map<std::string, std::size_t> by_label_;
  std::unordered_map<std::string, std::size_t> by_text_;
  std::map<long, GridPosition> learnt_;
  std::map<long, std::string> learnt_subarrays_;
  std::optional<PlateGeometry> plate_;
  bool numbers_agree_ = true;  ///< every number learnt is the row-major index on the plate
};

}  // namespace qpcr::appbio_export
