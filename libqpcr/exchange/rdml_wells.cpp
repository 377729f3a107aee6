// Numbers wells row by row, or tube by tube where there is no plate.
#include "libqpcr/exchange/rdml_wells.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr {
namespace {

std::string render_format(long rows, long columns, std::string_view row_label) {
  return fmt::format(
      "<pcrFormat><rows>{}</rows><columns>{}</columns><rowLabel>{}</rowLabel><columnLabel>123</columnLabel></"
      "pcrFormat>\n",
      rows, columns, row_label);
}

/// Wells that carry a number by themselves keep it; "01" and "1" would be one reaction, so only the plain form counts.
RdmlNumbering number_named_wells(const RunData& run, NotWrittenList& not_written) {
  constexpr long largest_number = 100000;
  RdmlNumbering result;
  long largest = 1;
  bool all_numbers = true;
  for (const Measurement& measurement : run.measurements) {
    const auto number = parse_integer(measurement.well.label);
    if (!number || *number < 1 || *number > largest_number || std::to_string(*number) != measurement.well.label)
      all_numbers = false;
    if (number) largest = std::max(largest, *number);
    result.numbers.emplace(measurement.well.label, number.value_or(0));
  }
  if (!all_numbers) {
    largest = 0;
    std::set<std::string> seen;
    for (const Measurement& measurement : run.measurements) {
      if (!seen.insert(measurement.well.label).second) continue;
      result.numbers[measurement.well.label] = ++largest;
      not_written.add(fmt::format("run {}, well {}", run.name, measurement.well.label),
                      fmt::format("has no position; written as reaction {}", largest));
    }
  }
  result.format = render_format(largest, 1, "123");
  return result;
}

}  // namespace

RdmlNumbering number_rdml_wells(const RunData& run, NotWrittenList& not_written) {
  bool any_position = false;
  bool any_name = false;
  std::optional<PlateGeometry> plate = run.plate;
  GridPosition last;
  for (const Measurement& measurement : run.measurements) {
    (measurement.well.position ? any_position : any_name) = true;
    if (!measurement.well.position) continue;
    last.row = std::max(last.row, measurement.well.position->row);
    last.column = std::max(last.column, measurement.well.position->column);
  }
  if (any_position && any_name) {
    throw Error(ErrorCode::invalid_value, {.path = {},
                                           .line = 0,
                                           .column = {},
                                           .field = fmt::format("run {}", run.name),
                                           .found = {},
                                           .expected = {},
                                           .problem = "some wells have a position on the plate and some do not"});
  }
  if (any_name) return number_named_wells(run, not_written);
  if (!plate) {
    for (const PlateGeometry standard : {PlateGeometry{8, 12}, PlateGeometry{16, 24}, PlateGeometry{32, 48}}) {
      if (!plate && standard.contains(last)) plate = standard;
    }
    if (!plate) plate = PlateGeometry{last.row + 1, last.column + 1};
    not_written.add(fmt::format("run {}", run.name),
                    fmt::format("the plate is not known; written as {} × {} wells", plate->rows, plate->columns));
  }
  RdmlNumbering result;
  for (const Measurement& measurement : run.measurements) {
    const GridPosition position = *measurement.well.position;
    result.numbers[measurement.well.label] = static_cast<long>(position.row) * plate->columns + position.column + 1;
    if (measurement.well.label != to_label(position)) {
      not_written.add(fmt::format("run {}, well {}", run.name, measurement.well.label),
                      fmt::format("its label is written as {}", to_label(position)));
    }
  }
  result.format = render_format(plate->rows, plate->columns, "ABC");
  return result;
}

}  // namespace qpcr
