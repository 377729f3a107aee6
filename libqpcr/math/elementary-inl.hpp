// exp, expm1, log and log1p of double vectors, written once for every target: the same bits in every lane of each.
// Included anew for each target, hence no "#pragma once" for the whole file.
#if defined(LIBQPCR_MATH_ELEMENTARY_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIBQPCR_MATH_ELEMENTARY_INL_HPP_
#undef LIBQPCR_MATH_ELEMENTARY_INL_HPP_
#else
#define LIBQPCR_MATH_ELEMENTARY_INL_HPP_
#endif

#include <cstdint>
#include <limits>

#include "libqpcr/math/simd-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace qpcr::elementary {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using simd::HWY_NAMESPACE::mul_add;
using simd::HWY_NAMESPACE::negative_mul_add;

// Adding 1.5·2⁵² rounds to an integer and leaves it in the low bits of the sum.
constexpr double integer_shifter = 0x1.8p52;
constexpr double log2_of_e = 0x1.71547652b82fep+0;
// ln 2 in two doubles: for the fused reduction of exp in full, for log with 12 zero bits, so that k·high is exact.
constexpr double ln2_full = 0x1.62e42fefa39efp-1;
constexpr double ln2_rest = 0x1.abc9e3b39803fp-56;
constexpr double ln2_high = 0x1.62e42fefa3000p-1;
constexpr double ln2_low = 0x1.3de6af278ece6p-42;

/// x = k·ln 2 + r with |r| ≤ ln 2/2 (and k where it was rounded).
template <class V>
struct Reduced {
  V shifted;  ///< k + integer_shifter
  V k;
  V r;
  V rest;  ///< what r lost to rounding, where asked for
};

template <class D, class V = hn::Vec<D>>
HWY_INLINE Reduced<V> reduce(D d, V x) {
  const V shifter = hn::Set(d, integer_shifter);
  const V shifted = mul_add(x, hn::Set(d, log2_of_e), shifter);
  const V k = hn::Sub(shifted, shifter);
  const V high = negative_mul_add(k, hn::Set(d, ln2_full), x);
  const V r = negative_mul_add(k, hn::Set(d, ln2_rest), high);
  const V rest = negative_mul_add(k, hn::Set(d, ln2_rest), hn::Sub(high, r));
  return {shifted, k, r, rest};
}

/// (eʳ − 1 − r)/r² by the minimax polynomial of degree 9, error 2⁻⁵⁷·⁹ of eʳ.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V exponential_tail(D d, V r, V r2) {
  const V r4 = hn::Mul(r2, r2);
  const V p01 = mul_add(hn::Set(d, 0x1.55555555554fap-3), r, hn::Set(d, 0x1.000000000000ap-1));
  const V p23 = mul_add(hn::Set(d, 0x1.1111111127be5p-7), r, hn::Set(d, 0x1.555555555087cp-5));
  const V p45 = mul_add(hn::Set(d, 0x1.a01a012a57b5ep-13), r, hn::Set(d, 0x1.6c16c1842a126p-10));
  const V p67 = mul_add(hn::Set(d, 0x1.71df255235e0bp-19), r, hn::Set(d, 0x1.a0199a0c66195p-16));
  const V p89 = mul_add(hn::Set(d, 0x1.ad7f6f0e24922p-26), r, hn::Set(d, 0x1.28ad72cd4ab37p-22));
  const V low = mul_add(p23, r2, p01);
  const V high = mul_add(mul_add(p89, r2, p67), r2, p45);
  return mul_add(high, r4, low);
}

/// 2ᵏ for −1022 ≤ k ≤ 1023 held as k + integer_shifter.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V power_of_two(D d, V shifted) {
  const hn::RebindToUnsigned<D> du;
  const auto biased = hn::Add(hn::BitCast(du, shifted), hn::Set(du, std::uint64_t{1023}));
  return hn::BitCast(d, hn::ShiftLeft<52>(biased));
}

/// eˣ within 1 ulp for every double; +∞ above 709.78, subnormal and 0 below −708.4, NaN for NaN.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V exp(D d, V x) {
  const V shifter = hn::Set(d, integer_shifter);
  const V clamped = hn::Min(hn::Max(x, hn::Set(d, -746.0)), hn::Set(d, 710.0));
  const Reduced<V> at = reduce(d, clamped);
  const V r2 = hn::Mul(at.r, at.r);
  const V one = hn::Set(d, 1.0);
  const V sum = hn::Add(one, at.r);
  const V lost = hn::Sub(at.r, hn::Sub(sum, one));
  const V y = hn::Add(sum, mul_add(exponential_tail(d, at.r, r2), r2, lost));
  // Two factors: one alone would leave the exponent range before the result does.
  const V half = mul_add(at.k, hn::Set(d, 0.5), shifter);
  const V other = hn::Add(hn::Sub(at.k, hn::Sub(half, shifter)), shifter);
  const V result = hn::Mul(hn::Mul(y, power_of_two(d, half)), power_of_two(d, other));
  return hn::IfThenElse(hn::Eq(x, x), result, x);
}

/// eˣ − 1 within 1 ulp for every double, also where eˣ is near 1.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V expm1(D d, V x) {
  const V shifter = hn::Set(d, integer_shifter);
  const V one = hn::Set(d, 1.0);
  const V clamped = hn::Min(hn::Max(x, hn::Set(d, -40.0)), hn::Set(d, 710.0));
  const Reduced<V> at = reduce(d, clamped);
  // 2ᵏ·(1 + r + r²/2 + cubic) − 1 in units of 2ʲ with j = k, or k − 1 where 2ᵏ alone would overflow.
  const V unit = hn::IfThenElse(hn::Gt(at.k, hn::Set(d, 1000.0)), hn::Set(d, 2.0), one);
  const V scale = power_of_two(d, hn::Add(hn::Sub(at.k, hn::Sub(unit, one)), shifter));
  const V down = hn::Div(one, scale);
  const V ones = hn::Sub(unit, down);
  const V r = hn::Mul(unit, at.r);
  const V half = hn::Mul(hn::Set(d, 0.5), r);
  const V square = hn::Mul(half, at.r);
  const V r2 = hn::Mul(at.r, at.r);
  const V cubic = hn::Mul(hn::Mul(unit, r2), hn::Sub(exponential_tail(d, at.r, r2), hn::Set(d, 0.5)));
  // Sums with what each rounding lost: the first term of each is the larger one, or 0 at k = 0.
  const V first = hn::Add(ones, r);
  const V second = hn::Add(first, square);
  V lost = hn::Add(hn::Sub(hn::Sub(unit, ones), down), hn::Sub(r, hn::Sub(first, ones)));
  lost = hn::Add(lost, hn::Sub(square, hn::Sub(second, first)));
  lost = hn::Add(lost, mul_add(half, at.r, hn::Neg(square)));
  lost = mul_add(unit, at.rest, lost);
  const V result = hn::Mul(hn::Add(second, hn::Add(lost, cubic)), scale);
  const V tiny = hn::Set(d, 0x1p-54);
  return hn::IfThenElse(hn::And(hn::Eq(x, x), hn::Gt(hn::Abs(x), tiny)), result, x);
}

/// (2·atanh(s)/s − 2) with z = s² ≤ (3 − 2√2)², by the minimax polynomial of degree 7, error 2⁻⁵⁹ of 2.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V logarithm_tail(D d, V z) {
  const V z2 = hn::Mul(z, z);
  const V even = mul_add(mul_add(mul_add(hn::Set(d, 0x1.2f0705d617261p-3), z2, hn::Set(d, 0x1.7466405c833bfp-3)), z2,
                                 hn::Set(d, 0x1.24924941f8d92p-2)),
                         z2, hn::Set(d, 0x1.5555555555592p-1));
  const V odd = mul_add(mul_add(hn::Set(d, 0x1.39a1932b4a39bp-3), z2, hn::Set(d, 0x1.c71c5202ae8a4p-3)), z2,
                        hn::Set(d, 0x1.999999997fd36p-2));
  return hn::Mul(z, mul_add(odd, z, even));
}

/// u = 2ᵏ·m with √½ ≤ m < √2 (to 2⁻²⁰) of a positive normal number.
template <class V>
struct Decomposed {
  V k;
  V m;
};

template <class D, class V = hn::Vec<D>>
HWY_INLINE Decomposed<V> decompose(D d, V u) {
  const hn::RebindToUnsigned<D> du;
  constexpr std::uint64_t root_half = 0x3fe6a09e00000000u;
  constexpr std::uint64_t one = 0x3ff0000000000000u;
  const auto moved = hn::Add(hn::BitCast(du, u), hn::Set(du, one - root_half));
  const auto biased = hn::Or(hn::ShiftRight<52>(moved), hn::Set(du, std::uint64_t{0x4330000000000000u}));
  const V k = hn::Sub(hn::BitCast(d, biased), hn::Set(d, 0x1p52 + 1023.0));
  const auto mantissa = hn::And(moved, hn::Set(du, std::uint64_t{0x000fffffffffffffu}));
  return {k, hn::BitCast(d, hn::Add(mantissa, hn::Set(du, root_half)))};
}

/// k·ln 2 + ln(1 + f) + correction.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V join_logarithm(D d, V k, V f, V correction) {
  const V s = hn::Div(f, hn::Add(hn::Set(d, 2.0), f));
  const V half_square = hn::Mul(hn::Mul(hn::Set(d, 0.5), f), f);
  const V small = mul_add(k, hn::Set(d, ln2_low), correction);
  const V inner = mul_add(s, hn::Add(half_square, logarithm_tail(d, hn::Mul(s, s))), small);
  const V sum = mul_add(k, hn::Set(d, ln2_high), f);
  const V lost = hn::Sub(f, negative_mul_add(k, hn::Set(d, ln2_high), sum));
  return hn::Add(sum, hn::Sub(lost, hn::Sub(half_square, inner)));
}

/// ln x within 1 ulp for every double; −∞ at 0, NaN below.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V log(D d, V x) {
  const V zero = hn::Zero(d);
  const V infinity = hn::Set(d, std::numeric_limits<double>::infinity());
  const auto subnormal = hn::Lt(x, hn::Set(d, 0x1p-1022));
  const V normal = hn::IfThenElse(subnormal, hn::Mul(x, hn::Set(d, 0x1p54)), x);
  const Decomposed<V> parts = decompose(d, normal);
  const V k = hn::Sub(parts.k, hn::IfThenElseZero(subnormal, hn::Set(d, 54.0)));
  V result = join_logarithm(d, k, hn::Sub(parts.m, hn::Set(d, 1.0)), zero);
  result = hn::IfThenElse(hn::Lt(x, infinity), result, x);
  result = hn::IfThenElse(hn::Eq(x, zero), hn::Neg(infinity), result);
  return hn::IfThenElse(hn::Lt(x, zero), hn::Set(d, std::numeric_limits<double>::quiet_NaN()), result);
}

/// ln(1 + x) within 1 ulp for every double, also near 0; −∞ at −1, NaN below.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V log1p(D d, V x) {
  const V zero = hn::Zero(d);
  const V one = hn::Set(d, 1.0);
  const V infinity = hn::Set(d, std::numeric_limits<double>::infinity());
  const V u = hn::Add(one, x);
  const Decomposed<V> parts = decompose(d, u);
  const auto near_zero = hn::Eq(parts.k, zero);
  const V lost = hn::IfThenElse(hn::Gt(x, one), hn::Sub(one, hn::Sub(u, x)), hn::Sub(x, hn::Sub(u, one)));
  const V f = hn::IfThenElse(near_zero, x, hn::Sub(parts.m, one));
  V result = join_logarithm(d, parts.k, f, hn::IfThenZeroElse(near_zero, hn::Div(lost, u)));
  const auto ordinary = hn::And(hn::Lt(x, infinity), hn::Gt(hn::Abs(x), hn::Set(d, 0x1p-54)));
  result = hn::IfThenElse(ordinary, result, x);
  result = hn::IfThenElse(hn::Eq(x, hn::Neg(one)), hn::Neg(infinity), result);
  return hn::IfThenElse(hn::Lt(x, hn::Neg(one)), hn::Set(d, std::numeric_limits<double>::quiet_NaN()), result);
}

/// 2ˣ of `count` vectors for −1021 ≤ x ≤ 1022 only, within 3 ulp. Several at once, step by step, because one alone
/// waits for itself.
template <std::size_t count, class D, class V = hn::Vec<D>>
HWY_INLINE void exp2_in_range(D d, const V (&x)[count], V (&result)[count]) {
  const hn::RebindToUnsigned<D> du;
  const V shifter = hn::Set(d, integer_shifter);
  V shifted[count];
  V r[count];
  V r2[count];
  V low[count];
  V middle[count];
  V high[count];
  for (std::size_t i = 0; i < count; ++i) shifted[i] = hn::Add(x[i], shifter);
  for (std::size_t i = 0; i < count; ++i) r[i] = hn::Sub(x[i], hn::Sub(shifted[i], shifter));
  // (2ʳ − 1)/r by the minimax polynomial of degree 9, error 2⁻⁵² of 2ʳ.
  for (std::size_t i = 0; i < count; ++i) {
    r2[i] = hn::Mul(r[i], r[i]);
    high[i] = mul_add(hn::Set(d, 0x1.e3a902f10c23ap-28), r[i], hn::Set(d, 0x1.b671c3caa360ep-24));
    middle[i] = mul_add(hn::Set(d, 0x1.62c147ba9a43cp-20), r[i], hn::Set(d, 0x1.ffcb58b9a433ep-17));
  }
  for (std::size_t i = 0; i < count; ++i) {
    high[i] = mul_add(high[i], r2[i], middle[i]);
    middle[i] = mul_add(hn::Set(d, 0x1.4309126bee836p-13), r[i], hn::Set(d, 0x1.5d87fe9b94473p-10));
    low[i] = mul_add(hn::Set(d, 0x1.3b2ab6fbd6d97p-7), r[i], hn::Set(d, 0x1.c6b08d703e154p-5));
  }
  for (std::size_t i = 0; i < count; ++i) {
    high[i] = mul_add(high[i], r2[i], middle[i]);
    middle[i] = mul_add(hn::Set(d, 0x1.ebfbdff82c431p-3), r[i], hn::Set(d, 0x1.62e42fefa3a12p-1));
    low[i] = mul_add(low[i], r2[i], middle[i]);
    r2[i] = hn::Mul(r2[i], r2[i]);
  }
  for (std::size_t i = 0; i < count; ++i) low[i] = mul_add(high[i], r2[i], low[i]);
  for (std::size_t i = 0; i < count; ++i) {
    const V y = mul_add(low[i], r[i], hn::Set(d, 1.0));
    result[i] = hn::BitCast(d, hn::Add(hn::BitCast(du, y), hn::ShiftLeft<52>(hn::BitCast(du, shifted[i]))));
  }
}

/// log2(1 + x) and 1/(1 + x) of `count` vectors for 0 ≤ x ≤ 1e300 only, within 5 ulp, also near 0, at the price of one
/// division.
template <std::size_t count, class D, class V = hn::Vec<D>>
HWY_INLINE void log2_of_one_plus(D d, const V (&x)[count], V (&result)[count], V (&reciprocal)[count]) {
  V k[count];
  V s[count];
  V z[count];
  V z2[count];
  V low[count];
  V high[count];
  for (std::size_t i = 0; i < count; ++i) {
    const V u = hn::Add(hn::Set(d, 1.0), x[i]);
    const Decomposed<V> parts = decompose(d, u);
    k[i] = parts.k;
    const V f = hn::IfThenElse(hn::Eq(parts.k, hn::Zero(d)), x[i], hn::Sub(parts.m, hn::Set(d, 1.0)));
    const V sum = hn::Add(hn::Set(d, 2.0), f);
    const V both = hn::Div(hn::Set(d, 1.0), hn::Mul(u, sum));
    s[i] = hn::Mul(hn::Mul(f, u), both);
    reciprocal[i] = hn::Mul(sum, both);
  }
  // 2·atanh(s)/(s·ln 2) in z = s² by the minimax polynomial of degree 6, error 2⁻⁵² of itself.
  for (std::size_t i = 0; i < count; ++i) z[i] = hn::Mul(s[i], s[i]);
  for (std::size_t i = 0; i < count; ++i) {
    z2[i] = hn::Mul(z[i], z[i]);
    high[i] = mul_add(hn::Set(d, 0x1.f18715bf1f303p-3), z[i], hn::Set(d, 0x1.0bb7a5f8f1a71p-2));
    low[i] = mul_add(hn::Set(d, 0x1.484facd852012p-2), z[i], hn::Set(d, 0x1.a61756749aaf7p-2));
  }
  for (std::size_t i = 0; i < count; ++i) {
    high[i] = mul_add(high[i], z2[i], low[i]);
    low[i] = mul_add(hn::Set(d, 0x1.2776c516ab3dcp-1), z[i], hn::Set(d, 0x1.ec709dc39c9d4p-1));
  }
  for (std::size_t i = 0; i < count; ++i) {
    low[i] = mul_add(high[i], z2[i], low[i]);
    low[i] = mul_add(low[i], z[i], hn::Set(d, 0x1.71547652b82ffp+1));
  }
  for (std::size_t i = 0; i < count; ++i) result[i] = mul_add(s[i], low[i], k[i]);
}

}  // namespace HWY_NAMESPACE
}  // namespace qpcr::elementary
HWY_AFTER_NAMESPACE();

#endif
