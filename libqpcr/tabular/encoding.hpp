// Bytes of unknown encoding to UTF-8, with the encoding that was found.
#pragma once

#include <string>
#include <string_view>

namespace qpcr {

enum class TextEncoding {
  utf8,          ///< with or without a byte order mark; ASCII is UTF-8
  utf16_le,      ///< by its byte order mark
  utf16_be,      ///< by its byte order mark
  windows_1252,  ///< western text of older instruments ("°", "µ")
  gb18030,       ///< Chinese text; GBK and GB 2312 are part of it
};

std::string_view to_string(TextEncoding encoding);

struct DecodedText {
  std::string utf8;  ///< without a byte order mark
  TextEncoding encoding = TextEncoding::utf8;
};

/// Decides one encoding for the whole text: a byte order mark, else UTF-8 if it is well formed, else GB 18030 if the
/// bytes decode without fault and most of the Chinese characters are of the GB 2312 set, else Windows-1252. The last
/// rule keeps "25°C" of a western file, whose bytes are also a rare Chinese character, western.
/// @param path named in errors.
/// @throws Error wrong_encoding for NUL bytes (binary data or UTF-16 without its mark), malformed UTF-16, and text of
/// more than
///   512 MiB that is not UTF-8.
DecodedText decode_text(std::string_view bytes, const std::string& path);

/// Decodes bytes whose encoding is stated, for example by an XML declaration.
/// @throws Error wrong_encoding for an unknown name or bytes that are not of that encoding.
std::string decode_as(std::string_view bytes, std::string_view encoding_name, const std::string& path);

}  // namespace qpcr
