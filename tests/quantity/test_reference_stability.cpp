// geNorm, NormFinder and BestKeeper against naive formulas, simulated truth and edge cases.
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <vector>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/quantity/reference_stability.hpp"
#include "tests/quantity/normal_random.hpp"

namespace {

using namespace qpcr;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

ExpressionTable make_table(const std::vector<double>& gene_sd, int samples, test::NormalRandom& random) {
  ExpressionTable table;
  for (std::size_t i = 0; i < gene_sd.size(); ++i) table.genes.push_back("G" + std::to_string(i));
  for (int s = 0; s < samples; ++s) {
    table.samples.push_back("S" + std::to_string(s));
    const double amount = 2.0 * random.normal();
    for (std::size_t i = 0; i < gene_sd.size(); ++i)
      table.log2_quantities.push_back(amount + 3.0 * static_cast<double>(i) + gene_sd[i] * random.normal());
  }
  return table;
}

/// M of one gene as Vandesompele's equations 2 and 3 read, on ratios of quantities.
double naive_m(const ExpressionTable& table, std::size_t gene, const std::vector<std::size_t>& among) {
  double sum = 0.0;
  for (const std::size_t other : among) {
    if (other == gene) continue;
    std::vector<double> logs;
    for (std::size_t s = 0; s < table.samples.size(); ++s)
      logs.push_back(std::log2(std::exp2(table.at(s, gene)) / std::exp2(table.at(s, other))));
    double mean = 0.0;
    for (const double value : logs) mean += value;
    mean /= static_cast<double>(logs.size());
    double variance = 0.0;
    for (const double value : logs) variance += (value - mean) * (value - mean);
    sum += std::sqrt(variance / (static_cast<double>(logs.size()) - 1.0));
  }
  return sum / (static_cast<double>(among.size()) - 1.0);
}

TEST_CASE("geNorm's M, exclusion and pairwise variation follow the paper's equations", "[reference_stability]") {
  test::NormalRandom random(1);
  const ExpressionTable table = make_table({0.3, 0.1, 0.9, 0.2, 0.5}, 30, random);
  const GeNorm result = estimate_genorm(table);
  std::vector<std::size_t> left{0, 1, 2, 3, 4};
  for (const std::size_t gene : left) CHECK(result.genes[gene].m == Approx(naive_m(table, gene, left)).epsilon(1e-10));
  REQUIRE(result.steps.size() == 4);
  for (const GeNormStep& step : result.steps) {
    REQUIRE(step.genes == left.size());
    double mean = 0.0;
    std::size_t worst = 0;
    for (std::size_t i = 0; i < left.size(); ++i) {
      mean += naive_m(table, left[i], left) / static_cast<double>(left.size());
      if (naive_m(table, left[i], left) > naive_m(table, left[worst], left)) worst = i;
    }
    CHECK(step.mean_m == Approx(mean).epsilon(1e-10));
    if (left.size() == 2) {
      CHECK(step.excluded.empty());
      CHECK_FALSE(step.pairwise_variation);
      break;
    }
    CHECK(step.excluded == table.genes[left[worst]]);
    // Geometric means with and without the excluded gene.
    std::vector<double> logs;
    for (std::size_t s = 0; s < table.samples.size(); ++s) {
      double with = 1.0;
      double without = 1.0;
      for (std::size_t i = 0; i < left.size(); ++i) {
        with *= std::exp2(table.at(s, left[i]));
        if (i != worst) without *= std::exp2(table.at(s, left[i]));
      }
      const auto n = static_cast<double>(left.size());
      logs.push_back(std::log2(std::pow(without, 1.0 / (n - 1.0)) / std::pow(with, 1.0 / n)));
    }
    double centre = 0.0;
    for (const double value : logs) centre += value / static_cast<double>(logs.size());
    double variance = 0.0;
    for (const double value : logs) variance += (value - centre) * (value - centre);
    CHECK(*step.pairwise_variation ==
          Approx(std::sqrt(variance / (static_cast<double>(logs.size()) - 1.0))).epsilon(1e-9));
    left.erase(left.begin() + static_cast<std::ptrdiff_t>(worst));
  }
  // The gene made most variable goes first.
  CHECK(result.ranking.back() == "G2");
  CHECK(result.ranking.size() == 5);
}

TEST_CASE("geNorm's example of two genes in constant ratio", "[reference_stability]") {
  // Counts of the documentation of rna-genorm: b is always twice a, so a and b vary by c alone.
  ExpressionTable table{{"a", "b", "c"}, {"1", "2", "3", "4"}, {}, {}};
  for (const auto& row : {std::vector<double>{1, 2, 1}, {3, 6, 5}, {5, 10, 9}, {3, 6, 5}}) {
    for (const double value : row) table.log2_quantities.push_back(std::log2(value));
  }
  const GeNorm result = estimate_genorm(table);
  CHECK(result.genes[0].m == Approx(result.genes[1].m));
  CHECK(result.genes[2].m == Approx(2.0 * result.genes[0].m));
  CHECK(result.ranking.back() == "c");
  CHECK(result.steps.back().mean_m == Approx(0.0).margin(1e-12));
}

TEST_CASE("missing values: pairs use what they have, and errors name what is missing", "[reference_stability]") {
  test::NormalRandom random(2);
  ExpressionTable table = make_table({0.2, 0.3, 0.4}, 10, random);
  table.log2_quantities[1] = nan;
  const GeNorm genorm = estimate_genorm(table);
  CHECK(genorm.steps.front().samples == 9);
  const NormFinder finder = estimate_normfinder(table);
  CHECK(finder.samples_used == 9);
  CHECK(finder.samples_left_out == std::vector<std::string>{"S0"});
  for (std::size_t s = 0; s < 9; ++s) table.log2_quantities[s * 3] = nan;
  CHECK_THROWS_AS(estimate_genorm(table), Error);
  CHECK_THROWS_AS(estimate_normfinder(table), Error);
  ExpressionTable two = make_table({0.2, 0.3}, 10, random);
  CHECK_THROWS_AS(estimate_genorm(two), Error);
  CHECK_THROWS_AS(estimate_normfinder(two), Error);
  two.genes[1] = two.genes[0];
  CHECK_THROWS_AS(two.validate(), Error);
  two.genes.pop_back();
  CHECK_THROWS_AS(two.validate(), Error);
}

TEST_CASE("NormFinder recovers the variances that made the data", "[reference_stability]") {
  test::NormalRandom random(3);
  const std::vector<double> sd{0.2, 0.4, 0.8, 0.3, 0.1, 0.5};
  const NormFinder result = estimate_normfinder(make_table(sd, 4000, random));
  REQUIRE(result.groups.size() == 1);
  for (std::size_t i = 0; i < sd.size(); ++i) CHECK(result.genes[i].stability == Approx(sd[i]).margin(0.03));
  CHECK(result.difference_variance == 0.0);
}

TEST_CASE("NormFinder sees a gene that differs between groups", "[reference_stability]") {
  test::NormalRandom random(4);
  ExpressionTable table = make_table({0.2, 0.2, 0.2, 0.2, 0.2, 0.2}, 40, random);
  for (std::size_t s = 0; s < 40; ++s) {
    table.groups.push_back(s < 20 ? "normal" : "tumour");
    if (s >= 20) table.log2_quantities[s * 6 + 2] += 1.5;
  }
  const NormFinder result = estimate_normfinder(table);
  CHECK(result.groups == std::vector<std::string>{"normal", "tumour"});
  for (std::size_t i = 0; i < 6; ++i) {
    if (i != 2) CHECK(result.genes[2].stability > 2.0 * result.genes[i].stability);
  }
  // Differences of a shift δ in one of k genes: ∓δ/2·(1 − 1/k) in it.
  CHECK(result.genes[2].group_differences[1] == Approx(0.75 * 5.0 / 6.0).margin(0.1));
  // Opposite but for the shrinkage, which each group's own variance sets.
  CHECK(result.genes[2].group_differences[0] == Approx(-result.genes[2].group_differences[1]).margin(0.03));
  // The same by the paper's formulas in long form, for one gene and group.
  double residual_squares = 0.0;
  std::vector<double> all(6, 0.0);
  for (std::size_t gene = 0; gene < 6; ++gene) {
    double squares = 0.0;
    for (std::size_t s = 0; s < 20; ++s) {
      double row = 0.0;
      double column = 0.0;
      double total = 0.0;
      for (std::size_t g = 0; g < 6; ++g) row += table.at(s, g) / 6.0;
      for (std::size_t t = 0; t < 20; ++t) {
        column += table.at(t, gene) / 20.0;
        for (std::size_t g = 0; g < 6; ++g) total += table.at(t, g) / 120.0;
      }
      squares += std::pow(table.at(s, gene) - row - column + total, 2);
    }
    all[gene] = squares / (19.0 * (1.0 - 2.0 / 6.0));
    residual_squares += all[gene];
  }
  for (std::size_t gene = 0; gene < 6; ++gene) {
    const double expected = all[gene] - residual_squares / 30.0;
    CHECK(result.genes[gene].group_variances[0] == Approx(std::max(0.0, expected)).epsilon(1e-8));
  }
}

TEST_CASE("a variance estimate below zero is set to zero and said", "[reference_stability]") {
  test::NormalRandom random(6);
  bool seen = false;
  for (int repeat = 0; repeat < 50 && !seen; ++repeat) {
    const NormFinder result = estimate_normfinder(make_table({0.01, 1.0, 1.0}, 5, random));
    for (const auto& gene : result.genes) CHECK(gene.group_variances[0] >= 0.0);
    seen = result.variance_was_negative;
  }
  CHECK(seen);
}

TEST_CASE("BestKeeper's index, spread and correlations", "[reference_stability]") {
  const std::vector<std::string> genes{"A", "B"};
  const std::vector<std::string> samples{"1", "2", "3", "4"};
  const std::vector<double> cq{20.0, 25.0, 21.0, 26.2, 22.0, 26.8, 25.0, 30.5};
  const BestKeeper result = estimate_bestkeeper(genes, samples, cq);
  for (std::size_t s = 0; s < 4; ++s) CHECK(result.index_cq_cycles[s] == Approx(std::sqrt(cq[2 * s] * cq[2 * s + 1])));
  const BestKeeperGene& a = result.genes[0];
  CHECK(a.mean_cq_cycles == Approx(22.0));
  CHECK(a.mean_absolute_deviation_cycles == Approx((2.0 + 1.0 + 0.0 + 3.0) / 4.0));
  CHECK(a.sd_cycles == Approx(std::sqrt((4.0 + 1.0 + 0.0 + 9.0) / 3.0)));
  CHECK(a.variation_percent == Approx(100.0 * 1.5 / 22.0));
  CHECK(a.geometric_mean_cq_cycles == Approx(std::pow(20.0 * 21.0 * 22.0 * 25.0, 0.25)));
  CHECK(a.minimum_cq_cycles == 20.0);
  CHECK(a.maximum_cq_cycles == 25.0);
  CHECK(a.is_unstable);
  CHECK(a.index_correlation > 0.99);
  REQUIRE(a.correlation_p_value);
  // Two-sided p of r with 2 degrees of freedom is 1 − |r|.
  CHECK(*a.correlation_p_value == Approx(1.0 - a.index_correlation).epsilon(1e-6));
  std::vector<double> gap = cq;
  gap[0] = nan;
  const BestKeeper partial = estimate_bestkeeper(genes, samples, gap);
  CHECK(std::isnan(partial.index_cq_cycles[0]));
  CHECK(partial.genes[0].samples == 3);
  gap[0] = -1.0;
  CHECK_THROWS_AS(estimate_bestkeeper(genes, samples, gap), Error);
  CHECK_THROWS_AS(estimate_bestkeeper(genes, samples, std::vector<double>(7, 20.0)), Error);
}

TEST_CASE("Cq become expression with the growth of each gene", "[reference_stability]") {
  const std::vector<double> cq{20.0, 25.0, 21.0, 26.0};
  const std::vector<double> growth{2.0, 1.9};
  const ExpressionTable table = derive_expression_table({"A", "B"}, {"1", "2"}, cq, growth);
  CHECK(table.at(0, 0) - table.at(1, 0) == Approx(1.0));
  CHECK(table.at(0, 1) - table.at(1, 1) == Approx(std::log2(1.9)));
  CHECK_THROWS_AS(derive_expression_table({"A", "B"}, {"1", "2"}, cq, std::vector<double>{2.0, 1.0}), Error);
}

}  // namespace
