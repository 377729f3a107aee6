// One character of UTF-8 at a time, strictly.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace qpcr {

struct Utf8Character {
  char32_t value = 0;
  std::size_t bytes = 0;  ///< 0 when the text does not begin with a well-formed character
};

/// The first character of a text that is not empty (Unicode 15, table 3-7: no overlong forms, no surrogates).
Utf8Character decode_utf8(std::string_view text);

/// Appends a Unicode scalar value.
void append_utf8(std::string& text, char32_t character);

}  // namespace qpcr
