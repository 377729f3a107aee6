// Cleaning and escaping of text.
#include "libqpcr/report/markup.hpp"

#include "libqpcr/core/text.hpp"

namespace qpcr {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

/// The well-formed character at `position`, or one byte where none starts there.
std::string_view character_at(std::string_view text, std::size_t position) {
  const auto lead = static_cast<unsigned char>(text[position]);
  const std::size_t length = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  const std::string_view character = text.substr(position, length);
  return length > 1 && !is_valid_utf8(character) ? text.substr(position, 1) : character;
}

bool is_showable(std::string_view character) {
  const auto lead = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) return lead == '\n' || lead == '\t' || (lead >= 0x20 && lead < 0x7F);
  if (lead == 0xC2 && static_cast<unsigned char>(character[1]) < 0xA0) return false;  // C1 controls
  return character != "\xEF\xBF\xBE" && character != "\xEF\xBF\xBF";
}

}  // namespace

std::string clean_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const std::string_view character = character_at(text, i);
    out += is_showable(character) ? character : replacement;
    i += character.size();
  }
  return out;
}

std::string escape_markup(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  for (const char c : clean_text(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace qpcr
