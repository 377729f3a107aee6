// Compares measured SDs with claimed ones and a mean with its target.
#include "libqpcr/study/precision/precision_verification.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "libqpcr/core/refusal.hpp"
#include "libqpcr/math/distributions.hpp"
#include "libqpcr/study/precision/variance_components.hpp"

namespace qpcr {
namespace {

void verify(VerifiedSd& sd, std::optional<double> claim, double degrees, double chance) {
  sd.claim = claim;
  if (!claim) return;
  sd.limit_degrees = degrees;
  sd.upper_verification_limit = *claim * std::sqrt(chi_square_quantile(1.0 - chance, degrees) / degrees);
  if (sd.sd.value) sd.verified = *sd.sd.value <= *sd.upper_verification_limit;
}

/// Satterthwaite's degrees of the sum of both claimed variances in a design of days of n0 replicates.
double derive_claimed_degrees(double repeatability, double within, double n0, double day_degrees,
                              double error_degrees) {
  const double error = repeatability * repeatability;
  const double between = std::max(0.0, within * within - error);
  const double from_days = (error + n0 * between) / n0;
  const double from_error = (1.0 - 1.0 / n0) * error;
  const double sum = from_days + from_error;
  return sum * sum / (from_days * from_days / day_degrees + from_error * from_error / error_degrees);
}

void add_mean(PrecisionVerificationResult& result, const VarianceComponentsResult& found,
              const PrecisionVerificationOptions& options) {
  result.mean.value = found.mean;
  const double day_degrees = static_cast<double>(result.days) - 1.0;
  // Mean of the days' mean square over all values: the variance of the mean of equally many replicates a day.
  const double error = std::sqrt(*found.components.front().mean_square / static_cast<double>(result.values));
  result.mean.standard_error = error;
  const double tail = (1.0 - options.confidence) / 2.0;
  const double reach = student_t_upper_quantile(tail, day_degrees) * error;
  if (error > 0.0) {
    result.mean.interval = Interval{found.mean - reach, found.mean + reach};
  } else {
    result.mean.why_absent = Message{"not_estimable_no_variation_of_values", {}};
  }
  if (!options.target) {
    result.bias = result.recovery = not_estimable("not_estimable_no_target");
    return;
  }
  const double target = *options.target;
  result.bias = make_estimate(found.mean - target, "not_estimable_no_target");
  const double combined = std::hypot(error, options.target_standard_error);
  result.bias.standard_error = combined;
  result.recovery = target > 0.0 ? make_estimate(100.0 * found.mean / target, "not_estimable_no_target")
                                 : not_estimable("not_estimable_target_not_positive");
  if (!(error > 0.0)) {
    result.bias.why_absent = Message{"not_estimable_no_variation_of_values", {}};
    return;
  }
  const double degrees = day_degrees * std::pow(combined / error, 4);
  const double both = student_t_upper_quantile(tail, degrees) * combined;
  result.bias.interval = Interval{*result.bias.value - both, *result.bias.value + both};
  if (result.recovery.value)
    result.recovery.interval =
        Interval{*result.recovery.value - 100.0 * both / target, *result.recovery.value + 100.0 * both / target};
  const double chance = options.false_rejection / options.levels;
  const double allowed = student_t_upper_quantile(chance / 2.0, degrees) * combined;
  result.verification_interval = Interval{target - allowed, target + allowed};
  result.target_verified = std::abs(*result.bias.value) <= allowed;
}

}  // namespace

void PrecisionVerificationOptions::validate() const {
  for (const auto& claim : {claimed_repeatability_sd, claimed_within_laboratory_sd})
    if (claim && !(*claim > 0.0 && std::isfinite(*claim)))
      refuse_request(ErrorCode::invalid_option, "claimed SD", fmt::format("{}", *claim), "a number above 0");
  if (claimed_repeatability_sd && claimed_within_laboratory_sd &&
      *claimed_within_laboratory_sd < *claimed_repeatability_sd)
    refuse_request(ErrorCode::invalid_option, "claimed_within_laboratory_sd",
                   fmt::format("{}", *claimed_within_laboratory_sd),
                   "at least the claimed repeatability, which it contains");
  if (claimed_within_laboratory_sd && !claimed_repeatability_sd)
    refuse_request(ErrorCode::invalid_option, "claimed_repeatability_sd", "nothing",
                   "a claim: the degrees of freedom of the within-laboratory limit follow from both");
  if (!(false_rejection > 0.0 && false_rejection < 1.0))
    refuse_request(ErrorCode::invalid_option, "false_rejection", fmt::format("{}", false_rejection),
                   "a number between 0 and 1");
  if (!(confidence > 0.0 && confidence < 1.0))
    refuse_request(ErrorCode::invalid_option, "confidence", fmt::format("{}", confidence), "a number between 0 and 1");
  if (levels < 1) refuse_request(ErrorCode::invalid_option, "levels", fmt::format("{}", levels), "at least 1");
  if (!(target_standard_error >= 0.0) || !std::isfinite(target_standard_error))
    refuse_request(ErrorCode::invalid_option, "target_standard_error", fmt::format("{}", target_standard_error),
                   "0 or more");
  if (target && !std::isfinite(*target))
    refuse_request(ErrorCode::invalid_option, "target", fmt::format("{}", *target), "a finite number");
}

PrecisionVerificationResult estimate_precision_verification(std::span<const double> values, const PrecisionFactor& day,
                                                            const PrecisionVerificationOptions& options) {
  options.validate();
  VarianceComponentsOptions components;
  components.confidence = options.confidence;
  const VarianceComponentsResult found =
      estimate_variance_components(values, {day}, {"value", {{day.name}}}, components);
  PrecisionVerificationResult result;
  result.values = found.values;
  result.excluded = found.excluded;
  const double day_degrees = *found.components.front().degrees_of_freedom;
  const double error_degrees = *found.components.back().degrees_of_freedom;
  result.days = std::lround(day_degrees) + 1;
  if (result.days < 2)
    refuse_request(ErrorCode::invalid_value, day.name, fmt::format("{}", result.days), "at least two days");
  result.repeatability.sd = found.components.back().sd;
  result.within_laboratory.sd = found.total.sd;
  if (!found.total.sd.value) {
    result.mean = result.bias = result.recovery = not_estimable(*found.total.sd.why_absent);
    return result;
  }
  result.repeatability.degrees_of_freedom = error_degrees;
  result.within_laboratory.degrees_of_freedom = found.total.degrees_of_freedom;
  // n0 from the expectation of the days' mean square: E(MS) = σ² + n0 σ_day².
  const VarianceComponent& days = found.components.front();
  const double error = *found.components.back().variance.value;
  const double solved = *days.unbounded;
  result.replicates = solved != 0.0 ? (*days.mean_square - error) / solved
                                    : static_cast<double>(found.values) / static_cast<double>(result.days);
  const double chance = options.false_rejection / options.levels;
  verify(result.repeatability, options.claimed_repeatability_sd, error_degrees, chance);
  if (options.claimed_within_laboratory_sd)
    verify(result.within_laboratory, options.claimed_within_laboratory_sd,
           derive_claimed_degrees(*options.claimed_repeatability_sd, *options.claimed_within_laboratory_sd,
                                  result.replicates, day_degrees, error_degrees),
           chance);
  add_mean(result, found, options);
  return result;
}

}  // namespace qpcr
