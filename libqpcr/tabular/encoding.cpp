// Decides the encoding of a text and converts it with ICU.
#include "libqpcr/tabular/encoding.hpp"

#include <memory>
#include <optional>
#include <vector>

#include <unicode/ucnv.h>
#include <unicode/ustring.h>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr {
namespace {

struct CloseConverter {
  void operator()(UConverter* converter) const { ucnv_close(converter); }
};

[[noreturn]] void refuse(const std::string& path, std::string problem, long line = 0) {
  ErrorContext context;
  context.path = path;
  context.line = line;
  context.problem = std::move(problem);
  throw Error(ErrorCode::wrong_encoding, std::move(context));
}

std::string to_utf8(const UChar* text, int32_t length) {
  std::string result;
  UErrorCode status = U_ZERO_ERROR;
  int32_t needed = 0;
  u_strToUTF8(nullptr, 0, &needed, text, length, &status);
  result.resize(static_cast<std::size_t>(needed));
  status = U_ZERO_ERROR;
  u_strToUTF8(result.data(), needed, nullptr, text, length, &status);
  if (U_FAILURE(status) != 0) result.clear();
  return result;
}

/// Strict conversion: nothing when a byte sequence is not of the encoding or the encoding is unknown to ICU.
std::optional<std::string> convert(std::string_view bytes, const char* encoding) {
  // ICU counts in 32 bits, and UTF-8 may take three bytes for one.
  constexpr std::size_t largest = std::size_t{512} << 20U;
  if (bytes.size() > largest) return std::nullopt;
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<UConverter, CloseConverter> converter(ucnv_open(encoding, &status));
  if (U_FAILURE(status) != 0) return std::nullopt;
  ucnv_setToUCallBack(converter.get(), UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &status);
  std::vector<UChar> units(bytes.size() + 1);
  const auto length = ucnv_toUChars(converter.get(), units.data(), static_cast<int32_t>(units.size()), bytes.data(),
                                    static_cast<int32_t>(bytes.size()), &status);
  if (U_FAILURE(status) != 0) return std::nullopt;
  return to_utf8(units.data(), length);
}

/// True when the double-byte sequences of a GB 18030 text are mostly those of GB 2312 (both bytes from A1).
bool is_mostly_gb2312(std::string_view bytes) {
  std::size_t common = 0;
  std::size_t rare = 0;
  for (std::size_t i = 0; i + 1 < bytes.size(); ++i) {
    const auto lead = static_cast<unsigned char>(bytes[i]);
    const auto trail = static_cast<unsigned char>(bytes[i + 1]);
    if (lead < 0x80) continue;
    // Rows B0 to F7 of GB 2312 are its Han characters.
    if (lead >= 0xB0 && lead <= 0xF7 && trail >= 0xA1) {
      ++common;
    } else if (!(lead >= 0xA1 && lead <= 0xA9 && trail >= 0xA1)) {
      ++rare;
    }
    ++i;
  }
  return common > rare;
}

long line_at(std::string_view bytes, std::size_t offset) {
  long line = 1;
  for (std::size_t i = 0; i < offset; ++i) line += bytes[i] == '\n' ? 1 : 0;
  return line;
}

}  // namespace

std::string_view to_string(TextEncoding encoding) {
  switch (encoding) {
    case TextEncoding::utf8:
      return "utf8";
    case TextEncoding::utf16_le:
      return "utf16_le";
    case TextEncoding::utf16_be:
      return "utf16_be";
    case TextEncoding::windows_1252:
      return "windows_1252";
    case TextEncoding::gb18030:
      return "gb18030";
  }
  return "utf8";
}

DecodedText decode_text(std::string_view bytes, const std::string& path) {
  const auto utf16 = [&](const char* name, TextEncoding encoding) {
    std::optional<std::string> text = convert(bytes.substr(2), name);
    if (!text) refuse(path, "the byte order mark says UTF-16 but the text is not well-formed UTF-16");
    if (text->find('\0') != std::string::npos) refuse(path, "the text holds NUL characters");
    return DecodedText{std::move(*text), encoding};
  };
  if (bytes.starts_with("\xFF\xFE")) return utf16("UTF-16LE", TextEncoding::utf16_le);
  if (bytes.starts_with("\xFE\xFF")) return utf16("UTF-16BE", TextEncoding::utf16_be);
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  if (const std::size_t nul = bytes.find('\0'); nul != std::string_view::npos) {
    refuse(path, "NUL bytes: binary data, or UTF-16 without a byte order mark", line_at(bytes, nul));
  }
  if (is_valid_utf8(bytes)) return {std::string(bytes), TextEncoding::utf8};
  if (is_mostly_gb2312(bytes)) {
    if (std::optional<std::string> text = convert(bytes, "gb18030")) return {std::move(*text), TextEncoding::gb18030};
  }
  std::optional<std::string> text = convert(bytes, "windows-1252");
  if (!text) refuse(path, "neither UTF-8, GB 18030 nor Windows-1252");
  return {std::move(*text), TextEncoding::windows_1252};
}

std::string decode_as(std::string_view bytes, std::string_view encoding_name, const std::string& path) {
  std::optional<std::string> text = convert(bytes, std::string(encoding_name).c_str());
  if (!text) {
    ErrorContext context;
    context.path = path;
    context.found = std::string(encoding_name);
    context.problem = "the text is not of the encoding it declares, or that encoding is not known";
    throw Error(ErrorCode::wrong_encoding, std::move(context));
  }
  if (text->find('\0') != std::string::npos) refuse(path, "the text holds NUL characters");
  return std::move(*text);
}

}  // namespace qpcr
