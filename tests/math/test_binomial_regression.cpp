// Binomial regression against published fits, an own Newton search, and separation found by enumeration.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/math/binomial_regression.hpp"

namespace qpcr {
namespace {

struct DoseTable {
  std::vector<double> design;
  std::vector<double> successes;
  std::vector<double> trials;
  std::vector<double> offset;

  void add(double x, double positive, double of) {
    design.push_back(1.0);
    design.push_back(x);
    successes.push_back(positive);
    trials.push_back(of);
  }
  BinomialData data() const { return {design, successes, trials, offset}; }
  BinomialFit fit(const BinomialRegressionOptions& options = {}) const {
    return fit_binomial_regression(data(), options);
  }
};

/// Beetles killed by carbon disulphide (Bliss 1935), dose in log10.
DoseTable make_beetles() {
  DoseTable table;
  const std::array dose{1.6907, 1.7242, 1.7552, 1.7842, 1.8113, 1.8369, 1.8610, 1.8839};
  const std::array killed{6.0, 13.0, 18.0, 28.0, 52.0, 53.0, 61.0, 60.0};
  const std::array exposed{59.0, 60.0, 62.0, 56.0, 63.0, 59.0, 62.0, 60.0};
  for (std::size_t i = 0; i < dose.size(); ++i) table.add(dose[i], killed[i], exposed[i]);
  return table;
}

DoseTable make_overlapping() {
  DoseTable table;
  for (int i = 0; i < 12; ++i) table.add(0.3 * i - 1.0, (i * 5) % 7 < 3 + i / 3 ? 2.0 : 1.0, 3.0);
  return table;
}

double plain_probability(BinomialLink link, double eta) {
  if (link == BinomialLink::logit) return 1.0 / (1.0 + std::exp(-eta));
  if (link == BinomialLink::probit) return 0.5 * std::erfc(-eta / std::sqrt(2.0));
  if (link == BinomialLink::complementary_log_log) return 1.0 - std::exp(-std::exp(eta));
  return std::exp(-std::exp(-eta));
}

double plain_likelihood(const DoseTable& table, BinomialLink link, double a, double b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < table.trials.size(); ++i) {
    const double eta = a + b * table.design[2 * i + 1] + (table.offset.empty() ? 0.0 : table.offset[i]);
    const double p = plain_probability(link, eta);
    if (table.successes[i] > 0) sum += table.successes[i] * std::log(p);
    if (table.successes[i] < table.trials[i]) sum += (table.trials[i] - table.successes[i]) * std::log(1.0 - p);
  }
  return sum;
}

const std::array all_links{BinomialLink::logit, BinomialLink::probit, BinomialLink::complementary_log_log,
                           BinomialLink::log_log};

TEST_CASE("the beetles of Bliss 1935 give the published coefficients for three links") {
  struct Published {
    BinomialLink link;
    double intercept, slope, intercept_error, slope_error, deviance, tolerance;
  };
  // Dobson & Barnett, An Introduction to Generalized Linear Models, and R's glm.
  for (const Published& one :
       {Published{BinomialLink::logit, -60.717, 34.270, 5.181, 2.912, 11.232, 6e-4},
        Published{BinomialLink::probit, -34.935, 19.728, 2.648, 1.487, 10.120, 6e-4},
        Published{BinomialLink::complementary_log_log, -39.572, 22.041, 3.240, 1.799, 3.4464, 6e-4}}) {
    BinomialRegressionOptions options;
    options.link = one.link;
    const BinomialFit fit = make_beetles().fit(options);
    REQUIRE(fit.converged);
    CHECK(fit.coefficients[0] == Approx(one.intercept).margin(one.tolerance));
    CHECK(fit.coefficients[1] == Approx(one.slope).margin(one.tolerance));
    CHECK(std::sqrt(fit.covariance[0]) == Approx(one.intercept_error).margin(one.tolerance));
    CHECK(std::sqrt(fit.covariance[3]) == Approx(one.slope_error).margin(one.tolerance));
    CHECK(fit.deviance == Approx(one.deviance).margin(one.tolerance));
    CHECK(fit.separation == Separation::none);
  }
}

TEST_CASE("no step in any direction improves a fit, by the likelihood written out") {
  for (const BinomialLink link : all_links) {
    for (const DoseTable& table : {make_beetles(), make_overlapping()}) {
      BinomialRegressionOptions options;
      options.link = link;
      const BinomialFit fit = table.fit(options);
      REQUIRE(fit.converged);
      const double a = fit.coefficients[0];
      const double b = fit.coefficients[1];
      const double best = plain_likelihood(table, link, a, b);
      CHECK(fit.kernel_log_likelihood == Approx(best).epsilon(1e-12));
      // Central differences of the likelihood are 0 in the scale of the standard errors.
      const double h = 1e-4;
      const double ea = h * std::sqrt(fit.covariance[0]);
      const double eb = h * std::sqrt(fit.covariance[3]);
      CHECK(std::abs(plain_likelihood(table, link, a + ea, b) - plain_likelihood(table, link, a - ea, b)) <
            1e-12 * std::abs(best) * 10);
      CHECK(std::abs(plain_likelihood(table, link, a, b + eb) - plain_likelihood(table, link, a, b - eb)) <
            1e-12 * std::abs(best) * 10);
    }
  }
}

TEST_CASE("the observed information is the curvature of the likelihood") {
  for (const BinomialLink link : all_links) {
    BinomialRegressionOptions options;
    options.link = link;
    options.observed_information = true;
    const DoseTable table = make_overlapping();
    const BinomialFit fit = table.fit(options);
    const double a = fit.coefficients[0];
    const double b = fit.coefficients[1];
    const double h = 1e-3;
    const auto at = [&](double da, double db) { return plain_likelihood(table, link, a + da * h, b + db * h); };
    const double aa = -(at(1, 0) - 2 * at(0, 0) + at(-1, 0)) / (h * h);
    const double bb = -(at(0, 1) - 2 * at(0, 0) + at(0, -1)) / (h * h);
    const double ab = -(at(1, 1) - at(1, -1) - at(-1, 1) + at(-1, -1)) / (4 * h * h);
    const double determinant = aa * bb - ab * ab;
    CHECK(fit.covariance[0] == Approx(bb / determinant).epsilon(1e-5));
    CHECK(fit.covariance[3] == Approx(aa / determinant).epsilon(1e-5));
    CHECK(fit.covariance[1] == Approx(-ab / determinant).epsilon(1e-5));
  }
}

TEST_CASE("Firth's fit maximises the penalised likelihood, by the same written out") {
  for (const BinomialLink link : all_links) {
    BinomialRegressionOptions options;
    options.link = link;
    options.firth = true;
    DoseTable table;
    for (int i = 0; i < 6; ++i) table.add(i - 2.5, i < 3 ? 0.0 : 2.0, 2.0);
    const BinomialFit fit = table.fit(options);
    REQUIRE(fit.converged);
    CHECK(fit.separation == Separation::complete);
    const auto objective = [&](double a, double b) {
      double aa = 0;
      double ab = 0;
      double bb = 0;
      for (std::size_t i = 0; i < table.trials.size(); ++i) {
        const double x = table.design[2 * i + 1];
        const double p = plain_probability(link, a + b * x);
        const double slope =
            (plain_probability(link, a + b * x + 1e-6) - plain_probability(link, a + b * x - 1e-6)) / 2e-6;
        const double w = table.trials[i] * slope * slope / (p * (1 - p));
        aa += w;
        ab += w * x;
        bb += w * x * x;
      }
      return plain_likelihood(table, link, a, b) + 0.5 * std::log(aa * bb - ab * ab);
    };
    const double a = fit.coefficients[0];
    const double b = fit.coefficients[1];
    CHECK(fit.penalised_log_likelihood == Approx(objective(a, b)).epsilon(1e-8));
    for (const double d : {-1e-2, 1e-2}) {
      CHECK(objective(a + d, b) < objective(a, b));
      CHECK(objective(a, b + d) < objective(a, b));
      // Symmetric about the maximum to first order.
      CHECK(std::abs(objective(a + d, b) - objective(a - d, b)) < 2e-5);
      CHECK(std::abs(objective(a, b + d) - objective(a, b - d)) < 2e-5);
    }
  }
}

TEST_CASE("Firth's logit of a single proportion adds half a success and half a failure") {
  DoseTable table;
  table.design = {1.0};
  table.successes = {0.0};
  table.trials = {10.0};
  BinomialRegressionOptions options;
  options.firth = true;
  const BinomialFit fit = table.fit(options);
  REQUIRE(fit.converged);
  CHECK(fit.fitted[0] == Approx(0.5 / 11.0).epsilon(1e-12));
}

TEST_CASE("splitting rows into single trials and permuting them changes nothing but the deviance") {
  const DoseTable grouped = make_beetles();
  DoseTable single;
  for (std::size_t i = grouped.trials.size(); i-- > 0;) {
    for (int k = 0; k < static_cast<int>(grouped.trials[i]); ++k)
      single.add(grouped.design[2 * i + 1], k < grouped.successes[i] ? 1.0 : 0.0, 1.0);
  }
  for (const BinomialLink link : all_links) {
    BinomialRegressionOptions options;
    options.link = link;
    const BinomialFit a = grouped.fit(options);
    const BinomialFit b = single.fit(options);
    for (std::size_t j = 0; j < 2; ++j) CHECK(a.coefficients[j] == Approx(b.coefficients[j]).epsilon(1e-10));
    for (std::size_t j = 0; j < 4; ++j) CHECK(a.covariance[j] == Approx(b.covariance[j]).epsilon(1e-9));
    CHECK(a.kernel_log_likelihood == Approx(b.kernel_log_likelihood).epsilon(1e-12));
    CHECK(a.log_likelihood > b.log_likelihood);
  }
}

TEST_CASE("a held coefficient and an offset say the same") {
  DoseTable table = make_overlapping();
  BinomialRegressionOptions held;
  held.link = BinomialLink::probit;
  held.held = {std::nullopt, 0.7};
  const BinomialFit by_holding = table.fit(held);
  DoseTable shifted;
  for (std::size_t i = 0; i < table.trials.size(); ++i) {
    shifted.design.push_back(1.0);
    shifted.offset.push_back(0.7 * table.design[2 * i + 1]);
  }
  shifted.successes = table.successes;
  shifted.trials = table.trials;
  BinomialRegressionOptions options;
  options.link = BinomialLink::probit;
  const BinomialFit by_offset = shifted.fit(options);
  REQUIRE(by_holding.converged);
  CHECK(by_holding.coefficients[1] == Approx(0.7).epsilon(1e-14));
  CHECK(by_holding.coefficients[0] == Approx(by_offset.coefficients[0]).epsilon(1e-10));
  CHECK(by_holding.covariance[0] == Approx(by_offset.covariance[0]).epsilon(1e-9));
  CHECK(by_holding.covariance[3] == 0.0);
  CHECK(by_holding.kernel_log_likelihood < table.fit({}).kernel_log_likelihood + 1e-6);
}

TEST_CASE("an intercept alone has the closed form, with rows that say nothing predicted only") {
  DoseTable table;
  table.design = {1.0, 1.0, 1.0};
  table.successes = {3.0, 4.0, 0.0};
  table.trials = {10.0, 10.5, 0.0};
  for (const BinomialLink link : all_links) {
    BinomialRegressionOptions options;
    options.link = link;
    const BinomialFit fit = table.fit(options);
    REQUIRE(fit.converged);
    CHECK(fit.rows == 2);
    CHECK(fit.fitted[2] == Approx(7.0 / 20.5).epsilon(1e-13));
    CHECK(fit.coefficients[0] == Approx(apply_link(link, 7.0 / 20.5)).epsilon(1e-12));
  }
}

TEST_CASE("separation of one column is that of the ranges, on all outcomes of six doses") {
  for (int outcomes = 0; outcomes < 64; ++outcomes) {
    DoseTable table;
    double low[2] = {99, 99};
    double high[2] = {-99, -99};
    // Two doses are equal, so that quasi-complete separation occurs.
    const std::array dose{0.0, 1.0, 2.0, 2.0, 3.5, 7.0};
    for (std::size_t i = 0; i < 6; ++i) {
      const int y = (outcomes >> i) & 1;
      table.add(dose[i], y, 1.0);
      low[y] = std::min(low[y], dose[i]);
      high[y] = std::max(high[y], dose[i]);
    }
    Separation expected = Separation::none;
    if (outcomes == 0 || outcomes == 63 || high[0] < low[1] || high[1] < low[0]) {
      expected = Separation::complete;
    } else if (high[0] <= low[1] || high[1] <= low[0]) {
      expected = Separation::quasi_complete;
    }
    CAPTURE(outcomes);
    CHECK(find_separation(table.data()) == expected);
    const BinomialFit fit = table.fit();
    CHECK(fit.exists() == (expected == Separation::none));
    CHECK(fit.separation == expected);
  }
}

TEST_CASE("separation in the plane is what a turn through all directions finds") {
  std::mt19937 engine(7);
  std::uniform_int_distribution<int> grid(-3, 3);
  std::uniform_int_distribution<int> coin(0, 1);
  int seen[3] = {0, 0, 0};
  for (int repeat = 0; repeat < 400; ++repeat) {
    std::vector<double> design;
    std::vector<double> successes;
    const std::vector<double> trials(6, 1.0);
    for (std::size_t i = 0; i < 6; ++i) {
      design.push_back(grid(engine));
      design.push_back(grid(engine));
      successes.push_back(coin(engine));
    }
    // Candidate directions: perpendicular to a row, and between two neighbours of those.
    std::vector<double> angles;
    for (std::size_t i = 0; i < 6; ++i) {
      const double angle = std::atan2(design[2 * i], -design[2 * i + 1]);
      if (design[2 * i] != 0.0 || design[2 * i + 1] != 0.0) {
        angles.push_back(angle);
        angles.push_back(angle > 0 ? angle - M_PI : angle + M_PI);
      }
    }
    std::sort(angles.begin(), angles.end());
    const std::size_t exact = angles.size();
    for (std::size_t i = 0; i < exact; ++i) {
      const double next = i + 1 < exact ? angles[i + 1] : angles[0] + 2 * M_PI;
      angles.push_back(0.5 * (angles[i] + next));
    }
    Separation expected = Separation::none;
    for (const double angle : angles) {
      bool agrees = true;
      bool strict = true;
      bool some = false;
      for (std::size_t i = 0; i < 6; ++i) {
        const double sign = successes[i] > 0 ? 1.0 : -1.0;
        const double along = sign * (std::cos(angle) * design[2 * i] + std::sin(angle) * design[2 * i + 1]);
        agrees = agrees && along > -1e-9;
        // A row of zeros says nothing, whatever its outcome.
        if (design[2 * i] != 0.0 || design[2 * i + 1] != 0.0) strict = strict && along > 1e-9;
        some = some || along > 1e-9;
      }
      if (agrees && some && expected == Separation::none) expected = Separation::quasi_complete;
      if (agrees && some && strict) expected = Separation::complete;
    }
    ++seen[static_cast<int>(expected)];
    CAPTURE(repeat);
    CHECK(find_separation({design, successes, trials, {}}) == expected);
  }
  for (const int count : seen) CHECK(count > 5);
}

TEST_CASE("columns that depend on each other are told by the rank") {
  std::vector<double> design;
  std::vector<double> successes;
  for (int i = 0; i < 8; ++i) {
    design.insert(design.end(), {1.0, static_cast<double>(i), 3.0 - 2.0 * i});
    successes.push_back(i % 2);
  }
  const std::vector<double> trials(8, 1.0);
  const BinomialFit fit = fit_binomial_regression({design, successes, trials, {}}, {});
  CHECK(fit.rank == 2);
  CHECK_FALSE(fit.exists());
  const BinomialFit narrow = fit_binomial_regression(
      {std::span(design).first(6), std::span(successes).first(2), std::span(trials).first(2), {}}, {});
  CHECK(narrow.rank == 2);
  CHECK_FALSE(narrow.exists());
}

TEST_CASE("a dose on a far scale fits as on its own") {
  DoseTable far;
  const DoseTable near = make_beetles();
  for (std::size_t i = 0; i < near.trials.size(); ++i)
    far.add(1e6 + 1e-2 * near.design[2 * i + 1], near.successes[i], near.trials[i]);
  const BinomialFit a = near.fit();
  const BinomialFit b = far.fit();
  REQUIRE(b.converged);
  CHECK(b.coefficients[1] * 1e-2 == Approx(a.coefficients[1]).epsilon(1e-6));
  CHECK(b.deviance == Approx(a.deviance).epsilon(1e-6));
}

TEST_CASE("data that mean nothing are refused") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<double> two{1.0, 1.0};
  CHECK_THROWS_AS(fit_binomial_regression({two, std::vector{1.0, 0.0}, std::vector{1.0}, {}}, {}), Error);
  CHECK_THROWS_AS(fit_binomial_regression({two, std::vector{2.0, 0.0}, two, {}}, {}), Error);
  CHECK_THROWS_AS(fit_binomial_regression({two, std::vector{nan, 0.0}, two, {}}, {}), Error);
  CHECK_THROWS_AS(fit_binomial_regression({two, std::vector{0.0, 0.0}, std::vector{0.0, 0.0}, {}}, {}), Error);
  CHECK_THROWS_AS(fit_binomial_regression({std::vector{1.0, nan}, two, two, {}}, {}), Error);
  CHECK_THROWS_AS(fit_binomial_regression({two, two, two, std::vector{nan, 0.0}}, {}), Error);
  CHECK_THROWS_AS(fit_binomial_regression({{}, {}, {}, {}}, {}), Error);
  BinomialRegressionOptions options;
  options.held = {1.0, 2.0};
  CHECK_THROWS_AS(fit_binomial_regression({two, two, two, {}}, options), Error);
}

TEST_CASE("a link and its inverse undo each other") {
  for (const BinomialLink link : all_links) {
    for (const double p : {1e-12, 1e-3, 0.2, 0.5, 0.95, 1.0 - 1e-9})
      CHECK(inverse_link(link, apply_link(link, p)) == Approx(p).epsilon(1e-9));
    for (const double eta : {-800.0, -40.0, 40.0, 800.0}) CHECK(std::isfinite(inverse_link(link, eta)));
  }
}

}  // namespace
}  // namespace qpcr
