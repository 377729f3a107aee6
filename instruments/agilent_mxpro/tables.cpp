// Headers, wells and words that the tables share, and the table of sample information.
#include "instruments/agilent_mxpro/tables.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "instruments/base/vocabulary.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/header_text.hpp"

namespace qpcr::agilent_mxpro {
namespace {

constexpr PlateGeometry mx_plate{8, 12};

bool has(const std::vector<std::string>& folded, std::string_view name) {
  return std::find(folded.begin(), folded.end(), name) != folded.end();
}

bool has_with_unit(const std::vector<std::string>& folded, std::string_view word) {
  return std::any_of(folded.begin(), folded.end(), [&](const std::string& cell) {
    return cell.size() > word.size() && cell.starts_with(word) && cell[word.size()] == '(';
  });
}

/// Roles as the last word of "Target Unknown", "Ref PosCalibrator".
std::optional<SampleRole> parse_combined_role(std::string_view text) {
  const std::size_t blank = text.rfind(' ');
  const std::string word = fold_header(blank == std::string_view::npos ? text : text.substr(blank + 1));
  if (word == "poscalibrator" || word == "negcalibrator") return SampleRole::calibrator;
  return parse_role(word);
}

}  // namespace

TableKind identify_header(const std::vector<std::string>& folded) {
  const bool assay = has(folded, "dye") || has(folded, "assay") || has(folded, "target");
  if (has(folded, "segment") && has(folded, "ramp/plateau") && has(folded, "well") && assay) return TableKind::raw_data;
  // The unit of the threshold signal in the header is the vendor's own: "Ct (dRn)", "Cq (∆R)".
  if (has(folded, "well") && assay && (has_with_unit(folded, "ct") || has_with_unit(folded, "cq")))
    return TableKind::results;
  if (has(folded, "general:well") && has(folded, "relquant:combinedsample/targettype")) return TableKind::sample_info;
  return TableKind::none;
}

Header find_header(const Grid& grid) {
  for (std::size_t row = 0; row < grid.row_count(); ++row) {
    std::vector<std::string> folded;
    for (const std::string_view cell : grid.row(row)) folded.push_back(fold_header(cell));
    if (const TableKind kind = identify_header(folded); kind != TableKind::none) return {kind, row};
  }
  return {};
}

WellId read_well(const GridTable& table, std::size_t row, std::size_t column) {
  const std::string_view text = table.text(row, column);
  if (const std::optional<long> number = parse_integer(text)) {
    if (*number >= 1 && *number <= static_cast<long>(mx_plate.rows) * mx_plate.columns)
      return to_well(to_position(*number - 1, mx_plate));
  } else if (const std::optional<GridPosition> position = parse_label(text); position && mx_plate.contains(*position)) {
    return to_well(*position);
  }
  table.fail(row, column, "a well of the 96, as A1 or as a number from 1 to 96");
}

std::string find_dye(std::string_view assay) {
  constexpr std::array<std::string_view, 17> dyes{
      "fam",  "hex",       "joe",        "vic",      "tet",           "tamra", "rox",     "cy3",     "cy5",
      "sybr", "sybrgreen", "sybrgreeni", "texasred", "alexafluor350", "alexa", "atto425", "evagreen"};
  const std::string folded = fold_header(assay);
  return std::find(dyes.begin(), dyes.end(), folded) == dyes.end() ? std::string() : std::string(assay);
}

std::optional<std::size_t> find_with_unit(GridTable& table, std::string_view word) {
  for (std::size_t column = 0; column < table.column_count(); ++column) {
    const std::string folded = fold_header(table.header(column));
    const bool found = folded == word || (folded.starts_with(word) && folded.substr(word.size()).starts_with("("));
    if (!found) continue;
    table.mark_read(column);
    return column;
  }
  return std::nullopt;
}

std::string_view unit_of(std::string_view header) {
  const std::size_t open = header.find('(');
  if (open == std::string_view::npos || !header.ends_with(')')) return {};
  return trim(header.substr(open + 1, header.size() - open - 2));
}

void add_sample_info(Draft& draft, const Grid& grid, std::size_t header, const std::string& file_name) {
  GridTable table(grid, header, grid.row_count());
  const std::size_t well_column = table.require({"General:Well"});
  const std::size_t role_column = table.require({"Rel Quant:Combined Sample/Target type"});
  table.find({"General:Repl. Of"});
  table.find({"General:Target Name"});
  VendorTable kept;
  kept.name = file_name;
  for (std::size_t column = 0; column < table.column_count(); ++column) kept.columns.emplace_back(table.header(column));
  std::map<std::string, std::string> roles;
  for (std::size_t row = table.first_row(); row < table.end_row(); ++row) {
    if (grid.is_blank(row)) continue;
    const WellId well = read_well(table, row, well_column);
    if (!roles.emplace(well.label, table.text(row, role_column)).second)
      table.fail(ErrorCode::duplicate_entry, row, well_column, "each well once");
    std::vector<std::string>& cells = kept.rows.emplace_back();
    for (std::size_t column = 0; column < table.column_count(); ++column) cells.emplace_back(table.text(row, column));
  }
  for (Measurement& m : draft.set.all()) {
    const auto role = roles.find(m.well.label);
    if (role == roles.end() || !m.role_text.empty()) continue;
    m.role_text = role->second;
    m.role = parse_combined_role(m.role_text).value_or(SampleRole::unspecified);
  }
  draft.run.vendor_tables.push_back(std::move(kept));
}

}  // namespace qpcr::agilent_mxpro
