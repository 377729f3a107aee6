// Dates of spreadsheet programs: days since an epoch, told from other numbers only by the format of the cell.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace qpcr {

enum class DateStyle {
  none,     ///< any other number
  date,     ///< a date, a time of day or both
  elapsed,  ///< a duration: hours, minutes or seconds that do not end at a day
};

/// Style of a built-in number format (ECMA-376 part 1, 18.8.30): 14 to 22 and 45 to 47, and 27 to 36 and 50 to 58,
/// which are dates in the East Asian editions and are nothing elsewhere.
DateStyle classify_builtin_format(long id);

/// Style of a format code: "yyyy/m/d", "[h]:mm:ss". Letters in quotes, behind '\', '_' and '*' and in brackets do not
/// count.
DateStyle classify_format_code(std::string_view code);

/// ISO 8601 to the second: "2024-05-01", "2024-05-01T13:45:10" where the number has a part of a day, "13:45:10" for a
/// time without a day, "27:00:05" for a duration. Nothing for a number that is no date of its system: negative, beyond
/// the year 9999, or the 29 February 1900 that never was.
/// @param since_1904 day 0 is 1 January 1904; else day 1 is 1 January 1900.
std::optional<std::string> render_sheet_date(double days, DateStyle style, bool since_1904);

}  // namespace qpcr
