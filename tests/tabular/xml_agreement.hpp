// Compares what the tokenizer and pugixml see in one document: a second parser as witness.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <pugixml.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/tabular/xml_tokenizer.hpp"

namespace qpcr::test {

/// Elements with attributes and text as one line each; nothing for a document that is not read.
inline std::optional<std::string> list_by_tokenizer(std::string_view bytes) {
  struct Lister {
    XmlTokenizer& xml;
    std::string list;

    void element(int depth) {
      list += std::string(static_cast<std::size_t>(depth), ' ') + std::string(xml.name()) + " [" +
              std::string(xml.attribute("id").value_or("-")) + "]\n";
      std::string text;
      while (xml.next_child(text)) element(depth + 1);
      if (text.find_first_not_of(" \t\r\n") != std::string::npos) {
        list += std::string(static_cast<std::size_t>(depth), ' ') + "'" + text + "'\n";
      }
    }
  };
  try {
    const XmlSource source(bytes, "a.xml");
    XmlTokenizer xml(source);
    Lister lister{xml, {}};
    lister.element(0);
    return std::move(lister.list);
  } catch (const Error&) {
    return std::nullopt;
  }
}

inline void list_node(const pugi::xml_node& node, int depth, std::string& list) {
  const auto local = [](std::string_view name) {
    const std::size_t colon = name.find(':');
    return std::string(colon == std::string_view::npos ? name : name.substr(colon + 1));
  };
  const std::string indent(static_cast<std::size_t>(depth), ' ');
  std::string id = "-";
  for (const pugi::xml_attribute& attribute : node.attributes()) {
    if (local(attribute.name()) != "id") continue;
    id = attribute.value();
    break;
  }
  list += indent + local(node.name()) + " [" + id + "]\n";
  std::string text;
  for (const pugi::xml_node& child : node.children()) {
    if (child.type() == pugi::node_element) list_node(child, depth + 1, list);
    if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata) text += child.value();
  }
  if (text.find_first_not_of(" \t\r\n") != std::string::npos) list += indent + "'" + text + "'\n";
}

/// The same by pugixml, of UTF-8 text.
inline std::optional<std::string> list_by_pugixml(std::string_view text) {
  pugi::xml_document tree;
  const unsigned options = pugi::parse_default | pugi::parse_ws_pcdata;
  if (!tree.load_buffer(text.data(), text.size(), options, pugi::encoding_utf8)) return std::nullopt;
  if (!tree.document_element() || tree.document_element().next_sibling()) return std::nullopt;
  std::string list;
  list_node(tree.document_element(), 0, list);
  return list;
}

/// True when the tokenizer refuses the document, or sees in it what pugixml sees. Refusing more is its purpose.
inline bool agrees_with_pugixml(std::string_view bytes) {
  const std::optional<std::string> ours = list_by_tokenizer(bytes);
  if (!ours) return true;
  // Encodings are decided before the tokenizer, so the witness gets the same text.
  const XmlSource source(bytes, "a.xml");
  return list_by_pugixml(source.text()) == ours;
}

}  // namespace qpcr::test
