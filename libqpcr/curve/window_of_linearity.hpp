// Efficiency of a target from the log-linear phases of its reactions, and Cq and starting quantity of each with it.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "libqpcr/core/curve.hpp"
#include "libqpcr/core/message.hpp"
#include "libqpcr/curve/linear_phase.hpp"
#include "libqpcr/math/distributions.hpp"

namespace qpcr {

/// Readings from which a reaction's efficiency is taken.
enum class EfficiencyWindow {
  phase,   ///< its whole log-linear phase
  common,  ///< those between two fluorescences common to the target, where efficiencies agree best (Ruijter 2009)
};

enum class EfficiencyAverage { mean, median };

/// Which efficiencies stay out of the target's average.
enum class EfficiencyOutliers {
  none,
  distance_to_median,  ///< further than max_distance_to_median
  skewness_grubbs,     ///< while the distribution is skewed: the extreme value of its long tail by Grubbs' test
};

std::string_view to_string(EfficiencyWindow window);
std::string_view to_string(EfficiencyAverage average);
std::string_view to_string(EfficiencyOutliers outliers);

struct WindowOfLinearityOptions {
  LinearPhaseOptions phase;
  EfficiencyWindow window = EfficiencyWindow::phase;
  double window_points = 4.0;  ///< height of the common window in cycles
  EfficiencyAverage average = EfficiencyAverage::mean;
  EfficiencyOutliers outliers = EfficiencyOutliers::skewness_grubbs;
  double max_distance_to_median = 0.05;  ///< fold per cycle
  double outlier_significance = 0.05;
  bool average_needs_plateau = true;  ///< reactions without a plateau stay out of the average
  double confidence = 0.95;
  /// Fluorescence above the baseline at which Cq is taken. Absent: derived from the reactions (docs).
  std::optional<double> threshold;
  /// Pinned efficiency of the target, from a calibration; then a reaction does not depend on its neighbours.
  std::optional<double> efficiency;
  std::optional<double> efficiency_standard_error;  ///< of the pinned one; absent: taken as exact
  /// Copies of amplicon in the reaction where the third derivative vanishes; makes N0 absolute (rdmlpython 3).
  std::optional<double> amplicons_at_td0;

  /// @throws Error invalid_option naming the violated constraint.
  void validate() const;

  bool operator==(const WindowOfLinearityOptions&) const = default;
};

/// Whether a reaction's efficiency is part of its target's, and why not.
enum class EfficiencyUse { used, no_efficiency, left_out_by_caller, no_plateau, outlier };

std::string_view to_string(EfficiencyUse use);

/// One reaction in the company of its target. Numbers are absent where it has no log-linear phase or the target no
/// efficiency.
struct ReactionQuantity {
  LinearPhase phase;
  EfficiencyUse use = EfficiencyUse::no_efficiency;
  std::optional<double> efficiency;  ///< its own, in the window asked for; for quality, never for quantity
  std::optional<double> efficiency_standard_error;
  std::optional<double> cq_cycles;  ///< at the target's threshold, along a line of the target's efficiency
  std::optional<double> cq_standard_error_cycles;  ///< of this reaction's readings alone
  std::optional<double> log10_n0;                  ///< fluorescence at cycle 0: threshold · efficiency^−Cq
  std::optional<double> log10_n0_standard_error;   ///< of this reaction's readings alone
  std::optional<double>
      log10_n0_shared_standard_error;      ///< of the target's efficiency; the same sign in every reaction
  std::optional<double> log10_copies_td0;  ///< amplicons_at_td0 · efficiency^−TD0
};

struct WindowOfLinearity {
  WindowOfLinearityOptions options;
  std::vector<ReactionQuantity> reactions;          ///< in the order given
  std::optional<double> efficiency;                 ///< of the target; absent with no usable reaction
  std::optional<double> efficiency_sd;              ///< between reactions; absent with fewer than 2 or when pinned
  std::optional<double> efficiency_standard_error;  ///< of the average
  std::optional<Interval> efficiency_interval;      ///< Student's t of the average
  std::size_t reactions_used = 0;
  std::optional<double> window_log10_lower;  ///< of the common window
  std::optional<double> window_log10_upper;
  std::optional<double> threshold;
};

/// Analyses the reactions of one target.
/// @param contributes  one entry a reaction, false for controls and omitted wells: they get values and stay out of the
///   average; empty means all contribute.
/// @throws Error invalid_option, invalid_value (arrays of unequal length).
/// Ruijter 2009 (10.1093/nar/gkp045), Untergasser 2021 (10.1186/s12859-021-04306-1). Averages are taken per target
/// since a reaction's own efficiency multiplies the variance of its quantity. Definition and accuracy:
/// docs/methods/window_of_linearity.md.
WindowOfLinearity estimate_window_of_linearity(std::span<const CurveView> curves, const std::vector<bool>& contributes,
                                               const WindowOfLinearityOptions& options);

/// One threshold for several targets: the geometric mean of theirs; NaN values are left out, NaN when none is left.
double derive_common_threshold(std::span<const double> thresholds);

/// Copies of amplicon at the zero of the third derivative where growth ends with the primers: a share of the scarcer
/// primer (rdmlpython 3 uses 0.048). @throws Error invalid_value unless all are positive.
double derive_amplicons_at_td0(double primer_nmol_per_litre, double volume_microlitres, double share);

/// Why a reaction has no quantity, or why its efficiency is not in the average; no id where all is well.
Message derive_reason(const ReactionQuantity& reaction);

}  // namespace qpcr
