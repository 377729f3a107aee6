// Quality flags of a curve: from the curve alone, and against its target's other curves or a pinned reference.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "libqpcr/core/curve.hpp"
#include "libqpcr/core/message.hpp"
#include "libqpcr/curve/amplification.hpp"
#include "libqpcr/curve/curve_analysis.hpp"

namespace qpcr {

enum class QualityRule {
  negative_readings,  ///< readings below zero in a curve not marked as baseline-subtracted; value: their number
  saturation,         ///< readings in a row equal to the highest; value: their number
  spike,              ///< isolated wild readings left out; value: their number
  step,               ///< jump between two readings; value: height over the rise
  noise,              ///< value: standard deviation of a reading over the rise
  drift,              ///< of the ground before the rise; value: its change over the rise
  hook,               ///< fall after the top; value: over the rise
  no_plateau,         ///< value: slope at the end over the steepest slope
  late_rise,          ///< value: cycles measured after the largest acceleration
  odd_shape,          ///< value: CurveShape::oddness
  low_amplitude,      ///< value: rise over the reference's
  inhibition,         ///< slower than the reference and no higher; value: in standard deviations of the reference
  delayed,            ///< later than the reference though the template is the same; value: cycles
  shape_outlier,      ///< value: squared standardised distance of rise and duration from the reference's
  shape_misfit,       ///< residuals about the target's common shape; value: over the typical ones. No N0 then
  ntc_contamination,  ///< an amplified no-template control; value: rise over the residual standard deviation
};

std::string_view to_string(QualityRule rule);

/// A limit that a curve broke. A flag never changes a call; what follows from it is said by the assay definition.
struct QualityFlag {
  QualityRule rule = QualityRule::noise;
  double value = 0.0;
  double limit = 0.0;

  bool operator==(const QualityFlag&) const = default;
};

/// Its sentence, with value and limit.
Message describe(const QualityFlag& flag);

/// Limits of the rules; how often each is broken by good curves: docs/methods/quality.md.
struct QualityLimits {
  double negative_count = 0.0;
  double saturated_count = 3.0;
  double spike_count = 0.0;
  double step_share = 0.05;
  double noise_share = 0.02;
  double drift_share = 0.15;
  double hook_share = 0.1;
  double end_slope_share = 0.25;
  double cycles_after_takeoff = 5.0;
  double oddness = CurveShape::largest_oddness;
  double amplitude_share = 0.5;
  double inhibition_sd = 5.0;
  double delay_cycles = 1.5;
  double squared_distance = 30.0;
  double misfit_ratio = 6.0;  ///< of 976 reactions of eight dilution sets none is above it

  /// @throws Error invalid_option for a limit that is negative or not finite.
  void validate() const;

  bool operator==(const QualityLimits&) const = default;
};

/// Appends the flags of one analysed curve, in the order of QualityRule, from its own readings alone. Rules that need
/// a rise (noise to odd_shape) are silent on a curve that did not amplify: its AmplificationReason speaks.
void flag_curve(const CurveAnalyser& analyser, CurveKind kind, const QualityLimits& limits,
                std::vector<QualityFlag>& flags);

/// The same for one curve by itself. @throws Error invalid_value (arrays of unequal length), invalid_option.
std::vector<QualityFlag> flag_curve(CurveView curve, const QualityLimits& limits = {});

/// What is compared between curves of one target: of an amplified curve only.
struct ShapeFeatures {
  double rise = 0.0;             ///< fluorescence gained
  double duration_cycles = 0.0;  ///< from the largest acceleration to the steepest point of the fit
  double takeoff_cycles = 0.0;   ///< of the largest acceleration
  bool complete = false;         ///< typical and levelling off: fit to learn from

  bool operator==(const ShapeFeatures&) const = default;
};

/// Nothing for a curve that did not amplify.
std::optional<ShapeFeatures> derive_shape_features(const CurveAnalyser& analyser);

/// Median and robust standard deviation of good curves of one target, learned once from calibration runs and pinned, so
/// that a clinical result does not depend on its neighbours, or from the other curves of a plate.
struct ShapeReference {
  std::size_t curves = 0;
  double log_rise = 0.0;
  double log_rise_sd = 0.0;
  double log_duration = 0.0;
  double log_duration_sd = 0.0;
  double takeoff_cycles = 0.0;  ///< meaningful where all curves carry the same template, as an internal control does

  bool operator==(const ShapeReference&) const = default;
};

/// Learns from the complete curves; independent of their order. Nothing with fewer than six of them.
/// The standard deviations are never below 0.1 of the rise and 0.05 of the duration, so that a few alike curves do not
/// make an outlier of the next.
std::optional<ShapeReference> learn_shape_reference(std::span<const ShapeFeatures> features);

/// Appends the flags of one curve against its target's reference (Bar 2012, 10.1093/nar/gkr778: kinetics of one target
/// are alike). `same_template` says that the curve should also come at the reference's cycle.
void flag_group(const ShapeFeatures& features, const ShapeReference& reference, bool same_template,
                const QualityLimits& limits, std::vector<QualityFlag>& flags);

/// For the curve of a no-template control: contamination where it amplified, however odd its shape.
std::optional<QualityFlag> flag_no_template_control(const AmplificationCall& call);

}  // namespace qpcr
