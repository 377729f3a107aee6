// Limits and scores of demo-methylation and demo-rna, and the calls that stand clear of them.
#include "libqpcr/simulate/panel_rule.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace qpcr {
namespace {

constexpr double imputed_cycles = 45;
constexpr double clear_margin = 0.7;              ///< cycles, or units of a score: wider than every gray zone
constexpr double gray_logit = 0.405465108108164;  ///< logit(0.6)

PanelMargins methylation_margins(const std::vector<std::optional<double>>& cq, const std::string& sex,
                                 std::optional<double> afp) {
  constexpr std::array delta_limits{9.0, 8.0, 8.5};
  constexpr double reference_low = 22;
  constexpr double reference_high = 32;
  PanelMargins margins;
  const double reference = cq[3].value_or(std::numeric_limits<double>::infinity());
  margins.validity_margin = std::min(reference - reference_low, reference_high - reference);
  margins.valid = margins.validity_margin >= 0;
  if (!margins.valid) return margins;
  constexpr std::array weights{-0.15, -0.10, -0.10};
  double logit = 2.0;
  for (std::size_t i = 0; i < delta_limits.size(); ++i) {
    const double delta = cq[i].value_or(imputed_cycles) - reference;
    margins.positive_by.push_back(delta_limits[i] - delta);
    logit += weights[i] * delta;
  }
  if (afp && !sex.empty()) {
    logit += (sex == "male" ? 0.5 : 0.0) + 1.2 * std::log10(*afp);
    margins.positive_by.push_back(logit);  // the score is at least 0.5 where its logit is at least 0
    margins.gray_half_width = gray_logit;
  }
  return margins;
}

PanelMargins rna_margins(const std::vector<std::optional<double>>& cq) {
  PanelMargins margins;
  const double infinity = std::numeric_limits<double>::infinity();
  margins.validity_margin = std::min(33 - cq[2].value_or(infinity), 32 - cq[3].value_or(infinity));
  margins.valid = margins.validity_margin >= 0;
  if (!margins.valid) return margins;
  const double first = cq[0].value_or(imputed_cycles) - *cq[2];
  const double second = cq[1].value_or(imputed_cycles) - *cq[2];
  margins.positive_by.push_back(8.0 - 0.5 * first - 0.4 * second);
  margins.gray_half_width = 0.3;
  return margins;
}

}  // namespace

PanelMargins derive_margins(SimulatedPanel panel, const std::vector<std::optional<double>>& cq_cycles,
                            const std::string& sex, std::optional<double> afp_ng_ml) {
  return panel == SimulatedPanel::demo_methylation ? methylation_margins(cq_cycles, sex, afp_ng_ml)
                                                   : rna_margins(cq_cycles);
}

std::optional<std::string> derive_clear_call(SimulatedPanel panel, const SimulatedSample& sample,
                                             double lot_shift_cycles) {
  std::vector<std::optional<double>> cq;
  for (std::size_t target = 0; target < sample.expected_molecules.size(); ++target) {
    cq.push_back(derive_expected_cq(sample.expected_molecules[target],
                                    to_amplification_options(panel, target, lot_shift_cycles),
                                    describe(panel).threshold_rfu));
  }
  const PanelMargins margins = derive_margins(panel, cq, sample.sex, sample.afp_ng_ml);
  if (std::abs(margins.validity_margin) < clear_margin) return std::nullopt;
  if (!margins.valid) return "invalid";
  const double best = *std::max_element(margins.positive_by.begin(), margins.positive_by.end());
  if (best >= clear_margin) return "positive";
  // Without its score a sample is not negative, whatever the other rules say.
  if (best <= -clear_margin && margins.gray_half_width) return "negative";
  return std::nullopt;
}

}  // namespace qpcr
