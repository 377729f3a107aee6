// How well predicted risks tell events from non-events: concordance, Somers' D, R², and Harrell's D, U and Q.
#pragma once

#include <span>
#include <string_view>

#include "libqpcr/study/scores/score_inputs.hpp"

namespace qpcr {

struct RiskDiscrimination {
  std::string_view method = "concordance_and_likelihood";
  OutcomeCounts counts;
  Estimate concordance;           ///< chance that an event has the higher risk, ties half: the area under the ROC curve
  Estimate somers_d;              ///< 2·concordance − 1
  Estimate discrimination_slope;  ///< mean risk of events − mean risk of non-events
  /// Of the risks as they are, against the event rate for all, with n subjects (absent where a risk is 0 or 1):
  Estimate likelihood_ratio;  ///< deviance of the event rate − deviance of the risks; negative where they are worse
  Estimate nagelkerke_r2;
  Estimate cox_snell_r2;
  Estimate mcfadden_r2;
  Estimate discrimination_index;  ///< D = (likelihood ratio − 1)/n
  Estimate unreliability_index;   ///< U = (chi-square of slope 1 and intercept 0 − 2)/n
  Estimate quality_index;         ///< Q = D − U
  /// Of the risks after logistic recalibration (slope and intercept fitted to these subjects):
  Estimate recalibrated_likelihood_ratio;  ///< chi-square of the slope being 0, 1 degree of freedom
  std::optional<double> recalibrated_likelihood_ratio_p;
  Estimate recalibrated_discrimination_index;

  bool operator==(const RiskDiscrimination&) const = default;
};

/// R² of a likelihood-ratio chi-square (Cox & Snell 1989; Nagelkerke 1991, 10.1093/biomet/78.3.691; McFadden 1974).
struct PseudoR2 {
  double cox_snell = 0.0;
  double nagelkerke = 0.0;
  double mcfadden = 0.0;
};
PseudoR2 derive_pseudo_r2(double null_deviance, double deviance, double subjects);

/// D, U and Q as Harrell's val.prob: Harrell, Lee & Mark 1996
/// (10.1002/(SICI)1097-0258(19960229)15:4<361::AID-SIM168>3.0.CO;2-4); Miller et al. 1991 (10.1002/sim.4780100805) for
/// U. Concordance is exact; rms counts it from rounded risks.
/// @throws Error invalid_value (lengths, risks outside 0 … 1, outcomes).
RiskDiscrimination estimate_risk_discrimination(std::span<const double> risks, std::span<const int> outcomes);

}  // namespace qpcr
