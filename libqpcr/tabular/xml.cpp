// Checks a document's text before pugixml builds its tree.
#include "libqpcr/tabular/xml.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/encoding.hpp"

namespace qpcr {
namespace {

std::string_view without_prefix(std::string_view name) {
  const std::size_t colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

/// Line ends are LF, CRLF or a lone CR.
long count_lines(std::string_view text) {
  long lines = 1;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n' || (text[i] == '\r' && i + 1 < text.size() && text[i + 1] != '\n')) ++lines;
  }
  return lines;
}

[[noreturn]] void refuse(const std::string& path, long line, std::string problem) {
  ErrorContext context;
  context.path = path;
  context.line = line;
  context.problem = std::move(problem);
  throw Error(ErrorCode::malformed_file, std::move(context));
}

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

std::string decode_xml(std::string_view bytes, const std::string& path) {
  constexpr std::string_view utf16_le("<\0", 2);
  constexpr std::string_view utf16_be("\0<", 2);
  if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF")) return decode_text(bytes, path).utf8;
  if (bytes.starts_with(utf16_le)) return decode_as(bytes, "UTF-16LE", path);
  if (bytes.starts_with(utf16_be)) return decode_as(bytes, "UTF-16BE", path);
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  const std::string declared = to_lower_ascii(find_declared_encoding(bytes));
  // A declaration of UTF-16 in a text that is read byte by byte was left over by a conversion.
  if (declared.empty() || declared == "utf-8" || declared == "utf8" || declared == "us-ascii" ||
      declared.starts_with("utf-16")) {
    if (const std::size_t nul = bytes.find('\0'); nul != std::string_view::npos || !is_valid_utf8(bytes)) {
      ErrorContext context;
      context.path = path;
      context.line = nul != std::string_view::npos ? count_lines(bytes.substr(0, nul)) : 0;
      context.problem = "the text is not UTF-8, which XML is unless it says otherwise";
      throw Error(ErrorCode::wrong_encoding, std::move(context));
    }
    return std::string(bytes);
  }
  return decode_as(bytes, declared, path);
}

/// Walks the tags without building anything, so that a hostile document costs no memory.
class XmlGuard {
 public:
  XmlGuard(std::string_view text, const std::string& path) : text_(text), path_(path) {}

  void check() {
    std::size_t at = 0;
    while ((at = text_.find('<', at)) != std::string_view::npos) {
      const std::string_view rest = text_.substr(at);
      if (rest.starts_with("<!--")) {
        at = skip_to("-->", at, "a comment is never closed");
      } else if (rest.starts_with("<![CDATA[")) {
        at = skip_to("]]>", at, "a CDATA section is never closed");
      } else if (rest.starts_with("<?")) {
        at = skip_to("?>", at, "a processing instruction is never closed");
      } else if (rest.starts_with("<!")) {
        fail(at, "a DOCTYPE or other declaration: not read, for safety");
      } else {
        at = skip_tag(at);
      }
    }
  }

 private:
  [[noreturn]] void fail(std::size_t at, const std::string& problem) const {
    refuse(path_, count_lines(text_.substr(0, at)), problem);
  }

  std::size_t skip_to(std::string_view end, std::size_t at, const char* problem) const {
    const std::size_t found = text_.find(end, at);
    if (found == std::string_view::npos) fail(at, problem);
    return found + end.size();
  }

  std::size_t skip_tag(std::size_t at) {
    const std::size_t start = at;
    if (++elements_ > 2 * most_xml_elements) fail(start, "too many elements");
    while (true) {
      at = text_.find_first_of("\"'>", at + 1);
      if (at == std::string_view::npos) fail(start, "a tag is never closed");
      if (text_[at] == '>') break;
      at = text_.find(text_[at], at + 1);
      if (at == std::string_view::npos) fail(start, "a quote in a tag is never closed");
    }
    if (start + 1 < text_.size() && text_[start + 1] == '/') {
      --depth_;
    } else if (text_[at - 1] != '/') {
      if (++depth_ > deepest_xml) fail(start, fmt::format("elements are nested deeper than {}", deepest_xml));
    }
    return at + 1;
  }

  std::string_view text_;
  const std::string& path_;
  std::size_t elements_ = 0;
  int depth_ = 0;
};

}  // namespace

XmlDocument::XmlDocument(std::string_view bytes, std::string path)
    : path_(std::move(path)), text_(decode_xml(bytes, path_)) {
  XmlGuard(text_, path_).check();
  const unsigned options = (pugi::parse_default | pugi::parse_embed_pcdata) & ~pugi::parse_wconv_attribute;
  const pugi::xml_parse_result result = tree_.load_buffer(text_.data(), text_.size(), options, pugi::encoding_utf8);
  if (!result) {
    refuse(path_, line_at(static_cast<std::size_t>(std::max<std::ptrdiff_t>(result.offset, 0))),
           fmt::format("not well-formed XML: {}", result.description()));
  }
  if (!tree_.document_element()) refuse(path_, 1, "not well-formed XML: no element");
  if (tree_.document_element().next_sibling()) refuse(path_, 0, "not well-formed XML: more than one root element");
}

long XmlDocument::line_at(std::size_t offset) const {
  return count_lines(std::string_view(text_).substr(0, std::min(offset, text_.size())));
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
