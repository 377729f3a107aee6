// Predictive values and likelihood ratios of two tests: subject by subject, by numerical derivatives, and symmetries.
#include <cmath>
#include <functional>
#include <random>
#include <vector>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/study/comparison/paired_predictive_values.hpp"

using namespace qpcr;

namespace {

PairedAccuracyCounts random_counts(std::mt19937_64& generator) {
  const auto draw = [&] { return 1 + static_cast<long>(generator() % 30); };
  return {{draw(), draw(), draw(), draw()}, {draw(), draw(), draw(), draw()}};
}

struct Subject {
  double diseased, first, second;
};

std::vector<Subject> list_subjects(const PairedAccuracyCounts& counts) {
  std::vector<Subject> subjects;
  const auto add = [&](long number, Subject subject) {
    subjects.insert(subjects.end(), static_cast<std::size_t>(number), subject);
  };
  for (const double diseased : {1.0, 0.0}) {
    const PairedCounts& part = diseased == 1.0 ? counts.cases : counts.controls;
    add(part.both_positive, {diseased, 1, 1});
    add(part.first_only, {diseased, 1, 0});
    add(part.second_only, {diseased, 0, 1});
    add(part.both_negative, {diseased, 0, 0});
  }
  return subjects;
}

/// Leisenring's score over a long list: one record for each positive result, clustered by subject.
double naive_generalised_score(const std::vector<Subject>& subjects) {
  double records = 0.0;
  double by_second = 0.0;
  double diseased = 0.0;
  for (const Subject& s : subjects) {
    records += s.first + s.second;
    by_second += s.second;
    diseased += s.diseased * (s.first + s.second);
  }
  double score = 0.0;
  double squares = 0.0;
  for (const Subject& s : subjects) {
    double one = 0.0;
    if (s.first == 1.0) one += (0.0 - by_second / records) * (s.diseased - diseased / records);
    if (s.second == 1.0) one += (1.0 - by_second / records) * (s.diseased - diseased / records);
    score += one;
    squares += one * one;
  }
  return score * score / squares;
}

/// Delta-method variance of a function of eight multinomial counts, by central differences.
double naive_variance(const std::vector<double>& counts,
                      const std::function<double(const std::vector<double>&)>& function) {
  double n = 0.0;
  for (const double count : counts) n += count;
  double squares = 0.0;
  double mean = 0.0;
  for (std::size_t k = 0; k < counts.size(); ++k) {
    std::vector<double> up = counts;
    std::vector<double> down = counts;
    const double step = 1e-4 * counts[k];
    up[k] += step;
    down[k] -= step;
    const double slope = (function(up) - function(down)) / (2.0 * step);
    squares += counts[k] * slope * slope;
    mean += counts[k] * slope;
  }
  return squares - mean * mean / n;
}

std::vector<double> flatten(const PairedAccuracyCounts& counts) {
  std::vector<double> flat;
  for (const PairedCounts& part : {counts.cases, counts.controls}) {
    for (const long count : {part.both_positive, part.first_only, part.second_only, part.both_negative})
      flat.push_back(static_cast<double>(count));
  }
  return flat;
}

}  // namespace

TEST_CASE("the generalised score counted subject by subject", "[comparison][paired_predictive_values]") {
  std::mt19937_64 generator(21);
  for (int i = 0; i < 100; ++i) {
    const PairedAccuracyCounts counts = random_counts(generator);
    const auto found = compare_paired_predictive_values(counts, {});
    CHECK(*found.positive.generalised_score.statistic ==
          Approx(naive_generalised_score(list_subjects(counts))).epsilon(1e-10));
    std::vector<Subject> turned = list_subjects(counts);
    for (Subject& s : turned) s = {1.0 - s.diseased, 1.0 - s.first, 1.0 - s.second};
    CHECK(*found.negative.generalised_score.statistic == Approx(naive_generalised_score(turned)).epsilon(1e-10));
  }
}

TEST_CASE("the weighted score is the Wald test when no subject is positive twice",
          "[comparison][paired_predictive_values]") {
  // Without overlap the two groups of positives are independent: Kosinski's statistic is the pooled chi-square.
  const PairedAccuracyCounts counts{{0, 30, 25, 10}, {0, 8, 14, 60}};
  const auto found = compare_paired_predictive_values(counts, {});
  const double pooled = 55.0 / 77.0;
  const double difference = 30.0 / 38.0 - 25.0 / 39.0;
  CHECK(*found.positive.weighted_generalised_score.statistic ==
        Approx(difference * difference / (pooled * (1.0 - pooled) * (1.0 / 38.0 + 1.0 / 39.0))).epsilon(1e-12));
}

TEST_CASE("relative predictive values and likelihood ratios by numerical derivatives",
          "[comparison][paired_predictive_values]") {
  std::mt19937_64 generator(22);
  const auto log_ppv_ratio = [](const std::vector<double>& c) {
    return std::log((c[0] + c[1]) / (c[0] + c[1] + c[4] + c[5])) -
           std::log((c[0] + c[2]) / (c[0] + c[2] + c[4] + c[6]));
  };
  const auto log_npv_ratio = [](const std::vector<double>& c) {
    return std::log((c[7] + c[6]) / (c[7] + c[6] + c[3] + c[2])) -
           std::log((c[7] + c[5]) / (c[7] + c[5] + c[3] + c[1]));
  };
  const auto log_dlr_ratio = [](const std::vector<double>& c) {
    return std::log((c[0] + c[1]) / (c[0] + c[2])) - std::log((c[4] + c[5]) / (c[4] + c[6]));
  };
  for (int i = 0; i < 100; ++i) {
    const PairedAccuracyCounts counts = random_counts(generator);
    const std::vector<double> flat = flatten(counts);
    const auto found = compare_paired_predictive_values(counts, {});
    CHECK(std::log(*found.positive.ratio.value) == Approx(log_ppv_ratio(flat)).margin(1e-12));
    CHECK(*found.positive.ratio.standard_error == Approx(std::sqrt(naive_variance(flat, log_ppv_ratio))).epsilon(1e-6));
    CHECK(*found.negative.ratio.standard_error == Approx(std::sqrt(naive_variance(flat, log_npv_ratio))).epsilon(1e-6));
    const auto both = [&](const std::vector<double>& c) { return log_ppv_ratio(c) + log_npv_ratio(c); };
    const double covariance =
        (naive_variance(flat, both) - naive_variance(flat, log_ppv_ratio) - naive_variance(flat, log_npv_ratio)) / 2.0;
    CHECK(*found.log_ratio_covariance == Approx(covariance).margin(1e-8));
    const auto ratios = compare_paired_likelihood_ratios(counts, {});
    CHECK(*ratios.positive.ratio.standard_error ==
          Approx(std::sqrt(naive_variance(flat, log_dlr_ratio))).epsilon(1e-6));
    CHECK(std::log(*ratios.positive.ratio.value) == Approx(log_dlr_ratio(flat)).margin(1e-12));
  }
}

TEST_CASE("swapping tests keeps the statistics and inverts the ratios", "[comparison][paired_predictive_values]") {
  std::mt19937_64 generator(23);
  for (int i = 0; i < 50; ++i) {
    const PairedAccuracyCounts counts = random_counts(generator);
    const auto there = compare_paired_predictive_values(counts, {});
    const auto back = compare_paired_predictive_values(counts.swapped(), {});
    const auto turned = compare_paired_predictive_values(counts.mirrored(), {});
    CHECK(*there.positive.ratio.value == Approx(1.0 / *back.positive.ratio.value).epsilon(1e-12));
    CHECK(*there.positive.difference.value == Approx(-*back.positive.difference.value).margin(1e-14));
    CHECK(*there.positive.generalised_score.statistic ==
          Approx(*back.positive.generalised_score.statistic).epsilon(1e-10));
    CHECK(*there.positive.weighted_generalised_score.statistic ==
          Approx(*back.positive.weighted_generalised_score.statistic).epsilon(1e-10));
    CHECK(*there.negative.ratio.value == Approx(*turned.positive.ratio.value).epsilon(1e-12));
  }
}

TEST_CASE("predictive values that do not exist", "[comparison][paired_predictive_values]") {
  const auto never = compare_paired_predictive_values({{0, 0, 5, 5}, {0, 0, 2, 20}}, {});
  CHECK_FALSE(never.positive.generalised_score.p_value);
  CHECK(never.positive.ratio.why_absent->id == "not_estimable_no_test_positives");
  const auto perfect = compare_paired_predictive_values({{10, 2, 3, 0}, {0, 0, 0, 9}}, {});
  CHECK_FALSE(perfect.positive.generalised_score.statistic);
  CHECK_FALSE(perfect.positive.weighted_generalised_score.statistic);
  CHECK_FALSE(perfect.positive.ratio.interval);
  const auto same = compare_paired_predictive_values({{10, 0, 0, 4}, {3, 0, 0, 9}}, {});
  CHECK_FALSE(same.positive.weighted_generalised_score.statistic);
  CHECK_FALSE(same.positive.ratio.interval);
  const auto empty = compare_paired_predictive_values({}, {});
  CHECK_FALSE(empty.positive.first.value);
  CHECK_FALSE(compare_paired_likelihood_ratios({}, {}).positive.ratio.value);
  CHECK_THROWS_AS(compare_paired_predictive_values({{-1, 0, 0, 0}, {}}, {}), Error);
}
