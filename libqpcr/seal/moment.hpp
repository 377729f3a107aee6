// Days and moments as the texts that seals and logs hold.
#pragma once

#include <string_view>

namespace qpcr {

/// "2026-11-23": a day of the Gregorian calendar from the year 1 to 9999. Such texts order as the days do.
bool is_day(std::string_view text);

/// "2026-11-23T19:49:10Z": UTC, whole seconds, no leap second.
bool is_utc_moment(std::string_view text);

/// The day of a moment. @throws Error invalid_value for any other text.
std::string_view day_of(std::string_view utc_moment);

}  // namespace qpcr
