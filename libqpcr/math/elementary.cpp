// The scalar functions: one lane of the vector form, for the best target of the processor.
#include "libqpcr/math/elementary.hpp"

#include <cstddef>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "libqpcr/math/elementary.cpp"
#include <hwy/foreach_target.h>

#include "libqpcr/math/elementary-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace qpcr::elementary {
namespace HWY_NAMESPACE {

using One = hn::CappedTag<double, 1>;

double exp_one(double x) {
  const One d;
  return hn::GetLane(exp(d, hn::Set(d, x)));
}

void exp_many(const double* x, double* result, std::size_t count) {
  const hn::ScalableTag<double> d;
  const std::size_t lanes = hn::Lanes(d);
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) hn::StoreU(exp(d, hn::LoadU(d, x + i)), d, result + i);
  for (; i < count; ++i) result[i] = exp_one(x[i]);
}

double expm1_one(double x) {
  const One d;
  return hn::GetLane(expm1(d, hn::Set(d, x)));
}

double log_one(double x) {
  const One d;
  return hn::GetLane(log(d, hn::Set(d, x)));
}

double log1p_one(double x) {
  const One d;
  return hn::GetLane(log1p(d, hn::Set(d, x)));
}

}  // namespace HWY_NAMESPACE
}  // namespace qpcr::elementary
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace qpcr::elementary {

HWY_EXPORT(exp_one);
HWY_EXPORT(exp_many);
HWY_EXPORT(expm1_one);
HWY_EXPORT(log_one);
HWY_EXPORT(log1p_one);

double exp(double x) { return HWY_DYNAMIC_DISPATCH(exp_one)(x); }
void exp_all(std::span<const double> x, std::span<double> result) {
  HWY_DYNAMIC_DISPATCH(exp_many)(x.data(), result.data(), x.size());
}
double expm1(double x) { return HWY_DYNAMIC_DISPATCH(expm1_one)(x); }
double log(double x) { return HWY_DYNAMIC_DISPATCH(log_one)(x); }
double log1p(double x) { return HWY_DYNAMIC_DISPATCH(log1p_one)(x); }
double pow(double x, double y) { return y == 0.0 ? 1.0 : exp(y * log(x)); }

}  // namespace qpcr::elementary
#endif
