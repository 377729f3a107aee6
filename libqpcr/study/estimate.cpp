// Makes estimates that exist and estimates that do not.
#include "libqpcr/study/estimate.hpp"

#include <cmath>
#include <utility>

namespace qpcr {

Estimate not_estimable(Message why) {
  Estimate made;
  made.why_absent = std::move(why);
  return made;
}

Estimate not_estimable(std::string why) { return not_estimable(Message{std::move(why), {}}); }

Estimate make_estimate(double value, const std::string& why) {
  if (!std::isfinite(value)) return not_estimable(why);
  Estimate made;
  made.value = value;
  return made;
}

std::optional<double> lower_of(const Estimate& estimate) {
  if (!estimate.interval || !std::isfinite(estimate.interval->lower)) return std::nullopt;
  return estimate.interval->lower;
}

std::optional<double> upper_of(const Estimate& estimate) {
  if (!estimate.interval || !std::isfinite(estimate.interval->upper)) return std::nullopt;
  return estimate.interval->upper;
}

}  // namespace qpcr
