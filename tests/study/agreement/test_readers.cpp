// Agreement of readers: published tables, naive formulas, relabelling, bad input.
#include <cmath>
#include <limits>
#include <vector>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/study/agreement/cohen_kappa.hpp"
#include "libqpcr/study/agreement/intraclass_correlation.hpp"
#include "libqpcr/study/agreement/reader_agreement.hpp"

using namespace qpcr;

namespace {

const double missing = std::numeric_limits<double>::quiet_NaN();
using Ratings = std::vector<std::vector<double>>;

// Shrout & Fleiss 1979, table 2: six targets, four judges.
const Ratings judges{{9, 2, 5, 8}, {6, 1, 3, 2}, {8, 4, 6, 8}, {7, 1, 2, 6}, {10, 5, 6, 9}, {6, 2, 4, 7}};

/// Krippendorff's example of four observers and twelve units (Hayes & Krippendorff 2007), by unit.
const Ratings units{{1, 1, missing, 1},
                    {2, 2, 3, 2},
                    {3, 3, 3, 3},
                    {3, 3, 3, 3},
                    {2, 2, 2, 2},
                    {1, 2, 3, 4},
                    {4, 4, 4, 4},
                    {1, 1, 2, 1},
                    {2, 2, 2, 2},
                    {missing, 5, 5, 5},
                    {missing, missing, 1, 1},
                    {missing, missing, 3, missing}};

double alpha(RatingScale scale) {
  ReaderAgreementOptions options;
  options.scale = scale;
  return *estimate_reader_agreement(units, options).krippendorff_alpha.value;
}

}  // namespace

TEST_CASE("the six intraclass correlations of Shrout and Fleiss", "[readers]") {
  const auto found = estimate_intraclass_correlations(judges);
  CHECK(*found.single_one_way.value == Approx(0.17).margin(0.005));
  CHECK(*found.single_agreement.value == Approx(0.29).margin(0.005));
  CHECK(*found.single_consistency.value == Approx(0.71).margin(0.005));
  CHECK(*found.mean_one_way.value == Approx(0.44).margin(0.005));
  CHECK(*found.mean_agreement.value == Approx(0.62).margin(0.005));
  CHECK(*found.mean_consistency.value == Approx(0.91).margin(0.005));
  // Mean squares of table 3.
  CHECK(found.between_subjects_square == Approx(11.24).margin(0.005));
  CHECK(found.within_subjects_square == Approx(6.26).margin(0.005));
  CHECK(found.between_readers_square == Approx(32.49).margin(0.005));
  CHECK(found.residual_square == Approx(1.02).margin(0.005));
  // Published intervals as recomputed widely: ICC(1,1) -0.13 to 0.72, ICC(2,1) 0.02 to 0.76, ICC(3,1) 0.34 to 0.95.
  CHECK(found.single_one_way.interval->lower == Approx(-0.13).margin(0.005));
  CHECK(found.single_one_way.interval->upper == Approx(0.72).margin(0.005));
  CHECK(found.single_agreement.interval->lower == Approx(0.02).margin(0.005));
  CHECK(found.single_agreement.interval->upper == Approx(0.76).margin(0.005));
  CHECK(found.single_consistency.interval->lower == Approx(0.34).margin(0.005));
  CHECK(found.single_consistency.interval->upper == Approx(0.95).margin(0.005));
}

TEST_CASE("a reader's constant moves agreement, not consistency", "[readers]") {
  Ratings shifted = judges;
  for (auto& subject : shifted) subject[1] += 10.0;
  const auto plain = estimate_intraclass_correlations(judges);
  const auto moved = estimate_intraclass_correlations(shifted);
  CHECK(*moved.single_consistency.value == Approx(*plain.single_consistency.value).epsilon(1e-10));
  CHECK(*moved.single_agreement.value < *plain.single_agreement.value);
}

TEST_CASE("Krippendorff's published example", "[readers]") {
  CHECK(alpha(RatingScale::nominal) == Approx(0.743).margin(0.0005));
  CHECK(alpha(RatingScale::ordinal) == Approx(0.815).margin(0.0005));
  CHECK(alpha(RatingScale::interval) == Approx(0.849).margin(0.0005));
}

TEST_CASE("Fleiss' kappa of a table worked out by hand", "[readers]") {
  // Ten subjects, fourteen raters, five categories: the counts of the example spread widely; kappa 0.210.
  const std::vector<std::vector<int>> counts{{0, 0, 0, 0, 14}, {0, 2, 6, 4, 2}, {0, 0, 3, 5, 6}, {0, 3, 9, 2, 0},
                                             {2, 2, 8, 1, 1},  {7, 7, 0, 0, 0}, {3, 2, 6, 3, 0}, {2, 5, 3, 2, 2},
                                             {6, 5, 2, 1, 0},  {0, 2, 2, 3, 7}};
  Ratings ratings;
  for (const auto& row : counts) {
    ratings.emplace_back();
    for (std::size_t category = 0; category < row.size(); ++category)
      ratings.back().insert(ratings.back().end(), static_cast<std::size_t>(row[category]),
                            static_cast<double>(category));
  }
  const auto found = estimate_reader_agreement(ratings);
  CHECK(*found.observed.value == Approx(0.378).margin(0.0005));
  CHECK(*found.fleiss_kappa.value == Approx(0.210).margin(0.0005));
  CHECK(*found.fleiss_p_value < 1e-6);
}

TEST_CASE("for two readers Conger's kappa is Cohen's", "[readers]") {
  const std::vector<long> counts{20, 5, 2, 3, 15, 4, 1, 0, 10};
  Ratings ratings;
  for (std::size_t cell = 0; cell < counts.size(); ++cell)
    ratings.insert(ratings.end(), static_cast<std::size_t>(counts[cell]),
                   {static_cast<double>(cell / 3), static_cast<double>(cell % 3)});
  const double cohen = *estimate_cohen_kappa(counts, 3).kappa.value;
  CHECK(*estimate_reader_agreement(ratings).conger_kappa.value == Approx(cohen).epsilon(1e-12));
}

TEST_CASE("kappa of two categories by hand, and its symmetries", "[readers]") {
  // Observed 0.7, expected 0.5: kappa 0.4 (Cohen's two by two of 20, 5, 10, 15).
  const auto found = estimate_cohen_kappa({20, 5, 10, 15}, 2);
  CHECK(*found.observed_agreement.value == Approx(0.7));
  CHECK(*found.expected_agreement.value == Approx(0.5));
  CHECK(*found.kappa.value == Approx(0.4));
  CHECK(*found.bowker_statistic == Approx(25.0 / 15.0));
  CHECK(*estimate_cohen_kappa({20, 10, 5, 15}, 2).kappa.value == Approx(0.4));
  CHECK(*estimate_cohen_kappa({15, 10, 5, 20}, 2).kappa.value == Approx(0.4));
  CohenKappaOptions linear;
  linear.weights = KappaWeights::linear;
  CHECK(*estimate_cohen_kappa({20, 5, 10, 15}, 2, linear).kappa.value == Approx(0.4));
  CohenKappaOptions simple;
  simple.error = KappaError::simple;
  CHECK(*estimate_cohen_kappa({20, 5, 10, 15}, 2, simple).kappa.standard_error ==
        Approx(std::sqrt(0.7 * 0.3 / 50.0) / 0.5));
}

TEST_CASE("Lin's concordance is 1 on the identity and falls with a shift", "[readers]") {
  const std::vector<double> x{1, 2, 3, 4, 5.5};
  CHECK(*estimate_concordance(x, x).concordance.value == 1.0);
  CHECK_FALSE(estimate_concordance(x, x).concordance.interval.has_value());
  const auto found = estimate_concordance({1, 2, 3, 4}, {2, 3, 4, 5});
  // Variance 1.25, shift 1: 2·1.25/(2.5 + 1).
  CHECK(*found.concordance.value == Approx(2.5 / 3.5));
  CHECK(*found.precision.value == Approx(1.0));
  CHECK(*estimate_concordance({2, 3, 4, 5}, {1, 2, 3, 4}).concordance.value == Approx(2.5 / 3.5));
  CHECK_FALSE(estimate_concordance({1, 1}, {1, 2}).concordance.value.has_value());
  CHECK_THROWS_AS(estimate_concordance({1, missing}, {1, 2}), Error);
}

TEST_CASE("readers that cannot be compared", "[readers]") {
  CHECK_FALSE(estimate_cohen_kappa({10, 0, 0, 0}, 2).kappa.value.has_value());
  CHECK_FALSE(estimate_cohen_kappa({0, 0, 0, 0}, 2).kappa.value.has_value());
  CHECK_THROWS_AS(estimate_cohen_kappa({1, 2, 3}, 2), Error);
  CHECK_THROWS_AS(estimate_cohen_kappa({1, 2, 3, -1}, 2), Error);
  CHECK_FALSE(estimate_reader_agreement({}).fleiss_kappa.value.has_value());
  CHECK_FALSE(estimate_reader_agreement({{1, 1}, {1, 1}}).fleiss_kappa.value.has_value());
  CHECK(estimate_reader_agreement({{1, 1}, {1, missing}, {2, 1}}).exclusions.at(0).rows == 1);
  CHECK_THROWS_AS(estimate_reader_agreement({{1, 1}, {1}}), Error);
  CHECK_THROWS_AS(estimate_reader_agreement({{1}}), Error);
  CHECK_FALSE(estimate_intraclass_correlations({{1, 2}}).single_one_way.value.has_value());
  CHECK_FALSE(estimate_intraclass_correlations({{1, 2}, {2, 3}, {3, 4}}).single_agreement.value.has_value());
  CHECK_THROWS_AS(estimate_intraclass_correlations({{1, HUGE_VAL}, {1, 2}}), Error);
}
