// Decides the encoding of an XML document and checks its characters.
#include "libqpcr/tabular/xml_source.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/encoding.hpp"
#include "libqpcr/tabular/utf8.hpp"

namespace qpcr {
namespace {

/// The encoding named by an XML declaration, or nothing.
std::string find_declared_encoding(std::string_view bytes) {
  if (!bytes.starts_with("<?xml")) return {};
  const std::string_view declaration = bytes.substr(0, bytes.find("?>"));
  std::size_t at = declaration.find("encoding");
  if (at == std::string_view::npos) return {};
  at = declaration.find_first_of("\"'", at);
  if (at == std::string_view::npos) return {};
  const std::size_t end = declaration.find(declaration[at], at + 1);
  return end == std::string_view::npos ? std::string{} : std::string(declaration.substr(at + 1, end - at - 1));
}

/// The text in UTF-8 where the bytes are in another encoding.
std::optional<std::string> convert(std::string_view bytes, const std::string& path) {
  constexpr std::string_view utf16_le("<\0", 2);
  constexpr std::string_view utf16_be("\0<", 2);
  if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF")) return decode_text(bytes, path).utf8;
  if (bytes.starts_with(utf16_le)) return decode_as(bytes, "UTF-16LE", path);
  if (bytes.starts_with(utf16_be)) return decode_as(bytes, "UTF-16BE", path);
  const std::string declared = to_lower_ascii(find_declared_encoding(bytes));
  // A declaration of UTF-16 in a text that is read byte by byte was left over by a conversion.
  if (declared.empty() || declared == "utf-8" || declared == "utf8" || declared == "us-ascii" ||
      declared.starts_with("utf-16")) {
    return std::nullopt;
  }
  return decode_as(bytes, declared, path);
}

/// True when every byte of a block is a plain ASCII character that XML allows. The loop has no branch, so that a
/// compiler makes vectors of it.
bool is_plain(const char* block, std::size_t size) {
  unsigned char fault = 0;
  for (std::size_t i = 0; i < size; ++i) {
    const auto byte = static_cast<unsigned char>(block[i]);
    const auto control = static_cast<unsigned char>(byte < 0x20U ? 1U : 0U);
    const auto white = static_cast<unsigned char>(byte == '\t' || byte == '\n' || byte == '\r' ? 1U : 0U);
    fault = static_cast<unsigned char>(fault | (byte & 0x80U) | (control ^ white));
  }
  return fault == 0;
}

/// Offset of the first byte that does not begin a character of XML in UTF-8, or npos.
std::size_t find_bad_character(std::string_view text) {
  constexpr std::size_t block = 64;
  std::size_t at = 0;
  while (at < text.size()) {
    if (at + block <= text.size() && is_plain(text.data() + at, block)) {
      at += block;
      continue;
    }
    const std::size_t end = std::min(at + block, text.size());
    while (at < end) {
      const Utf8Character character = decode_utf8(text.substr(at));
      if (character.bytes == 0 || !is_xml_character(character.value)) return at;
      at += character.bytes;
    }
  }
  return std::string_view::npos;
}

}  // namespace

bool is_xml_character(char32_t character) {
  return character == '\t' || character == '\n' || character == '\r' || (character >= 0x20 && character <= 0xD7FF) ||
         (character >= 0xE000 && character <= 0xFFFD) || (character >= 0x10000 && character <= 0x10FFFF);
}

XmlSource::XmlSource(std::string_view bytes, std::string path) : path_(std::move(path)) {
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  converted_ = convert(bytes, path_);
  text_ = converted_ ? std::string_view(*converted_) : bytes;
  const std::size_t bad = find_bad_character(text_);
  if (bad == std::string_view::npos) return;
  if (text_[bad] == '\0' || decode_utf8(text_.substr(bad)).bytes == 0) {
    ErrorContext context;
    context.path = path_;
    context.line = line_at(bad);
    context.problem = "the text is not UTF-8, which XML is unless it says otherwise";
    throw Error(ErrorCode::wrong_encoding, std::move(context));
  }
  refuse(bad, fmt::format("the character U+{:04X} is not allowed",
                          static_cast<unsigned>(decode_utf8(text_.substr(bad)).value)));
}

long XmlSource::count_line_ends(std::size_t begin, std::size_t end) const {
  long line_ends = 0;
  for (std::size_t i = begin; i < std::min(end, text_.size()); ++i) {
    if (text_[i] == '\n' || (text_[i] == '\r' && (i + 1 == text_.size() || text_[i + 1] != '\n'))) ++line_ends;
  }
  return line_ends;
}

long XmlSource::column_at(std::size_t offset) const {
  const std::string_view before = text_.substr(0, std::min(offset, text_.size()));
  const std::size_t line_end = before.find_last_of("\r\n");
  long column = 1;
  for (std::size_t i = line_end == std::string_view::npos ? 0 : line_end + 1; i < before.size(); ++i) {
    if ((static_cast<unsigned char>(before[i]) & 0xC0U) != 0x80U) ++column;
  }
  return column;
}

void XmlSource::refuse(std::size_t offset, std::string_view problem) const {
  ErrorContext context;
  context.path = path_;
  context.line = line_at(offset);
  context.problem = fmt::format("column {}: {}", column_at(offset), problem);
  throw Error(ErrorCode::malformed_file, std::move(context));
}

}  // namespace qpcr
