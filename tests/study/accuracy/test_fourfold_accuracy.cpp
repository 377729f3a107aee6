// Fourfold accuracy: published tables, other programs, and what cannot be estimated.
#include <cmath>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/study/accuracy/fourfold_accuracy.hpp"

using qpcr::AccuracyOptions;
using qpcr::AccuracyResult;
using qpcr::estimate_accuracy;
using qpcr::FourfoldTable;
using qpcr::Proportion;
using qpcr::Sampling;

namespace {

AccuracyOptions consecutive(double confidence = 0.95) {
  AccuracyOptions options;
  options.confidence = confidence;
  options.sampling = Sampling::consecutive;
  return options;
}

}  // namespace

TEST_CASE("the example of the FDA guidance of 2007") {
  const AccuracyResult result = estimate_accuracy({44, 1, 7, 168}, consecutive());
  CHECK(*result.sensitivity.estimate == Approx(0.863).margin(0.0005));
  CHECK(*result.specificity.estimate == Approx(0.994).margin(0.0005));
  CHECK(result.sensitivity.numerator == 44);
  CHECK(result.sensitivity.denominator == 51);
  CHECK(result.overall_accuracy.numerator == 212);
  CHECK(result.table.total() == 220);
}

TEST_CASE("Newcombe 1998, table I: score limits of single proportions") {
  struct Published {
    long successes, trials;
    double lower, upper;
  };
  for (const Published& row : {Published{81, 263, 0.2553, 0.3662}, Published{15, 148, 0.0624, 0.1605},
                               Published{0, 20, 0.0, 0.1611}, Published{1, 29, 0.0061, 0.1718}}) {
    const Proportion proportion =
        qpcr::estimate_proportion(row.successes, row.trials, 0.95, "not_estimable_no_subjects");
    CHECK(proportion.wilson->lower == Approx(row.lower).margin(0.00005));
    CHECK(proportion.wilson->upper == Approx(row.upper).margin(0.00005));
  }
}

TEST_CASE("a miR-92a kit of the Chinese regulator's review: 244/340 and 813/901") {
  const AccuracyResult result = estimate_accuracy({244, 88, 96, 813}, consecutive());
  CHECK(100 * *result.sensitivity.estimate == Approx(71.76).margin(0.005));
  CHECK(100 * *result.specificity.estimate == Approx(90.23).margin(0.005));
}

TEST_CASE("what has no denominator is not estimable and says why") {
  const AccuracyResult nobody = estimate_accuracy({0, 0, 0, 0}, consecutive());
  for (const Proportion* proportion : {&nobody.sensitivity, &nobody.specificity, &nobody.overall_accuracy,
                                       &nobody.positive_predictive_value, &nobody.negative_predictive_value}) {
    CHECK_FALSE(proportion->estimate.has_value());
    CHECK_FALSE(proportion->wilson.has_value());
    CHECK_FALSE(proportion->clopper_pearson.has_value());
    CHECK(proportion->why_absent.has_value());
  }
  CHECK(nobody.sensitivity.why_absent->id == "not_estimable_no_cases");
  CHECK(nobody.specificity.why_absent->id == "not_estimable_no_controls");
  CHECK_FALSE(nobody.kappa.value.has_value());
  CHECK_FALSE(nobody.youden_index.value.has_value());

  const AccuracyResult all_positive = estimate_accuracy({10, 20, 0, 0}, consecutive());
  CHECK(*all_positive.sensitivity.estimate == 1.0);
  CHECK(all_positive.sensitivity.wilson->upper == 1.0);
  CHECK(*all_positive.specificity.estimate == 0.0);
  CHECK_FALSE(all_positive.negative_predictive_value.estimate.has_value());
  CHECK(*all_positive.positive_likelihood_ratio.value == 1.0);
  CHECK_FALSE(all_positive.negative_likelihood_ratio.value.has_value());

  const AccuracyResult perfect = estimate_accuracy({50, 0, 0, 50}, consecutive());
  CHECK(perfect.positive_likelihood_ratio.why_absent->id == "not_estimable_no_false_positives");
  CHECK(*perfect.negative_likelihood_ratio.value == 0.0);
  CHECK_FALSE(perfect.negative_likelihood_ratio.interval.has_value());
  CHECK(*perfect.kappa.value == 1.0);

  const AccuracyResult only_positive_cases = estimate_accuracy({10, 0, 0, 0}, consecutive());
  CHECK(only_positive_cases.kappa.why_absent->id == "not_estimable_no_variation");
}

TEST_CASE("raw predictive values only for a consecutive cohort") {
  AccuracyOptions options;
  options.sampling = Sampling::enriched;
  const AccuracyResult enriched = estimate_accuracy({44, 1, 7, 168}, options);
  CHECK_FALSE(enriched.positive_predictive_value.estimate.has_value());
  CHECK(enriched.positive_predictive_value.why_absent->id == "not_estimable_sampling_enriched");
  CHECK_FALSE(enriched.negative_predictive_value.wilson.has_value());
  CHECK(estimate_accuracy({44, 1, 7, 168}, consecutive()).positive_predictive_value.estimate.has_value());
}

TEST_CASE("swapping the conditions swaps sensitivity and specificity") {
  for (const FourfoldTable& table :
       {FourfoldTable{62, 10, 38, 90}, FourfoldTable{3, 0, 1, 7}, FourfoldTable{0, 5, 9, 2}}) {
    const AccuracyResult one = estimate_accuracy(table, consecutive());
    const AccuracyResult other = estimate_accuracy(
        {table.true_negative, table.false_negative, table.false_positive, table.true_positive}, consecutive());
    CHECK(one.sensitivity.estimate == other.specificity.estimate);
    CHECK(one.sensitivity.wilson == other.specificity.wilson);
    CHECK(one.sensitivity.clopper_pearson == other.specificity.clopper_pearson);
    CHECK(*one.kappa.value == Approx(*other.kappa.value).margin(1e-14));
  }
}

TEST_CASE("options and counts without meaning are refused") {
  CHECK_THROWS_AS(estimate_accuracy({1, 1, 1, 1}, consecutive(1.0)), qpcr::Error);
  CHECK_THROWS_AS(estimate_accuracy({1, 1, 1, 1}, consecutive(std::nan(""))), qpcr::Error);
  CHECK_THROWS_AS(estimate_accuracy({-1, 1, 1, 1}, consecutive()), qpcr::Error);
}

TEST_CASE("counts whose products no integer type holds") {
  const long many = 9'000'000'000;
  const AccuracyResult uninformative = estimate_accuracy({many, many / 3, 2 * many, 2 * (many / 3)}, consecutive());
  CHECK_FALSE(uninformative.number_needed_to_diagnose.value.has_value());
  CHECK(uninformative.number_needed_to_diagnose.why_absent->id == "not_estimable_youden_zero");
  const AccuracyResult informative = estimate_accuracy({many, many / 3 - 1, 2 * many, 2 * (many / 3)}, consecutive());
  CHECK(informative.number_needed_to_diagnose.value.has_value());
  CHECK(estimate_accuracy({many, 0, 0, 0}, consecutive()).kappa.why_absent->id == "not_estimable_no_variation");
  CHECK(*estimate_accuracy({many, 0, 0, many}, consecutive()).kappa.value == 1.0);
}
