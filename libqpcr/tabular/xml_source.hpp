// The text of an XML document as UTF-8, checked character by character, whatever its encoding was.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace qpcr {

/// Text that holds only characters which XML 1.0 allows (section 2.2). UTF-8 is checked in place and not copied.
/// Not copyable: a tokenizer or a tree may point into it.
class XmlSource {
 public:
  /// @param bytes must outlive the source: UTF-8 (with or without its mark), UTF-16 by its mark or by its first
  ///   character, or the encoding that the XML declaration names, converted by ICU.
  /// @param path for errors.
  /// @throws Error wrong_encoding for bytes that are not of their encoding and for NUL; malformed_file for any other
  ///   character that XML forbids. Each with the line.
  XmlSource(std::string_view bytes, std::string path);
  XmlSource(const XmlSource&) = delete;
  XmlSource& operator=(const XmlSource&) = delete;

  /// Without a byte order mark.
  std::string_view text() const noexcept { return text_; }
  const std::string& path() const noexcept { return path_; }

  /// 1-based line of a byte offset of text(). Line ends are LF, CRLF or a lone CR.
  long line_at(std::size_t offset) const { return 1 + count_line_ends(0, offset); }
  /// Line ends from one byte offset to before another.
  long count_line_ends(std::size_t begin, std::size_t end) const;
  /// 1-based place in the line of a byte offset, counted in characters.
  long column_at(std::size_t offset) const;

  /// A fault of the document's grammar. @throws Error malformed_file with the line; the column stands in the problem.
  [[noreturn]] void refuse(std::size_t offset, std::string_view problem) const;

 private:
  std::string path_;
  std::optional<std::string> converted_;
  std::string_view text_;
};

/// True for a character (code point) that XML 1.0 allows (section 2.2, production 2).
bool is_xml_character(char32_t character);

}  // namespace qpcr
