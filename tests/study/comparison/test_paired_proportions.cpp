// Paired proportions: published examples, enumeration, the definition of the score limits, and symmetries.
#include <cmath>
#include <random>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/study/comparison/paired_accuracy.hpp"
#include "libqpcr/study/comparison/paired_proportions.hpp"
#include "libqpcr/study/comparison/score_difference.hpp"

using namespace qpcr;

namespace {

PairedCounts random_counts(std::mt19937_64& generator) {
  const auto draw = [&] { return static_cast<long>(generator() % 15); };
  return {draw(), draw(), draw(), draw() + 1};
}

/// Tango's score with the nuisance share found by maximising the trinomial likelihood.
double naive_score(const PairedCounts& counts, double difference) {
  const double n = static_cast<double>(counts.total());
  const double b = static_cast<double>(counts.first_only);
  const double c = static_cast<double>(counts.second_only);
  double low = std::max(0.0, -difference);
  double high = (1.0 - difference) / 2.0;
  const auto likelihood = [&](double share) {
    const auto term = [](double count, double p) {
      return count == 0.0 ? 0.0 : p <= 0.0 ? -1e300 : count * std::log(p);
    };
    return term(b, share + difference) + term(c, share) + term(n - b - c, 1.0 - 2.0 * share - difference);
  };
  for (int step = 0; step < 200; ++step) {
    const double left = low + (high - low) * 0.381966;
    const double right = low + (high - low) * 0.618034;
    (likelihood(left) < likelihood(right) ? low : high) = likelihood(left) < likelihood(right) ? left : right;
  }
  const double share = (low + high) / 2.0;
  return (b - c - n * difference) / std::sqrt(n * (2.0 * share + difference - difference * difference));
}

const Interval& limits(const PairedProportionsResult& found, const char* method) {
  return *find_method(found.differences, method).estimate.interval;
}

}  // namespace

TEST_CASE("McNemar's tests: airway hyper-responsiveness (Fagerland et al. 2013)", "[comparison][paired_proportions]") {
  const auto found = compare_paired_proportions({1, 1, 7, 12}, {});
  CHECK(*find_method(found.tests, "mcnemar").p_value == Approx(0.034).margin(5e-4));
  CHECK(*find_method(found.tests, "mcnemar_corrected").p_value == Approx(0.077).margin(5e-4));
  CHECK(*find_method(found.tests, "mcnemar_exact").p_value == Approx(0.070).margin(5e-4));
  CHECK(*find_method(found.tests, "mcnemar_mid_p").p_value == Approx(0.039).margin(5e-4));
}

TEST_CASE("paired differences: Newcombe 1998 example (a), Tango 1998", "[comparison][paired_proportions]") {
  const auto found = compare_paired_proportions({36, 12, 2, 0}, {});
  CHECK(limits(found, "newcombe").lower == Approx(0.0569).margin(5.1e-5));
  CHECK(limits(found, "newcombe").upper == Approx(0.3404).margin(5.1e-5));
  CHECK(limits(found, "tango").lower == Approx(0.0611).margin(5.1e-5));
  CHECK(limits(found, "tango").upper == Approx(0.3447).margin(5.1e-5));
  // Tango's contact lenses: 43 good by both, one by the old system alone; 90 % limits.
  PairedProportionsOptions options;
  options.confidence = 0.90;
  const auto lenses = compare_paired_proportions({43, 0, 1, 0}, options);
  CHECK(limits(lenses, "tango").lower == Approx(-0.096).margin(5.1e-4));
  CHECK(limits(lenses, "tango").upper == Approx(0.037).margin(5.1e-4));
}

TEST_CASE("exact McNemar equals the enumeration of all assignments", "[comparison][paired_proportions]") {
  for (long b = 0; b <= 9; ++b) {
    for (long c = 0; c <= 9; ++c) {
      const long n = b + c;
      long as_extreme = 0;
      long at_least = 0;
      long equal = 0;
      const long high = std::max(b, c);
      for (long bits = 0; bits < (1L << n); ++bits) {
        const long ones = __builtin_popcountl(static_cast<unsigned long>(bits));
        as_extreme += std::abs(2 * ones - n) >= std::abs(b - c);
        at_least += ones >= high;
        equal += ones == high;
      }
      const double all = static_cast<double>(1L << n);
      const PairedCounts counts{3, b, c, 4};
      CHECK(mcnemar_exact_p_value(counts) == Approx(static_cast<double>(as_extreme) / all).epsilon(1e-12));
      const double mid = b == c ? 1.0 : (2.0 * static_cast<double>(at_least) - static_cast<double>(equal)) / all;
      CHECK(mcnemar_mid_p_value(counts) == Approx(mid).epsilon(1e-12));
    }
  }
}

TEST_CASE("Tango's limits are where the naively maximised score is z", "[comparison][paired_proportions]") {
  std::mt19937_64 generator(3);
  const double z = two_sided_z(0.95);
  for (int i = 0; i < 300; ++i) {
    const PairedCounts counts = random_counts(generator);
    const Interval found = score_interval_of_paired_difference(counts, z);
    INFO(counts.both_positive << " " << counts.first_only << " " << counts.second_only << " " << counts.both_negative);
    if (found.lower > -1.0) CHECK(naive_score(counts, found.lower) == Approx(z).epsilon(1e-6));
    if (found.upper < 1.0) CHECK(naive_score(counts, found.upper) == Approx(-z).epsilon(1e-6));
  }
}

TEST_CASE("swapping or mirroring paired tests negates the difference", "[comparison][paired_proportions]") {
  std::mt19937_64 generator(4);
  for (int i = 0; i < 200; ++i) {
    const PairedCounts counts = random_counts(generator);
    const auto there = compare_paired_proportions(counts, {});
    for (const PairedCounts& other : {counts.swapped(), counts.mirrored()}) {
      const auto back = compare_paired_proportions(other, {});
      for (std::size_t k = 0; k < there.differences.size(); ++k) {
        const Estimate& a = there.differences[k].estimate;
        const Estimate& b = back.differences[k].estimate;
        INFO(there.differences[k].method);
        CHECK(*a.value == Approx(-*b.value).margin(1e-14));
        CHECK(a.interval->lower == Approx(-b.interval->upper).margin(1e-10));
        CHECK(a.interval->upper == Approx(-b.interval->lower).margin(1e-10));
      }
      for (std::size_t k = 0; k < there.tests.size(); ++k)
        CHECK(there.tests[k].p_value.value_or(-1.0) == Approx(back.tests[k].p_value.value_or(-1.0)).epsilon(1e-12));
    }
    PairedProportionsOptions reverse;
    reverse.order = ComparisonOrder::second_minus_first;
    const auto reversed = compare_paired_proportions(counts, reverse);
    CHECK(reversed.differences == compare_paired_proportions(counts.swapped(), {}).differences);
    CHECK(reversed.first_positive_rate == there.first_positive_rate);
  }
}

TEST_CASE("what does not exist in paired proportions", "[comparison][paired_proportions]") {
  const auto empty = compare_paired_proportions({}, {});
  CHECK(empty.differences.front().estimate.why_absent->id == "not_estimable_no_subjects");
  CHECK_FALSE(find_method(empty.tests, "mcnemar_exact").p_value);
  const auto same = compare_paired_proportions({10, 0, 0, 10}, {});
  CHECK(find_method(same.tests, "mcnemar").why_absent->id == "comparison_no_discordant");
  CHECK(*find_method(same.tests, "mcnemar_exact").p_value == 1.0);
  CHECK(find_method(same.odds_ratios, "exact").estimate.why_absent->id == "comparison_no_discordant");
  CHECK(limits(same, "tango").lower < 0.0);
  const auto one_sided = compare_paired_proportions({10, 5, 0, 10}, {});
  CHECK_FALSE(find_method(one_sided.odds_ratios, "exact").estimate.value);
  CHECK(std::isinf(find_method(one_sided.odds_ratios, "exact").estimate.interval->upper));
  const auto never = compare_paired_proportions({0, 0, 0, 10}, {});
  CHECK_FALSE(never.ratio.estimate.value);
  CHECK_FALSE(never.phi.value);
  CHECK_THROWS_AS(compare_paired_proportions({1, -1, 0, 0}, {}), Error);
}

TEST_CASE("subjects are counted, excluded and never twice", "[comparison][paired_accuracy]") {
  std::vector<PairedSubject> subjects{{"1", true, false, true, 2},        {"2", true, true, false, 3},
                                      {"3", std::nullopt, true, true, 4}, {"4", true, true, std::nullopt, 5},
                                      {"5", false, false, false, 6, 7},   {"6", false, true, true, 7},
                                      {"7", true, std::nullopt, false, 8}};
  const CountedSubjects found = count_paired_subjects(subjects);
  CHECK(found.counts.cases == PairedCounts{0, 1, 1, 0});
  CHECK(found.counts.controls == PairedCounts{1, 0, 0, 7});
  REQUIRE(found.exclusions.size() == 2);
  CHECK(found.exclusions[0].rows == 2);
  CHECK(found.exclusions[0].lines == std::vector<long>{4, 8});
  CHECK(found.exclusions[1].reason.id == "comparison_missing_reference");
  subjects.push_back({"2", true, true, true, 9});
  CHECK_THROWS_AS(count_paired_subjects(subjects), Error);
  subjects.back() = {"9", true, true, true, 9, -1};
  CHECK_THROWS_AS(count_paired_subjects(subjects), Error);
  CHECK(count_paired_subjects({}).counts == PairedAccuracyCounts{});
}

TEST_CASE("cases have no part in specificity, controls none in sensitivity", "[comparison][paired_accuracy]") {
  const PairedAccuracyCounts counts{{20, 6, 3, 4}, {2, 5, 1, 30}};
  const auto found = compare_paired_accuracy(counts, {});
  const auto other = compare_paired_accuracy({counts.cases, {9, 9, 9, 9}}, {});
  CHECK(found.sensitivity.differences == other.sensitivity.differences);
  CHECK(*find_method(found.sensitivity.differences, "tango").estimate.value == Approx(3.0 / 33.0).epsilon(1e-14));
  CHECK(*find_method(found.specificity.differences, "tango").estimate.value == Approx(-4.0 / 38.0).epsilon(1e-14));
  const auto no_controls = compare_paired_accuracy({counts.cases, {}}, {});
  CHECK(no_controls.first.specificity.why_absent->id == "not_estimable_no_controls");
}
