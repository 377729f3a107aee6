// Reading, comparing and writing protocols as they stand in TOML files and workbooks.
#include "libqpcr/study/protocol/protocol_document.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "libqpcr/assay/toml_document.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/file.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/seal/canonical.hpp"
#include "libqpcr/seal/hash.hpp"
#include "libqpcr/study/protocol/protocol_schema.hpp"
#include "libqpcr/study/protocol/protocol_values.hpp"
#include "libqpcr/tabular/workbook.hpp"

namespace qpcr {
namespace {

constexpr std::string_view schema_text = "qpcr.protocol/1";
constexpr std::string_view single_sheet = "protocol";

std::string join_list(const std::vector<std::string>& parts) {
  return fmt::format("{}", fmt::join(parts, protocol_list_separator));
}

/// The value of a key as one cell of a form would say it.
std::string read_toml_value(const TomlTable& table, const ProtocolField& field) {
  const std::string_view key = field.key;
  switch (field.kind) {
    case ProtocolKind::flag:
      return table.get_flag(key) ? "yes" : "no";
    case ProtocolKind::number:
      return format_double(table.get_number(key));
    case ProtocolKind::count:
      return fmt::format("{}", table.get_integer(key));
    case ProtocolKind::numbers: {
      std::vector<std::string> parts;
      for (const double number : table.find_numbers(key).value_or(std::vector<double>{}))
        parts.push_back(format_double(number));
      return join_list(parts);
    }
    case ProtocolKind::texts: {
      std::vector<std::string> parts = table.find_texts(key).value_or(std::vector<std::string>{});
      for (const std::string& part : parts) {
        if (part.find(';') != std::string::npos) table.refuse(key, "texts without ';', which separates them in a form");
      }
      return join_list(parts);
    }
    case ProtocolKind::date:
      return table.get_date(key);
    default:
      return table.get_text(key);
  }
}

ProtocolRow read_toml_row(const TomlTable& table, const ProtocolTable& schema) {
  std::vector<std::string_view> known;
  for (const ProtocolField& field : schema.fields) known.push_back(field.key);
  table.allow_only(known);
  ProtocolRow row;
  row.place = {table.path(), table.line(), {}};
  for (const ProtocolField& field : schema.fields) {
    if (!table.has(field.key)) continue;
    const std::string name = table.field(field.key);
    const ProtocolPlace place{table.path(), table.find_line(name), {}};
    std::string text = normalise_protocol_value(field, read_toml_value(table, field), place, name);
    if (!text.empty()) row.values.emplace(field.key, ProtocolValue{std::move(text), place});
  }
  return row;
}

/// "中心编号 (id)" and "id" name the same column.
std::string_view key_of_heading(std::string_view heading) {
  const std::string_view text = trim(heading);
  if (!text.ends_with(')')) return text;
  const std::size_t open = text.rfind('(');
  return open == std::string_view::npos ? text : trim(text.substr(open + 1, text.size() - open - 2));
}

void add_cell_value(ProtocolRow& row, const ProtocolTable& table, const ProtocolField& field, std::string_view text,
                    ProtocolPlace place) {
  const std::string name = fmt::format("{}.{}", table.name, field.key);
  std::string value = normalise_protocol_value(field, text, place, name);
  if (!value.empty()) row.values.emplace(field.key, ProtocolValue{std::move(value), std::move(place)});
}

void read_single_sheet(const Grid& grid, const std::string& path, ProtocolDocument& document) {
  const std::string sheet_path = fmt::format("{}:{}", path, single_sheet);
  for (std::size_t i = 1; i < grid.row_count(); ++i) {
    const std::string_view key = trim(grid.cell(i, 0));
    const std::string_view value = grid.cell(i, 1);
    if (key.empty() && trim(value).empty()) continue;
    const std::size_t dot = key.find('.');
    const ProtocolTable* const table =
        dot == std::string_view::npos ? nullptr : find_protocol_table(key.substr(0, dot));
    const ProtocolField* const field =
        table == nullptr || table->repeated ? nullptr : find_protocol_field(*table, key.substr(dot + 1));
    const ProtocolPlace place{sheet_path, grid.line(i), "B"};
    if (field == nullptr) refuse_protocol(place, {}, std::string(key), "a field of the form, such as study.id");
    if (trim(value).empty()) continue;
    std::vector<ProtocolRow>& rows = document.tables[std::string(table->name)];
    if (rows.empty()) rows.push_back({{}, {sheet_path, grid.line(i), {}}});
    if (rows.front().values.contains(field->key))
      refuse_protocol(place, std::string(key), {}, {}, "a field given twice");
    add_cell_value(rows.front(), *table, *field, value, place);
  }
}

void read_table_sheet(const Grid& grid, const std::string& path, const ProtocolTable& table,
                      ProtocolDocument& document) {
  const std::string sheet_path = fmt::format("{}:{}", path, table.name);
  if (grid.row_count() == 0) return;
  std::vector<const ProtocolField*> columns;
  for (const std::string_view heading : grid.row(0)) {
    const std::string_view key = key_of_heading(heading);
    const ProtocolField* const field = key.empty() ? nullptr : find_protocol_field(table, key);
    const ProtocolPlace place{sheet_path, grid.line(0), std::string(heading)};
    if (!key.empty() && field == nullptr) refuse_protocol(place, {}, std::string(heading), "a column of the form");
    if (field != nullptr && std::find(columns.begin(), columns.end(), field) != columns.end())
      refuse_protocol(place, {}, {}, {}, "a column that stands twice");
    columns.push_back(field);
  }
  for (std::size_t i = 1; i < grid.row_count(); ++i) {
    if (grid.is_blank(i)) continue;
    ProtocolRow row;
    row.place = {sheet_path, grid.line(i), {}};
    for (std::size_t column = 0; column < grid.row(i).size(); ++column) {
      const std::string_view text = grid.cell(i, column);
      if (trim(text).empty()) continue;
      if (column >= columns.size() || columns[column] == nullptr)
        refuse_protocol(row.place, {}, std::string(text), "an empty cell: the column has no heading");
      add_cell_value(row, table, *columns[column], text, {sheet_path, grid.line(i), std::string(columns[column]->key)});
    }
    document.tables[std::string(table.name)].push_back(std::move(row));
  }
}

std::string to_toml_string(std::string_view text) {
  std::string quoted = "\"";
  for (const char each : text) {
    if (each == '"' || each == '\\') {
      quoted += '\\';
      quoted += each;
    } else if (each == '\n') {
      quoted += "\\n";
    } else if (each == '\t') {
      quoted += "\\t";
    } else {
      quoted += each;
    }
  }
  return quoted + '"';
}

std::string to_toml_value(const ProtocolField& field, const std::string& text) {
  switch (field.kind) {
    case ProtocolKind::flag:
      return text == "yes" ? "true" : "false";
    case ProtocolKind::number:
    case ProtocolKind::count:
    case ProtocolKind::date:
      return text;
    case ProtocolKind::numbers:
      return fmt::format("[{}]", fmt::join(split_protocol_list(text), ", "));
    case ProtocolKind::texts: {
      std::vector<std::string> parts = split_protocol_list(text);
      for (std::string& part : parts) part = to_toml_string(part);
      return fmt::format("[{}]", fmt::join(parts, ", "));
    }
    default:
      return to_toml_string(text);
  }
}

nlohmann::json to_json(const ProtocolDocument& document) {
  nlohmann::json made = nlohmann::json::object();
  for (const auto& [name, rows] : document.tables) {
    nlohmann::json list = nlohmann::json::array();
    for (const ProtocolRow& row : rows) {
      nlohmann::json object = nlohmann::json::object();
      for (const auto& [key, value] : row.values) object[key] = value.text;
      list.push_back(std::move(object));
    }
    if (!list.empty()) made[name] = std::move(list);
  }
  return made;
}

}  // namespace

const std::vector<ProtocolRow>& ProtocolDocument::rows(std::string_view table) const {
  static const std::vector<ProtocolRow> none;
  const auto found = tables.find(table);
  return found == tables.end() ? none : found->second;
}

ProtocolDocument parse_protocol_toml(std::string_view bytes, const std::string& path) {
  const TomlTable root = TomlTable::parse(bytes, path, ErrorCode::study_invalid);
  std::vector<std::string_view> known{"schema"};
  for (const ProtocolTable& table : protocol_tables()) known.push_back(table.name);
  root.allow_only(known);
  if (root.get_text("schema") != schema_text) root.refuse("schema", fmt::format("'{}'", schema_text));
  ProtocolDocument document;
  document.source = {std::filesystem::path(path).filename().string(), sha256_hex(bytes), bytes.size()};
  for (const ProtocolTable& table : protocol_tables()) {
    if (!root.has(table.name)) continue;
    std::vector<ProtocolRow>& rows = document.tables[std::string(table.name)];
    if (table.repeated) {
      for (const TomlTable& each : root.get_tables(table.name)) rows.push_back(read_toml_row(each, table));
    } else {
      rows.push_back(read_toml_row(root.get_table(table.name), table));
    }
  }
  check_protocol_completeness(document, path);
  return document;
}

ProtocolDocument parse_protocol_workbook(std::string_view bytes, const std::string& path) {
  const Workbook workbook = read_xlsx(bytes, path);
  ProtocolDocument document;
  document.source = {std::filesystem::path(path).filename().string(), sha256_hex(bytes), bytes.size()};
  bool single_found = false;
  for (const Sheet& sheet : workbook.sheets) {
    const ProtocolTable* const table = find_protocol_table(sheet.name);
    if (sheet.name == single_sheet) {
      single_found = true;
      read_single_sheet(sheet.grid, path, document);
    } else if (table != nullptr && table->repeated) {
      read_table_sheet(sheet.grid, path, *table, document);
    } else {
      refuse_protocol({path, 0, {}}, "sheet", sheet.name, "a sheet of the form");
    }
  }
  if (!single_found) refuse_protocol({path, 0, {}}, "sheet", {}, fmt::format("a sheet '{}'", single_sheet));
  check_protocol_completeness(document, path);
  return document;
}

ProtocolDocument read_protocol_document(const std::filesystem::path& path) {
  const std::string bytes = read_file(path);
  return bytes.starts_with("PK") ? parse_protocol_workbook(bytes, path.string())
                                 : parse_protocol_toml(bytes, path.string());
}

std::string to_canonical_protocol(const ProtocolDocument& document) { return to_canonical_json(to_json(document)); }

std::string find_protocol_difference(const ProtocolDocument& left, const ProtocolDocument& right) {
  const auto text_of = [](const ProtocolRow* row, std::string_view key) -> std::string {
    if (row == nullptr) return {};
    const auto found = row->values.find(key);
    return found == row->values.end() ? std::string() : found->second.text;
  };
  for (const ProtocolTable& table : protocol_tables()) {
    const std::vector<ProtocolRow>& of_left = left.rows(table.name);
    const std::vector<ProtocolRow>& of_right = right.rows(table.name);
    for (std::size_t i = 0; i < std::max(of_left.size(), of_right.size()); ++i) {
      for (const ProtocolField& field : table.fields) {
        const std::string one = text_of(i < of_left.size() ? &of_left[i] : nullptr, field.key);
        const std::string other = text_of(i < of_right.size() ? &of_right[i] : nullptr, field.key);
        if (one != other) return fmt::format("[{} {}] {}: '{}' / '{}'", table.name, i + 1, field.key, one, other);
      }
    }
  }
  return {};
}

std::string render_protocol_toml(const ProtocolDocument& document) {
  std::string text = fmt::format("schema = \"{}\"\n", schema_text);
  for (const ProtocolTable& table : protocol_tables()) {
    for (const ProtocolRow& row : document.rows(table.name)) {
      text += table.repeated ? fmt::format("\n[[{}]]\n", table.name) : fmt::format("\n[{}]\n", table.name);
      for (const ProtocolField& field : table.fields) {
        const auto found = row.values.find(field.key);
        if (found == row.values.end()) continue;
        text += fmt::format("{} = {}\n", field.key, to_toml_value(field, found->second.text));
      }
    }
  }
  return text;
}

}  // namespace qpcr
