// Finding characters that have no place in an identifier.
#include "libqpcr/study/identifiers.hpp"

#include <array>

#include "libqpcr/core/text.hpp"

namespace qpcr {
namespace {

constexpr std::array<std::string_view, 14> separators{",",  ";",  "|",  "/",  "\\", "、", "，",
                                                      "；", "｜", "／", "＼", "﹐", "､",  "\""};
/// No-break, ideographic and typographic spaces, and marks that show nothing or turn the direction of text.
constexpr std::array<std::string_view, 5> spaces{"\u00A0", "\u1680", "\u202F", "\u205F", "\u3000"};

bool is_invisible(unsigned char first, unsigned char second, unsigned char third) {
  // U+2000 to U+200F, U+2028 to U+202E, U+2060 to U+206F, U+FEFF, U+0080 to U+009F in UTF-8.
  if (first == 0xC2) return second >= 0x80 && second <= 0x9F;
  if (first == 0xE2 && second == 0x80) return third <= 0x8F || (third >= 0xA8 && third <= 0xAE);
  if (first == 0xE2 && second == 0x81) return third >= 0xA0 && third <= 0xAF;
  return first == 0xEF && second == 0xBB && third == 0xBF;
}

}  // namespace

std::optional<std::string_view> find_identifier_fault(std::string_view utf8) {
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const auto byte = [&](std::size_t offset) {
      return i + offset < utf8.size() ? static_cast<unsigned char>(utf8[i + offset]) : static_cast<unsigned char>(0);
    };
    if (byte(0) == ' ') return "a space inside an identifier";
    if (byte(0) < 0x20 || byte(0) == 0x7F || is_invisible(byte(0), byte(1), byte(2)))
      return "a control or invisible character inside an identifier";
  }
  for (const std::string_view space : spaces) {
    if (utf8.find(space) != std::string_view::npos) return "a space inside an identifier";
  }
  for (const std::string_view separator : separators) {
    if (utf8.find(separator) != std::string_view::npos) return "a separator, a quote or a slash inside an identifier";
  }
  return std::nullopt;
}

std::string to_skeleton(std::string_view utf8) {
  // Full-width forms (U+FF01 to U+FF5E), as Chinese keyboards type them, are the ASCII characters 0xFEE0 below.
  std::string narrow;
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const auto byte = [&](std::size_t k) { return k < utf8.size() ? static_cast<unsigned char>(utf8[k]) : 0U; };
    const unsigned point = ((byte(i) & 0x0FU) << 12U) | ((byte(i + 1) & 0x3FU) << 6U) | (byte(i + 2) & 0x3FU);
    if (byte(i) == 0xEFU && point >= 0xFF01U && point <= 0xFF5EU) {
      narrow += static_cast<char>(point - 0xFEE0U);
      i += 2;
    } else {
      narrow += utf8[i];
    }
  }
  std::string skeleton;
  for (const char c : to_lower_ascii(narrow)) {
    if (c != ' ' && c != '-' && c != '_' && c != '.') skeleton += c;
  }
  return skeleton;
}

}  // namespace qpcr
