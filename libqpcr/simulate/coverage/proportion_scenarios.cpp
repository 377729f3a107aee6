// Coverage of the intervals of proportions, ratios and agreement: all outcomes are enumerated, but for clusters.
#include <cmath>
#include <memory>

#include <fmt/format.h>

#include "libqpcr/math/distributions.hpp"
#include "libqpcr/simulate/coverage/scenarios.hpp"
#include "libqpcr/study/accuracy/clustered_accuracy.hpp"
#include "libqpcr/study/accuracy/fourfold_accuracy.hpp"
#include "libqpcr/study/accuracy/predictive_values.hpp"
#include "libqpcr/study/agreement/cohen_kappa.hpp"
#include "libqpcr/study/comparison/independent_proportions.hpp"
#include "libqpcr/study/comparison/paired_proportions.hpp"

namespace qpcr::coverage {
namespace {

struct TwoGroups {
  long first_total = 0;
  long second_total = 0;
  double first = 0.0;
  double second = 0.0;

  std::size_t outcomes() const { return static_cast<std::size_t>((first_total + 1) * (second_total + 1)); }
  ProportionPair pair(std::size_t index) const {
    const long place = static_cast<long>(index);
    return {place / (second_total + 1), first_total, place % (second_total + 1), second_total};
  }
  double mass(const ProportionPair& pair) const {
    return binomial_mass(pair.first_successes, first_total, first) *
           binomial_mass(pair.second_successes, second_total, second);
  }
};

CoverageScenario compare_groups(const TwoGroups& groups) {
  CoverageScenario scenario;
  scenario.setting =
      fmt::format("{} + {}, {} and {}", groups.first_total, groups.second_total, groups.first, groups.second);
  scenario.outcomes = groups.outcomes();
  scenario.draw = [groups](RandomStream&, std::size_t index, CoverageDraw& draw) {
    const ProportionPair pair = groups.pair(index);
    draw.weight = groups.mass(pair);
    const IndependentProportionsResult result = compare_independent_proportions(pair, {});
    add_methods(draw, "difference, ", result.differences, groups.first - groups.second);
    add_methods(draw, "ratio, ", result.ratios, groups.first / groups.second);
    const double odds = groups.first / (1.0 - groups.first) * (1.0 - groups.second) / groups.second;
    draw.add("odds ratio, conditional exact", result.odds_ratio.estimate, odds);
  };
  return scenario;
}

CoverageScenario compare_pairs(long total, const std::vector<double>& cells) {
  const auto tables = std::make_shared<const std::vector<PairedCounts>>(list_four_cell_tables(total));
  CoverageScenario scenario;
  scenario.setting = fmt::format("{} subjects, {} + {} discordant", total, cells[1], cells[2]);
  scenario.outcomes = tables->size();
  scenario.draw = [tables, cells](RandomStream&, std::size_t index, CoverageDraw& draw) {
    const PairedCounts& counts = (*tables)[index];
    draw.weight = multinomial_mass(counts, cells);
    const PairedProportionsResult result = compare_paired_proportions(counts, {});
    add_methods(draw, "difference, ", result.differences, cells[1] - cells[2]);
    draw.add("ratio, log", result.ratio.estimate, (cells[0] + cells[1]) / (cells[0] + cells[2]));
    add_methods(draw, "odds ratio, ", result.odds_ratios, cells[1] / cells[2]);
  };
  return scenario;
}

/// A fourfold table: cases positive at the first proportion, controls negative at the second.
CoverageScenario estimate_fourfold(const TwoGroups& groups) {
  CoverageScenario scenario;
  scenario.setting = fmt::format("{} cases + {} controls, Se {}, Sp {}", groups.first_total, groups.second_total,
                                 groups.first, groups.second);
  scenario.outcomes = groups.outcomes();
  scenario.draw = [groups](RandomStream&, std::size_t index, CoverageDraw& draw) {
    const ProportionPair pair = groups.pair(index);
    draw.weight = groups.mass(pair);
    const FourfoldTable table{pair.first_successes, pair.second_total - pair.second_successes,
                              pair.first_total - pair.first_successes, pair.second_successes};
    const double se = groups.first;
    const double sp = groups.second;
    AccuracyOptions options;
    const AccuracyResult result = estimate_accuracy(table, options);
    draw.add("LR+, logarithmic", result.positive_likelihood_ratio, se / (1 - sp));
    draw.add("LR−, logarithmic", result.negative_likelihood_ratio, (1 - se) / sp);
    draw.add("diagnostic odds ratio, Woolf", result.diagnostic_odds_ratio, se * sp / ((1 - se) * (1 - sp)));
    draw.add("Youden's index, Newcombe", result.youden_index, se + sp - 1);
    draw.add("number needed to diagnose", result.number_needed_to_diagnose, 1 / (se + sp - 1));
    options.zero_cells = ZeroCells::add_half;
    options.youden_interval = YoudenInterval::marginal_limits;
    const AccuracyResult half = estimate_accuracy(table, options);
    draw.add("LR+, logarithmic, halves for zeros", half.positive_likelihood_ratio, se / (1 - sp));
    draw.add("LR−, logarithmic, halves for zeros", half.negative_likelihood_ratio, (1 - se) / sp);
    draw.add("diagnostic odds ratio, halves for zeros", half.diagnostic_odds_ratio, se * sp / ((1 - se) * (1 - sp)));
    draw.add("Youden's index, marginal limits", half.youden_index, se + sp - 1);
    constexpr double prevalence = 0.1;
    const double ppv = se * prevalence / (se * prevalence + (1 - sp) * (1 - prevalence));
    const double npv = sp * (1 - prevalence) / (sp * (1 - prevalence) + (1 - se) * prevalence);
    const PredictiveValues plain = estimate_predictive_values(table, prevalence, 0.95, PredictiveInterval::logit);
    draw.add("PPV at 10 %, logit", plain.positive, ppv);
    draw.add("NPV at 10 %, logit", plain.negative, npv);
    const PredictiveValues adjusted =
        estimate_predictive_values(table, prevalence, 0.95, PredictiveInterval::logit_adjusted);
    draw.add("PPV at 10 %, adjusted logit", adjusted.positive, ppv);
    draw.add("NPV at 10 %, adjusted logit", adjusted.negative, npv);
  };
  return scenario;
}

CoverageScenario estimate_kappa(long total, double share, double kappa) {
  const double chance = share * share + (1 - share) * (1 - share);
  const double agreed = chance + kappa * (1 - chance);
  const double discordant = (1 - agreed) / 2;
  const std::vector<double> cells{share - discordant, discordant, discordant, 1 - share - discordant};
  const auto tables = std::make_shared<const std::vector<PairedCounts>>(list_four_cell_tables(total));
  CoverageScenario scenario;
  scenario.setting = fmt::format("{} subjects, {} positive, kappa {}", total, share, kappa);
  scenario.outcomes = tables->size();
  scenario.draw = [tables, cells, kappa](RandomStream&, std::size_t index, CoverageDraw& draw) {
    const PairedCounts& counts = (*tables)[index];
    draw.weight = multinomial_mass(counts, cells);
    const std::vector<long> table{counts.both_positive, counts.first_only, counts.second_only, counts.both_negative};
    CohenKappaOptions options;
    const CohenKappa full = estimate_cohen_kappa(table, 2, options);
    draw.add("kappa, full error", full.kappa, kappa);
    draw.add("observed agreement, Wilson", full.observed_agreement, cells[0] + cells[3]);
    options.error = KappaError::simple;
    draw.add("kappa, simple error", estimate_cohen_kappa(table, 2, options).kappa, kappa);
  };
  return scenario;
}

/// Subjects whose own sensitivity is 0.9 ± 0.15 (two equally frequent kinds), four specimens each.
CoverageScenario estimate_clusters(long subjects, double share) {
  CoverageScenario scenario;
  scenario.setting = fmt::format("{} subjects of 4 specimens", subjects);
  scenario.share = share;
  scenario.draw = [subjects](RandomStream& stream, std::size_t, CoverageDraw& draw) {
    constexpr double low = 0.70;
    constexpr double high = 0.98;
    std::vector<ClusteredSpecimen> specimens;
    for (long subject = 0; subject < subjects; ++subject) {
      const double own = stream.uniform() < 0.5 ? low : high;
      for (int specimen = 0; specimen < 4; ++specimen)
        specimens.push_back({std::to_string(subject), true, stream.uniform() < own});
    }
    ClusteredOptions options;
    options.replicates = 500;
    options.seed = stream.index(1u << 30);
    options.threads = 1;
    const ClusteredProportion result = estimate_clustered_accuracy(specimens, options).sensitivity;
    constexpr double truth = (low + high) / 2;
    draw.add("Wilson of effective counts", result.wilson, truth);
    draw.add("Wald, Student's t", result.wald, truth);
    draw.add("bootstrap of subjects", result.bootstrap, truth);
    draw.add("as if independent", result.naive, truth);
  };
  return scenario;
}

}  // namespace

CoverageSection make_two_proportions_section() {
  CoverageSection section{"Two independent proportions", "Enumerated: group sizes, then the true proportions.", {}};
  for (const auto& [first, second] : {std::pair{20L, 20L}, {50L, 50L}, {50L, 100L}})
    for (const auto& [p, q] : {std::pair{0.95, 0.95}, {0.95, 0.85}, {0.8, 0.6}})
      section.scenarios.push_back(compare_groups({first, second, p, q}));
  return section;
}

CoverageSection make_paired_proportions_section() {
  CoverageSection section{
      "Two tests on the same subjects",
      "Enumerated: subjects, then the shares positive by the first test alone and by the second alone.",
      {}};
  for (const long total : {20L, 50L})
    for (const auto& cells : {std::vector<double>{0.6, 0.05, 0.05, 0.3}, std::vector<double>{0.6, 0.15, 0.05, 0.2}})
      section.scenarios.push_back(compare_pairs(total, cells));
  return section;
}

CoverageSection make_fourfold_section() {
  CoverageSection section{"Likelihood ratios, odds ratio, Youden's index, predictive values",
                          "Enumerated. Predictive values at a known prevalence of 10 %.",
                          {}};
  for (const auto& [cases, controls] : {std::pair{20L, 20L}, {50L, 50L}, {50L, 100L}})
    for (const auto& [se, sp] : {std::pair{0.9, 0.9}, {0.8, 0.98}})
      section.scenarios.push_back(estimate_fourfold({cases, controls, se, sp}));
  return section;
}

CoverageSection make_kappa_section() {
  CoverageSection section{"Cohen's kappa of two readers", "Enumerated: two categories, equal margins.", {}};
  for (const long total : {20L, 50L})
    for (const auto& [share, kappa] : {std::pair{0.5, 0.6}, {0.5, 0.9}, {0.2, 0.8}})
      section.scenarios.push_back(estimate_kappa(total, share, kappa));
  return section;
}

CoverageSection make_clustered_section() {
  return {"Sensitivity from several specimens a subject",
          "Simulated: half of the subjects have a sensitivity of 0.70, half of 0.98; truth 0.84. Bootstrap of 500.",
          {estimate_clusters(15, 0.2), estimate_clusters(50, 0.2), estimate_clusters(200, 0.2)}};
}

}  // namespace qpcr::coverage
