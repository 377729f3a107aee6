// Calibration, Brier score, Hosmer–Lemeshow and discrimination: naive formulas, theory, and what does not exist.
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/math/distributions.hpp"
#include "libqpcr/math/resampling.hpp"
#include "libqpcr/study/scores/brier_score.hpp"
#include "libqpcr/study/scores/hosmer_lemeshow.hpp"
#include "libqpcr/study/scores/risk_calibration.hpp"
#include "libqpcr/study/scores/risk_discrimination.hpp"

using namespace qpcr;

namespace {

struct Risks {
  std::vector<double> risks;
  std::vector<int> outcomes;
};

/// Risks on a grid (many ties) or fine, with outcomes that follow them.
Risks make_risks(std::uint64_t seed, std::size_t rows, std::size_t grid) {
  ResamplingStream stream(seed, 1);
  Risks made;
  for (std::size_t i = 0; i < rows; ++i) {
    const double risk = (static_cast<double>(stream.index(grid)) + 0.5) / static_cast<double>(grid);
    made.risks.push_back(risk);
    made.outcomes.push_back(static_cast<double>(stream.index(1000000)) / 1e6 < risk ? 1 : 0);
  }
  return made;
}

double logit(double p) { return std::log(p / (1.0 - p)); }

/// Newton's steps of a two-parameter logistic regression, written out.
std::pair<double, double> recalibrate(const Risks& data, bool fixed_slope) {
  double a = 0.0;
  double b = 1.0;
  for (int step = 0; step < 60; ++step) {
    double u = 0.0, v = 0.0, i11 = 0.0, i12 = 0.0, i22 = 0.0;
    for (std::size_t i = 0; i < data.risks.size(); ++i) {
      const double x = logit(data.risks[i]);
      const double p = 1.0 / (1.0 + std::exp(-a - b * x));
      u += data.outcomes[i] - p;
      v += (data.outcomes[i] - p) * x;
      i11 += p * (1 - p);
      i12 += p * (1 - p) * x;
      i22 += p * (1 - p) * x * x;
    }
    if (fixed_slope) {
      a += u / i11;
    } else {
      const double determinant = i11 * i22 - i12 * i12;
      a += (i22 * u - i12 * v) / determinant;
      b += (i11 * v - i12 * u) / determinant;
    }
  }
  return {a, b};
}

}  // namespace

TEST_CASE("recalibration agrees with Newton's steps written out", "[risk_calibration]") {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const Risks data = make_risks(seed, 120, 37);
    const RiskCalibration found = estimate_risk_calibration(data.risks, data.outcomes, {});
    const auto [a, b] = recalibrate(data, false);
    CHECK(std::abs(*found.slope.value - b) < 1e-9);
    CHECK(std::abs(*found.intercept.value - a) < 1e-9);
    CHECK(std::abs(*found.calibration_in_the_large.value - recalibrate(data, true).first) < 1e-9);
    CHECK(found.slope.interval->lower == Approx(b - 1.959963984540054 * *found.slope.standard_error));
  }
}

TEST_CASE("calibration follows a shift and a stretch of the logits", "[risk_calibration]") {
  const Risks data = make_risks(4, 200, 91);
  const RiskCalibration base = estimate_risk_calibration(data.risks, data.outcomes, {});
  Risks changed = data;
  for (double& risk : changed.risks) risk = 1.0 / (1.0 + std::exp(-(0.7 + 2.0 * logit(risk))));
  const RiskCalibration found = estimate_risk_calibration(changed.risks, changed.outcomes, {});
  CHECK(*found.slope.value == Approx(*base.slope.value / 2.0).epsilon(1e-8));
  CHECK(*found.intercept.value == Approx(*base.intercept.value - *base.slope.value * 0.35).epsilon(1e-8));
  Risks shifted = data;
  for (double& risk : shifted.risks) risk = 1.0 / (1.0 + std::exp(-(0.7 + logit(risk))));
  CHECK(*estimate_risk_calibration(shifted.risks, shifted.outcomes, {}).calibration_in_the_large.value ==
        Approx(*base.calibration_in_the_large.value - 0.7).epsilon(1e-8));
  // Turning events into non-events turns risks about one half.
  Risks turned = data;
  for (double& risk : turned.risks) risk = 1.0 - risk;
  for (int& outcome : turned.outcomes) outcome = 1 - outcome;
  const RiskCalibration opposite = estimate_risk_calibration(turned.risks, turned.outcomes, {});
  CHECK(*opposite.slope.value == Approx(*base.slope.value).epsilon(1e-8));
  CHECK(*opposite.intercept.value == Approx(-*base.intercept.value).epsilon(1e-7));
  CHECK(*opposite.greatest_error.value == Approx(*base.greatest_error.value).epsilon(1e-7));
}

TEST_CASE("observed over expected has its interval on the logarithm", "[risk_calibration]") {
  const std::vector<double> risks{0.2, 0.4, 0.6, 0.8};
  const std::vector<int> outcomes{0, 1, 0, 0};
  const RiskCalibration found = estimate_risk_calibration(risks, outcomes, {});
  CHECK(*found.observed_over_expected.value == Approx(0.5));
  const double factor = std::exp(1.959963984540054 * std::sqrt(0.75));
  CHECK(found.observed_over_expected.interval->lower == Approx(0.5 / factor));
  CHECK(found.observed_over_expected.interval->upper == Approx(0.5 * factor));
}

TEST_CASE("risks of 0, of 1 and all equal have no slope but a Brier score", "[risk_calibration]") {
  const std::vector<int> outcomes{0, 1, 0, 1, 1};
  for (const double sure : {0.0, 1.0}) {
    const std::vector<double> risks{0.2, 0.7, 0.4, 0.6, sure};
    const RiskCalibration found = estimate_risk_calibration(risks, outcomes, {});
    for (const Estimate& one : {found.slope, found.intercept, found.calibration_in_the_large}) {
      CHECK_FALSE(one.value);
      CHECK(one.why_absent->id == "score_risk_zero_or_one");
    }
    CHECK(found.mean_error.value);
    CHECK(estimate_brier_score(risks, outcomes).brier.value);
    CHECK_FALSE(estimate_risk_discrimination(risks, outcomes).likelihood_ratio.value);
    CHECK(estimate_risk_discrimination(risks, outcomes).concordance.value);
  }
  const std::vector<double> equal(5, 0.3);
  const RiskCalibration constant = estimate_risk_calibration(equal, outcomes, {});
  CHECK(constant.slope.why_absent->id == "score_risk_constant");
  // The intercept alone exists: logit of the rate less logit of the risk.
  CHECK(*constant.calibration_in_the_large.value == Approx(logit(0.6) - logit(0.3)).epsilon(1e-10));
  CHECK(*constant.greatest_error.value == Approx(0.3));
  CHECK(*estimate_risk_discrimination(equal, outcomes).concordance.value == 0.5);
  // Risks that separate the outcomes.
  const std::vector<double> apart{0.1, 0.8, 0.2, 0.9, 0.7};
  CHECK(estimate_risk_calibration(apart, outcomes, {}).slope.why_absent->id == "score_separation");
  CHECK(*estimate_risk_discrimination(apart, outcomes).concordance.value == 1.0);
}

TEST_CASE("Brier's score is its definition, and falls into Murphy's parts", "[brier_score]") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Risks data = make_risks(seed, 150, 9);
    const BrierScore found = estimate_brier_score(data.risks, data.outcomes);
    double sum = 0.0;
    for (std::size_t i = 0; i < 150; ++i)
      sum += data.outcomes[i] == 1 ? (1 - data.risks[i]) * (1 - data.risks[i]) : data.risks[i] * data.risks[i];
    CHECK(std::abs(*found.brier.value - sum / 150.0) < 1e-14);
    CHECK(std::abs(*found.brier.value -
                   (*found.reliability.value - *found.resolution.value + *found.uncertainty.value)) < 1e-14);
    CHECK(found.distinct_risks <= 9);
    const double rate = found.counts.event_rate();
    CHECK(*found.scaled.value == Approx(1.0 - *found.brier.value / (rate * (1.0 - rate))));
  }
}

TEST_CASE("Spiegelhalter's z is standard normal where the risks are true", "[brier_score]") {
  // All outcomes of eight subjects, each with its probability: mean 0 and variance 1 exactly.
  const std::vector<double> risks{0.1, 0.25, 0.3, 0.45, 0.6, 0.7, 0.85, 0.97};
  double mean = 0.0;
  double square = 0.0;
  for (unsigned pattern = 0; pattern < 256; ++pattern) {
    double probability = 1.0;
    std::vector<int> outcomes;
    for (unsigned i = 0; i < 8; ++i) {
      outcomes.push_back((pattern >> i & 1U) != 0U ? 1 : 0);
      probability *= outcomes.back() == 1 ? risks[i] : 1.0 - risks[i];
    }
    const double z = estimate_brier_score(risks, outcomes).spiegelhalter_z.value.value();
    mean += probability * z;
    square += probability * z * z;
  }
  CHECK(std::abs(mean) < 1e-13);
  CHECK(std::abs(square - 1.0) < 1e-13);
}

TEST_CASE("perfect and useless risks stand at the ends of Brier's scale", "[brier_score]") {
  const std::vector<int> outcomes{1, 0, 0, 1};
  const BrierScore perfect = estimate_brier_score(std::vector<double>{1, 0, 0, 1}, outcomes);
  CHECK(*perfect.brier.value == 0.0);
  CHECK_FALSE(perfect.brier.interval);
  CHECK(*perfect.scaled.value == 1.0);
  CHECK_FALSE(perfect.spiegelhalter_z.value);
  CHECK(*estimate_brier_score(std::vector<double>(4, 0.5), outcomes).scaled.value == 0.0);
  const BrierScore one_class = estimate_brier_score(std::vector<double>{0.2, 0.3}, std::vector<int>{0, 0});
  CHECK(one_class.brier.value);
  CHECK(one_class.scaled.why_absent->id == "score_no_events");
  CHECK(estimate_brier_score({}, {}).brier.why_absent->id == "score_no_subjects");
}

TEST_CASE("Hosmer and Lemeshow's statistic is the sum over the cells of its groups", "[hosmer_lemeshow]") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Risks data = make_risks(seed, 103, seed % 2 == 0 ? 7 : 5000);
    const HosmerLemeshow found = estimate_hosmer_lemeshow(data.risks, data.outcomes, {});
    REQUIRE(found.chi_square.value);
    double sum = 0.0;
    long subjects = 0;
    for (const RiskGroup& group : found.groups) {
      double expected = 0.0;
      double observed = 0.0;
      double size = 0.0;
      for (std::size_t i = 0; i < 103; ++i) {
        if (data.risks[i] < group.lowest_risk || data.risks[i] > group.highest_risk) continue;
        expected += data.risks[i];
        observed += data.outcomes[i];
        size += 1.0;
      }
      // No risk lies in two groups, so that the ends of a group name its subjects.
      CHECK(size == static_cast<double>(group.subjects));
      sum += (observed - expected) * (observed - expected) / expected +
             (expected - observed) * (expected - observed) / (size - expected);
      subjects += group.subjects;
    }
    CHECK(subjects == 103);
    CHECK(*found.chi_square.value == Approx(sum).epsilon(1e-12));
    CHECK(found.degrees_of_freedom == static_cast<long>(found.groups.size()) - 2);
    CHECK(*found.p_value == Approx(1.0 - chi_square_cumulative(sum, static_cast<double>(found.degrees_of_freedom))));
  }
}

TEST_CASE("groups are equal in size without ties and fewer with them", "[hosmer_lemeshow]") {
  std::vector<double> risks;
  std::vector<int> outcomes;
  for (int i = 0; i < 40; ++i) {
    risks.push_back((i + 0.5) / 40.0);
    outcomes.push_back(i % 2);
  }
  const std::vector<RiskGroup> groups = group_risks(risks, outcomes, 4);
  REQUIRE(groups.size() == 4);
  for (const RiskGroup& group : groups) CHECK(group.subjects == 10);
  // Two distinct risks make two groups, which leave no degree of freedom.
  const std::vector<double> two{0.2, 0.2, 0.6, 0.6};
  const HosmerLemeshow tied = estimate_hosmer_lemeshow(two, std::vector<int>{0, 1, 0, 1}, {});
  CHECK(tied.groups.size() <= 2);
  CHECK(tied.chi_square.why_absent->id == "score_too_few_risk_groups");
  CHECK_FALSE(tied.p_value);
  HosmerLemeshowOptions fixed;
  fixed.degrees_lost = 0;
  CHECK(estimate_hosmer_lemeshow(two, std::vector<int>{0, 1, 0, 1}, fixed).chi_square.value);
  const HosmerLemeshow sure =
      estimate_hosmer_lemeshow(std::vector<double>{0, 0, 0.4, 0.5, 1, 1}, std::vector<int>{0, 0, 1, 0, 1, 1}, {3, 0});
  CHECK(sure.chi_square.why_absent->id == "score_group_without_expectation");
}

TEST_CASE("concordance counts all pairs", "[risk_discrimination]") {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    const Risks data = make_risks(seed, 60, seed % 2 == 0 ? 5 : 400);
    double won = 0.0;
    double pairs = 0.0;
    for (std::size_t i = 0; i < 60; ++i) {
      for (std::size_t j = 0; j < 60; ++j) {
        if (data.outcomes[i] != 1 || data.outcomes[j] != 0) continue;
        pairs += 1.0;
        won += data.risks[i] > data.risks[j] ? 1.0 : data.risks[i] == data.risks[j] ? 0.5 : 0.0;
      }
    }
    const RiskDiscrimination found = estimate_risk_discrimination(data.risks, data.outcomes);
    CHECK(std::abs(*found.concordance.value - won / pairs) < 1e-14);
    CHECK(std::abs(*found.somers_d.value - (2.0 * won / pairs - 1.0)) < 1e-14);
    // Q is what the risks add over the event rate, in two degrees of freedom more than D counts.
    const double n = 60.0;
    const double rate = found.counts.event_rate();
    double gain = 0.0;
    for (std::size_t i = 0; i < 60; ++i)
      gain += 2.0 * std::log(data.outcomes[i] == 1 ? data.risks[i] / rate : (1 - data.risks[i]) / (1 - rate));
    CHECK(*found.likelihood_ratio.value == Approx(gain));
    CHECK(*found.recalibrated_likelihood_ratio.value >= *found.likelihood_ratio.value);
    CHECK(*found.recalibrated_discrimination_index.value - *found.unreliability_index.value ==
          Approx((gain + 1.0) / n));
    const double nagelkerke =
        (1.0 - std::exp(-gain / n)) / (1.0 - std::exp(2.0 * (rate * std::log(rate) + (1 - rate) * std::log(1 - rate))));
    CHECK(*found.nagelkerke_r2.value == Approx(nagelkerke));
  }
}

TEST_CASE("measures of risks do not depend on the order of subjects", "[risk_discrimination]") {
  Risks data = make_risks(11, 90, 50);
  const auto measure = [&] {
    return std::tuple(*estimate_risk_discrimination(data.risks, data.outcomes).concordance.value,
                      *estimate_hosmer_lemeshow(data.risks, data.outcomes, {}).chi_square.value,
                      *estimate_risk_calibration(data.risks, data.outcomes, {}).slope.value,
                      *estimate_risk_calibration(data.risks, data.outcomes, {}).mean_error.value);
  };
  const auto [concordance, chi_square, slope, error] = measure();
  std::reverse(data.risks.begin(), data.risks.end());
  std::reverse(data.outcomes.begin(), data.outcomes.end());
  const auto [concordance2, chi_square2, slope2, error2] = measure();
  CHECK(concordance == concordance2);
  CHECK(chi_square == Approx(chi_square2).epsilon(1e-11));
  CHECK(slope == Approx(slope2).epsilon(1e-11));
  CHECK(error == Approx(error2).epsilon(1e-9));
}

TEST_CASE("malformed risks and outcomes are refused", "[risk_calibration]") {
  const std::vector<int> outcomes{0, 1, 1};
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  for (const std::vector<double>& risks :
       {std::vector<double>{0.1, 0.2}, std::vector<double>{0.1, 0.2, 1.1}, std::vector<double>{-0.1, 0.2, 0.3},
        std::vector<double>{0.1, nan, 0.3}, std::vector<double>{0.1, infinity, 0.3}}) {
    CHECK_THROWS_AS(estimate_risk_calibration(risks, outcomes, {}), Error);
    CHECK_THROWS_AS(estimate_brier_score(risks, outcomes), Error);
    CHECK_THROWS_AS(estimate_hosmer_lemeshow(risks, outcomes, {}), Error);
    CHECK_THROWS_AS(estimate_risk_discrimination(risks, outcomes), Error);
  }
  const std::vector<double> risks{0.1, 0.2, 0.3};
  CHECK_THROWS_AS(estimate_brier_score(risks, std::vector<int>{0, 1, 2}), Error);
  CHECK_THROWS_AS(estimate_brier_score(risks, outcomes, 0.0), Error);
  CHECK_THROWS_AS(estimate_hosmer_lemeshow(risks, outcomes, {1, 2}), Error);
  CHECK_THROWS_AS(estimate_hosmer_lemeshow(risks, outcomes, {10, -1}), Error);
  RiskCalibrationOptions options;
  options.span = 0.0;
  CHECK_THROWS_AS(estimate_risk_calibration(risks, outcomes, options), Error);
  for (const int outcome : {0, 1}) {
    const std::vector<int> one_class(3, outcome);
    CHECK_FALSE(estimate_risk_calibration(risks, one_class, {}).slope.value);
    CHECK(estimate_risk_calibration(risks, one_class, {}).observed_over_expected.value);
    CHECK_FALSE(estimate_risk_discrimination(risks, one_class).concordance.value);
  }
  CHECK_FALSE(estimate_risk_calibration({}, {}, {}).mean_error.value);
  CHECK_FALSE(estimate_risk_discrimination({}, {}).concordance.value);
  CHECK_FALSE(estimate_hosmer_lemeshow({}, {}, {}).chi_square.value);
}
