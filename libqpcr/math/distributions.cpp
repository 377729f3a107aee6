// Boost.Math behind our own names, errors turned into ours.
#include "libqpcr/math/distributions.hpp"

#include <cmath>
#include <limits>
#include <string>

#include <boost/math/distributions/beta.hpp>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/fisher_f.hpp>
#include <boost/math/distributions/non_central_chi_squared.hpp>
#include <boost/math/distributions/non_central_t.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/poisson.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/gamma.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr {
namespace {

// Double arithmetic throughout, so that a value does not depend on the width of long double.
using Policy = boost::math::policies::policy<boost::math::policies::promote_double<false>>;
using Normal = boost::math::normal_distribution<double, Policy>;
using StudentT = boost::math::students_t_distribution<double, Policy>;
using FisherF = boost::math::fisher_f_distribution<double, Policy>;
using ChiSquare = boost::math::chi_squared_distribution<double, Policy>;
using Beta = boost::math::beta_distribution<double, Policy>;
using Binomial = boost::math::binomial_distribution<double, Policy>;
using Poisson = boost::math::poisson_distribution<double, Policy>;
using NoncentralT = boost::math::non_central_t_distribution<double, Policy>;
using NoncentralChiSquare = boost::math::non_central_chi_squared_distribution<double, Policy>;

[[noreturn]] void refuse(const char* field, const std::string& found, const char* expected) {
  ErrorContext context;
  context.field = field;
  context.found = found;
  context.expected = expected;
  throw Error(ErrorCode::invalid_value, context);
}

void check_proportion(long successes, long trials, double confidence) {
  if (trials < 0) refuse("trials", std::to_string(trials), "a number of trials that is not negative");
  if (successes < 0 || successes > trials)
    refuse("successes", std::to_string(successes), "between 0 and the number of trials");
  if (!(confidence > 0.0 && confidence < 1.0)) refuse("confidence", format_double(confidence), "between 0 and 1");
}

void check_probability(double probability) {
  if (!(probability >= 0.0 && probability <= 1.0)) refuse("probability", format_double(probability), "between 0 and 1");
}

void check_positive(const char* field, double value) {
  if (!(value > 0.0) || std::isinf(value)) refuse(field, format_double(value), "a positive number");
}

void check_not_negative(const char* field, double value) {
  if (!(value >= 0.0)) refuse(field, format_double(value), "a number that is not negative");
}

void check_trials(long trials, double probability) {
  if (trials < 0) refuse("trials", std::to_string(trials), "a number of trials that is not negative");
  check_probability(probability);
}

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

}  // namespace

double normal_quantile(double probability) {
  if (!(probability >= 0.0 && probability <= 1.0)) refuse("probability", format_double(probability), "between 0 and 1");
  if (probability == 0.0) return -infinity;
  if (probability == 1.0) return infinity;
  return boost::math::quantile(Normal(), probability);
}

double normal_upper_quantile(double probability) { return -normal_quantile(probability); }

double normal_cumulative(double value) {
  if (std::isnan(value)) return nan;
  return boost::math::cdf(Normal(), value);
}

double normal_upper_tail(double value) { return normal_cumulative(-value); }

double student_t_upper_quantile(double probability, double degrees_of_freedom) {
  if (!(probability > 0.0 && probability < 1.0)) refuse("probability", format_double(probability), "between 0 and 1");
  if (!(degrees_of_freedom > 0.0)) refuse("degrees_of_freedom", format_double(degrees_of_freedom), "a positive number");
  return boost::math::quantile(boost::math::complement(StudentT(degrees_of_freedom), probability));
}

double student_t_upper_tail(double value, double degrees_of_freedom) {
  if (!(degrees_of_freedom > 0.0)) refuse("degrees_of_freedom", format_double(degrees_of_freedom), "a positive number");
  if (std::isnan(value)) return nan;
  return boost::math::cdf(boost::math::complement(StudentT(degrees_of_freedom), value));
}

double f_upper_tail(double value, double numerator_degrees, double denominator_degrees) {
  if (!(numerator_degrees > 0.0)) refuse("numerator_degrees", format_double(numerator_degrees), "a positive number");
  if (!(denominator_degrees > 0.0))
    refuse("denominator_degrees", format_double(denominator_degrees), "a positive number");
  if (std::isnan(value)) return nan;
  if (!(value >= 0.0)) refuse("value", format_double(value), "a number that is not negative");
  if (std::isinf(value)) return 0.0;
  return boost::math::cdf(boost::math::complement(FisherF(numerator_degrees, denominator_degrees), value));
}

double f_cumulative(double value, double numerator_degrees, double denominator_degrees) {
  check_positive("numerator_degrees", numerator_degrees);
  check_positive("denominator_degrees", denominator_degrees);
  if (std::isnan(value)) return nan;
  check_not_negative("value", value);
  if (std::isinf(value)) return 1.0;
  return boost::math::cdf(FisherF(numerator_degrees, denominator_degrees), value);
}

double f_quantile(double probability, double numerator_degrees, double denominator_degrees) {
  check_probability(probability);
  check_positive("numerator_degrees", numerator_degrees);
  check_positive("denominator_degrees", denominator_degrees);
  if (probability == 1.0) return infinity;
  return boost::math::quantile(FisherF(numerator_degrees, denominator_degrees), probability);
}

double student_t_cumulative(double value, double degrees_of_freedom) {
  return student_t_upper_tail(-value, degrees_of_freedom);
}

double student_t_two_sided(double value, double degrees_of_freedom) {
  return 2.0 * student_t_upper_tail(std::abs(value), degrees_of_freedom);
}

double noncentral_t_cumulative(double value, double degrees_of_freedom, double noncentrality) {
  check_positive("degrees_of_freedom", degrees_of_freedom);
  if (std::isnan(value) || std::isnan(noncentrality)) return nan;
  return boost::math::cdf(NoncentralT(degrees_of_freedom, noncentrality), value);
}

double chi_square_cumulative(double value, double degrees_of_freedom) {
  check_positive("degrees_of_freedom", degrees_of_freedom);
  if (std::isnan(value)) return nan;
  check_not_negative("value", value);
  if (std::isinf(value)) return 1.0;
  return boost::math::cdf(ChiSquare(degrees_of_freedom), value);
}

double chi_square_upper_tail(double value, double degrees_of_freedom) {
  check_positive("degrees_of_freedom", degrees_of_freedom);
  if (std::isnan(value)) return nan;
  check_not_negative("value", value);
  if (std::isinf(value)) return 0.0;
  return boost::math::cdf(boost::math::complement(ChiSquare(degrees_of_freedom), value));
}

double chi_square_quantile(double probability, double degrees_of_freedom) {
  check_probability(probability);
  check_positive("degrees_of_freedom", degrees_of_freedom);
  if (probability == 1.0) return infinity;
  return boost::math::quantile(ChiSquare(degrees_of_freedom), probability);
}

double noncentral_chi_square_cumulative(double value, double degrees_of_freedom, double noncentrality) {
  check_positive("degrees_of_freedom", degrees_of_freedom);
  check_not_negative("noncentrality", noncentrality);
  if (std::isnan(value)) return nan;
  check_not_negative("value", value);
  if (noncentrality == 0.0) return chi_square_cumulative(value, degrees_of_freedom);
  return boost::math::cdf(NoncentralChiSquare(degrees_of_freedom, noncentrality), value);
}

double beta_cumulative(double value, double first_shape, double second_shape) {
  check_positive("first_shape", first_shape);
  check_positive("second_shape", second_shape);
  check_probability(value);
  return boost::math::cdf(Beta(first_shape, second_shape), value);
}

double beta_upper_tail(double value, double first_shape, double second_shape) {
  check_positive("first_shape", first_shape);
  check_positive("second_shape", second_shape);
  check_probability(value);
  return boost::math::cdf(boost::math::complement(Beta(first_shape, second_shape), value));
}

double beta_quantile(double probability, double first_shape, double second_shape) {
  check_positive("first_shape", first_shape);
  check_positive("second_shape", second_shape);
  check_probability(probability);
  return boost::math::quantile(Beta(first_shape, second_shape), probability);
}

double binomial_mass(long successes, long trials, double probability) {
  check_trials(trials, probability);
  if (successes < 0 || successes > trials) return 0.0;
  return boost::math::pdf(Binomial(static_cast<double>(trials), probability), static_cast<double>(successes));
}

double binomial_cumulative(long successes, long trials, double probability) {
  check_trials(trials, probability);
  if (successes < 0) return 0.0;
  if (successes >= trials) return 1.0;
  return boost::math::cdf(Binomial(static_cast<double>(trials), probability), static_cast<double>(successes));
}

double binomial_upper_tail(long successes, long trials, double probability) {
  check_trials(trials, probability);
  if (successes <= 0) return 1.0;
  if (successes > trials) return 0.0;
  return boost::math::cdf(
      boost::math::complement(Binomial(static_cast<double>(trials), probability), static_cast<double>(successes - 1)));
}

double poisson_mass(long count, double mean) {
  check_not_negative("mean", mean);
  if (count < 0) return 0.0;
  if (mean == 0.0) return count == 0 ? 1.0 : 0.0;
  return boost::math::pdf(Poisson(mean), static_cast<double>(count));
}

double poisson_cumulative(long count, double mean) {
  check_not_negative("mean", mean);
  if (count < 0) return 0.0;
  if (mean == 0.0) return 1.0;
  return boost::math::cdf(Poisson(mean), static_cast<double>(count));
}

double poisson_upper_tail(long count, double mean) {
  check_not_negative("mean", mean);
  if (count <= 0) return 1.0;
  if (mean == 0.0) return 0.0;
  return boost::math::cdf(boost::math::complement(Poisson(mean), static_cast<double>(count - 1)));
}

double log_gamma(double value) {
  check_positive("value", value);
  return boost::math::lgamma(value, Policy());
}

double log_choose(long items, long chosen) {
  if (items < 0 || chosen < 0 || chosen > items)
    refuse("chosen", std::to_string(chosen), "between 0 and the number of items");
  return log_gamma(static_cast<double>(items) + 1.0) - log_gamma(static_cast<double>(chosen) + 1.0) -
         log_gamma(static_cast<double>(items - chosen) + 1.0);
}

double hypergeometric_mass(long drawn, long draws, long marked, long items) {
  if (draws < 0 || marked < 0 || draws > items || marked > items)
    refuse("draws", std::to_string(draws), "draws and marked items between 0 and the number of items");
  if (drawn < 0 || drawn > draws || drawn > marked || draws - drawn > items - marked) return 0.0;
  return std::exp(log_choose(marked, drawn) + log_choose(items - marked, draws - drawn) - log_choose(items, draws));
}

Interval wilson_interval(long successes, long trials, double confidence) {
  check_proportion(successes, trials, confidence);
  if (trials == 0) return {nan, nan};
  const double n = static_cast<double>(trials);
  const double z = normal_upper_quantile((1.0 - confidence) / 2.0);
  const double z2 = z * z;
  // Written from the smaller count, so that x of n and n − x of n give mirrored limits to the last bits.
  const bool mirrored = successes > trials - successes;
  const double x = static_cast<double>(mirrored ? trials - successes : successes);
  const double half_width = z * std::sqrt(x * (n - x) / n + z2 / 4.0);
  const double centre = x + z2 / 2.0;
  const double lower = x == 0.0 ? 0.0 : (centre - half_width) / (n + z2);
  const double upper = (centre + half_width) / (n + z2);
  return mirrored ? Interval{1.0 - upper, 1.0 - lower} : Interval{lower, upper};
}

Interval clopper_pearson_interval(long successes, long trials, double confidence) {
  check_proportion(successes, trials, confidence);
  if (trials == 0) return {nan, nan};
  const double x = static_cast<double>(successes);
  const double failures = static_cast<double>(trials - successes);
  const double tail = (1.0 - confidence) / 2.0;
  const double lower = successes == 0 ? 0.0 : boost::math::ibeta_inv(x, failures + 1.0, tail, Policy());
  const double upper = successes == trials ? 1.0 : boost::math::ibetac_inv(x + 1.0, failures, tail, Policy());
  return {lower, upper};
}

}  // namespace qpcr
