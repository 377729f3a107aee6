// Decimal and thousands signs.
#include "libqpcr/tabular/number.hpp"

#include <algorithm>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr {
namespace {

std::string_view skip_digits(std::string_view& text) {
  std::size_t count = 0;
  while (count < text.size() && text[count] >= '0' && text[count] <= '9') ++count;
  const std::string_view digits = text.substr(0, count);
  text.remove_prefix(count);
  return digits;
}

void skip_sign(std::string_view& text) {
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
}

/// Empty, or an exponent and nothing else.
bool is_exponent_or_end(std::string_view text) {
  if (text.empty()) return true;
  if (text.front() != 'e' && text.front() != 'E') return false;
  text.remove_prefix(1);
  skip_sign(text);
  return !skip_digits(text).empty() && text.empty();
}

bool is_decimal_comma(std::string_view text) {
  skip_sign(text);
  const bool whole = !skip_digits(text).empty();
  if (text.empty() || text.front() != ',') return false;
  text.remove_prefix(1);
  const bool fraction = !skip_digits(text).empty();
  return (whole || fraction) && is_exponent_or_end(text);
}

struct ThousandsShape {
  bool matches = false;
  bool certain = false;  ///< two commas or a dot: cannot be a decimal comma
};

ThousandsShape find_thousands(std::string_view text) {
  skip_sign(text);
  const std::string_view first = skip_digits(text);
  if (first.empty() || first.size() > 3 || first.front() == '0') return {};
  int groups = 0;
  while (!text.empty() && text.front() == ',') {
    text.remove_prefix(1);
    if (skip_digits(text).size() != 3) return {};
    ++groups;
  }
  if (groups == 0) return {};
  const bool dot = !text.empty() && text.front() == '.';
  if (dot) {
    text.remove_prefix(1);
    skip_digits(text);
  }
  // Nobody groups thousands in front of an exponent.
  if (!text.empty()) return {};
  return {true, dot || groups > 1};
}

[[noreturn]] void refuse(const std::string& path, std::string_view found, std::string problem) {
  ErrorContext context;
  context.path = path;
  context.found = std::string(found);
  context.problem = std::move(problem);
  throw Error(ErrorCode::invalid_value, std::move(context));
}

}  // namespace

std::string_view to_string(NumberFormat format) {
  switch (format) {
    case NumberFormat::decimal_dot:
      return "decimal_dot";
    case NumberFormat::decimal_comma:
      return "decimal_comma";
    case NumberFormat::thousands_commas:
      return "thousands_commas";
  }
  return "decimal_dot";
}

NumberFormat decide_number_format(const std::vector<std::string_view>& cells, char delimiter, ThousandsCommas thousands,
                                  const std::string& path) {
  std::string_view decimal;    // a comma that must be decimal
  std::string_view grouping;   // a comma that must group thousands
  std::string_view ambiguous;  // "1,234"
  std::string_view dotted;     // a decimal dot without any comma
  for (std::string_view cell : cells) {
    cell = trim(cell);
    const bool comma = cell.find(',') != std::string_view::npos;
    if (!comma) {
      if (dotted.empty() && cell.find('.') != std::string_view::npos && parse_double(cell)) dotted = cell;
      continue;
    }
    const ThousandsShape shape = find_thousands(cell);
    if (shape.certain) {
      grouping = cell;
    } else if (shape.matches) {
      ambiguous = cell;
    } else if (is_decimal_comma(cell)) {
      decimal = cell;
    }
  }
  const bool prefers_decimal = thousands == ThousandsCommas::never || delimiter == ';';
  if (!decimal.empty() && !grouping.empty()) {
    refuse(path, grouping, "commas are decimal signs in some numbers and group thousands in others");
  }
  if (!decimal.empty() || (prefers_decimal && !ambiguous.empty() && grouping.empty())) {
    if (!dotted.empty()) refuse(path, dotted, "decimal commas and decimal dots in one file");
    return NumberFormat::decimal_comma;
  }
  if (!grouping.empty() || (!ambiguous.empty() && !dotted.empty())) return NumberFormat::thousands_commas;
  if (!ambiguous.empty())
    refuse(path, ambiguous, "the comma may be a decimal sign or group thousands; nothing in the file decides it");
  return NumberFormat::decimal_dot;
}

std::optional<double> parse_number(std::string_view text, NumberFormat format) {
  text = trim(text);
  if (format == NumberFormat::decimal_dot || text.find(',') == std::string_view::npos) return parse_double(text);
  std::string plain(text);
  if (format == NumberFormat::decimal_comma) {
    if (!is_decimal_comma(text)) return std::nullopt;
    std::replace(plain.begin(), plain.end(), ',', '.');
  } else {
    if (!find_thousands(text).matches) return std::nullopt;
    std::erase(plain, ',');
  }
  return parse_double(plain);
}

}  // namespace qpcr
