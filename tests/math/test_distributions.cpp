// Quantiles against published values, binomial intervals against R and their defining equations.
#include <cmath>
#include <fstream>
#include <limits>

#include <boost/math/distributions/binomial.hpp>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/math/distributions.hpp"
#include "tests/support/reference_data.hpp"

namespace {

using qpcr::clopper_pearson_interval;
using qpcr::wilson_interval;

Approx exactly(double value) { return Approx(value).epsilon(1e-12).margin(1e-14); }

TEST_CASE("normal and t quantiles, both tails") {
  CHECK(qpcr::normal_quantile(0.975) == exactly(1.959963984540054));
  CHECK(qpcr::normal_upper_quantile(0.025) == exactly(1.959963984540054));
  CHECK(qpcr::normal_upper_quantile(1e-300) == exactly(37.0470962993612));
  CHECK(qpcr::normal_quantile(0.5) == 0.0);
  CHECK(qpcr::normal_quantile(0.0) == -std::numeric_limits<double>::infinity());
  CHECK(qpcr::normal_cumulative(1.959963984540054) == exactly(0.975));
  CHECK(qpcr::normal_upper_tail(10.0) == Approx(7.619853024160527e-24).epsilon(1e-10).margin(0));
  CHECK(qpcr::student_t_upper_quantile(0.025, 4.0) == exactly(2.776445105198055));
  CHECK_THROWS_AS(qpcr::normal_quantile(1.5), qpcr::Error);
  CHECK_THROWS_AS(qpcr::normal_quantile(std::nan("")), qpcr::Error);
  CHECK_THROWS_AS(qpcr::student_t_upper_quantile(0.025, 0.0), qpcr::Error);
}

TEST_CASE("Clopper–Pearson limits leave exactly the tail in the binomial sum") {
  for (const long trials : {1L, 7L, 30L, 211L}) {
    for (long successes = 0; successes <= trials; successes += std::max(1L, trials / 7)) {
      const qpcr::Interval interval = clopper_pearson_interval(successes, trials, 0.95);
      CAPTURE(successes, trials);
      const double n = static_cast<double>(trials);
      const double k = static_cast<double>(successes);
      if (successes > 0) {
        const boost::math::binomial at_lower(n, interval.lower);
        CHECK(boost::math::cdf(boost::math::complement(at_lower, k - 1.0)) == Approx(0.025).epsilon(1e-9));
      } else {
        CHECK(interval.lower == 0.0);
      }
      if (successes < trials) {
        CHECK(boost::math::cdf(boost::math::binomial(n, interval.upper), k) == Approx(0.025).epsilon(1e-9));
      } else {
        CHECK(interval.upper == 1.0);
      }
    }
  }
}

TEST_CASE("Wilson limits solve the score equation and mirror") {
  const double z = 1.959963984540054;
  for (const auto& [successes, trials] : {std::pair{3L, 17L}, std::pair{88L, 100L}, std::pair{999L, 1000L}}) {
    const qpcr::Interval interval = wilson_interval(successes, trials, 0.95);
    const double n = static_cast<double>(trials);
    const double estimate = static_cast<double>(successes) / n;
    for (const double limit : {interval.lower, interval.upper}) {
      CHECK(std::abs(estimate - limit) == Approx(z * std::sqrt(limit * (1.0 - limit) / n)).epsilon(1e-11));
    }
    const qpcr::Interval mirror = wilson_interval(trials - successes, trials, 0.95);
    CHECK(mirror.lower == exactly(1.0 - interval.upper));
    CHECK(mirror.upper == exactly(1.0 - interval.lower));
  }
  CHECK(wilson_interval(0, 20, 0.95).lower == 0.0);
  CHECK(wilson_interval(20, 20, 0.95).upper == 1.0);
}

TEST_CASE("no trials give no limits, nonsense is refused") {
  CHECK(std::isnan(wilson_interval(0, 0, 0.95).lower));
  CHECK(std::isnan(clopper_pearson_interval(0, 0, 0.95).upper));
  CHECK_THROWS_AS(wilson_interval(-1, 5, 0.95), qpcr::Error);
  CHECK_THROWS_AS(wilson_interval(6, 5, 0.95), qpcr::Error);
  CHECK_THROWS_AS(clopper_pearson_interval(1, 5, 1.0), qpcr::Error);
  CHECK_THROWS_AS(clopper_pearson_interval(1, 5, std::nan("")), qpcr::Error);
}

TEST_CASE("proportion intervals of R", "[reference]") {
  std::ifstream file(qpcr::test::reference_data() / "statistics" / "reference" / "single_proportion_ci.json");
  const auto cases = nlohmann::json::parse(file).at("cases");
  int compared = 0;
  for (const auto& one : cases) {
    const auto& input = one.at("input");
    const auto& expected = one.at("expected");
    CAPTURE(one.at("id").get<std::string>());
    const long successes = input.at("x").get<long>();
    const long trials = input.at("n").get<long>();
    const double confidence = input.at("conf_level").get<double>();
    const qpcr::Interval wilson = wilson_interval(successes, trials, confidence);
    const qpcr::Interval exact = clopper_pearson_interval(successes, trials, confidence);
    CHECK(wilson.lower == exactly(expected.at("wilson")[0].get<double>()));
    CHECK(wilson.upper == exactly(expected.at("wilson")[1].get<double>()));
    CHECK(exact.lower == exactly(expected.at("clopper_pearson")[0].get<double>()));
    CHECK(exact.upper == exactly(expected.at("clopper_pearson")[1].get<double>()));
    ++compared;
  }
  CHECK(compared >= 100);
}

TEST_CASE("tails of Student's t and of F") {
  // Tables print 2.228 for 10 degrees; the quantile's own inverse to the last digits.
  CHECK(qpcr::student_t_upper_tail(2.228, 10.0) == Approx(0.025).epsilon(1e-3));
  for (const double p : {0.3, 0.025, 1e-6})
    CHECK(qpcr::student_t_upper_tail(qpcr::student_t_upper_quantile(p, 10.0), 10.0) == Approx(p).epsilon(1e-10));
  CHECK(qpcr::student_t_upper_tail(0.0, 3.0) == Approx(0.5));
  for (const double t : {0.1, 1.0, 5.0, 30.0})
    CHECK(qpcr::f_upper_tail(t * t, 1.0, 7.0) == Approx(2.0 * qpcr::student_t_upper_tail(t, 7.0)).epsilon(1e-12));
  // Closed form for two numerator degrees.
  for (const double f : {0.0, 0.5, 3.0, 100.0})
    CHECK(qpcr::f_upper_tail(f, 2.0, 9.0) == Approx(std::pow(1.0 + 2.0 * f / 9.0, -4.5)).epsilon(1e-12));
  CHECK_THROWS_AS(qpcr::f_upper_tail(-1.0, 2.0, 9.0), qpcr::Error);
  CHECK_THROWS_AS(qpcr::f_upper_tail(1.0, 0.0, 9.0), qpcr::Error);
  CHECK_THROWS_AS(qpcr::student_t_upper_tail(1.0, 0.0), qpcr::Error);
}

}  // namespace
