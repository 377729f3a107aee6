// The 4- and 5-parameter log-logistic model of an amplification curve, its fit and the cycles derived from it.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "libqpcr/core/curve.hpp"

namespace qpcr {

enum class SigmoidModel { log_logistic_4, log_logistic_5 };

/// How a fit ended, and with it what its numbers are.
enum class FitStatus {
  converged,       ///< parameters are a minimum of the residual sum of squares
  not_converged,   ///< parameters are the best ones seen
  degenerate,      ///< parameters are the best ones seen, but the curve does not determine them (flat, or at a limit)
  too_few_points,  ///< nothing was fitted; parameters are NaN
};

std::string_view to_string(SigmoidModel model);
std::string_view to_string(FitStatus status);
std::optional<SigmoidModel> parse_sigmoid_model(std::string_view text);

struct SigmoidOptions {
  SigmoidModel model = SigmoidModel::log_logistic_4;
  int max_iterations = 500;

  /// @throws Error invalid_option naming the violated constraint.
  void validate() const;

  bool operator==(const SigmoidOptions&) const = default;
};

/// F(x) = c + (d − c) / (1 + exp(b·(ln x − ln e)))^f, the l4 (f = 1) and l5 models of qpcR (Ritz & Spiess 2008,
/// 10.1093/bioinformatics/btn227). b is negative: c is the level before, d the level after amplification.
struct SigmoidFit {
  SigmoidModel model = SigmoidModel::log_logistic_4;
  FitStatus status = FitStatus::too_few_points;
  double b = 0.0;
  double c = 0.0;
  double d = 0.0;
  double e = 0.0;
  double f = 1.0;
  /// Of b, c, d, e, f. NaN where not determined: f of the 4-parameter model, e and f in the Gompertz limit, all when
  /// degenerate.
  std::array<double, 5> standard_errors{};
  double residual_sum_of_squares = 0.0;
  int points = 0;      ///< readings fitted: not missing, at cycles above 0
  int iterations = 0;  ///< evaluations of the model, all starts together
  /// f ran to its upper limit of 1e8, where the model is the Gompertz curve c + (d − c)·exp(−exp(b·(ln x − ln e) + ln
  /// f)).
  bool gompertz_limit = false;
  /// Covariance of (ln(−b), ln of the cycle where F′ on the log axis is steepest, 1/f): what derived cycles need, well
  /// conditioned where e and f are not. NaN where not determined.
  std::array<std::array<double, 3>, 3> shape_covariance{};
};

/// A cycle derived from a fit.
struct DerivedCycle {
  double cycle = 0.0;
  double standard_error_cycles = 0.0;  ///< by the delta method; NaN when the covariance is
};

/// Least-squares fit over all readings, equal weights. Missing readings and cycles ≤ 0 are skipped. Needs one reading
/// more than the model has parameters.
/// @throws Error invalid_option, invalid_value (arrays of unequal length).
/// Definition, limit cases and accuracy: docs/methods/sigmoid_fit.md.
SigmoidFit fit_sigmoid(CurveView curve, const SigmoidOptions& options);

/// The fitted curve at a cycle > 0.
double evaluate_sigmoid(const SigmoidFit& fit, double cycle);

/// Cycle of the largest first derivative (qpcR cpD1), in closed form. Nothing when the fitted curve has none at a
/// positive cycle.
std::optional<DerivedCycle> derive_first_derivative_maximum(const SigmoidFit& fit);

/// Cycle of the largest second derivative (qpcR cpD2), in closed form. Nothing when the fitted curve has none at a
/// positive cycle.
std::optional<DerivedCycle> derive_second_derivative_maximum(const SigmoidFit& fit);

}  // namespace qpcr
