// Boundaries of a study of accuracy against a target value that is looked at several times, on the normal scale.
#pragma once

#include <string_view>
#include <vector>

#include "libqpcr/study/planning/plan.hpp"

namespace qpcr {

/// How the error probability is shared among looks.
enum class SequentialBoundary {
  o_brien_fleming,    ///< bounds c/√t
  pocock,             ///< the same bound at each look
  lan_demets_obrien,  ///< spends 2 − 2Φ(z_{α/2}/√t)
  lan_demets_pocock,  ///< spends α·ln(1 + (e − 1)t)
};

std::string_view to_string(SequentialBoundary boundary);

struct GroupSequentialOptions {
  std::vector<double> fractions{0.5, 1.0};  ///< share of the information at each look; the last is 1
  SequentialBoundary boundary = SequentialBoundary::lan_demets_obrien;
  double one_sided_alpha = 0.025;
  double power = 0.8;
  double target = 0.0;
  double expected = 0.0;

  /// @throws Error invalid_option.
  void validate() const;
};

struct SequentialLook {
  double fraction = 0.0;
  double subjects = 0.0;  ///< unrounded
  double bound = 0.0;     ///< of the z statistic; +infinity where nothing is spent
  double nominal_p = 0.0;
  double cumulative_alpha = 0.0;
  double cumulative_power = 0.0;
};

struct GroupSequentialPlan {
  std::string_view method = "group_sequential";
  double inflation = 0.0;          ///< largest size over that of a single look
  PlannedSize fixed;               ///< single look, normal formula of target_value_plan
  PlannedSize maximum;             ///< all looks
  double expected_subjects = 0.0;  ///< mean when the expected value is true
  std::vector<SequentialLook> looks;
};

/// Jennison & Turnbull 2000, Group Sequential Methods; Lan & DeMets 1983 (10.1093/biomet/70.3.659). The boundaries hold
/// for large samples; derive_exact_sequential_plan() has those of the binomial.
/// @throws Error invalid_option.
GroupSequentialPlan derive_group_sequential_plan(const GroupSequentialOptions& options);

/// Error probability that may be spent until a share of the information, for the Lan–DeMets boundaries.
/// @throws Error invalid_option for the other boundaries, and for a share outside (0, 1].
double spend_alpha(SequentialBoundary boundary, double fraction, double one_sided_alpha);

}  // namespace qpcr
