// The Hosmer–Lemeshow test: observed against expected events in groups of rising risk.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "libqpcr/study/scores/score_inputs.hpp"

namespace qpcr {

struct HosmerLemeshowOptions {
  long groups = 10;
  /// Degrees of freedom are groups − this: 2 for the risks of a model fitted to these subjects, 0 for risks fixed
  /// beforehand.
  long degrees_lost = 2;

  /// @throws Error invalid_option unless groups ≥ 2 and degrees_lost ≥ 0.
  void validate() const;
};

struct RiskGroup {
  double lowest_risk = 0.0;
  double highest_risk = 0.0;
  double mean_risk = 0.0;
  long subjects = 0;
  long events = 0;
  double expected_events = 0.0;

  bool operator==(const RiskGroup&) const = default;
};

struct HosmerLemeshow {
  std::string_view method = "quantile_groups";
  OutcomeCounts counts;
  std::vector<RiskGroup> groups;  ///< fewer than asked for where quantiles are tied
  Estimate chi_square;
  long degrees_of_freedom = 0;
  std::optional<double> p_value;

  bool operator==(const HosmerLemeshow&) const = default;
};

/// Groups of rising risk between sample quantiles (type 7; a risk on a limit belongs to the group below it, tied limits
/// count once), as ResourceSelection's hoslem.test() forms them; programs that group by rank differ with ties.
/// Empty groups are left out.
/// @throws Error invalid_value (lengths, risks outside 0 … 1), invalid_option.
std::vector<RiskGroup> group_risks(std::span<const double> risks, std::span<const int> outcomes, long groups);

/// Hosmer & Lemeshow 1980 (10.1080/03610928008827941). Not estimable with two groups or fewer after ties, and where a
/// group expects no event or no non-event.
/// @throws as group_risks().
HosmerLemeshow estimate_hosmer_lemeshow(std::span<const double> risks, std::span<const int> outcomes,
                                        const HosmerLemeshowOptions& options);

}  // namespace qpcr
