// The ratio in the shape's own parameters, so that it stays regular in the Gompertz limit.
#include "libqpcr/curve/sigmoidal_efficiency.hpp"

#include <array>
#include <cmath>
#include <limits>

#include "libqpcr/curve/sigmoid_fitter.hpp"
#include "libqpcr/math/elementary.hpp"

namespace qpcr {
namespace {

/// The same asymptotes with another shape.
SigmoidFit with_shape(const SigmoidFit& fit, const SigmoidShape& shape) {
  SigmoidFit moved = fit;
  const double beta = elementary::exp(shape.log_beta);
  moved.b = -beta;
  moved.f = 1.0 / shape.kappa;
  moved.e = elementary::exp(shape.tau + elementary::log(shape.kappa) / beta);
  return moved;
}

/// ln of the growth over the cycle that ends at the second-derivative maximum; NaN when there is none.
double log_growth(const SigmoidFit& fit) {
  const auto cycle = derive_second_derivative_maximum(fit);
  if (!cycle || !(cycle->cycle > 1.0)) return std::numeric_limits<double>::quiet_NaN();
  const SigmoidShape shape = to_shape(fit);
  const double beta = elementary::exp(shape.log_beta);
  const auto log_share = [&](double x) {
    const double t = -beta * (elementary::log(x) - shape.tau);
    return -elementary::log1p(shape.kappa * elementary::exp(t)) / shape.kappa;
  };
  return log_share(cycle->cycle) - log_share(cycle->cycle - 1.0);
}

double estimate_standard_error(const SigmoidFit& fit, double efficiency) {
  constexpr double step = 1e-5;
  constexpr double smallest_kappa = 1e-6;
  const SigmoidShape shape = to_shape(fit);
  std::array<double, 3> gradient{};
  for (std::size_t i = 0; i < 3; ++i) {
    SigmoidShape up = shape;
    SigmoidShape down = shape;
    double width = 2.0 * step;
    if (i == 2) {
      // In the Gompertz limit κ is held at its bound and carries no error.
      if (shape.kappa < smallest_kappa) continue;
      up.kappa *= 1.0 + step;
      down.kappa *= 1.0 - step;
      width *= shape.kappa;
    } else {
      (i == 0 ? up.log_beta : up.tau) += step;
      (i == 0 ? down.log_beta : down.tau) -= step;
    }
    gradient[i] = (log_growth(with_shape(fit, up)) - log_growth(with_shape(fit, down))) / width;
  }
  double variance = 0.0;
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) {
      if (gradient[i] != 0.0 && gradient[j] != 0.0) variance += gradient[i] * fit.shape_covariance[i][j] * gradient[j];
    }
  }
  return efficiency * std::sqrt(variance);
}

}  // namespace

std::optional<SigmoidalEfficiency> derive_sigmoidal_efficiency(const SigmoidFit& fit,
                                                               const SigmoidalEfficiencyOptions& options) {
  const auto cycle = derive_second_derivative_maximum(fit);
  if (!cycle || !(cycle->cycle > 1.0)) return std::nullopt;
  SigmoidalEfficiency result;
  result.cycle = cycle->cycle;
  if (!options.subtract_baseline) {
    const double before = evaluate_sigmoid(fit, cycle->cycle - 1.0);
    if (!(before > 0.0)) return std::nullopt;
    result.efficiency = evaluate_sigmoid(fit, cycle->cycle) / before;
    result.standard_error = std::numeric_limits<double>::quiet_NaN();
    return result;
  }
  result.efficiency = elementary::exp(log_growth(fit));
  if (!std::isfinite(result.efficiency)) return std::nullopt;
  result.standard_error = estimate_standard_error(fit, result.efficiency);
  return result;
}

}  // namespace qpcr
