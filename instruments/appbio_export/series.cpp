// Gathers readings.
#include "instruments/appbio_export/series.hpp"

#include <algorithm>
#include <numeric>

#include "libqpcr/core/error.hpp"

namespace qpcr::appbio_export {
namespace {

constexpr std::size_t most_wells = 1U << 16U;

}  // namespace

Series& SeriesList::at(std::size_t well, std::string_view target) {
  if (!list_.empty() && list_.back().well == well && list_.back().target == target) return list_.back();
  const std::size_t number = targets_.emplace(std::string(target), targets_.size()).first->second;
  const auto [entry, is_new] = index_.emplace(number * most_wells + well, list_.size());
  if (is_new) {
    Series& fresh = list_.emplace_back();
    fresh.well = well;
    fresh.target = std::string(target);
  }
  return list_[entry->second];
}

void sort_series(const Table& table, Series& series, std::size_t axis_column) {
  std::vector<std::size_t> order(series.axis.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (!std::is_sorted(series.axis.begin(), series.axis.end())) {
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return series.axis[a] < series.axis[b]; });
  }
  Series sorted;
  for (const std::size_t i : order) {
    if (!sorted.axis.empty() && !(series.axis[i] > sorted.axis.back())) {
      table.cells().fail(ErrorCode::duplicate_entry, series.rows[i], axis_column,
                         "each one once for a well and target");
    }
    sorted.axis.push_back(series.axis[i]);
    sorted.rows.push_back(series.rows[i]);
  }
  series.axis = std::move(sorted.axis);
  series.rows = std::move(sorted.rows);
}

}  // namespace qpcr::appbio_export
