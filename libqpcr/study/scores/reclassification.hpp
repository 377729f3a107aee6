// How a second risk model reclassifies subjects against a first: net reclassification and integrated discrimination.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "libqpcr/study/scores/score_inputs.hpp"

namespace qpcr {

struct ReclassificationOptions {
  double confidence = 0.95;
  /// Risks at which a higher category begins (risk ≥ cut-off), ascending; empty: any change counts (continuous NRI).
  std::vector<double> cut_offs;

  /// @throws Error invalid_option, for cut-offs that are not ascending within (0, 1) too.
  void validate() const;
};

/// An index with the normal test of its being 0.
struct TestedIndex {
  Estimate estimate;
  std::optional<double> z;
  std::optional<double> p_value;

  bool operator==(const TestedIndex&) const = default;
};

/// Moves of the subjects with one outcome.
struct RiskMoves {
  long subjects = 0;
  long up = 0;
  long down = 0;
  Estimate share_up;
  Estimate share_down;
  /// Categories of the first model × categories of the second, by row; empty without cut-offs.
  std::vector<long> table;

  bool operator==(const RiskMoves&) const = default;
};

struct ReclassificationResult {
  std::string_view method = "continuous";  ///< or "categorical"
  double confidence = 0.95;
  RiskMoves events;
  RiskMoves nonevents;
  TestedIndex net_reclassification;            ///< of events plus of non-events: from −2 to 2
  TestedIndex net_reclassification_events;     ///< up − down
  TestedIndex net_reclassification_nonevents;  ///< down − up
  TestedIndex integrated_discrimination;       ///< mean rise in events − mean rise in non-events
  Estimate mean_rise_events;                   ///< improvement of the integrated sensitivity
  Estimate mean_fall_nonevents;                ///< improvement of the integrated specificity

  bool operator==(const ReclassificationResult&) const = default;
};

/// Net reclassification improvement and integrated discrimination improvement (Pencina et al. 2008, 10.1002/sim.2929;
/// continuous form: Pencina et al. 2011, 10.1002/sim.4085). Standard errors are those of multinomial shares and of
/// means: Var(NRI of a class) = (up + down)/n² − (up − down)²/n³, not the variance under no difference. Both treat the
/// risks as given: where the models were fitted to the same subjects, the tests reject too often (docs/methods).
/// @throws Error invalid_value (lengths, risks outside 0 … 1, outcomes), invalid_option.
ReclassificationResult estimate_reclassification(std::span<const double> first_risks,
                                                 std::span<const double> second_risks, std::span<const int> outcomes,
                                                 const ReclassificationOptions& options);

}  // namespace qpcr
