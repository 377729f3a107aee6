// Which of dot and comma is the decimal sign of a file, decided once for the file and never for a cell.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace qpcr {

enum class NumberFormat {
  decimal_dot,       ///< 1234.5
  decimal_comma,     ///< 1234,5
  thousands_commas,  ///< 1,234.5
};

std::string_view to_string(NumberFormat format);

/// What is known of the writer before its numbers are seen.
enum class ThousandsCommas { possible, never };

/// Looks at all numeric cells of a file.
/// Any comma number that cannot be thousands ("25,7", "0,125", "1,5E+03") makes it decimal_comma; any that cannot be
/// decimal
/// ("1,234,567", "1,234.5") makes it thousands_commas. With `never`, or a ';' between the cells, every comma is
/// decimal.
/// @param cells text that is not a number is ignored.
/// @throws Error invalid_value when the cells contradict each other, or when only texts like "1,234" were found and
/// nothing
///   tells 1.234 from 1234.
NumberFormat decide_number_format(const std::vector<std::string_view>& cells, char delimiter, ThousandsCommas thousands,
                                  const std::string& path);

/// Number in the format of its file, white space around it allowed. Nothing for any other text, for "nan" and for
/// "inf".
std::optional<double> parse_number(std::string_view text, NumberFormat format);

}  // namespace qpcr
