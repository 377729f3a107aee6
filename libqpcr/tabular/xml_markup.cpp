// The rarer half of XML's grammar: prolog, comments, instructions, CDATA, attributes, names, references.
#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <system_error>

#include <fmt/format.h>

#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/utf8.hpp"
#include "libqpcr/tabular/xml_grammar.hpp"
#include "libqpcr/tabular/xml_tokenizer.hpp"

namespace qpcr {
namespace xml_grammar {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

/// What a reference stands for; the grammar was checked.
void append_reference(std::string& text, std::string_view name) {
  if (name.front() != '#') {
    text += name == "lt" ? '<' : name == "gt" ? '>' : name == "amp" ? '&' : name == "quot" ? '"' : '\'';
    return;
  }
  const bool hexadecimal = name[1] == 'x';
  const char* const digits = name.data() + (hexadecimal ? 2 : 1);
  std::uint32_t value = 0;
  std::from_chars(digits, name.data() + name.size(), value, hexadecimal ? 16 : 10);
  append_utf8(text, value);
}

}  // namespace

bool is_name_start(char32_t c) {
  if (c < 0x80) return c == ':' || c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  constexpr std::array<Range, 12> ranges{{{0xC0, 0xD6},
                                          {0xD8, 0xF6},
                                          {0xF8, 0x2FF},
                                          {0x370, 0x37D},
                                          {0x37F, 0x1FFF},
                                          {0x200C, 0x200D},
                                          {0x2070, 0x218F},
                                          {0x2C00, 0x2FEF},
                                          {0x3001, 0xD7FF},
                                          {0xF900, 0xFDCF},
                                          {0xFDF0, 0xFFFD},
                                          {0x10000, 0xEFFFF}}};
  return std::any_of(ranges.begin(), ranges.end(), [&](const Range& r) { return c >= r.first && c <= r.last; });
}

bool is_name_character(char32_t c) {
  return is_name_start(c) || c == '-' || c == '.' || (c >= '0' && c <= '9') || c == 0xB7 ||
         (c >= 0x300 && c <= 0x36F) || (c >= 0x203F && c <= 0x2040);
}

void append_normalised(std::string& text, std::string_view raw, bool is_attribute) {
  std::size_t at = 0;
  const std::string_view special = is_attribute ? "&\r\n\t" : "&\r";
  while (true) {
    const std::size_t next = raw.find_first_of(special, at);
    text += raw.substr(at, next - at);
    if (next == std::string_view::npos) return;
    at = next + 1;
    if (raw[next] == '&') {
      const std::size_t end = raw.find(';', next);
      append_reference(text, raw.substr(next + 1, end - next - 1));
      at = end + 1;
    } else {
      if (raw[next] == '\r' && at < raw.size() && raw[at] == '\n') ++at;
      text += is_attribute ? ' ' : '\n';
    }
  }
}

}  // namespace xml_grammar

using xml_grammar::begins_with;
using xml_grammar::index;
using xml_grammar::is_white;
using xml_grammar::skip_white;
using xml_grammar::tables;

void XmlTokenizer::read_prolog() {
  constexpr std::string_view declaration = "<?xml";
  const std::string_view text = source_.text();
  if (text.starts_with(declaration) && is_white(text[declaration.size()])) at_ = read_declaration(at_);
  while (true) {
    if (at_ > last_) fail(last_, "no element");
    at_ = skip_white(at_);
    if (*at_ != '<') fail(at_, "text before the first element");
    if (at_[1] != '!' && at_[1] != '?') break;
    at_ = read_misc(at_);
  }
  if (at_[1] == '/') fail(at_, "an end tag without a start tag");
  read_start_tag(at_);
}

void XmlTokenizer::read_epilog() {
  while (at_ <= last_) {
    at_ = skip_white(at_);
    if (at_[0] == '<' && (at_[1] == '!' || at_[1] == '?')) {
      at_ = read_misc(at_);
    } else if (at_[0] == '<' && at_[1] != '/') {
      fail(at_, "more than one root element");
    } else {
      fail(at_, "text or an end tag behind the root element");
    }
  }
}

const char* XmlTokenizer::read_declaration(const char* at) const {
  const char* const start = at;
  constexpr std::string_view mark = "<?xml";
  at += mark.size();
  // version, then encoding, then standalone: only the first must be there.
  std::size_t next = 0;
  constexpr std::array<std::string_view, 3> names{"version", "encoding", "standalone"};
  while (true) {
    const char* const before = at;
    at = skip_white(at);
    if (at[0] == '?' && at[1] == '>') break;
    const auto found = std::find_if(names.begin() + static_cast<std::ptrdiff_t>(next), names.end(),
                                    [&](std::string_view name) { return begins_with(at, name); });
    if (found == names.end() || at == before) fail(at, "a wrong XML declaration");
    const auto which = static_cast<std::size_t>(found - names.begin());
    if (next == 0 && which != 0) fail(at, "an XML declaration without a version");
    next = which + 1;
    at = skip_white(at + found->size());
    if (*at != '=') fail(at, "a wrong XML declaration");
    at = skip_white(at + 1);
    const char quote = *at;
    if (quote != '"' && quote != '\'') fail(at, "a wrong XML declaration");
    const char* const value = ++at;
    while (*at != quote && *at != '>' && *at != '<') ++at;
    if (*at != quote) fail(value, "a quote is never closed");
    const std::string_view text(value, static_cast<std::size_t>(at - value));
    const bool version =
        text.size() > 2 && text.starts_with("1.") && text.find_first_not_of("0123456789", 2) == std::string_view::npos;
    const bool encoding =
        !text.empty() && ((text[0] >= 'a' && text[0] <= 'z') || (text[0] >= 'A' && text[0] <= 'Z')) &&
        std::all_of(text.begin(), text.end(), [](char c) { return tables.name[index(c)] == xml_grammar::in_name; });
    const bool fits = which == 0 ? version : which == 1 ? encoding : text == "yes" || text == "no";
    if (!fits) fail(value, fmt::format("a wrong {} in the XML declaration", *found));
    ++at;
  }
  if (next == 0) fail(start, "an XML declaration without a version");
  return at + 2;
}

const char* XmlTokenizer::read_misc(const char* at) const {
  if (at[1] == '?') return read_instruction(at);
  if (at[2] == '-' && at[3] == '-') return read_comment(at);
  source_.refuse(static_cast<std::size_t>(at - begin_), "a DOCTYPE or other declaration: not read, for safety");
}

const char* XmlTokenizer::read_comment(const char* at) const {
  constexpr std::string_view mark = "<!--";
  const char* const start = at;
  at += mark.size();
  while (true) {
    while (*at != '-' && *at != '>') ++at;
    if (at == last_) fail(start, "a comment is never closed");
    if (at[0] == '-' && at[1] == '-') {
      if (at[2] != '>') fail(at, "'--' inside a comment");
      return at + 3;
    }
    ++at;
  }
}

const char* XmlTokenizer::read_instruction(const char* at) const {
  const char* const start = at;
  const char* colon = nullptr;
  at = scan_name(at + 2, colon);
  const std::string_view target(start + 2, static_cast<std::size_t>(at - start - 2));
  if (equals_ignoring_case(target, "xml")) fail(start, "an XML declaration that is not at the beginning");
  if (!is_white(*at) && !(at[0] == '?' && at[1] == '>')) fail(at, "a wrong processing instruction");
  while (true) {
    while (*at != '>') ++at;
    if (at[-1] == '?' && at - 1 >= start + 2) return at + 1;
    if (at == last_) fail(start, "a processing instruction is never closed");
    ++at;
  }
}

const char* XmlTokenizer::read_cdata(const char* at, std::string* text) const {
  constexpr std::string_view mark = "<![CDATA[";
  const char* const start = at;
  if (static_cast<std::size_t>(last_ - at) < mark.size() || !begins_with(at, mark)) fail(at, "a wrong CDATA section");
  const char* const begin = at + mark.size();
  at = begin;
  while (true) {
    while (*at != '>') ++at;
    if (at - begin >= 2 && at[-1] == ']' && at[-2] == ']') break;
    if (at == last_) fail(start, "a CDATA section is never closed");
    ++at;
  }
  if (text != nullptr) {
    // No references here, but line ends.
    const std::string_view raw(begin, static_cast<std::size_t>(at - 2 - begin));
    for (std::size_t i = 0; i < raw.size(); ++i) {
      if (raw[i] != '\r') {
        *text += raw[i];
      } else if (i + 1 == raw.size() || raw[i + 1] != '\n') {
        *text += '\n';
      }
    }
  }
  return at + 1;
}

const char* XmlTokenizer::read_attributes(const char* at) {
  while (true) {
    const char* const before = at;
    at = skip_white(at);
    if (*at == '>') return at;
    if (*at == '/') {
      if (at[1] != '>') fail(at, "a '/' inside a tag");
      self_closing_ = true;
      return at + 1;
    }
    if (at == before) fail(at, "no white space before an attribute, or a wrong name");
    const char* colon = nullptr;
    const char* const end = scan_name(at, colon);
    if (attribute_count_ == most_xml_attributes) {
      fail(at, fmt::format("an element with more than {} attributes", most_xml_attributes));
    }
    if (attribute_count_ == attributes_.size()) attributes_.emplace_back();
    Attribute& attribute = attributes_[attribute_count_];
    attribute.name = {at, static_cast<std::size_t>(end - at)};
    for (std::size_t i = 0; i < attribute_count_; ++i) {
      if (attributes_[i].name == attribute.name)
        fail(at, fmt::format("the attribute '{}' is there twice", attribute.name));
    }
    ++attribute_count_;
    at = skip_white(end);
    if (*at != '=') fail(at, "an attribute without '='");
    at = read_attribute_value(skip_white(at + 1), attribute);
  }
}

const char* XmlTokenizer::read_attribute_value(const char* at, Attribute& attribute) const {
  const char quote = *at;
  if (quote != '"' && quote != '\'') fail(at, "an attribute's value without quotes");
  const char* const begin = ++at;
  attribute.differs = false;
  while (true) {
    while (!tables.value_stop[index(*at)]) ++at;
    if (*at == quote) break;
    if (*at == '<') fail(at, "'<' in an attribute's value");
    if (at == last_) fail(begin - 1, "a quote in a tag is never closed");
    if (*at == '&') {
      at = check_reference(at);
      attribute.differs = true;
      continue;
    }
    if (is_white(*at)) attribute.differs = true;
    ++at;
  }
  attribute.value = {begin, static_cast<std::size_t>(at - begin)};
  if (attribute.differs) {
    attribute.normalised.clear();
    xml_grammar::append_normalised(attribute.normalised, attribute.value, true);
  }
  return at + 1;
}

const char* XmlTokenizer::scan_name(const char* at, const char*& colon) const {
  const char* const begin = at;
  if (!xml_grammar::is_name_start(decode_utf8({at, static_cast<std::size_t>(last_ - at) + 1}).value)) {
    fail(at, "a wrong name");
  }
  while (true) {
    xml_grammar::NameByte kind = xml_grammar::in_name;
    while ((kind = tables.name[index(*at)]) == xml_grammar::in_name) ++at;
    if (kind == xml_grammar::not_in_name) break;
    if (kind == xml_grammar::colon_in_name) {
      if (colon == nullptr) colon = at;
      ++at;
    } else {
      const Utf8Character character = decode_utf8(std::string_view(at, static_cast<std::size_t>(last_ - at)));
      if (!xml_grammar::is_name_character(character.value)) fail(begin, "a wrong name");
      at += character.bytes;
    }
  }
  return at;
}

const char* XmlTokenizer::check_reference(const char* at) const {
  const char* const start = at++;
  if (*at == '#') {
    const bool hexadecimal = *++at == 'x';
    if (hexadecimal) ++at;
    std::uint32_t value = 0;
    const auto [end, fault] = std::from_chars(at, last_, value, hexadecimal ? 16 : 10);
    if (fault != std::errc{} || *end != ';' || !is_xml_character(value)) fail(start, "a wrong character reference");
    return end + 1;
  }
  for (const std::string_view name : {"lt;", "gt;", "amp;", "quot;", "apos;"}) {
    if (static_cast<std::size_t>(last_ - at) > name.size() && begins_with(at, name)) return at + name.size();
  }
  fail(start, "an '&' that starts no reference known here");
}

}  // namespace qpcr
