// Folds headers with ICU.
#include "libqpcr/tabular/header_text.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/stringpiece.h>

#include "libqpcr/tabular/utf8.hpp"

namespace qpcr {
namespace {

bool is_left_out(char32_t character) {
  constexpr char32_t ideographic_space = 0x3000;
  constexpr char32_t no_break_space = 0xA0;
  return character == '_' || character == ' ' || (character >= '\t' && character <= '\r') ||
         character == no_break_space || character == ideographic_space;
}

char32_t to_latin(char32_t character) {
  constexpr std::array<std::pair<char32_t, char32_t>, 5> alike{
      {{0x430, 'a'}, {0x435, 'e'}, {0x43E, 'o'}, {0x441, 'c'}, {0x442, 't'}}};
  const auto found = std::find_if(alike.begin(), alike.end(), [&](const auto& e) { return e.first == character; });
  return found == alike.end() ? character : found->second;
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string to_folded(std::string_view text) {
  if (is_ascii(text)) {
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return lower;
  }
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* folder = icu::Normalizer2::getNFKCCasefoldInstance(status);
  std::string folded;
  if (U_FAILURE(status) != 0) return std::string(text);
  icu::StringByteSink<std::string> sink(&folded);
  folder->normalizeUTF8(0, icu::StringPiece(text.data(), static_cast<int32_t>(text.size())), sink, nullptr, status);
  return U_FAILURE(status) != 0 ? std::string(text) : folded;
}

}  // namespace

std::string fold_header(std::string_view text) {
  const std::string folded = to_folded(text);
  std::string result;
  std::string_view rest = folded;
  while (!rest.empty()) {
    const Utf8Character character = decode_utf8(rest);
    if (character.bytes == 0) {
      result += rest.front();
      rest.remove_prefix(1);
      continue;
    }
    if (!is_left_out(character.value)) append_utf8(result, to_latin(character.value));
    rest.remove_prefix(character.bytes);
  }
  return result;
}

}  // namespace qpcr
