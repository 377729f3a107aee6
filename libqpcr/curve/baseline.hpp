// The signal before amplification shows: none, a constant or a straight line, over a window given or found.
#pragma once

#include <optional>
#include <string_view>

#include "libqpcr/core/curve.hpp"
#include "libqpcr/curve/amplification_model.hpp"

namespace qpcr {

/// model: the ground of a fitted sigmoid, its lower level and, in a model with a line, that line.
enum class BaselineMethod { none, constant, linear, model };

std::string_view to_string(BaselineMethod method);
std::optional<BaselineMethod> parse_baseline_method(std::string_view text);

struct BaselineOptions {
  BaselineMethod method = BaselineMethod::linear;
  /// Window in cycles, both ends included. Both or neither; neither means a window found per curve.
  std::optional<double> first_cycle;
  std::optional<double> last_cycle;
  /// Fitted for the method `model`.
  AmplificationModel model = AmplificationModel::log_logistic_4;

  /// @throws Error invalid_option naming the violated constraint.
  void validate() const;

  bool operator==(const BaselineOptions&) const = default;
};

/// What is subtracted: intercept + slope_per_cycle·cycle.
struct Baseline {
  /// What was done. `none` whatever was asked for where the curve is baseline-subtracted already; `constant` where a
  /// line was asked for but the automatic window is too short to carry one (docs/methods/baseline.md).
  BaselineMethod method = BaselineMethod::none;
  double intercept = 0.0;        ///< fluorescence at cycle 0; 0 for none
  double slope_per_cycle = 0.0;  ///< 0 for none and constant
  double first_cycle = 0.0;      ///< window used; NaN when it holds no reading
  double last_cycle = 0.0;
  double noise_sd = 0.0;  ///< standard deviation of the readings in the window about the baseline; NaN with too few
  /// Of intercept and slope, from the noise of the readings in the window; 0 for none, NaN where not determined.
  double intercept_variance = 0.0;
  double slope_variance = 0.0;
  double covariance = 0.0;

  bool operator==(const Baseline&) const = default;
};

double evaluate_baseline(const Baseline& baseline, double cycle);

/// Variance of the baseline's value at a cycle.
double estimate_baseline_variance(const Baseline& baseline, double cycle);

/// Estimates the baseline of one curve. Missing readings are skipped. A window given by the user is used as it is; when
/// it holds too few readings (1 for constant, 2 for linear) intercept and slope are NaN; so they are where the fit of
/// the method `model` did not converge. Without a window, on a curve that amplifies, the ground is fitted together
/// with the exponential beginning of the rise, so that the rise does not bend it.
/// @throws Error invalid_option (options), invalid_value (arrays of unequal length, cycles that do not increase).
/// Definition, automatic window and accuracy: docs/methods/baseline.md.
Baseline estimate_baseline(CurveView curve, const BaselineOptions& options);

}  // namespace qpcr
