// Decision curves and reclassification: counts by hand, theory, the same band on any number of threads.
#include <algorithm>
#include <cmath>
#include <limits>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/math/resampling.hpp"
#include "libqpcr/study/scores/decision_curve.hpp"
#include "libqpcr/study/scores/reclassification.hpp"

using namespace qpcr;

namespace {

struct TwoRisks {
  std::vector<double> first;
  std::vector<double> second;
  std::vector<int> outcomes;
};

TwoRisks make_risks(std::uint64_t seed, std::size_t rows, std::size_t grid) {
  ResamplingStream stream(seed, 2);
  TwoRisks made;
  for (std::size_t i = 0; i < rows; ++i) {
    made.first.push_back(static_cast<double>(stream.index(grid + 1)) / static_cast<double>(grid));
    made.second.push_back(static_cast<double>(stream.index(grid + 1)) / static_cast<double>(grid));
    made.outcomes.push_back(stream.index(3) == 0 ? 1 : 0);
  }
  return made;
}

}  // namespace

TEST_CASE("net benefit counts who is acted on", "[decision_curve]") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const TwoRisks data = make_risks(seed, 80, 10);
    for (const bool on_equal : {true, false}) {
      for (const std::optional<double> prevalence : {std::optional<double>(), std::optional(0.07)}) {
        DecisionCurveOptions options;
        options.thresholds = {0.0, 0.05, 0.3, 0.5, 0.7, 0.99};
        options.acts_on_equal = on_equal;
        options.prevalence = prevalence;
        const DecisionCurve found = estimate_decision_curve(data.first, data.outcomes, options);
        for (const DecisionPoint& point : found.points) {
          double events = 0, nonevents = 0, all_events = 0, all_nonevents = 0;
          for (std::size_t i = 0; i < 80; ++i) {
            const bool acts = on_equal ? data.first[i] >= point.threshold : data.first[i] > point.threshold;
            (data.outcomes[i] == 1 ? all_events : all_nonevents) += 1;
            if (acts) (data.outcomes[i] == 1 ? events : nonevents) += 1;
          }
          const double rate = prevalence.value_or(all_events / 80.0);
          const double odds = point.threshold / (1.0 - point.threshold);
          const double net = events / all_events * rate - nonevents / all_nonevents * (1 - rate) * odds;
          const double all = rate - (1 - rate) * odds;
          CHECK(std::abs(*point.net_benefit.value - net) < 1e-12);
          CHECK(std::abs(*point.net_benefit_all.value - all) < 1e-12);
          CHECK(std::abs(*point.standardised_net_benefit.value - net / rate) < 1e-12);
          if (odds > 0) {
            CHECK(std::abs(*point.interventions_avoided.value - (net - all) / odds) < 1e-11);
          } else {
            CHECK_FALSE(point.interventions_avoided.value);
          }
        }
      }
    }
  }
}

TEST_CASE("acting on all and on none are the curves of sure risks", "[decision_curve]") {
  const TwoRisks data = make_risks(3, 50, 10);
  const DecisionCurve all = estimate_decision_curve(std::vector<double>(50, 1.0), data.outcomes, {});
  const DecisionCurve none = estimate_decision_curve(std::vector<double>(50, 0.0), data.outcomes, {});
  REQUIRE(all.points.size() == 99);
  for (std::size_t k = 0; k < 99; ++k) {
    CHECK(std::abs(*all.points[k].difference_from_all.value) < 1e-13);
    CHECK(*none.points[k].net_benefit.value == 0.0);
  }
  // A perfect risk is worth the prevalence at every threshold.
  const std::vector<double> perfect(data.outcomes.begin(), data.outcomes.end());
  for (const DecisionPoint& point : estimate_decision_curve(perfect, data.outcomes, {}).points)
    CHECK(*point.standardised_net_benefit.value == Approx(1.0));
}

TEST_CASE("the band of a decision curve is the same on any number of threads", "[decision_curve]") {
  const TwoRisks data = make_risks(9, 300, 100);
  DecisionCurveOptions options;
  options.thresholds = {0.2, 0.4};
  options.replicates = 1000;
  options.seed = 12;
  for (const std::optional<double> prevalence : {std::optional<double>(), std::optional(0.1)}) {
    options.prevalence = prevalence;
    options.threads = 1;
    const DecisionCurve one = estimate_decision_curve(data.first, data.outcomes, options);
    options.threads = 3;
    const DecisionCurve three = estimate_decision_curve(data.first, data.outcomes, options);
    CHECK(one == three);
    options.seed = 13;
    CHECK_FALSE(one == estimate_decision_curve(data.first, data.outcomes, options));
    options.seed = 12;
    for (const DecisionPoint& point : one.points) {
      CHECK(point.net_benefit.interval->lower < *point.net_benefit.value);
      CHECK(point.net_benefit.interval->upper > *point.net_benefit.value);
    }
  }
  // Net benefit at a threshold is a mean of independent values: its band has the width of their standard error.
  options.prevalence.reset();
  options.replicates = 20000;
  options.thresholds = {0.4};
  const DecisionPoint point = estimate_decision_curve(data.first, data.outcomes, options).points[0];
  double mean = 0.0;
  double square = 0.0;
  for (std::size_t i = 0; i < 300; ++i) {
    const double value = data.first[i] < 0.4 ? 0.0 : data.outcomes[i] == 1 ? 1.0 : -0.4 / 0.6;
    mean += value / 300.0;
    square += value * value / 300.0;
  }
  const double error = std::sqrt((square - mean * mean) / 300.0);
  CHECK(point.net_benefit.interval->upper - point.net_benefit.interval->lower ==
        Approx(2 * 1.96 * error).epsilon(0.04));
}

TEST_CASE("decision curves without subjects or classes are not estimable, malformed ones refused", "[decision_curve]") {
  DecisionCurveOptions options;
  options.thresholds = {0.2};
  CHECK(estimate_decision_curve({}, {}, options).points[0].net_benefit.why_absent->id == "score_no_subjects");
  const std::vector<double> risks{0.1, 0.5};
  const std::vector<int> none{0, 0};
  const DecisionPoint without = estimate_decision_curve(risks, none, options).points[0];
  CHECK(*without.net_benefit.value == Approx(-0.5 * 0.25));
  CHECK_FALSE(without.standardised_net_benefit.value);
  options.prevalence = 0.1;
  CHECK(estimate_decision_curve(risks, none, options).points[0].net_benefit.why_absent->id == "score_no_events");
  CHECK_THROWS_AS(estimate_decision_curve(risks, std::vector<int>{0}, {}), Error);
  CHECK_THROWS_AS(estimate_decision_curve(std::vector<double>{0.1, 2.0}, none, {}), Error);
  for (const double threshold : {-0.1, 1.0, std::numeric_limits<double>::quiet_NaN()}) {
    DecisionCurveOptions bad;
    bad.thresholds = {threshold};
    CHECK_THROWS_AS(estimate_decision_curve(risks, none, bad), Error);
  }
  for (const double prevalence : {0.0, 1.0, std::numeric_limits<double>::quiet_NaN()}) {
    DecisionCurveOptions bad;
    bad.prevalence = prevalence;
    CHECK_THROWS_AS(estimate_decision_curve(risks, none, bad), Error);
  }
}

TEST_CASE("reclassification counts moves", "[reclassification]") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const TwoRisks data = make_risks(seed, 70, 20);
    for (const std::vector<double>& cuts : {std::vector<double>(), std::vector<double>{0.3, 0.6}}) {
      const auto category = [&](double risk) {
        if (cuts.empty()) return risk;
        return risk < 0.3 ? 0.0 : risk < 0.6 ? 1.0 : 2.0;
      };
      double up[2] = {}, down[2] = {}, count[2] = {}, change[2] = {};
      for (std::size_t i = 0; i < 70; ++i) {
        const auto k = static_cast<std::size_t>(data.outcomes[i]);
        const double before = category(data.first[i]);
        const double after = category(data.second[i]);
        count[k] += 1;
        up[k] += after > before ? 1 : 0;
        down[k] += after < before ? 1 : 0;
        change[k] += data.second[i] - data.first[i];
      }
      ReclassificationOptions options;
      options.cut_offs = cuts;
      const ReclassificationResult found = estimate_reclassification(data.first, data.second, data.outcomes, options);
      const double events = (up[1] - down[1]) / count[1];
      const double nonevents = (down[0] - up[0]) / count[0];
      CHECK(*found.net_reclassification.estimate.value == Approx(events + nonevents).margin(1e-13));
      CHECK(*found.net_reclassification_events.estimate.value == Approx(events).margin(1e-13));
      CHECK(*found.net_reclassification_nonevents.estimate.value == Approx(nonevents).margin(1e-13));
      CHECK(*found.integrated_discrimination.estimate.value ==
            Approx(change[1] / count[1] - change[0] / count[0]).margin(1e-13));
      // The standard error of a mean of moves of +1, 0 and −1.
      double variance = 0.0;
      for (const std::size_t k : {std::size_t{0}, std::size_t{1}}) {
        const double mean = (up[k] - down[k]) / count[k];
        variance += (up[k] * (1 - mean) * (1 - mean) + down[k] * (1 + mean) * (1 + mean) +
                     (count[k] - up[k] - down[k]) * mean * mean) /
                    count[k] / count[k];
      }
      CHECK(*found.net_reclassification.estimate.standard_error == Approx(std::sqrt(variance)));
      // Exchanging the models changes signs only.
      const ReclassificationResult back = estimate_reclassification(data.second, data.first, data.outcomes, options);
      CHECK(*back.net_reclassification.estimate.value ==
            Approx(-*found.net_reclassification.estimate.value).margin(1e-13));
      CHECK(*back.integrated_discrimination.z == Approx(-*found.integrated_discrimination.z));
      long total = 0;
      for (const long cell : found.events.table) total += cell;
      CHECK(total == (cuts.empty() ? 0 : found.events.subjects));
    }
  }
}

TEST_CASE("a model against itself reclassifies nobody and has no test", "[reclassification]") {
  const TwoRisks data = make_risks(2, 30, 20);
  const ReclassificationResult found = estimate_reclassification(data.first, data.first, data.outcomes, {});
  CHECK(*found.net_reclassification.estimate.value == 0.0);
  CHECK(found.net_reclassification.estimate.why_absent->id == "score_no_variation");
  CHECK_FALSE(found.net_reclassification.z);
  CHECK_FALSE(found.net_reclassification.p_value);
  CHECK_FALSE(found.integrated_discrimination.p_value);
}

TEST_CASE("reclassification without a class is not estimable, malformed input refused", "[reclassification]") {
  const std::vector<double> risks{0.1, 0.6, 0.4};
  const std::vector<int> events{1, 1, 1};
  const ReclassificationResult one_class = estimate_reclassification(risks, risks, events, {});
  CHECK(one_class.net_reclassification.estimate.why_absent->id == "score_no_nonevents");
  CHECK(one_class.net_reclassification_nonevents.estimate.why_absent->id == "score_no_nonevents");
  CHECK(one_class.net_reclassification_events.estimate.value);
  CHECK_FALSE(estimate_reclassification({}, {}, {}, {}).net_reclassification.estimate.value);
  const std::vector<double> single{0.2, 0.3, 0.7};
  const ReclassificationResult one_event = estimate_reclassification(risks, single, std::vector<int>{1, 0, 0}, {});
  CHECK(one_event.integrated_discrimination.estimate.value);
  CHECK_FALSE(one_event.integrated_discrimination.estimate.interval);
  CHECK_THROWS_AS(estimate_reclassification(risks, std::vector<double>{0.1}, events, {}), Error);
  CHECK_THROWS_AS(estimate_reclassification(risks, std::vector<double>{0.1, 0.2, 1.2}, events, {}), Error);
  CHECK_THROWS_AS(estimate_reclassification(risks, risks, std::vector<int>{1, 0, 3}, {}), Error);
  for (const std::vector<double>& cuts : {std::vector<double>{0.5, 0.5}, std::vector<double>{0.0},
                                          std::vector<double>{1.0}, std::vector<double>{0.6, 0.3}}) {
    ReclassificationOptions options;
    options.cut_offs = cuts;
    CHECK_THROWS_AS(estimate_reclassification(risks, risks, events, options), Error);
  }
}
