// Tells the tables of CFX exports apart by their headers, whatever file they stand in.
#include "instruments/biorad_cfx/tables.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "libqpcr/core/text.hpp"
#include "libqpcr/core/well.hpp"
#include "libqpcr/tabular/csv.hpp"
#include "libqpcr/tabular/encoding.hpp"
#include "libqpcr/tabular/header_text.hpp"

namespace qpcr::biorad_cfx {
namespace {

/// Run information above a table has about thirteen lines, and CRLF makes two of each here.
constexpr std::size_t head_rows = 96;

/// Headers, folded. A table of results with one column missing still has most of the first list.
constexpr std::array<std::string_view, 11> cq_table_columns{"well",      "fluor",
                                                            "target",    "content",
                                                            "sample",    "biologicalsetname",
                                                            "cq",        "cqmean",
                                                            "cqstd.dev", "startingquantity(sq)",
                                                            "setpoint"};
constexpr std::array<std::string_view, 7> result_columns{
    "cq", "c(t)", "ct", "thresholdcycle(c(t))", "melttemperature", "endrfu", "melttemp"};
constexpr std::array<std::string_view, 12> information_keys{"filename",
                                                            "createdbyuser",
                                                            "notes",
                                                            "id",
                                                            "runstarted",
                                                            "runended",
                                                            "samplevol",
                                                            "lidtemp",
                                                            "protocolfilename",
                                                            "platesetupfilename",
                                                            "baseserialnumber",
                                                            "opticalheadserialnumber"};

template <typename List>
bool is_in(const List& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

std::vector<std::string> fold(const std::vector<std::string>& cells) {
  std::vector<std::string> folded;
  folded.reserve(cells.size());
  for (const std::string& cell : cells) folded.push_back(fold_header(cell));
  return folded;
}

bool contains(const std::vector<std::string>& folded, std::string_view part) {
  return std::any_of(folded.begin(), folded.end(),
                     [&](const std::string& cell) { return cell.find(part) != std::string::npos; });
}

TableKind identify_header(const std::vector<std::string>& cells, bool names_table) {
  const std::vector<std::string> folded = fold(cells);
  const auto has = [&](std::string_view name) { return is_in(folded, name); };
  const auto lead = static_cast<std::size_t>(
      std::find_if(folded.begin(), folded.end(), [](const std::string& cell) { return !cell.empty(); }) -
      folded.begin());
  if (lead + 1 < cells.size() && (lead == 1 || (lead == 0 && names_table)) && parse_label(cells[lead + 1])) {
    if (folded[lead] == "cycle") return TableKind::amplification;
    if (folded[lead] == "temperature") return TableKind::melt;
  }
  // Identifier instead of Sample is the older iQ5's.
  if (has("identifier")) return TableKind::none;
  constexpr std::ptrdiff_t most = 6;
  if (std::count_if(cq_table_columns.begin(), cq_table_columns.end(), has) >= most) return TableKind::results;
  if (has("well") && (has("fluor") || has("fluorophore")) && (has("content") || has("sample") || has("target")) &&
      std::any_of(result_columns.begin(), result_columns.end(), has)) {
    return TableKind::results;
  }
  if (has("well") && has("call") && has("rfu1") && has("rfu2")) return TableKind::allelic_discrimination;
  if (has("fluor") && has("slope") && contains(folded, "efficiency")) return TableKind::other;
  if (has("dataset") && has("target") && has("sample") && contains(folded, "relativequantity")) return TableKind::other;
  return TableKind::none;
}

std::string first_text(const std::vector<std::string>& cells) {
  for (const std::string& cell : cells) {
    if (!trim(cell).empty()) return cell;
  }
  return {};
}

/// Sheets "0" and "Sheet1" name nothing.
bool names_fluor(std::string_view sheet) {
  const std::string lower = to_lower_ascii(sheet);
  return !sheet.empty() && !parse_integer(sheet) && !lower.starts_with("sheet") && lower != "run information" &&
         lower != "adsheet" && lower != "anova";
}

/// A sheet or a root element is named like its table, or by the fluorophore alone.
FileName join_names(FileName name, const std::string& inner) {
  const FileName own = parse_file_name(inner);
  if (!own.table.empty()) {
    name.table = own.table;
    name.title = own.title;
    if (!own.fluor.empty()) name.fluor = own.fluor;
  } else if ((name.fluor.empty() || parse_integer(name.fluor)) && names_fluor(inner)) {
    name.fluor = inner;
  }
  return name;
}

std::string_view skip_prolog(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  text = trim(text);
  if (text.starts_with("<?xml")) {
    const std::size_t end = text.find("?>");
    text = end == std::string_view::npos ? std::string_view() : trim(text.substr(end + 2));
  }
  return text;
}

bool is_xml(std::string_view bytes) {
  return skip_prolog(bytes).starts_with('<') || bytes.starts_with(std::string_view("\xFF\xFE<", 3)) ||
         bytes.starts_with(std::string_view("\xFE\xFF\0<", 4));
}

/// Names and texts of the first rows, without checking the document, which may be cut off.
std::vector<std::vector<std::string>> read_xml_head(std::string_view text) {
  std::vector<std::vector<std::string>> rows(1);
  constexpr std::string_view open("<Row>");
  constexpr std::string_view close("</Row>");
  while (rows.size() < head_rows) {
    const std::size_t begin = text.find(open);
    const std::size_t end = text.find(close);
    if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) break;
    std::string_view inside = text.substr(begin + open.size(), end - begin - open.size());
    text.remove_prefix(end + close.size());
    std::vector<std::string> texts;
    while (true) {
      const std::size_t tag = inside.find('<');
      if (tag == std::string_view::npos) break;
      inside.remove_prefix(tag + 1);
      const std::size_t tag_end = inside.find('>');
      if (tag_end == std::string_view::npos) break;
      std::string_view name = inside.substr(0, tag_end);
      inside.remove_prefix(tag_end + 1);
      if (name.starts_with('/')) continue;
      if (name.ends_with('/')) name = trim(name.substr(0, name.size() - 1));
      if (rows.size() == 1) rows.front().push_back(decode_xml_name(name));
      texts.emplace_back(trim(inside.substr(0, std::min(inside.find('<'), inside.size()))));
    }
    rows.push_back(std::move(texts));
  }
  return rows;
}

}  // namespace

TableHead identify_table(const std::vector<std::vector<std::string>>& rows, bool names_table) {
  std::size_t known = 0;
  bool has_run_key = false;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const std::string key = fold_header(first_text(rows[row]));
    if (key.empty() || key == "column1") continue;
    const TableKind kind = identify_header(rows[row], names_table);
    if (kind != TableKind::none) return {kind, row};
    if (is_in(information_keys, key)) {
      ++known;
      has_run_key = has_run_key || key == "runstarted" || key == "baseserialnumber";
    } else if (known == 0) {
      break;
    }
  }
  constexpr std::size_t enough = 3;
  if (known >= enough && has_run_key) return {TableKind::run_information, rows.size()};
  return {};
}

std::vector<std::vector<std::string>> read_head_rows(std::string_view utf8) {
  if (const std::string_view text = skip_prolog(utf8); text.starts_with('<')) return read_xml_head(text);
  std::vector<std::vector<std::string>> rows;
  const char delimiter = detect_delimiter(utf8);
  while (!utf8.empty() && rows.size() < head_rows) {
    const std::size_t end = std::min(utf8.find_first_of("\r\n"), utf8.size());
    std::vector<std::string> cells;
    for (const std::string_view cell : split(utf8.substr(0, end), delimiter)) {
      std::string_view text = trim(cell);
      if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = trim(text.substr(1, text.size() - 2));
      cells.emplace_back(text);
    }
    rows.push_back(std::move(cells));
    utf8.remove_prefix(std::min(end + 1, utf8.size()));
  }
  return rows;
}

std::vector<std::vector<std::string>> read_head_rows(const Grid& grid) {
  std::vector<std::vector<std::string>> rows;
  for (std::size_t row = 0; row < std::min(grid.row_count(), head_rows); ++row) {
    std::vector<std::string> cells;
    for (const std::string_view cell : grid.row(row)) cells.emplace_back(trim(cell));
    rows.push_back(std::move(cells));
  }
  return rows;
}

std::vector<std::size_t> Table::rows() const {
  std::vector<std::size_t> rows;
  for (std::size_t row = head.header_row + 1; row < grid->row_count(); ++row) {
    if (!grid->is_blank(row)) rows.push_back(row);
  }
  return rows;
}

std::vector<Table> read_tables(const InputFile& file) {
  const FileName name = parse_file_name(file.name);
  std::vector<Table> tables;
  const auto add = [&](std::shared_ptr<const Grid> grid, const std::string& inner, bool is_sheet, bool bare_axis) {
    Table table{file.path, file.name, inner.empty() ? name : join_names(name, inner), {}, is_sheet, std::move(grid)};
    table.head = identify_table(read_head_rows(*table.grid), bare_axis || !table.name.table.empty());
    tables.push_back(std::move(table));
  };
  if (file.workbook) {
    for (const Sheet& sheet : file.workbook->sheets) {
      add(std::shared_ptr<const Grid>(file.workbook, &sheet.grid), sheet.name, true, false);
      tables.back().place = file.name + ": sheet '" + sheet.name + "'";
      tables.back().path = sheet.grid.path().empty() ? file.path + ":" + sheet.name : sheet.grid.path();
    }
    return tables;
  }
  if (is_xml(file.bytes)) {
    std::string root;
    auto grid = std::make_shared<const Grid>(read_xml_grid(file.bytes, file.path, root));
    add(std::move(grid), root, true, true);
    return tables;
  }
  std::string utf8 = decode_text(file.bytes, file.path).utf8;
  const char delimiter = detect_delimiter(utf8);
  add(std::make_shared<const Grid>(parse_text_grid(std::move(utf8), file.path, delimiter)), {}, false, false);
  return tables;
}

VendorTable to_vendor_table(const Table& table) {
  const Grid& grid = *table.grid;
  VendorTable result;
  result.name = table.name.title;
  const std::size_t header = table.head.kind == TableKind::none ? 0 : table.head.header_row;
  std::size_t width = 0;
  for (std::size_t row = header; row < grid.row_count(); ++row) width = std::max(width, grid.row(row).size());
  std::vector<std::size_t> used;
  for (std::size_t column = 0; column < width; ++column) {
    for (std::size_t row = header; row < grid.row_count(); ++row) {
      if (trim(grid.cell(row, column)).empty()) continue;
      used.push_back(column);
      break;
    }
  }
  for (std::size_t row = header; row < grid.row_count(); ++row) {
    if (grid.is_blank(row)) continue;
    std::vector<std::string> cells;
    cells.reserve(used.size());
    for (const std::size_t column : used) cells.emplace_back(trim(grid.cell(row, column)));
    if (result.columns.empty()) {
      result.columns = std::move(cells);
    } else {
      result.rows.push_back(std::move(cells));
    }
  }
  return result;
}

std::vector<InformationEntry> read_run_information(const Table& table) {
  const Grid& grid = *table.grid;
  std::vector<InformationEntry> entries;
  const std::size_t end = table.head.kind == TableKind::run_information
                              ? grid.row_count()
                              : std::min(table.head.header_row, grid.row_count());
  for (std::size_t row = 0; row < end; ++row) {
    const auto cells = grid.row(row);
    const auto key =
        std::find_if(cells.begin(), cells.end(), [](std::string_view cell) { return !trim(cell).empty(); });
    if (key == cells.end() || fold_header(*key) == "column1") continue;
    const bool has_value = key + 1 != cells.end();
    entries.push_back({std::string(trim(*key)), has_value ? std::string(trim(*(key + 1))) : std::string{}});
  }
  return entries;
}

}  // namespace qpcr::biorad_cfx
