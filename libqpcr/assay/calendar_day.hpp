// ISO 8601 dates as days that can be counted, so that ages and expiries are counted the same everywhere.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace qpcr {

/// "2026-01-05"; nothing for any other text and for days that do not exist.
std::optional<std::chrono::sys_days> parse_calendar_day(std::string_view text);

/// Years 0 to 9999 alone have such a text.
std::string render_calendar_day(std::chrono::sys_days day);

}  // namespace qpcr
