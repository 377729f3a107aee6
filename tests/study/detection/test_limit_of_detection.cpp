// Limits of detection: the Poisson model in closed form, the table of models, the censored line, the rules of hits.
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/math/censored_regression.hpp"
#include "libqpcr/study/detection/limit_of_detection_cq.hpp"
#include "libqpcr/study/detection/limit_of_detection_hit_rate.hpp"
#include "libqpcr/study/detection/lod_confirmation.hpp"
#include "libqpcr/study/detection/qualitative_imprecision.hpp"
#include "libqpcr/study/detection/single_hit.hpp"

namespace qpcr {
namespace {

const std::vector<HitRow> edna{{1, 25, 96}, {5, 59, 96}, {10, 96, 96}, {100, 96, 96}, {1000, 96, 96}, {10000, 96, 96}};

TEST_CASE("the Poisson limit of one level has a closed form", "[detection]") {
  // λ = −ln(1 − 30/96)/2, and the limit is −ln 0.05/λ.
  const SingleHitFit fit = fit_single_hit({{2.0, 30, 96}}, {});
  const double rate = -std::log(1.0 - 30.0 / 96.0) / 2.0;
  CHECK(std::exp(fit.log_rate) == Approx(rate).epsilon(1e-12));
  CHECK(*fit.doses[2].wald.value == Approx(-std::log(0.05) / rate).epsilon(1e-12));
  // Var ln λ = p/(n (1 − p)) / (λd)² by the delta method.
  const double p = 30.0 / 96.0;
  CHECK(fit.log_rate_standard_error == Approx(std::sqrt(p / (96.0 * (1.0 - p))) / (2.0 * rate)).epsilon(1e-10));
  CHECK_FALSE(fit.pearson.p_value);
}

TEST_CASE("the Poisson rate solves its score equation, and the profile its likelihood ratio", "[detection]") {
  const SingleHitFit fit = fit_single_hit(edna, {});
  const auto score = [&](double rate) {
    double sum = 0.0;
    for (const HitRow& row : edna) {
      const double mean = rate * row.dose;
      sum += static_cast<double>(row.positive) * row.dose / std::expm1(mean) -
             static_cast<double>(row.tested - row.positive) * row.dose;
    }
    return sum;
  };
  double low = 1e-3;
  double high = 10.0;
  for (int i = 0; i < 200; ++i) (score((low + high) / 2) > 0 ? low : high) = (low + high) / 2;
  CHECK(std::exp(fit.log_rate) == Approx(low).epsilon(1e-12));
  const auto likelihood = [&](double rate) {
    double sum = 0.0;
    for (const HitRow& row : edna)
      sum += static_cast<double>(row.positive) * std::log(-std::expm1(-rate * row.dose)) -
             static_cast<double>(row.tested - row.positive) * rate * row.dose;
    return sum;
  };
  const Interval limits = *fit.doses[2].profile.interval;
  for (const double dose : {limits.lower, limits.upper}) {
    CHECK(2.0 * (likelihood(low) - likelihood(-std::log(0.05) / dose)) == Approx(3.841458820694124).epsilon(1e-8));
  }
}

TEST_CASE("all positive or none leave one limit of the Poisson dose", "[detection]") {
  const SingleHitFit all = fit_single_hit({{1, 10, 10}, {10, 10, 10}}, {});
  CHECK_FALSE(all.doses[2].wald.value);
  REQUIRE(all.doses[2].profile.interval);
  CHECK(all.doses[2].profile.interval->lower == 0.0);
  const double bound = all.doses[2].profile.interval->upper;
  const double rate = -std::log(0.05) / bound;
  CHECK(-2.0 * (10 * std::log(-std::expm1(-rate)) + 10 * std::log(-std::expm1(-10 * rate))) ==
        Approx(3.841458820694124).epsilon(1e-8));
  const SingleHitFit none = fit_single_hit({{1, 0, 10}, {10, 0, 10}}, {});
  CHECK(std::isinf(none.doses[2].profile.interval->upper));
  // 2·λ·110 = 3.84
  CHECK(none.doses[2].profile.interval->lower == Approx(-std::log(0.05) * 220.0 / 3.841458820694124).epsilon(1e-8));
}

TEST_CASE("the table of models shows how much the choice matters", "[detection]") {
  const HitRateDetection found = estimate_detection_limit(edna, {});
  REQUIRE(found.models.size() == 7);
  CHECK(found.chosen.link == BinomialLink::probit);
  CHECK(found.chosen.scale == DoseScale::log10);
  // F3 and F4 of the traps: probit 13.6 (10.2–20.3), logit 15.9, Poisson 11.2; up to 15.9/8.2 apart.
  CHECK(*found.chosen.limit.value == Approx(13.6).margin(0.05));
  CHECK(found.chosen.second.interval->lower == Approx(10.2).margin(0.05));
  CHECK(found.chosen.second.interval->upper == Approx(20.3).margin(0.05));
  CHECK(*found.models[1].limit.value == Approx(15.9).margin(0.05));
  CHECK(*found.models.back().limit.value == Approx(11.2).margin(0.05));
  CHECK(*found.spread == Approx(15.88812 / 8.163199).epsilon(1e-6));
  bool told = false;
  for (const Message& warning : found.warnings) told = told || warning.id == "detection_models_disagree";
  CHECK(told);
  CHECK(found.lowest_reached == 10.0);
  CHECK(found.lowest_held == 10.0);
}

TEST_CASE("a level that falls back is reached but not held", "[detection]") {
  const HitRateDetection found =
      estimate_detection_limit({{1, 10, 20}, {2, 20, 20}, {4, 17, 20}, {8, 19, 20}, {0, 20, 20}}, {});
  CHECK(found.lowest_reached == 2.0);
  CHECK(found.lowest_held == 8.0);
}

TEST_CASE("separation leaves the Poisson limit, and no regression", "[detection]") {
  const HitRateDetection found = estimate_detection_limit({{1, 0, 10}, {10, 10, 10}, {100, 10, 10}}, {});
  for (std::size_t i = 0; i < 6; ++i) CHECK_FALSE(found.models[i].limit.value);
  CHECK(found.models[6].limit.value);
  CHECK_FALSE(found.chosen.limit.value);
  CHECK(found.chosen.limit.why_absent->id == "detection_not_estimable_separation");
}

double plain_censored(const std::vector<CqReplicate>& rows, double a, double b, double sd, double last) {
  double sum = 0.0;
  for (const CqReplicate& row : rows) {
    const double z = ((row.cq ? *row.cq : last) - a - b * std::log10(row.dose)) / sd;
    sum += row.cq ? -0.5 * z * z - std::log(sd) - 0.9189385332046727 : std::log(0.5 * std::erfc(z / std::sqrt(2.0)));
  }
  return sum;
}

std::vector<CqReplicate> make_late_replicates() {
  std::mt19937 engine(3);
  std::normal_distribution<double> noise(0.0, 0.8);
  std::vector<CqReplicate> rows;
  for (const double dose : {2.0, 8.0, 30.0, 120.0, 500.0}) {
    for (int i = 0; i < 20; ++i) {
      const double cq = 41.0 - 3.4 * std::log10(dose) + noise(engine);
      rows.push_back({dose, cq <= 40.0 ? std::optional(cq) : std::nullopt});
    }
  }
  return rows;
}

TEST_CASE("the censored line is the highest of its neighbours, by the likelihood written out", "[detection]") {
  const std::vector<CqReplicate> rows = make_late_replicates();
  CqDetectionOptions options;
  options.last_cycle = 40.0;
  const CqDetection found = estimate_cq_detection_limit(rows, options);
  REQUIRE_FALSE(found.why_absent);
  const double best = plain_censored(rows, found.intercept, found.slope, found.residual_sd, 40.0);
  CHECK(found.log_likelihood == Approx(best).epsilon(1e-10));
  for (const double d : {-1e-3, 1e-3}) {
    CHECK(plain_censored(rows, found.intercept + d, found.slope, found.residual_sd, 40.0) < best);
    CHECK(plain_censored(rows, found.intercept, found.slope + d, found.residual_sd, 40.0) < best);
    CHECK(plain_censored(rows, found.intercept, found.slope, found.residual_sd + d, 40.0) < best);
  }
  // At the limit 95 % of Cq lie within the cycles.
  const double line = found.intercept + found.slope * std::log10(*found.delta.value);
  CHECK(0.5 * std::erfc(-(40.0 - line) / found.residual_sd / std::sqrt(2.0)) == Approx(0.95).epsilon(1e-9));
  CHECK(found.delta.interval->lower < *found.delta.value);
  CHECK(found.fieller.interval->lower < *found.delta.value);
  CHECK(found.fieller.interval->upper > *found.delta.value);
  CHECK(found.intercept == Approx(41.0).margin(0.5));
  CHECK(found.slope == Approx(-3.4).margin(0.3));
}

TEST_CASE("the error of the censored limit is that of the curvature, by differences", "[detection]") {
  const std::vector<CqReplicate> rows = make_late_replicates();
  CqDetectionOptions options;
  options.last_cycle = 40.0;
  const CqDetection found = estimate_cq_detection_limit(rows, options);
  // Profile: with log10 of the limit held at x the intercept follows, and the likelihood falls by ½ at one error.
  const auto profile = [&](double x) {
    double best = -1e300;
    double slope = found.slope;
    double sd = found.residual_sd;
    double slope_step = 0.1;
    double sd_step = 0.05;
    const auto at = [&](double b, double s) {
      return plain_censored(rows, 40.0 - 1.6448536269514722 * s - b * x, b, s, 40.0);
    };
    best = at(slope, sd);
    for (int i = 0; i < 4000 && slope_step > 1e-9; ++i) {
      bool moved = false;
      for (const double d : {-slope_step, slope_step}) {
        for (const double e : {-sd_step, 0.0, sd_step}) {
          if (at(slope + d, sd + e) > best) {
            best = at(slope + d, sd + e);
            slope += d;
            sd += e;
            moved = true;
          }
        }
      }
      for (const double e : {-sd_step, sd_step}) {
        if (at(slope, sd + e) > best) {
          best = at(slope, sd + e);
          sd += e;
          moved = true;
        }
      }
      if (!moved) {
        slope_step /= 2;
        sd_step /= 2;
      }
    }
    return best;
  };
  const double x = std::log10(*found.delta.value);
  const double error = *found.delta.standard_error / *found.delta.value / std::log(10.0);
  const double h = 0.2 * error;
  const double curvature = -(profile(x + h) - 2 * profile(x) + profile(x - h)) / (h * h);
  CHECK(1.0 / std::sqrt(curvature) == Approx(error).epsilon(0.01));
}

TEST_CASE("without censoring the censored line is least squares", "[detection]") {
  std::vector<double> design;
  std::vector<double> values;
  for (int i = 0; i < 10; ++i) {
    design.insert(design.end(), {1.0, static_cast<double>(i)});
    values.push_back(2.0 - 0.5 * i + (i % 3) * 0.1);
  }
  const CensoredFit fit =
      fit_censored_regression(design, values, std::vector<char>(10, 0), std::vector<double>(10, 99.0));
  double sx = 0, sy = 0, sxx = 0, sxy = 0;
  for (std::size_t i = 0; i < 10; ++i) {
    sx += design[2 * i + 1];
    sy += values[i];
    sxx += design[2 * i + 1] * design[2 * i + 1];
    sxy += design[2 * i + 1] * values[i];
  }
  const double slope = (10 * sxy - sx * sy) / (10 * sxx - sx * sx);
  const double intercept = (sy - slope * sx) / 10;
  double squares = 0;
  for (std::size_t i = 0; i < 10; ++i) squares += std::pow(values[i] - intercept - slope * design[2 * i + 1], 2);
  CHECK(fit.coefficients[0] == Approx(intercept).epsilon(1e-10));
  CHECK(fit.coefficients[1] == Approx(slope).epsilon(1e-10));
  CHECK(fit.sd == Approx(std::sqrt(squares / 10)).epsilon(1e-9));
}

TEST_CASE("drop-out without late Cq contradicts the censored line", "[detection]") {
  std::mt19937 engine(11);
  std::normal_distribution<double> noise(0.0, 0.2);
  std::vector<CqReplicate> rows;
  for (const double dose : {1.0, 3.0, 10.0, 30.0}) {
    for (int i = 0; i < 24; ++i) {
      const bool present = i < 24 * (1.0 - std::exp(-dose));
      rows.push_back({dose, present ? std::optional(36.0 - 3.3 * std::log10(dose) + noise(engine)) : std::nullopt});
    }
  }
  const CqDetection found = estimate_cq_detection_limit(rows, {});
  REQUIRE(found.detection_fit);
  CHECK(*found.detection_fit->p_value < 0.01);
  CHECK(*found.single_hit.chosen.limit.value == Approx(3.0).margin(0.5));
  CHECK_FALSE(found.warnings.empty());
}

double plain_joint(const std::vector<CqReplicate>& rows, double a, double b, double sd, double rate, double last) {
  double sum = 0.0;
  for (const CqReplicate& row : rows) {
    const double present = 1.0 - std::exp(-rate * row.dose);
    const double z = ((row.cq ? *row.cq : last) - a - b * std::log10(row.dose)) / sd;
    sum += row.cq ? std::log(present) - 0.5 * z * z - std::log(sd) - 0.9189385332046727
                  : std::log(1.0 - present + present * 0.5 * std::erfc(z / std::sqrt(2.0)));
  }
  return sum;
}

TEST_CASE("the joint model of absent and late replicates is the highest of its neighbours", "[detection]") {
  std::mt19937 engine(5);
  std::normal_distribution<double> noise(0.0, 1.0);
  std::uniform_real_distribution<double> chance(0.0, 1.0);
  std::vector<CqReplicate> rows;
  for (const double dose : {0.5, 1.5, 4.0, 12.0, 40.0, 400.0}) {
    for (int i = 0; i < 60; ++i) {
      const double cq = 38.5 - 3.3 * std::log10(dose) + noise(engine);
      rows.push_back(
          {dose, chance(engine) < 1.0 - std::exp(-0.8 * dose) && cq <= 39.0 ? std::optional(cq) : std::nullopt});
    }
  }
  CqDetectionOptions options;
  options.last_cycle = 39.0;
  const CqDetection found = estimate_cq_detection_limit(rows, options);
  const PresentOrLateCq& joint = found.joint;
  REQUIRE_FALSE(joint.why_absent);
  const auto at = [&](double da, double db, double ds, double dr) {
    return plain_joint(rows, joint.intercept + da, joint.slope + db, joint.residual_sd + ds,
                       joint.targets_per_unit * std::exp(dr), 39.0);
  };
  const double best = at(0, 0, 0, 0);
  CHECK(joint.log_likelihood == Approx(best).epsilon(1e-10));
  for (const double d : {-1e-3, 1e-3}) {
    CHECK(at(d, 0, 0, 0) < best);
    CHECK(at(0, d, 0, 0) < best);
    CHECK(at(0, 0, d, 0) < best);
    CHECK(at(0, 0, 0, d) < best);
  }
  CHECK(joint.targets_per_unit == Approx(0.8).epsilon(0.25));
  CHECK(joint.slope == Approx(-3.3).margin(0.25));
  CHECK(joint.aic < found.aic);
  const double limit = *joint.limit.value;
  const double late = (39.0 - joint.intercept - joint.slope * std::log10(limit)) / joint.residual_sd;
  CHECK((1.0 - std::exp(-joint.targets_per_unit * limit)) * 0.5 * std::erfc(-late / std::sqrt(2.0)) ==
        Approx(0.95).epsilon(1e-9));
  CHECK(joint.limit.interval->lower < limit);
  CHECK(joint.limit.interval->upper > limit);
}

TEST_CASE("the error of the joint limit is that of its spread over simulated studies", "[detection]") {
  std::mt19937 engine(17);
  std::normal_distribution<double> noise(0.0, 0.8);
  std::uniform_real_distribution<double> chance(0.0, 1.0);
  double sum = 0.0;
  double squares = 0.0;
  double errors = 0.0;
  int studies = 0;
  for (int repeat = 0; repeat < 300; ++repeat) {
    std::vector<CqReplicate> rows;
    for (const double dose : {0.5, 1.5, 4.0, 12.0, 40.0}) {
      for (int i = 0; i < 40; ++i) {
        const double cq = 38.5 - 3.3 * std::log10(dose) + noise(engine);
        rows.push_back(
            {dose, chance(engine) < 1.0 - std::exp(-0.8 * dose) && cq <= 39.0 ? std::optional(cq) : std::nullopt});
      }
    }
    CqDetectionOptions options;
    options.last_cycle = 39.0;
    const CqDetection found = estimate_cq_detection_limit(rows, options);
    if (!found.joint.limit.value) continue;
    const double x = std::log(*found.joint.limit.value);
    sum += x;
    squares += x * x;
    errors += *found.joint.limit.standard_error / *found.joint.limit.value;
    ++studies;
  }
  CHECK(studies > 295);
  const double mean = sum / studies;
  const double spread = std::sqrt(squares / studies - mean * mean);
  CHECK(errors / studies == Approx(spread).epsilon(0.15));
}

TEST_CASE("replicates that are all detected leave no joint model", "[detection]") {
  const CqDetection found = estimate_cq_detection_limit({{1, 30.0}, {10, 26.9}, {100, 23.1}, {1000, 20.0}}, {});
  CHECK(found.joint.why_absent->id == "detection_not_estimable_joint_start");
  CHECK(found.delta.value);
}

TEST_CASE("replicates that give no censored line say so", "[detection]") {
  CHECK(estimate_cq_detection_limit({}, {}).why_absent);
  CHECK(estimate_cq_detection_limit({{1, 30.0}, {1, 31.0}, {1, 32.0}}, {}).why_absent);
  CHECK(estimate_cq_detection_limit({{1, std::nullopt}, {10, std::nullopt}, {100, std::nullopt}}, {}).why_absent);
  const CqDetection rising = estimate_cq_detection_limit({{1, 30.0}, {10, 31.0}, {100, 32.5}, {1000, 33.0}}, {});
  CHECK(rising.delta.why_absent->id == "detection_not_estimable_cq_does_not_fall");
  CHECK_THROWS_AS(estimate_cq_detection_limit({{-1, 30.0}}, {}), Error);
  CHECK_THROWS_AS(estimate_cq_detection_limit({{1, -3.0}}, {}), Error);
  CHECK_THROWS_AS(estimate_cq_detection_limit({{std::nan(""), 30.0}}, {}), Error);
  CqDetectionOptions options;
  options.last_cycle = 0.0;
  CHECK_THROWS_AS(estimate_cq_detection_limit({{1, 30.0}}, options), Error);
}

double naive_mass(long k, long n, double p) {
  double mass = 1.0;
  for (long i = 1; i <= k; ++i) mass *= static_cast<double>(n - k + i) / static_cast<double>(i);
  return mass * std::pow(p, static_cast<double>(k)) * std::pow(1.0 - p, static_cast<double>(n - k));
}

TEST_CASE("the fewest hits of each rule are those of adding up the binomial", "[detection]") {
  for (long n = 1; n <= 80; ++n) {
    std::optional<long> by_rate;
    std::optional<long> by_claim;
    std::optional<long> by_proof;
    for (long k = n; k >= 0; --k) {
      double below = 0.0;
      double above = 0.0;
      for (long i = 0; i <= n; ++i) (i <= k ? below : above) += naive_mass(i, n, 0.95);
      if (20 * k >= 19 * n) by_rate = k;
      if (below > 0.025) by_claim = k;
      // The lower limit reaches the claim exactly when k or more hits are rare under it.
      if (above + naive_mass(k, n, 0.95) <= 0.05) by_proof = k;
    }
    CAPTURE(n);
    LodConfirmationOptions options;
    CHECK(derive_fewest_hits(n, options) == by_rate);
    options.rule = ConfirmationRule::consistent;
    CHECK(derive_fewest_hits(n, options) == by_claim);
    options.rule = ConfirmationRule::proven;
    CHECK(derive_fewest_hits(n, options) == by_proof);
  }
}

TEST_CASE("nineteen of twenty confirm, eighteen do not, and 59 of 59 prove", "[detection]") {
  CHECK(confirm_detection_limit(19, 20, {}).confirmed == true);
  CHECK(confirm_detection_limit(18, 20, {}).confirmed == false);
  LodConfirmationOptions options;
  options.rule = ConfirmationRule::proven;
  CHECK(confirm_detection_limit(59, 59, options).confirmed == true);
  CHECK(confirm_detection_limit(58, 58, options).confirmed == false);
  CHECK_FALSE(derive_fewest_hits(58, options));
  options.rule = ConfirmationRule::consistent;
  // 85 % of 20, 87 % of 30, 88 % of 40, where the exact interval of the rate just holds 95 %.
  CHECK(derive_fewest_hits(20, options) == 17);
  CHECK(derive_fewest_hits(30, options) == 26);
  CHECK(derive_fewest_hits(40, options) == 35);
  CHECK_FALSE(confirm_detection_limit(0, 0, {}).confirmed);
  CHECK_FALSE(confirm_detection_limit(0, 0, {}).rate.value);
  CHECK_THROWS_AS(confirm_detection_limit(3, 2, {}), Error);
  CHECK_THROWS_AS(confirm_detection_limit(-1, 2, {}), Error);
  const LodConfirmation found = confirm_detection_limit(19, 20, {});
  CHECK(found.operating[5].second == Approx(naive_mass(19, 20, 0.95) + naive_mass(20, 20, 0.95)).epsilon(1e-10));
}

TEST_CASE("C5, C50 and C95 of candidates around a cut-off", "[detection]") {
  QualitativeImprecisionOptions options;
  const std::vector<HitRow> candidates{{80, 3, 40}, {90, 9, 40}, {100, 20, 40}, {110, 32, 40}, {120, 38, 40}};
  const QualitativeImprecision found = estimate_qualitative_imprecision(candidates, options);
  // glm probit of the same counts on (x − 100)/100: C5 −0.217074, C50 −0.005722, C95 0.205630.
  CHECK(*found.c5.delta.value == Approx(100 * (1 - 0.217074438854259)).epsilon(1e-8));
  CHECK(*found.c50.delta.value == Approx(100 * (1 - 0.00572208809741242)).epsilon(1e-8));
  CHECK(*found.c95.delta.value == Approx(100 * (1 + 0.205630262659434)).epsilon(1e-8));
  CHECK(*found.width == Approx(42.2704701513693).epsilon(1e-8));
  CHECK(found.within_zone == false);
  CHECK(*found.rate_below ==
        Approx(inverse_link(BinomialLink::probit,
                            found.curve.intercept + found.curve.slope * 0.8 * *found.c50.delta.value)));
  options.zone = 0.25;
  CHECK(estimate_qualitative_imprecision(candidates, options).within_zone == true);
  options.zone = 1.5;
  CHECK_THROWS_AS(estimate_qualitative_imprecision(candidates, options), Error);
  const QualitativeImprecision none = estimate_qualitative_imprecision({{80, 0, 40}, {100, 40, 40}, {120, 40, 40}}, {});
  CHECK_FALSE(none.c50.delta.value);
  CHECK_FALSE(none.width);
  CHECK(none.candidates.size() == 3);
}

}  // namespace
}  // namespace qpcr
