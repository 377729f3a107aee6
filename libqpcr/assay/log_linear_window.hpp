// The fluorescence between which a curve grows exponentially: where a threshold may lie.
#pragma once

#include <optional>

#include "libqpcr/core/curve.hpp"
#include "libqpcr/curve/baseline.hpp"

namespace qpcr {

/// Fluorescence above the baseline.
struct LogLinearWindow {
  double lower = 0.0;
  double upper = 0.0;

  bool operator==(const LogLinearWindow&) const = default;
};

/// From the first to the last reading of the curve's log-linear phase (curve/linear_phase.hpp), above the baseline that
/// the Cq is taken with, but no lower than five standard deviations of the readings about the baseline.
/// @return nothing for a curve without such a phase, or where noise reaches its end.
/// @throws Error as estimate_linear_phase(). Definition: docs/methods/threshold_calibration.md.
std::optional<LogLinearWindow> derive_log_linear_window(CurveView curve, const Baseline& baseline);

/// What lies inside both; nothing where they do not meet.
std::optional<LogLinearWindow> intersect(const LogLinearWindow& left, const LogLinearWindow& right);

}  // namespace qpcr
