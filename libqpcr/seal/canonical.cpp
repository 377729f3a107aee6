// Canonical JSON.
#include "libqpcr/seal/canonical.hpp"

#include <cmath>

#include <nlohmann/json.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/seal/hash.hpp"

namespace qpcr {
namespace {

[[noreturn]] void refuse(std::string problem) {
  throw Error(
      ErrorCode::integrity_failure,
      {.path = {}, .line = 0, .column = {}, .field = {}, .found = {}, .expected = {}, .problem = std::move(problem)});
}

void append(const nlohmann::json& value, std::string& text) {
  switch (value.type()) {
    case nlohmann::json::value_t::object: {
      text += '{';
      bool first = true;
      for (const auto& [key, member] : value.items()) {
        if (!first) text += ',';
        first = false;
        append(nlohmann::json(key), text);
        text += ':';
        append(member, text);
      }
      text += '}';
      return;
    }
    case nlohmann::json::value_t::array: {
      text += '[';
      for (std::size_t i = 0; i < value.size(); ++i) {
        if (i > 0) text += ',';
        append(value[i], text);
      }
      text += ']';
      return;
    }
    case nlohmann::json::value_t::number_float: {
      const double number = value.get<double>();
      if (!std::isfinite(number)) refuse("a number that is not finite has no canonical form");
      text += format_double(number);
      return;
    }
    case nlohmann::json::value_t::string: {
      if (!is_valid_utf8(value.get_ref<const std::string&>())) refuse("text that is not UTF-8 has no canonical form");
      text += value.dump();
      return;
    }
    default:
      text += value.dump();
  }
}

}  // namespace

std::string to_canonical_json(const nlohmann::json& value) {
  std::string text;
  append(value, text);
  return text;
}

std::string canonical_sha256(const nlohmann::json& value) { return sha256_hex(to_canonical_json(value)); }

}  // namespace qpcr
