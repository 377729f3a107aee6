// A tree of pugixml over a document that the tokenizer has checked.
#include "libqpcr/tabular/xml.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/xml_tokenizer.hpp"

namespace qpcr {
namespace {

std::string_view without_prefix(std::string_view name) {
  const std::size_t colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

}  // namespace

XmlDocument::XmlDocument(std::string_view bytes, std::string path) : source_(bytes, std::move(path)) {
  // Checked before a tree is built, so that a hostile document costs no memory.
  XmlTokenizer(source_).skip();
  const std::string_view text = source_.text();
  const unsigned options = (pugi::parse_default | pugi::parse_embed_pcdata) & ~pugi::parse_wconv_attribute;
  const pugi::xml_parse_result result = tree_.load_buffer(text.data(), text.size(), options, pugi::encoding_utf8);
  if (!result) {
    source_.refuse(static_cast<std::size_t>(std::max<std::ptrdiff_t>(result.offset, 0)),
                   fmt::format("not well-formed XML: {}", result.description()));
  }
}

std::string_view XmlElement::name() const { return without_prefix(node_.name()); }

XmlElement XmlElement::first() const {
  pugi::xml_node node = node_.first_child();
  while (node && node.type() != pugi::node_element) node = node.next_sibling();
  return node ? XmlElement(*document_, node) : XmlElement();
}

XmlElement XmlElement::next() const {
  pugi::xml_node node = node_.next_sibling();
  while (node && node.type() != pugi::node_element) node = node.next_sibling();
  return node ? XmlElement(*document_, node) : XmlElement();
}

XmlElement XmlElement::child(std::string_view local_name) const {
  XmlElement element = first();
  while (element && element.name() != local_name) element = element.next();
  return element;
}

std::optional<std::string_view> XmlElement::attribute(std::string_view local_name) const {
  for (const pugi::xml_attribute& attribute : node_.attributes()) {
    if (without_prefix(attribute.name()) == local_name) return attribute.value();
  }
  return std::nullopt;
}

std::string XmlElement::text() const {
  // parse_embed_pcdata keeps the first piece in the element itself; comments and CDATA split a text into several.
  std::string text = node_.value();
  for (const pugi::xml_node& child : node_.children()) {
    if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata) text += child.value();
  }
  return std::string(trim(text));
}

long XmlElement::line() const {
  if (!node_) return 0;
  const std::ptrdiff_t offset = node_.offset_debug();
  return offset < 0 ? 0 : document_->line_at(static_cast<std::size_t>(offset));
}

const std::string& XmlElement::path() const {
  static const std::string none;
  return document_ == nullptr ? none : document_->path();
}

}  // namespace qpcr
