// Days of the calendar from ISO 8601 dates, so that ages and expiries are counted the same everywhere.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "libqpcr/core/text.hpp"

namespace qpcr {

/// Days since 1970-01-01 of "2026-03-02". Nothing for any other text, nor for a day that the calendar does not have.
inline std::optional<long> parse_day(std::string_view iso) {
  if (iso.size() != 10 || iso[4] != '-' || iso[7] != '-') return std::nullopt;
  for (const std::size_t place : {0U, 1U, 2U, 3U, 5U, 6U, 8U, 9U}) {
    if (iso[place] < '0' || iso[place] > '9') return std::nullopt;
  }
  const std::optional<long> year = parse_integer(iso.substr(0, 4));
  const std::optional<long> month = parse_integer(iso.substr(5, 2));
  const std::optional<long> day = parse_integer(iso.substr(8, 2));
  if (!year || !month || !day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(*year)},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) return std::nullopt;
  return static_cast<long>(std::chrono::sys_days{date}.time_since_epoch().count());
}

/// The date that a time stamp begins with: "2026-03-02 10:11:12", "2026-03-02T10:11:12+08:00". Empty for other
/// writings, whose order of day and month is anyone's guess.
inline std::string find_leading_date(std::string_view stamp) {
  const std::string_view text = trim(stamp);
  if (text.size() < 10 || !parse_day(text.substr(0, 10))) return {};
  if (text.size() > 10 && text[10] != 'T' && text[10] != ' ') return {};
  return std::string(text.substr(0, 10));
}

}  // namespace qpcr
