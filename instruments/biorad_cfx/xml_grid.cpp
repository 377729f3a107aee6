// Turns the XML export (`<FAM><Row><Cycle>1</Cycle><A1>48.6</A1>…`) into the grid that every other export is.
#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "instruments/biorad_cfx/tables.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/utf8.hpp"
#include "libqpcr/tabular/xml_tokenizer.hpp"

namespace qpcr::biorad_cfx {
namespace {

/// A row of 1536 wells, and no more.
constexpr std::size_t most_columns = 1'600;
constexpr std::size_t most_cells = 4'000'000;

struct XmlRow {
  long line = 0;
  std::vector<std::pair<std::size_t, std::string>> cells;
};

[[noreturn]] void refuse(const std::string& path, long line, std::string problem) {
  ErrorContext context;
  context.path = path;
  context.line = line;
  context.problem = std::move(problem);
  throw Error(ErrorCode::malformed_file, std::move(context));
}

std::optional<std::uint32_t> parse_hexadecimal(std::string_view digits) {
  std::uint32_t value = 0;
  for (const char c : digits) {
    const std::size_t digit = std::string_view("0123456789abcdef").find(to_lower_ascii(std::string_view(&c, 1)));
    if (digit == std::string_view::npos) return std::nullopt;
    value = value * 16 + static_cast<std::uint32_t>(digit);
  }
  return value;
}

}  // namespace

std::string decode_xml_name(std::string_view name) {
  constexpr std::size_t escape = 7;
  std::string decoded;
  while (!name.empty()) {
    if (name.size() >= escape && name.starts_with("_x") && name[escape - 1] == '_') {
      const std::optional<std::uint32_t> character = parse_hexadecimal(name.substr(2, 4));
      // Halves of surrogate pairs and controls are no characters of a header.
      if (character && *character >= 0x20 && (*character < 0xD800 || *character > 0xDFFF)) {
        append_utf8(decoded, static_cast<char32_t>(*character));
        name.remove_prefix(escape);
        continue;
      }
    }
    decoded += name.front();
    name.remove_prefix(1);
  }
  return decoded;
}

Grid read_xml_grid(std::string_view bytes, const std::string& path, std::string& root_name) {
  const XmlSource source(bytes, path);
  XmlTokenizer xml(source);
  root_name = decode_xml_name(xml.name());
  std::map<std::string, std::size_t, std::less<>> columns;
  std::vector<std::string> names;
  std::vector<XmlRow> rows;
  std::size_t at = 0;
  long line = 1;
  while (xml.next_child()) {
    if (xml.name() != "Row") {
      xml.skip();
      continue;
    }
    line += source.count_line_ends(at, xml.offset());
    at = xml.offset();
    XmlRow row;
    row.line = line;
    while (xml.next_child()) {
      const auto [column, is_new] = columns.emplace(std::string(xml.name()), names.size());
      if (is_new) names.push_back(decode_xml_name(xml.name()));
      if (names.size() > most_columns) refuse(path, line, fmt::format("more than {} columns", most_columns));
      row.cells.emplace_back(column->second, std::string(xml.read_text()));
    }
    rows.push_back(std::move(row));
    if (rows.size() * std::max<std::size_t>(names.size(), 1) > most_cells)
      refuse(path, line, fmt::format("more than {} cells", most_cells));
  }
  Grid grid(path);
  grid.begin_row(1);
  for (std::string& name : names) grid.add_cell(grid.keep(std::move(name)));
  std::vector<std::string_view> cells(names.size());
  for (XmlRow& row : rows) {
    std::fill(cells.begin(), cells.end(), std::string_view());
    for (auto& [column, text] : row.cells) {
      if (!cells[column].empty()) refuse(path, row.line, "a row holds one element twice");
      cells[column] = grid.keep(std::move(text));
    }
    grid.begin_row(row.line);
    for (const std::string_view cell : cells) grid.add_cell(cell);
  }
  return grid;
}

}  // namespace qpcr::biorad_cfx
