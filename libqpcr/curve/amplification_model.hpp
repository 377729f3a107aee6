// The sigmoid models of a whole amplification curve under one result type: fit, covariance, AICc, choice of model.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "libqpcr/core/curve.hpp"
#include "libqpcr/curve/sigmoid_fitter.hpp"

namespace qpcr {

/// log_logistic_*: in ln x (qpcR l4, l5, l6); logistic_*: in x (b4, b5, b6); 4, 5 and 6 parameters, the sixth being a
/// straight line under the sigmoid. gompertz: the limit f → ∞ of log_logistic_5, with 4 parameters.
enum class AmplificationModel {
  log_logistic_4,
  log_logistic_5,
  log_logistic_6,
  gompertz,
  logistic_4,
  logistic_5,
  logistic_6,
};

std::string_view to_string(AmplificationModel model);
std::optional<AmplificationModel> parse_amplification_model(std::string_view text);
std::span<const AmplificationModel> all_amplification_models();

struct AmplificationModelOptions {
  AmplificationModel model = AmplificationModel::log_logistic_4;
  int max_iterations = 500;

  /// @throws Error invalid_option naming the violated constraint.
  void validate() const;

  bool operator==(const AmplificationModelOptions&) const = default;
};

/// F(x) = c + k·x + (d − c)·s, s = (1 + κ·eᵗ)^(−1/κ), t = −β·(u − τ) with u = ln x or x, β = −b, κ = 1/f.
/// As published: s = 1/(1 + exp(b·(u − u(e))))^f (Ritz & Spiess 2008, 10.1093/bioinformatics/btn227); in the Gompertz
/// limit κ → 0 s = exp(−eᵗ).
struct AmplificationFit {
  AmplificationModel model = AmplificationModel::log_logistic_4;
  FitStatus status = FitStatus::too_few_points;
  double b = 0.0;
  double c = 0.0;  ///< level before amplification; of the line at cycle 0 where there is one
  double d = 0.0;  ///< level after it
  double e = 0.0;
  double f = 1.0;                ///< NaN in the explicit Gompertz curve c + (d − c)·exp(−exp(b·(ln x − ln e)))
  double slope_per_cycle = 0.0;  ///< k; 0 in models without a line
  /// Of b, c, d, e, f, k. NaN where not determined or not in the model, all when degenerate.
  std::array<double, 6> standard_errors{};
  /// (ln β, τ, κ): well conditioned where e and f are not.
  SigmoidShape shape;
  /// Of (ln β, τ, κ, c, d − c, k); 0 for what is not in the model or held at a limit, NaN when degenerate.
  std::array<std::array<double, 6>, 6> covariance{};
  double residual_sum_of_squares = 0.0;
  double aicc = 0.0;  ///< Hurvich & Tsai 1989, 10.1093/biomet/76.2.297; the variance counts as a parameter
  int parameters = 0;
  int points = 0;      ///< readings fitted
  int iterations = 0;  ///< evaluations of the model, all starts together
  bool gompertz_limit = false;
};

/// Least-squares fit over all readings, equal weights; the levels and the line are eliminated (variable projection).
/// Missing readings are skipped, and in the models in ln x cycles ≤ 0. Needs one reading more than parameters.
/// @throws Error invalid_option, invalid_value (arrays of unequal length).
/// Definition and accuracy: docs/methods/models.md; tests/curve/test_amplification_model.cpp.
AmplificationFit fit_amplification_model(CurveView curve, const AmplificationModelOptions& options);

/// The converged fit of smallest AICc; the first one of the smallest residual sum of squares where none converged.
/// @throws Error invalid_option for an empty list, else as fit_amplification_model().
AmplificationFit choose_model(CurveView curve, std::span<const AmplificationModel> models);

/// F and its first four derivatives in x.
std::array<double, 5> evaluate_derivatives(const AmplificationFit& fit, double cycle);
double evaluate_model(const AmplificationFit& fit, double cycle);

/// Cycle of the largest first (second) derivative, in closed form; nothing where the fitted curve has none. The line
/// under the sigmoid does not move them.
std::optional<DerivedCycle> derive_first_derivative_maximum(const AmplificationFit& fit);
std::optional<DerivedCycle> derive_second_derivative_maximum(const AmplificationFit& fit);

/// Cycle at which the sigmoid has made `share` (between 0 and 1) of its rise d − c, in closed form.
std::optional<DerivedCycle> derive_share_cycle(const AmplificationFit& fit, double share);

/// Straight line intercept + slope·x with the covariance of both.
struct GroundLine {
  double intercept = 0.0;
  double slope_per_cycle = 0.0;
  double intercept_variance = 0.0;
  double slope_variance = 0.0;
  double covariance = 0.0;
};

/// Cycle at which the tangent at the largest first derivative meets the ground (Cy0). Without a line the ground is the
/// model's own, c + k·x.
std::optional<DerivedCycle> derive_tangent_cycle(const AmplificationFit& fit, const std::optional<GroundLine>& ground);

/// Fits curves one after the other in one set of buffers; results do not depend on what was fitted before.
class AmplificationModelFitter {
 public:
  /// As fit_amplification_model(), options already validated.
  AmplificationFit fit(CurveView curve, const AmplificationModelOptions& options);

  /// The same from a 4- or 5-parameter log-logistic fit of the same readings that is at hand.
  AmplificationFit adopt(CurveView curve, const SigmoidFit& sigmoid);

 private:
  void assign(CurveView curve, bool log_axis);

  SigmoidFitter sigmoid_;
  std::vector<double> cycles_;
  std::vector<double> fluorescence_;
  std::vector<double> axis_;
  std::vector<double> work_;
};

}  // namespace qpcr
