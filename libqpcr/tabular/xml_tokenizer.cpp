// The tokenizer's way through elements and their text, for XML 1.0 (fifth edition, https://www.w3.org/TR/xml/).
#include "libqpcr/tabular/xml_tokenizer.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <system_error>

#include <fmt/format.h>

#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/xml_grammar.hpp"

namespace qpcr {

using xml_grammar::append_normalised;
using xml_grammar::begins_with;
using xml_grammar::index;
using xml_grammar::is_white;
using xml_grammar::skip_white;
using xml_grammar::tables;

namespace {

std::string_view trim_white(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

constexpr std::size_t word_bytes = sizeof(std::uint64_t);

std::uint64_t read_word(const char* at) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, word_bytes);
  return word;
}

/// The high bit of the first byte of a word that equals `byte`, and perhaps of later ones; 0 when there is none.
std::uint64_t find_byte(std::uint64_t word, char byte) {
  constexpr std::uint64_t ones = 0x0101010101010101U;
  const std::uint64_t difference = word ^ (ones * static_cast<unsigned char>(byte));
  return (difference - ones) & ~difference & (ones << 7U);
}

/// Place of a short name in a table of 64 (Fibonacci hashing).
std::size_t known_slot(std::uint64_t name) { return static_cast<std::size_t>((name * 0x9E3779B97F4A7C15U) >> 58U); }

}  // namespace

/// Nearly every start tag of a large document is a short name, seen before, and '>': eight bytes tell.
inline bool XmlTokenizer::open_known(const char* at) {
  if constexpr (std::endian::native != std::endian::little) return false;
  constexpr auto word_size = static_cast<std::ptrdiff_t>(word_bytes);
  if (last_ - at <= word_size + 1 || depth_ >= deepest_xml || elements_ >= most_xml_elements) return false;
  const std::uint64_t word = read_word(at + 1);
  const std::uint64_t ends = find_byte(word, '>');
  const auto bits = static_cast<unsigned>(std::countr_zero(ends)) / 8 * 8;
  // An empty name, or a longer one.
  if (bits == 0 || bits == 64) return false;
  const std::uint64_t of_name = (std::uint64_t{1} << bits) - 1;
  const std::uint64_t name = word & of_name;
  if (known_[known_slot(name)] != name) return false;
  ++elements_;
  const std::string_view known(at + 1, bits / 8);
  name_ = known;
  start_ = static_cast<std::size_t>(at - begin_);
  attribute_count_ = 0;
  Open& open = open_[static_cast<std::size_t>(depth_++)];
  open.name = known;
  open.word = name | (std::uint64_t{'>'} << bits);
  open.mask = of_name | (std::uint64_t{0xFF} << bits);
  at_ = at + bits / 8 + 2;
  return true;
}

inline void XmlTokenizer::close_element() {
  if (--depth_ == 0 || at_ > last_) end_document();
}

inline void XmlTokenizer::read_end_tag(const char* at) {
  const Open& open = open_[static_cast<std::size_t>(depth_ - 1)];
  if (open.mask != 0 && last_ - at > static_cast<std::ptrdiff_t>(word_bytes) + 2 &&
      (read_word(at + 2) & open.mask) == open.word) {
    at_ = at + open.name.size() + 3;
  } else {
    read_other_end_tag(at);
  }
  close_element();
}

/// White space between tags: line ends, then many spaces.
inline const char* XmlTokenizer::skip_indentation(const char* at) const {
  constexpr std::uint64_t spaces = 0x2020202020202020U;
  if (at > last_) fail(last_, "the document breaks off");
  if (*at == '\n') ++at;
  while (true) {
    if constexpr (std::endian::native == std::endian::little) {
      while (last_ - at >= static_cast<std::ptrdiff_t>(word_bytes)) {
        const std::uint64_t other = read_word(at) ^ spaces;
        at += other == 0 ? word_bytes : static_cast<std::size_t>(std::countr_zero(other)) / 8;
        if (other != 0) break;
      }
    }
    if (!is_white(*at)) return at;
    ++at;
  }
}

bool XmlTokenizer::next_child() {
  if (self_closing_ || depth_ == 0) return leave_empty();
  while (true) {
    const char* at = skip_indentation(at_);
    if (*at != '<') at = scan_text(at_);
    if (at[1] == '/') {
      read_end_tag(at);
      return false;
    }
    if (open_known(at) || open_other(at, nullptr)) return true;
  }
}

bool XmlTokenizer::next_child(std::string& text) {
  if (self_closing_ || depth_ == 0) return leave_empty();
  while (true) {
    const char* const at = scan_text(at_);
    append_normalised(text, {at_, static_cast<std::size_t>(at - at_)}, false);
    if (at[1] == '/') {
      read_end_tag(at);
      return false;
    }
    if (open_other(at, &text)) return true;
  }
}

XmlTokenizer::XmlTokenizer(const XmlSource& source) : source_(source), begin_(source.text().data()) {
  const std::string_view text = source.text();
  const std::size_t last = text.find_last_not_of(" \t\r\n");
  if (last == std::string_view::npos) source_.refuse(0, "not well-formed XML: no element");
  if (text[last] != '>') {
    source_.refuse(last, text.find('<') == std::string_view::npos ? "not well-formed XML: text and no element"
                                                                  : "not well-formed XML: the document breaks off");
  }
  last_ = begin_ + last;
  at_ = begin_;
  read_prolog();
}

std::optional<std::string_view> XmlTokenizer::attribute(std::string_view local_name) const {
  for (std::size_t i = 0; i < attribute_count_; ++i) {
    const Attribute& attribute = attributes_[i];
    const std::size_t colon = attribute.name.find(':');
    if (attribute.name.substr(colon == std::string_view::npos ? 0 : colon + 1) != local_name) continue;
    return attribute.differs ? std::string_view(attribute.normalised) : attribute.value;
  }
  return std::nullopt;
}

std::string_view XmlTokenizer::read_text() { return text_ = trim_white(read_untrimmed_text()); }

std::string_view XmlTokenizer::read_untrimmed_text() {
  if (!self_closing_) {
    // Nearly every text is one piece without references: it is not copied.
    const char* const end = scan_text(at_);
    const std::string_view raw(at_, static_cast<std::size_t>(end - at_));
    if (end[1] == '/' && raw.find_first_of("&\r") == std::string_view::npos) {
      read_end_tag(end);
      return text_ = raw;
    }
  }
  scratch_.clear();
  while (next_child(scratch_)) {
    // A text inside a child is not this element's.
    skip();
  }
  return text_ = scratch_;
}

bool XmlTokenizer::read_double(double& number) {
  const char* const begin = at_;
  if (!self_closing_ && last_ - begin > 3) {
    // Cycles: one or two digits are themselves.
    const auto digit = [begin](int i) { return static_cast<unsigned>(static_cast<unsigned char>(begin[i])) - '0'; };
    if (digit(0) <= 9) {
      const bool two = digit(1) <= 9;
      const char* const end = begin + (two ? 2 : 1);
      if (end[0] == '<' && end[1] == '/') {
        text_ = {begin, static_cast<std::size_t>(end - begin)};
        number = two ? 10 * digit(0) + digit(1) : digit(0);
        read_end_tag(end);
        return true;
      }
    }
    const char first = *begin == '-' ? begin[1] : *begin;
    if ((first >= '0' && first <= '9') || first == '.') {
      const auto [end, fault] = std::from_chars(begin, last_, number);
      if (fault == std::errc{} && end[0] == '<' && end[1] == '/') {
        text_ = {begin, static_cast<std::size_t>(end - begin)};
        read_end_tag(end);
        return true;
      }
    }
  }
  const std::optional<double> parsed = parse_double(read_text());
  if (parsed) number = *parsed;
  return parsed.has_value();
}

void XmlTokenizer::skip() {
  const int outside = depth_ - 1;
  while (depth_ > outside) next_child();
}

void XmlTokenizer::fail(const char* at, std::string_view problem) const {
  source_.refuse(static_cast<std::size_t>(at - begin_), fmt::format("not well-formed XML: {}", problem));
}

/// The end of an element without contents, or a call behind the end of the document.
bool XmlTokenizer::leave_empty() {
  if (!self_closing_) return false;
  self_closing_ = false;
  close_element();
  return false;
}

/// Any markup but an end tag. @return true for a start tag.
bool XmlTokenizer::open_other(const char* at, std::string* text) {
  if (at[1] == '!' && at[2] == '[') {
    at_ = read_cdata(at, text);
    return false;
  }
  if (at[1] == '!' || at[1] == '?') {
    at_ = read_misc(at);
    return false;
  }
  read_start_tag(at);
  return true;
}

void XmlTokenizer::read_start_tag(const char* at) {
  if (++elements_ > most_xml_elements) fail(at, "too many elements");
  const char* const begin = at + 1;
  const char* colon = nullptr;
  const char* end = scan_name(begin, colon);
  start_ = static_cast<std::size_t>(at - begin_);
  const char* const local = colon == nullptr ? begin : colon + 1;
  name_ = {local, static_cast<std::size_t>(end - local)};
  attribute_count_ = 0;
  const std::string_view full(begin, static_cast<std::size_t>(end - begin));
  if (*end != '>') end = read_attributes(end);
  if (depth_ == deepest_xml && !self_closing_) {
    source_.refuse(start_, fmt::format("elements are nested deeper than {}", deepest_xml));
  }
  if (end == last_ && !self_closing_) fail(at, fmt::format("the element '{}' is never closed", full));
  Open& open = open_[static_cast<std::size_t>(depth_++)];
  open.name = full;
  open.mask = 0;
  if (std::endian::native == std::endian::little && full.size() < word_bytes &&
      last_ - begin > static_cast<std::ptrdiff_t>(word_bytes)) {
    const std::size_t bits = 8 * full.size();
    const std::uint64_t of_name = (std::uint64_t{1} << bits) - 1;
    const std::uint64_t name = read_word(begin) & of_name;
    open.word = name | (std::uint64_t{'>'} << bits);
    open.mask = of_name | (std::uint64_t{0xFF} << bits);
    if (colon == nullptr) known_[known_slot(name)] = name;
  }
  at_ = end + 1;
}

void XmlTokenizer::read_other_end_tag(const char* at) {
  const std::string_view name = open_[static_cast<std::size_t>(depth_ - 1)].name;
  const char* end = at + 2;
  if (static_cast<std::size_t>(last_ - end) < name.size() || !begins_with(end, name)) {
    fail(at, fmt::format("the end tag of '{}' was expected", name));
  }
  end = skip_white(end + name.size());
  if (*end != '>') fail(at, fmt::format("the end tag of '{}' was expected", name));
  at_ = end + 1;
}

void XmlTokenizer::end_document() {
  if (depth_ == 0) {
    read_epilog();
  } else {
    fail(last_, fmt::format("the element '{}' is never closed", open_[static_cast<std::size_t>(depth_ - 1)].name));
  }
}

const char* XmlTokenizer::scan_text(const char* at) const {
  const char* const begin = at;
  if (at > last_) fail(last_, "the document breaks off");
  while (true) {
    while (!tables.text_stop[index(*at)]) ++at;
    if (*at == '<') return at;
    if (*at == '&') {
      at = check_reference(at);
      continue;
    }
    if (at == last_) fail(at, "the document breaks off");
    if (at - begin >= 2 && at[-1] == ']' && at[-2] == ']') fail(at, "']]>' in a text");
    ++at;
  }
}

}  // namespace qpcr
