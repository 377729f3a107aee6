// Pieces of XML's grammar that the two halves of the tokenizer share.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace qpcr::xml_grammar {

enum NameByte : unsigned char { not_in_name, in_name, colon_in_name, beyond_ascii };

struct Tables {
  std::array<NameByte, 256> name{};
  std::array<bool, 256> text_stop{};
  std::array<bool, 256> value_stop{};
};

constexpr Tables make_tables() {
  Tables tables;
  for (std::size_t c = 0; c < 256; ++c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    const bool later = (c >= '0' && c <= '9') || c == '-' || c == '.';
    tables.name[c] = c >= 0x80 ? beyond_ascii : letter || later ? in_name : c == ':' ? colon_in_name : not_in_name;
    tables.text_stop[c] = c == '<' || c == '&' || c == '>';
    tables.value_stop[c] = tables.text_stop[c] || c == '"' || c == '\'' || c == '\t' || c == '\n' || c == '\r';
  }
  return tables;
}

inline constexpr Tables tables = make_tables();

constexpr std::size_t index(char c) { return static_cast<unsigned char>(c); }

inline bool is_white(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

inline const char* skip_white(const char* at) {
  while (is_white(*at)) ++at;
  return at;
}

/// memcmp of a few bytes costs more as a call than as a loop.
inline bool begins_with(const char* text, std::string_view name) {
  for (const char c : name) {
    if (*text++ != c) return false;
  }
  return true;
}

/// Appends checked character data: line ends become LF, references what they stand for. In an attribute every white
/// space that is written as itself becomes a space.
void append_normalised(std::string& text, std::string_view raw, bool is_attribute);

/// Productions 4 and 4a of XML 1.0.
bool is_name_start(char32_t character);
bool is_name_character(char32_t character);

}  // namespace qpcr::xml_grammar
