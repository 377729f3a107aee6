// The scalar functions: one lane of the vector form, for the best target of the processor.
#include "libqpcr/math/elementary.hpp"

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
HWY_EXPORT(expm1_one);
HWY_EXPORT(log_one);
HWY_EXPORT(log1p_one);

double exp(double x) { return HWY_DYNAMIC_DISPATCH(exp_one)(x); }
double expm1(double x) { return HWY_DYNAMIC_DISPATCH(expm1_one)(x); }
double log(double x) { return HWY_DYNAMIC_DISPATCH(log_one)(x); }
double log1p(double x) { return HWY_DYNAMIC_DISPATCH(log1p_one)(x); }
double pow(double x, double y) { return y == 0.0 ? 1.0 : exp(y * log(x)); }

}  // namespace qpcr::elementary
#endif
