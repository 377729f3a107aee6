// Days and moments.
#include "libqpcr/seal/moment.hpp"

#include <array>
#include <optional>
#include <string>

#include "libqpcr/core/error.hpp"

namespace qpcr {
namespace {

/// The number that a part of the text writes in digits alone.
std::optional<int> digits(std::string_view text, std::size_t first, std::size_t count) {
  int number = 0;
  for (const char character : text.substr(first, count)) {
    if (character < '0' || character > '9') return std::nullopt;
    number = number * 10 + (character - '0');
  }
  return number;
}

int days_in_month(int year, int month) {
  constexpr std::array<int, 12> days{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return days[static_cast<std::size_t>(month - 1)] + (month == 2 && leap ? 1 : 0);
}

}  // namespace

bool is_day(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  const auto year = digits(text, 0, 4);
  const auto month = digits(text, 5, 2);
  const auto day = digits(text, 8, 2);
  if (!year || !month || !day) return false;
  return *year >= 1 && *month >= 1 && *month <= 12 && *day >= 1 && *day <= days_in_month(*year, *month);
}

bool is_utc_moment(std::string_view text) {
  if (text.size() != 20 || text[10] != 'T' || text[13] != ':' || text[16] != ':' || text[19] != 'Z') return false;
  const auto hour = digits(text, 11, 2);
  const auto minute = digits(text, 14, 2);
  const auto second = digits(text, 17, 2);
  return is_day(text.substr(0, 10)) && hour && minute && second && *hour < 24 && *minute < 60 && *second < 60;
}

std::string_view day_of(std::string_view utc_moment) {
  if (!is_utc_moment(utc_moment)) {
    throw Error(ErrorCode::invalid_value, {.path = {},
                                           .line = 0,
                                           .column = {},
                                           .field = "time",
                                           .found = std::string(utc_moment),
                                           .expected = "a moment in UTC such as 2026-11-23T19:49:10Z",
                                           .problem = {}});
  }
  return utc_moment.substr(0, 10);
}

}  // namespace qpcr
