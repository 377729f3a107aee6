// Relative quantities: Livak's published example, orientation, and propagated errors against simulation.
#include <cmath>
#include <limits>
#include <vector>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/quantity/relative_quantity.hpp"
#include "tests/quantity/normal_random.hpp"

namespace {

using namespace qpcr;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

MeanCq mean_of(double cq, double standard_error, int replicates = 6) { return {replicates, cq, standard_error}; }

TEST_CASE("the published example of kidney against brain", "[relative_quantity]") {
  // Livak & Schmittgen 2001, table 1: c-myc and GAPDH in brain and kidney, mean and SD; the normalised amount of c-myc
  // in kidney is 5.6 (5.3 to 6.0).
  const std::vector<MeanCq> brain_reference{mean_of(23.63, 0.09)};
  const std::vector<MeanCq> kidney_reference{mean_of(22.66, 0.08)};
  const CqDifference brain = derive_delta_cq(mean_of(30.49, 0.15), brain_reference);
  const CqDifference kidney = derive_delta_cq(mean_of(27.03, 0.06), kidney_reference);
  CHECK(brain.cycles == Approx(6.86));
  CHECK(*brain.standard_error_cycles == Approx(0.17).margin(0.006));
  CHECK(kidney.cycles == Approx(4.37));
  CHECK(*kidney.standard_error_cycles == Approx(0.10).margin(0.006));
  const CqDifference difference = derive_delta_delta_cq(kidney, brain);
  CHECK(difference.cycles == Approx(-2.49));
  const double ratio = std::exp2(-difference.cycles);
  CHECK(ratio == Approx(5.6).margin(0.05));
  CHECK(ratio * std::exp2(-*kidney.standard_error_cycles) == Approx(5.3).margin(0.1));
  CHECK(ratio * std::exp2(*kidney.standard_error_cycles) == Approx(6.0).margin(0.1));

  const ComparedTarget target{"c-myc", mean_of(27.03, 0.06), mean_of(30.49, 0.15), {}};
  const std::vector<ComparedTarget> references{{"GAPDH", mean_of(22.66, 0.08), mean_of(23.63, 0.09), {}}};
  const RelativeQuantity whole = estimate_relative_quantity(target, references, 0.95);
  CHECK(whole.ratio == Approx(ratio).epsilon(1e-12));
  CHECK(*whole.log2_standard_error == Approx(*difference.standard_error_cycles).epsilon(1e-12));
  CHECK(*whole.degrees_of_freedom == Approx(*difference.degrees_of_freedom).epsilon(1e-12));
  CHECK(whole.ratio_interval->lower < ratio);
  CHECK(whole.ratio_interval->upper > ratio);
}

TEST_CASE("doubling the template doubles the ratio, whatever the efficiencies", "[relative_quantity]") {
  const GrowthPerCycle target_growth{1.9, 0.0};
  const GrowthPerCycle reference_growth{1.95, 0.0};
  const auto ratio = [&](double target_cq, double reference_cq) {
    const ComparedTarget target{"T", mean_of(target_cq, 0.1), mean_of(28.0, 0.1), target_growth};
    const std::vector<ComparedTarget> references{
        {"R", mean_of(reference_cq, 0.1), mean_of(22.0, 0.1), reference_growth}};
    return estimate_relative_quantity(target, references, 0.95).ratio;
  };
  const double once = ratio(27.0, 21.0);
  CHECK(once == Approx(std::pow(1.9, 28.0 - 27.0) / std::pow(1.95, 22.0 - 21.0)));
  // Twice the target in the sample.
  CHECK(ratio(27.0 - std::log(2.0) / std::log(1.9), 21.0) == Approx(2.0 * once));
  // Twice of everything: nothing changes.
  CHECK(ratio(27.0 - std::log(2.0) / std::log(1.9), 21.0 - std::log(2.0) / std::log(1.95)) == Approx(once));
}

TEST_CASE("several references count by their geometric mean", "[relative_quantity]") {
  const ComparedTarget target{"T", mean_of(25.0, 0.1), mean_of(27.0, 0.1), {1.92, 0.0}};
  const std::vector<ComparedTarget> references{{"R1", mean_of(20.0, 0.1), mean_of(20.5, 0.1), {1.9, 0.0}},
                                               {"R2", mean_of(24.0, 0.1), mean_of(23.0, 0.1), {1.85, 0.0}},
                                               {"R3", mean_of(18.0, 0.1), mean_of(18.2, 0.1), {2.0, 0.0}}};
  const double expected =
      std::pow(1.92, 2.0) / std::cbrt(std::pow(1.9, 0.5) * std::pow(1.85, -1.0) * std::pow(2.0, 0.2));
  CHECK(estimate_relative_quantity(target, references, 0.95).ratio == Approx(expected));
}

TEST_CASE("errors are the spread over simulated experiments", "[relative_quantity]") {
  test::NormalRandom random(5);
  const int runs = 4000;
  int covered = 0;
  double squares = 0.0;
  double claimed = 0.0;
  const double truth = 2.0 * std::log2(1.9) - 0.5 * (0.5 * std::log2(1.95) + 1.0 * std::log2(1.85));
  for (int i = 0; i < runs; ++i) {
    const auto replicates = [&](double cq) {
      const std::vector<double> values{cq + 0.2 * random.normal(), cq + 0.2 * random.normal(),
                                       cq + 0.2 * random.normal(), cq + 0.2 * random.normal()};
      return estimate_mean_cq(values);
    };
    const auto growth = [&](double fold) { return GrowthPerCycle{fold + 0.02 * random.normal(), 0.02}; };
    const ComparedTarget target{"T", replicates(25.0), replicates(27.0), growth(1.9)};
    const std::vector<ComparedTarget> references{{"R1", replicates(20.0), replicates(20.5), growth(1.95)},
                                                 {"R2", replicates(22.0), replicates(23.0), growth(1.85)}};
    const RelativeQuantity result = estimate_relative_quantity(target, references, 0.95);
    squares += (result.log2_ratio - truth) * (result.log2_ratio - truth);
    claimed += *result.log2_standard_error * *result.log2_standard_error;
    covered += result.log2_interval->lower <= truth && truth <= result.log2_interval->upper;
  }
  CHECK(std::sqrt(claimed / squares) == Approx(1.0).margin(0.05));
  CHECK(covered / static_cast<double>(runs) == Approx(0.95).margin(0.015));
}

TEST_CASE("what is missing stays missing", "[relative_quantity]") {
  const std::vector<double> none{nan};
  const std::vector<double> one{25.0};
  CHECK(estimate_mean_cq(none).replicates == 0);
  CHECK(std::isnan(estimate_mean_cq(none).cq_cycles));
  CHECK_FALSE(estimate_mean_cq(one).standard_error_cycles);
  const ComparedTarget target{"T", estimate_mean_cq(one), mean_of(27.0, 0.1), {}};
  const std::vector<ComparedTarget> references{{"R", mean_of(20.0, 0.1), mean_of(20.5, 0.1), {}}};
  const RelativeQuantity single = estimate_relative_quantity(target, references, 0.95);
  CHECK(single.ratio > 0.0);
  CHECK_FALSE(single.log2_standard_error);
  CHECK_FALSE(single.ratio_interval);
  const ComparedTarget absent{"T", estimate_mean_cq(none), mean_of(27.0, 0.1), {}};
  CHECK(std::isnan(estimate_relative_quantity(absent, references, 0.95).ratio));
  CHECK_THROWS_AS(estimate_relative_quantity(target, {}, 0.95), Error);
  CHECK_THROWS_AS(derive_delta_cq(mean_of(20.0, 0.1), {}), Error);
  const ComparedTarget flat{"T", mean_of(25.0, 0.1), mean_of(27.0, 0.1), {1.0, 0.0}};
  CHECK_THROWS_AS(estimate_relative_quantity(flat, references, 0.95), Error);
  CHECK(derive_growth(-1.0 / std::log10(2.0), 0.0).fold == Approx(2.0));
  CHECK_THROWS_AS(derive_growth(3.0, 0.1), Error);
}

}  // namespace
