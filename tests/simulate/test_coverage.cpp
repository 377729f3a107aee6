// Measured coverage: known answers by enumeration and by theory, the same numbers at any number of threads, refusals.
#include <algorithm>
#include <cmath>
#include <string>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/math/distributions.hpp"
#include "libqpcr/simulate/coverage/coverage_page.hpp"
#include "libqpcr/study/accuracy/single_proportion.hpp"

using namespace qpcr;

namespace {

const ProportionGridRow& find_row(const std::vector<ProportionGridRow>& rows, long trials, std::string_view interval) {
  return *std::find_if(rows.begin(), rows.end(),
                       [&](const ProportionGridRow& row) { return row.trials == trials && row.interval == interval; });
}

/// Student's t interval of the mean of ten normal values, and half of it: what both cover is known.
CoverageScenario mean_of_ten() {
  CoverageScenario scenario;
  scenario.setting = "ten normal values";
  scenario.draw = [](RandomStream& stream, std::size_t, CoverageDraw& draw) {
    double sum = 0.0;
    double squares = 0.0;
    for (int i = 0; i < 10; ++i) {
      const double value = 3.0 + 2.0 * stream.normal();
      sum += value;
      squares += value * value;
    }
    const double mean = sum / 10.0;
    const double error = std::sqrt((squares - 10.0 * mean * mean) / 9.0 / 10.0);
    const double reach = student_t_upper_quantile(0.025, 9.0) * error;
    draw.add("t", Interval{mean - reach, mean + reach}, 3.0);
    draw.add("half", Interval{mean - reach / 2.0, mean + reach / 2.0}, 3.0);
    draw.add("sometimes", mean > 3.0 ? std::optional(Interval{mean - reach, mean + reach}) : std::nullopt, 3.0);
    draw.add("open", Interval{mean - reach, HUGE_VAL}, 3.0);
  };
  return scenario;
}

}  // namespace

TEST_CASE("exact intervals of a proportion never cover less than 95 %", "[coverage]") {
  const std::vector<ProportionGridRow> rows = derive_proportion_grid({10, 50});
  for (const long trials : {10L, 50L})
    for (const char* exact : {"clopper_pearson", "blaker"}) {
      const ProportionGridRow& row = find_row(rows, trials, exact);
      CHECK(row.minimum >= 0.95);
      for (const double coverage : row.coverage) CHECK(coverage >= 0.95);
      CHECK(row.mean >= row.minimum);
    }
  CHECK(find_row(rows, 50, "blaker").mean_width < find_row(rows, 50, "clopper_pearson").mean_width);
}

TEST_CASE("Wald's coverage is that of a sum by hand", "[coverage]") {
  // n = 10, p = 0.5: x ± 1.96·√(x(10 − x)/10) holds 5 for x = 3 … 7 (of 2 the upper limit is 0.448).
  const std::vector<ProportionGridRow> rows = derive_proportion_grid({10});
  CHECK(find_row(rows, 10, "wald").coverage[0] ==
        Approx((120.0 + 210.0 + 252.0 + 210.0 + 120.0) / 1024.0).epsilon(1e-12));
  // p = 0.99: ten right give [1, 1], nine and eight reach beyond 0.99, seven only 0.984.
  const double held = 10.0 * std::pow(0.99, 9) * 0.01 + 45.0 * std::pow(0.99, 8) * 1e-4;
  CHECK(find_row(rows, 10, "wald").coverage[6] == Approx(held).epsilon(1e-12));
}

TEST_CASE("Wald's coverage is as published", "[coverage]") {
  // Brown, Cai & DasGupta 2001 (10.1214/ss/1009213286), section 2: p = 0.2 has a coverage of 0.946 at n = 30 and of
  // 0.928 at n = 98; p = 0.5 has 0.951 at n = 17 and 0.919 at n = 40.
  SingleProportionOptions options;
  options.interval = ProportionInterval::wald;
  const auto cover = [&](long trials, double proportion) {
    return derive_interval_coverage(trials, std::vector<double>{proportion}, options)[0].coverage;
  };
  CHECK(std::fabs(cover(30, 0.2) - 0.946) < 0.0006);
  CHECK(std::fabs(cover(98, 0.2) - 0.928) < 0.0006);
  CHECK(std::fabs(cover(17, 0.5) - 0.951) < 0.0006);
  CHECK(std::fabs(cover(40, 0.5) - 0.919) < 0.0006);
}

TEST_CASE("a simulated t interval covers as theory says", "[coverage]") {
  CoverageOptions options;
  options.replicates = 20000;
  const std::vector<CoverageRow> rows = measure_coverage(mean_of_ten(), options);
  REQUIRE(rows.size() == 4);
  CHECK(std::fabs(*rows[0].coverage - 0.95) < 4.0 * *rows[0].standard_error);
  CHECK(*rows[0].standard_error == Approx(std::sqrt(0.95 * 0.05 / 20000.0)).epsilon(0.05));
  const double half = 1.0 - student_t_two_sided(student_t_upper_quantile(0.025, 9.0) / 2.0, 9.0);
  CHECK(std::fabs(*rows[1].coverage - half) < 4.0 * *rows[1].standard_error);
  CHECK(*rows[1].mean_width == Approx(*rows[0].mean_width / 2.0));
  // E s = σ·c4, so the mean width is 2·t·σ·c4/√n.
  const double c4 = std::sqrt(2.0 / 9.0) * std::exp(log_gamma(5.0) - log_gamma(4.5));
  CHECK(*rows[0].mean_width ==
        Approx(2.0 * student_t_upper_quantile(0.025, 9.0) * 2.0 * c4 / std::sqrt(10.0)).epsilon(0.01));
  CHECK(rows[2].not_estimable == Approx(0.5).margin(0.015));
  CHECK(std::fabs(*rows[2].coverage - 0.95) < 4.0 * *rows[2].standard_error);
  CHECK(rows[3].open == 1.0);
  CHECK_FALSE(rows[3].mean_width);
  CHECK(std::fabs(*rows[3].coverage - 0.975) < 4.0 * *rows[3].standard_error);
}

TEST_CASE("an enumeration has no simulation error and weighs its outcomes", "[coverage]") {
  CoverageScenario scenario;
  scenario.setting = "three outcomes";
  scenario.outcomes = 3;
  scenario.draw = [](RandomStream&, std::size_t index, CoverageDraw& draw) {
    draw.weight = index == 0 ? 0.5 : 0.25;
    draw.add("one", index == 2 ? std::nullopt : std::optional(Interval{0.0, static_cast<double>(index) + 1.0}), 1.5);
  };
  const CoverageRow row = measure_coverage(scenario, {})[0];
  CHECK(row.replicates == 0);
  CHECK_FALSE(row.standard_error);
  CHECK(*row.coverage == Approx(0.25 / 0.75));
  CHECK(*row.mean_width == Approx((0.5 * 1.0 + 0.25 * 2.0) / 0.75));
  CHECK(row.not_estimable == Approx(0.25));
}

TEST_CASE("coverage does not depend on the number of threads", "[coverage]") {
  CoverageOptions one;
  one.replicates = 60;
  one.threads = 1;
  CoverageOptions two = one;
  two.threads = 2;
  CHECK(measure_coverage(mean_of_ten(), one) == measure_coverage(mean_of_ten(), two));
  for (const CoverageSection& section : list_coverage_sections()) {
    const CoverageScenario& scenario = section.scenarios.back();
    if (scenario.outcomes > 3000) continue;
    INFO(scenario.setting);
    CHECK(measure_coverage(scenario, one) == measure_coverage(scenario, two));
  }
  CoverageOptions other = one;
  other.seed = 2;
  CHECK(measure_coverage(mean_of_ten(), one) != measure_coverage(mean_of_ten(), other));
}

TEST_CASE("every setting stands once, and probabilities sum to 1", "[coverage]") {
  std::vector<std::string> settings;
  for (const CoverageSection& section : list_coverage_sections())
    for (const CoverageScenario& scenario : section.scenarios) {
      settings.push_back(section.title + scenario.setting);
      if (scenario.outcomes == 0 || scenario.outcomes > 3000) continue;
      double sum = 0.0;
      for (std::size_t index = 0; index < scenario.outcomes; ++index) {
        RandomStream stream(1, index);
        CoverageDraw draw;
        scenario.draw(stream, index, draw);
        sum += draw.weight;
      }
      INFO(scenario.setting);
      CHECK(sum == Approx(1.0).epsilon(1e-9));
    }
  std::sort(settings.begin(), settings.end());
  CHECK(std::adjacent_find(settings.begin(), settings.end()) == settings.end());
}

TEST_CASE("coverage refuses what has no meaning", "[coverage]") {
  for (const long replicates : {0L, 9L, -1L, 2000000L}) {
    CoverageOptions options;
    options.replicates = replicates;
    CHECK_THROWS_AS(measure_coverage(mean_of_ten(), options), Error);
  }
  CoverageOptions options;
  options.threads = -1;
  CHECK_THROWS_AS(measure_coverage(mean_of_ten(), options), Error);
}
