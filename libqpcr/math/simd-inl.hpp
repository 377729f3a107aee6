// What every vector file shares: Highway for the target being compiled, and a multiply-add that rounds once on all of
// them. Included anew for each target, hence no "#pragma once" for the whole file.
#if defined(LIBQPCR_MATH_SIMD_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIBQPCR_MATH_SIMD_INL_HPP_
#undef LIBQPCR_MATH_SIMD_INL_HPP_
#else
#define LIBQPCR_MATH_SIMD_INL_HPP_
#endif

#include <cmath>
#include <cstddef>

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace qpcr::simd {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// a·b + c with one rounding. Targets without the instruction take the C library's correctly rounded fma lane by lane:
/// slow, and the same bits.
template <class V>
HWY_INLINE V mul_add(V a, V b, V c) {
#if HWY_NATIVE_FMA
  return hn::MulAdd(a, b, c);
#else
  const hn::DFromV<V> d;
  HWY_ALIGN double x[hn::MaxLanes(d)];
  HWY_ALIGN double y[hn::MaxLanes(d)];
  HWY_ALIGN double z[hn::MaxLanes(d)];
  hn::Store(a, d, x);
  hn::Store(b, d, y);
  hn::Store(c, d, z);
  for (std::size_t i = 0; i < hn::Lanes(d); ++i) z[i] = std::fma(x[i], y[i], z[i]);
  return hn::Load(d, z);
#endif
}

/// c − a·b with one rounding.
template <class V>
HWY_INLINE V negative_mul_add(V a, V b, V c) {
#if HWY_NATIVE_FMA
  return hn::NegMulAdd(a, b, c);
#else
  return mul_add(hn::Neg(a), b, c);
#endif
}

}  // namespace HWY_NAMESPACE
}  // namespace qpcr::simd
HWY_AFTER_NAMESPACE();

#endif
