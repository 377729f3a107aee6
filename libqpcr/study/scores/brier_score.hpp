// How far predicted risks lie from what happened: the Brier score, its parts, and Spiegelhalter's test of it.
#pragma once

#include <span>
#include <string_view>

#include "libqpcr/study/scores/score_inputs.hpp"

namespace qpcr {

struct BrierScore {
  std::string_view method = "brier_spiegelhalter";
  double confidence = 0.95;
  OutcomeCounts counts;
  Estimate brier;   ///< mean of (risk − outcome)², standard error of that mean
  Estimate scaled;  ///< 1 − brier/(q(1 − q)), q the event rate: 0 for a risk of q for all, 1 at best
  /// Brier = reliability − resolution + uncertainty over groups of equal risk (Murphy 1973).
  Estimate reliability;
  Estimate resolution;
  Estimate uncertainty;
  long distinct_risks = 0;
  Estimate spiegelhalter_z;  ///< standard normal where the risks are true
  std::optional<double> spiegelhalter_p;

  bool operator==(const BrierScore&) const = default;
};

/// Brier 1950 (10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2); Spiegelhalter 1986 (10.1002/sim.4780050506);
/// Murphy 1973 (Journal of Applied Meteorology 12:595).
/// @throws Error invalid_value (lengths, risks outside 0 … 1, outcomes), invalid_option (confidence).
BrierScore estimate_brier_score(std::span<const double> risks, std::span<const int> outcomes, double confidence = 0.95);

}  // namespace qpcr
