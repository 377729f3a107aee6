// The grammar of XML 1.0 without a document type (fifth edition, https://www.w3.org/TR/xml/).
#include "libqpcr/tabular/xml_tokenizer.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <system_error>

#include <fmt/format.h>

#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/utf8.hpp"

namespace qpcr {
namespace {

enum NameByte : unsigned char { not_in_name, in_name, colon_in_name, beyond_ascii };

struct Tables {
  std::array<NameByte, 256> name{};
  std::array<bool, 256> text_stop{};
  std::array<bool, 256> value_stop{};
};

constexpr Tables make_tables() {
  Tables tables;
  for (std::size_t c = 0; c < 256; ++c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    const bool later = (c >= '0' && c <= '9') || c == '-' || c == '.';
    tables.name[c] = c >= 0x80 ? beyond_ascii : letter || later ? in_name : c == ':' ? colon_in_name : not_in_name;
    tables.text_stop[c] = c == '<' || c == '&' || c == '>';
    tables.value_stop[c] = tables.text_stop[c] || c == '"' || c == '\'' || c == '\t' || c == '\n' || c == '\r';
  }
  return tables;
}

constexpr Tables tables = make_tables();

constexpr std::size_t index(char c) { return static_cast<unsigned char>(c); }

bool is_white(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

const char* skip_white(const char* at) {
  while (is_white(*at)) ++at;
  return at;
}

bool is_ascii_name_start(char c) {
  return tables.name[index(c)] != not_in_name && c != '-' && c != '.' && !(c >= '0' && c <= '9');
}

struct Range {
  char32_t first;
  char32_t last;
};

/// Productions 4 and 4a beyond ASCII.
bool is_name_start(char32_t c) {
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
  return is_name_start(c) || c == 0xB7 || (c >= 0x300 && c <= 0x36F) || (c >= 0x203F && c <= 0x2040);
}

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

/// Appends checked character data: line ends become LF, references what they stand for. In an attribute every white
/// space that is written as itself becomes a space.
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

/// memcmp of a few bytes costs more as a call than as a loop.
bool begins_with(const char* text, std::string_view name) {
  for (const char c : name) {
    if (*text++ != c) return false;
  }
  return true;
}

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

std::string_view XmlTokenizer::read_text() {
  if (!self_closing_) {
    // Nearly every text is one piece without references: it is not copied.
    const char* const end = scan_text(at_);
    const std::string_view raw(at_, static_cast<std::size_t>(end - at_));
    if (end[1] == '/' && raw.find_first_of("&\r") == std::string_view::npos) {
      read_end_tag(end);
      return text_ = trim_white(raw);
    }
  }
  scratch_.clear();
  while (next_child(scratch_)) {
    // A text inside a child is not this element's.
    skip();
  }
  return text_ = trim_white(scratch_);
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

void XmlTokenizer::read_prolog() {
  constexpr std::string_view declaration = "<?xml";
  const std::string_view text = source_.text();
  if (text.starts_with(declaration) && is_white(text[declaration.size()])) at_ = read_declaration(at_);
  while (true) {
    at_ = skip_white(at_);
    if (*at_ != '<') fail(at_, "text before the first element");
    if (at_[1] != '!' && at_[1] != '?') break;
    at_ = read_misc(at_);
    if (at_ > last_) fail(last_, "no element");
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
        std::all_of(text.begin(), text.end(), [](char c) { return tables.name[index(c)] == in_name; });
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
    append_normalised(attribute.normalised, attribute.value, true);
  }
  return at + 1;
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

const char* XmlTokenizer::scan_name(const char* at, const char*& colon) const {
  const char* const begin = at;
  const bool starts = static_cast<unsigned char>(*at) < 0x80
                          ? is_ascii_name_start(*at)
                          : is_name_start(decode_utf8({at, static_cast<std::size_t>(last_ - at)}).value);
  if (!starts) fail(at, "a wrong name");
  while (true) {
    NameByte kind = in_name;
    while ((kind = tables.name[index(*at)]) == in_name) ++at;
    if (kind == not_in_name) break;
    if (kind == colon_in_name) {
      if (colon == nullptr) colon = at;
      ++at;
    } else {
      const Utf8Character character = decode_utf8(std::string_view(at, static_cast<std::size_t>(last_ - at)));
      if (!is_name_character(character.value)) fail(begin, "a wrong name");
      at += character.bytes;
    }
  }
  return at;
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
