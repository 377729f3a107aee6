// Strict reading of small JSON documents.
#include "libqpcr/seal/strict_json.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <set>
#include <utility>
#include <vector>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr {
namespace {

constexpr std::size_t largest_text_bytes = std::size_t{1} << 20U;
constexpr int deepest_nesting = 16;

[[noreturn]] void refuse_text(ErrorCode code, const std::string& path, long line, std::string field,
                              std::string problem) {
  throw Error(code, {.path = path,
                     .line = line,
                     .column = {},
                     .field = std::move(field),
                     .found = {},
                     .expected = {},
                     .problem = std::move(problem)});
}

}  // namespace

StrictObject::StrictObject(nlohmann::json value, std::string path, long line, std::string prefix)
    : value_(std::move(value)), path_(std::move(path)), line_(line), prefix_(std::move(prefix)) {}

StrictObject StrictObject::parse(std::string_view text, const std::string& path, long line) {
  if (text.size() > largest_text_bytes) {
    refuse_text(ErrorCode::malformed_file, path, line, {}, "is larger than 1 MiB");
  }
  if (!is_valid_utf8(text)) refuse_text(ErrorCode::wrong_encoding, path, line, {}, "is not UTF-8");
  std::vector<std::set<std::string>> members;
  const auto watch = [&](int depth, nlohmann::json::parse_event_t event, nlohmann::json& parsed) {
    using Event = nlohmann::json::parse_event_t;
    if (depth > deepest_nesting) refuse_text(ErrorCode::malformed_file, path, line, {}, "is nested too deeply");
    if (event == Event::object_start) members.emplace_back();
    if (event == Event::object_end) members.pop_back();
    if (event == Event::key && !members.back().insert(parsed.get<std::string>()).second) {
      refuse_text(ErrorCode::malformed_file, path, line, parsed.get<std::string>(), "is given twice");
    }
    return true;
  };
  try {
    nlohmann::json value = nlohmann::json::parse(text, watch);
    if (!value.is_object()) refuse_text(ErrorCode::malformed_file, path, line, {}, "is not a JSON object");
    return StrictObject(std::move(value), path, line, {});
  } catch (const nlohmann::json::parse_error& error) {
    const std::size_t place = std::min(error.byte, text.size());
    const auto lines = std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(place), '\n');
    refuse_text(ErrorCode::malformed_file, path, line > 0 ? line : lines + 1, {}, "is not JSON");
  } catch (const nlohmann::json::exception&) {
    refuse_text(ErrorCode::malformed_file, path, line, {}, "holds a number beyond every range");
  }
}

bool StrictObject::has(std::string_view key) const { return value_.contains(key); }

void StrictObject::allow_only(std::initializer_list<std::string_view> known) const {
  for (const auto& [key, member] : value_.items()) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    std::string expected;
    for (const std::string_view name : known) expected += (expected.empty() ? "'" : ", '") + std::string(name) + "'";
    refuse(key, "none but the members " + expected);
  }
}

void StrictObject::demand_schema(std::string_view schema) const {
  if (get_text("schema") != schema) refuse("schema", "'" + std::string(schema) + "'");
}

const nlohmann::json& StrictObject::get(std::string_view key, const char* expected) const {
  const auto member = value_.find(key);
  if (member == value_.end()) refuse(key, expected);
  return *member;
}

std::string StrictObject::get_text(std::string_view key) const {
  const nlohmann::json& member = get(key, "a text");
  if (!member.is_string()) refuse(key, "a text");
  return member.get<std::string>();
}

bool StrictObject::get_flag(std::string_view key) const {
  const nlohmann::json& member = get(key, "true or false");
  if (!member.is_boolean()) refuse(key, "true or false");
  return member.get<bool>();
}

long StrictObject::get_integer(std::string_view key) const {
  const nlohmann::json& member = get(key, "a whole number");
  constexpr auto largest = static_cast<std::uint64_t>(std::numeric_limits<long>::max());
  if (!member.is_number_unsigned() || member.get<std::uint64_t>() > largest) refuse(key, "a whole number");
  return static_cast<long>(member.get<std::uint64_t>());
}

StrictObject StrictObject::get_object(std::string_view key) const {
  const nlohmann::json& member = get(key, "an object");
  if (!member.is_object()) refuse(key, "an object");
  return {member, path_, line_, prefix_ + std::string(key) + "."};
}

void StrictObject::refuse(std::string_view key, std::string expected) const {
  const auto member = value_.find(key);
  // A member may hold a secret: only that it is there is said, never what it holds.
  throw Error(ErrorCode::malformed_file, {.path = path_,
                                          .line = line_,
                                          .column = {},
                                          .field = prefix_ + std::string(key),
                                          .found = {},
                                          .expected = std::move(expected),
                                          .problem = member == value_.end() ? "is missing" : ""});
}

}  // namespace qpcr
