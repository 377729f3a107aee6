// Derivatives of a fitted sigmoid model and the cycles derived from it, with standard errors by the delta method.
#include <cmath>
#include <limits>

#include "libqpcr/curve/amplification_model.hpp"
#include "libqpcr/curve/sigmoid_family.hpp"
#include "libqpcr/math/elementary.hpp"

namespace qpcr {
namespace {

using Canonical = std::array<double, 6>;  ///< ln β, τ, κ, c, d − c, k

Canonical to_canonical(const AmplificationFit& fit) {
  return {fit.shape.log_beta, fit.shape.tau, fit.shape.kappa, fit.c, fit.d - fit.c, fit.slope_per_cycle};
}

bool has_shape(const AmplificationFit& fit) {
  return fit.status != FitStatus::too_few_points && std::isfinite(fit.b) && std::isfinite(fit.shape.tau) &&
         fit.d > fit.c;
}

/// Derivatives of s by t divided by s: polynomials in w = eᵗ/(1 + κeᵗ), from dw/dt = w·(1 − κw).
std::array<double, 5> evaluate_polynomials(double w, double kappa) {
  const double k1 = 1.0 + kappa;
  const double k2 = 1.0 + 2.0 * kappa;
  const double p1 = -w;
  const double p2 = w * (k1 * w - 1.0);
  const double p3 = w * (-1.0 + w * (3.0 * k1 - w * k1 * k2));
  const double p3_by_w = -1.0 + w * (6.0 * k1 - 3.0 * w * k1 * k2);
  const double p4 = -w * p3 + p3_by_w * w * (1.0 - kappa * w);
  return {1.0, p1, p2, p3, p4};
}

std::array<double, 5> evaluate_at(const Canonical& p, bool log_axis, double x) {
  const double beta = elementary::exp(p[0]);
  const double u = log_axis ? elementary::log(x) : x;
  const double t = std::min(-beta * (u - p[1]), 300.0);
  const double v = elementary::exp(t);
  const double s = evaluate_shape(t, p[2]).value;
  std::array<double, 5> d = evaluate_polynomials(v / (1.0 + p[2] * v), p[2]);
  double factor = p[4] * s;
  for (double& value : d) {
    // Where the shape has vanished its polynomials may be large: their product is 0.
    value = s > 0.0 ? value * factor : 0.0;
    factor *= -beta;
  }
  if (log_axis) {
    const double x2 = x * x;
    d = {d[0], d[1] / x, (d[2] - d[1]) / x2, (d[3] - 3.0 * d[2] + 2.0 * d[1]) / (x2 * x),
         (d[4] - 6.0 * d[3] + 11.0 * d[2] - 6.0 * d[1]) / (x2 * x2)};
  }
  d[0] += p[3] + p[5] * x;
  d[1] += p[5];
  return d;
}

/// Cycle at which w takes the value `share`; NaN where it never does.
double find_cycle(const Canonical& p, bool log_axis, double w) {
  const double rest = 1.0 - p[2] * w;
  if (!(w > 0.0) || !(rest > 0.0)) return std::numeric_limits<double>::quiet_NaN();
  const double u = p[1] - elementary::log(w / rest) / elementary::exp(p[0]);
  return log_axis ? elementary::exp(u) : u;
}

// On the axis u, F″ = 0 is w = 1/(1 + κ); on x = eᵘ it is β·P₂ + P₁ = 0, w = (1 + 1/β)/(1 + κ).
double find_first_maximum(const Canonical& p, bool log_axis) {
  const double q = log_axis ? elementary::exp(-p[0]) : 0.0;
  return find_cycle(p, log_axis, (1.0 + q) / (1.0 + p[2]));
}

// F‴ = 0 with q = 1/β on the log axis and 0 on the plain one: (1 + κ)(1 + 2κ)·w² − 3(1 + q)(1 + κ)·w + (1 + q)(1 + 2q)
// = 0. w falls with the cycle: the larger root is the maximum of F″, the smaller its minimum after the inflection.
double find_second_maximum(const Canonical& p, bool log_axis) {
  const double q = log_axis ? elementary::exp(-p[0]) : 0.0;
  const double k1 = 1.0 + p[2];
  const double k2 = 1.0 + 2.0 * p[2];
  const double half = 1.5 * (1.0 + q) * k1;
  const double discriminant = half * half - k1 * k2 * (1.0 + q) * (1.0 + 2.0 * q);
  if (!(discriminant > 0.0)) return std::numeric_limits<double>::quiet_NaN();
  const double w = (half + std::sqrt(discriminant)) / (k1 * k2);
  // Not before the inflection: the curve accelerates nowhere (−b·f ≤ 1), and the root is no maximum worth the name.
  if (!(w > (1.0 + q) / k1)) return std::numeric_limits<double>::quiet_NaN();
  return find_cycle(p, log_axis, w);
}

double find_share_cycle(const Canonical& p, bool log_axis, double share) {
  // s = share: ln(1 + κeᵗ) = −κ·ln share.
  const double lag = -elementary::log(share);
  const double v = p[2] > 1e-12 ? elementary::expm1(p[2] * lag) / p[2] : lag;
  const double u = p[1] - elementary::log(v) / elementary::exp(p[0]);
  return log_axis ? elementary::exp(u) : u;
}

struct Ground {
  bool own = true;
  double intercept = 0.0;
  double slope = 0.0;
};

double find_tangent_cycle(const Canonical& p, bool log_axis, const Ground& ground) {
  const double steepest = find_first_maximum(p, log_axis);
  if (!std::isfinite(steepest)) return steepest;
  const std::array<double, 5> f = evaluate_at(p, log_axis, steepest);
  const double level = ground.own ? p[3] + p[5] * steepest : ground.intercept + ground.slope * steepest;
  const double slope = ground.own ? p[5] : ground.slope;
  return steepest - (f[0] - level) / (f[1] - slope);
}

/// Delta method with central differences: the functions are smooth and the steps far above rounding.
template <class Function>
std::optional<DerivedCycle> derive(const AmplificationFit& fit, double extra_variance, Function&& function) {
  if (!has_shape(fit)) return std::nullopt;
  const Canonical at = to_canonical(fit);
  DerivedCycle derived;
  derived.cycle = function(at);
  if (!std::isfinite(derived.cycle)) return std::nullopt;
  std::array<double, 6> gradient{};
  for (std::size_t i = 0; i < 6; ++i) {
    const double error = std::sqrt(fit.covariance[i][i]);
    if (!(error > 0.0)) continue;
    // κ must stay above 0.
    const double scale = i == 0 ? 1.0 : i == 2 ? at[2] : std::abs(at[i]) + (i > 2 ? std::abs(at[4]) : 0.0);
    const double step = 1e-5 * scale;
    Canonical low = at;
    Canonical high = at;
    low[i] -= step;
    high[i] += step;
    gradient[i] = (function(high) - function(low)) / (high[i] - low[i]);
  }
  double variance = extra_variance;
  for (std::size_t i = 0; i < 6; ++i) {
    for (std::size_t j = 0; j < 6; ++j) variance += gradient[i] * fit.covariance[i][j] * gradient[j];
  }
  derived.standard_error_cycles = std::sqrt(variance);
  return derived;
}

}  // namespace

std::array<double, 5> evaluate_derivatives(const AmplificationFit& fit, double cycle) {
  return evaluate_at(to_canonical(fit), find_traits(fit.model).log_axis, cycle);
}

double evaluate_model(const AmplificationFit& fit, double cycle) { return evaluate_derivatives(fit, cycle)[0]; }

std::optional<DerivedCycle> derive_first_derivative_maximum(const AmplificationFit& fit) {
  const bool log_axis = find_traits(fit.model).log_axis;
  return derive(fit, 0.0, [log_axis](const Canonical& p) { return find_first_maximum(p, log_axis); });
}

std::optional<DerivedCycle> derive_second_derivative_maximum(const AmplificationFit& fit) {
  const bool log_axis = find_traits(fit.model).log_axis;
  return derive(fit, 0.0, [log_axis](const Canonical& p) { return find_second_maximum(p, log_axis); });
}

std::optional<DerivedCycle> derive_share_cycle(const AmplificationFit& fit, double share) {
  const bool log_axis = find_traits(fit.model).log_axis;
  return derive(fit, 0.0, [log_axis, share](const Canonical& p) { return find_share_cycle(p, log_axis, share); });
}

std::optional<DerivedCycle> derive_tangent_cycle(const AmplificationFit& fit, const std::optional<GroundLine>& ground) {
  const bool log_axis = find_traits(fit.model).log_axis;
  Ground at;
  double extra = 0.0;
  if (ground) {
    at = {false, ground->intercept, ground->slope_per_cycle};
    const std::optional<DerivedCycle> steepest = derive_first_derivative_maximum(fit);
    if (!steepest) return std::nullopt;
    const double slope = evaluate_derivatives(fit, steepest->cycle)[1] - ground->slope_per_cycle;
    // The tangent meets the ground near the take-off: its error there moves the meeting point.
    const double meeting = find_tangent_cycle(to_canonical(fit), log_axis, at);
    extra =
        (ground->intercept_variance + 2.0 * meeting * ground->covariance + meeting * meeting * ground->slope_variance) /
        (slope * slope);
  }
  return derive(fit, extra, [log_axis, at](const Canonical& p) { return find_tangent_cycle(p, log_axis, at); });
}

}  // namespace qpcr
