// Scans lists of numbers without a copy of any.
#include "instruments/appbio_quantstudio/number_list.hpp"

#include <limits>
#include <optional>

#include "libqpcr/core/text.hpp"

namespace qpcr::appbio_quantstudio {
namespace {

bool is_gap(char c) { return c == ',' || c == '\t' || c == ' ' || c == '\n' || c == '\r' || c == ';'; }

std::string_view strip_brackets(std::string_view text) {
  text = trim(text);
  if (text.starts_with('[')) text.remove_prefix(1);
  if (text.ends_with(']')) text.remove_suffix(1);
  return text;
}

}  // namespace

std::string_view read_number_list(std::string_view text, std::vector<double>& numbers) {
  text = strip_brackets(text);
  const char* at = text.data();
  const char* const end = at + text.size();
  while (true) {
    while (at != end && is_gap(*at)) ++at;
    if (at == end) return {};
    const char* const begin = at;
    while (at != end && !is_gap(*at)) ++at;
    const std::string_view token(begin, static_cast<std::size_t>(at - begin));
    std::optional<double> value = parse_double(token);
    // Java's spelling of a signal that could not be computed.
    if (!value && token == "NaN") value = std::numeric_limits<double>::quiet_NaN();
    if (!value) return token;
    numbers.push_back(*value);
  }
}

std::vector<std::string_view> split_list(std::string_view text) {
  std::vector<std::string_view> parts;
  text = strip_brackets(text);
  if (trim(text).empty()) return parts;
  for (const std::string_view part : split(text, ',')) parts.push_back(trim(part));
  return parts;
}

}  // namespace qpcr::appbio_quantstudio
