// Degrees of freedom for standard deviations.
#include "libqpcr/study/planning/imprecision_plan.hpp"

#include <cmath>

#include "libqpcr/study/request_checks.hpp"

namespace qpcr {
namespace {

constexpr long most_degrees = 10'000'000;

double one_sided_factor(double degrees, double confidence) {
  return std::sqrt(degrees / chi_square_quantile(1.0 - confidence, degrees));
}

double power_of_claim(double degrees, const ImprecisionOptions& options) {
  const double critical = chi_square_quantile(options.alpha, degrees);
  return chi_square_cumulative(critical * options.claim_over_truth * options.claim_over_truth, degrees);
}

template <typename Suffices>
PlannedSize search_degrees(const Suffices& suffices) {
  long enough = 1;
  while (!suffices(enough)) {
    enough *= 2;
    if (enough > most_degrees) return plan_size_absent("plan_too_many_subjects");
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

ImprecisionRow make_row(long degrees, const ImprecisionOptions& options) {
  const auto nu = static_cast<double>(degrees);
  const double tail = (1.0 - options.confidence) / 2.0;
  ImprecisionRow row;
  row.degrees_of_freedom = degrees;
  row.lower_factor = std::sqrt(nu / chi_square_quantile(1.0 - tail, nu));
  row.upper_factor = std::sqrt(nu / chi_square_quantile(tail, nu));
  row.one_sided_upper_factor = one_sided_factor(nu, options.confidence);
  row.power = power_of_claim(nu, options);
  return row;
}

}  // namespace

void ImprecisionOptions::validate() const {
  check_positive("upper_ratio", upper_ratio);
  check_positive("claim_over_truth", claim_over_truth);
  if (upper_ratio <= 1.0) refuse_option("upper_ratio", upper_ratio, "above 1");
  if (claim_over_truth <= 1.0) refuse_option("claim_over_truth", claim_over_truth, "above 1");
  check_fraction("confidence", confidence);
  check_fraction("alpha", alpha);
  check_fraction("power", power);
}

ImprecisionPlan derive_imprecision_plan(const ImprecisionOptions& options) {
  options.validate();
  ImprecisionPlan plan;
  plan.width = search_degrees([&](long degrees) {
    return one_sided_factor(static_cast<double>(degrees), options.confidence) <= options.upper_ratio;
  });
  plan.claim = search_degrees(
      [&](long degrees) { return power_of_claim(static_cast<double>(degrees), options) >= options.power; });
  if (plan.claim.subjects) plan.claim.power = power_of_claim(static_cast<double>(*plan.claim.subjects), options);
  for (const long degrees : {4L, 9L, 14L, 19L, 24L, 39L, 59L, 79L, 99L, 199L})
    plan.rows.push_back(make_row(degrees, options));
  return plan;
}

}  // namespace qpcr
