// Finds the header row that says most and turns it into a map.
#include "instruments/mapped_table/propose.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <vector>

#include <fmt/format.h>

#include "instruments/mapped_table/column_map.hpp"
#include "instruments/mapped_table/layouts.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/grid.hpp"
#include "libqpcr/tabular/header_text.hpp"

namespace qpcr::mapped_table {
namespace {

constexpr std::size_t rows_looked_at = 200;
constexpr std::size_t fewest_cycles = 3;

struct Candidate {
  const Grid* grid = nullptr;
  std::string sheet;
  std::size_t row = 0;
  ColumnMap map;
  std::vector<std::string> left_out;
  std::size_t matched = 0;
};

/// "循环12" → {"循环{n}", 12}.
std::optional<std::pair<std::string, long>> split_number(std::string_view header) {
  const std::size_t first = header.find_first_of("0123456789");
  if (first == std::string_view::npos) return std::nullopt;
  const std::size_t end = std::min(header.find_first_not_of("0123456789", first), header.size());
  const std::optional<long> number = parse_integer(header.substr(first, end - first));
  if (!number) return std::nullopt;
  return std::pair(std::string(header.substr(0, first)) + "{n}" + std::string(header.substr(end)), *number);
}

/// Pattern of the longest row of headers numbered 1, 2, 3 …; empty when there is none.
std::string find_cycle_pattern(std::span<const std::string_view> cells) {
  std::string best;
  std::size_t longest = fewest_cycles - 1;
  for (std::size_t start = 0; start < cells.size(); ++start) {
    const auto first = split_number(trim(cells[start]));
    if (!first || first->second != 1) continue;
    std::size_t length = 1;
    for (; start + length < cells.size(); ++length) {
      const auto next = split_number(trim(cells[start + length]));
      if (!next || next->first != first->first || next->second != static_cast<long>(length) + 1) break;
    }
    if (length > longest) {
      longest = length;
      best = first->first;
    }
  }
  return best;
}

Candidate examine(const Grid& grid, const std::string& sheet, std::size_t row) {
  const ColumnMap& known = layouts().back();
  Candidate candidate;
  candidate.grid = &grid;
  candidate.sheet = sheet;
  candidate.row = row;
  candidate.map.cycle_header = find_cycle_pattern(grid.row(row));
  for (const std::string_view cell : grid.row(row)) {
    const std::string header(trim(cell));
    if (header.empty()) continue;
    const std::string folded = fold_header(header);
    const auto field = std::find_if(column_fields().begin(), column_fields().end(), [&](ColumnField f) {
      const std::vector<std::string>& names = known.headers_of(f);
      return candidate.map.headers_of(f).empty() &&
             std::any_of(names.begin(), names.end(), [&](const std::string& n) { return fold_header(n) == folded; });
    });
    const auto number = split_number(header);
    if (field != column_fields().end()) {
      candidate.map.columns[static_cast<std::size_t>(*field)] = {header};
      ++candidate.matched;
    } else if (!number || number->first != candidate.map.cycle_header) {
      candidate.left_out.push_back(header);
    }
  }
  const auto drop = [&](ColumnField field) {
    std::vector<std::string>& names = candidate.map.columns[static_cast<std::size_t>(field)];
    candidate.left_out.insert(candidate.left_out.end(), names.begin(), names.end());
    names.clear();
  };
  // Readings in rows and readings in columns exclude each other, and one without the other says nothing.
  const bool in_rows = !candidate.map.headers_of(ColumnField::cycle).empty() &&
                       !candidate.map.headers_of(ColumnField::fluorescence).empty();
  if (in_rows) {
    candidate.map.cycle_header.clear();
  } else {
    drop(ColumnField::cycle);
    drop(ColumnField::fluorescence);
  }
  const bool readable =
      !candidate.map.headers_of(ColumnField::well).empty() &&
      (in_rows || !candidate.map.cycle_header.empty() || !candidate.map.headers_of(ColumnField::cq).empty());
  if (!readable) candidate.matched = 0;
  return candidate;
}

std::string list(const std::vector<std::string>& texts) { return fmt::format("{}", fmt::join(texts, ", ")); }

/// A comment must stay on its line.
std::string one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  return text;
}

}  // namespace

std::string propose_column_map(const InputFile& file) {
  std::optional<Grid> text;
  std::vector<std::pair<std::string, const Grid*>> grids;
  if (file.workbook != nullptr) {
    for (const Sheet& sheet : file.workbook->sheets) grids.emplace_back(sheet.name, &sheet.grid);
  } else {
    text = read_text_grid(file.bytes, file.path);
    grids.emplace_back(std::string(), &*text);
  }
  Candidate best;
  std::vector<std::string> widest;
  for (const auto& [sheet, grid] : grids) {
    for (std::size_t row = 0; row < std::min(grid->row_count(), rows_looked_at); ++row) {
      Candidate candidate = examine(*grid, sheet, row);
      if (candidate.matched > best.matched) best = std::move(candidate);
      std::vector<std::string> cells;
      for (const std::string_view cell : grid->row(row)) {
        if (!trim(cell).empty()) cells.emplace_back(trim(cell));
      }
      if (cells.size() > widest.size()) widest = std::move(cells);
    }
  }
  if (best.matched == 0) {
    constexpr std::size_t shown = 30;
    if (widest.size() > shown) widest.resize(shown);
    ErrorContext context;
    context.path = file.path;
    context.problem = fmt::format("no row names a well beside a Cq, a fluorescence or cycles; the widest row holds: {}",
                                  list(widest));
    throw Error(ErrorCode::missing_column, std::move(context));
  }
  if (!best.sheet.empty()) best.map.sheets = {best.sheet};
  best.map.name = file.name.substr(0, file.name.rfind('.'));
  std::string proposal = "# A proposal: check every line before use.\n";
  proposal += one_line(fmt::format("# The header was found in line {}.", best.grid->line(best.row))) + "\n";
  if (!best.left_out.empty()) proposal += one_line("# Not in the map: " + list(best.left_out)) + "\n";
  if (!best.map.cycle_header.empty() || !best.map.headers_of(ColumnField::cycle).empty()) {
    proposal +=
        "# curve_kind is not given: what was done to the fluorescence is not known from a table. If you know, add one "
        "of\n"
        "# raw_filter, multicomponent, normalised, background_subtracted, baseline_subtracted.\n";
  }
  proposal += "# plate = \"8x12\" is needed where wells are numbers.\n";
  return proposal + render_column_map(best.map);
}

}  // namespace qpcr::mapped_table
