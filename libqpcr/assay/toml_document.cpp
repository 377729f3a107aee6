// The only file that touches toml++.
#include "libqpcr/assay/toml_document.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "libqpcr/core/file.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr {

struct TomlTable::Document {
  std::string path;
  ErrorCode code = ErrorCode::malformed_file;
  toml::table root;
};

namespace {

std::string join_quoted(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += fmt::format("{}'{}'", text.empty() ? "" : ", ", word);
  return text;
}

std::string describe_value(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::string:
      return **node.as_string();
    case toml::node_type::integer:
      return std::to_string(**node.as_integer());
    case toml::node_type::floating_point:
      return format_double(**node.as_floating_point());
    case toml::node_type::boolean:
      return **node.as_boolean() ? "true" : "false";
    case toml::node_type::table:
      return "a table";
    case toml::node_type::array:
      return "an array";
    default:
      return "a date or time";
  }
}

std::size_t edit_distance(std::string_view left, std::string_view right) {
  std::vector<std::size_t> row(right.size() + 1);
  for (std::size_t j = 0; j <= right.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= left.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= right.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (left[i - 1] == right[j - 1] ? 0U : 1U)});
      diagonal = above;
    }
  }
  return row.back();
}

}  // namespace

/// What the getters need of the parser's types, kept out of the header.
struct TomlTable::Access {
  static const toml::table& table(const TomlTable& view) { return *static_cast<const toml::table*>(view.node_); }

  static const toml::node* find(const TomlTable& view, std::string_view key) { return table(view).get(key); }

  static const toml::node& demand(const TomlTable& view, std::string_view key) {
    const toml::node* node = find(view, key);
    if (node == nullptr) {
      throw Error(view.document_->code, {.path = view.path(),
                                         .line = view.line_,
                                         .column = {},
                                         .field = view.field(key),
                                         .found = {},
                                         .expected = {},
                                         .problem = "this key is required and missing"});
    }
    return *node;
  }

  [[noreturn]] static void refuse(const TomlTable& view, const std::string& field, const toml::node& node,
                                  std::string expected) {
    throw Error(view.document_->code, {.path = view.path(),
                                       .line = static_cast<long>(node.source().begin.line),
                                       .column = {},
                                       .field = field,
                                       .found = describe_value(node),
                                       .expected = std::move(expected),
                                       .problem = {}});
  }

  static double number(const TomlTable& view, const std::string& field, const toml::node& node) {
    if (const auto* integer = node.as_integer()) return static_cast<double>(**integer);
    const auto* text = node.as_string();
    if (text != nullptr && view.number_word_ != nullptr && **text == view.number_word_->word) {
      if (view.number_word_->refusal.empty()) return std::numeric_limits<double>::quiet_NaN();
      throw Error(view.document_->code, {.path = view.path(),
                                         .line = static_cast<long>(node.source().begin.line),
                                         .column = {},
                                         .field = field,
                                         .found = **text,
                                         .expected = {},
                                         .problem = view.number_word_->refusal});
    }
    const auto* floating = node.as_floating_point();
    if (floating == nullptr || !std::isfinite(**floating)) refuse(view, field, node, "a finite number");
    return **floating;
  }

  static std::string text(const TomlTable& view, const std::string& field, const toml::node& node) {
    const auto* text = node.as_string();
    if (text == nullptr) refuse(view, field, node, "a text in quotes");
    return **text;
  }

  static const toml::array& array(const TomlTable& view, std::string_view key, const toml::node& node,
                                  std::string expected) {
    const toml::array* array = node.as_array();
    if (array == nullptr) refuse(view, view.field(key), node, std::move(expected));
    return *array;
  }

  static TomlTable descend(const TomlTable& view, std::string name, const toml::node& node) {
    return {view.document_, node.as_table(), std::move(name), static_cast<long>(node.source().begin.line),
            view.number_word_};
  }

  static std::string element(const TomlTable& view, std::string_view key, std::size_t index) {
    return fmt::format("{}[{}]", view.field(key), index + 1);
  }
};

TomlTable::TomlTable(std::shared_ptr<const Document> document, const void* node, std::string name, long line,
                     std::shared_ptr<const NumberWord> number_word)
    : document_(std::move(document)),
      node_(node),
      name_(std::move(name)),
      line_(line),
      number_word_(std::move(number_word)) {}

TomlTable TomlTable::parse(std::string_view text, const std::string& path, ErrorCode code) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (text.substr(0, byte_order_mark.size()) == byte_order_mark) text.remove_prefix(byte_order_mark.size());
  if (!is_valid_utf8(text)) {
    throw Error(ErrorCode::wrong_encoding, {.path = path,
                                            .line = 0,
                                            .column = {},
                                            .field = {},
                                            .found = {},
                                            .expected = {},
                                            .problem = "TOML is UTF-8, and this file is not"});
  }
  auto document = std::make_shared<Document>();
  document->path = path;
  document->code = code;
  try {
    document->root = toml::parse(text);
  } catch (const toml::parse_error& error) {
    throw Error(code, {.path = path,
                       .line = static_cast<long>(error.source().begin.line),
                       .column = {},
                       .field = {},
                       .found = {},
                       .expected = {},
                       .problem = "not valid TOML: " + std::string(error.description())});
  }
  const void* root = &document->root;
  return {std::move(document), root, {}, 1, nullptr};
}

TomlTable TomlTable::read(const std::filesystem::path& path, ErrorCode code) {
  return parse(read_file(path), path.string(), code);
}

const std::string& TomlTable::path() const { return document_->path; }

long TomlTable::line() const { return line_; }

std::string TomlTable::field(std::string_view key) const {
  if (key.empty()) return name_;
  return name_.empty() ? std::string(key) : fmt::format("{}.{}", name_, key);
}

long TomlTable::find_line(std::string_view field_name) const {
  const toml::node* node = &Access::table(*this);
  long found = line_;
  for (const std::string_view part : split(field_name, '.')) {
    const std::size_t bracket = part.find('[');
    if (node->as_table() == nullptr) break;
    node = node->as_table()->get(part.substr(0, bracket));
    if (node == nullptr) break;
    found = static_cast<long>(node->source().begin.line);
    if (bracket == std::string_view::npos) continue;
    const std::optional<long> index = parse_integer(part.substr(bracket + 1, part.size() - bracket - 2));
    if (node->as_array() == nullptr || !index || *index < 1) break;
    node = node->as_array()->get(static_cast<std::size_t>(*index - 1));
    if (node == nullptr) break;
    found = static_cast<long>(node->source().begin.line);
  }
  return found;
}

TomlTable TomlTable::with_number_word(std::string word, std::string refusal) const {
  auto number_word = std::make_shared<NumberWord>();
  number_word->word = std::move(word);
  number_word->refusal = std::move(refusal);
  return {document_, node_, name_, line_, std::move(number_word)};
}

bool TomlTable::has(std::string_view key) const { return Access::find(*this, key) != nullptr; }

std::vector<std::string> TomlTable::keys() const {
  std::vector<std::pair<toml::source_position, std::string>> found;
  for (const auto& [key, node] : Access::table(*this)) found.emplace_back(key.source().begin, std::string(key.str()));
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> names;
  for (auto& [position, name] : found) names.push_back(std::move(name));
  return names;
}

void TomlTable::allow_only(std::initializer_list<std::string_view> known) const {
  allow_only(std::vector<std::string_view>(known));
}

void TomlTable::allow_only(const std::vector<std::string_view>& known) const {
  for (const std::string& key : keys()) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    const std::vector<std::string> words(known.begin(), known.end());
    const std::optional<std::string> nearest = find_nearest_word(key, words);
    const toml::node* node = Access::find(*this, key);
    throw Error(document_->code,
                {.path = path(),
                 .line = static_cast<long>(node->source().begin.line),
                 .column = {},
                 .field = field(key),
                 .found = {},
                 .expected = {},
                 .problem = nearest ? fmt::format("this key is not known; did you mean '{}'?", *nearest)
                                    : fmt::format("this key is not known; known here: {}", join_quoted(words))});
  }
}

namespace {

/// Control characters other than line ends and tabs would drive a terminal; marks of direction (U+200E, U+200F,
/// U+202A–U+202E, U+2066–U+2069) make a page say what the bytes do not.
bool hides_characters(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte < 0x20 && byte != '\n' && byte != '\t' && byte != '\r') || byte == 0x7F) return true;
    if (byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0) return true;
    if (byte != 0xE2 || i + 2 >= text.size()) continue;
    const auto second = static_cast<unsigned char>(text[i + 1]);
    const auto third = static_cast<unsigned char>(text[i + 2]);
    if (second == 0x80 && (third == 0x8E || third == 0x8F || (third >= 0xAA && third <= 0xAE))) return true;
    if (second == 0x81 && third >= 0xA6 && third <= 0xA9) return true;
  }
  return false;
}

}  // namespace

std::string TomlTable::get_text(std::string_view key) const {
  const toml::node& node = Access::demand(*this, key);
  std::string text = Access::text(*this, field(key), node);
  if (trim(text).empty()) Access::refuse(*this, field(key), node, "a text that is not empty");
  if (hides_characters(text))
    Access::refuse(*this, field(key), node, "a text without control characters and marks of writing direction");
  return text;
}

std::optional<std::string> TomlTable::find_text(std::string_view key) const {
  if (!has(key)) return std::nullopt;
  return get_text(key);
}

double TomlTable::get_number(std::string_view key) const {
  return Access::number(*this, field(key), Access::demand(*this, key));
}

std::optional<double> TomlTable::find_number(std::string_view key) const {
  if (!has(key)) return std::nullopt;
  return get_number(key);
}

long TomlTable::get_integer(std::string_view key) const {
  const toml::node& node = Access::demand(*this, key);
  const auto* integer = node.as_integer();
  if (integer == nullptr) Access::refuse(*this, field(key), node, "a whole number");
  return static_cast<long>(**integer);
}

std::optional<long> TomlTable::find_integer(std::string_view key) const {
  if (!has(key)) return std::nullopt;
  return get_integer(key);
}

bool TomlTable::get_flag(std::string_view key) const {
  const toml::node& node = Access::demand(*this, key);
  const auto* flag = node.as_boolean();
  if (flag == nullptr) Access::refuse(*this, field(key), node, "true or false");
  return **flag;
}

std::optional<bool> TomlTable::find_flag(std::string_view key) const {
  if (!has(key)) return std::nullopt;
  return get_flag(key);
}

std::optional<std::string> TomlTable::find_date(std::string_view key) const {
  const toml::node* node = Access::find(*this, key);
  if (node == nullptr) return std::nullopt;
  const auto* date = node->as_date();
  if (date == nullptr) Access::refuse(*this, field(key), *node, "a date without quotes, as 2024-05-01");
  return fmt::format("{:04}-{:02}-{:02}", date->get().year, date->get().month, date->get().day);
}

std::string TomlTable::get_date(std::string_view key) const {
  Access::demand(*this, key);
  return *find_date(key);
}

std::vector<std::string> TomlTable::get_texts(std::string_view key) const {
  const toml::node& node = Access::demand(*this, key);
  const toml::array& array = Access::array(*this, key, node, "an array of texts");
  if (array.empty()) Access::refuse(*this, field(key), node, "at least one text");
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < array.size(); ++i) {
    texts.push_back(Access::text(*this, Access::element(*this, key, i), array[i]));
    if (trim(texts.back()).empty()) {
      Access::refuse(*this, Access::element(*this, key, i), array[i], "a text that is not empty");
    }
  }
  return texts;
}

std::optional<std::vector<std::string>> TomlTable::find_texts(std::string_view key) const {
  if (!has(key)) return std::nullopt;
  return get_texts(key);
}

std::optional<std::vector<double>> TomlTable::find_numbers(std::string_view key) const {
  const toml::node* node = Access::find(*this, key);
  if (node == nullptr) return std::nullopt;
  const toml::array& array = Access::array(*this, key, *node, "an array of numbers");
  std::vector<double> numbers;
  for (std::size_t i = 0; i < array.size(); ++i) {
    numbers.push_back(Access::number(*this, Access::element(*this, key, i), array[i]));
  }
  return numbers;
}

TomlTable TomlTable::get_table(std::string_view key) const {
  const toml::node& node = Access::demand(*this, key);
  if (!node.is_table()) Access::refuse(*this, field(key), node, "a table");
  return Access::descend(*this, field(key), node);
}

std::optional<TomlTable> TomlTable::find_table(std::string_view key) const {
  if (!has(key)) return std::nullopt;
  return get_table(key);
}

std::vector<TomlTable> TomlTable::find_tables(std::string_view key) const {
  std::vector<TomlTable> tables;
  const toml::node* node = Access::find(*this, key);
  if (node == nullptr) return tables;
  const toml::array& array = Access::array(*this, key, *node, fmt::format("an array of tables, [[{}]]", field(key)));
  // No document that people wrote is near it; checks that compare each with each stay quick.
  constexpr std::size_t most_tables = 1000;
  if (array.size() > most_tables)
    Access::refuse(*this, field(key), *node, fmt::format("at most {} tables", most_tables));
  for (std::size_t i = 0; i < array.size(); ++i) {
    const std::string name = Access::element(*this, key, i);
    if (!array[i].is_table()) Access::refuse(*this, name, array[i], "a table");
    tables.push_back(Access::descend(*this, name, array[i]));
  }
  return tables;
}

std::vector<TomlTable> TomlTable::get_tables(std::string_view key) const {
  const toml::node& node = Access::demand(*this, key);
  std::vector<TomlTable> tables = find_tables(key);
  if (tables.empty()) Access::refuse(*this, field(key), node, "at least one table");
  return tables;
}

std::vector<TomlTable::TextOrTable> TomlTable::get_texts_or_tables(std::string_view key) const {
  const toml::node& node = Access::demand(*this, key);
  const toml::array& array = Access::array(*this, key, node, "an array");
  std::vector<TextOrTable> elements;
  for (std::size_t i = 0; i < array.size(); ++i) {
    const std::string name = Access::element(*this, key, i);
    TextOrTable element;
    if (array[i].is_table()) {
      element.table = Access::descend(*this, name, array[i]);
    } else if (array[i].is_string()) {
      element.text = Access::text(*this, name, array[i]);
    } else {
      Access::refuse(*this, name, array[i], "a text or a table");
    }
    elements.push_back(std::move(element));
  }
  return elements;
}

void TomlTable::refuse(std::string_view key, std::string expected) const {
  const toml::node* node = key.empty() ? &Access::table(*this) : Access::find(*this, key);
  if (node == nullptr) {
    throw Error(document_->code, {.path = path(),
                                  .line = line_,
                                  .column = {},
                                  .field = field(key),
                                  .found = {},
                                  .expected = std::move(expected),
                                  .problem = {}});
  }
  Access::refuse(*this, field(key), *node, std::move(expected));
}

void TomlTable::refuse_because(std::string_view key, std::string problem) const {
  const toml::node* node = key.empty() ? nullptr : Access::find(*this, key);
  throw Error(document_->code, {.path = path(),
                                .line = node == nullptr ? line_ : static_cast<long>(node->source().begin.line),
                                .column = {},
                                .field = field(key),
                                .found = {},
                                .expected = {},
                                .problem = std::move(problem)});
}

std::optional<std::string> find_nearest_word(std::string_view word, const std::vector<std::string>& known) {
  std::optional<std::string> nearest;
  std::size_t smallest = std::max<std::size_t>(2, word.size() / 3) + 1;
  for (const std::string& candidate : known) {
    const std::size_t distance = edit_distance(to_lower_ascii(word), to_lower_ascii(candidate));
    if (distance < smallest && distance < candidate.size()) {
      smallest = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

}  // namespace qpcr
