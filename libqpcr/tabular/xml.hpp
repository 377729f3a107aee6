// XML of strangers: no DOCTYPE, limited depth and size, any encoding, and every element knows its line.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <pugixml.hpp>

namespace qpcr {

/// Deepest nesting of elements that is read.
inline constexpr int deepest_xml = 64;
/// Most elements that are read: ten times a large run.
inline constexpr std::size_t most_xml_elements = 8'000'000;

class XmlDocument;

/// One element, compared by its name without a namespace prefix. A default-constructed one is "none": it has no name,
/// no text and no children, so that look-ups chain.
class XmlElement {
 public:
  XmlElement() = default;
  XmlElement(const XmlDocument& document, pugi::xml_node node) : document_(&document), node_(node) {}

  explicit operator bool() const { return static_cast<bool>(node_); }
  /// Local name.
  std::string_view name() const;
  /// First child element, next sibling element.
  XmlElement first() const;
  XmlElement next() const;
  /// First child element of a local name; none when there is none.
  XmlElement child(std::string_view local_name) const;
  /// Value of an attribute by local name.
  std::optional<std::string_view> attribute(std::string_view local_name) const;
  /// All character data directly inside, in pieces joined; white space trimmed.
  std::string text() const;
  /// 1-based line of the start tag.
  long line() const;
  const std::string& path() const;

 private:
  const XmlDocument* document_ = nullptr;
  pugi::xml_node node_;
};

/// A parsed document; elements point into it. Not copyable, not movable.
class XmlDocument {
 public:
  /// @param path for errors.
  /// @throws Error malformed_file (not well formed, DOCTYPE, too deep, too many elements) with the line;
  /// wrong_encoding.
  XmlDocument(std::string_view bytes, std::string path);
  XmlDocument(const XmlDocument&) = delete;
  XmlDocument& operator=(const XmlDocument&) = delete;

  XmlElement root() const { return {*this, tree_.document_element()}; }
  const std::string& path() const noexcept { return path_; }
  /// 1-based line of a byte offset of the decoded text.
  long line_at(std::size_t offset) const;

 private:
  std::string path_;
  std::string text_;
  pugi::xml_document tree_;
};

}  // namespace qpcr
