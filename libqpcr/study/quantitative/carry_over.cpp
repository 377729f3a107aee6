// Carry-over as a difference of means, or as a difference of rates of positive wells.
#include "libqpcr/study/quantitative/carry_over.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "libqpcr/study/quantitative/cross_reactivity.hpp"
#include "libqpcr/study/quantitative/input_checks.hpp"

namespace qpcr {
namespace {

void check_counts(const std::string& field, WellCounts counts) {
  if (counts.positive < 0 || counts.positive > counts.wells) {
    refuse_value(field, fmt::format("{}/{}", counts.positive, counts.wells), "0 ≤ positive ≤ wells");
  }
}

Estimate estimate_rate(WellCounts counts, double confidence) {
  if (counts.wells == 0) return not_estimable(too_few_values(0, 1));
  Estimate rate;
  rate.value = static_cast<double>(counts.positive) / static_cast<double>(counts.wells);
  rate.interval = clopper_pearson_interval(counts.positive, counts.wells, confidence);
  return rate;
}

}  // namespace

void CarryOverOptions::validate() const {
  check_fraction("confidence", confidence);
  check_positive("limit_sd", limit_sd);
  if (allowable_percent) check_positive("allowable_percent", *allowable_percent);
}

CarryOverResult estimate_carry_over(std::span<const double> low_after_high, std::span<const double> low_after_low,
                                    std::span<const double> high, const CarryOverOptions& options) {
  options.validate();
  check_finite("high", high);
  TwoGroupOptions two;
  two.confidence = options.confidence;
  const TwoGroupResult groups = compare_two_groups(low_after_high, low_after_low, two);
  CarryOverResult result;
  result.difference = groups.mean_difference;
  result.welch = groups.welch;
  if (result.welch.statistic) {
    const double t = *result.welch.statistic;
    const double degrees = *result.welch.degrees_of_freedom;
    result.p_one_sided = t >= 0.0 ? student_t_upper_tail(t, degrees) : student_t_cumulative(-t, degrees);
  }
  if (low_after_low.size() > 1) {
    result.limit = options.limit_sd * std::sqrt(variance_of(low_after_low));
    if (result.difference.value) result.within_limit = *result.difference.value < *result.limit;
  }
  if (high.empty()) {
    result.relative_percent = not_estimable("quantitative_no_high_samples");
    return result;
  }
  if (!result.difference.value) {
    result.relative_percent = not_estimable(*result.difference.why_absent);
    return result;
  }
  const double rise = mean_of(high) - mean_of(low_after_low);
  if (rise == 0.0) {
    result.relative_percent = not_estimable("quantitative_zero_reference");
    return result;
  }
  // The scatter of the high level's mean moves the ratio by its share of the ratio: a percent of a percent.
  const double scale = 100.0 / rise;
  result.relative_percent.value = scale * *result.difference.value;
  result.relative_percent.why_absent = result.difference.why_absent;
  if (result.difference.interval) {
    const double a = scale * result.difference.interval->lower;
    const double b = scale * result.difference.interval->upper;
    result.relative_percent.interval = Interval{std::min(a, b), std::max(a, b)};
    result.relative_percent.standard_error = std::abs(scale) * *result.difference.standard_error;
    if (options.allowable_percent) {
      result.within_allowable = result.relative_percent.interval->upper <= *options.allowable_percent;
    }
  }
  return result;
}

WellCarryOverResult estimate_well_carry_over(WellCounts exposed, WellCounts unexposed, double confidence) {
  check_fraction("confidence", confidence);
  check_counts("exposed", exposed);
  check_counts("unexposed", unexposed);
  WellCarryOverResult result;
  result.exposed_rate = estimate_rate(exposed, confidence);
  result.unexposed_rate = estimate_rate(unexposed, confidence);
  if (exposed.wells > 0) result.exposed_upper_limit = exact_upper_limit(exposed.positive, exposed.wells, confidence);
  if (exposed.wells == 0 || unexposed.wells == 0) return result;
  const long positives = exposed.positive + unexposed.positive;
  double tail = 0.0;
  for (long k = exposed.positive; k <= std::min(exposed.wells, positives); ++k) {
    tail += hypergeometric_mass(k, exposed.wells, positives, exposed.wells + unexposed.wells);
  }
  result.p_value = std::min(1.0, tail);
  return result;
}

}  // namespace qpcr
