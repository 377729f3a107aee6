// The day and the moment, in UTC, for records that carry one.
#pragma once

#include <string>

namespace qpcr::apps {

/// "2026-11-23T19:49:10Z".
std::string utc_now();

/// "2026-11-23".
std::string utc_today();

}  // namespace qpcr::apps
