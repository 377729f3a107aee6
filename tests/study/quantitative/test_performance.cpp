// Linearity, interference, cross-reactivity, recovery, carry-over and stability: naive witnesses, properties, bad
// input.
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/study/evaluation.hpp"
#include "libqpcr/study/quantitative/carry_over.hpp"
#include "libqpcr/study/quantitative/cross_reactivity.hpp"
#include "libqpcr/study/quantitative/interference.hpp"
#include "libqpcr/study/quantitative/linearity.hpp"
#include "libqpcr/study/quantitative/recovery.hpp"
#include "libqpcr/study/quantitative/stability.hpp"

using namespace qpcr;

namespace {

const std::vector<double> levels{1, 1, 2, 2, 3, 3, 4, 4, 5, 5};
const std::vector<double> curved{4.7, 4.6, 7.8, 7.6, 10.4, 10.2, 13.0, 13.1, 15.5, 15.3};

std::vector<double> map_values(std::vector<double> values, double shift, double scale) {
  for (double& value : values) value = shift + scale * value;
  return values;
}

std::vector<StabilityPoint> make_lots(double slope_a, double slope_b, double start_b) {
  const double noise[] = {0.3, -0.2, 0.1, -0.4, 0.2};
  std::vector<StabilityPoint> points;
  for (int i = 0; i < 5; ++i) {
    points.push_back({6.0 * i, 100.0 + slope_a * 6.0 * i + noise[i], "A"});
    points.push_back({6.0 * i, start_b + slope_b * 6.0 * i - noise[4 - i], "B"});
  }
  return points;
}

}  // namespace

TEST_CASE("linearity follows affine changes of the values", "[quantitative]") {
  const LinearityResult base = estimate_linearity(levels, curved);
  const LinearityResult moved = estimate_linearity(levels, map_values(curved, 7.0, -3.0));
  CHECK(base.best_degree == 2);
  CHECK(moved.best_degree == base.best_degree);
  CHECK(moved.lack_of_fit->p_value == Approx(base.lack_of_fit->p_value).epsilon(1e-8));
  for (std::size_t i = 0; i < base.levels.size(); ++i) {
    CHECK(*moved.levels[i].best_minus_linear == Approx(-3.0 * *base.levels[i].best_minus_linear).margin(1e-11));
    CHECK(*moved.levels[i].deviation.value == Approx(-3.0 * *base.levels[i].deviation.value).margin(1e-11));
  }
}

TEST_CASE("intervals of deviations follow from the projection of the means", "[quantitative]") {
  // Equal weights: var of deviation i is s²/n·(1 − hᵢᵢ), with h of five equally spaced levels.
  LinearityOptions options;
  options.weights = LevelWeights::equal;
  options.confidence = 0.95;
  const LinearityResult found = estimate_linearity(levels, curved, options);
  const double variance = std::pow(*found.repeatability_sd.value, 2) / 2.0;
  for (std::size_t i = 0; i < 5; ++i) {
    const double distance = static_cast<double>(i) - 2.0;
    const double leverage = 0.2 + distance * distance / 10.0;
    CHECK(*found.levels[i].deviation.standard_error == Approx(std::sqrt(variance * (1.0 - leverage))).epsilon(1e-11));
  }
}

TEST_CASE("linearity is judged by the interval of each level", "[quantitative]") {
  LinearityOptions options;
  options.allowable_deviation = 50.0;
  CHECK(estimate_linearity(levels, curved, options).linear == true);
  options.allowable_deviation = 0.01;
  CHECK(estimate_linearity(levels, curved, options).linear != true);
  std::vector<double> bent = curved;
  bent[8] = bent[9] = 25.0;
  bent[8] += 0.1;
  options.weights = LevelWeights::equal;
  options.allowable_deviation = 1.0;
  CHECK(estimate_linearity(levels, bent, options).linear == false);
}

TEST_CASE("exact straight lines and single replicates", "[quantitative]") {
  std::vector<double> straight;
  for (const double level : levels) straight.push_back(3.0 + 2.0 * level);
  const LinearityResult exact = estimate_linearity(levels, straight);
  CHECK(exact.best_degree == 1);
  CHECK(exact.why_no_lack_of_fit->id == "quantitative_no_variation");
  CHECK(exact.weighted_slope.why_absent->id == "quantitative_level_without_weight");
  const std::vector<double> single{1, 2, 3, 4, 5};
  const LinearityResult once = estimate_linearity(single, std::vector<double>{1.1, 2.0, 3.2, 3.9, 5.1});
  CHECK(once.repeatability_sd.why_absent->id == "quantitative_no_replicates");
  CHECK(once.why_no_lack_of_fit->id == "quantitative_no_replicates");
  CHECK_THROWS_AS(estimate_linearity(single, curved), Error);
  CHECK_THROWS_AS(estimate_linearity(std::vector<double>{1, 1}, std::vector<double>{1, 2}), Error);
  LinearityOptions logarithmic;
  logarithmic.log10_level = true;
  CHECK_THROWS_AS(estimate_linearity(std::vector<double>{0, 1}, std::vector<double>{1, 2}, logarithmic), Error);
}

TEST_CASE("log10 levels are the levels' logarithms", "[quantitative]") {
  std::vector<double> doses;
  for (const double level : levels) doses.push_back(std::pow(10.0, level));
  LinearityOptions logarithmic;
  logarithmic.log10_level = true;
  const LinearityResult a = estimate_linearity(doses, curved, logarithmic);
  const LinearityResult b = estimate_linearity(levels, curved);
  CHECK(a.polynomials[0]->coefficients[1] == Approx(b.polynomials[0]->coefficients[1]).epsilon(1e-12));
  CHECK(*a.levels[0].deviation_in_level == Approx(*b.levels[0].deviation_in_level).margin(1e-12));
}

TEST_CASE("paired and unpaired interference by their naive formulas", "[quantitative]") {
  const std::vector<double> test{10.4, 10.9, 10.1, 10.6};
  const std::vector<double> control{10.0, 10.3, 9.9, 10.1};
  InterferenceOptions options;
  options.allowable_effect = 2.0;
  const InterferenceResult paired = estimate_interference(test, control, true, options);
  // Differences 0.4, 0.6, 0.2, 0.5: mean 0.425, sd 0.170783; t(0.975; 3) = 3.182446.
  CHECK(*paired.effect.value == Approx(0.425).epsilon(1e-12));
  CHECK(paired.effect.interval->upper == Approx(0.425 + 3.18244630528371 * 0.170782512765993 / 2.0).epsilon(1e-9));
  CHECK(paired.verdict == EffectVerdict::no_interference);
  options.allowable_effect = 0.1;
  CHECK(estimate_interference(test, control, true, options).verdict == EffectVerdict::interference);
  options.allowable_effect = 0.4;
  CHECK(estimate_interference(test, control, true, options).verdict == EffectVerdict::undecided);
  CHECK(*estimate_interference(control, test, false, options).effect.value == Approx(-0.425).epsilon(1e-12));
  CHECK(estimate_interference({}, control, false, options).effect.why_absent->id == "quantitative_too_few_values");
  CHECK_THROWS_AS(estimate_interference(test, std::vector<double>{1.0}, true, options), Error);
  // EP07's example of planning: 95 % confidence and power, effect of one sd: 2·(1.96 + 1.645)² = 25.99.
  CHECK(find_interference_replicates(1.0, 1.0, 0.95, 0.95) == 26);
  CHECK_THROWS_AS(find_interference_replicates(1.0, 0.0, 0.95, 0.95), Error);
}

TEST_CASE("dose response of interference: the harmless concentration meets the allowable effect", "[quantitative]") {
  const std::vector<double> concentration{0, 0, 5, 5, 10, 10};
  const std::vector<double> value{50.1, 49.9, 52.6, 52.4, 55.2, 54.8};
  InterferenceOptions options;
  options.allowable_effect = 3.0;
  const auto found = estimate_interference_dose_response(concentration, value, options);
  CHECK(*found.slope.value == Approx(0.5).epsilon(1e-12));
  CHECK(*found.highest_harmless.value * found.slope.interval->upper == Approx(3.0).epsilon(1e-12));
  CHECK(found.lack_of_fit->p_value > 0.9);
  CHECK_THROWS_AS(estimate_interference_dose_response(std::vector<double>{-1, 1}, std::vector<double>{1, 2}), Error);
}

TEST_CASE("exact upper limits are where the binomial tail is what is left", "[quantitative]") {
  for (const long n : {1L, 5L, 60L, 300L}) {
    for (long k = 0; k < n; k += std::max(1L, n / 4)) {
      const double upper = exact_upper_limit(k, n, 0.95);
      CHECK(binomial_cumulative(k, n, upper) == Approx(0.05).epsilon(1e-9));
    }
    CHECK(exact_upper_limit(n, n, 0.95) == 1.0);
  }
  CrossReactivityOptions options;
  options.allowable_rate = 0.05;
  const std::vector<CrossReactant> panel{{"HCV", 0, 60}, {"HBV", 9, 20}};
  const auto found = estimate_cross_reactivity(panel, options);
  CHECK(found.reactants[0].excluded == true);
  CHECK(found.reactants[1].reacts);
  CHECK_FALSE(found.all_negative);
  CHECK_THROWS_AS(estimate_cross_reactivity({}), Error);
  const std::vector<CrossReactant> twice{{"HCV", 0, 60}, {"HCV", 0, 20}};
  CHECK_THROWS_AS(estimate_cross_reactivity(twice), Error);
  const std::vector<CrossReactant> wrong{{"HCV", 3, 2}};
  CHECK_THROWS_AS(estimate_cross_reactivity(wrong), Error);
}

TEST_CASE("carry-over of wells: Fisher's test by enumeration of one table", "[quantitative]") {
  // 3/8 against 0/40: C(8,3)·C(40,0)/C(48,3).
  const auto found = estimate_well_carry_over({3, 8}, {0, 40});
  CHECK(*found.p_value == Approx(56.0 / 17296.0).epsilon(1e-11));
  CHECK(*estimate_well_carry_over({0, 8}, {0, 40}).p_value == 1.0);
  CHECK_FALSE(estimate_well_carry_over({0, 8}, {0, 0}).p_value.has_value());
  CHECK_THROWS_AS(estimate_well_carry_over({9, 8}, {0, 1}), Error);
}

TEST_CASE("relative carry-over is a share of the rise", "[quantitative]") {
  const std::vector<double> after_high{1.2, 1.1, 1.3};
  const std::vector<double> after_low{1.0, 1.1, 0.9};
  const std::vector<double> high{101.0, 101.0};
  const auto found = estimate_carry_over(after_high, after_low, high);
  CHECK(*found.difference.value == Approx(0.2).epsilon(1e-12));
  CHECK(*found.relative_percent.value == Approx(0.2).epsilon(1e-12));
  CHECK(*found.limit == Approx(0.3).epsilon(1e-12));
  CHECK(found.within_limit == true);
  CHECK(estimate_carry_over(after_high, after_low, {}).relative_percent.why_absent->id ==
        "quantitative_no_high_samples");
  CHECK_FALSE(estimate_carry_over({}, after_low, high).difference.value.has_value());
}

TEST_CASE("recovery of additions and dilutions", "[quantitative]") {
  const std::vector<SpikedSample> samples{{10.0, 50.0, 58.0}, {20.0, 50.0, 72.0}, {5.0, 50.0, 55.0}};
  RecoveryOptions options;
  options.acceptable_percent = Interval{80.0, 120.0};
  const auto spiked = estimate_spike_recovery(samples, options);
  CHECK(spiked.percent == std::vector<double>{96.0, 104.0, 100.0});
  CHECK(spiked.acceptable == true);
  const std::vector<SpikedSample> nothing{{10.0, 0.0, 58.0}};
  CHECK_THROWS_AS(estimate_spike_recovery(nothing, options), Error);
  const std::vector<DilutedSample> proportional{{1, 1000}, {1, 1010}, {10, 100}, {10, 101}, {100, 10.0}, {100, 10.1}};
  const auto diluted = estimate_dilution_recovery(proportional, std::nullopt, options);
  CHECK_FALSE(diluted.hook_effect);
  CHECK(diluted.reference_factor == 1.0);
  CHECK(*diluted.log_slope.value == Approx(-1.0).margin(1e-9));
  CHECK(*diluted.levels[2].recovery_percent.value == Approx(100.0).epsilon(1e-9));
  const std::vector<DilutedSample> hooked{{1, 50}, {1, 51}, {10, 100}, {10, 101}, {100, 10.0}, {100, 10.1}};
  const auto hook = estimate_dilution_recovery(hooked, std::nullopt, options);
  CHECK(hook.hook_effect);
  CHECK(hook.levels[0].hook);
  CHECK(hook.reference_factor == 10.0);
  CHECK_THROWS_AS(estimate_dilution_recovery(hooked, 7.0, options), Error);
}

TEST_CASE("lots are pooled as far as they agree", "[quantitative]") {
  StabilityOptions options;
  options.allowable_drift = 5.0;
  CHECK(estimate_stability(make_lots(-0.1, -0.1, 100.0), options).pooling == LotPooling::common_line);
  CHECK(estimate_stability(make_lots(-0.1, -0.1, 110.0), options).pooling == LotPooling::common_slope);
  const auto apart = estimate_stability(make_lots(-0.1, -0.5, 100.0), options);
  REQUIRE(apart.pooling == LotPooling::separate_lines);
  CHECK(apart.slope_test->p_value < 0.25);
  CHECK(apart.shelf_life.value == apart.lines[1].shelf_life.value);
  // Lines of their own have the coefficients of fits of their own.
  std::vector<double> times;
  std::vector<double> values;
  for (const auto& point : make_lots(-0.1, -0.5, 100.0)) {
    if (point.lot != "B") continue;
    times.push_back(point.time);
    values.push_back(point.value);
  }
  const LinearModelFit own = fit_linear_model({times}, values);
  CHECK(*apart.lines[1].slope.value == Approx(own.coefficients[1]).epsilon(1e-10));
  CHECK(*apart.lines[1].intercept.value == Approx(own.coefficients[0]).epsilon(1e-12));
}

TEST_CASE("the shelf life is where the bound of the drift meets the allowable one", "[quantitative]") {
  std::vector<StabilityPoint> points;
  for (int i = 0; i <= 6; ++i) points.push_back({4.0 * i, 100.0 - 0.2 * 4.0 * i + (i % 2 == 0 ? 0.5 : -0.5), "A"});
  StabilityOptions options;
  options.allowable_drift = 5.0;
  options.unit = DriftUnit::measured;
  options.direction = DriftDirection::decrease;
  const auto found = estimate_stability(points, options);
  const StabilityLine& line = found.lines.front();
  const double bound = *line.slope.value - student_t_upper_quantile(0.05, 5.0) * *line.slope.standard_error;
  CHECK(bound * *found.shelf_life.value == Approx(-5.0).epsilon(1e-11));
  options.direction = DriftDirection::increase;
  CHECK(estimate_stability(points, options).shelf_life.why_absent->id == "quantitative_shelf_life_beyond_study");
  CHECK(*estimate_stability(points, options).shelf_life.value == 48.0);
  options.allowable_drift = 0.0;
  CHECK_THROWS_AS(estimate_stability(points, options), Error);
  options.allowable_drift = 5.0;
  points.front().time = -1.0;
  CHECK_THROWS_AS(estimate_stability(points, options), Error);
  CHECK_THROWS_AS(estimate_stability({}, options), Error);
}

TEST_CASE("Arrhenius' law gives back the constants it was made from", "[quantitative]") {
  const double energy = 80.0;
  std::vector<DegradationRate> rates;
  for (const double celsius : {37.0, 45.0, 55.0}) {
    rates.push_back({celsius, std::exp(20.0 - energy * 1000.0 / 8.31446261815324 / (celsius + 273.15))});
  }
  const auto found = estimate_arrhenius(rates, 4.0, 5.0);
  CHECK(*found.activation_energy_kj_per_mol.value == Approx(energy).epsilon(1e-9));
  const double rate = std::exp(20.0 - energy * 1000.0 / 8.31446261815324 / 277.15);
  CHECK(*found.shelf_life.value == Approx(5.0 / rate).epsilon(1e-8));
  rates.front().rate = 0.0;
  CHECK_THROWS_AS(estimate_arrhenius(rates, 4.0, 5.0), Error);
  CHECK_THROWS_AS(estimate_arrhenius({}, 4.0, 5.0), Error);
}

TEST_CASE("conditions are judged by intervals against the baseline", "[quantitative]") {
  const std::vector<double> fresh{100.0, 101.0, 99.0, 100.5};
  const std::vector<StabilityCondition> conditions{{"3 cycles", {100.0, 99.5, 100.5, 101.0}},
                                                   {"10 cycles", {80.0, 81.0, 79.5, 80.5}}};
  StabilityOptions options;
  options.allowable_drift = 5.0;
  const auto found = compare_conditions(fresh, conditions, options);
  CHECK(found[0].stable == true);
  CHECK(found[1].stable == false);
  CHECK(*found[1].change_percent.value == Approx(-19.85).margin(0.1));
  const std::vector<StabilityCondition> twice{conditions[0], conditions[0]};
  CHECK_THROWS_AS(compare_conditions(fresh, twice, options), Error);
}

TEST_CASE("quantitative evaluations run from a table and report missing rows", "[quantitative]") {
  const DataTable table = read_data_table("level,value\n1,2.1\n1,2.0\n2,4.1\n2,NA\n3,6.0\n3,6.2\n2,3.9\n", "t.csv");
  const EvaluationResult result = evaluate(find_evaluation("linearity"), table, {});
  REQUIRE(result.exclusions.size() == 1);
  CHECK(result.exclusions[0].rows == 1);
  CHECK(result.exclusions[0].lines == std::vector<long>{5});
  CHECK(result.tables.at(0).name == "linearity_levels");
  for (const NamedEstimate& one : result.estimates) {
    if (one.estimate.value) CHECK(std::isfinite(*one.estimate.value));
    CHECK((one.estimate.value || one.estimate.why_absent));
  }
}
