// Sample size for kappa and for limits of agreement.
#include "libqpcr/study/planning/agreement_plan.hpp"

#include <algorithm>
#include <cmath>

#include "libqpcr/study/request_checks.hpp"

namespace qpcr {
namespace {

constexpr long most_pairs = 1'000'000;

/// Cells of the common-correlation model: both positive, different, both negative.
struct KappaCells {
  double both_positive, different, both_negative;

  KappaCells(double kappa, double p)
      : both_positive(p * p + p * (1.0 - p) * kappa),
        different(2.0 * p * (1.0 - p) * (1.0 - kappa)),
        both_negative((1.0 - p) * (1.0 - p) + p * (1.0 - p) * kappa) {}

  bool possible() const { return both_positive > 0.0 && different > 0.0 && both_negative > 0.0; }
};

void check_kappa(const char* name, double kappa, double prevalence) {
  if (!(kappa > -1.0 && kappa < 1.0) || !KappaCells(kappa, prevalence).possible())
    refuse_option(name, kappa, "a kappa below 1 that is possible at this prevalence");
}

/// The first n from 2 on that suffices, for a power that grows with n.
template <typename Power>
PlannedSize search_pairs(double wanted, const Power& power_of) {
  long enough = 2;
  while (power_of(enough) < wanted) {
    enough *= 2;
    if (enough > most_pairs) return plan_size_absent("plan_too_many_subjects");
  }
  long none = enough == 2 ? 1 : enough / 2;
  while (enough - none > 1) {
    const long middle = none + (enough - none) / 2;
    (power_of(middle) >= wanted ? enough : none) = middle;
  }
  PlannedSize made;
  made.subjects = enough;
  made.power = power_of(enough);
  return made;
}

/// Probability that mean ± reach·s lies within ± the allowed difference: the integral, over the chi distribution of s,
/// of the chance that the mean is in the room that s leaves. Simpson's rule up to where no room is left.
double exact_power_of_limits(const LimitsOfAgreementOptions& options, double n, double reach) {
  const double degrees = n - 1.0;
  const double allowed = options.allowed_difference / options.standard_deviation;
  const double mean = options.mean_difference / options.standard_deviation;
  const double spread = 12.0 / std::sqrt(2.0 * degrees);
  const double first = std::max(0.0, 1.0 - spread);
  const double last = std::min(allowed / reach, 1.0 + spread);
  if (last <= first) return 0.0;
  const double log_scale = std::log(2.0) + degrees / 2.0 * std::log(degrees / 2.0) - log_gamma(degrees / 2.0);
  const auto integrand = [&](double s) {
    if (s <= 0.0) return 0.0;
    const double density = std::exp(log_scale + (degrees - 1.0) * std::log(s) - degrees * s * s / 2.0);
    const double room = allowed - reach * s;
    return density *
           (normal_cumulative((room - mean) * std::sqrt(n)) - normal_cumulative((-room - mean) * std::sqrt(n)));
  };
  constexpr int steps = 2000;
  const double step = (last - first) / steps;
  double sum = integrand(first) + integrand(last);
  for (int i = 1; i < steps; ++i) sum += (i % 2 == 1 ? 4.0 : 2.0) * integrand(first + step * i);
  return std::clamp(sum * step / 3.0, 0.0, 1.0);
}

}  // namespace

void KappaPlanOptions::validate() const {
  check_fraction("prevalence", prevalence);
  check_kappa("kappa", kappa, prevalence);
  check_kappa("null_kappa", null_kappa, prevalence);
  if (null_kappa >= kappa) refuse_option("null_kappa", null_kappa, "below the expected kappa");
  check_fraction("half_width", half_width);
  check_fraction("alpha", alpha);
  check_fraction("power", power);
}

KappaPlan derive_kappa_plan(const KappaPlanOptions& options) {
  options.validate();
  const double spread = options.prevalence * (1.0 - options.prevalence);
  const double z_alpha = alpha_quantile(options.alpha / 2.0);
  const double z = z_alpha + power_quantile(options.power);
  const KappaCells null(options.null_kappa, options.prevalence);
  const double shift = spread * (options.kappa - options.null_kappa);
  // Noncentrality of the goodness-of-fit chi-square for one pair.
  const double noncentrality =
      shift * shift * (1.0 / null.both_positive + 4.0 / null.different + 1.0 / null.both_negative);
  const double k = options.kappa;
  const double variance = (1.0 - k) * ((1.0 - k) * (1.0 - 2.0 * k) + k * (2.0 - k) / (2.0 * spread));
  KappaPlan plan;
  plan.test = z <= 0.0 ? plan_size_absent("plan_power_below_alpha") : plan_size(z * z / noncentrality);
  plan.precision = plan_size(z_alpha * z_alpha * variance / (options.half_width * options.half_width));
  return plan;
}

void LimitsOfAgreementOptions::validate() const {
  if (!std::isfinite(mean_difference)) refuse_option("mean_difference", mean_difference, "a finite number");
  check_positive("standard_deviation", standard_deviation);
  check_positive("allowed_difference", allowed_difference);
  check_fraction("agreement", agreement);
  check_fraction("alpha", alpha);
  check_fraction("power", power);
  const double z = normal_upper_quantile((1.0 - agreement) / 2.0);
  if (std::abs(mean_difference) + z * standard_deviation >= allowed_difference)
    refuse_option("allowed_difference", allowed_difference, "more than the expected limits of agreement");
}

LimitsOfAgreementPower derive_limits_of_agreement_power(long pairs, const LimitsOfAgreementOptions& options) {
  options.validate();
  check_count("pairs", pairs, 2, 2 * most_pairs);
  const auto n = static_cast<double>(pairs);
  const double degrees = n - 1.0;
  const double z = normal_upper_quantile((1.0 - options.agreement) / 2.0);
  const double t = student_t_upper_quantile(options.alpha / 2.0, degrees);
  const double error = std::sqrt(1.0 / n + z * z / (2.0 * degrees));
  const auto miss = [&](double room) {
    return noncentral_t_cumulative(t, degrees, (room / options.standard_deviation - z) / error);
  };
  const double approximate = 1.0 - miss(options.allowed_difference - options.mean_difference) -
                             miss(options.allowed_difference + options.mean_difference);
  return {std::max(0.0, approximate), exact_power_of_limits(options, n, z + t * error)};
}

LimitsOfAgreementPlan derive_limits_of_agreement_plan(const LimitsOfAgreementOptions& options) {
  options.validate();
  LimitsOfAgreementPlan plan;
  plan.approximate = search_pairs(
      options.power, [&](long pairs) { return derive_limits_of_agreement_power(pairs, options).approximate; });
  plan.exact =
      search_pairs(options.power, [&](long pairs) { return derive_limits_of_agreement_power(pairs, options).exact; });
  return plan;
}

}  // namespace qpcr
