// Amplified or not, with a reason.
#pragma once

#include "libqpcr/core/curve.hpp"
#include "libqpcr/core/message.hpp"

namespace qpcr {

/// The decision and what it rests on; all measures are free of the fluorescence unit.
struct AmplificationCall {
  bool amplified = false;
  Message reason;
  double rise = 0.0;      ///< fluorescence gained over the baseline at the end of the rise; NaN with too few readings
  double noise_sd = 0.0;  ///< of a single reading, from differences of neighbouring cycles before the rise
  double rise_over_noise = 0.0;  ///< rise / noise_sd
};

/// Decides from the shape of one curve whether it amplified: one fixed rule for every instrument and kind of curve.
/// Multiplying the fluorescence by a positive factor or adding a constant does not change the decision.
/// @throws Error invalid_value for arrays of unequal length.
/// Rule and agreement with human labels: docs/methods/amplification.md.
AmplificationCall call_amplification(CurveView curve);

}  // namespace qpcr
