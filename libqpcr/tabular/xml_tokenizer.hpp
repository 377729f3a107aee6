// A pull tokenizer for XML: walks a document once, checks that it is well formed, and builds nothing.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/tabular/xml_source.hpp"

namespace qpcr {

/// Deepest nesting of elements that is read.
inline constexpr int deepest_xml = 64;
/// Most elements that are read: ten times a large run.
inline constexpr std::size_t most_xml_elements = 8'000'000;
/// Most attributes of one element that are read.
inline constexpr std::size_t most_xml_attributes = 256;

/// Walks the elements of a document from start tag to start tag. It is a validating reader of the grammar: whatever
/// XML 1.0 (fifth edition) calls not well formed is an error, also in parts that are skipped; so is a DOCTYPE, and with
/// it every entity but the five of XML itself. Namespaces are not resolved: a name is matched without its prefix.
///
/// After construction the tokenizer stands at the root. At an element, call exactly one of: next_child() until it is
/// false, read_text(), read_untrimmed_text(), read_double(), skip(). Each ends behind the element's end tag; the root's
/// also checks what follows it.
///
///     XmlTokenizer xml(source);                       // at <rdml>
///     while (xml.next_child()) {                      // at <sample>, <target> …
///       if (xml.name() == "sample") read_sample(xml); else xml.skip();
///     }
///
/// Every method that moves throws Error malformed_file with the line; the column stands in its problem.
class XmlTokenizer {
 public:
  /// Reads the prolog and the root's start tag. @param source must outlive the tokenizer.
  explicit XmlTokenizer(const XmlSource& source);

  /// Local name and start of the element whose start tag was read last. The name points into the source.
  std::string_view name() const noexcept { return name_; }
  std::size_t offset() const noexcept { return start_; }
  /// The first attribute of that local name, normalised (section 3.3.3: references replaced, each white space a
  /// space). Valid until the next start tag.
  std::optional<std::string_view> attribute(std::string_view local_name) const;

  /// Moves to the next child's start tag; false at the end of the element.
  bool next_child();
  /// The same, appending the character data directly inside the element that is passed on the way.
  bool next_child(std::string& text);
  /// All character data directly inside the element, in pieces joined, line ends as LF, white space at both ends
  /// trimmed. Valid until the next call.
  std::string_view read_text();
  /// The same with the white space at both ends.
  std::string_view read_untrimmed_text();
  /// parse_double() of read_text(), without a copy where the text is a plain number.
  /// @return false when the text, which last_text() gives, is no number; `number` has then no meaning.
  bool read_double(double& number);
  std::string_view last_text() const noexcept { return text_; }
  /// Passes over the element with all that is inside.
  void skip();

 private:
  struct Attribute {
    std::string_view name;
    std::string_view value;  ///< as written
    std::string normalised;  ///< where that differs
    bool differs = false;
  };

  [[noreturn]] void fail(const char* at, std::string_view problem) const;
  bool leave_empty();
  bool open_known(const char* at);
  bool open_other(const char* at, std::string* text);
  void read_prolog();
  void read_epilog();
  const char* read_declaration(const char* at) const;
  const char* read_misc(const char* at) const;
  const char* read_comment(const char* at) const;
  const char* read_instruction(const char* at) const;
  const char* read_cdata(const char* at, std::string* text) const;
  void read_start_tag(const char* at);
  const char* read_attributes(const char* at);
  const char* read_attribute_value(const char* at, Attribute& attribute) const;
  void read_end_tag(const char* at);
  void read_other_end_tag(const char* at);
  void close_element();
  void end_document();
  const char* scan_name(const char* at, const char*& colon) const;
  const char* scan_text(const char* at) const;
  const char* skip_indentation(const char* at) const;
  const char* check_reference(const char* at) const;

  /// An element that is not closed yet.
  struct Open {
    std::string_view name;   ///< full
    std::uint64_t word = 0;  ///< the bytes of a short name and '>', in the order of memory
    std::uint64_t mask = 0;  ///< of those bytes; 0 for a long name
  };

  const XmlSource& source_;
  const char* begin_;
  const char* last_ = nullptr;  ///< the last character that is not white space: a '>', at which every scan stops
  const char* at_ = nullptr;
  std::string_view name_;
  std::size_t start_ = 0;
  std::size_t elements_ = 0;
  bool self_closing_ = false;
  int depth_ = 0;
  std::array<Open, deepest_xml + 1> open_;
  std::array<std::uint64_t, 64> known_{};  ///< short names that were checked before, by their hash
  std::vector<Attribute> attributes_;      ///< reused; the first attribute_count_ are of the element
  std::size_t attribute_count_ = 0;
  std::string_view text_;
  std::string scratch_;
};

}  // namespace qpcr
