// What the readers of single tables share.
#include "instruments/appbio_export/draft.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "instruments/base/vocabulary.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr::appbio_export {
namespace {

std::string to_key(std::size_t well, std::string_view target) { return fmt::format("{}\t{}", well, target); }

std::string to_dye_key(std::size_t well, std::string_view dye) { return fmt::format("{}\t\t{}", well, dye); }

bool is_key_column(std::string_view folded) {
  constexpr std::array<std::string_view, 8> names{"well",   "wellposition", "welllocation", "samplename",
                                                  "sample", "targetname",   "target",       "snpassayname"};
  return std::find(names.begin(), names.end(), folded) != names.end();
}

bool holds_text(const Table& table, std::size_t column) {
  return std::any_of(table.rows().begin(), table.rows().end(),
                     [&](std::size_t row) { return !table.cells().text(row, column).empty(); });
}

void keep_columns(const Table& table, const std::vector<std::size_t>& columns, Draft& draft) {
  VendorTable kept;
  kept.name = table.name();
  for (const std::size_t column : columns) kept.columns.emplace_back(table.cells().header(column));
  for (const std::size_t row : table.rows()) {
    std::vector<std::string>& cells = kept.rows.emplace_back();
    for (const std::size_t column : columns) cells.emplace_back(table.cells().text(row, column));
  }
  draft.run.vendor_tables.push_back(std::move(kept));
}

}  // namespace

Measurement& Draft::add(std::size_t well, const std::string& key, bool is_reaction) {
  const auto [entry, is_new] = by_target_.emplace(key, measurements_.size());
  if (is_new) {
    const Place& place = wells.at(well);
    Measurement& fresh = measurements_.emplace_back();
    fresh.well = place.well;
    fresh.subarray = place.subarray;
    if (is_reaction) of_well_[well].push_back(entry->second);
  }
  return measurements_[entry->second];
}

Measurement& Draft::at(std::size_t well, std::string_view target, std::string_view dye) {
  Measurement& measurement = add(well, to_key(well, target), !target.empty());
  measurement.target = std::string(target);
  if (measurement.dye.empty()) measurement.dye = std::string(dye);
  return measurement;
}

Measurement& Draft::at_reporter(std::size_t well, const std::string& dye) {
  Measurement& measurement = add(well, to_dye_key(well, dye), true);
  measurement.dye = dye;
  return measurement;
}

Measurement* Draft::find(std::size_t well, std::string_view target) {
  const auto entry = by_target_.find(to_key(well, target));
  return entry == by_target_.end() ? nullptr : &measurements_[entry->second];
}

Measurement& Draft::at_only_target(std::size_t well) {
  const auto reactions = of_well_.find(well);
  if (reactions != of_well_.end() && reactions->second.size() == 1) return measurements_[reactions->second.front()];
  return at(well, {});
}

std::vector<Measurement*> Draft::reactions(std::size_t well) {
  std::vector<Measurement*> found;
  const auto known = of_well_.find(well);
  if (known == of_well_.end()) return found;
  for (const std::size_t index : known->second) found.push_back(&measurements_[index]);
  return found;
}

std::vector<Measurement*> Draft::at_dye(std::size_t well, const std::string& dye) {
  std::vector<Measurement*> found;
  const auto reactions = of_well_.find(well);
  if (reactions != of_well_.end()) {
    for (const std::size_t index : reactions->second) {
      if (equals_ignoring_case(measurements_[index].dye, dye)) found.push_back(&measurements_[index]);
    }
  }
  if (!found.empty()) return found;
  Measurement& alone = add(well, to_dye_key(well, dye), false);
  alone.dye = dye;
  return {&alone};
}

void keep_other_columns(Table& table, Draft& draft) {
  std::vector<std::size_t> keys;
  std::vector<std::size_t> others;
  for (std::size_t column = 0; column < table.column_count(); ++column) {
    const std::string& folded = table.folded(column);
    if (folded.empty()) continue;
    if (is_key_column(folded)) {
      keys.push_back(column);
    } else if (!table.is_read(column) && holds_text(table, column)) {
      if (folded.ends_with("color") || folded.ends_with("colour")) {
        draft.not_read.add(fmt::format("{}: column '{}'", table.name(), table.cells().header(column)),
                           "a colour of the display");
      } else {
        others.push_back(column);
      }
    }
  }
  if (others.empty()) return;
  keys.insert(keys.end(), others.begin(), others.end());
  keep_columns(table, keys, draft);
}

void keep_whole_table(const Table& table, Draft& draft) {
  std::vector<std::size_t> columns;
  for (std::size_t column = 0; column < table.column_count(); ++column) {
    if (!table.folded(column).empty() || holds_text(table, column)) columns.push_back(column);
  }
  if (!table.rows().empty()) keep_columns(table, columns, draft);
}

std::string text_of(const Table& table, std::size_t row, std::optional<std::size_t> column) {
  return std::string(table.cells().text(row, column));
}

std::optional<double> number_of(const Table& table, std::size_t row, std::optional<std::size_t> column,
                                NumberFormat format) {
  const std::string_view text = table.cells().text(row, column);
  if (text.empty()) return std::nullopt;
  const std::optional<double> value = parse_number(text, format);
  if (!value && !is_no_cq(text)) table.cells().fail(row, *column, "a number");
  return value;
}

}  // namespace qpcr::appbio_export
