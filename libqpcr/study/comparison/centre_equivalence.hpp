// Whether centres are equivalent: each against all others within a margin, and how far apart the farthest may be.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "libqpcr/study/comparison/centre_homogeneity.hpp"

namespace qpcr {

struct CentreEquivalenceOptions {
  double margin = 0.0;  ///< must be given: greatest difference of proportions that still counts as the same
  double alpha = 0.05;  ///< of each one-sided test, and of the range's interval on both sides together

  /// @throws Error invalid_option unless 0 < margin < 1 and 0 < alpha < 0.5.
  void validate() const;
};

/// One centre minus all others together.
struct CentreDifference {
  std::string centre;
  Estimate difference;      ///< Newcombe, at 1 − 2·alpha
  double p_lower = 1.0;     ///< of difference ≤ −margin, score test (Farrington & Manning 1990)
  double p_upper = 1.0;     ///< of difference ≥ margin
  double p_value = 1.0;     ///< the greater of both (two one-sided tests, Schuirmann 1987)
  double p_holm = 1.0;      ///< over the centres
  bool equivalent = false;  ///< p_holm ≤ alpha
};

struct CentreEquivalenceResult {
  double margin = 0.0;
  double alpha = 0.05;
  std::vector<CentreDifference> centres;
  Estimate range;  ///< greatest minus least proportion, with a simultaneous interval at 1 − alpha
  std::optional<bool> all_equivalent;
  std::vector<Exclusion> exclusions;
};

/// The interval of the range joins Newcombe's intervals of all pairs at a level corrected by Bonferroni: its upper
/// limit is the greatest limit of any pair, its lower the greatest lower one, at least 0. It is conservative.
/// @throws Error invalid_option, invalid_value (counts, no stratum), duplicate_entry.
CentreEquivalenceResult compare_centre_equivalence(std::span<const StratumCount> centres,
                                                   const CentreEquivalenceOptions& options);

}  // namespace qpcr
