// Recognises tables by their headers.
#include "instruments/roche_lightcycler480/text_layout.hpp"

#include <algorithm>
#include <initializer_list>
#include <vector>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/header_text.hpp"

namespace qpcr::roche_lightcycler480 {
namespace {

constexpr std::size_t deepest_header = 12;
constexpr std::size_t longest_header = 4096;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

class HeaderRow {
 public:
  HeaderRow(const Grid& grid, std::size_t row) {
    const auto cells = grid.row(row);
    for (const std::string_view cell : cells.first(std::min(cells.size(), most_columns))) {
      if (cell.size() <= longest_header) folded_.push_back(fold_header(cell));
    }
  }

  bool has(std::string_view name) const { return std::find(folded_.begin(), folded_.end(), name) != folded_.end(); }
  bool has_all(std::initializer_list<std::string_view> names) const {
    return std::all_of(names.begin(), names.end(), [&](std::string_view name) { return has(name); });
  }
  bool has_any(std::initializer_list<std::string_view> names) const {
    return std::any_of(names.begin(), names.end(), [&](std::string_view name) { return has(name); });
  }

 private:
  std::vector<std::string> folded_;
};

/// "Raw Data \t\tExperiment - <name> (Run on LCS480 1.5.0.39)".
void read_raw_title(std::string_view cell, TextLayout& layout) {
  constexpr std::string_view start = "Experiment - ";
  if (!cell.starts_with(start)) return;
  cell.remove_prefix(start.size());
  constexpr std::string_view mark = "(Run on ";
  const std::size_t at = cell.rfind(mark);
  layout.experiment = trim(cell.substr(0, at));
  if (at == std::string_view::npos) return;
  std::string_view software = cell.substr(at + mark.size());
  software = trim(software.substr(0, software.find(')')));
  const std::size_t blank = software.rfind(' ');
  if (blank != std::string_view::npos) layout.software_version = software.substr(blank + 1);
}

/// "Experiment: <name>  Selected Filter: <filter>".
void read_results_title(std::string_view cell, TextLayout& layout) {
  constexpr std::string_view start = "Experiment:";
  constexpr std::string_view mark = "Selected Filter:";
  if (!cell.starts_with(start)) return;
  cell.remove_prefix(start.size());
  const std::size_t at = cell.find(mark);
  layout.experiment = trim(cell.substr(0, at));
  if (at != std::string_view::npos) layout.filter = trim(cell.substr(at + mark.size()));
}

bool set_kind(TextLayout& layout, TableKind kind, bool certain, const char* reason) {
  layout.kind = kind;
  layout.certain = certain;
  layout.reason = reason;
  return true;
}

bool read_header(const HeaderRow& header, TextLayout& layout) {
  if (header.has_all({"samplepos", "prog#", "cycle#"}))
    return set_kind(layout, TableKind::raw, true, "header with SamplePos, Prog# and Cycle#");
  if (header.has("general:pos") && header.has_any({"general:samplename", "general:targetname", "general:filt.comb."}))
    return set_kind(layout, TableKind::sample_info, true, "header with 'General:Pos'");
  if (header.has_all({"position", "crossingpoint"}))
    return set_kind(layout, TableKind::results, true, "header with Position and CrossingPoint");
  if (header.has_all({"position", "cp"}) && header.has_any({"epf", "eperimentname"}))
    return set_kind(layout, TableKind::results, true, "header with Position, Cp and EPF");
  const bool titled = !layout.filter.empty();
  if (header.has_all({"pos", "cp"}) && header.has_any({"name", "samplename"})) {
    const bool sure = titled || header.has_any({"include", "included"});
    return set_kind(layout, TableKind::results, sure, "header with Pos, Name and Cp");
  }
  if (header.has_all({"include", "pos", "name"}) &&
      header.has_any({"group", "score", "genotype", "call", "epf", "tm", "tm1", "area", "area1"}))
    return set_kind(layout, TableKind::melting, true, "header with Include, Pos, Name and melting results");
  return false;
}

}  // namespace

TextLayout find_layout(const Grid& grid) {
  TextLayout layout;
  const std::size_t end = std::min(grid.row_count(), deepest_header);
  for (std::size_t row = 0; row < end; ++row) {
    layout.header_row = row;
    if (read_header(HeaderRow(grid, row), layout)) return layout;
    for (const std::string_view cell : grid.row(row)) {
      read_raw_title(trim(cell), layout);
      read_results_title(trim(cell), layout);
    }
  }
  return layout;
}

TextLayout find_layout_of_head(std::string_view text) {
  std::size_t end = 0;
  for (std::size_t line = 0; line < 2 * deepest_header && end < text.size(); ++line) {
    const std::size_t at = text.find_first_of("\r\n", end);
    end = at == std::string_view::npos ? text.size() : at + 1;
  }
  try {
    return find_layout(parse_text_grid(std::string(text.substr(0, end)), {}));
  } catch (const Error&) {
    return {};
  }
}

std::string find_filter_combination(std::string_view text) {
  constexpr std::size_t digits = 3;
  for (std::size_t at = 0; at + 2 * digits < text.size(); ++at) {
    const auto has_number = [&](std::size_t from) {
      if (from + digits > text.size() || (from > 0 && is_digit(text[from - 1]))) return false;
      if (from + digits < text.size() && is_digit(text[from + digits])) return false;
      return is_digit(text[from]) && is_digit(text[from + 1]) && is_digit(text[from + 2]);
    };
    if (!has_number(at)) continue;
    std::size_t next = text.find_first_not_of(' ', at + digits);
    if (next == std::string_view::npos || text[next] != '-') continue;
    next = text.find_first_not_of(' ', next + 1);
    if (next == std::string_view::npos || !has_number(next)) continue;
    return std::string(text.substr(at, digits)) + "-" + std::string(text.substr(next, digits));
  }
  return {};
}

}  // namespace qpcr::roche_lightcycler480
