// The one shape that all amplification curves of a target share, learned from them, and the efficiency it implies.
#pragma once

#include <limits>
#include <span>
#include <string_view>
#include <vector>

#include "libqpcr/core/curve.hpp"
#include "libqpcr/math/cubic_spline.hpp"

namespace qpcr {

/// One setting for every instrument, target and dilution range; on which data it was chosen: docs/methods/
/// common_shape.md. Lengths are in widths: the target's cycles for a factor of e at the logistic rate of its fits.
struct CommonShapeOptions {
  double knot_spacing = 0.6;        ///< of the log shape
  double first_knot = -3.0;         ///< before it the shape is an exponential
  double last_knot = 9.0;           ///< after it the shape is again an exponential
  double left_smoothing = 1000.0;   ///< penalty where the exponential bends, relative to the rest
  double window_before = 6.0;       ///< readings used before the reference point
  int skipped_readings = 2;         ///< at the start of a run, where instruments settle
  double relative_noise = 0.02;     ///< of a reading, of its fluorescence above the baseline
  double smallest_noise = 0.003;    ///< of a reading, of the fluorescence at the reference point
  double outlier_limit = 3.0;       ///< typical deviations beyond which a reading counts linearly (Huber 1964)
  double log_amplitude_sd = 0.5;    ///< prior of a reaction's amplitude about the median
  double log_width_sd = 0.015;      ///< prior of a reaction's width about the target's
  double baseline_slope_sd = 1e-4;  ///< prior of a reaction's drift, amplitudes a width
  double amplitude_exponent = 0.2;  ///< the threshold goes with amplitude^(1 − this): 0 relative, 1 absolute
  double width_reference = -0.75;   ///< place on the shape, in widths, at which a change of width moves the Cq
  double smallest_share = 0.03;     ///< of the plateau: window of the straight line whose intercept is the rate
  double largest_share = 0.5;       ///< of the plateau
  double model_error = 0.02;        ///< of the logistic law itself, relative to ln E

  /// @throws Error invalid_option naming the violated constraint.
  void validate() const;

  bool operator==(const CommonShapeOptions&) const = default;
};

enum class ShapeStatus {
  learned,        ///< from at least 24 reactions
  few_reactions,  ///< usable; fewer than 24 reactions, the interval of the efficiency was never validated there
  implausible_efficiency,  ///< usable for Cq; the efficiency exceeds 2, so that quantities without a standard curve are
                           ///< biased
  not_converged,           ///< numbers are the best ones seen and not for use
  cut_short,               ///< the curves end within 3 widths of the reference point: nothing was learned
  too_few_reactions,       ///< fewer than 3 amplified reactions: nothing was learned, what is not known is NaN
};

std::string_view to_string(ShapeStatus status);

/// True where curves may be registered to the shape.
bool is_usable(ShapeStatus status);

/// What is learned from a target's curves. Plain numbers throughout: pinned in a calibration record it makes a well's
/// result independent of its neighbours.
///
/// A reaction is F(t) = b + A·(s·(t − t₀)/w + g((t − τ)/(w·σ))) with g = exp(u), u(0) = 0 where g accelerates most.
struct CommonShape {
  ShapeStatus status = ShapeStatus::too_few_reactions;
  CommonShapeOptions options;
  int reactions = 0;             ///< amplified ones that took part
  UniformCubicSpline log_shape;  ///< u
  double reach =
      std::numeric_limits<double>::quiet_NaN();  ///< widths after the reference point to which the shape was learned
  double width_cycles = std::numeric_limits<double>::quiet_NaN();      ///< w
  double median_amplitude = std::numeric_limits<double>::quiet_NaN();  ///< of A, in fluorescence
  double median_slope = std::numeric_limits<double>::quiet_NaN();      ///< of s
  double noise = std::numeric_limits<double>::quiet_NaN();  ///< of a reading without amplification, share of A, as it
                                                            ///< enters the weights
  double typical_misfit = std::numeric_limits<double>::quiet_NaN();  ///< median root mean square of the residuals, in
                                                                     ///< expected standard deviations
  double plateau = std::numeric_limits<double>::quiet_NaN();         ///< largest value of g
  double log_efficiency =
      std::numeric_limits<double>::quiet_NaN();  ///< ln E, a cycle: the rate u′/w where no product is there yet
  double log_efficiency_standard_error =
      std::numeric_limits<double>::quiet_NaN();  ///< root of the sum of squares of the next four, plus the fifth
  double sampling_error = std::numeric_limits<double>::quiet_NaN();  ///< of ln E: from reaction to reaction
  double baseline_error =
      std::numeric_limits<double>::quiet_NaN();  ///< of ln E: a baseline off by one reading's noise in all reactions
  double linearity_error =
      std::numeric_limits<double>::quiet_NaN();  ///< of ln E: departure from the straight line of the logistic law
  double model_error =
      std::numeric_limits<double>::quiet_NaN();  ///< of ln E: scatter of the method over targets of known dilution
  double excess_error =
      std::numeric_limits<double>::quiet_NaN();  ///< of ln E: by how much E exceeds 2, which no reaction does
  double anchor_cycles = std::numeric_limits<double>::quiet_NaN();  ///< from the shape's reference point to the zero of
                                                                    ///< the Cq: median second-derivative maximum
  double anchor_standard_error_cycles = std::numeric_limits<double>::quiet_NaN();  ///< shared by all Cq of the shape
  double anchor_amplitude = std::numeric_limits<double>::quiet_NaN();  ///< median fluorescence at the zero of the Cq
  int iterations = 0;

  /// Amplification a cycle, and its 95 % interval.
  double efficiency() const;
  double efficiency_low() const;
  double efficiency_high() const;

  bool operator==(const CommonShape&) const = default;
};

/// Learns the shape from the curves that amplified (call_amplification()); others are passed over. The result does not
/// depend on the order of the curves beyond rounding of sums.
/// @return status as above.
/// @throws Error invalid_option, invalid_value (arrays of unequal length).
/// Derivation, settings, accuracy and where it fails: docs/methods/common_shape.md.
CommonShape learn_common_shape(std::span<const CurveView> curves, const CommonShapeOptions& options = {});

class AnalysisBatch;
/// The same from curves that are analysed already.
CommonShape learn_from_analysis(const AnalysisBatch& curves, const CommonShapeOptions& options = {});

/// The shape as numbers, for a calibration record, and back, bit for bit.
/// @throws Error invalid_value for numbers that to_numbers() did not make.
std::vector<double> to_numbers(const CommonShape& shape);
CommonShape parse_common_shape(std::span<const double> numbers);

}  // namespace qpcr
