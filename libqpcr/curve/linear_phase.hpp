// The log-linear phase of one reaction: its baseline, its amplification efficiency with standard error, and its end.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "libqpcr/core/curve.hpp"

namespace qpcr {

/// Why a reaction has or has no efficiency of its own.
enum class LinearPhaseStatus {
  found,
  not_measured,      ///< fewer than 6 readings, or cycles that do not increase
  no_amplification,  ///< nothing rises out of the noise for min_points cycles
  baseline_error,    ///< no constant baseline makes the phase straight with an efficiency of at least min_efficiency
};

std::string_view to_string(LinearPhaseStatus status);

struct LinearPhaseOptions {
  int min_points = 4;           ///< fewest readings in the phase; at least 4
  int max_points = 9;           ///< at most 16; earlier readings are nearer to the noise than to the line
  double min_efficiency = 1.2;  ///< fold per cycle; a phase that is straight only below it is a drift
  /// Rise from the first reading of the phase to the last five readings, over the noise of the cycles before; the phase
  /// itself must show a quarter of it. With fewer than 5 cycles before the phase the noise is unknown and not tested.
  double min_rise_over_noise = 20.0;

  /// @throws Error invalid_option naming the violated constraint.
  void validate() const;

  bool operator==(const LinearPhaseOptions&) const = default;
};

/// One reaction by itself. Numbers are NaN where the status leaves nothing to say; efficiencies are fold per cycle, 2
/// is a doubling.
struct LinearPhase {
  LinearPhaseStatus status = LinearPhaseStatus::not_measured;
  double baseline = 0.0;  ///< fluorescence; what is subtracted
  double first_cycle = 0.0;
  double last_cycle = 0.0;
  int points = 0;                          ///< readings in the phase
  double efficiency = 0.0;                 ///< 10 to the slope that the two halves of the phase share
  double efficiency_standard_error = 0.0;  ///< of the readings, the estimated baseline included
  double r_squared = 0.0;                  ///< of log fluorescence on cycle
  /// The point from which quantities are taken: mean cycle and mean log10 of fluorescence above the baseline of the
  /// last three readings of the phase.
  double anchor_cycle = 0.0;
  double anchor_log10_fluorescence = 0.0;
  double anchor_log10_standard_error = 0.0;  ///< the estimated baseline included
  double td0_cycle = 0.0;                    ///< zero of the third derivative: the end of exponential growth
  double td0_fluorescence = 0.0;             ///< above the baseline, interpolated on the log scale
  double plateau_fluorescence = 0.0;         ///< mean of the last five readings above the baseline
  double noise_sd = 0.0;                     ///< of single readings before the phase; NaN with fewer than 5
  /// The line continued to the last cycle is more than 5 times the reading there (Ruijter 2009).
  bool has_plateau = false;
  bool is_short = false;  ///< the phase rises less than 10-fold: its baseline is not well determined
  bool is_noisy = false;  ///< R² below 0.99

  bool operator==(const LinearPhase&) const = default;
};

/// Analyses reactions one after the other in one set of buffers; results do not depend on what was analysed before.
class LinearPhaseEstimator {
 public:
  static constexpr std::size_t phase_capacity = 16;

  /// As estimate_linear_phase(), options already validated.
  LinearPhase estimate(CurveView curve, const LinearPhaseOptions& options);

  /// Cycles and natural logs of the baseline-subtracted phase of the reaction analysed last; points of them.
  std::span<const double> phase_cycles() const { return {phase_cycles_.data(), points_}; }
  std::span<const double> phase_logs() const { return {phase_logs_.data(), points_}; }

 private:
  bool assign(CurveView curve);
  bool find_end(LinearPhase& phase);
  double estimate_noise(std::size_t count) const;
  bool solve_baseline(double min_efficiency, LinearPhase& phase);
  void estimate_errors(LinearPhase& phase);

  std::vector<double> cycles_;
  std::vector<double> fluorescence_;
  std::vector<double> first_;   ///< slope from reading i to i + 1
  std::vector<double> second_;  ///< curvature at reading i
  std::array<double, phase_capacity> phase_cycles_{};
  std::array<double, phase_capacity> phase_fluorescence_{};
  std::array<double, phase_capacity> phase_logs_{};
  std::array<double, phase_capacity> slope_weights_{};       ///< mean slope of the halves = Σ w·y
  std::array<double, phase_capacity> difference_weights_{};  ///< upper half minus lower half
  std::size_t start_ = 0;
  std::size_t points_ = 0;
};

/// The log-linear phase of one reaction.
/// It ends half a cycle before the zero of the third derivative (rdmlpython 3), begins after the reading
/// where the readings stop falling towards lower cycles, and has the constant baseline at which its lower and upper
/// half have one slope (Ruijter 2009, 10.1093/nar/gkp045). Adding a constant to the curve moves the baseline alone;
/// scaling it moves fluorescences alone. Missing readings are skipped.
/// @throws Error invalid_option, invalid_value (arrays of unequal length).
/// Definition and accuracy: docs/methods/window_of_linearity.md.
LinearPhase estimate_linear_phase(CurveView curve, const LinearPhaseOptions& options);

/// estimate_linear_phase() of each curve, in order, bit for bit.
std::vector<LinearPhase> estimate_linear_phase_batch(std::span<const CurveView> curves,
                                                     const LinearPhaseOptions& options);

}  // namespace qpcr
