// Efficiency of a reaction from its fitted sigmoid: growth over one cycle at the second-derivative maximum.
#pragma once

#include <optional>

#include "libqpcr/curve/sigmoid.hpp"

namespace qpcr {

struct SigmoidalEfficiencyOptions {
  /// Growth of the fluorescence above the fitted lower asymptote. False is the ratio of whole fluorescences, as qpcR's
  /// `eff` gives: on a raw curve it is near 1 and says how high the baseline is.
  bool subtract_baseline = true;

  bool operator==(const SigmoidalEfficiencyOptions&) const = default;
};

struct SigmoidalEfficiency {
  double cycle = 0.0;       ///< second-derivative maximum
  double efficiency = 0.0;  ///< fold per cycle, F(cycle)/F(cycle − 1)
  /// By the delta method over the shape's covariance, the movement of the cycle included. NaN when the covariance is,
  /// and for whole fluorescences, whose asymptotes' covariance the fit does not carry.
  double standard_error = 0.0;
};

/// F(cpD2)/F(cpD2 − 1) on the fitted model (Ritz & Spiess 2008, 10.1093/bioinformatics/btn227). At cpD2 growth has
/// slowed already: the value lies below the efficiency of the exponential phase and is for comparing reactions, not for
/// quantities.
/// @return nothing when the fit has no second-derivative maximum after cycle 1, or F(cpD2 − 1) is not positive.
std::optional<SigmoidalEfficiency> derive_sigmoidal_efficiency(const SigmoidFit& fit,
                                                               const SigmoidalEfficiencyOptions& options);

}  // namespace qpcr
