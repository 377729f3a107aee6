// Readings of a table gathered by well and target, whatever the order of its rows.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "instruments/appbio_export/table.hpp"

namespace qpcr::appbio_export {

/// Rows of one well and target, in the order of the file.
struct Series {
  std::size_t well = 0;
  std::string target;
  std::vector<std::size_t> rows;
  std::vector<double> axis;  ///< cycle or number of the reading, one a row
};

class SeriesList {
 public:
  Series& at(std::size_t well, std::string_view target);
  std::vector<Series>& all() noexcept { return list_; }

 private:
  std::vector<Series> list_;
  std::unordered_map<std::string, std::size_t> targets_;
  std::unordered_map<std::size_t, std::size_t> index_;
};

/// Puts rows into the order of their axis. @throws Error duplicate_entry for two rows of one place, at the second.
void sort_series(const Table& table, Series& series, std::size_t axis_column);

/// Most cycles or readings a curve may have.
constexpr double largest_axis = 65'536;

}  // namespace qpcr::appbio_export
