// Quantification cycle by threshold or by second-derivative maximum.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "libqpcr/core/curve.hpp"
#include "libqpcr/core/message.hpp"
#include "libqpcr/curve/baseline.hpp"
#include "libqpcr/curve/sigmoid.hpp"

namespace qpcr {

enum class CqMethod { threshold, second_derivative_maximum };

std::string_view to_string(CqMethod method);
std::optional<CqMethod> parse_cq_method(std::string_view text);

struct CqOptions {
  CqMethod method = CqMethod::threshold;
  BaselineOptions baseline;
  /// In fluorescence above the baseline. Absent: derived from the curve alone; for one threshold per target and plate
  /// pass the result of derive_threshold().
  std::optional<double> threshold;
  /// Fitted for second_derivative_maximum. The 4-parameter model gives the most linear cycles (docs/methods/cq.md).
  SigmoidModel model = SigmoidModel::log_logistic_4;
  /// The readings carry no noise, as are_noise_free() finds for simulated ones: a constant curve is then a silent
  /// reaction, not a dead channel.
  bool noise_free = false;

  /// @throws Error invalid_option naming the violated constraint.
  void validate() const;

  bool operator==(const CqOptions&) const = default;
};

struct CqResult {
  CqMethod method = CqMethod::threshold;
  CqStatus status = CqStatus::not_measured;
  std::optional<double> cq_cycles;              ///< set exactly when status is found
  std::optional<double> standard_error_cycles;  ///< of this curve's readings alone, not of pipetting or template number
  std::optional<double> threshold;              ///< the one used; method threshold only
  bool amplified = false;
  Message reason;              ///< why there is no Cq, or why the curve counts as amplified
  std::vector<Message> notes;  ///< what else is odd: readings left out as spikes, the shape of an unusable curve
  Baseline baseline;
  std::optional<SigmoidFit> fit;     ///< method second_derivative_maximum only
  double end_fluorescence_rise = 0;  ///< median of the last three readings above the baseline; NaN without readings
};

/// Cq of one curve.
/// @return status found; no_amplification (not amplified and quiet, see reason); below_threshold (amplified, threshold
///   not reached for good); fit_failed (no fit, its maximum lies outside the cycles measured, or the curve neither
///   amplified nor stayed quiet); not_measured (too few readings).
/// @throws Error invalid_option, invalid_value (arrays of unequal length).
/// Definitions and accuracy: docs/methods/cq.md.
CqResult estimate_cq(CurveView curve, const CqOptions& options);

/// estimate_cq() of each curve, in order, bit for bit. An absent threshold is derived for each curve by itself.
std::vector<CqResult> estimate_cq_batch(std::span<const CurveView> curves, const CqOptions& options);

/// True when most of the curves that amplified begin with five equal readings, as only simulated ones without noise do.
bool are_noise_free(std::span<const CurveView> curves);

/// One threshold for the curves of one dye and target on one plate, in fluorescence above the baseline; independent of
/// the order of the curves. NaN when no curve of the group amplified.
/// @throws Error as estimate_cq().
double derive_threshold(std::span<const CurveView> curves, const CqOptions& options);

}  // namespace qpcr
