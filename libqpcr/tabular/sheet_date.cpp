// Day numbers to ISO 8601.
#include "libqpcr/tabular/sheet_date.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

#include <fmt/format.h>

#include "libqpcr/core/text.hpp"

namespace qpcr {
namespace {

constexpr long seconds_of_day = 86'400;

std::string render_time(long seconds) {
  return fmt::format("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

/// The calendar day of a number of days, or nothing where the 1900 system has a day that the calendar has not.
std::optional<std::string> render_day(long days, bool since_1904) {
  using namespace std::chrono;
  constexpr long false_leap_day = 60;
  sys_days epoch = since_1904 ? sys_days(1904y / January / 1) : sys_days(1899y / December / 30);
  if (!since_1904 && days == false_leap_day) return std::nullopt;
  if (!since_1904 && days < false_leap_day) epoch = sys_days(1899y / December / 31);
  const year_month_day date(epoch + std::chrono::days(days));
  if (static_cast<int>(date.year()) > 9999) return std::nullopt;
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

}  // namespace

DateStyle classify_builtin_format(long id) {
  constexpr long elapsed_hours = 46;
  if (id == elapsed_hours) return DateStyle::elapsed;
  const auto between = [id](long first, long last) { return id >= first && id <= last; };
  return between(14, 22) || between(27, 36) || between(45, 47) || between(50, 58) ? DateStyle::date : DateStyle::none;
}

DateStyle classify_format_code(std::string_view code) {
  DateStyle style = DateStyle::none;
  for (std::size_t i = 0; i < code.size(); ++i) {
    const char c = code[i];
    if (c == ';') break;
    if (c == '\\' || c == '_' || c == '*') {
      ++i;
    } else if (c == '"' || c == '[') {
      const std::size_t end = code.find(c == '"' ? '"' : ']', i + 1);
      if (end == std::string_view::npos) break;
      const std::string inside = to_lower_ascii(code.substr(i + 1, end - i - 1));
      // [h], [mm] and [ss] count on; any other bracket is a colour, a condition or a language.
      const bool counts_on = !inside.empty() &&
                             std::string_view("hms").find(inside.front()) != std::string_view::npos &&
                             inside.find_first_not_of(inside.front()) == std::string::npos;
      if (c == '[' && counts_on) return DateStyle::elapsed;
      i = end;
    } else if (std::string_view("yYmMdDhHsS").find(c) != std::string_view::npos) {
      style = DateStyle::date;
    }
  }
  return style;
}

std::optional<std::string> render_sheet_date(double days, DateStyle style, bool since_1904) {
  constexpr double beyond_any_date = 2'958'466;
  if (!(days >= 0 && days < beyond_any_date)) return std::nullopt;
  const long seconds = std::lround(days * static_cast<double>(seconds_of_day));
  if (style == DateStyle::elapsed) return render_time(seconds);
  if (days < 1) return render_time(std::min(seconds, seconds_of_day - 1));
  const std::optional<std::string> day = render_day(seconds / seconds_of_day, since_1904);
  if (!day || seconds % seconds_of_day == 0) return day;
  return *day + "T" + render_time(seconds % seconds_of_day);
}

}  // namespace qpcr
