// Small XML documents as a tree: checked by the tokenizer, any encoding, and every element knows its line.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <pugixml.hpp>

#include "libqpcr/tabular/xml_source.hpp"

namespace qpcr {

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
  /// @param bytes must outlive the document. @param path for errors.
  /// @throws Error malformed_file (not well formed, DOCTYPE, too deep, too many elements) with the line;
  /// wrong_encoding.
  XmlDocument(std::string_view bytes, std::string path);
  XmlDocument(const XmlDocument&) = delete;
  XmlDocument& operator=(const XmlDocument&) = delete;

  XmlElement root() const { return {*this, tree_.document_element()}; }
  const std::string& path() const noexcept { return source_.path(); }
  /// 1-based line of a byte offset of the decoded text.
  long line_at(std::size_t offset) const { return source_.line_at(offset); }

 private:
  XmlSource source_;
  pugi::xml_document tree_;
};

}  // namespace qpcr
