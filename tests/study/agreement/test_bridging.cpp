// Bridging: each criterion met, missed and not estimable; one-sided samples; the naive tests behind it.
#include <cmath>
#include <vector>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/math/distributions.hpp"
#include "libqpcr/study/agreement/bridging.hpp"

using namespace qpcr;

namespace {

std::vector<BridgedSample> make_samples(double bias, double stretch) {
  std::vector<BridgedSample> samples;
  for (int i = 0; i < 40; ++i) {
    const double reference = 22.0 + 0.4 * i;
    const double noise = 0.1 * ((i * 7) % 5 - 2);
    const bool positive = i < 25;
    samples.push_back({"S" + std::to_string(i), reference, 30.0 + stretch * (reference - 30.0) + bias + noise, positive,
                       positive, i + 2});
  }
  return samples;
}

BridgingOptions make_rule() {
  BridgingOptions rule;
  rule.bias_margin = 0.5;
  rule.largest_sd_ratio = 1.2;
  rule.least_ppa = 0.8;
  rule.least_npa = 0.7;
  return rule;
}

}  // namespace

TEST_CASE("a lot like the reference is accepted, and each failing criterion rejects", "[bridging]") {
  const Bridging like = estimate_bridging(make_samples(0.05, 1.0), make_rule());
  CHECK(like.verdict == Verdict::met);
  REQUIRE(like.criteria.size() == 4);
  for (const auto& criterion : like.criteria) CHECK(criterion.verdict == Verdict::met);
  const Bridging biased = estimate_bridging(make_samples(0.6, 1.0), make_rule());
  CHECK(biased.verdict == Verdict::not_met);
  CHECK(biased.criteria[0].verdict == Verdict::not_met);
  CHECK(biased.criteria[1].verdict == Verdict::met);
  CHECK(estimate_bridging(make_samples(0.0, 1.3), make_rule()).criteria[1].verdict == Verdict::not_met);
  auto missed = make_samples(0.0, 1.0);
  for (std::size_t i = 0; i < 6; ++i) missed[i].candidate_positive = false;
  const Bridging worse = estimate_bridging(missed, make_rule());
  CHECK(worse.criteria[2].verdict == Verdict::not_met);
  CHECK(worse.criteria[3].verdict == Verdict::met);
  CHECK(worse.positive_agreement.interval == wilson_interval(19, 25, 0.95));
}

TEST_CASE("what cannot be estimated cannot be judged, and nothing is imputed", "[bridging]") {
  auto samples = make_samples(0.0, 1.0);
  for (auto& sample : samples) sample.candidate_positive = std::nullopt;
  samples[0].candidate_value = std::nullopt;
  samples[1].reference_value = std::nullopt;
  samples[2].reference_value = samples[2].candidate_value = std::nullopt;
  const Bridging found = estimate_bridging(samples, make_rule());
  CHECK(found.verdict == Verdict::cannot_be_judged);
  CHECK(found.criteria[2].verdict == Verdict::cannot_be_judged);
  CHECK(found.criteria[2].why.has_value());
  CHECK(found.both_values == 37);
  CHECK(found.reference_only == 1);
  CHECK(found.candidate_only == 1);
  CHECK(found.neither_value == 1);
  CHECK(found.one_sided_samples == std::vector<std::string>{"S0", "S1"});
  REQUIRE_FALSE(found.exclusions.empty());
  CHECK(found.exclusions[0].lines == std::vector<long>{2, 3});
  // A rejection stands although another criterion cannot be judged.
  auto biased = make_samples(2.0, 1.0);
  for (auto& sample : biased) sample.candidate_positive = std::nullopt;
  CHECK(estimate_bridging(biased, make_rule()).verdict == Verdict::not_met);
}

TEST_CASE("the interval within the margin and both one-sided tests agree", "[bridging]") {
  for (const double bias : {0.0, 0.3, 0.44, 0.46, 0.47, 0.5}) {
    const Bridging found = estimate_bridging(make_samples(bias, 1.0), make_rule());
    INFO(bias);
    CHECK((found.criteria[0].verdict == Verdict::met) == (*found.equivalence_p_value < 0.05));
  }
}

TEST_CASE("the ratio of spreads: 1 is in the interval as long as the test of Pitman and Morgan does not reject",
          "[bridging]") {
  for (const double stretch : {0.9, 0.97, 0.99, 1.0, 1.005, 1.01, 1.1}) {
    const Bridging found = estimate_bridging(make_samples(0.1, stretch), make_rule());
    INFO(stretch);
    const auto& limits = *found.sd_ratio.interval;
    CHECK((limits.lower <= 1.0 && 1.0 <= limits.upper) == (*found.sd_p_value >= 0.05));
    // Naive: correlation of sums and differences.
    std::vector<double> sums;
    std::vector<double> differences;
    for (const auto& sample : make_samples(0.1, stretch)) {
      sums.push_back(*sample.candidate_value + *sample.reference_value);
      differences.push_back(*sample.candidate_value - *sample.reference_value);
    }
    double sum_mean = 0.0;
    double difference_mean = 0.0;
    for (std::size_t i = 0; i < 40; ++i) {
      sum_mean += sums[i] / 40.0;
      difference_mean += differences[i] / 40.0;
    }
    double product = 0.0;
    double a = 0.0;
    double b = 0.0;
    for (std::size_t i = 0; i < 40; ++i) {
      product += (sums[i] - sum_mean) * (differences[i] - difference_mean);
      a += std::pow(sums[i] - sum_mean, 2);
      b += std::pow(differences[i] - difference_mean, 2);
    }
    const double r = product / std::sqrt(a * b);
    CHECK(*found.sd_p_value == Approx(student_t_two_sided(r * std::sqrt(38.0 / (1.0 - r * r)), 38.0)).epsilon(1e-6));
  }
}

TEST_CASE("exchanging the lots mirrors bias and ratio", "[bridging]") {
  auto samples = make_samples(0.2, 1.1);
  const Bridging there = estimate_bridging(samples, make_rule());
  for (auto& sample : samples) std::swap(sample.reference_value, sample.candidate_value);
  const Bridging back = estimate_bridging(samples, make_rule());
  CHECK(*back.bias.value == Approx(-*there.bias.value));
  CHECK(*back.sd_ratio.value == Approx(1.0 / *there.sd_ratio.value));
  CHECK(back.sd_ratio.interval->lower == Approx(1.0 / there.sd_ratio.interval->upper));
}

TEST_CASE("a bridging without a rule, with samples twice or values that are none", "[bridging]") {
  CHECK_THROWS_AS(estimate_bridging(make_samples(0.0, 1.0), {}), Error);
  auto twice = make_samples(0.0, 1.0);
  twice[1].id = "S0";
  CHECK_THROWS_AS(estimate_bridging(twice, make_rule()), Error);
  auto wild = make_samples(0.0, 1.0);
  wild[0].candidate_value = HUGE_VAL;
  CHECK_THROWS_AS(estimate_bridging(wild, make_rule()), Error);
  BridgingOptions rule = make_rule();
  rule.least_ppa = 1.5;
  CHECK_THROWS_AS(estimate_bridging({}, rule), Error);
  CHECK(estimate_bridging({}, make_rule()).verdict == Verdict::cannot_be_judged);
}
