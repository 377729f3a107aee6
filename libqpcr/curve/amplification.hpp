// Amplified or not, and fit to be called without an eye or not: each with the rule, its value and its limit.
#pragma once

#include <string_view>

#include "libqpcr/core/curve.hpp"
#include "libqpcr/core/message.hpp"

namespace qpcr {

/// The first question that the curve failed, or `amplified`.
enum class AmplificationRule {
  too_few_points,  ///< value: readings
  falls,           ///< value: fitted rise
  flat,            ///< no measure
  noise,           ///< value: rise over the larger of the standard deviations of residuals and of a single reading
  no_steepness,    ///< value: −b of the fit; the limit is higher where the plateau is out of sight
  no_takeoff,      ///< value: cycle of the largest acceleration (NaN without one), which the first cycles hide
  straight,        ///< value: residual sum of squares of a line over that of the sigmoid
  step,            ///< value: cycles from 10 to 90 % of the rise
  slow_growth,     ///< value: growth²·rise over the range of the readings before
  not_sustained,   ///< value: readings above a twentieth of the rise
  amplified,       ///< value: as `noise`
};

/// What a technician does with the curve. A negative never rests on an odd shape: `odd` is amplified.
enum class AmplificationVerdict {
  not_amplified,
  odd,      ///< amplified, but the shape is not that of a typical reaction: needs an eye
  typical,  ///< amplified, level before and levelling off after
};

std::string_view to_string(AmplificationRule rule);
std::string_view to_string(AmplificationVerdict verdict);

/// The rule that decided, with what it measured; its sentence is made only where one is asked for.
struct AmplificationReason {
  AmplificationRule rule = AmplificationRule::too_few_points;
  double value = 0.0;
  double limit = 0.0;
  double rise_over_noise = 0.0;  ///< NaN where there is no noise or no rise

  /// Its sentence.
  operator Message() const;  // NOLINT(google-explicit-constructor): a reason is used wherever a message is
};

/// How the steepest part of an amplified curve stands out from the ground before and from the end after it.
/// All NaN for a curve that is not amplified.
struct CurveShape {
  double ground_slope_share =
      0.0;                       ///< slope of the flattest five readings before the steepest point, over the steepest
  double end_slope_share = 0.0;  ///< slope over the last readings, over the steepest slope
  double oddness = 0.0;          ///< what the verdict rests on; odd above `largest_oddness`

  /// Of a typical curve (docs/methods/amplification.md).
  static constexpr double largest_oddness = 0.08;
};

/// The decision and what it rests on; all measures are free of the fluorescence unit.
struct AmplificationCall {
  bool amplified = false;
  AmplificationVerdict verdict = AmplificationVerdict::not_amplified;
  AmplificationReason reason;
  double rise = 0.0;      ///< fluorescence gained over the baseline at the end of the rise; NaN with too few readings
  double noise_sd = 0.0;  ///< of a single reading, from differences of neighbouring cycles before the rise
  double rise_over_noise = 0.0;  ///< rise / noise_sd
  CurveShape shape;
};

/// Why the curve is amplified or not.
Message describe(const AmplificationReason& reason);

/// Why an amplified curve is odd or typical; the reason of the call where it is not amplified.
Message describe_verdict(const AmplificationCall& call);

/// Decides from the shape of one curve whether it amplified: one fixed rule for every instrument and kind of curve.
/// Multiplying the fluorescence by a positive factor or adding a constant does not change the decision.
/// @throws Error invalid_value for arrays of unequal length.
/// Rule and agreement with human labels: docs/methods/amplification.md.
AmplificationCall call_amplification(CurveView curve);

}  // namespace qpcr
