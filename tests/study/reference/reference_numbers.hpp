// Numbers of the reference files as tests want them: infinities that are written as texts, limits that may be missing.
#pragma once

#include <optional>

#include "libqpcr/study/estimate.hpp"
#include "tests/study/reference/walk.hpp"

namespace qpcr::test {

/// A number of the file, with infinities as check_value() wants them.
inline Json plain(const Json& value) {
  if (value == "Inf") return 1e308;
  if (value == "-Inf") return -1e308;
  return value;
}

inline bool infinite(const Json& value) { return value.is_string(); }

inline std::optional<double> lower(const Estimate& estimate) {
  return estimate.interval ? std::optional(estimate.interval->lower) : std::nullopt;
}

inline std::optional<double> upper(const Estimate& estimate) {
  return estimate.interval ? std::optional(estimate.interval->upper) : std::nullopt;
}

}  // namespace qpcr::test
