// Scans lists of numbers without a copy of any.
#include "instruments/appbio_quantstudio/number_list.hpp"

#include <charconv>
#include <limits>
#include <optional>
#include <system_error>

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

std::size_t scan_number(std::string_view text, double& number) {
  if (text.empty()) return 0;
  const char first = text.front() == '-' && text.size() > 1 ? text[1] : text.front();
  // from_chars would take "inf" and "nan".
  if (!((first >= '0' && first <= '9') || first == '.')) return 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  return fault == std::errc{} ? static_cast<std::size_t>(end - text.data()) : 0;
}

std::string_view read_number_list(std::string_view text, std::vector<double>& numbers) {
  text = strip_brackets(text);
  const char* at = text.data();
  const char* const end = at + text.size();
  while (true) {
    while (at != end && is_gap(*at)) ++at;
    if (at == end) return {};
    double number = 0;
    const std::size_t length = scan_number({at, static_cast<std::size_t>(end - at)}, number);
    if (length > 0 && (at + length == end || is_gap(at[length]))) {
      numbers.push_back(number);
      at += length;
      continue;
    }
    const char* const begin = at;
    while (at != end && !is_gap(*at)) ++at;
    const std::string_view token(begin, static_cast<std::size_t>(at - begin));
    const std::optional<double> value = parse_double(token);
    // NaN is Java's spelling of a signal that could not be computed.
    if (!value && token != "NaN") return token;
    numbers.push_back(value.value_or(std::numeric_limits<double>::quiet_NaN()));
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
