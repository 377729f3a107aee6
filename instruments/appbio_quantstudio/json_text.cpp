// A tolerant pass over JSON before it is parsed, and look-ups that do not throw.
#include "instruments/appbio_quantstudio/json_text.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include <fmt/format.h>

#include "instruments/appbio_quantstudio/fault.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr::appbio_quantstudio {
namespace {

long line_at(std::string_view text, std::size_t offset) {
  return 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(std::min(offset, text.size())), '\n');
}

/// `text` with bare tokens of no number as null, lines kept.
std::string replace_bare_tokens(std::string_view text, const std::string& path) {
  constexpr std::array<std::string_view, 3> tokens{"-Infinity", "Infinity", "NaN"};
  constexpr int deepest = 64;
  std::string result;
  result.reserve(text.size() + text.size() / 16);
  std::size_t copied = 0;
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      for (++i; i < text.size() && text[i] != '"'; ++i) {
        if (text[i] == '\\') ++i;
      }
    } else if (c == '[' || c == '{') {
      if (++depth > deepest)
        refuse(ErrorCode::malformed_file, path, line_at(text, i), fmt::format("nested deeper than {}", deepest));
    } else if (c == ']' || c == '}') {
      --depth;
    } else if (c == 'N' || c == 'I' || c == '-') {
      for (const std::string_view token : tokens) {
        if (!text.substr(i).starts_with(token)) continue;
        result.append(text.substr(copied, i - copied)).append("null");
        copied = i + token.size();
        i = copied - 1;
        break;
      }
    }
  }
  return result.append(text.substr(copied));
}

const nlohmann::json& nothing() {
  static const nlohmann::json value;
  return value;
}

const nlohmann::json& find(const nlohmann::json& object, const char* key) {
  if (!object.is_object()) return nothing();
  const auto found = object.find(key);
  return found == object.end() ? nothing() : *found;
}

}  // namespace

JsonMember parse_json(std::string_view bytes, const std::string& path) {
  constexpr std::size_t most_bytes = std::size_t{64} << 20U;
  if (bytes.size() > most_bytes)
    refuse(ErrorCode::unsafe_archive, path, 0, fmt::format("a JSON text of more than {} bytes", most_bytes));
  constexpr std::string_view mark = "\xEF\xBB\xBF";
  if (bytes.starts_with(mark)) bytes.remove_prefix(mark.size());
  const std::string text = replace_bare_tokens(bytes, path);
  JsonMember member;
  member.path = path;
  try {
    member.root = nlohmann::json::parse(text);
  } catch (const nlohmann::json::parse_error& error) {
    refuse(ErrorCode::malformed_file, path, line_at(text, error.byte), "not well-formed JSON");
  } catch (const nlohmann::json::exception&) {
    refuse(ErrorCode::malformed_file, path, 0, "JSON with a number that is too large");
  }
  return member;
}

std::string find_text(const nlohmann::json& object, const char* key) {
  const nlohmann::json& value = find(object, key);
  return value.is_string() ? std::string(trim(value.get_ref<const std::string&>())) : std::string{};
}

std::optional<double> find_number(const nlohmann::json& object, const char* key) {
  const nlohmann::json& value = find(object, key);
  return value.is_number() ? std::optional(value.get<double>()) : std::nullopt;
}

std::optional<long> find_integer(const nlohmann::json& object, const char* key) {
  const nlohmann::json& value = find(object, key);
  if (value.is_number_integer()) return value.get<long>();
  constexpr double exact = 9'007'199'254'740'992.0;
  if (!value.is_number_float()) return std::nullopt;
  const auto number = value.get<double>();
  if (!(number > -exact && number < exact) || static_cast<double>(static_cast<long>(number)) != number)
    return std::nullopt;
  return static_cast<long>(number);
}

bool find_truth(const nlohmann::json& object, const char* key) {
  const nlohmann::json& value = find(object, key);
  return value.is_boolean() && value.get<bool>();
}

const nlohmann::json& find_list(const nlohmann::json& object, const char* key) {
  static const nlohmann::json empty = nlohmann::json::array();
  const nlohmann::json& value = find(object, key);
  return value.is_array() ? value : empty;
}

const nlohmann::json& find_object(const nlohmann::json& object, const char* key) {
  const nlohmann::json& value = find(object, key);
  return value.is_object() ? value : nothing();
}

std::vector<double> read_numbers(const nlohmann::json& list, const std::string& path, const std::string& field) {
  std::vector<double> numbers;
  numbers.reserve(list.size());
  for (const nlohmann::json& value : list) {
    if (value.is_number()) {
      numbers.push_back(value.get<double>());
    } else if (value.is_null()) {
      numbers.push_back(std::numeric_limits<double>::quiet_NaN());
    } else {
      refuse(ErrorCode::invalid_value, path, 0, field, to_cell(value), "a number or null");
    }
  }
  return numbers;
}

std::string to_cell(const nlohmann::json& value) {
  if (value.is_string()) return std::string(trim(value.get_ref<const std::string&>()));
  if (value.is_null()) return {};
  if (value.is_number_float()) return format_double(value.get<double>());
  constexpr std::size_t longest = 200;
  std::string text = value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  if (text.size() > longest) text = to_valid_utf8(text.substr(0, longest)) + "…";
  return text;
}

}  // namespace qpcr::appbio_quantstudio
