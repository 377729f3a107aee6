// Nonlinear least squares with few parameters: Levenberg–Marquardt on the normal equations, without allocation.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>

#include <Eigen/Cholesky>
#include <Eigen/Core>

namespace qpcr {

/// One value a parameter, and one mark a parameter.
template <int N>
using ParameterArray = std::array<double, static_cast<std::size_t>(N)>;
template <int N>
using ParameterFlags = std::array<bool, static_cast<std::size_t>(N)>;

/// How a fit ended, and with it what the parameters are.
enum class LeastSquaresStatus {
  converged,             ///< parameters are a local minimum within the tolerance
  iteration_limit,       ///< parameters are the best ones seen; the minimum was not reached
  no_progress,           ///< parameters are the best ones seen; no step from there lowers the sum of squares
  not_finite,            ///< the model has no finite value at the start; parameters are the start, unchanged
  too_few_observations,  ///< fewer observations than parameters; parameters are the start, unchanged
};

struct LeastSquaresOptions {
  int max_iterations = 500;
  /// Converged when the full Gauss–Newton step would lower the sum of squares by less than this fraction of it. A
  /// fraction r places the parameters within √(r·(n − p)) of their standard errors.
  double relative_reduction = 1e-16;
  double initial_damping = 1e-3;
  /// Full Gauss–Newton steps after convergence, each kept only while the gradient still falls: they take the parameters
  /// to the rounding of the gradient, which lies far below that of the sum of squares.
  int polishing_steps = 0;
};

/// JᵀJ, Jᵀr and rᵀr of a model at one set of parameters; J holds derivatives of the prediction, r = observed −
/// predicted.
template <int N>
struct NormalEquations {
  Eigen::Matrix<double, N, N> matrix = Eigen::Matrix<double, N, N>::Zero();
  Eigen::Matrix<double, N, 1> gradient = Eigen::Matrix<double, N, 1>::Zero();
  double residual_sum_of_squares = 0.0;

  /// Adds one observation.
  void add(const ParameterArray<N>& derivatives, double residual) {
    const Eigen::Map<const Eigen::Matrix<double, N, 1>> row(derivatives.data());
    matrix.noalias() += row * row.transpose();
    gradient.noalias() += row * residual;
    residual_sum_of_squares += residual * residual;
  }

  bool is_finite() const {
    return std::isfinite(residual_sum_of_squares) && gradient.allFinite() && matrix.allFinite();
  }
};

/// Closed ranges the parameters may not leave.
template <int N>
struct ParameterBounds {
  ParameterArray<N> lower;
  ParameterArray<N> upper;

  ParameterBounds() {
    lower.fill(-std::numeric_limits<double>::infinity());
    upper.fill(std::numeric_limits<double>::infinity());
  }
};

template <int N>
struct LeastSquaresResult {
  LeastSquaresStatus status = LeastSquaresStatus::not_finite;
  ParameterArray<N> parameters{};
  ParameterFlags<N> at_bound{};  ///< held at a bound because the sum of squares falls towards the outside
  NormalEquations<N> normal;     ///< at `parameters`
  int iterations = 0;            ///< evaluations of the model after the one at the start
};

/// Inverse of JᵀJ scaled to a unit diagonal and back. Rows and columns of `excluded` parameters are NaN.
/// @return false, and nothing but NaN, where the matrix of the others is singular to working precision.
template <int N>
bool invert_normal_matrix(const Eigen::Matrix<double, N, N>& matrix, const ParameterFlags<N>& excluded,
                          Eigen::Matrix<double, N, N>& inverse) {
  Eigen::Matrix<double, N, N> scaled = matrix;
  Eigen::Matrix<double, N, 1> scale;
  inverse.setConstant(std::numeric_limits<double>::quiet_NaN());
  for (int i = 0; i < N; ++i) {
    if (!excluded[static_cast<std::size_t>(i)] && !(matrix(i, i) > 0.0)) return false;
    scale(i) = excluded[static_cast<std::size_t>(i)] ? 1.0 : 1.0 / std::sqrt(matrix(i, i));
  }
  for (int i = 0; i < N; ++i) {
    for (int j = 0; j < N; ++j) {
      const bool out = excluded[static_cast<std::size_t>(i)] || excluded[static_cast<std::size_t>(j)];
      scaled(i, j) = out ? (i == j ? 1.0 : 0.0) : matrix(i, j) * scale(i) * scale(j);
    }
  }
  const Eigen::LDLT<Eigen::Matrix<double, N, N>> factor(scaled);
  const double smallest_pivot = factor.vectorD().minCoeff();
  // Pivots of a unit-diagonal matrix below N roundings carry no digit of information.
  if (factor.info() != Eigen::Success || !(smallest_pivot > 4.0 * N * std::numeric_limits<double>::epsilon()))
    return false;
  const Eigen::Matrix<double, N, N> solved = factor.solve(Eigen::Matrix<double, N, N>::Identity());
  for (int i = 0; i < N; ++i) {
    for (int j = 0; j < N; ++j) {
      if (excluded[static_cast<std::size_t>(i)] || excluded[static_cast<std::size_t>(j)]) continue;
      inverse(i, j) = solved(i, j) * scale(i) * scale(j);
    }
  }
  return true;
}

/// Covariance of the estimates, σ²·(JᵀJ)⁻¹ with σ² = RSS/(n − free parameters). NaN for parameters held at a bound, and
/// throughout where no degree of freedom is left or the matrix is singular.
template <int N>
Eigen::Matrix<double, N, N> estimate_covariance(const LeastSquaresResult<N>& fit, int observations) {
  Eigen::Matrix<double, N, N> covariance;
  covariance.setConstant(std::numeric_limits<double>::quiet_NaN());
  const int free = N - static_cast<int>(std::count(fit.at_bound.begin(), fit.at_bound.end(), true));
  if (observations <= free || !invert_normal_matrix<N>(fit.normal.matrix, fit.at_bound, covariance)) return covariance;
  covariance *= fit.normal.residual_sum_of_squares / static_cast<double>(observations - free);
  return covariance;
}

/// Square roots of the diagonal of estimate_covariance().
template <int N>
ParameterArray<N> estimate_standard_errors(const LeastSquaresResult<N>& fit, int observations) {
  const Eigen::Matrix<double, N, N> covariance = estimate_covariance<N>(fit, observations);
  ParameterArray<N> errors{};
  for (int i = 0; i < N; ++i) errors[static_cast<std::size_t>(i)] = std::sqrt(covariance(i, i));
  return errors;
}

namespace detail {

/// The normal equations without the parameters that are held at a bound or that the model does not depend on here.
template <int N>
NormalEquations<N> take_out_held(const LeastSquaresResult<N>& at) {
  NormalEquations<N> free = at.normal;
  for (int i = 0; i < N; ++i) {
    if (!at.at_bound[static_cast<std::size_t>(i)] && free.matrix(i, i) > 0.0) continue;
    free.matrix.row(i).setZero();
    free.matrix.col(i).setZero();
    free.matrix(i, i) = 1.0;
    free.gradient(i) = 0.0;
  }
  return free;
}

/// Takes undamped steps from a minimum found while the reduction that the next one promises shrinks.
template <int N, class Model>
void polish(Model&& model, int steps, const ParameterBounds<N>& bounds, LeastSquaresResult<N>& best) {
  NormalEquations<N> free = take_out_held<N>(best);
  for (int count = 0; count < steps; ++count) {
    // Scaled to a unit diagonal: parameters may differ by many powers of ten.
    const Eigen::Matrix<double, N, 1> scale = free.matrix.diagonal().cwiseSqrt().cwiseInverse();
    const Eigen::Matrix<double, N, N> scaled = scale.asDiagonal() * free.matrix * scale.asDiagonal();
    const Eigen::Matrix<double, N, 1> direction = scale.cwiseProduct(free.gradient);
    const Eigen::Matrix<double, N, 1> scaled_step = scaled.ldlt().solve(direction);
    const double promised = direction.dot(scaled_step);
    if (!(promised > 0.0) || !scaled_step.allFinite()) return;
    LeastSquaresResult<N> trial;
    trial.at_bound = best.at_bound;
    for (int i = 0; i < N; ++i) {
      const auto k = static_cast<std::size_t>(i);
      trial.parameters[k] =
          std::clamp(best.parameters[k] + scale(i) * scaled_step(i), bounds.lower[k], bounds.upper[k]);
    }
    model(trial.parameters, trial.normal);
    if (!trial.normal.is_finite()) return;
    const NormalEquations<N> next = take_out_held<N>(trial);
    const Eigen::Matrix<double, N, 1> left = scale.cwiseProduct(next.gradient);
    if (!(left.dot(scaled.ldlt().solve(left)) < promised)) return;
    best.parameters = trial.parameters;
    best.normal = trial.normal;
    ++best.iterations;
    free = next;
  }
}

/// Levenberg–Marquardt without polishing.
template <int N, class Model>
LeastSquaresResult<N> descend(Model&& model, const ParameterArray<N>& start, int observations,
                              const LeastSquaresOptions& options, const ParameterBounds<N>& bounds) {
  using Matrix = Eigen::Matrix<double, N, N>;
  using Vector = Eigen::Matrix<double, N, 1>;
  LeastSquaresResult<N> best;
  best.parameters = start;
  if (observations < N) {
    best.status = LeastSquaresStatus::too_few_observations;
    return best;
  }
  model(best.parameters, best.normal);
  if (!best.normal.is_finite()) return best;

  constexpr double scale_memory = 0.5;
  double damping = options.initial_damping;
  double growth = 2.0;
  // Scale of each parameter: the largest curvature seen, forgotten slowly. The current one alone lets a parameter run
  // away where the model stops depending on it.
  Vector scale = Vector::Zero();
  best.status = LeastSquaresStatus::iteration_limit;
  while (best.iterations < options.max_iterations) {
    for (int i = 0; i < N; ++i) {
      const auto k = static_cast<std::size_t>(i);
      const double slope = best.normal.gradient(i);
      best.at_bound[k] = (best.parameters[k] <= bounds.lower[k] && slope <= 0.0) ||
                         (best.parameters[k] >= bounds.upper[k] && slope >= 0.0);
    }
    const NormalEquations<N> free = take_out_held<N>(best);
    const Matrix& matrix = free.matrix;
    const Vector& gradient = free.gradient;
    Matrix damped = matrix;
    scale = matrix.diagonal().cwiseMax(scale_memory * scale);
    damped.diagonal() += damping * scale;
    const Eigen::LLT<Matrix> factor(damped);
    Vector step = factor.solve(gradient);
    const bool solved = factor.info() == Eigen::Success && step.allFinite();

    const double rss = best.normal.residual_sum_of_squares;
    // An upper bound of how many times more the undamped step would promise.
    const double shortening = 1.0 + damping * scale.cwiseQuotient(matrix.diagonal()).maxCoeff();
    // Reduction that the linear model promises for this step: 2·gᵀδ − δᵀJᵀJδ.
    const double promised = solved ? gradient.dot(step) + damping * step.dot(scale.cwiseProduct(step)) : 0.0;
    if (solved && promised * shortening <= options.relative_reduction * rss) {
      best.status = LeastSquaresStatus::converged;
      return best;
    }
    LeastSquaresResult<N> trial;
    if (solved) {
      for (int i = 0; i < N; ++i) {
        const auto k = static_cast<std::size_t>(i);
        trial.parameters[k] = std::clamp(best.parameters[k] + step(i), bounds.lower[k], bounds.upper[k]);
      }
      model(trial.parameters, trial.normal);
    }
    ++best.iterations;
    const double reduction = solved && trial.normal.is_finite() ? rss - trial.normal.residual_sum_of_squares : -1.0;
    if (reduction > 0.0) {
      best.parameters = trial.parameters;
      best.normal = trial.normal;
      const double ratio = 2.0 * reduction / promised - 1.0;
      damping = std::max(1e-15, damping * std::max(1.0 / 3.0, 1.0 - ratio * ratio * ratio));
      growth = 2.0;
      continue;
    }
    // Below the rounding of the sum itself, a step that does not lower it is a step at the minimum.
    if (solved && promised * shortening <= 1e-13 * rss) {
      best.status = LeastSquaresStatus::converged;
      return best;
    }
    damping *= growth;
    growth *= 2.0;
    if (damping > 1e30) {
      best.status = LeastSquaresStatus::no_progress;
      return best;
    }
  }
  return best;
}

}  // namespace detail

/// Minimises a sum of squares over N parameters by Levenberg–Marquardt with Marquardt's scaling (J. SIAM 1963,
/// 10.1137/0111030) and Nielsen's damping (IMM-REP-1999-05). Bounds are kept by an active set: a parameter at a bound
/// is held there while the sum of squares falls towards the outside.
/// @param model called as `model(parameters, normal)`; fills a zeroed NormalEquations<N>. Values that are not finite
/// mean
///   "outside the domain" and make the step shorter.
/// @return as LeastSquaresStatus says; the normal equations always belong to the parameters returned.
/// Accuracy, polished: from both starts of every NIST StRD nonlinear set at hand at least 8 certified digits, at least
/// 6 for the sets of higher difficulty (tests/math/test_least_squares.cpp).
template <int N, class Model>
LeastSquaresResult<N> fit_least_squares(Model&& model, const ParameterArray<N>& start, int observations,
                                        const LeastSquaresOptions& options = {},
                                        const ParameterBounds<N>& bounds = ParameterBounds<N>()) {
  LeastSquaresResult<N> best = detail::descend<N>(model, start, observations, options, bounds);
  if (best.status == LeastSquaresStatus::converged) detail::polish<N>(model, options.polishing_steps, bounds, best);
  return best;
}

/// The same for a model given row by row: `row(index, parameters, derivatives)` returns observed − predicted of one
/// observation and fills the derivatives of the prediction.
template <int N, class Row>
LeastSquaresResult<N> fit_least_squares_rows(Row&& row, const ParameterArray<N>& start, int observations,
                                             const LeastSquaresOptions& options = {},
                                             const ParameterBounds<N>& bounds = ParameterBounds<N>()) {
  const auto model = [&row, observations](const ParameterArray<N>& parameters, NormalEquations<N>& normal) {
    for (int i = 0; i < observations; ++i) {
      ParameterArray<N> derivatives{};
      const double residual = row(i, parameters, derivatives);
      normal.add(derivatives, residual);
    }
  };
  return fit_least_squares<N>(model, start, observations, options, bounds);
}

}  // namespace qpcr
