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
using elementary::HWY_NAMESPACE::exp2_in_range;
using elementary::HWY_NAMESPACE::log2_of_one_plus;
using simd::HWY_NAMESPACE::mul_add;
using simd::HWY_NAMESPACE::negative_mul_add;

/// Columns of readings and working values, one row a reading, one lane a curve. Exponents are to base 2: it saves the
/// multiplications by ln 2 in every row.
struct Columns {
  const double* HWY_RESTRICT log_cycles;
  const double* HWY_RESTRICT fluorescence;
  double* HWY_RESTRICT exponent;   ///< t, then ∂s/∂ln β without its constant factor
  double* HWY_RESTRICT power;      ///< eᵗ, then eᵗ/(1 + κ·eᵗ), then ∂s/∂τ without its constant factor
  double* HWY_RESTRICT logarithm;  ///< log2(1 + κ·eᵗ)/κ, then ∂s/∂κ without its constant factor
  double* HWY_RESTRICT shape;
  static constexpr std::size_t count = 6;
};

constexpr double log2_of_e = elementary::HWY_NAMESPACE::log2_of_e;
constexpr double ln2 = elementary::HWY_NAMESPACE::ln2_full;
// Beyond these exponents the shape is its limit to double precision.
constexpr double highest_exponent = largest_sigmoid_exponent * log2_of_e;
constexpr double lowest_exponent = -1010.0;

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

/// t and eᵗ of `rows` rows.
template <std::size_t rows, class D, class V = hn::Vec<D>>
HWY_INLINE void fill_powers(D d, const Columns columns, std::size_t first, V slope, V tau) {
  const std::size_t width = hn::Lanes(d);
  V t[rows];
  V power[rows];
  for (std::size_t row = 0; row < rows; ++row) {
    const V difference = hn::Sub(tau, hn::Load(d, columns.log_cycles + (first + row) * width));
    t[row] = hn::Min(hn::Mul(slope, difference), hn::Set(d, highest_exponent));
    t[row] = hn::Max(t[row], hn::Set(d, lowest_exponent));
  }
  exp2_in_range<rows>(d, t, power);
  for (std::size_t row = 0; row < rows; ++row) {
    hn::Store(t[row], d, columns.exponent + (first + row) * width);
    hn::Store(power[row], d, columns.power + (first + row) * width);
  }
}

/// log2(1 + κ·eᵗ)/κ and eᵗ/(1 + κ·eᵗ) of `rows` rows.
template <std::size_t rows, class D, class V = hn::Vec<D>>
HWY_INLINE void fill_logarithms(D d, const Columns columns, std::size_t first, V kappa, V inverse_kappa) {
  const std::size_t width = hn::Lanes(d);
  V power[rows];
  V y[rows];
  V logarithm[rows];
  V reciprocal[rows];
  for (std::size_t row = 0; row < rows; ++row) {
    power[row] = hn::Load(d, columns.power + (first + row) * width);
    y[row] = hn::Mul(kappa, power[row]);
  }
  log2_of_one_plus<rows>(d, y, logarithm, reciprocal);
  for (std::size_t row = 0; row < rows; ++row) {
    hn::Store(hn::Mul(logarithm[row], inverse_kappa), d, columns.logarithm + (first + row) * width);
    hn::Store(hn::Mul(power[row], reciprocal[row]), d, columns.power + (first + row) * width);
  }
}

/// Shape and derivatives of `rows` rows, and Σ s; lanes that have no such row get zeros.
template <std::size_t N, bool ragged, std::size_t rows, class D, class V = hn::Vec<D>>
HWY_INLINE void fill_shape(D d, const Columns columns, std::size_t first, V points, V& sum) {
  const std::size_t width = hn::Lanes(d);
  const V one = hn::Set(d, 1.0);
  V shape[rows];
  V by_t[rows];
  V by_kappa[rows];
  if constexpr (N == 2) {
    for (std::size_t row = 0; row < rows; ++row) {
      const V power = hn::Load(d, columns.power + (first + row) * width);
      shape[row] = hn::Div(one, hn::Add(one, power));
      by_t[row] = hn::Mul(shape[row], hn::Mul(power, shape[row]));
      by_kappa[row] = by_t[row];
    }
  } else {
    V exponent[rows];
    V argument[rows];
    for (std::size_t row = 0; row < rows; ++row) {
      exponent[row] = hn::Load(d, columns.logarithm + (first + row) * width);
      argument[row] = hn::Max(hn::Neg(exponent[row]), hn::Set(d, lowest_exponent));
    }
    exp2_in_range<rows>(d, argument, shape);
    for (std::size_t row = 0; row < rows; ++row) {
      const V slope = hn::Load(d, columns.power + (first + row) * width);
      by_t[row] = hn::Mul(shape[row], slope);
      by_kappa[row] = hn::Mul(shape[row], negative_mul_add(exponent[row], hn::Set(d, ln2), slope));
    }
  }
  for (std::size_t row = 0; row < rows; ++row) {
    const std::size_t i = (first + row) * width;
    V by_log_beta = hn::Mul(by_t[row], hn::Load(d, columns.exponent + i));
    if constexpr (ragged) {
      const auto present = hn::Lt(hn::Set(d, static_cast<double>(first + row)), points);
      shape[row] = hn::IfThenElseZero(present, shape[row]);
      by_t[row] = hn::IfThenElseZero(present, by_t[row]);
      by_log_beta = hn::IfThenElseZero(present, by_log_beta);
      by_kappa[row] = hn::IfThenElseZero(present, by_kappa[row]);
    }
    sum = hn::Add(sum, shape[row]);
    hn::Store(shape[row], d, columns.shape + i);
    hn::Store(by_log_beta, d, columns.exponent + i);
    hn::Store(by_t[row], d, columns.power + i);
    if constexpr (N == 3) hn::Store(by_kappa[row], d, columns.logarithm + i);
  }
}

/// Centres the shape and adds its products with itself and the readings.
template <bool ragged, class D, class V = hn::Vec<D>>
HWY_INLINE void centre_shape(D d, const Columns columns, std::size_t first, std::size_t last, V points, V mean,
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
HWY_INLINE void evaluate(D d, const Columns columns, const RowRange& range, V points, const V* parameters,
                         lanes::HWY_NAMESPACE::Normal<N, V>& normal, Projection<N, V>& projection) {
  const std::size_t width = hn::Lanes(d);
  const V zero = hn::Zero(d);
  const V one = hn::Set(d, 1.0);
  V exponent[1] = {hn::Mul(parameters[0], hn::Set(d, log2_of_e))};
  V beta[1];
  exp2_in_range<1>(d, exponent, beta);
  const V slope = hn::Mul(beta[0], hn::Set(d, log2_of_e));
  const std::size_t even = range.all - range.all % 2;
  for (std::size_t row = 0; row < even; row += 2) fill_powers<2>(d, columns, row, slope, parameters[1]);
  if (even < range.all) fill_powers<1>(d, columns, even, slope, parameters[1]);
  V kappa = one;
  V inverse_kappa = one;
  if constexpr (N == 3) {
    kappa = parameters[2];
    inverse_kappa = hn::Div(one, kappa);
    for (std::size_t row = 0; row < even; row += 2) fill_logarithms<2>(d, columns, row, kappa, inverse_kappa);
    if (even < range.all) fill_logarithms<1>(d, columns, even, kappa, inverse_kappa);
  }
  V sum = zero;
  const std::size_t even_common = range.common - range.common % 2;
  for (std::size_t row = 0; row < even_common; row += 2) fill_shape<N, false, 2>(d, columns, row, points, sum);
  if (even_common < range.common) fill_shape<N, false, 1>(d, columns, even_common, points, sum);
  for (std::size_t row = range.common; row < range.all; ++row) fill_shape<N, true, 1>(d, columns, row, points, sum);
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
  // What was left out of the columns: the sign of ∂s/∂t, the base of t, ∂t/∂τ = β, and −1/κ of ∂s/∂κ.
  const V factor[3] = {hn::Set(d, -ln2), hn::Neg(beta[0]), hn::Neg(inverse_kappa)};
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
