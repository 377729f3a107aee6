// Rounding of planned sizes.
#include "libqpcr/study/planning/plan.hpp"

#include <algorithm>
#include <cmath>

#include "libqpcr/study/request_checks.hpp"

namespace qpcr {
namespace {

constexpr double most_subjects = 1e9;

}  // namespace

PlannedSize plan_size(double unrounded) {
  if (!std::isfinite(unrounded) || unrounded > most_subjects) return plan_size_absent("plan_too_many_subjects");
  PlannedSize made;
  made.unrounded = unrounded;
  made.subjects = static_cast<long>(std::ceil(unrounded * (1.0 - 1e-12)));
  return made;
}

PlannedSize plan_size_absent(const char* why) {
  PlannedSize made;
  made.why_absent = Message{why, {}};
  return made;
}

long inflate_for_drop_out(long subjects, double rate) {
  if (!(rate >= 0.0 && rate < 1.0)) refuse_option("drop_out", rate, "from 0 to below 1");
  return static_cast<long>(std::ceil(static_cast<double>(subjects) / (1.0 - rate) * (1.0 - 1e-12)));
}

StableSize find_stable_size(const std::vector<PowerPoint>& points, double power) {
  const auto suffices = [&](const PowerPoint& point) { return point.power >= power; };
  const auto first = std::find_if(points.begin(), points.end(), suffices);
  const auto last_failing = std::find_if_not(points.rbegin(), points.rend(), suffices);
  if (first == points.end() || last_failing == points.rbegin()) {
    const PlannedSize none = plan_size_absent("plan_too_many_subjects");
    return {none, none, {}};
  }
  const auto stable = last_failing.base();
  StableSize made;
  made.first.subjects = first->subjects;
  made.first.power = first->power;
  made.stable.subjects = stable->subjects;
  made.stable.power = stable->power;
  constexpr std::ptrdiff_t around = 20;
  const auto from = points.begin() + std::max<std::ptrdiff_t>(0, (first - points.begin()) - around);
  const auto to = points.begin() + std::min<std::ptrdiff_t>(std::ssize(points), (stable - points.begin()) + around + 1);
  made.saw_tooth.assign(from, to);
  return made;
}

double alpha_quantile(double one_sided_alpha) { return normal_upper_quantile(one_sided_alpha); }

double power_quantile(double power) { return normal_quantile(power); }

}  // namespace qpcr
