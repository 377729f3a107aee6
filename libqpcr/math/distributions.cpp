// Boost.Math behind our own names, errors turned into ours.
#include "libqpcr/math/distributions.hpp"

#include <cmath>
#include <limits>
#include <string>

#include <boost/math/distributions/fisher_f.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/special_functions/beta.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr {
namespace {

// Double arithmetic throughout, so that a value does not depend on the width of long double.
using Policy = boost::math::policies::policy<boost::math::policies::promote_double<false>>;
using Normal = boost::math::normal_distribution<double, Policy>;
using StudentT = boost::math::students_t_distribution<double, Policy>;
using FisherF = boost::math::fisher_f_distribution<double, Policy>;

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
