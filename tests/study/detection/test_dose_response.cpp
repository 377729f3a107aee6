// The curve of hit rates and its inversion: published values, a naive search, Fieller's set by its definition.
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/study/detection/dose_response.hpp"

namespace qpcr {
namespace {

const std::vector<HitRow> twenty{{1, 4, 20}, {2.5, 9, 20}, {5, 14, 20}, {10, 18, 20}, {20, 20, 20}, {40, 20, 20}};
const std::vector<BinomialLink> links{BinomialLink::probit, BinomialLink::logit, BinomialLink::complementary_log_log,
                                      BinomialLink::log_log};

DoseResponse fit(const std::vector<HitRow>& rows, BinomialLink link, DoseScale scale) {
  DoseResponseOptions options;
  options.link = link;
  options.scale = scale;
  options.targets = {0.05, 0.5, 0.95};
  return fit_dose_response(rows, options);
}

TEST_CASE("insecticide of Finney gives the doses of MASS::dose.p", "[detection]") {
  // Venables & Ripley 2002, section 7.2: budworm males, doses 1 … 32 µg as log2, logit; LD50 of males 4.69
  // (log2 2.231).
  const std::vector<HitRow> males{{1, 1, 20}, {2, 4, 20}, {4, 9, 20}, {8, 13, 20}, {16, 18, 20}, {32, 20, 20}};
  const DoseResponse curve = fit(males, BinomialLink::logit, DoseScale::log10);
  REQUIRE_FALSE(curve.why_absent);
  CHECK(curve.slope * std::log10(2.0) == Approx(1.2589).margin(1e-4));
  CHECK(curve.intercept == Approx(-2.8186).margin(1e-4));
  CHECK(curve.doses[1].delta.value.value() == Approx(4.7208).margin(2e-3));
}

TEST_CASE("the fitted curve is the highest of a fine grid", "[detection]") {
  for (const BinomialLink link : links) {
    for (const DoseScale scale : {DoseScale::log10, DoseScale::linear}) {
      const DoseResponse curve = fit(twenty, link, scale);
      const auto likelihood = [&](double a, double b) {
        double sum = 0.0;
        for (const HitRow& row : twenty) {
          const double x = scale == DoseScale::log10 ? std::log10(row.dose) : row.dose;
          const double p = inverse_link(link, a + b * x);
          if (row.positive > 0) sum += static_cast<double>(row.positive) * std::log(p);
          if (row.positive < row.tested) sum += static_cast<double>(row.tested - row.positive) * std::log1p(-p);
        }
        return sum;
      };
      const double best = likelihood(curve.intercept, curve.slope);
      for (int i = -20; i <= 20; ++i) {
        for (int k = -20; k <= 20; ++k) {
          CHECK(likelihood(curve.intercept + 0.1 * i * curve.intercept_standard_error,
                           curve.slope + 0.1 * k * curve.slope_standard_error) <= best + 1e-12);
        }
      }
    }
  }
}

TEST_CASE("Fieller's limits are where the line's band meets the target, found by scanning", "[detection]") {
  for (const BinomialLink link : links) {
    const DoseResponse curve = fit(twenty, link, DoseScale::log10);
    const double z = 1.959963984540054;
    for (const DoseAtTarget& dose : curve.doses) {
      const double eta = apply_link(link, dose.target);
      const auto outside = [&](double x) {
        const double error = curve.intercept_standard_error * curve.intercept_standard_error +
                             2 * x * curve.covariance + x * x * curve.slope_standard_error * curve.slope_standard_error;
        return std::abs(eta - curve.intercept - curve.slope * x) > z * std::sqrt(error);
      };
      REQUIRE(dose.fieller.interval);
      const double low = std::log10(dose.fieller.interval->lower);
      const double high = std::log10(dose.fieller.interval->upper);
      CHECK(outside(low - 1e-7));
      CHECK_FALSE(outside(low + 1e-7));
      CHECK_FALSE(outside(high - 1e-7));
      CHECK(outside(high + 1e-7));
      for (int i = 1; i < 100; ++i) CHECK_FALSE(outside(low + (high - low) * i / 100.0));
    }
  }
}

TEST_CASE("a slope that does not differ from 0 has no Fieller interval, and says so", "[detection]") {
  const std::vector<HitRow> flat{{1, 4, 10}, {10, 5, 10}, {100, 5, 10}, {1000, 6, 10}};
  const DoseResponse curve = fit(flat, BinomialLink::probit, DoseScale::log10);
  REQUIRE_FALSE(curve.why_absent);
  CHECK(curve.fieller_g >= 1.0);
  for (const DoseAtTarget& dose : curve.doses) {
    CHECK(dose.delta.interval);
    CHECK_FALSE(dose.fieller.interval);
    REQUIRE(dose.fieller.why_absent);
    CHECK(dose.fieller.why_absent->id == "detection_interval_fieller_open");
  }
}

TEST_CASE("ten times the dose shifts the limits by one decade, and scales those of a linear dose", "[detection]") {
  std::vector<HitRow> far = twenty;
  for (HitRow& row : far) row.dose *= 10.0;
  for (const BinomialLink link : links) {
    for (const DoseScale scale : {DoseScale::log10, DoseScale::linear}) {
      const DoseResponse a = fit(twenty, link, scale);
      const DoseResponse b = fit(far, link, scale);
      for (std::size_t i = 0; i < 3; ++i) {
        CHECK(*b.doses[i].delta.value == Approx(10.0 * *a.doses[i].delta.value).epsilon(1e-9));
        CHECK(b.doses[i].delta.interval->upper == Approx(10.0 * a.doses[i].delta.interval->upper).epsilon(1e-9));
        CHECK(b.doses[i].fieller.interval->lower == Approx(10.0 * a.doses[i].fieller.interval->lower).epsilon(1e-9));
      }
      CHECK(a.deviance.statistic == Approx(b.deviance.statistic).epsilon(1e-9));
    }
  }
}

TEST_CASE("the order of rows and their splitting do not matter to the limits", "[detection]") {
  std::vector<HitRow> other;
  for (const HitRow& row : twenty) {
    other.insert(other.begin(), {row.dose, row.positive / 2, row.tested / 2});
    other.push_back({row.dose, row.positive - row.positive / 2, row.tested - row.tested / 2});
  }
  const DoseResponse a = fit(twenty, BinomialLink::probit, DoseScale::log10);
  const DoseResponse b = fit(other, BinomialLink::probit, DoseScale::log10);
  CHECK(*a.doses[2].delta.value == Approx(*b.doses[2].delta.value).epsilon(1e-10));
  CHECK(a.doses[2].fieller.interval->upper == Approx(b.doses[2].fieller.interval->upper).epsilon(1e-9));
  std::vector<double> doses;
  std::vector<bool> positive;
  for (const HitRow& row : twenty) {
    for (long k = 0; k < row.tested; ++k) {
      doses.push_back(row.dose);
      positive.push_back(k < row.positive);
    }
  }
  CHECK(count_hits(doses, positive) == twenty);
}

TEST_CASE("negatives for positives mirror probit and logit, and exchange the log-log links", "[detection]") {
  std::vector<HitRow> mirrored;
  for (const HitRow& row : twenty) mirrored.push_back({-row.dose, row.tested - row.positive, row.tested});
  const auto check = [&](BinomialLink one, BinomialLink other) {
    const DoseResponse a = fit(twenty, one, DoseScale::linear);
    const DoseResponse b = fit(mirrored, other, DoseScale::linear);
    CHECK(*a.doses[2].delta.value == Approx(-*b.doses[0].delta.value).epsilon(1e-9));
    CHECK(a.slope == Approx(b.slope).epsilon(1e-9));
  };
  check(BinomialLink::probit, BinomialLink::probit);
  check(BinomialLink::logit, BinomialLink::logit);
  check(BinomialLink::complementary_log_log, BinomialLink::log_log);
}

TEST_CASE("overdispersion widens by Pearson's chi-square and never narrows", "[detection]") {
  const std::vector<HitRow> rough{{1, 30, 96}, {5, 40, 96}, {10, 95, 96}, {20, 80, 96}, {40, 96, 96}};
  DoseResponseOptions options;
  const DoseResponse plain = fit_dose_response(rough, options);
  options.dispersion = Dispersion::pearson;
  const DoseResponse wide = fit_dose_response(rough, options);
  CHECK(wide.dispersion == Approx(plain.pearson.statistic / 3.0));
  CHECK(wide.slope_standard_error == Approx(plain.slope_standard_error * std::sqrt(wide.dispersion)));
  CHECK(fit_dose_response(twenty, options).dispersion == 1.0);
}

TEST_CASE("what has no curve says why", "[detection]") {
  const auto why = [](const std::vector<HitRow>& rows, DoseScale scale) {
    const DoseResponse curve = fit(rows, BinomialLink::probit, scale);
    for (const DoseAtTarget& dose : curve.doses) {
      CHECK_FALSE(dose.delta.value);
      CHECK(dose.delta.why_absent);
    }
    return curve.doses.front().delta.why_absent->id;
  };
  CHECK(why({{1, 0, 10}, {10, 10, 10}, {100, 10, 10}}, DoseScale::log10) == "detection_not_estimable_separation");
  CHECK(why({{1, 0, 10}, {10, 5, 10}, {100, 10, 10}}, DoseScale::log10) == "detection_not_estimable_separation");
  CHECK(why({{1, 10, 10}, {10, 10, 10}}, DoseScale::linear) == "detection_not_estimable_separation");
  CHECK(why({}, DoseScale::linear) == "detection_not_estimable_fewer_than_two_levels");
  CHECK(why({{5, 3, 10}, {5, 4, 10}}, DoseScale::log10) == "detection_not_estimable_fewer_than_two_levels");
  CHECK(why({{0, 0, 10}, {5, 4, 10}}, DoseScale::log10) == "detection_not_estimable_fewer_than_two_levels");
  CHECK(why({{1, 9, 10}, {2, 5, 10}, {3, 1, 10}}, DoseScale::linear) ==
        "detection_not_estimable_hit_rate_does_not_rise");
}

TEST_CASE("blank rows leave the log scale and stay on the linear one", "[detection]") {
  std::vector<HitRow> rows = twenty;
  rows.push_back({0, 1, 20});
  const DoseResponse log = fit(rows, BinomialLink::probit, DoseScale::log10);
  CHECK(log.excluded_rows == std::vector<std::size_t>{6});
  CHECK(*log.doses[2].delta.value == *fit(twenty, BinomialLink::probit, DoseScale::log10).doses[2].delta.value);
  CHECK(fit(rows, BinomialLink::probit, DoseScale::linear).levels == 7);
}

TEST_CASE("rows that cannot be are refused", "[detection]") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  for (const HitRow& bad : {HitRow{nan, 1, 2}, HitRow{infinity, 1, 2}, HitRow{1, -1, 2}, HitRow{1, 3, 2},
                            HitRow{1, 0, -1}, HitRow{-1, 1, 2}}) {
    std::vector<HitRow> rows = twenty;
    rows.push_back(bad);
    CHECK_THROWS_AS(fit(rows, BinomialLink::probit, DoseScale::log10), Error);
  }
  DoseResponseOptions options;
  options.targets = {1.0};
  CHECK_THROWS_AS(fit_dose_response(twenty, options), Error);
  options.targets = {};
  CHECK_THROWS_AS(fit_dose_response(twenty, options), Error);
  CHECK_THROWS_AS(count_hits({1.0, 2.0}, {true}), Error);
  CHECK_THROWS_AS(parse_binomial_link("cauchit"), Error);
}

}  // namespace
}  // namespace qpcr
