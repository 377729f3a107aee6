// The rules of the demonstration panels on Cq values, written beside the assay room so that each is a check of the
// other.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libqpcr/simulate/panel.hpp"

namespace qpcr {

/// How far a sample is from each limit of its panel, in the limit's own unit; positive numbers speak for the outcome
/// "positive".
struct PanelMargins {
  bool valid = true;  ///< internal control and reference inside their limits
  double validity_margin =
      0;  ///< cycles to the nearest limit of the internal control or reference; negative when outside
  /// One a rule that makes the sample positive: cycles for a ΔCq, the linear score or the logit of the logistic one
  /// last.
  std::vector<double> positive_by;
  std::optional<double>
      gray_half_width;  ///< of the score: between −width and +width it says nothing; absent without a score
};

/// `cq_cycles` by target of the panel; absent counts as the panel's imputed 45 for targets and as invalid for controls.
/// Without AFP or sex the score of demo-methylation is left out.
PanelMargins derive_margins(SimulatedPanel panel, const std::vector<std::optional<double>>& cq_cycles,
                            const std::string& sex, std::optional<double> afp_ng_ml);

}  // namespace qpcr
