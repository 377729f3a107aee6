// Concordance by ranks, and indices of the logistic recalibration.
#include "libqpcr/study/scores/risk_discrimination.hpp"

#include <algorithm>
#include <cmath>

#include "libqpcr/study/scores/risk_calibration.hpp"

namespace qpcr {
namespace {

void add_ranks(RiskDiscrimination& result, std::span<const double> risks, std::span<const int> outcomes) {
  if (const auto why = score_inputs::why_one_class(result.counts)) {
    result.concordance = result.somers_d = result.discrimination_slope = not_estimable(*why);
    return;
  }
  const double concordance = score_inputs::derive_concordance(risks, outcomes, {}, score_inputs::order_of(risks));
  result.concordance.value = concordance;
  result.somers_d.value = 2.0 * concordance - 1.0;
  double events = 0.0;
  double nonevents = 0.0;
  for (std::size_t i = 0; i < risks.size(); ++i) (outcomes[i] == 1 ? events : nonevents) += risks[i];
  result.discrimination_slope.value =
      events / static_cast<double>(result.counts.events) - nonevents / static_cast<double>(result.counts.nonevents());
}

void add_likelihoods(RiskDiscrimination& result, std::span<const double> risks, std::span<const int> outcomes) {
  const Recalibration fit = fit_recalibration(risks, outcomes, false, 0.95);
  if (!fit.exists()) {
    for (Estimate* one : {&result.likelihood_ratio, &result.nagelkerke_r2, &result.cox_snell_r2, &result.mcfadden_r2,
                          &result.discrimination_index, &result.unreliability_index, &result.quality_index,
                          &result.recalibrated_likelihood_ratio, &result.recalibrated_discrimination_index})
      *one = not_estimable(*fit.intercept.why_absent);
    return;
  }
  const auto n = static_cast<double>(result.counts.subjects);
  const double deviance = derive_deviance(risks, outcomes);
  const double unreliability = std::max(0.0, deviance - fit.deviance);
  result.likelihood_ratio.value = fit.null_deviance - deviance;
  const PseudoR2 r2 = derive_pseudo_r2(fit.null_deviance, deviance, n);
  result.nagelkerke_r2.value = r2.nagelkerke;
  result.cox_snell_r2.value = r2.cox_snell;
  result.mcfadden_r2.value = r2.mcfadden;
  result.discrimination_index.value = (fit.null_deviance - deviance - 1.0) / n;
  result.unreliability_index.value = (unreliability - 2.0) / n;
  result.quality_index.value = *result.discrimination_index.value - *result.unreliability_index.value;
  const double ratio = std::max(0.0, fit.null_deviance - fit.deviance);
  result.recalibrated_likelihood_ratio.value = ratio;
  result.recalibrated_likelihood_ratio_p = chi_square_upper_tail(ratio, 1.0);
  result.recalibrated_discrimination_index.value = (ratio - 1.0) / n;
}

}  // namespace

PseudoR2 derive_pseudo_r2(double null_deviance, double deviance, double subjects) {
  const double cox_snell = -std::expm1((deviance - null_deviance) / subjects);
  return {cox_snell, cox_snell / -std::expm1(-null_deviance / subjects), 1.0 - deviance / null_deviance};
}

RiskDiscrimination estimate_risk_discrimination(std::span<const double> risks, std::span<const int> outcomes) {
  score_inputs::check_risks(risks, outcomes.size(), "risk");
  RiskDiscrimination result;
  result.counts = score_inputs::count_outcomes(outcomes);
  add_ranks(result, risks, outcomes);
  add_likelihoods(result, risks, outcomes);
  return result;
}

}  // namespace qpcr
