// Sample size for the width of an interval.
#include "libqpcr/study/planning/proportion_precision_plan.hpp"

#include <algorithm>
#include <cmath>

#include "libqpcr/study/accuracy/single_proportion.hpp"
#include "libqpcr/study/request_checks.hpp"

namespace qpcr {
namespace {

constexpr long most_exact_subjects = 10'000'000;

/// Outcomes farther than ten standard deviations have no weight that a double could see.
double mean_half_width(long n, double p, ProportionInterval kind, double confidence) {
  const double mean = static_cast<double>(n) * p;
  const double reach = 10.0 * std::sqrt(mean * (1.0 - p)) + 20.0;
  const long first = std::max(0L, static_cast<long>(mean - reach));
  const long last = std::min(n, static_cast<long>(mean + reach));
  double sum = 0.0;
  for (long x = first; x <= last; ++x) {
    const Interval found = *estimate_single_proportion(x, n, {confidence, kind, ProportionSides::two_sided}).interval;
    sum += binomial_mass(x, n, p) * (found.upper - found.lower);
  }
  return sum / 2.0;
}

PlannedSize search_width(const ProportionPrecisionOptions& options, ProportionInterval kind) {
  const auto suffices = [&](long n) {
    return mean_half_width(n, options.expected, kind, options.confidence) <= options.half_width;
  };
  long enough = 1;
  while (!suffices(enough)) {
    enough *= 2;
    if (enough > most_exact_subjects) return plan_size_absent("plan_too_many_subjects");
  }
  long none = enough / 2;
  while (enough - none > 1) {
    const long middle = none + (enough - none) / 2;
    (suffices(middle) ? enough : none) = middle;
  }
  PlannedSize made;
  made.subjects = enough;
  return made;
}

}  // namespace

void ProportionPrecisionOptions::validate() const {
  check_fraction("expected", expected);
  check_fraction("half_width", half_width);
  check_fraction("confidence", confidence);
  if (prevalence) check_fraction("prevalence", *prevalence);
}

ProportionPrecisionPlan derive_proportion_precision_plan(const ProportionPrecisionOptions& options) {
  options.validate();
  const double z = normal_upper_quantile((1.0 - options.confidence) / 2.0);
  ProportionPrecisionPlan plan;
  plan.normal =
      plan_size(z * z * options.expected * (1.0 - options.expected) / (options.half_width * options.half_width));
  if (plan.normal.subjects && *plan.normal.subjects > 1'000'000) {
    plan.wilson = plan_size_absent("plan_too_many_subjects");
    plan.clopper_pearson = plan.wilson;
  } else {
    plan.wilson = search_width(options, ProportionInterval::wilson);
    plan.clopper_pearson = search_width(options, ProportionInterval::clopper_pearson);
  }
  if (options.prevalence && plan.normal.subjects)
    plan.cohort = plan_size(static_cast<double>(*plan.normal.subjects) / *options.prevalence).subjects;
  return plan;
}

}  // namespace qpcr
