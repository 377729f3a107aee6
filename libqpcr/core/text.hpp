// Text to number and back without a locale, and the few string helpers that every room needs.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace qpcr {

/// Decimal text with a dot, an optional sign and exponent, nothing before or after. "inf", "nan" and hexadecimal are
/// refused.
std::optional<double> parse_double(std::string_view text);

/// Decimal integer text, nothing before or after.
std::optional<long> parse_integer(std::string_view text);

/// Shortest decimal text that parses back to the same bits ("0.1", "1e-05"); NaN and infinities as "nan", "inf",
/// "-inf".
std::string format_double(double value);

/// `value` with a fixed number of decimals, for display only.
std::string format_fixed(double value, int decimals);

/// Without ASCII white space at both ends.
std::string_view trim(std::string_view text);

/// ASCII letters lowered, every other byte kept.
std::string to_lower_ascii(std::string_view text);

bool equals_ignoring_case(std::string_view left, std::string_view right);

/// Parts between separators, empty ones kept; "" gives one empty part.
std::vector<std::string_view> split(std::string_view text, char separator);

/// `bytes` with every byte that is not part of well-formed UTF-8 replaced by U+FFFD: file names may be any bytes.
std::string to_valid_utf8(std::string_view bytes);

/// True for well-formed UTF-8 (no overlong forms, no surrogates).
bool is_valid_utf8(std::string_view bytes);

}  // namespace qpcr
