// First- and second-derivative maxima of a log-logistic fit in closed form, with standard errors.
#include <cmath>

#include "libqpcr/curve/sigmoid.hpp"
#include "libqpcr/curve/sigmoid_fitter.hpp"
#include "libqpcr/math/elementary.hpp"

namespace qpcr {
namespace {

/// κ·eᵗ/(1 + κ·eᵗ) = κ·share at the cycle looked for, and the derivatives of share in β and κ.
struct Share {
  double value;
  double by_beta;
  double by_kappa;
};

/// The cycle x with eᵗ = share/(1 − κ·share): ln x = τ − ln(eᵗ)/β, and its standard error by the delta method in (ln β,
/// τ, κ).
std::optional<DerivedCycle> to_cycle(const SigmoidFit& fit, const SigmoidShape& at, const Share& share) {
  const double rest = 1.0 - at.kappa * share.value;
  if (!(share.value > 0.0) || !(rest > 0.0)) return std::nullopt;
  const double beta = -fit.b;
  const double log_v = elementary::log(share.value / rest);
  DerivedCycle derived;
  derived.cycle = elementary::exp(at.tau - log_v / beta);
  if (!std::isfinite(derived.cycle)) return std::nullopt;
  const double log_v_by_share = 1.0 / share.value + at.kappa / rest;
  const double log_v_by_beta = log_v_by_share * share.by_beta;
  const double log_v_by_kappa = log_v_by_share * share.by_kappa + share.value / rest;
  // τ is held while κ moves: it is the cycle at t = 0, whatever κ.
  const std::array<double, 3> gradient{derived.cycle * (log_v / beta - log_v_by_beta), derived.cycle,
                                       -derived.cycle * log_v_by_kappa / beta};
  double variance = 0.0;
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) variance += gradient[i] * fit.shape_covariance[i][j] * gradient[j];
  }
  derived.standard_error_cycles = std::sqrt(variance);
  return derived;
}

bool has_shape(const SigmoidFit& fit) {
  return std::isfinite(fit.b) && std::isfinite(fit.e) && fit.f > 0.0 && fit.d > fit.c;
}

}  // namespace

// With u = (x/e)^(−β) and w = u/(1 + u): d ln F′/dx = 0 gives w = (β + 1)/(β·(f + 1)).
std::optional<DerivedCycle> derive_first_derivative_maximum(const SigmoidFit& fit) {
  if (!has_shape(fit)) return std::nullopt;
  const SigmoidShape at = to_shape(fit);
  const double beta = -fit.b;
  const double k = 1.0 + at.kappa;
  return to_cycle(fit, at, {(beta + 1.0) / (beta * k), -1.0 / (beta * beta * k), -(beta + 1.0) / (beta * k * k)});
}

// F‴ = 0 is the quadratic B·(B + β)·w² − 3·a·B·w + a·(a + 1) = 0 with a = β + 1, B = β·(f + 1); the larger root is the
// maximum of F″ before the inflection, the smaller the minimum after it. Divided by κ it stays regular in the Gompertz
// limit.
std::optional<DerivedCycle> derive_second_derivative_maximum(const SigmoidFit& fit) {
  if (!has_shape(fit)) return std::nullopt;
  const SigmoidShape at = to_shape(fit);
  const double beta = -fit.b;
  const double kappa = at.kappa;
  const double a = beta + 1.0;
  const double r = (1.0 + 2.0 * kappa) / (1.0 + kappa);
  const double discriminant = 9.0 * a * a - 4.0 * r * a * (a + 1.0);
  if (!(discriminant > 0.0)) return std::nullopt;
  const double root = std::sqrt(discriminant);
  const double numerator = 3.0 * a + root;
  const double denominator = 2.0 * beta * (1.0 + 2.0 * kappa);
  const double share = numerator / denominator;
  // Not before the inflection: the curve accelerates nowhere (−b·f ≤ 1), and the root is no maximum worth the name.
  if (!(share > a / (beta * (1.0 + kappa)))) return std::nullopt;
  const double root_by_beta = (18.0 * a - 4.0 * r * (2.0 * a + 1.0)) / (2.0 * root);
  const double root_by_kappa = -4.0 * a * (a + 1.0) / ((1.0 + kappa) * (1.0 + kappa)) / (2.0 * root);
  const double by_beta = (3.0 + root_by_beta - share * 2.0 * (1.0 + 2.0 * kappa)) / denominator;
  const double by_kappa = (root_by_kappa - share * 4.0 * beta) / denominator;
  return to_cycle(fit, at, {share, by_beta, by_kappa});
}

}  // namespace qpcr
