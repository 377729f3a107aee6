// Cut-offs against a search over every threshold by counting, ties, limits of blank, optimism, gray zones.
#include <algorithm>
#include <cmath>
#include <limits>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/study/roc/gray_zone.hpp"
#include "libqpcr/study/roc/optimal_cutoff.hpp"
#include "tests/study/roc/roc_data.hpp"

using namespace qpcr;
using qpcr::test::make_roc_sample;

namespace {

/// The criterion from sensitivity, specificity and prevalence alone, to be greatest. NaN where it does not exist.
double find_naively(CutoffCriterion criterion, double tp, double fp, double fn, double tn) {
  const double se = tp / (tp + fn);
  const double sp = tn / (tn + fp);
  const double n = tp + fp + fn + tn;
  const double ppv = tp / (tp + fp);
  const double npv = tn / (tn + fn);
  switch (criterion) {
    case CutoffCriterion::youden:
      return se + sp;
    case CutoffCriterion::closest_top_left:
      return -((1 - se) * (1 - se) + (1 - sp) * (1 - sp));
    case CutoffCriterion::product:
      return se * sp;
    case CutoffCriterion::equal:
      return -std::abs(se - sp);
    case CutoffCriterion::max_min:
      return std::min(se, sp);
    case CutoffCriterion::accuracy:
      return (tp + tn) / n;
    case CutoffCriterion::kappa: {
      const double chance = ((tp + fp) * (tp + fn) + (fn + tn) * (fp + tn)) / (n * n);
      return ((tp + tn) / n - chance) / (1 - chance);
    }
    case CutoffCriterion::f1:
      return 2 / (1 / ppv + 1 / se);
    case CutoffCriterion::diagnostic_odds_ratio:
      return fp * fn * tp * tn == 0.0 ? std::nan("") : tp * tn / (fp * fn);
    case CutoffCriterion::predictive_sum:
      return ppv + npv;
    default:
      return ppv * npv;
  }
}

}  // namespace

TEST_CASE("the cut-off found is the best of all by counting", "[roc]") {
  for (const CutoffCriterion criterion :
       {CutoffCriterion::youden, CutoffCriterion::closest_top_left, CutoffCriterion::product, CutoffCriterion::equal,
        CutoffCriterion::max_min, CutoffCriterion::accuracy, CutoffCriterion::kappa, CutoffCriterion::f1,
        CutoffCriterion::diagnostic_odds_ratio, CutoffCriterion::predictive_sum, CutoffCriterion::predictive_product}) {
    for (std::uint32_t seed = 1; seed <= 25; ++seed) {
      const RocSample sample = make_roc_sample(seed, 6 + seed, 9 + seed % 7, 0.9, 2.0);
      CutoffOptions options;
      options.criterion.criterion = criterion;
      options.threshold = RocThreshold::observed;
      options.resampling.replicates = 0;
      const OptimalCutoff found = estimate_optimal_cutoff(sample, options);
      std::vector<double> candidates = sample.cases;
      candidates.insert(candidates.end(), sample.controls.begin(), sample.controls.end());
      std::sort(candidates.begin(), candidates.end());
      candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
      std::vector<double> values;
      for (const double candidate : candidates) {
        const auto at_least = [candidate](double value) { return value >= candidate; };
        const auto tp = static_cast<double>(std::count_if(sample.cases.begin(), sample.cases.end(), at_least));
        const auto fp = static_cast<double>(std::count_if(sample.controls.begin(), sample.controls.end(), at_least));
        values.push_back(find_naively(criterion, tp, fp, static_cast<double>(sample.cases.size()) - tp,
                                      static_cast<double>(sample.controls.size()) - fp));
      }
      double best = -std::numeric_limits<double>::infinity();
      for (const double value : values) {
        if (!std::isnan(value)) best = std::max(best, value);
      }
      std::vector<double> expected;
      for (std::size_t i = 0; i < values.size(); ++i) {
        if (std::abs(values[i] - best) < 1e-11 * std::max(1.0, std::abs(best))) expected.push_back(candidates[i]);
      }
      std::vector<double> optima;
      for (const OptimalPoint& one : found.optima) optima.push_back(one.point.threshold);
      CHECK(optima == expected);
    }
  }
}

TEST_CASE("of tied cut-offs one is chosen by the rule, and the tie is said", "[roc]") {
  CutoffOptions options;
  options.threshold = RocThreshold::observed;
  options.resampling.replicates = 0;
  // Youden 1/2 at 2 and at 4.
  const RocSample tied{{2, 2, 4, 4}, {1, 1, 3, 3}};
  options.tied = TiedCutoff::specific;
  const OptimalCutoff specific = estimate_optimal_cutoff(tied, options);
  REQUIRE(specific.optima.size() == 2);
  CHECK(specific.warnings.at(0).id == "roc_several_optima");
  CHECK(*specific.cutoff.value == 4.0);
  options.tied = TiedCutoff::sensitive;
  CHECK(*estimate_optimal_cutoff(tied, options).cutoff.value == 2.0);
  options.tied = TiedCutoff::middle;
  CHECK(*estimate_optimal_cutoff(tied, options).cutoff.value == 2.0);
}

TEST_CASE("thresholds of all conventions divide the same subjects", "[roc]") {
  const RocSample sample{{3, 5, 6}, {1, 2, 4}};
  const auto find = [&](RocThreshold threshold, RocRule rule) {
    CutoffOptions options;
    options.threshold = threshold;
    options.rule = rule;
    options.tied = TiedCutoff::sensitive;
    options.resampling.replicates = 0;
    return *estimate_optimal_cutoff(sample, options).cutoff.value;
  };
  CHECK(find(RocThreshold::observed, RocRule::inclusive) == 3.0);
  CHECK(find(RocThreshold::observed, RocRule::exclusive) == 2.0);
  CHECK(find(RocThreshold::midpoint, RocRule::inclusive) == 2.5);
  CHECK(find(RocThreshold::midpoint, RocRule::exclusive) == 2.5);
}

TEST_CASE("negated values in the other direction give the negated cut-off", "[roc]") {
  RocSample sample = make_roc_sample(21, 30, 40, 1.0, 1000.0);
  CutoffOptions options;
  options.resampling = {200, 3, 0};
  const OptimalCutoff plain = estimate_optimal_cutoff(sample, options);
  for (std::vector<double>* group : {&sample.cases, &sample.controls}) {
    for (double& value : *group) value = -value;
  }
  options.direction = RocDirection::lower_is_case;
  const OptimalCutoff negated = estimate_optimal_cutoff(sample, options);
  CHECK(*negated.cutoff.value == -*plain.cutoff.value);
  CHECK(negated.sensitivity.apparent == plain.sensitivity.apparent);
  CHECK(*negated.youden.corrected.value == Approx(*plain.youden.corrected.value).margin(1e-12));
}

TEST_CASE("the optimism of a useless test is nearly all of its Youden index", "[roc]") {
  double apparent = 0.0;
  double corrected = 0.0;
  for (std::uint32_t seed = 1; seed <= 40; ++seed) {
    CutoffOptions options;
    options.resampling = {200, seed, 0};
    const OptimalCutoff found = estimate_optimal_cutoff(make_roc_sample(seed, 40, 40, 0.0, 1000.0), options);
    apparent += *found.youden.apparent.value / 40.0;
    corrected += *found.youden.corrected.value / 40.0;
    CHECK(*found.youden.optimism > 0.0);
  }
  CHECK(apparent > 0.12);
  CHECK(corrected < 0.6 * apparent);
}

TEST_CASE("the bootstrap of a cut-off does not depend on threads and holds the cut-off", "[roc]") {
  const RocSample sample = make_roc_sample(5, 50, 60, 1.2);
  CutoffOptions options;
  options.resampling = {400, 8, 1};
  const OptimalCutoff one = estimate_optimal_cutoff(sample, options);
  options.resampling.threads = 3;
  const OptimalCutoff three = estimate_optimal_cutoff(sample, options);
  CHECK(one.cutoff == three.cutoff);
  CHECK(one.youden.corrected == three.youden.corrected);
  CHECK(one.cutoff.interval->lower <= *one.cutoff.value);
  CHECK(one.cutoff.interval->upper >= *one.cutoff.value);
}

TEST_CASE("a limit of blank is the rank position of the controls", "[roc]") {
  RocSample sample{{100, 101}, {}};
  for (int i = 1; i <= 20; ++i) sample.controls.push_back(i);
  CutoffOptions options;
  options.rule = RocRule::exclusive;
  options.resampling.replicates = 0;
  // 0.5 + 0.95·20 = 19.5: half way between the 19th and the 20th.
  const OptimalCutoff higher = estimate_blank_cutoff(sample, 0.95, options);
  CHECK(*higher.cutoff.value == 19.5);
  CHECK(*higher.specificity.apparent.value == 0.95);
  options.direction = RocDirection::lower_is_case;
  CHECK(*estimate_blank_cutoff(sample, 0.95, options).cutoff.value == 1.5);
  sample.controls.resize(9);
  CHECK(estimate_blank_cutoff(sample, 0.95, options).cutoff.why_absent->id == "roc_too_few_blanks");
  CHECK_THROWS_AS(estimate_blank_cutoff(sample, 0.4, options), Error);
}

TEST_CASE("cut-offs that do not exist are not estimated", "[roc]") {
  CutoffOptions options;
  options.resampling.replicates = 0;
  CHECK(estimate_optimal_cutoff({}, options).cutoff.why_absent->id == "not_estimable_no_subjects");
  CHECK(estimate_optimal_cutoff({{1, 1}, {1}}, options).cutoff.why_absent->id == "roc_all_values_tied");
  options.criterion.criterion = CutoffCriterion::minimum_both;
  options.criterion.sensitivity_level = 0.9;
  options.criterion.specificity_level = 0.9;
  CHECK(estimate_optimal_cutoff({{1, 3}, {2, 4}}, options).cutoff.why_absent->id == "roc_no_point_meets_criterion");
  options.criterion.specificity_level = 1.5;
  CHECK_THROWS_AS(estimate_optimal_cutoff({{1}, {2}}, options), Error);
  options.criterion.specificity_level.reset();
  CHECK_THROWS_AS(estimate_optimal_cutoff({{1}, {2}}, options), Error);
  CHECK_THROWS_AS(parse_cutoff_criterion("best"), Error);
  for (const std::string& name : list_cutoff_criteria()) CHECK(to_string(parse_cutoff_criterion(name)) == name);
}

TEST_CASE("a gray zone by hand, and its mirror image", "[roc]") {
  RocSample sample;
  for (int i = 0; i <= 100; ++i) {
    sample.controls.push_back(i);
    sample.cases.push_back(50 + i);
  }
  GrayZoneOptions options;
  options.resampling = {200, 1, 0};
  const GrayZoneResult zone = estimate_gray_zone(sample, options);
  CHECK(*zone.lower.value == Approx(55.0).margin(1e-9));
  CHECK(*zone.upper.value == Approx(95.0).margin(1e-9));
  CHECK(*zone.cases_inside.value == Approx(39.0 / 101.0).margin(1e-12));
  options.method = GrayZoneMethod::two_graph;
  const GrayZoneResult two_graph = estimate_gray_zone(sample, options);
  // 96 of 101 cases are at least 55; 96 of 101 controls are below 96.
  CHECK(*two_graph.lower.value == 55.0);
  CHECK(*two_graph.upper.value == 96.0);
  for (std::vector<double>* group : {&sample.cases, &sample.controls}) {
    for (double& value : *group) value = -value;
  }
  options.direction = RocDirection::lower_is_case;
  const GrayZoneResult mirror = estimate_gray_zone(sample, options);
  CHECK(*mirror.lower.value == -96.0);
  CHECK(*mirror.upper.value == -55.0);
}

TEST_CASE("where the groups are apart there is no gray zone", "[roc]") {
  RocSample sample;
  for (int i = 0; i < 40; ++i) {
    sample.controls.push_back(i);
    sample.cases.push_back(100 + i);
  }
  GrayZoneOptions options;
  options.resampling.replicates = 0;
  const GrayZoneResult zone = estimate_gray_zone(sample, options);
  CHECK(zone.sensitivity_limit.value);
  CHECK(zone.lower.why_absent->id == "roc_no_gray_zone");
  sample.cases = {50, 60};
  CHECK(estimate_gray_zone(sample, options).warnings.at(0).id == "roc_gray_zone_few_subjects");
  options.level = 0.5;
  CHECK_THROWS_AS(estimate_gray_zone(sample, options), Error);
}
