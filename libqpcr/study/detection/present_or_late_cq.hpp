// Joint model of Cq and detection: a replicate fails because no target is in it, or because its Cq is late.
#pragma once

#include <optional>
#include <vector>

#include "libqpcr/study/estimate.hpp"

namespace qpcr {

/// A fitted joint model; `why_absent` set and nothing else where there is none.
struct PresentOrLateCq {
  std::optional<Message> why_absent;
  double targets_per_unit = 0.0;  ///< λ
  double intercept = 0.0;         ///< Cq of dose 1, where a target is present
  double slope = 0.0;
  double residual_sd = 0.0;
  double log_likelihood = 0.0;
  double aic = 0.0;
  /// Dose at which the share (1 − e^−λd)·P(Cq ≤ last cycle) reaches the hit rate; interval by the delta method on
  /// log10.
  Estimate limit;

  bool operator==(const PresentOrLateCq&) const = default;
};

/// Cq of replicates at doses above 0; `missing` marks those without Cq up to the last cycle.
/// @throws Error invalid_value as fit_present_or_late().
PresentOrLateCq fit_present_or_late_cq(const std::vector<double>& doses, const std::vector<double>& cq,
                                       const std::vector<char>& missing, double last_cycle, double hit_rate,
                                       double confidence);

}  // namespace qpcr
