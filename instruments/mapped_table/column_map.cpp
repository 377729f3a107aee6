// Maps as TOML.
#include "instruments/mapped_table/column_map.hpp"

#include <algorithm>
#include <sstream>
#include <utility>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr {
namespace {

constexpr std::string_view schema = "qpcr.columns/1";
constexpr int largest_side = 1000;

constexpr std::array<ColumnField, column_field_count> fields{ColumnField::well,
                                                             ColumnField::sample,
                                                             ColumnField::target,
                                                             ColumnField::dye,
                                                             ColumnField::role,
                                                             ColumnField::quantity,
                                                             ColumnField::quantity_unit,
                                                             ColumnField::cq,
                                                             ColumnField::threshold,
                                                             ColumnField::call,
                                                             ColumnField::melting_temperature,
                                                             ColumnField::vendor_quantity,
                                                             ColumnField::excluded,
                                                             ColumnField::note,
                                                             ColumnField::cycle,
                                                             ColumnField::fluorescence};

constexpr std::array<std::string_view, column_field_count> field_names{"well",
                                                                       "sample",
                                                                       "target",
                                                                       "dye",
                                                                       "role",
                                                                       "quantity",
                                                                       "quantity_unit",
                                                                       "cq",
                                                                       "threshold",
                                                                       "call",
                                                                       "melting_temperature",
                                                                       "vendor_quantity",
                                                                       "excluded",
                                                                       "note",
                                                                       "cycle",
                                                                       "fluorescence"};

constexpr std::array<SampleRole, 8> roles{SampleRole::unknown,
                                          SampleRole::standard,
                                          SampleRole::no_template_control,
                                          SampleRole::no_amplification_control,
                                          SampleRole::no_reverse_transcriptase_control,
                                          SampleRole::positive_control,
                                          SampleRole::negative_control,
                                          SampleRole::calibrator};

constexpr std::array<NumberFormat, 3> number_formats{NumberFormat::decimal_dot, NumberFormat::decimal_comma,
                                                     NumberFormat::thousands_commas};

constexpr std::array<std::string_view, 8> cell_names{"vendor",           "model",      "serial_number", "software",
                                                     "software_version", "started_at", "ended_at",      "run_name"};

/// Reads one document, and reports every key that nobody asked for.
class MapParser {
 public:
  MapParser(const toml::table& root, const std::string& path) : root_(root), path_(path) {}

  ColumnMap parse() {
    check_keys(root_, "",
               {"schema", "name", "vendor", "model", "software", "sheets", "curve_kind", "plate", "number_format",
                "cycle_header", "fill_down", "no_cq", "recognised_by", "generic", "columns", "roles", "cells",
                "block_mark", "blocks"});
    if (text_of(root_, "schema") != schema)
      fail(root_.get("schema"), "schema", text_of(root_, "schema"), fmt::format("'{}'", schema));
    ColumnMap map;
    map.name = text_of(root_, "name");
    map.instrument.vendor = text_of(root_, "vendor");
    map.instrument.model = text_of(root_, "model");
    map.instrument.software = text_of(root_, "software");
    map.sheets = texts_of(root_, "sheets");
    map.cycle_header = text_of(root_, "cycle_header");
    map.no_cq = texts_of(root_, "no_cq");
    map.recognised_by = texts_of(root_, "recognised_by");
    map.block_mark = text_of(root_, "block_mark");
    map.is_generic = root_["generic"].value_or(false);
    parse_columns(map);
    parse_choices(map);
    parse_roles(map);
    parse_cells(map);
    parse_blocks(map);
    check(map);
    return map;
  }

 private:
  [[noreturn]] void fail(const toml::node* node, std::string field, std::string found, std::string expected) const {
    ErrorContext context;
    context.path = path_;
    if (node != nullptr) context.line = static_cast<long>(node->source().begin.line);
    context.field = std::move(field);
    context.found = std::move(found);
    context.expected = std::move(expected);
    throw Error(ErrorCode::invalid_option, std::move(context));
  }

  void check_keys(const toml::table& table, const std::string& prefix,
                  const std::vector<std::string_view>& known) const {
    for (const auto& [key, node] : table) {
      if (std::find(known.begin(), known.end(), key.str()) != known.end()) continue;
      fail(&node, prefix + std::string(key.str()), {}, fmt::format("one of {}", fmt::join(known, ", ")));
    }
  }

  std::string text_of(const toml::table& table, std::string_view key) const {
    const toml::node* node = table.get(key);
    if (node == nullptr) return {};
    if (!node->is_string()) fail(node, std::string(key), {}, "a text in quotes");
    return node->as_string()->get();
  }

  /// One text, or an array of texts.
  std::vector<std::string> texts_of(const toml::table& table, std::string_view key) const {
    const toml::node* node = table.get(key);
    std::vector<std::string> texts;
    if (node == nullptr) return texts;
    if (node->is_string()) return {node->as_string()->get()};
    if (!node->is_array()) fail(node, std::string(key), {}, "a text or a list of texts");
    for (const toml::node& item : *node->as_array()) {
      if (!item.is_string()) fail(&item, std::string(key), {}, "a text in quotes");
      texts.push_back(item.as_string()->get());
    }
    return texts;
  }

  std::optional<ColumnField> parse_field(std::string_view name) const {
    const auto found = std::find(field_names.begin(), field_names.end(), name);
    if (found == field_names.end()) return std::nullopt;
    return fields[static_cast<std::size_t>(found - field_names.begin())];
  }

  void parse_columns(ColumnMap& map) const {
    const toml::table* columns = root_["columns"].as_table();
    if (columns == nullptr) fail(root_.get("columns"), "columns", {}, "a table [columns] with the headers of the file");
    check_keys(*columns, "columns.", {field_names.begin(), field_names.end()});
    for (const ColumnField field : fields)
      map.columns[static_cast<std::size_t>(field)] = texts_of(*columns, to_string(field));
    for (const std::string& name : texts_of(root_, "fill_down")) {
      const std::optional<ColumnField> field = parse_field(name);
      if (!field)
        fail(root_.get("fill_down"), "fill_down", name, fmt::format("one of {}", fmt::join(field_names, ", ")));
      map.fill_down.push_back(*field);
    }
  }

  void parse_choices(ColumnMap& map) const {
    if (const std::string text = text_of(root_, "curve_kind"); !text.empty()) {
      const std::optional<CurveKind> kind = parse_curve_kind(text);
      if (!kind) fail(root_.get("curve_kind"), "curve_kind", text, "a kind of curve such as normalised or unknown");
      map.curve_kind = *kind;
    }
    if (const std::string text = text_of(root_, "number_format"); !text.empty()) {
      const auto found = std::find_if(number_formats.begin(), number_formats.end(),
                                      [&](NumberFormat format) { return to_string(format) == text; });
      if (found == number_formats.end())
        fail(root_.get("number_format"), "number_format", text, "decimal_dot, decimal_comma or thousands_commas");
      map.number_format = *found;
    }
    if (const std::string text = text_of(root_, "plate"); !text.empty()) {
      const std::vector<std::string_view> sides = split(text, 'x');
      std::optional<long> rows;
      std::optional<long> columns;
      if (sides.size() == 2) {
        rows = parse_integer(trim(sides[0]));
        columns = parse_integer(trim(sides[1]));
      }
      if (!rows || !columns || *rows < 1 || *columns < 1 || *rows > largest_side || *columns > largest_side)
        fail(root_.get("plate"), "plate", text, "rows and columns as '8x12'");
      map.plate = PlateGeometry{static_cast<int>(*rows), static_cast<int>(*columns)};
    }
  }

  void parse_roles(ColumnMap& map) const {
    const toml::table* table = root_["roles"].as_table();
    if (table == nullptr) return;
    for (const auto& [word, node] : *table) {
      const std::string text = text_of(*table, word.str());
      const auto found =
          std::find_if(roles.begin(), roles.end(), [&](SampleRole role) { return to_string(role) == text; });
      if (found == roles.end()) fail(&node, "roles", text, "a role such as unknown, standard or positive_control");
      map.roles[std::string(word.str())] = *found;
    }
  }

  void parse_cells(ColumnMap& map) const {
    const toml::table* table = root_["cells"].as_table();
    if (table == nullptr) return;
    check_keys(*table, "cells.", {cell_names.begin(), cell_names.end()});
    for (const auto& [name, node] : *table) {
      const std::string text = text_of(*table, name.str());
      if (!parse_label(std::string_view(text).substr(text.rfind('!') + 1)))
        fail(&node, "cells", text, "a cell such as 'B3' or 'Sheet!B3'");
      map.cells[std::string(name.str())] = text;
    }
  }

  void parse_blocks(ColumnMap& map) const {
    const toml::array* list = root_["blocks"].as_array();
    if (list == nullptr) return;
    for (const toml::node& node : *list) {
      const toml::table* table = node.as_table();
      if (table == nullptr) fail(&node, "blocks", {}, "a table");
      check_keys(*table, "blocks.", {"name", "read", "curve_kind"});
      MappedBlock block;
      block.name = text_of(*table, "name");
      block.read = (*table)["read"].value_or(true);
      if (const std::string text = text_of(*table, "curve_kind"); !text.empty()) {
        block.kind = parse_curve_kind(text);
        if (!block.kind) fail(&node, "curve_kind", text, "a kind of curve such as normalised or unknown");
      }
      map.blocks.push_back(std::move(block));
    }
  }

  void check(const ColumnMap& map) const {
    const auto has = [&](ColumnField field) { return !map.headers_of(field).empty(); };
    if (!has(ColumnField::well)) fail(root_.get("columns"), "columns.well", {}, "the header of the wells");
    if (has(ColumnField::cycle) != has(ColumnField::fluorescence))
      fail(root_.get("columns"), "columns", {}, "both cycle and fluorescence, or neither");
    if (has(ColumnField::cycle) && !map.cycle_header.empty())
      fail(root_.get("cycle_header"), "cycle_header", map.cycle_header, "nothing where there is a column of cycles");
    if (!map.cycle_header.empty() && map.cycle_header.find("{n}") == std::string::npos)
      fail(root_.get("cycle_header"), "cycle_header", map.cycle_header, "'{n}' where the number of the cycle stands");
    if (!has(ColumnField::cq) && !has(ColumnField::cycle) && map.cycle_header.empty())
      fail(root_.get("columns"), "columns", {}, "something to read: cq, or cycle and fluorescence, or cycle_header");
  }

  const toml::table& root_;
  const std::string& path_;
};

std::string quote(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    if (c == '\n') {
      quoted += "\\n";
    } else if (c == '\t') {
      quoted += "\\t";
    } else if (static_cast<unsigned char>(c) >= 0x20) {
      quoted += c;
    }
  }
  return quoted + "\"";
}

std::string quote_all(const std::vector<std::string>& texts) {
  if (texts.size() == 1) return quote(texts.front());
  std::vector<std::string> quoted;
  for (const std::string& text : texts) quoted.push_back(quote(text));
  return fmt::format("[{}]", fmt::join(quoted, ", "));
}

}  // namespace

std::string_view to_string(ColumnField field) { return field_names[static_cast<std::size_t>(field)]; }

const std::array<ColumnField, column_field_count>& column_fields() { return fields; }

ColumnMap parse_column_map(std::string_view text, const std::string& path) {
  try {
    const toml::table root = toml::parse(text);
    return MapParser(root, path).parse();
  } catch (const toml::parse_error& error) {
    ErrorContext context;
    context.path = path;
    context.line = static_cast<long>(error.source().begin.line);
    context.problem = fmt::format("not TOML: {}", error.description());
    throw Error(ErrorCode::malformed_file, std::move(context));
  }
}

std::string render_column_map(const ColumnMap& map) {
  std::string text = fmt::format("schema = {}\n", quote(schema));
  const auto add = [&](std::string_view key, const std::string& value) {
    if (!value.empty()) text += fmt::format("{} = {}\n", key, quote(value));
  };
  const auto add_list = [&](std::string_view key, const std::vector<std::string>& values) {
    if (!values.empty()) text += fmt::format("{} = {}\n", key, quote_all(values));
  };
  add("name", map.name);
  add("vendor", map.instrument.vendor);
  add("model", map.instrument.model);
  add("software", map.instrument.software);
  add_list("sheets", map.sheets);
  add_list("recognised_by", map.recognised_by);
  if (map.is_generic) text += "generic = true\n";
  if (map.plate) text += fmt::format("plate = \"{}x{}\"\n", map.plate->rows, map.plate->columns);
  if (map.number_format) add("number_format", std::string(to_string(*map.number_format)));
  add("cycle_header", map.cycle_header);
  if (map.curve_kind != CurveKind::unknown) add("curve_kind", std::string(to_string(map.curve_kind)));
  std::vector<std::string> filled;
  for (const ColumnField field : map.fill_down) filled.emplace_back(to_string(field));
  add_list("fill_down", filled);
  add_list("no_cq", map.no_cq);
  add("block_mark", map.block_mark);
  text += "\n[columns]\n";
  for (const ColumnField field : fields) add_list(to_string(field), map.headers_of(field));
  if (!map.roles.empty()) text += "\n[roles]\n";
  for (const auto& [word, role] : map.roles) text += fmt::format("{} = \"{}\"\n", quote(word), to_string(role));
  if (!map.cells.empty()) text += "\n[cells]\n";
  for (const auto& [name, cell] : map.cells) add(name, cell);
  for (const MappedBlock& block : map.blocks) {
    text += "\n[[blocks]]\n";
    add("name", block.name);
    if (!block.read) text += "read = false\n";
    if (block.kind) add("curve_kind", std::string(to_string(*block.kind)));
  }
  return text;
}

}  // namespace qpcr
