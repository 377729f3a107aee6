// Lists of trusted keys: TOML in and out.
#include "libqpcr/seal/trust_list.hpp"

#include <algorithm>
#include <initializer_list>
#include <utility>

#include <nlohmann/json.hpp>
#include <toml++/toml.h>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/file.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/seal/canonical.hpp"
#include "libqpcr/seal/moment.hpp"

namespace qpcr {
namespace {

constexpr std::string_view trust_schema = "qpcr.trust/1";
constexpr std::size_t largest_list_bytes = std::size_t{1} << 20U;

class TrustParser {
 public:
  explicit TrustParser(std::string path) : path_(std::move(path)) {}

  TrustList parse(const toml::table& root) const {
    allow_only(root, {"schema", "keys"}, "");
    if (get_text(root, "schema", "") != trust_schema) {
      refuse(root.get("schema"), "schema", "expected '" + std::string(trust_schema) + "'");
    }
    TrustList list;
    const toml::node* rows = root.get("keys");
    if (rows == nullptr) return list;
    if (!rows->is_array()) refuse(rows, "keys", "expected an array of tables, [[keys]]");
    for (const toml::node& row : *rows->as_array()) {
      const std::string place = "keys[" + std::to_string(list.keys.size() + 1) + "].";
      if (!row.is_table()) refuse(&row, "keys", "expected an array of tables, [[keys]]");
      TrustedKey key = parse_key(*row.as_table(), place);
      if (find_key(list, key.id) != nullptr) {
        refuse(&row, place + "id", "the key " + key.id + " is listed twice", ErrorCode::duplicate_entry);
      }
      list.keys.push_back(std::move(key));
    }
    return list;
  }

 private:
  [[noreturn]] void refuse(const toml::node* node, std::string field, std::string problem,
                           ErrorCode code = ErrorCode::malformed_file) const {
    throw Error(code, {.path = path_,
                       .line = node == nullptr ? 0 : static_cast<long>(node->source().begin.line),
                       .column = {},
                       .field = std::move(field),
                       .found = {},
                       .expected = {},
                       .problem = std::move(problem)});
  }

  void allow_only(const toml::table& table, std::initializer_list<std::string_view> known,
                  const std::string& place) const {
    for (const auto& [key, node] : table) {
      if (std::find(known.begin(), known.end(), key.str()) != known.end()) continue;
      std::string names;
      for (const std::string_view name : known) names += (names.empty() ? "'" : ", '") + std::string(name) + "'";
      refuse(&node, place + std::string(key.str()), "expected one of " + names);
    }
  }

  std::string get_text(const toml::table& table, std::string_view name, const std::string& place) const {
    const toml::node* node = table.get(name);
    if (node == nullptr) refuse(&table, place + std::string(name), "is missing: expected a text");
    if (!node->is_string()) refuse(node, place + std::string(name), "expected a text");
    return **node->as_string();
  }

  std::string find_day(const toml::table& table, std::string_view name, const std::string& place) const {
    const toml::node* node = table.get(name);
    if (node == nullptr) return {};
    if (!node->is_date()) refuse(node, place + std::string(name), "expected a date without quotes, such as 2026-11-23");
    const toml::date day = **node->as_date();
    const auto padded = [](unsigned number, std::size_t width) {
      const std::string digits = std::to_string(number);
      return std::string(width - std::min(width, digits.size()), '0') + digits;
    };
    std::string text = padded(day.year, 4) + "-" + padded(day.month, 2) + "-" + padded(day.day, 2);
    if (!is_day(text)) refuse(node, place + std::string(name), "is no day of the calendar");
    return text;
  }

  std::vector<KeyPurpose> parse_purposes(const toml::table& table, const std::string& place) const {
    const toml::node* node = table.get("purposes");
    const std::string field = place + "purposes";
    constexpr const char* expected = "expected a list of 'release', 'calibration', 'audit', each once";
    if (node == nullptr || !node->is_array() || node->as_array()->empty()) {
      refuse(node == nullptr ? &table : node, field, expected);
    }
    std::vector<KeyPurpose> purposes;
    for (const toml::node& item : *node->as_array()) {
      const auto purpose = item.is_string() ? parse_key_purpose(**item.as_string()) : std::nullopt;
      if (!purpose || std::find(purposes.begin(), purposes.end(), *purpose) != purposes.end()) {
        refuse(&item, field, expected);
      }
      purposes.push_back(*purpose);
    }
    return purposes;
  }

  TrustedKey parse_key(const toml::table& table, const std::string& place) const {
    allow_only(table, {"id", "holder", "public_key", "purposes", "valid_from", "valid_until", "test"}, place);
    TrustedKey key;
    key.id = get_text(table, "id", place);
    key.holder = get_text(table, "holder", place);
    if (trim(key.holder).empty()) refuse(table.get("holder"), place + "holder", "is empty");
    key.public_key = get_text(table, "public_key", place);
    const auto id = derive_key_id(key.public_key);
    if (!id) refuse(table.get("public_key"), place + "public_key", "expected 64 lower-case hexadecimal digits");
    if (*id != key.id) {
      refuse(table.get("id"), place + "id", "is not that of the public key, which is " + *id,
             ErrorCode::integrity_failure);
    }
    key.purposes = parse_purposes(table, place);
    key.valid_from = find_day(table, "valid_from", place);
    key.valid_until = find_day(table, "valid_until", place);
    if (!key.valid_from.empty() && !key.valid_until.empty() && key.valid_until < key.valid_from) {
      refuse(table.get("valid_until"), place + "valid_until", "the validity ends before it begins");
    }
    if (const toml::node* test = table.get("test")) {
      if (!test->is_boolean()) refuse(test, place + "test", "expected true or false");
      key.test_key = **test->as_boolean();
      if (!key.test_key && is_test_key_id(key.id)) {
        refuse(test, place + "test", "the id is that of a test key", ErrorCode::integrity_failure);
      }
    }
    key.test_key = key.test_key || is_test_key_id(key.id);
    return key;
  }

  std::string path_;
};

/// A basic string of TOML.
std::string quote(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string quoted = "\"";
  for (const char character : text) {
    const auto byte = static_cast<unsigned char>(character);
    if (character == '"' || character == '\\') {
      quoted += '\\';
      quoted += character;
    } else if (byte < 0x20 || byte == 0x7F) {
      quoted += "\\u00";
      quoted += digits[byte >> 4U];
      quoted += digits[byte & 0x0FU];
    } else {
      quoted += character;
    }
  }
  return quoted + "\"";
}

std::string render_key(const TrustedKey& key) {
  std::string text = "\n[[keys]]\n";
  text += "id = " + quote(key.id) + "\n";
  text += "holder = " + quote(key.holder) + "\n";
  text += "public_key = " + quote(key.public_key) + "\n";
  std::string purposes;
  for (const KeyPurpose purpose : key.purposes) {
    purposes += (purposes.empty() ? "" : ", ") + quote(to_string(purpose));
  }
  text += "purposes = [" + purposes + "]\n";
  if (!key.valid_from.empty()) text += "valid_from = " + key.valid_from + "\n";
  if (!key.valid_until.empty()) text += "valid_until = " + key.valid_until + "\n";
  if (key.test_key) text += "test = true\n";
  return text;
}

std::string empty_list() { return "schema = " + quote(trust_schema) + "\n"; }

}  // namespace

TrustList read_trust_list(const std::filesystem::path& path) {
  return parse_trust_list(read_file(path), path.string());
}

TrustList parse_trust_list(std::string_view toml, const std::string& path) {
  const auto refuse = [&](ErrorCode code, long line, std::string problem) {
    throw Error(code, {.path = path,
                       .line = line,
                       .column = {},
                       .field = {},
                       .found = {},
                       .expected = {},
                       .problem = std::move(problem)});
  };
  if (toml.size() > largest_list_bytes) refuse(ErrorCode::malformed_file, 0, "is larger than 1 MiB");
  if (!is_valid_utf8(toml)) refuse(ErrorCode::wrong_encoding, 0, "is not UTF-8");
  toml::table root;
  try {
    root = toml::parse(toml);
  } catch (const toml::parse_error& error) {
    refuse(ErrorCode::malformed_file, static_cast<long>(error.source().begin.line),
           "is not TOML: " + std::string(error.description()));
  }
  return TrustParser(path).parse(root);
}

std::string render_trust_list(const TrustList& list) {
  std::string text = empty_list();
  for (const TrustedKey& key : list.keys) text += render_key(key);
  return text;
}

std::string add_trusted_key(std::string_view toml, const TrustedKey& key, const std::string& path) {
  std::string text = toml.empty() ? empty_list() : std::string(toml);
  parse_trust_list(text, path);
  if (text.back() != '\n') text += '\n';
  text += render_key(key);
  parse_trust_list(text, path);
  return text;
}

std::string identify_trust_list(const TrustList& list) {
  nlohmann::json keys = nlohmann::json::object();
  for (const TrustedKey& key : list.keys) {
    std::vector<std::string> purposes;
    for (const KeyPurpose purpose : key.purposes) purposes.emplace_back(to_string(purpose));
    std::sort(purposes.begin(), purposes.end());
    keys[key.id] = {{"holder", key.holder},         {"public_key", key.public_key},   {"purposes", purposes},
                    {"valid_from", key.valid_from}, {"valid_until", key.valid_until}, {"test", key.test_key}};
  }
  return canonical_sha256({{"schema", trust_schema}, {"keys", keys}});
}

const TrustedKey* find_key(const TrustList& list, std::string_view id) {
  const auto key =
      std::find_if(list.keys.begin(), list.keys.end(), [&](const TrustedKey& entry) { return entry.id == id; });
  return key == list.keys.end() ? nullptr : &*key;
}

}  // namespace qpcr
