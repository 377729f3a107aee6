// Finds the tables of an export and tells them apart by their headers.
#include "instruments/appbio_export/table.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "instruments/appbio_export/wells.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/header_text.hpp"

namespace qpcr::appbio_export {
namespace {

/// Rows above a table that are looked at for its header; real exports have up to 60.
constexpr std::size_t most_head_rows = 400;
constexpr std::size_t fewest_table_columns = 3;
constexpr std::size_t most_tables = 1000;

std::size_t count_filled(const Grid& grid, std::size_t row) {
  const auto cells = grid.row(row);
  return static_cast<std::size_t>(
      std::count_if(cells.begin(), cells.end(), [](std::string_view cell) { return !trim(cell).empty(); }));
}

/// "[Results]" without the brackets; empty for any other row.
std::string_view section_name(const Grid& grid, std::size_t row) {
  const std::string_view first = trim(grid.cell(row, 0));
  if (first.size() < 3 || first.front() != '[' || first.back() != ']' || count_filled(grid, row) != 1) return {};
  return trim(first.substr(1, first.size() - 2));
}

std::vector<std::string> fold_row(const Grid& grid, std::size_t row) {
  std::vector<std::string> folded;
  for (const std::string_view cell : grid.row(row)) folded.push_back(fold_header(cell));
  return folded;
}

bool is_key_line(const Grid& grid, std::size_t row) {
  const std::string_view first = trim(grid.cell(row, 0));
  return first.starts_with('*') || first.starts_with('#');
}

bool any_of(const std::vector<std::string>& folded, FoldedNames names) {
  return std::any_of(folded.begin(), folded.end(), [&](const std::string& cell) {
    return std::find(names.begin(), names.end(), cell) != names.end();
  });
}

/// The row of headers in [begin, end): the first that names a well among several columns, else the first as wide as a
/// table.
std::optional<std::size_t> find_header(const Grid& grid, std::size_t begin, std::size_t end) {
  const std::size_t last = std::min(end, begin + most_head_rows);
  std::optional<std::size_t> wide;
  for (std::size_t row = begin; row < last; ++row) {
    if (is_key_line(grid, row) || count_filled(grid, row) < fewest_table_columns) continue;
    if (!wide) wide = row;
    const std::vector<std::string> folded = fold_row(grid, row);
    if (std::any_of(folded.begin(), folded.end(), [](const std::string& cell) { return is_well_header(cell); }))
      return row;
  }
  return wide;
}

void add_entries(const Grid& grid, std::size_t begin, std::size_t end, Layout& layout) {
  for (std::size_t row = begin; row < end; ++row) {
    if (std::optional<KeyValue> entry = parse_key_value(grid, row)) layout.entries.push_back(std::move(*entry));
  }
}

void add_table(const Grid& grid, const std::string& name, std::size_t begin, std::size_t end, Layout& layout) {
  const std::optional<std::size_t> header = find_header(grid, begin, end);
  add_entries(grid, begin, header.value_or(end), layout);
  if (!header) return;
  if (layout.tables.size() == most_tables) {
    grid.fail(ErrorCode::malformed_file, *header, {}, grid.cell(*header, 0), "fewer than 1000 tables in a file");
  }
  Table& table = layout.tables.emplace_back(name, grid, *header, end);
  for (const std::size_t row : table.closing_rows()) {
    if (std::optional<KeyValue> entry = parse_key_value(grid, row)) layout.entries.push_back(std::move(*entry));
  }
}

/// Reporters and references of these instruments, for tables whose name is lost.
constexpr std::array<std::string_view, 20> known_dyes{
    "fam", "vic", "rox", "sybr",  "tamra",         "ned",      "joe", "hex",      "tet",      "cy3",
    "cy5", "aby", "jun", "cy5.5", "mustangpurple", "texasred", "liz", "alexa594", "evagreen", "meltdoctor"};

bool is_axis_header(std::string_view folded) {
  constexpr std::array<std::string_view, 9> names{"stage",       "stagenumber", "step",   "stepnumber", "cycle",
                                                  "cyclenumber", "temperature", "sample", "samplename"};
  return std::find(names.begin(), names.end(), folded) != names.end();
}

bool holds_only_dyes(const std::vector<std::string>& folded) {
  std::size_t dyes = 0;
  for (const std::string& cell : folded) {
    if (cell.empty() || is_well_header(cell) || is_axis_header(cell)) continue;
    if (std::find(known_dyes.begin(), known_dyes.end(), cell) == known_dyes.end()) return false;
    ++dyes;
  }
  return dyes > 0;
}

TableKind classify_readings(std::string_view table, const std::vector<std::string>& folded) {
  if (any_of(folded, {"rn", "deltarn", "drn", "δrn"})) return TableKind::amplification;
  if (table.find("multicomponent") != std::string_view::npos) return TableKind::multicomponent;
  const bool filters =
      std::any_of(folded.begin(), folded.end(), [](const std::string& cell) { return is_filter_header(cell); });
  if (filters || table.find("rawdata") != std::string_view::npos) return TableKind::raw_data;
  return holds_only_dyes(folded) ? TableKind::multicomponent : TableKind::other;
}

}  // namespace

bool is_well_header(std::string_view folded) {
  return folded == "well" || folded == "wellposition" || folded == "welllocation";
}

bool is_filter_header(std::string_view folded) {
  const auto skip_digits = [&] {
    std::size_t count = 0;
    while (count < folded.size() && folded[count] >= '0' && folded[count] <= '9') ++count;
    folded.remove_prefix(count);
    return count > 0;
  };
  if (!folded.starts_with('x')) return false;
  folded.remove_prefix(1);
  if (!skip_digits()) return false;
  if (folded.starts_with('-')) folded.remove_prefix(1);
  if (!folded.starts_with('m')) return false;
  folded.remove_prefix(1);
  return skip_digits() && folded.empty();
}

TableKind classify(std::string_view name, const std::vector<std::string>& folded) {
  const std::string table = fold_header(name);
  const bool has_well =
      std::any_of(folded.begin(), folded.end(), [](const std::string& cell) { return is_well_header(cell); });
  if (!has_well) return TableKind::other;
  if (any_of(folded, {"temperature"}) && any_of(folded, {"fluorescence"}) &&
      any_of(folded, {"reading", "readingnumber"}))
    return TableKind::melt_readings;
  if (any_of(folded, {"reading1", "reading01", "reading001"})) return TableKind::melt_regions;
  const bool has_cq = any_of(folded, {"ct", "cq", "crt"});
  if (any_of(folded, {"call"}) && any_of(folded, {"snpassay", "snpassayname"}) &&
      !any_of(folded, {"allele1ct", "allele1crt"}) && !has_cq)
    return TableKind::calls;
  if (any_of(folded, {"allele1ct", "allele1crt", "allele1deltarn"})) return TableKind::genotyping_results;
  if (!has_cq && any_of(folded, {"cycle", "cyclenumber"})) return classify_readings(table, folded);
  if (!has_cq && any_of(folded, {"tm"})) return TableKind::melt_peaks;
  if (has_cq) {
    const bool primary = table.empty() || table == "results" || table.starts_with("primaryresult") || table == "result";
    return primary ? TableKind::results : TableKind::other;
  }
  if (any_of(folded, {"call", "targetcall", "finalcall"})) return TableKind::calls;
  if (any_of(folded, {"samplename", "sample", "targetname", "target", "snpassayname"})) {
    return table == "results" ? TableKind::results : TableKind::sample_setup;
  }
  return TableKind::other;
}

Table::Table(std::string name, const Grid& grid, std::size_t header_row, std::size_t end_row)
    : name_(std::move(name)), cells_(grid, header_row, end_row), folded_(fold_row(grid, header_row)) {
  read_.resize(folded_.size());
  kind_ = classify(name_, folded_);
  if (name_.empty()) name_ = kind_ == TableKind::results ? "Results" : "table";
  find_rows();
}

void Table::check_width() const {
  // Work and memory go with rows × columns, so that short rows under a very wide header must not be many.
  constexpr std::size_t always_allowed = 1'000'000;
  constexpr std::size_t largest_share = 32;
  const Grid& grid = cells_.grid();
  std::size_t cells = 0;
  for (std::size_t row = cells_.first_row(); row < cells_.end_row(); ++row) cells += grid.row(row).size();
  const std::size_t rows = cells_.end_row() - std::min(cells_.first_row(), cells_.end_row());
  if (rows * folded_.size() <= always_allowed + largest_share * cells) return;
  ErrorContext context;
  context.path = grid.path();
  context.line = grid.line(cells_.first_row());
  context.problem = fmt::format("{} rows under {} columns are nearly all empty", rows, folded_.size());
  throw Error(ErrorCode::malformed_file, std::move(context));
}

void Table::find_rows() {
  const Grid& grid = cells_.grid();
  std::vector<std::size_t> wells;
  for (std::size_t column = 0; column < folded_.size(); ++column) {
    if (is_well_header(folded_[column])) wells.push_back(column);
  }
  check_width();
  constexpr std::size_t widest_closing_row = 2;
  bool after_blank = false;
  for (std::size_t row = cells_.first_row(); row < cells_.end_row(); ++row) {
    const std::size_t filled = count_filled(grid, row);
    if (filled == 0) {
      after_blank = true;
      continue;
    }
    const std::string_view first = trim(grid.cell(row, 0));
    bool closing = filled == 1 && first.find(" =") != std::string_view::npos;
    if (wells.empty()) {
      closing = closing || (after_blank && filled <= widest_closing_row && !first.empty());
    } else {
      const auto is_wrong = [&](std::size_t column) {
        const std::string_view cell = trim(grid.cell(row, column));
        return !cell.empty() && !parse_place(cell) && !parse_whole(cell);
      };
      const bool names_well =
          std::none_of(wells.begin(), wells.end(), is_wrong) &&
          std::any_of(wells.begin(), wells.end(), [&](std::size_t c) { return !trim(grid.cell(row, c)).empty(); });
      closing = closing || (!names_well && filled <= widest_closing_row && !first.empty());
    }
    (closing ? closing_rows_ : rows_).push_back(row);
  }
}

bool Table::has(FoldedNames names) const { return any_of(folded_, names); }

std::optional<std::size_t> Table::find(FoldedNames names) {
  std::optional<std::size_t> found;
  for (std::size_t column = 0; column < folded_.size(); ++column) {
    if (std::find(names.begin(), names.end(), folded_[column]) == names.end()) continue;
    read_[column] = true;
    if (!found) {
      found = column;
      continue;
    }
    for (const std::size_t row : rows_) {
      if (cells_.text(row, column) == cells_.text(row, found)) continue;
      ErrorContext context;
      context.path = cells_.grid().path();
      context.line = cells_.grid().line(row);
      context.column = std::string(cells_.header(column));
      context.found = std::string(cells_.text(row, column));
      context.problem =
          fmt::format("the column is there twice, with different texts, also as '{}'", cells_.header(*found));
      throw Error(ErrorCode::duplicate_entry, std::move(context));
    }
  }
  return found;
}

std::optional<KeyValue> parse_key_value(const Grid& grid, std::size_t row) {
  const auto cells = grid.row(row);
  if (grid.is_blank(row)) return std::nullopt;
  std::string line;
  std::size_t last = cells.size();
  while (last > 0 && trim(cells[last - 1]).empty()) --last;
  const std::string_view first = trim(cells[0]);
  const bool marked = first.starts_with('*') || first.starts_with('#');
  const bool equals = first.find('=') != std::string_view::npos;
  if (marked || (equals && last == 1)) {
    for (std::size_t i = 0; i < last; ++i) {
      if (i > 0) line += grid.delimiter();
      line += cells[i];
    }
    std::string_view rest = trim(line);
    const char separator = rest.starts_with('#') ? ':' : '=';
    if (marked) rest.remove_prefix(1);
    const std::size_t at = rest.find(separator);
    if (at == std::string_view::npos) return std::nullopt;
    return KeyValue{std::string(trim(rest.substr(0, at))), std::string(trim(rest.substr(at + 1)))};
  }
  if (first.empty()) return std::nullopt;
  for (std::size_t i = 1; i < last; ++i) {
    if (i > 1) line += grid.delimiter();
    line += cells[i];
  }
  return KeyValue{std::string(first), std::string(trim(line))};
}

void add_tables(const Grid& grid, const std::string& name, Layout& layout) {
  std::vector<std::size_t> sections;
  for (std::size_t row = 0; row < grid.row_count(); ++row) {
    if (!section_name(grid, row).empty()) sections.push_back(row);
  }
  if (sections.empty()) {
    add_table(grid, name, 0, grid.row_count(), layout);
    return;
  }
  add_entries(grid, 0, sections.front(), layout);
  for (std::size_t i = 0; i < sections.size(); ++i) {
    const std::size_t end = i + 1 < sections.size() ? sections[i + 1] : grid.row_count();
    add_table(grid, std::string(section_name(grid, sections[i])), sections[i] + 1, end, layout);
  }
}

}  // namespace qpcr::appbio_export
