// Predictive values at stated prevalences: Bayes by counting, another program, and what cannot be estimated.
#include <cmath>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/study/accuracy/predictive_values.hpp"

using qpcr::estimate_predictive_values;
using qpcr::FourfoldTable;
using qpcr::PredictiveValues;

TEST_CASE("at the prevalence of the table itself the raw predictive values come back") {
  const FourfoldTable table{44, 1, 7, 168};
  const PredictiveValues values = estimate_predictive_values(table, 51.0 / 220.0, 0.95);
  CHECK(*values.positive.value == Approx(44.0 / 45.0).margin(1e-14));
  CHECK(*values.negative.value == Approx(168.0 / 175.0).margin(1e-14));
}

TEST_CASE("counting people gives the same") {
  // 100 000 people, 1 % ill, sensitivity 80 %, specificity 90 %: 800 true and 9 900 false positives.
  const PredictiveValues values = estimate_predictive_values({80, 10, 20, 90}, 0.01, 0.95);
  CHECK(*values.positive.value == Approx(800.0 / 10700.0).margin(1e-14));
  CHECK(*values.negative.value == Approx(89100.0 / 89300.0).margin(1e-14));
  CHECK(values.positive.interval->lower < *values.positive.value);
  CHECK(values.positive.interval->upper > *values.positive.value);
}

TEST_CASE("PPV grows and NPV falls with the prevalence") {
  double last_positive = 0.0;
  double last_negative = 1.0;
  for (const double prevalence : {0.001, 0.01, 0.05, 0.2, 0.5, 0.9}) {
    const PredictiveValues values = estimate_predictive_values({62, 10, 38, 90}, prevalence, 0.95);
    CHECK(*values.positive.value > last_positive);
    CHECK(*values.negative.value < last_negative);
    last_positive = *values.positive.value;
    last_negative = *values.negative.value;
  }
}

TEST_CASE("zero cells give no interval, and empty groups nothing") {
  const PredictiveValues perfect = estimate_predictive_values({50, 0, 0, 50}, 0.05, 0.95);
  CHECK(*perfect.positive.value == 1.0);
  CHECK_FALSE(perfect.positive.interval.has_value());
  CHECK(perfect.positive.why_absent->id == "interval_not_estimable_zero_cell");
  const PredictiveValues no_controls = estimate_predictive_values({10, 0, 3, 0}, 0.05, 0.95);
  CHECK_FALSE(no_controls.positive.value.has_value());
  const PredictiveValues never_positive = estimate_predictive_values({0, 0, 10, 10}, 0.05, 0.95);
  CHECK_FALSE(never_positive.positive.value.has_value());
  CHECK(never_positive.positive.why_absent->id == "not_estimable_result_never_given");
  CHECK(*never_positive.negative.value == Approx(0.95).margin(1e-15));
}

TEST_CASE("a prevalence outside (0, 1) is refused") {
  for (const double prevalence : {0.0, 1.0, -0.1, std::nan("")}) {
    CHECK_THROWS_AS(estimate_predictive_values({1, 1, 1, 1}, prevalence, 0.95), qpcr::Error);
  }
}
