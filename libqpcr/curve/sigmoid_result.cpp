// Closed forms of the covariance: the kernel's sums are all it needs, the readings are not looked at again.
#include "libqpcr/curve/sigmoid_result.hpp"

#include <cmath>
#include <limits>

#include "libqpcr/math/elementary.hpp"
#include "libqpcr/math/lane_least_squares.hpp"

namespace qpcr {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
using Matrix = std::array<std::array<double, 3>, 3>;

/// Inverse of the leading size × size part of a normal matrix given as its lower triangle. False where it is singular
/// to working precision, alone or against the columns that were projected off.
bool invert(const SigmoidMinimum& minimum, std::size_t size, double points, Matrix& inverse) {
  // Pivots of a unit-diagonal matrix below as many roundings as the full model has parameters carry no digit.
  constexpr double smallest_pivot = 20.0 * std::numeric_limits<double>::epsilon();
  std::array<double, 3> scale{};
  const double square = minimum.amplitude * minimum.amplitude;
  for (std::size_t k = 0; k < size; ++k) {
    const double diagonal = minimum.matrix[lanes::triangle_index(k, k)];
    const double projected = square * (points * minimum.mean[k] * minimum.mean[k] +
                                       minimum.shape_square * minimum.along[k] * minimum.along[k]);
    if (!(diagonal > smallest_pivot * (diagonal + projected))) return false;
    scale[k] = 1.0 / std::sqrt(diagonal);
  }
  Matrix lower{};
  std::array<double, 3> pivot{};
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = i == j ? 1.0 : minimum.matrix[lanes::triangle_index(i, j)] * scale[i] * scale[j];
      for (std::size_t k = 0; k < j; ++k) sum -= lower[i][k] * pivot[k] * lower[j][k];
      if (i == j) {
        if (!(sum > smallest_pivot)) return false;
        pivot[i] = sum;
      } else {
        lower[i][j] = sum / pivot[j];
      }
    }
  }
  for (std::size_t column = 0; column < size; ++column) {
    std::array<double, 3> solved{};
    for (std::size_t i = 0; i < size; ++i) {
      solved[i] = i == column ? 1.0 : 0.0;
      for (std::size_t k = 0; k < i; ++k) solved[i] -= lower[i][k] * solved[k];
    }
    for (std::size_t i = size; i-- > 0;) {
      solved[i] /= pivot[i];
      for (std::size_t k = i + 1; k < size; ++k) solved[i] -= lower[k][i] * solved[k];
    }
    for (std::size_t i = 0; i < size; ++i) inverse[i][column] = solved[i] * scale[i] * scale[column];
  }
  return true;
}

double combine(const std::array<double, 3>& a, const Matrix& matrix, const std::array<double, 3>& b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) sum += a[i] * matrix[i][j] * b[j];
  }
  return sum;
}

/// Standard errors of b, c, d, e, f and the covariance of the shape, whose part of what is held stays 0.
void set_standard_errors(const PreparedCurve& curve, const SigmoidMinimum& minimum, std::size_t shape_size,
                         SigmoidFit& fit) {
  const auto points = static_cast<double>(curve.points);
  const double degrees = points - static_cast<double>(shape_size) - 2.0;
  Matrix covariance{};
  if (!(degrees > 0.0) || !invert(minimum, shape_size, points, covariance)) return;
  const double variance = minimum.residual_sum_of_squares / degrees;
  for (auto& row : covariance) {
    for (double& value : row) value *= variance;
  }
  std::array<double, 3> by_mean{};
  std::array<double, 3> by_amplitude{};
  for (std::size_t k = 0; k < shape_size; ++k) {
    by_mean[k] = minimum.amplitude * minimum.mean[k];
    by_amplitude[k] = minimum.amplitude * minimum.along[k];
  }
  // Of the fitted mean and the level difference; the levels are the mean ∓ their share of the difference.
  const double mean = variance / points + combine(by_mean, covariance, by_mean);
  const double amplitude = variance / minimum.shape_square + combine(by_amplitude, covariance, by_amplitude);
  const double both = combine(by_mean, covariance, by_amplitude);
  const double before = minimum.mean_shape;
  const double after = 1.0 - minimum.mean_shape;
  fit.standard_errors[0] = -fit.b * std::sqrt(covariance[0][0]);
  fit.standard_errors[1] = std::ldexp(std::sqrt(mean - before * (2.0 * both - before * amplitude)), curve.exponent);
  fit.standard_errors[2] = std::ldexp(std::sqrt(mean + after * (2.0 * both + after * amplitude)), curve.exponent);
  if (fit.model == SigmoidModel::log_logistic_4) {
    fit.standard_errors[3] = fit.e * std::sqrt(covariance[1][1]);
  } else if (shape_size == 3) {
    const double beta = -fit.b;
    const double kappa = minimum.shape.kappa;
    const std::array<double, 3> by_shape{-fit.e * elementary::log(kappa) / beta, fit.e, fit.e / (beta * kappa)};
    fit.standard_errors[3] = std::sqrt(combine(by_shape, covariance, by_shape));
    fit.standard_errors[4] = std::sqrt(covariance[2][2]) / (kappa * kappa);
  }
  fit.shape_covariance = covariance;
}

void forget_errors(SigmoidFit& fit) {
  fit.standard_errors.fill(nan);
  for (auto& row : fit.shape_covariance) row.fill(nan);
}

}  // namespace

void clear_result(SigmoidModel model, int points, SigmoidFit& fit) {
  fit = SigmoidFit{};
  fit.model = model;
  fit.points = points;
  fit.b = fit.c = fit.d = fit.e = fit.f = fit.residual_sum_of_squares = nan;
  forget_errors(fit);
}

void derive_result(const PreparedCurve& curve, const SigmoidMinimum& minimum, SigmoidFit& fit) {
  const bool five = fit.model == SigmoidModel::log_logistic_5;
  fit.iterations = minimum.iterations;
  fit.status = FitStatus::degenerate;
  if (minimum.status == lanes::not_finite) return;
  if (minimum.status == lanes::converged || minimum.status == lanes::no_progress) fit.status = FitStatus::converged;
  if (minimum.status == lanes::iteration_limit) fit.status = FitStatus::not_converged;
  const SigmoidShape& at = minimum.shape;
  const double beta = elementary::exp(at.log_beta);
  const double before = curve.mean - minimum.amplitude * minimum.mean_shape;
  fit.b = -beta;
  fit.c = std::ldexp(before, curve.exponent);
  fit.d = std::ldexp(before + minimum.amplitude, curve.exponent);
  fit.e = elementary::exp(five ? at.tau + elementary::log(at.kappa) / beta : at.tau);
  fit.f = 1.0 / at.kappa;
  fit.residual_sum_of_squares = std::ldexp(minimum.residual_sum_of_squares, 2 * curve.exponent);
  fit.gompertz_limit = five && at.kappa <= smallest_sigmoid_kappa;
  const bool kappa_fixed = five && (minimum.at_bound[2] || fit.gompertz_limit);
  set_standard_errors(curve, minimum, five && !kappa_fixed ? 3 : 2, fit);
  const bool limit = minimum.at_bound[0] || minimum.at_bound[1] || (kappa_fixed && !fit.gompertz_limit);
  const bool finite = std::isfinite(fit.c) && std::isfinite(fit.d) && std::isfinite(fit.residual_sum_of_squares);
  if (fit.status == FitStatus::converged && (limit || !finite || std::isnan(fit.standard_errors[0]))) {
    fit.status = FitStatus::degenerate;
    forget_errors(fit);
  }
}

}  // namespace qpcr
