// Escapes text for XML and checks instants.
#include "libqpcr/exchange/xml_text.hpp"

#include <utility>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr {
namespace {

[[noreturn]] void refuse_text(std::string problem) {
  throw Error(ErrorCode::invalid_value, {.path = {},
                                         .line = 0,
                                         .column = {},
                                         .field = "text",
                                         .found = {},
                                         .expected = {},
                                         .problem = std::move(problem)});
}

}  // namespace

std::string escape_xml(std::string_view text) {
  if (!is_valid_utf8(text)) refuse_text("not UTF-8, so XML cannot hold it");
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\t':
        result += "&#9;";
        break;
      case '\n':
        result += "&#10;";
        break;
      case '\r':
        result += "&#13;";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20U) {
          refuse_text("a control character, which XML cannot hold");
        }
        result += c;
    }
  }
  return result;
}

bool is_iso_instant(std::string_view text) {
  constexpr std::string_view form = "dddd-dd-ddTdd:dd:dd";
  if (text.size() < form.size()) return false;
  for (std::size_t i = 0; i < form.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (form[i] == 'd' ? !digit : text[i] != form[i]) return false;
  }
  const auto field = [&](std::size_t at) { return (text[at] - '0') * 10 + (text[at + 1] - '0'); };
  if (field(5) < 1 || field(5) > 12 || field(8) < 1 || field(8) > 31 || field(11) > 23 || field(14) > 59 ||
      field(17) > 59)
    return false;
  if (field(8) > 30 && (field(5) == 4 || field(5) == 6 || field(5) == 9 || field(5) == 11)) return false;
  if (field(5) == 2 && field(8) > 28) {
    const int year = field(0) * 100 + field(2);
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (field(8) > 29 || !leap) return false;
  }
  const std::string_view zone = text.substr(form.size());
  if (zone.empty() || zone == "Z") return true;
  if (zone.size() != 6 || (zone[0] != '+' && zone[0] != '-') || zone[3] != ':') return false;
  for (const std::size_t i : {1U, 2U, 4U, 5U}) {
    if (zone[i] < '0' || zone[i] > '9') return false;
  }
  return (zone[1] - '0') * 10 + (zone[2] - '0') <= 13 && zone[4] < '6';
}

}  // namespace qpcr
