// Recognises the layouts that ship as maps and reads them.
#include "instruments/mapped_table/reader.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "instruments/mapped_table/layouts.hpp"
#include "instruments/mapped_table/table.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/tabular/grid.hpp"

namespace qpcr::mapped_table {
namespace {

constexpr std::size_t rows_of_head = 40;

bool stands_in_head(const Grid& grid, const std::string& mark) {
  for (std::size_t row = 0; row < std::min(grid.row_count(), rows_of_head); ++row) {
    for (const std::string_view cell : grid.row(row)) {
      if (cell.find(mark) != std::string_view::npos) return true;
    }
  }
  return false;
}

bool is_signed(const std::vector<const Grid*>& grids, const ColumnMap& map) {
  return std::all_of(map.recognised_by.begin(), map.recognised_by.end(), [&](const std::string& mark) {
    return std::any_of(grids.begin(), grids.end(), [&](const Grid* grid) { return stands_in_head(*grid, mark); });
  });
}

struct Match {
  const ColumnMap* map = nullptr;
  const Grid* grid = nullptr;
};

/// The first layout whose signature and header are there.
Match find_layout(const InputFile& file, const Grid* text) {
  std::vector<const Grid*> grids;
  if (file.workbook != nullptr) {
    for (const Sheet& sheet : file.workbook->sheets) grids.push_back(&sheet.grid);
  } else if (text != nullptr) {
    grids.push_back(text);
  }
  for (const ColumnMap& map : layouts()) {
    // A layout that names its sheet is one of workbooks; a text has no sheet to know it by.
    if (file.workbook == nullptr && !map.sheets.empty()) continue;
    const Grid* grid = find_grid(file, text, map);
    if (grid != nullptr && is_signed(grids, map)) return {&map, grid};
  }
  return {};
}

Sniff sniff(const FileHead& head) {
  InputFile file;
  file.name = head.name;
  std::optional<Grid> text;
  if (head.workbook != nullptr) {
    file.workbook = std::shared_ptr<const Workbook>(head.workbook, [](const Workbook*) {});
  } else {
    if (head.text.empty()) return {Confidence::no, "neither a text nor a workbook"};
    try {
      text = parse_text_grid(head.text, head.name);
    } catch (const Error&) {
      return {Confidence::no, "not a delimited text"};
    }
  }
  const Match match = find_layout(file, text ? &*text : nullptr);
  if (match.map == nullptr) return {Confidence::no, "no header row names a well beside a Cq or a fluorescence"};
  if (match.map->is_generic)
    return {Confidence::possible, "a header row names a well beside a Cq or a fluorescence", true};
  return {Confidence::certain, fmt::format("the signature and the headers of {}", match.map->name)};
}

std::vector<RunData> read(const std::vector<InputFile>& files) {
  const InputFile& file = files.front();
  std::optional<Grid> text;
  if (file.workbook == nullptr) text = read_text_grid(file.bytes, file.path);
  const Match match = find_layout(file, text ? &*text : nullptr);
  if (match.map == nullptr) {
    ErrorContext context;
    context.path = file.path;
    context.problem = "no header row names a well beside a Cq or a fluorescence";
    throw Error(ErrorCode::unsupported_format, std::move(context));
  }
  std::vector<RunData> runs;
  runs.push_back(read_table(file, *match.grid, *match.map, MapOrigin::shipped));
  if (match.map->is_generic) {
    runs.front().warnings.emplace_back(
        "the layout is not known: columns were matched by the names of their headers alone; check them, or write a map "
        "of the columns");
  }
  return runs;
}

}  // namespace

const Reader& reader() {
  static const Reader value{
      {"mapped_table",
       "Tables of other instruments, by a map of their columns",
       "any",
       {{"workbook with the sheet 实验数据", "Hongshi SLAN-96P, SLAN-96S", "",
         "results: wells, channels, samples, roles, Ct, calls", ReaderMaturity::provisional,
         "synthetic files; headers as two public parsers expect them"},
        {"workbook with the sheet Data&Graph", "Macylab and Sansure MA-6000", "",
         "results: wells, items, reporters, samples, Ct", ReaderMaturity::provisional,
         "synthetic files; headers as two public parsers expect them"},
        {"text with Property and Std. Con., three tables parted by 'Quan.'", "Bioer FQD-96A, LineGene", "",
         "raw curves of unknown kind, results", ReaderMaturity::provisional,
         "synthetic files; headers as one public parser expects them"},
        {"table under the instrument's name, zh or en headers", "Tianlong Gentier 96E, DAAN AGS", "",
         "results, or curves with one row a reading", ReaderMaturity::provisional,
         "synthetic files; no description of the layout was found"},
        {"any table with known header names, zh or en; text or workbook", "any", "",
         "results, or curves with one row a reading; with a warning", ReaderMaturity::provisional, "synthetic files"}},
       {}},
      sniff,
      read,
      nullptr};
  return value;
}

}  // namespace qpcr::mapped_table
