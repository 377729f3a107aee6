// ISO 8601 dates.
#include "libqpcr/assay/calendar_day.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "libqpcr/core/text.hpp"

namespace qpcr {

std::optional<std::chrono::sys_days> parse_calendar_day(std::string_view text) {
  constexpr std::string_view pattern = "dddd-dd-dd";
  const auto fits = [](char c, char wanted) { return wanted == 'd' ? c >= '0' && c <= '9' : c == wanted; };
  if (text.size() != pattern.size() || !std::equal(text.begin(), text.end(), pattern.begin(), fits))
    return std::nullopt;
  const auto number = [text](std::size_t first, std::size_t count) {
    return static_cast<int>(*parse_integer(text.substr(first, count)));
  };
  const std::chrono::year_month_day date{std::chrono::year{number(0, 4)},
                                         std::chrono::month{static_cast<unsigned>(number(5, 2))},
                                         std::chrono::day{static_cast<unsigned>(number(8, 2))}};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days{date};
}

std::string render_calendar_day(std::chrono::sys_days day) {
  const std::chrono::year_month_day date{day};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

}  // namespace qpcr
