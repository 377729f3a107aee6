// Linear regression of efficiency (LRE): the efficiency of a cycle falls in proportion to the fluorescence.
#pragma once

#include <optional>

#include "libqpcr/core/curve.hpp"
#include "libqpcr/curve/sigmoid.hpp"

namespace qpcr {

struct LinearResistanceOptions {
  /// Window in fluorescence as shares of the highest reading: where the curve is close enough to its upper half to
  /// show the fall, and far enough above the noise for a ratio.
  double lower_share = 0.05;
  double upper_share = 0.6;
  /// Window in cycles instead, both or neither; each end included.
  std::optional<double> first_cycle;
  std::optional<double> last_cycle;

  /// @throws Error invalid_option naming the violated constraint.
  void validate() const;

  bool operator==(const LinearResistanceOptions&) const = default;
};

/// E = E_max + ΔE·F with E = Fₙ/Fₙ₋₁ − 1.
struct LinearResistanceFit {
  FitStatus status = FitStatus::too_few_points;
  double maximal_efficiency = 0.0;    ///< E_max: 1 for perfect doubling
  double efficiency_slope = 0.0;      ///< ΔE, per unit of fluorescence; negative
  double maximal_fluorescence = 0.0;  ///< −E_max/ΔE
  double initial_fluorescence = 0.0;  ///< F₀: mean over the window of Fmax/(1 + (Fmax/Fₙ − 1)(E_max + 1)ⁿ)
  double maximal_efficiency_standard_error = 0.0;
  double efficiency_slope_standard_error = 0.0;
  /// Of ln F₀, from the scatter of the single estimates and E_max's error.
  double log_initial_standard_error = 0.0;
  double r_squared = 0.0;
  double residual_sum_of_squares = 0.0;  ///< of the efficiencies
  double aicc = 0.0;
  double first_cycle = 0.0;
  double last_cycle = 0.0;
  int points = 0;
};

/// Straight line through the cycle efficiencies of a curve whose baseline is removed (`baselined`, fluorescence above
/// the ground). Only neighbouring cycles one apart make an efficiency.
/// @return too_few_points with fewer than three efficiencies in the window; degenerate where the efficiency does not
///   fall with the fluorescence or is not positive at the start.
/// @throws Error invalid_option, invalid_value (arrays of unequal length).
/// Source: Rutledge & Stewart 2008, 10.1186/1472-6750-8-47. docs/methods/models.md.
LinearResistanceFit fit_linear_resistance(CurveView baselined, const LinearResistanceOptions& options);

}  // namespace qpcr
