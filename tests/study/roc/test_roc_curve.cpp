// Operating points by counting everyone at every threshold, and readings and areas of the curve between them.
#include <cmath>
#include <limits>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/study/roc/auc.hpp"
#include "libqpcr/study/roc/partial_auc.hpp"
#include "libqpcr/study/roc/roc_curve.hpp"
#include "libqpcr/study/roc/sensitivity_at_specificity.hpp"
#include "tests/study/roc/roc_data.hpp"

using namespace qpcr;
using qpcr::test::make_roc_sample;

namespace {

FourfoldTable count_subjects(const RocSample& sample, double threshold, bool higher, bool inclusive) {
  const auto is_positive = [&](double value) {
    if (value == threshold) return inclusive;
    return higher ? value > threshold : value < threshold;
  };
  FourfoldTable table;
  for (const double value : sample.cases) ++(is_positive(value) ? table.true_positive : table.false_negative);
  for (const double value : sample.controls) ++(is_positive(value) ? table.false_positive : table.true_negative);
  return table;
}

}  // namespace

TEST_CASE("every point counts what its threshold calls positive", "[roc]") {
  for (const RocDirection direction : {RocDirection::higher_is_case, RocDirection::lower_is_case}) {
    for (const RocThreshold threshold : {RocThreshold::midpoint, RocThreshold::observed}) {
      for (const RocRule rule : {RocRule::inclusive, RocRule::exclusive}) {
        const RocSample sample = make_roc_sample(17, 23, 31, 0.6, 2.0);
        const RocCurve curve = make_roc_curve(sample, {direction, threshold, rule});
        const RocCounts counts = count_roc_sample(sample, direction);
        CHECK(curve.points.size() == counts.size() + 1);
        for (const RocPoint& point : curve.points) {
          const FourfoldTable table = count_subjects(sample, point.threshold, direction == RocDirection::higher_is_case,
                                                     rule == RocRule::inclusive);
          CHECK(point.table == table);
          CHECK(count_at_threshold(counts, point.threshold, rule) == table);
        }
      }
    }
  }
}

TEST_CASE("a midpoint between neighbouring doubles keeps both on their sides", "[roc]") {
  const double low = 1.0;
  const double high = std::nextafter(low, 2.0);
  for (const RocRule rule : {RocRule::inclusive, RocRule::exclusive}) {
    const RocCurve curve =
        make_roc_curve({{high}, {low}}, {RocDirection::higher_is_case, RocThreshold::midpoint, rule});
    const RocPoint& between = curve.points.at(1);
    CHECK(count_subjects({{high}, {low}}, between.threshold, true, rule == RocRule::inclusive) == between.table);
    const RocCurve turned =
        make_roc_curve({{low}, {high}}, {RocDirection::lower_is_case, RocThreshold::midpoint, rule});
    CHECK(count_subjects({{low}, {high}}, turned.points.at(1).threshold, false, rule == RocRule::inclusive) ==
          turned.points.at(1).table);
  }
  const double huge = std::numeric_limits<double>::max();
  CHECK(make_roc_curve({{huge}, {huge / 2}}, {}).points.at(1).threshold > huge / 2);
}

TEST_CASE("readings by hand", "[roc]") {
  // Points (specificity, sensitivity): (0,1) (1/4,1) (1/2,1) (1/2,1/2) (3/4,1/2) (1,1/2) (1,0).
  const RocCounts counts = count_roc_sample({{3, 6}, {1, 2, 4, 5}}, RocDirection::higher_is_case);
  CHECK(read_sensitivity(counts, 0.5, RocReading::interpolated) == 1.0);
  CHECK(read_sensitivity(counts, 0.6, RocReading::interpolated) == 0.5);
  CHECK(read_sensitivity(counts, 0.6, RocReading::attained) == 0.5);
  CHECK(read_sensitivity(counts, 0.0, RocReading::interpolated) == 1.0);
  CHECK(read_sensitivity(counts, 1.0, RocReading::interpolated) == 0.5);
  CHECK(read_specificity(counts, 0.5, RocReading::interpolated) == 1.0);
  CHECK(read_specificity(counts, 0.75, RocReading::interpolated) == 0.5);
  CHECK(read_specificity(counts, 1.0, RocReading::attained) == 0.5);
  // Ties make a slope: (1/2, 1) to (1, 0) in one step.
  const RocCounts tied = count_roc_sample({{3, 3}, {1, 3}}, RocDirection::higher_is_case);
  CHECK(read_sensitivity(tied, 0.75, RocReading::interpolated) == 0.5);
  CHECK(read_sensitivity(tied, 0.75, RocReading::attained) == 0.0);
}

TEST_CASE("areas of parts add up to the whole, from both axes", "[roc]") {
  for (std::uint32_t seed = 1; seed <= 30; ++seed) {
    const RocCounts counts = count_roc_sample(make_roc_sample(seed, 14, 19, 0.6, 2.0), RocDirection::higher_is_case);
    for (const RocAxis axis : {RocAxis::specificity, RocAxis::sensitivity}) {
      double sum = 0.0;
      for (const auto& [lower, upper] : {std::pair(0.0, 0.3), std::pair(0.3, 0.77), std::pair(0.77, 1.0)})
        sum += compute_partial_auc(counts, axis, lower, upper);
      CHECK(sum == Approx(compute_auc(counts)).margin(1e-13));
    }
  }
}

TEST_CASE("a partial area is the mean of the readings over its range", "[roc]") {
  const RocCounts counts = count_roc_sample(make_roc_sample(4, 25, 30, 0.9, 2.0), RocDirection::higher_is_case);
  const int steps = 200000;
  double of_specificity = 0.0;
  double of_sensitivity = 0.0;
  for (int i = 0; i < steps; ++i) {
    const double level = 0.8 + 0.2 * (i + 0.5) / steps;
    of_specificity += read_sensitivity(counts, level, RocReading::interpolated) * 0.2 / steps;
    of_sensitivity += read_specificity(counts, level, RocReading::interpolated) * 0.2 / steps;
  }
  CHECK(compute_partial_auc(counts, RocAxis::specificity, 0.8, 1.0) == Approx(of_specificity).margin(2e-6));
  CHECK(compute_partial_auc(counts, RocAxis::sensitivity, 0.8, 1.0) == Approx(of_sensitivity).margin(2e-6));
}

TEST_CASE("the corrected partial area is 1 for a perfect test and the area itself over everything", "[roc]") {
  PartialAucOptions options;
  options.resampling.replicates = 0;
  CHECK(*estimate_partial_auc({{5, 6}, {1, 2}}, options).corrected.value == 1.0);
  options.lower = 0.0;
  const RocSample sample = make_roc_sample(12, 20, 20);
  const PartialAucResult whole = estimate_partial_auc(sample, options);
  CHECK(*whole.corrected.value == Approx(*whole.area.value).margin(1e-14));
  CHECK(estimate_partial_auc({{1, 2}, {5, 6}}, options).corrected.why_absent->id == "roc_partial_area_below_chance");
  options.lower = 1.0;
  CHECK_THROWS_AS(estimate_partial_auc(sample, options), Error);
}

TEST_CASE("bootstraps of readings and parts do not depend on threads", "[roc]") {
  const RocSample sample = make_roc_sample(13, 40, 50);
  PartialAucOptions options;
  options.resampling = {500, 9, 1};
  const PartialAucResult one = estimate_partial_auc(sample, options);
  options.resampling.threads = 4;
  CHECK(estimate_partial_auc(sample, options).area == one.area);
  CHECK(one.area.interval->lower <= *one.area.value);
  CHECK(one.area.interval->upper >= *one.area.value);
  RocReadingOptions reading;
  reading.levels = {0.8, 0.95};
  reading.resampling = {500, 9, 1};
  const RocReadings first = estimate_roc_readings(sample, reading);
  reading.resampling.threads = 4;
  CHECK(estimate_roc_readings(sample, reading).levels[1].estimate == first.levels[1].estimate);
  reading.levels = {1.1};
  CHECK_THROWS_AS(estimate_roc_readings(sample, reading), Error);
  reading.levels.clear();
  CHECK_THROWS_AS(estimate_roc_readings(sample, reading), Error);
  reading.levels = {0.5};
  CHECK(estimate_roc_readings({{}, {1}}, reading).levels[0].estimate.why_absent->id == "not_estimable_no_cases");
}
