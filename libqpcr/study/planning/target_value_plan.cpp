// Sample size against a target value.
#include "libqpcr/study/planning/target_value_plan.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "libqpcr/study/request_checks.hpp"

namespace qpcr {
namespace {

/// Sizes beyond which the exact search is not made: its plan would be absurd and its time long.
constexpr long most_exact_subjects = 200'000;

/// Both rates turned so that the expected one is the higher.
struct Rates {
  double target;
  double expected;
};

Rates turn(const TargetValueOptions& options) {
  if (options.expected > options.target) return {options.target, options.expected};
  return {1.0 - options.target, 1.0 - options.expected};
}

/// The smallest count from `from` on that is rare enough under the target.
PowerPoint find_power(long subjects, long from, const Rates& rates, double alpha) {
  PowerPoint point;
  point.subjects = subjects;
  point.critical = from;
  point.size = binomial_upper_tail(from, subjects, rates.target);
  while (point.size > alpha) {
    ++point.critical;
    point.size = binomial_upper_tail(point.critical, subjects, rates.target);
  }
  point.power = binomial_upper_tail(point.critical, subjects, rates.expected);
  return point;
}

void search_exact(TargetValuePlan& plan, const TargetValueOptions& options, const Rates& rates) {
  const long most = 3 * plan.normal.subjects.value_or(most_exact_subjects) + 200;
  if (most > most_exact_subjects) {
    plan.exact_first = plan_size_absent("plan_too_many_subjects");
    plan.exact_stable = plan.exact_first;
    return;
  }
  std::vector<PowerPoint> points;
  long critical = 0;
  for (long n = 1; n <= most; ++n) {
    // One more subject raises the critical count by 0 or 1, so the search goes on where it was.
    points.push_back(find_power(n, critical, rates, options.one_sided_alpha));
    critical = points.back().critical;
  }
  StableSize found = find_stable_size(points, options.power);
  plan.exact_first = found.first;
  plan.exact_stable = found.stable;
  plan.saw_tooth = std::move(found.saw_tooth);
}

}  // namespace

void TargetValueOptions::validate() const {
  check_fraction("target", target);
  check_fraction("expected", expected);
  check_fraction("one_sided_alpha", one_sided_alpha);
  check_fraction("power", power);
  if (expected == target) refuse_option("expected", expected, "a value other than the target");
}

PowerPoint derive_exact_power(long subjects, const TargetValueOptions& options) {
  options.validate();
  check_count("subjects", subjects, 1);
  const Rates rates = turn(options);
  // The critical count lies above the mean under the target less what α may reach below it.
  const double mean = static_cast<double>(subjects) * rates.target;
  const double spread = std::sqrt(mean * (1.0 - rates.target));
  long none = std::max(-1L, static_cast<long>(std::floor(mean - 40.0 * spread)) - 1);
  long enough = subjects + 1;
  while (enough - none > 1) {
    const long middle = none + (enough - none) / 2;
    (binomial_upper_tail(middle, subjects, rates.target) <= options.one_sided_alpha ? enough : none) = middle;
  }
  return find_power(subjects, enough, rates, options.one_sided_alpha);
}

TargetValuePlan derive_target_value_plan(const TargetValueOptions& options) {
  options.validate();
  const Rates rates = turn(options);
  const double z_alpha = alpha_quantile(options.one_sided_alpha);
  const double z_power = power_quantile(options.power);
  const double difference = rates.expected - rates.target;
  const double under_target = rates.target * (1.0 - rates.target);
  const double under_expected = rates.expected * (1.0 - rates.expected);
  const double effect = 2.0 * (std::asin(std::sqrt(rates.expected)) - std::asin(std::sqrt(rates.target)));
  TargetValuePlan plan;
  if (z_alpha + z_power <= 0.0) {
    for (PlannedSize* each : {&plan.normal, &plan.unpooled, &plan.arcsine, &plan.exact_first, &plan.exact_stable})
      *each = plan_size_absent("plan_power_below_alpha");
    return plan;
  }
  const double pooled = z_alpha * std::sqrt(under_target) + z_power * std::sqrt(under_expected);
  plan.normal = plan_size(pooled * pooled / (difference * difference));
  plan.unpooled = plan_size((z_alpha + z_power) * (z_alpha + z_power) * under_expected / (difference * difference));
  plan.arcsine = plan_size((z_alpha + z_power) * (z_alpha + z_power) / (effect * effect));
  for (PlannedSize* each : {&plan.normal, &plan.unpooled, &plan.arcsine}) {
    if (each->subjects) each->power = derive_exact_power(std::max(1L, *each->subjects), options).power;
  }
  search_exact(plan, options, rates);
  return plan;
}

}  // namespace qpcr
