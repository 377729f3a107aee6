// How many replicates show a hit rate at the limit of detection, for each number of misses that is allowed.
#pragma once

#include <string_view>
#include <vector>

#include "libqpcr/study/planning/plan.hpp"

namespace qpcr {

struct HitRateOptions {
  double hit_rate = 0.95;    ///< to be shown
  double confidence = 0.95;  ///< one-sided
  double true_rate = 0.99;   ///< at which the chance of passing is stated
  long most_misses = 5;
  long replicates = 20;     ///< of a verification rule whose operating characteristic is wanted
  long required_hits = 19;  ///< of that rule

  /// @throws Error invalid_option.
  void validate() const;
};

/// With `misses` allowed: the replicates with which the one-sided exact lower limit reaches the hit rate.
struct HitRateRow {
  long misses = 0;
  long replicates = 0;
  double chance_of_passing = 0.0;  ///< at the true rate

  bool operator==(const HitRateRow&) const = default;
};

/// The rule "at least so many hits of so many" at one true rate.
struct HitRateCharacteristic {
  double true_rate = 0.0;
  double chance_of_passing = 0.0;

  bool operator==(const HitRateCharacteristic&) const = default;
};

struct HitRatePlan {
  std::string_view method = "hit_rate_exact";
  std::vector<HitRateRow> rows;
  double rule_lower_limit = 0.0;  ///< one-sided exact limit when the rule is just met
  std::vector<HitRateCharacteristic> characteristic;
};

/// Exact (Clopper & Pearson 1934). Zero misses: the smallest n with rateⁿ ≤ 1 − confidence (59 for 95 %/95 %).
/// @throws Error invalid_option.
HitRatePlan derive_hit_rate_plan(const HitRateOptions& options);

}  // namespace qpcr
