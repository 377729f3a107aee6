// Levenberg–Marquardt with one small problem in each vector lane; a lane's arithmetic never looks at its neighbours.
// Included anew for each target, hence no "#pragma once" for the whole file.
#if defined(LIBQPCR_MATH_LANE_LEAST_SQUARES_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIBQPCR_MATH_LANE_LEAST_SQUARES_INL_HPP_
#undef LIBQPCR_MATH_LANE_LEAST_SQUARES_INL_HPP_
#else
#define LIBQPCR_MATH_LANE_LEAST_SQUARES_INL_HPP_
#endif

#include <cstddef>
#include <limits>

#include "libqpcr/math/lane_least_squares.hpp"
#include "libqpcr/math/simd-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace qpcr::lanes {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using simd::HWY_NAMESPACE::mul_add;
using simd::HWY_NAMESPACE::negative_mul_add;

/// rᵀr, Jᵀr and the lower triangle of JᵀJ by rows, one problem a lane.
template <std::size_t N, class V>
struct Normal {
  V residual_sum_of_squares;
  V gradient[N];
  V matrix[triangle<N>];
};

/// The state of as many problems as there are lanes, between two evaluations of the model.
template <std::size_t N, class D>
struct State {
  static constexpr std::size_t lanes = hn::MaxLanes(D());
  using Row = double[lanes];

  alignas(64) Row trial[N];  ///< where the model is to be evaluated next
  alignas(64) Row best[N];
  alignas(64) Row residual_sum_of_squares;
  alignas(64) Row gradient[N];
  alignas(64) Row matrix[triangle<N>];
  alignas(64) Row scale[N];
  alignas(64) Row damping;
  alignas(64) Row growth;
  alignas(64) Row promised;      ///< reduction the linear model promises for the trial
  alignas(64) Row full_promise;  ///< upper bound of what the undamped step would promise
  alignas(64) Row iterations;
  alignas(64) Row fresh;  ///< 1 before the first evaluation, else 0
  alignas(64) Row lower[N];
  alignas(64) Row upper[N];
  alignas(64) Row at_bound[N];
  alignas(64) Row floor;  ///< a promised reduction that is rounding, in units of the sum of squares
  alignas(64) Row status;

  /// Puts a new problem into a lane; bounds and floor are set by the caller.
  void start(std::size_t lane, const double* parameters, double initial_damping) {
    for (std::size_t k = 0; k < N; ++k) {
      trial[k][lane] = best[k][lane] = parameters[k];
      gradient[k][lane] = scale[k][lane] = at_bound[k][lane] = 0.0;
    }
    for (std::size_t k = 0; k < triangle<N>; ++k) matrix[k][lane] = 0.0;
    residual_sum_of_squares[lane] = promised[lane] = full_promise[lane] = iterations[lane] = status[lane] = 0.0;
    damping[lane] = initial_damping;
    growth[lane] = 2.0;
    fresh[lane] = 1.0;
  }
};

/// Takes or refuses the trial just evaluated, then proposes the next one or sets a status other than running.
/// @return the lanes that took their trial.
template <std::size_t N, class D, class V = hn::Vec<D>>
HWY_INLINE hn::Mask<D> advance(D d, State<N, D>& state, const Normal<N, V>& at_trial, const Settings& settings) {
  const V zero = hn::Zero(d);
  const V one = hn::Set(d, 1.0);
  const V half = hn::Set(d, 0.5);
  const V infinity = hn::Set(d, std::numeric_limits<double>::infinity());

  V size = hn::Abs(at_trial.residual_sum_of_squares);
  for (std::size_t k = 0; k < N; ++k) size = hn::Add(size, hn::Abs(at_trial.gradient[k]));
  for (std::size_t k = 0; k < triangle<N>; ++k) size = hn::Add(size, hn::Abs(at_trial.matrix[k]));
  const auto finite = hn::Lt(size, infinity);

  const auto fresh = hn::Gt(hn::Load(d, state.fresh), zero);
  const V old = hn::Load(d, state.residual_sum_of_squares);
  const V reduction = hn::Sub(old, at_trial.residual_sum_of_squares);
  const auto better = hn::AndNot(fresh, hn::And(finite, hn::Gt(reduction, zero)));
  const auto taken = hn::Or(better, hn::And(fresh, finite));
  const auto refused = hn::Not(hn::Or(better, fresh));

  const V promised = hn::Load(d, state.promised);
  V damping = hn::Load(d, state.damping);
  V growth = hn::Load(d, state.growth);
  // Nielsen's damping (IMM-REP-1999-05).
  const V ratio = hn::Sub(hn::Div(hn::Add(reduction, reduction), promised), one);
  const V shrink = hn::Sub(one, hn::Mul(hn::Mul(ratio, ratio), ratio));
  const V eased = hn::Max(hn::Set(d, 1e-15), hn::Mul(damping, hn::Max(hn::Set(d, settings.smallest_shrink), shrink)));
  damping = hn::IfThenElse(better, eased, hn::IfThenElse(refused, hn::Mul(damping, growth), damping));
  growth = hn::IfThenElse(better, hn::Set(d, 2.0), hn::IfThenElse(refused, hn::Add(growth, growth), growth));
  hn::Store(growth, d, state.growth);
  const V iterations = hn::Add(hn::Load(d, state.iterations), hn::IfThenZeroElse(fresh, one));
  hn::Store(iterations, d, state.iterations);
  hn::Store(zero, d, state.fresh);

  const V rss = hn::IfThenElse(taken, at_trial.residual_sum_of_squares, old);
  hn::Store(rss, d, state.residual_sum_of_squares);
  // Below the rounding of the sum itself, a step that does not lower it is a step at the minimum.
  const V full_promise = hn::Load(d, state.full_promise);
  const auto at_rounding = hn::And(refused, hn::Le(full_promise, hn::Mul(hn::Set(d, 1e-13), rss)));

  V best[N];
  V gradient[N];
  V matrix[triangle<N>];
  V scale[N];
  V diagonal[N];
  V free[N];
  for (std::size_t k = 0; k < triangle<N>; ++k) {
    matrix[k] = hn::IfThenElse(taken, at_trial.matrix[k], hn::Load(d, state.matrix[k]));
    hn::Store(matrix[k], d, state.matrix[k]);
  }
  for (std::size_t k = 0; k < N; ++k) {
    best[k] = hn::IfThenElse(taken, hn::Load(d, state.trial[k]), hn::Load(d, state.best[k]));
    gradient[k] = hn::IfThenElse(taken, at_trial.gradient[k], hn::Load(d, state.gradient[k]));
    hn::Store(best[k], d, state.best[k]);
    hn::Store(gradient[k], d, state.gradient[k]);
    // A parameter at a bound is held there while the sum of squares falls towards the outside.
    const auto low = hn::And(hn::Le(best[k], hn::Load(d, state.lower[k])), hn::Le(gradient[k], zero));
    const auto high = hn::And(hn::Ge(best[k], hn::Load(d, state.upper[k])), hn::Ge(gradient[k], zero));
    const auto held = hn::Or(low, high);
    hn::Store(hn::IfThenElseZero(held, one), d, state.at_bound[k]);
    free[k] = hn::IfThenZeroElse(hn::Or(held, hn::Not(hn::Gt(matrix[triangle_index(k, k)], zero))), one);
    diagonal[k] = hn::IfThenElse(hn::Gt(free[k], zero), matrix[triangle_index(k, k)], one);
    gradient[k] = hn::Mul(gradient[k], free[k]);
    // The largest curvature seen, forgotten slowly: the current one alone lets a parameter run away where the model
    // stops depending on it.
    scale[k] = hn::Max(diagonal[k], hn::Mul(half, hn::Load(d, state.scale[k])));
    hn::Store(scale[k], d, state.scale[k]);
  }

  // A refused lane may owe its refusal to a factor that is not positive; more damping mends it.
  V lower[triangle<N>];  // unit lower triangle of L·D·Lᵀ, its inverse pivots on the diagonal
  V pivot[N];
  auto solved = hn::Eq(zero, zero);
  V solution[N];
  for (std::size_t i = 0; i < N; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      V sum = i == j ? mul_add(damping, scale[i], diagonal[i])
                     : hn::Mul(matrix[triangle_index(i, j)], hn::Mul(free[i], free[j]));
      for (std::size_t k = 0; k < j; ++k)
        sum = negative_mul_add(hn::Mul(lower[triangle_index(i, k)], pivot[k]), lower[triangle_index(j, k)], sum);
      if (i == j) {
        pivot[i] = sum;
        lower[triangle_index(i, i)] = hn::Div(one, sum);
        solved = hn::And(solved, hn::Gt(sum, zero));
      } else {
        lower[triangle_index(i, j)] = hn::Mul(sum, lower[triangle_index(j, j)]);
      }
    }
  }
  for (std::size_t i = 0; i < N; ++i) {
    solution[i] = gradient[i];
    for (std::size_t k = 0; k < i; ++k)
      solution[i] = negative_mul_add(lower[triangle_index(i, k)], solution[k], solution[i]);
  }
  for (std::size_t back = 0; back < N; ++back) {
    const std::size_t i = N - 1 - back;
    solution[i] = hn::Mul(solution[i], lower[triangle_index(i, i)]);
    for (std::size_t k = i + 1; k < N; ++k)
      solution[i] = negative_mul_add(lower[triangle_index(k, i)], solution[k], solution[i]);
  }
  V along = zero;
  V weight = zero;
  V longest = one;
  for (std::size_t k = 0; k < N; ++k) {
    along = mul_add(gradient[k], solution[k], along);
    weight = mul_add(hn::Mul(solution[k], solution[k]), scale[k], weight);
    longest = hn::Max(longest, hn::Div(scale[k], diagonal[k]));
  }
  V next_promise = mul_add(damping, weight, along);
  solved = hn::And(solved, hn::Lt(hn::Abs(next_promise), infinity));
  next_promise = hn::IfThenElse(solved, next_promise, infinity);
  const V next_full = hn::Mul(next_promise, mul_add(damping, longest, one));
  hn::Store(next_promise, d, state.promised);
  hn::Store(next_full, d, state.full_promise);
  for (std::size_t k = 0; k < N; ++k) {
    const V moved = hn::Add(best[k], hn::IfThenElseZero(solved, solution[k]));
    hn::Store(hn::Min(hn::Max(moved, hn::Load(d, state.lower[k])), hn::Load(d, state.upper[k])), d, state.trial[k]);
  }
  hn::Store(damping, d, state.damping);

  const V enough = hn::Max(hn::Mul(hn::Set(d, settings.relative_reduction), rss), hn::Load(d, state.floor));
  const auto converged = hn::Or(at_rounding, hn::Le(next_full, enough));
  V status = hn::IfThenElseZero(hn::Gt(damping, hn::Set(d, 1e30)), hn::Set(d, no_progress));
  status = hn::IfThenElse(hn::Ge(iterations, hn::Set(d, settings.max_iterations)), hn::Set(d, iteration_limit), status);
  status = hn::IfThenElse(converged, hn::Set(d, lanes::converged), status);
  status = hn::IfThenElse(hn::AndNot(finite, fresh), hn::Set(d, not_finite), status);
  hn::Store(status, d, state.status);
  return taken;
}

}  // namespace HWY_NAMESPACE
}  // namespace qpcr::lanes
HWY_AFTER_NAMESPACE();

#endif
