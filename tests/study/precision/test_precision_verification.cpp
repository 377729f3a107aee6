// EP15: factors of the upper verification limit, the chance of a false rejection, and the target.
#include <cmath>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/study/precision/precision_verification.hpp"
#include "tests/study/precision/precision_designs.hpp"

using namespace qpcr;
using namespace qpcr::test;

namespace {

PrecisionVerificationOptions claim(double repeatability, double within) {
  PrecisionVerificationOptions options;
  options.claimed_repeatability_sd = repeatability;
  options.claimed_within_laboratory_sd = within;
  return options;
}

}  // namespace

TEST_CASE("limits of five days of five replicates", "[precision_verification]") {
  ResamplingStream stream(1, 1);
  const DayRunStudy study = draw_days(stream, 5, 1, 5, 0.0, 0.0, 1.0);
  const auto found = estimate_precision_verification(study.values, make_factor("day", study.day), claim(1.0, 1.0));
  CHECK(found.days == 5);
  CHECK(found.replicates == Approx(5.0));
  // χ²(0.95, 20) = 31.4104 of the tables.
  CHECK(*found.repeatability.upper_verification_limit == Approx(std::sqrt(31.4104 / 20.0)).epsilon(1e-5));
  // Both claims equal: a fifth of the days' mean square and four fifths of the error's.
  const double degrees = 1.0 / (0.04 / 4.0 + 0.64 / 20.0);
  CHECK(*found.within_laboratory.limit_degrees == Approx(degrees));
  PrecisionVerificationOptions two = claim(1.0, 1.0);
  two.levels = 2;
  const auto stricter = estimate_precision_verification(study.values, make_factor("day", study.day), two);
  // χ²(0.975, 20) = 34.1696
  CHECK(*stricter.repeatability.upper_verification_limit == Approx(std::sqrt(34.1696 / 20.0)).epsilon(1e-5));
}

TEST_CASE("a true claim and a true target fail as often as they should", "[precision_verification]") {
  constexpr int studies = 2000;
  int repeatability = 0, within = 0, target = 0, covered = 0;
  for (int s = 0; s < studies; ++s) {
    ResamplingStream stream(77, static_cast<std::uint64_t>(s));
    const DayRunStudy study = draw_days(stream, 5, 1, 5, 0.8, 0.0, 1.0);
    PrecisionVerificationOptions options = claim(1.0, std::sqrt(1.64));
    options.target = 20.0;
    const auto found = estimate_precision_verification(study.values, make_factor("day", study.day), options);
    repeatability += *found.repeatability.verified ? 0 : 1;
    within += *found.within_laboratory.verified ? 0 : 1;
    target += *found.target_verified ? 0 : 1;
    covered += found.mean.interval->lower <= 20.0 && found.mean.interval->upper >= 20.0 ? 1 : 0;
  }
  const auto share = [](int count) { return count / static_cast<double>(studies); };
  CHECK(share(repeatability) == Approx(0.05).margin(0.015));
  CHECK(share(within) == Approx(0.05).margin(0.025));
  CHECK(share(target) == Approx(0.05).margin(0.015));
  CHECK(share(covered) == Approx(0.95).margin(0.015));
}

TEST_CASE("recovery and bias follow the mean", "[precision_verification]") {
  const std::vector<double> values{9, 10, 11, 10, 11, 12, 8, 9, 10};
  const PrecisionFactor day = make_factor("day", {1, 1, 1, 2, 2, 2, 3, 3, 3});
  PrecisionVerificationOptions options;
  options.target = 8.0;
  const auto found = estimate_precision_verification(values, day, options);
  CHECK(*found.mean.value == Approx(10.0));
  CHECK(*found.bias.value == Approx(2.0));
  CHECK(*found.recovery.value == Approx(125.0));
  // Day means 10, 11, 9: their standard error is 1/√3 with two degrees of freedom.
  CHECK(*found.mean.standard_error == Approx(1.0 / std::sqrt(3.0)));
  CHECK(found.mean.interval->upper == Approx(10.0 + 4.302652730 / std::sqrt(3.0)));
  CHECK(*found.target_verified);
  CHECK_FALSE(found.repeatability.verified.has_value());
  options.target_standard_error = 3.0;
  CHECK(*estimate_precision_verification(values, day, options).bias.standard_error ==
        Approx(std::sqrt(1.0 / 3.0 + 9.0)));
}

TEST_CASE("a verification without sense is refused", "[precision_verification]") {
  const std::vector<double> values{1, 2, 3, 4};
  const PrecisionFactor day = make_factor("day", {1, 1, 2, 2});
  for (const auto& options : {claim(0.0, 1.0), claim(2.0, 1.0), claim(1.0, std::nan(""))})
    CHECK_THROWS_AS(estimate_precision_verification(values, day, options), Error);
  PrecisionVerificationOptions options;
  options.claimed_within_laboratory_sd = 1.0;
  CHECK_THROWS_AS(estimate_precision_verification(values, day, options), Error);
  CHECK_THROWS_AS(estimate_precision_verification(values, make_factor("day", {1, 1, 1, 1}), {}), Error);
  CHECK(estimate_precision_verification(values, make_factor("day", {1, 2, 3, 4}), {}).mean.why_absent->id ==
        "not_estimable_no_replicates");
}
