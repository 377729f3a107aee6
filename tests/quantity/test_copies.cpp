// Copies by a calibrator, and the Poisson floor.
#include <cmath>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/quantity/copies.hpp"

namespace {

using namespace qpcr;

TEST_CASE("copies are in proportion to the starting fluorescence", "[copies]") {
  const CopyCalibrator calibrator{1000.0, -6.0, 0.03, 0.04};
  const CopyEstimate estimate = estimate_copies(-5.0, 0.12, calibrator, 0.95);
  CHECK(estimate.copies_per_reaction == Approx(10000.0));
  CHECK(estimate.log10_standard_error == Approx(0.13));
  CHECK(estimate.log10_interval.upper - estimate.log10_copies == Approx(0.13 * 1.959963984540054));
  CHECK(estimate.copies_interval.lower == Approx(std::pow(10.0, 4.0 - 0.13 * 1.959963984540054)));
  CHECK(estimate_copies(-6.0, 0.0, calibrator, 0.95).copies_per_reaction == Approx(1000.0));
  CHECK_THROWS_AS(estimate_copies(-6.0, -1.0, calibrator, 0.95), Error);
  CHECK_THROWS_AS(estimate_copies(-6.0, 0.1, {0.0, -6.0, 0.0, 0.0}, 0.95), Error);
  CHECK_THROWS_AS(estimate_copies(std::nan(""), 0.1, calibrator, 0.95), Error);
}

TEST_CASE("the Poisson floor is that of a Poisson number", "[copies]") {
  CHECK(std::pow(poisson_log10_sd(15.0), 2) == Approx(0.01257).epsilon(1e-3));
  CHECK(std::pow(poisson_log10_sd(1.0), 2) == Approx(0.1886).epsilon(1e-3));
  // The variance of log10 summed over the distribution, reactions without template left out.
  for (const double lambda : {15.0, 50.0, 500.0}) {
    double weight = 0.0;
    double mean = 0.0;
    double square = 0.0;
    for (int n = 1; n < 2000; ++n) {
      const double p = std::exp(n * std::log(lambda) - lambda - std::lgamma(n + 1.0));
      weight += p;
      mean += p * std::log10(n);
      square += p * std::log10(n) * std::log10(n);
    }
    const double variance = square / weight - mean * mean / weight / weight;
    const double first_order = std::pow(poisson_log10_sd(lambda), 2);
    CHECK(variance >= first_order);
    CHECK(variance / first_order - 1.0 == Approx(1.5 / lambda).epsilon(0.3));
  }
  CHECK_THROWS_AS(poisson_log10_sd(0.0), Error);
}

}  // namespace
