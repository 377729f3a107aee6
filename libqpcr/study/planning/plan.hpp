// What every sample size calculation hands out: an unrounded number, whole subjects, and the power that they have.
#pragma once

#include <optional>
#include <vector>

#include "libqpcr/study/estimate.hpp"

namespace qpcr {

/// A number of subjects (pairs, replicates), or why there is none.
struct PlannedSize {
  std::optional<double> unrounded;  ///< of a formula
  std::optional<long> subjects;     ///< the smallest whole number that suffices
  std::optional<double> power;      ///< with that number, where it was computed
  std::optional<Message> why_absent;

  bool operator==(const PlannedSize&) const = default;
};

/// Rounds up; a number that is whole but for the rounding of its last bits stays. No more than 10⁹ subjects.
PlannedSize plan_size(double unrounded);
PlannedSize plan_size_absent(const char* why);

/// subjects/(1 − rate), rounded up: how many to enrol when a share is lost.
/// @throws Error invalid_option unless 0 ≤ rate < 1.
long inflate_for_drop_out(long subjects, double rate);

/// The normal quantile that leaves `alpha` above it, and the one of a power.
double alpha_quantile(double one_sided_alpha);
double power_quantile(double power);

/// A point of a power curve of a discrete test.
struct PowerPoint {
  long subjects = 0;
  long critical = 0;  ///< the count from which on the hypothesis is rejected; 0 where that depends on more than n
  double size = 0.0;  ///< true probability of rejecting under the hypothesis, at most α
  double power = 0.0;

  bool operator==(const PowerPoint&) const = default;
};

/// The first size whose power suffices, the size from which on it always does, and the points around both.
struct StableSize {
  PlannedSize first;
  PlannedSize stable;
  std::vector<PowerPoint> saw_tooth;
};

/// @param points of consecutive sizes. Absent when none suffices, or when the last does not.
StableSize find_stable_size(const std::vector<PowerPoint>& points, double power);

}  // namespace qpcr
