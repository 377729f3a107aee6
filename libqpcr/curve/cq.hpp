// Quantification cycle by threshold, by a point of a fitted curve, or by a point of the readings themselves.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "libqpcr/core/curve.hpp"
#include "libqpcr/core/message.hpp"
#include "libqpcr/curve/amplification_model.hpp"
#include "libqpcr/curve/baseline.hpp"
#include "libqpcr/curve/common_shape.hpp"
#include "libqpcr/curve/quality.hpp"

namespace qpcr {

enum class CqMethod {
  common_shape,               ///< the curve laid over the shape that its target's curves share; gives N0 too
  threshold,                  ///< readings above the baseline cross a level, fixed or automatic
  relative_threshold,         ///< the fitted curve has made a share of its own rise
  first_derivative_maximum,   ///< of the fitted curve (cpD1)
  second_derivative_maximum,  ///< of the fitted curve (cpD2)
  third_derivative_zero,      ///< of the readings (TD0)
  cy0,                        ///< the tangent at the steepest point of the fitted curve meets the baseline
  max_ratio,                  ///< largest ratio of neighbouring readings (FCN of MR)
  take_off,                   ///< first reading that stands out from the line of those before
};

std::string_view to_string(CqMethod method);
std::optional<CqMethod> parse_cq_method(std::string_view text);

/// True for the methods that are a point of a fitted model.
bool is_model_based(CqMethod method);

/// Between the two readings next to a threshold: a straight line in fluorescence or in its logarithm.
enum class Interpolation { linear, logarithmic };

std::string_view to_string(Interpolation interpolation);
std::optional<Interpolation> parse_interpolation(std::string_view text);

struct RelativeThresholdOptions {
  double share = 0.1;  ///< of the fitted rise d − c

  void validate() const;
  bool operator==(const RelativeThresholdOptions&) const = default;
};

struct MaxRatioOptions {
  bool smooth = true;  ///< running mean of five before the ratios
  double shift = 0.0;  ///< added to every reading before the ratios, in fluorescence

  void validate() const;
  bool operator==(const MaxRatioOptions&) const = default;
};

struct TakeOffOptions {
  double significance = 0.05;  ///< of the one-sided test of each reading
  int sustained_cycles = 3;    ///< readings in a row that must stand out

  void validate() const;
  bool operator==(const TakeOffOptions&) const = default;
};

struct CqOptions {
  CqMethod method = CqMethod::threshold;
  BaselineOptions baseline;
  /// In fluorescence above the baseline. Absent: derived from the curve alone; for one threshold per target and plate
  /// pass the result of derive_threshold().
  std::optional<double> threshold;
  /// What a curve that did not amplify must stay below to count as silent, for methods that take no Cq at a threshold;
  /// as derive_threshold() gives it. Absent: a multiple of the curve's own noise.
  std::optional<double> silence_threshold;
  Interpolation interpolation = Interpolation::linear;
  /// Fitted by the methods that are a point of a fitted curve. The 4-parameter model gives the most linear cycles
  /// (docs/methods/cq.md).
  AmplificationModel model = AmplificationModel::log_logistic_4;
  /// Fit every model and take the one of smallest AICc instead of `model`.
  bool choose_model = false;
  /// Of the target: learned from its curves, or pinned in a calibration record. Needed by method common_shape.
  std::shared_ptr<const CommonShape> common_shape;
  RelativeThresholdOptions relative_threshold;
  MaxRatioOptions max_ratio;
  TakeOffOptions take_off;
  QualityLimits quality;
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
  /// What was done, method threshold only: linear where the reading before the crossing is not above the baseline.
  Interpolation interpolation = Interpolation::linear;
  /// log10 of the fluorescence at cycle 0, proportional to the copies at the start; method common_shape only. The
  /// standard error holds that of the target's efficiency, which its reactions share.
  std::optional<double> log10_n0;
  std::optional<double> log10_n0_standard_error;
  bool amplified = false;
  AmplificationVerdict verdict = AmplificationVerdict::not_amplified;
  Message reason;              ///< why there is no Cq, or why the curve counts as amplified
  std::vector<Message> notes;  ///< what else is odd: readings left out as spikes, the shape of an unusable curve
  std::vector<QualityFlag> flags;
  Baseline baseline;
  std::optional<AmplificationFit> fit;  ///< methods that are a point of a fitted curve
  std::optional<double> maximum_ratio;  ///< MR = largest ratio − 1; method max_ratio only
  /// How the curve lies on its target's common shape, in typical deviations; method common_shape only.
  std::optional<double> relative_misfit;
  double end_fluorescence_rise = 0;  ///< median of the last three readings above the baseline; NaN without readings
};

/// Cq of one curve.
/// @return status found; no_amplification (not amplified and quiet, see reason); below_threshold (amplified, threshold
///   not reached for good); fit_failed (no fit, the method's point does not exist or lies outside the cycles measured,
///   or the curve neither amplified nor stayed quiet); not_measured (too few readings).
/// @throws Error invalid_option, invalid_value (arrays of unequal length, cycles that do not increase).
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
