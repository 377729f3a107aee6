// Helpers shared by all readers.
#include "instruments/base/reader.hpp"

#include <algorithm>
#include <tuple>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "libqpcr/core/privacy.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr {

bool FileHead::has_member(std::string_view normalised_name) const {
  return std::find(members.begin(), members.end(), normalised_name) != members.end();
}

std::string_view FileHead::first_line() const {
  const std::string_view all = text;
  std::size_t begin = all.find_first_not_of("\r\n \t");
  if (begin == std::string_view::npos) return {};
  // A table may start with an empty cell, so blanks before the first text belong to the line.
  const std::size_t before = all.find_last_of("\r\n", begin);
  begin = before == std::string_view::npos ? 0 : before + 1;
  return all.substr(begin, std::min(all.find_first_of("\r\n", begin), all.size()) - begin);
}

std::string_view to_string(ReaderMaturity maturity) {
  switch (maturity) {
    case ReaderMaturity::verified:
      return "verified";
    case ReaderMaturity::sampled:
      return "sampled";
    case ReaderMaturity::provisional:
      return "provisional";
  }
  return "provisional";
}

void sort_by_well(std::vector<Measurement>& measurements) {
  const auto key = [](const Measurement& measurement) {
    const GridPosition position = measurement.well.position.value_or(GridPosition{});
    return std::make_tuple(!measurement.well.position.has_value(), position.row, position.column);
  };
  const auto before = [&](const Measurement& left, const Measurement& right) { return key(left) < key(right); };
  // Files are nearly always in plate order, and moving measurements costs.
  if (std::is_sorted(measurements.begin(), measurements.end(), before)) return;
  std::stable_sort(measurements.begin(), measurements.end(), before);
}

void WellList::add(const WellId& well) {
  if (seen_.insert(well.label).second) labels_.push_back(well.label);
}

std::string WellList::text() const { return fmt::format("{}", fmt::join(labels_, ", ")); }

void warn_of_unknown_roles(RunData& run) {
  constexpr std::size_t most_texts = 100;
  std::vector<std::pair<std::string, WellList>> unknown;
  std::unordered_map<std::string, std::size_t> index;
  for (const Measurement& measurement : run.measurements) {
    if (measurement.role != SampleRole::unspecified || measurement.role_text.empty()) continue;
    const auto [entry, is_new] = index.emplace(measurement.role_text, unknown.size());
    if (is_new) unknown.emplace_back(measurement.role_text, WellList());
    unknown[entry->second].second.add(measurement.well);
  }
  if (unknown.size() > most_texts) {
    run.warnings.push_back(
        fmt::format("{} texts for roles are not known, so what those wells hold is not; the first {} follow",
                    unknown.size(), most_texts));
    unknown.resize(most_texts);
  }
  for (const auto& [text, wells] : unknown) {
    run.warnings.push_back(fmt::format("the role '{}' is not known, so what these wells hold is not: {}",
                                       mask_personal(text), wells.text()));
  }
}

void NotReadList::add(std::string where, std::string why) {
  if (seen_.insert(where + '\0' + why).second) entries_.push_back({std::move(where), std::move(why)});
}

}  // namespace qpcr
