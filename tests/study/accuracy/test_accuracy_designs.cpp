// Percent agreement, indeterminate results, simultaneous intervals, and the further measures of a fourfold table.
#include <cmath>
#include <vector>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/study/accuracy/percent_agreement.hpp"
#include "libqpcr/study/accuracy/predictive_values.hpp"
#include "libqpcr/study/accuracy/simultaneous_accuracy.hpp"
#include "libqpcr/study/accuracy/three_way_accuracy.hpp"

using namespace qpcr;

namespace {

AccuracyOptions cohort() {
  AccuracyOptions made;
  made.sampling = Sampling::consecutive;
  return made;
}

}  // namespace

TEST_CASE("percent agreement is the fourfold arithmetic under other names", "[accuracy]") {
  const PercentAgreement found = estimate_percent_agreement({44, 1, 7, 168}, 0.95);
  CHECK(*found.positive.estimate == 44.0 / 51.0);
  CHECK(*found.negative.estimate == 168.0 / 169.0);
  CHECK(*found.overall.estimate == 212.0 / 220.0);
  CHECK(*found.average_positive.value == Approx(88.0 / 96.0).epsilon(1e-15));
  CHECK(*found.average_negative.value == Approx(336.0 / 344.0).epsilon(1e-15));
  CHECK(found.average_positive.interval->lower < *found.average_positive.value);
  CHECK(found.average_positive.interval->upper > *found.average_positive.value);
}

TEST_CASE("swapping tests changes PPA but not what is symmetric", "[accuracy]") {
  const PercentAgreement one = estimate_percent_agreement({30, 4, 9, 57}, 0.95);
  const PercentAgreement other = estimate_percent_agreement({30, 9, 4, 57}, 0.95);
  CHECK(one.average_positive == other.average_positive);
  CHECK(one.average_negative == other.average_negative);
  CHECK(one.overall.wilson == other.overall.wilson);
  CHECK(*one.kappa.value == Approx(*other.kappa.value).epsilon(1e-14));
  CHECK(*one.positive.estimate != *other.positive.estimate);
}

TEST_CASE("the logit error of average agreement is that of many multinomial samples", "[accuracy]") {
  // Delta method by numerical derivatives of the logit in the cell shares, with the multinomial covariance.
  const double n = 100.0;
  const double cells[4] = {0.30, 0.04, 0.09, 0.57};
  const auto logit = [](const double(&p)[4]) { return std::log(2.0 * p[0] / (p[1] + p[2])); };
  double gradient[4];
  for (int i = 0; i < 4; ++i) {
    double up[4] = {cells[0], cells[1], cells[2], cells[3]};
    double down[4] = {cells[0], cells[1], cells[2], cells[3]};
    up[i] += 1e-6;
    down[i] -= 1e-6;
    gradient[i] = (logit(up) - logit(down)) / 2e-6;
  }
  double variance = 0.0;
  for (int i = 0; i < 4; ++i) {
    for (int j = 0; j < 4; ++j)
      variance += gradient[i] * gradient[j] * ((i == j ? cells[i] : 0.0) - cells[i] * cells[j]) / n;
  }
  const PercentAgreement found = estimate_percent_agreement({30, 4, 9, 57}, 0.95);
  const double upper = found.average_positive.interval->upper;
  const double z = normal_upper_quantile(0.025);
  CHECK(std::log(upper / (1.0 - upper)) == Approx(std::log(60.0 / 13.0) + z * std::sqrt(variance)).epsilon(1e-8));
}

TEST_CASE("a comparator that never says positive leaves PPA not estimable", "[accuracy]") {
  const PercentAgreement found = estimate_percent_agreement({0, 3, 0, 20}, 0.95);
  CHECK(found.positive.why_absent->id == "not_estimable_no_comparator_positives");
  CHECK(*found.average_positive.value == 0.0);
  CHECK_FALSE(found.average_positive.interval.has_value());
  CHECK(estimate_percent_agreement({0, 0, 0, 5}, 0.95).average_positive.why_absent->id ==
        "not_estimable_result_never_given");
  CHECK_THROWS_AS(estimate_percent_agreement({-1, 0, 0, 5}, 0.95), Error);
  CHECK_THROWS_AS(estimate_percent_agreement({1, 0, 0, 5}, 0.0), Error);
}

TEST_CASE("indeterminate results: worst and best case bound every way of resolving them", "[accuracy]") {
  const ThreeWayTable table{40, 5, 10, 6, 7, 87};
  const ThreeWayAccuracy found = estimate_three_way_accuracy(table, cohort());
  CHECK(*found.indeterminate.estimate == Approx(12.0 / 155.0));
  CHECK(*found.indeterminate_cases.estimate == Approx(5.0 / 55.0));
  CHECK(*found.indeterminate_controls.estimate == 7.0 / 100.0);
  REQUIRE(found.scenarios.size() == 5);
  CHECK(found.scenarios[0].accuracy.table == FourfoldTable{40, 6, 10, 87});
  CHECK(found.scenarios[1].accuracy.table == FourfoldTable{45, 13, 10, 87});
  CHECK(found.scenarios[2].accuracy.table == FourfoldTable{40, 6, 15, 94});
  CHECK(found.scenarios[3].accuracy.table == FourfoldTable{40, 13, 15, 87});
  CHECK(found.scenarios[4].accuracy.table == FourfoldTable{45, 6, 10, 94});
  for (long i = 0; i <= 5; ++i) {
    for (long j = 0; j <= 7; ++j) {
      const AccuracyResult any = estimate_accuracy({40 + i, 6 + j, 15 - i, 94 - j}, cohort());
      CHECK(*any.sensitivity.estimate >= *found.scenarios[3].accuracy.sensitivity.estimate);
      CHECK(*any.sensitivity.estimate <= *found.scenarios[4].accuracy.sensitivity.estimate);
      CHECK(*any.specificity.estimate >= *found.scenarios[3].accuracy.specificity.estimate);
      CHECK(*any.specificity.estimate <= *found.scenarios[4].accuracy.specificity.estimate);
    }
  }
}

TEST_CASE("without indeterminate results all scenarios are the same; without subjects nothing is", "[accuracy]") {
  const ThreeWayAccuracy none = estimate_three_way_accuracy({40, 0, 10, 6, 0, 87}, cohort());
  for (const auto& scenario : none.scenarios) CHECK(scenario.accuracy.table == FourfoldTable{40, 6, 10, 87});
  const ThreeWayAccuracy nobody = estimate_three_way_accuracy({}, cohort());
  CHECK_FALSE(nobody.indeterminate.estimate.has_value());
  const ThreeWayAccuracy all = estimate_three_way_accuracy({0, 9, 0, 0, 9, 0}, cohort());
  CHECK_FALSE(all.scenarios[0].accuracy.sensitivity.estimate.has_value());
  CHECK(*all.scenarios[3].accuracy.sensitivity.estimate == 0.0);
  CHECK(*all.scenarios[4].accuracy.specificity.estimate == 1.0);
  CHECK_THROWS_AS(estimate_three_way_accuracy({1, -1, 0, 0, 0, 0}, cohort()), Error);
}

TEST_CASE("the rectangle of sensitivity and specificity covers both together", "[accuracy]") {
  // Exact: sum over all pairs of counts of 18 cases and 23 controls.
  const SimultaneousOptions options;
  for (const double sensitivity : {0.6, 0.85, 0.97}) {
    for (const double specificity : {0.7, 0.95}) {
      double both = 0.0;
      for (long tp = 0; tp <= 18; ++tp) {
        for (long tn = 0; tn <= 23; ++tn) {
          const SimultaneousAccuracy found = estimate_simultaneous_accuracy({tp, 23 - tn, 18 - tp, tn}, options);
          const Interval se = *found.sensitivity.interval;
          const Interval sp = *found.specificity.interval;
          if (se.lower <= sensitivity && sensitivity <= se.upper && sp.lower <= specificity && specificity <= sp.upper)
            both += binomial_mass(tp, 18, sensitivity) * binomial_mass(tn, 23, specificity);
        }
      }
      CHECK(both >= 0.95);
    }
  }
  SimultaneousOptions other = options;
  other.rule = SimultaneousRule::bonferroni;
  CHECK(other.marginal_confidence() == Approx(0.975).epsilon(1e-14));
  CHECK(options.marginal_confidence() < other.marginal_confidence());
  CHECK(options.marginal_confidence() * options.marginal_confidence() == Approx(0.95).epsilon(1e-14));
  CHECK(estimate_simultaneous_accuracy({0, 1, 0, 9}, options).sensitivity.why_absent->id == "not_estimable_no_cases");
  CHECK_THROWS_AS(estimate_simultaneous_accuracy({0, -1, 0, 9}, options), Error);
}

TEST_CASE("odds ratio, number needed to diagnose and shares of results", "[accuracy]") {
  const AccuracyResult found = estimate_accuracy({62, 10, 38, 90}, cohort());
  CHECK(*found.diagnostic_odds_ratio.value == Approx(62.0 * 90.0 / 380.0).epsilon(1e-14));
  CHECK(*found.diagnostic_odds_ratio.value ==
        Approx(*found.positive_likelihood_ratio.value / *found.negative_likelihood_ratio.value).epsilon(1e-13));
  CHECK(*found.number_needed_to_diagnose.value == Approx(1.0 / 0.52).epsilon(1e-13));
  CHECK(found.number_needed_to_diagnose.interval->lower == Approx(1.0 / found.youden_index.interval->upper));
  CHECK(*found.false_discovery_rate.estimate + *found.positive_predictive_value.estimate == Approx(1.0));
  CHECK(*found.ruled_out.estimate + *found.apparent_prevalence.estimate == Approx(1.0));
  const AccuracyResult useless = estimate_accuracy({5, 5, 5, 5}, cohort());
  CHECK(useless.number_needed_to_diagnose.why_absent->id == "not_estimable_youden_zero");
  const AccuracyResult weak = estimate_accuracy({6, 5, 5, 6}, cohort());
  CHECK(weak.number_needed_to_diagnose.value.has_value());
  CHECK(weak.number_needed_to_diagnose.why_absent->id == "interval_not_estimable_holds_zero");
  AccuracyOptions half = cohort();
  half.zero_cells = ZeroCells::add_half;
  const AccuracyResult perfect = estimate_accuracy({50, 0, 0, 50}, half);
  CHECK(*perfect.diagnostic_odds_ratio.value == Approx(101.0 * 101.0).epsilon(1e-13));
  CHECK(estimate_accuracy({50, 0, 0, 50}, cohort()).diagnostic_odds_ratio.why_absent->id ==
        "not_estimable_no_wrong_results");
  AccuracyOptions enriched;
  CHECK(estimate_accuracy({62, 10, 38, 90}, enriched).true_prevalence.why_absent->id ==
        "not_estimable_sampling_enriched");
}

TEST_CASE("adjusted logit: exists for zeros and nears the standard one as counts grow", "[accuracy]") {
  const PredictiveValues zeros =
      estimate_predictive_values({50, 0, 0, 50}, 0.05, 0.95, PredictiveInterval::logit_adjusted);
  REQUIRE(zeros.positive.interval.has_value());
  CHECK(zeros.positive.interval->upper < 1.0);
  const FourfoldTable many{620000, 100000, 380000, 900000};
  const PredictiveValues adjusted = estimate_predictive_values(many, 0.05, 0.95, PredictiveInterval::logit_adjusted);
  const PredictiveValues standard = estimate_predictive_values(many, 0.05, 0.95);
  CHECK(adjusted.positive.interval->lower == Approx(standard.positive.interval->lower).epsilon(1e-4));
  CHECK(adjusted.negative.interval->upper == Approx(standard.negative.interval->upper).epsilon(1e-4));
}
