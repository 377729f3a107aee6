// Quantiles and the intervals of a binomial proportion.
#pragma once

namespace qpcr {

struct Interval {
  double lower = 0.0;
  double upper = 0.0;

  bool operator==(const Interval&) const = default;
};

/// Standard normal value below which the probability lies. ±infinity at 1 and 0. @throws Error invalid_value outside
/// [0, 1].
double normal_quantile(double probability);

/// Standard normal value above which the probability lies, without forming 1 − p. @throws as normal_quantile().
double normal_upper_quantile(double probability);

/// P(Z ≤ value).
double normal_cumulative(double value);

/// P(Z > value), without forming 1 − P.
double normal_upper_tail(double value);

/// Student's t value above which the probability lies. @throws Error invalid_value outside (0, 1) or for degrees ≤ 0.
double student_t_upper_quantile(double probability, double degrees_of_freedom);

/// P(T > value) of Student's t, without forming 1 − P. @throws Error invalid_value for degrees ≤ 0.
double student_t_upper_tail(double value, double degrees_of_freedom);

/// P(F > value) of the F distribution, without forming 1 − P. @throws Error invalid_value for a negative value or
/// degrees ≤ 0.
double f_upper_tail(double value, double numerator_degrees, double denominator_degrees);

/// Score interval of a proportion without continuity correction (Wilson 1927, 10.1080/01621459.1927.10502953).
/// The lower limit is exactly 0 for no success and the upper exactly 1 for no failure.
/// @return NaN limits for no trials.
/// @throws Error invalid_value unless 0 ≤ successes ≤ trials and 0 < confidence < 1.
Interval wilson_interval(long successes, long trials, double confidence);

/// Exact interval of a proportion (Clopper & Pearson 1934, 10.1093/biomet/26.4.404) from beta quantiles; each tail
/// holds at most (1 − confidence)/2. Result and errors as wilson_interval().
Interval clopper_pearson_interval(long successes, long trials, double confidence);

}  // namespace qpcr
