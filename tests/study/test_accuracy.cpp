// Fourfold accuracy: published tables, other programs, and what cannot be estimated.
#include <cmath>
#include <string>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/file.hpp"
#include "libqpcr/study/accuracy.hpp"
#include "tests/support/reference_data.hpp"

using qpcr::AccuracyOptions;
using qpcr::AccuracyResult;
using qpcr::estimate_accuracy;
using qpcr::FourfoldTable;
using qpcr::Index;
using qpcr::Interval;
using qpcr::Proportion;
using qpcr::Sampling;

namespace {

constexpr double interval_tolerance = 1e-10;
constexpr double table_tolerance = 1e-9;

AccuracyOptions consecutive(double confidence = 0.95) {
  AccuracyOptions options;
  options.confidence = confidence;
  options.sampling = Sampling::consecutive;
  return options;
}

void check_interval(const std::optional<Interval>& interval, const nlohmann::json& limits, double tolerance,
                    std::size_t first = 0) {
  REQUIRE(interval.has_value());
  CHECK(std::abs(interval->lower - limits.at(first).get<double>()) <= tolerance);
  CHECK(std::abs(interval->upper - limits.at(first + 1).get<double>()) <= tolerance);
}

/// A triple estimate, lower, upper of epiR; where epiR has no number we must not have one either.
void check_triple(const Proportion& proportion, const std::optional<Interval>& interval, const nlohmann::json& triple) {
  if (triple.at(0).is_null()) {
    CHECK_FALSE(proportion.estimate.has_value());
    CHECK_FALSE(interval.has_value());
    CHECK(proportion.why_absent.has_value());
    return;
  }
  REQUIRE(proportion.estimate.has_value());
  CHECK(std::abs(*proportion.estimate - triple.at(0).get<double>()) <= interval_tolerance);
  check_interval(interval, triple, interval_tolerance, 1);
}

void check_index(const Index& index, const nlohmann::json& triple) {
  if (triple.at(0).is_null() || triple.at(0).is_string()) {
    CHECK_FALSE(index.estimate.has_value());
    CHECK(index.why_absent.has_value());
    return;
  }
  REQUIRE(index.estimate.has_value());
  CHECK(*index.estimate == Approx(triple.at(0).get<double>()).epsilon(table_tolerance).margin(table_tolerance));
  if (triple.at(1).is_null() || triple.at(2).is_null()) {
    CHECK_FALSE(index.interval.has_value());
    return;
  }
  REQUIRE(index.interval.has_value());
  CHECK(index.interval->lower == Approx(triple.at(1).get<double>()).epsilon(table_tolerance).margin(table_tolerance));
  CHECK(index.interval->upper == Approx(triple.at(2).get<double>()).epsilon(table_tolerance).margin(table_tolerance));
}

FourfoldTable read_table(const nlohmann::json& input) {
  return {input.at("tp").get<long>(), input.at("fp").get<long>(), input.at("fn").get<long>(),
          input.at("tn").get<long>()};
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
  CHECK_FALSE(nobody.kappa.estimate.has_value());
  CHECK_FALSE(nobody.youden_index.estimate.has_value());

  const AccuracyResult all_positive = estimate_accuracy({10, 20, 0, 0}, consecutive());
  CHECK(*all_positive.sensitivity.estimate == 1.0);
  CHECK(all_positive.sensitivity.wilson->upper == 1.0);
  CHECK(*all_positive.specificity.estimate == 0.0);
  CHECK_FALSE(all_positive.negative_predictive_value.estimate.has_value());
  CHECK(*all_positive.positive_likelihood_ratio.estimate == 1.0);
  CHECK_FALSE(all_positive.negative_likelihood_ratio.estimate.has_value());

  const AccuracyResult perfect = estimate_accuracy({50, 0, 0, 50}, consecutive());
  CHECK(perfect.positive_likelihood_ratio.why_absent->id == "not_estimable_no_false_positives");
  CHECK(*perfect.negative_likelihood_ratio.estimate == 0.0);
  CHECK_FALSE(perfect.negative_likelihood_ratio.interval.has_value());
  CHECK(*perfect.kappa.estimate == 1.0);

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
    CHECK(*one.kappa.estimate == Approx(*other.kappa.estimate).margin(1e-14));
  }
}

TEST_CASE("options and counts without meaning are refused") {
  CHECK_THROWS_AS(estimate_accuracy({1, 1, 1, 1}, consecutive(1.0)), qpcr::Error);
  CHECK_THROWS_AS(estimate_accuracy({1, 1, 1, 1}, consecutive(std::nan(""))), qpcr::Error);
  CHECK_THROWS_AS(estimate_accuracy({-1, 1, 1, 1}, consecutive()), qpcr::Error);
}

TEST_CASE("fourfold tables equal epiR and DescTools", "[reference]") {
  const auto path = qpcr::test::reference_data() / "statistics" / "reference" / "diagnostic_2x2.json";
  const auto cases = nlohmann::json::parse(qpcr::read_file(path)).at("cases");
  REQUIRE(cases.size() >= 10);
  for (const auto& row : cases) {
    INFO(row.at("id"));
    const auto& expected = row.at("expected");
    const AccuracyResult result =
        estimate_accuracy(read_table(row.at("input")), consecutive(row.at("input").at("conf_level").get<double>()));
    check_triple(result.sensitivity, result.sensitivity.clopper_pearson, expected.at("epiR_se"));
    check_triple(result.specificity, result.specificity.clopper_pearson, expected.at("epiR_sp"));
    check_triple(result.positive_predictive_value, result.positive_predictive_value.clopper_pearson,
                 expected.at("epiR_pv_pos"));
    check_triple(result.negative_predictive_value, result.negative_predictive_value.clopper_pearson,
                 expected.at("epiR_pv_neg"));
    check_triple(result.overall_accuracy, result.overall_accuracy.clopper_pearson, expected.at("epiR_diag_ac"));
    check_triple(result.sensitivity, result.sensitivity.wilson, expected.at("epiR_wilson_se"));
    check_triple(result.specificity, result.specificity.wilson, expected.at("epiR_wilson_sp"));
    check_triple(result.positive_predictive_value, result.positive_predictive_value.wilson,
                 expected.at("epiR_wilson_pv_pos"));
    check_triple(result.negative_predictive_value, result.negative_predictive_value.wilson,
                 expected.at("epiR_wilson_pv_neg"));
    check_triple(result.overall_accuracy, result.overall_accuracy.wilson, expected.at("epiR_wilson_diag_ac"));
    check_index(result.positive_likelihood_ratio, expected.at("epiR_lr_pos"));
    check_index(result.negative_likelihood_ratio, expected.at("epiR_lr_neg"));
    check_index(result.kappa, expected.at("kappa"));
  }
}

TEST_CASE("regulatory tables", "[reference]") {
  const auto path = qpcr::test::reference_data() / "statistics" / "reference" / "regulatory_2x2.json";
  const auto cases = nlohmann::json::parse(qpcr::read_file(path)).at("cases");
  REQUIRE(cases.size() >= 2);
  for (const auto& row : cases) {
    INFO(row.at("id"));
    const auto& expected = row.at("expected");
    const AccuracyResult result = estimate_accuracy(read_table(row.at("input")), consecutive());
    CHECK(*result.sensitivity.estimate == Approx(expected.at("sens").get<double>()).margin(table_tolerance));
    CHECK(*result.specificity.estimate == Approx(expected.at("spec").get<double>()).margin(table_tolerance));
    CHECK(*result.positive_predictive_value.estimate ==
          Approx(expected.at("ppv").get<double>()).margin(table_tolerance));
    CHECK(*result.negative_predictive_value.estimate ==
          Approx(expected.at("npv").get<double>()).margin(table_tolerance));
    CHECK(*result.overall_accuracy.estimate == Approx(expected.at("accuracy").get<double>()).margin(table_tolerance));
    check_interval(result.sensitivity.wilson, expected.at("sens_wilson"), interval_tolerance);
    check_interval(result.sensitivity.clopper_pearson, expected.at("sens_cp"), interval_tolerance);
    check_interval(result.specificity.wilson, expected.at("spec_wilson"), interval_tolerance);
    check_interval(result.specificity.clopper_pearson, expected.at("spec_cp"), interval_tolerance);
    check_interval(result.positive_predictive_value.wilson, expected.at("ppv_wilson"), interval_tolerance);
    check_interval(result.negative_predictive_value.wilson, expected.at("npv_wilson"), interval_tolerance);
    check_interval(result.overall_accuracy.wilson, expected.at("acc_wilson"), interval_tolerance);
    const auto check = [&](const Index& index, const nlohmann::json& value, const nlohmann::json& limits) {
      check_index(index, nlohmann::json::array({value, limits.at(0), limits.at(1)}));
    };
    check(result.positive_likelihood_ratio, expected.at("lr_pos"), expected.at("lr_pos_simel_ci"));
    check(result.negative_likelihood_ratio, expected.at("lr_neg"), expected.at("lr_neg_simel_ci"));
    check(result.youden_index, expected.at("youden"), expected.at("youden_newcombe_score_ci"));
    check_index(result.kappa, expected.at("kappa"));
  }
}

TEST_CASE("single proportions equal DescTools", "[reference]") {
  const auto path = qpcr::test::reference_data() / "statistics" / "reference" / "single_proportion_ci.json";
  const auto cases = nlohmann::json::parse(qpcr::read_file(path)).at("cases");
  REQUIRE(cases.size() >= 197);
  for (const auto& row : cases) {
    INFO(row.at("id"));
    const auto& input = row.at("input");
    const Proportion proportion =
        qpcr::estimate_proportion(input.at("x").get<long>(), input.at("n").get<long>(),
                                  input.at("conf_level").get<double>(), "not_estimable_no_subjects");
    CHECK(std::abs(*proportion.estimate - row.at("expected").at("estimate").get<double>()) <= interval_tolerance);
    check_interval(proportion.wilson, row.at("expected").at("wilson"), interval_tolerance);
    check_interval(proportion.clopper_pearson, row.at("expected").at("clopper_pearson"), interval_tolerance);
  }
}
