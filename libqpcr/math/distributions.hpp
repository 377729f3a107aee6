// Probabilities and quantiles of the distributions that evaluations need, and the intervals of a binomial proportion.
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

/// P(F ≤ value) and the value below which the probability lies (0 and +infinity at 0 and 1). @throws as f_upper_tail(),
/// and for a probability outside [0, 1].
double f_cumulative(double value, double numerator_degrees, double denominator_degrees);
double f_quantile(double probability, double numerator_degrees, double denominator_degrees);

/// Student's t: P(T ≤ value), and P(|T| > |value|).
double student_t_cumulative(double value, double degrees_of_freedom);
double student_t_two_sided(double value, double degrees_of_freedom);

/// P(T ≤ value) of the noncentral t distribution. @throws Error invalid_value for degrees ≤ 0.
double noncentral_t_cumulative(double value, double degrees_of_freedom, double noncentrality);

/// Chi-square: P(X ≤ value), P(X > value), and the value below which the probability lies.
/// @throws Error invalid_value for a negative value, degrees ≤ 0, a probability outside [0, 1].
double chi_square_cumulative(double value, double degrees_of_freedom);
double chi_square_upper_tail(double value, double degrees_of_freedom);
double chi_square_quantile(double probability, double degrees_of_freedom);
/// P(X ≤ value) of the noncentral chi-square distribution.
double noncentral_chi_square_cumulative(double value, double degrees_of_freedom, double noncentrality);

/// Beta distribution. @throws Error invalid_value for a value or probability outside [0, 1] and shapes ≤ 0.
double beta_cumulative(double value, double first_shape, double second_shape);
double beta_upper_tail(double value, double first_shape, double second_shape);
double beta_quantile(double probability, double first_shape, double second_shape);

/// P(X = successes), P(X ≤ successes), P(X ≥ successes) of a binomial; successes below 0 or above trials are allowed
/// (0 or 1). @throws Error invalid_value for trials < 0 and a probability outside [0, 1].
double binomial_mass(long successes, long trials, double probability);
double binomial_cumulative(long successes, long trials, double probability);
double binomial_upper_tail(long successes, long trials, double probability);

/// P(X = count), P(X ≤ count), P(X ≥ count) of a Poisson. @throws Error invalid_value for a negative mean.
double poisson_mass(long count, double mean);
double poisson_cumulative(long count, double mean);
double poisson_upper_tail(long count, double mean);

/// ln Γ(value), ln of the binomial coefficient. @throws Error invalid_value for value ≤ 0, chosen outside 0 … items.
double log_gamma(double value);
double log_choose(long items, long chosen);

/// P(X = drawn) of a hypergeometric: `draws` of `items`, of which `marked` count; 0 outside the support.
double hypergeometric_mass(long drawn, long draws, long marked, long items);

/// Score interval of a proportion without continuity correction (Wilson 1927, 10.1080/01621459.1927.10502953).
/// The lower limit is exactly 0 for no success and the upper exactly 1 for no failure.
/// @return NaN limits for no trials.
/// @throws Error invalid_value unless 0 ≤ successes ≤ trials and 0 < confidence < 1.
Interval wilson_interval(long successes, long trials, double confidence);

/// Exact interval of a proportion (Clopper & Pearson 1934, 10.1093/biomet/26.4.404) from beta quantiles; each tail
/// holds at most (1 − confidence)/2. Result and errors as wilson_interval().
Interval clopper_pearson_interval(long successes, long trials, double confidence);

}  // namespace qpcr
