// The start of a run as it was written, read for order only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace qpcr {

struct RunTime {
  std::int64_t seconds = 0;  ///< since 1970-01-01 on the clock it was written by; less the offset where one is written
  bool has_time_of_day = false;
  bool has_offset = false;
  std::string day;  ///< "2026-11-23", as written, not converted

  bool operator==(const RunTime&) const = default;
};

/// Year first: "2026-11-23", "2026/11/3 9:05", "2026-11-23T09:05:30.5+08:00", "…Z".
/// @return nothing for any other text (day or month first cannot be told apart) and for a day that does not exist.
std::optional<RunTime> parse_run_time(std::string_view text);

}  // namespace qpcr
