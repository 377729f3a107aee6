// The shape of a log-logistic curve, its derivatives and their sums, one curve in each vector lane.
// Included anew for each target, hence no "#pragma once" for the whole file.
#if defined(LIBQPCR_CURVE_SIGMOID_KERNEL_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIBQPCR_CURVE_SIGMOID_KERNEL_INL_HPP_
#undef LIBQPCR_CURVE_SIGMOID_KERNEL_INL_HPP_
#else
#define LIBQPCR_CURVE_SIGMOID_KERNEL_INL_HPP_
#endif

#include <cstddef>

#include "libqpcr/curve/sigmoid_kernel.hpp"
#include "libqpcr/math/elementary-inl.hpp"
#include "libqpcr/math/lane_least_squares-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace qpcr::sigmoid {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using elementary::HWY_NAMESPACE::exp_in_range;
using elementary::HWY_NAMESPACE::log1p_positive;
using simd::HWY_NAMESPACE::mul_add;
using simd::HWY_NAMESPACE::negative_mul_add;

/// Columns of readings and working values, one row a reading, one lane a curve.
struct Columns {
  double* log_cycles;
  double* fluorescence;
  double* exponent;   ///< t, then ∂s/∂ln β without its constant factor
  double* power;      ///< eᵗ, then κ·eᵗ/(…) and ∂s/∂τ without its constant factor
  double* logarithm;  ///< ln(1 + κ·eᵗ)/κ, then ∂s/∂κ
  double* shape;
  static constexpr std::size_t count = 6;
};

/// The levels at one shape, and what the standard errors need of it.
template <std::size_t N, class V>
struct Projection {
  V amplitude;
  V mean_shape;
  V shape_square;
  V mean[N];
  V along[N];
};

/// Rows that every lane has, and rows that any lane has.
struct RowRange {
  std::size_t common;
  std::size_t all;
};

template <class D, class V = hn::Vec<D>>
HWY_INLINE void fill_powers(D d, const Columns& columns, std::size_t rows, V beta, V tau) {
  const std::size_t width = hn::Lanes(d);
  const V highest = hn::Set(d, largest_sigmoid_exponent);
  const V lowest = hn::Set(d, -700.0);
  for (std::size_t i = 0; i < rows * width; i += width) {
    const V difference = hn::Sub(tau, hn::Load(d, columns.log_cycles + i));
    const V t = hn::Max(hn::Min(hn::Mul(beta, difference), highest), lowest);
    hn::Store(t, d, columns.exponent + i);
    hn::Store(exp_in_range(d, t), d, columns.power + i);
  }
}

/// Shape and derivatives of rows from first to last; lanes that have no such row get zeros. Returns Σ s so far.
template <std::size_t N, bool ragged, class D, class V = hn::Vec<D>>
HWY_INLINE V fill_shape(D d, const Columns& columns, std::size_t first, std::size_t last, V points, V kappa,
                        V inverse_kappa, V sum) {
  const std::size_t width = hn::Lanes(d);
  const V one = hn::Set(d, 1.0);
  if constexpr (N == 3) {
    for (std::size_t i = first * width; i < last * width; i += width) {
      const V power = hn::Load(d, columns.power + i);
      const V y = hn::Mul(kappa, power);
      const V u = hn::Add(one, y);
      hn::Store(hn::Mul(log1p_positive(d, y, u), inverse_kappa), d, columns.logarithm + i);
      hn::Store(hn::Div(power, u), d, columns.power + i);
    }
  }
  for (std::size_t row = first; row < last; ++row) {
    const std::size_t i = row * width;
    V shape;
    V by_t;
    V by_kappa = hn::Zero(d);
    if constexpr (N == 2) {
      const V power = hn::Load(d, columns.power + i);
      shape = hn::Div(one, hn::Add(one, power));
      by_t = hn::Neg(hn::Mul(shape, hn::Mul(power, shape)));
    } else {
      const V slope = hn::Load(d, columns.power + i);
      const V exponent = hn::Load(d, columns.logarithm + i);
      shape = exp_in_range(d, hn::Max(hn::Neg(exponent), hn::Set(d, -700.0)));
      by_t = hn::Neg(hn::Mul(shape, slope));
      by_kappa = hn::Mul(hn::Mul(shape, hn::Sub(exponent, slope)), inverse_kappa);
    }
    V by_log_beta = hn::Mul(by_t, hn::Load(d, columns.exponent + i));
    if constexpr (ragged) {
      const auto present = hn::Lt(hn::Set(d, static_cast<double>(row)), points);
      shape = hn::IfThenElseZero(present, shape);
      by_t = hn::IfThenElseZero(present, by_t);
      by_log_beta = hn::IfThenElseZero(present, by_log_beta);
      by_kappa = hn::IfThenElseZero(present, by_kappa);
    }
    sum = hn::Add(sum, shape);
    hn::Store(shape, d, columns.shape + i);
    hn::Store(by_log_beta, d, columns.exponent + i);
    hn::Store(by_t, d, columns.power + i);
    if constexpr (N == 3) hn::Store(by_kappa, d, columns.logarithm + i);
  }
  return sum;
}

/// Centres the shape and adds its products with itself and the readings.
template <bool ragged, class D, class V = hn::Vec<D>>
HWY_INLINE void centre_shape(D d, const Columns& columns, std::size_t first, std::size_t last, V points, V mean,
                             V& square, V& product) {
  const std::size_t width = hn::Lanes(d);
  for (std::size_t row = first; row < last; ++row) {
    const std::size_t i = row * width;
    V shape = hn::Sub(hn::Load(d, columns.shape + i), mean);
    if constexpr (ragged) shape = hn::IfThenElseZero(hn::Lt(hn::Set(d, static_cast<double>(row)), points), shape);
    hn::Store(shape, d, columns.shape + i);
    square = mul_add(shape, shape, square);
    product = mul_add(shape, hn::Load(d, columns.fluorescence + i), product);
  }
}

/// Kaufman's variable projection (1975, 10.1007/BF01932995): residuals of the best levels for this shape, and the
/// derivatives projected off the levels. The normal matrix is the Schur complement of the full one, so its inverse is
/// the covariance of the shape parameters.
template <std::size_t N, class D, class V = hn::Vec<D>>
HWY_INLINE void evaluate(D d, const Columns& columns, const RowRange& range, V points, const V* parameters,
                         lanes::HWY_NAMESPACE::Normal<N, V>& normal, Projection<N, V>& projection) {
  const std::size_t width = hn::Lanes(d);
  const V zero = hn::Zero(d);
  const V one = hn::Set(d, 1.0);
  const V beta = exp_in_range(d, parameters[0]);
  V kappa = one;
  V inverse_kappa = one;
  if constexpr (N == 3) {
    kappa = parameters[2];
    inverse_kappa = hn::Div(one, kappa);
  }
  fill_powers(d, columns, range.all, beta, parameters[1]);
  V sum = fill_shape<N, false>(d, columns, 0, range.common, points, kappa, inverse_kappa, zero);
  sum = fill_shape<N, true>(d, columns, range.common, range.all, points, kappa, inverse_kappa, sum);
  const V inverse_points = hn::Div(one, points);
  const V mean = hn::Mul(sum, inverse_points);
  V square = zero;
  V product = zero;
  centre_shape<false>(d, columns, 0, range.common, points, mean, square, product);
  centre_shape<true>(d, columns, range.common, range.all, points, mean, square, product);
  const V inverse_square = hn::Div(one, square);
  const V amplitude = hn::Mul(product, inverse_square);

  V rss = zero;
  V total[3] = {zero, zero, zero};
  V along[3] = {zero, zero, zero};
  V gradient[3] = {zero, zero, zero};
  for (std::size_t i = 0; i < range.all * width; i += width) {
    const V shape = hn::Load(d, columns.shape + i);
    const V residual = negative_mul_add(amplitude, shape, hn::Load(d, columns.fluorescence + i));
    rss = mul_add(residual, residual, rss);
    const double* const derivative[3] = {columns.exponent + i, columns.power + i, columns.logarithm + i};
    for (std::size_t k = 0; k < N; ++k) {
      const V value = hn::Load(d, derivative[k]);
      total[k] = hn::Add(total[k], value);
      along[k] = mul_add(value, shape, along[k]);
      gradient[k] = mul_add(value, residual, gradient[k]);
    }
  }
  V raw[6] = {zero, zero, zero, zero, zero, zero};
  for (std::size_t i = 0; i < range.all * width; i += width) {
    const double* const derivative[3] = {columns.exponent + i, columns.power + i, columns.logarithm + i};
    V value[3];
    for (std::size_t k = 0; k < N; ++k) value[k] = hn::Load(d, derivative[k]);
    for (std::size_t k = 0; k < N; ++k) {
      for (std::size_t l = 0; l <= k; ++l) {
        V& entry = raw[lanes::triangle_index(k, l)];
        entry = mul_add(value[k], value[l], entry);
      }
    }
  }
  // What was left out of the columns: ∂t/∂τ = β.
  const V factor[3] = {one, beta, one};
  for (std::size_t k = 0; k < N; ++k) {
    total[k] = hn::Mul(total[k], factor[k]);
    along[k] = hn::Mul(along[k], factor[k]);
    projection.mean[k] = hn::Mul(total[k], inverse_points);
    projection.along[k] = hn::Mul(along[k], inverse_square);
    normal.gradient[k] = hn::Mul(hn::Mul(amplitude, factor[k]), gradient[k]);
  }
  const V amplitude_square = hn::Mul(amplitude, amplitude);
  for (std::size_t k = 0; k < N; ++k) {
    for (std::size_t l = 0; l <= k; ++l) {
      const std::size_t at = lanes::triangle_index(k, l);
      V entry = hn::Mul(raw[at], hn::Mul(factor[k], factor[l]));
      entry = negative_mul_add(total[k], projection.mean[l], entry);
      entry = negative_mul_add(along[k], projection.along[l], entry);
      normal.matrix[at] = hn::Mul(entry, amplitude_square);
    }
  }
  normal.residual_sum_of_squares = rss;
  projection.amplitude = amplitude;
  projection.mean_shape = mean;
  projection.shape_square = square;
}

}  // namespace HWY_NAMESPACE
}  // namespace qpcr::sigmoid
HWY_AFTER_NAMESPACE();

#endif
