// Walks object streams and decodes their values.
#include "instruments/roche_lightcycler480/object_stream.hpp"

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <utility>

#include <fmt/format.h>

#include "libqpcr/core/text.hpp"

namespace qpcr::roche_lightcycler480 {
namespace {

constexpr std::uint8_t no_digit = 255;
constexpr std::uint8_t blank = 254;

constexpr std::array<std::uint8_t, 256> make_digits() {
  std::array<std::uint8_t, 256> digits{};
  for (std::uint8_t& digit : digits) digit = no_digit;
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t i = 0; i < alphabet.size(); ++i)
    digits[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
  for (const char c : {' ', '\t', '\r', '\n'}) digits[static_cast<unsigned char>(c)] = blank;
  return digits;
}

XmlElement find_named(const XmlElement& parent, std::string_view kind, std::string_view name) {
  for (XmlElement child = parent.first(); child; child = child.next()) {
    if (child.name() == kind && child.attribute("name") == name) return child;
  }
  return {};
}

}  // namespace

std::string_view cut_trailer(std::string_view bytes, const std::string& path) {
  const std::size_t end = bytes.rfind('>');
  const std::string_view behind = end == std::string_view::npos ? std::string_view() : trim(bytes.substr(end + 1));
  const bool is_trailer =
      behind.empty() || (behind.starts_with('$') &&
                         behind.find_first_not_of("0123456789abcdefABCDEF \t\r\n", 1) == std::string_view::npos);
  if (end == std::string_view::npos || !is_trailer) {
    ErrorContext context;
    context.path = path;
    context.problem = "the object stream is cut or followed by other data than its checksum";
    throw Error(ErrorCode::malformed_file, std::move(context));
  }
  return bytes.substr(0, end + 1);
}

std::string class_of(const XmlElement& element) { return std::string(element.attribute("class").value_or("")); }

XmlElement find_object(const XmlElement& parent, std::string_view name) { return find_named(parent, "obj", name); }

std::string read_property(const XmlElement& parent, std::string_view name) {
  const XmlElement property = find_named(parent, "prop", name);
  return property ? property.text() : std::string();
}

std::vector<XmlElement> list_items(const XmlElement& parent, std::string_view name) {
  std::vector<XmlElement> items;
  const XmlElement list = find_named(parent, "list", name);
  if (!list) return items;
  for (XmlElement child = list.first(); child; child = child.next()) items.push_back(child);
  return items;
}

std::optional<double> parse_real(std::string_view text) {
  text = trim(text);
  constexpr std::size_t digits = 16;
  constexpr int hexadecimal = 16;
  if (!text.starts_with('$')) return parse_double(text);
  text.remove_prefix(1);
  if (text.size() != digits) return std::nullopt;
  std::uint64_t bits = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), bits, hexadecimal);
  if (fault != std::errc() || end != text.data() + text.size()) return std::nullopt;
  const auto value = std::bit_cast<double>(bits);
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

std::optional<long> read_whole(const XmlElement& parent, std::string_view name, long least, long most) {
  const XmlElement property = find_named(parent, "prop", name);
  if (!property) return std::nullopt;
  const std::string text = property.text();
  if (text.empty()) return std::nullopt;
  const std::optional<long> value = parse_integer(text);
  if (!value || *value < least || *value > most) {
    refuse_element(ErrorCode::invalid_value, property, std::string(name), text,
                   fmt::format("a whole number from {} to {}", least, most));
  }
  return value;
}

std::optional<std::string> decode_base64(std::string_view text) {
  static constexpr std::array<std::uint8_t, 256> digits = make_digits();
  constexpr int bits_of_digit = 6;
  constexpr int bits_of_byte = 8;
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3);
  std::uint32_t held = 0;
  int bits = 0;
  std::size_t count = 0;
  std::size_t at = 0;
  for (; at < text.size() && text[at] != '='; ++at) {
    const std::uint8_t digit = digits[static_cast<unsigned char>(text[at])];
    if (digit == blank) continue;
    if (digit == no_digit) return std::nullopt;
    held = (held << bits_of_digit) | digit;
    bits += bits_of_digit;
    ++count;
    if (bits < bits_of_byte) continue;
    bits -= bits_of_byte;
    bytes += static_cast<char>((held >> bits) & 0xFFU);
  }
  std::size_t padding = 0;
  for (; at < text.size(); ++at) {
    if (text[at] == '=') {
      ++padding;
    } else if (digits[static_cast<unsigned char>(text[at])] != blank) {
      return std::nullopt;
    }
  }
  const bool leftover_is_zero = (held & ((1U << bits) - 1U)) == 0;
  if (padding > 2 || (count + padding) % 4 != 0 || count % 4 == 1 || !leftover_is_zero) return std::nullopt;
  return bytes;
}

void refuse_element(ErrorCode code, const XmlElement& element, std::string field, std::string found,
                    std::string expected) {
  constexpr std::size_t longest = 40;
  if (found.size() > longest) found = found.substr(0, longest) + "…";
  ErrorContext context;
  context.path = element.path();
  context.line = element.line();
  context.field = std::move(field);
  context.found = to_valid_utf8(found);
  context.expected = std::move(expected);
  throw Error(code, std::move(context));
}

}  // namespace qpcr::roche_lightcycler480
