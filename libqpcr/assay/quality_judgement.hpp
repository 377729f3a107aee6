// The two judgements of a series: among its own first results, and against its limits.
#pragma once

#include <vector>

#include "libqpcr/assay/control_history.hpp"

namespace qpcr {

/// Judges the points of series `index` from the first one on by the short-series rule until limits are formed: those
/// that the series already has, or frozen ones of its first 20 accepted runs, which it then gets.
/// @return the first point that the limits judge.
std::size_t judge_by_short_series(std::vector<QualitySeries>& series, std::size_t index);

/// Judges the points from first_judged[i] of each series on by Westgard's rules.
void judge_by_limits(std::vector<QualitySeries>& series, const std::vector<std::size_t>& first_judged);

}  // namespace qpcr
