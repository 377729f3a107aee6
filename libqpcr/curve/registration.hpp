// One amplification curve laid over a target's common shape: Cq, amplitude, width, starting quantity.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "libqpcr/curve/common_shape.hpp"
#include "libqpcr/curve/curve_analysis.hpp"

namespace qpcr {

enum class RegistrationStatus {
  found,
  no_amplification,  ///< call_amplification() says so
  not_reached,       ///< the reference point lies outside the cycles measured
  not_converged,     ///< the shape cannot be laid over the curve
  too_few_readings,  ///< fewer than 8 in the window
  no_shape,          ///< the common shape is not usable
};

std::string_view to_string(RegistrationStatus status);

/// Standard errors are of this curve's readings, given the shape, from its own residuals whatever their variances
/// (White 1980, 10.2307/1912934, corrected for leverage: MacKinnon & White 1985, 10.1016/0304-4076(85)90158-7, HC3):
/// not of pipetting, template number or shape.
struct Registration {
  RegistrationStatus status = RegistrationStatus::no_shape;
  std::optional<double> cq_cycles;  ///< set exactly when status is found
  std::optional<double> standard_error_cycles;
  /// log10 of the fluorescence at cycle 0, median_amplitude·E^(−Cq): proportional to the copies at the start.
  std::optional<double> log10_n0;
  std::optional<double> log10_n0_standard_error;  ///< with the standard error of E, which all wells of a shape share
  double reference_cycle = 0.0;                   ///< τ, before the corrections for amplitude and width
  double amplitude = 0.0;                         ///< A, fluorescence above the baseline at τ
  double relative_width = 0.0;                    ///< σ
  double baseline = 0.0;                          ///< fluorescence
  double baseline_slope_per_cycle = 0.0;
  double relative_misfit = 0.0;    ///< root mean square of the residuals over the shape's typical one
  double largest_deviation = 0.0;  ///< of a single reading, in typical deviations
  int readings = 0;
  int iterations = 0;
};

/// Where a reaction's drift is zero, in widths before the start's τ: the middle of the readings before the rise.
inline constexpr double drift_anchor_widths = 4.0;

/// Where a fit by Gauss–Newton begins.
struct RegistrationStart {
  double baseline = 0.0;
  double amplitude = 0.0;        ///< at the reference point
  double reference_cycle = 0.0;  ///< τ
};

/// From a 4-parameter fit. Nothing when the fit is none of a rising curve.
std::optional<RegistrationStart> to_registration_start(const SigmoidFit& fit, double width_cycles);

/// The readings of a curve that take part: those from `window_before` widths before the start's τ on, without the first
/// ones of the run, to `reach` widths after it; but at least 8.
struct ReadingWindow {
  std::size_t first = 0;
  std::size_t end = 0;
};

ReadingWindow select_window(std::span<const double> cycles, std::size_t first, std::size_t end, double reference_cycle,
                            double width_cycles, double reach, const CommonShapeOptions& options);

/// Registers curves to one pinned shape, one after the other, without allocation; a result depends on its curve and
/// the shape only.
class CurveRegistrar {
 public:
  /// Tabulates the shape. @throws Error invalid_option.
  explicit CurveRegistrar(const CommonShape& shape);

  const CommonShape& shape() const { return shape_; }

  /// Analyses and registers one curve. @throws Error invalid_value (arrays of unequal length).
  Registration register_curve(CurveView curve);

  /// Registers a curve that was analysed already.
  Registration register_analysed(const CurveAnalyser& analysed) const;

  /// Registers readings without gaps in cycle order, all of which are used.
  Registration register_readings(std::span<const double> cycles, std::span<const double> fluorescence,
                                 const RegistrationStart& start) const;

 private:
  struct Node {
    double value;
    double slope;
    double quadratic;
    double cubic;
  };
  struct Point {
    double value;
    double slope;
  };
  struct State;

  Point evaluate(double x) const;
  bool step(std::span<const double> cycles, std::span<const double> fluorescence, State& state) const;
  void finish(std::span<const double> cycles, std::span<const double> fluorescence, const State& state,
              Registration& result) const;

  CommonShape shape_;
  CurveAnalyser analyser_;
  std::vector<Node> table_;
  double table_start_ = 0.0;
  double table_scale_ = 0.0;
};

/// CurveRegistrar::register_curve() of one curve.
Registration register_curve(CurveView curve, const CommonShape& shape);

/// register_curve() of each, in order, bit for bit.
std::vector<Registration> register_curves(std::span<const CurveView> curves, const CommonShape& shape);

}  // namespace qpcr
