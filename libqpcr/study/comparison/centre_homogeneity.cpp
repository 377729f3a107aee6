// Tests across strata, and fixed and random pooling.
#include "libqpcr/study/comparison/centre_homogeneity.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include <fmt/format.h>

#include "libqpcr/core/error.hpp"
#include "libqpcr/study/comparison/conditional_odds_ratio.hpp"

namespace qpcr {
namespace {

struct Totals {
  long successes = 0;
  long subjects = 0;
};

Totals sum_of(std::span<const StratumCount> strata) {
  Totals totals;
  for (const StratumCount& one : strata) {
    totals.successes += one.successes;
    totals.subjects += one.total;
  }
  return totals;
}

std::vector<ComparisonTest> compare_by_chi_square(std::span<const StratumCount> strata, const Totals& all) {
  if (strata.size() < 2 || all.successes == 0 || all.successes == all.subjects) {
    const char* why = strata.size() < 2 ? "comparison_one_stratum" : "not_estimable_no_variation";
    return {test_without_result("pearson_chi_square", why), test_without_result("likelihood_ratio", why)};
  }
  const double rate = static_cast<double>(all.successes) / static_cast<double>(all.subjects);
  double pearson = 0.0;
  double deviance = 0.0;
  for (const StratumCount& one : strata) {
    const double n = static_cast<double>(one.total);
    const double x = static_cast<double>(one.successes);
    pearson += (x - n * rate) * (x - n * rate) / (n * rate * (1.0 - rate));
    if (x > 0.0) deviance += 2.0 * x * std::log(x / (n * rate));
    if (x < n) deviance += 2.0 * (n - x) * std::log((n - x) / (n * (1.0 - rate)));
  }
  const double degrees = static_cast<double>(strata.size() - 1);
  return {chi_square_test("pearson_chi_square", pearson, degrees),
          chi_square_test("likelihood_ratio", std::max(0.0, deviance), degrees)};
}

double logistic(double logit) { return 1.0 / (1.0 + std::exp(-logit)); }

void pool_randomly(CentreHomogeneityResult& result, std::span<const StratumCount> strata, double z) {
  const bool extreme = std::any_of(strata.begin(), strata.end(), [](const StratumCount& one) {
    return one.successes == 0 || one.successes == one.total;
  });
  if (extreme) result.warnings.push_back(Message{"comparison_halves_added", {}});
  const double added = extreme ? 0.5 : 0.0;
  std::vector<double> logits;
  std::vector<double> variances;
  for (const StratumCount& one : strata) {
    const double x = static_cast<double>(one.successes) + added;
    const double y = static_cast<double>(one.total - one.successes) + added;
    logits.push_back(std::log(x / y));
    variances.push_back(1.0 / x + 1.0 / y);
  }
  const auto pool = [&](double between) {
    double weights = 0.0;
    double weighted = 0.0;
    for (std::size_t i = 0; i < logits.size(); ++i) {
      weights += 1.0 / (variances[i] + between);
      weighted += logits[i] / (variances[i] + between);
    }
    return std::pair(weighted / weights, 1.0 / std::sqrt(weights));
  };
  const double fixed = pool(0.0).first;
  double q = 0.0;
  double weights = 0.0;
  double squares = 0.0;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    q += (logits[i] - fixed) * (logits[i] - fixed) / variances[i];
    weights += 1.0 / variances[i];
    squares += 1.0 / (variances[i] * variances[i]);
  }
  const double degrees = static_cast<double>(strata.size() - 1);
  const double tau_squared = std::max(0.0, (q - degrees) / (weights - squares / weights));
  const auto [logit, error] = pool(tau_squared);
  Estimate pooled;
  pooled.value = logistic(logit);
  pooled.interval = Interval{logistic(logit - z * error), logistic(logit + z * error)};
  result.random_effects = {"dersimonian_laird_logit", pooled};
  result.cochran_q = chi_square_test("cochran_q_logit", q, degrees);
  result.tau_squared = make_estimate(tau_squared, "not_estimable_no_variation");
  result.i_squared = make_estimate(q > 0.0 ? std::max(0.0, (q - degrees) / q) : 0.0, "not_estimable_no_variation");
}

void compare_each_with_the_rest(CentreHomogeneityResult& result, const Totals& all) {
  std::vector<double> p_values;
  for (const StratumProportion& row : result.rows) {
    const ProportionPair pair{row.successes, row.total, all.successes - row.successes, all.subjects - row.total};
    p_values.push_back(ConditionalCount::of_pair(pair).two_sided_p_value());
  }
  const std::vector<double> adjusted = adjust_by_holm(p_values);
  for (std::size_t i = 0; i < adjusted.size(); ++i) result.rows[i].p_holm = adjusted[i];
}

}  // namespace

void CentreHomogeneityOptions::validate() const {
  static_cast<void>(two_sided_z(confidence));
  exact.validate();
}

std::vector<double> adjust_by_holm(std::span<const double> p_values) {
  std::vector<std::size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p_values[a] < p_values[b]; });
  std::vector<double> adjusted(p_values.size());
  double highest = 0.0;
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    highest = std::max(highest, std::min(1.0, static_cast<double>(order.size() - rank) * p_values[order[rank]]));
    adjusted[order[rank]] = highest;
  }
  return adjusted;
}

std::vector<StratumCount> keep_strata(std::span<const StratumCount> strata, std::vector<Exclusion>& exclusions) {
  std::vector<StratumCount> kept;
  std::set<std::string> names;
  long empty = 0;
  for (const StratumCount& one : strata) {
    if (one.successes < 0 || one.successes > one.total)
      refuse_value("proportion", fmt::format("{}/{}", one.successes, one.total), "0 ≤ successes ≤ total");
    if (!names.insert(one.stratum).second) {
      ErrorContext context;
      context.field = "stratum";
      context.found = one.stratum;
      context.expected = "each stratum once";
      throw Error(ErrorCode::duplicate_entry, context);
    }
    if (one.total > 0) {
      kept.push_back(one);
    } else {
      ++empty;
    }
  }
  if (empty > 0) exclusions.push_back({Message{"comparison_stratum_without_subjects", {}}, empty, {}});
  if (kept.empty()) refuse_value("strata", "none", "at least one stratum with subjects");
  return kept;
}

CentreHomogeneityResult compare_strata(std::span<const StratumCount> given, const CentreHomogeneityOptions& options) {
  options.validate();
  const double z = two_sided_z(options.confidence);
  CentreHomogeneityResult result;
  result.confidence = options.confidence;
  const std::vector<StratumCount> strata = keep_strata(given, result.exclusions);
  const Totals all = sum_of(strata);
  ContingencyTable table(2);
  for (const StratumCount& one : strata) {
    StratumProportion row;
    row.stratum = one.stratum;
    row.successes = one.successes;
    row.total = one.total;
    row.proportion.value = static_cast<double>(one.successes) / static_cast<double>(one.total);
    row.proportion.interval = wilson_interval(one.successes, one.total, options.confidence);
    row.weight = static_cast<double>(one.total) / static_cast<double>(all.subjects);
    result.rows.push_back(row);
    table[0].push_back(one.successes);
    table[1].push_back(one.total - one.successes);
  }
  result.tests = compare_by_chi_square(strata, all);
  Estimate pooled;
  pooled.value = static_cast<double>(all.successes) / static_cast<double>(all.subjects);
  pooled.interval = wilson_interval(all.successes, all.subjects, options.confidence);
  result.pooled = {"wilson", pooled};
  if (strata.size() < 2) {
    result.tests.push_back(test_without_result("fisher_freeman_halton", "comparison_one_stratum"));
    result.random_effects = {"dersimonian_laird_logit", not_estimable("comparison_one_stratum")};
    result.cochran_q = test_without_result("cochran_q_logit", "comparison_one_stratum");
    result.i_squared = result.tau_squared = not_estimable("comparison_one_stratum");
    return result;
  }
  const ExactContingencyResult exact = compare_contingency_exactly(table, options.exact);
  result.tests.push_back(exact.test);
  result.monte_carlo_error = exact.monte_carlo_error;
  pool_randomly(result, strata, z);
  compare_each_with_the_rest(result, all);
  const double rate = std::min(*pooled.value, 1.0 - *pooled.value);
  if (std::any_of(strata.begin(), strata.end(),
                  [&](const StratumCount& one) { return static_cast<double>(one.total) * rate < 5.0; }))
    result.warnings.push_back(Message{"comparison_small_expected", {}});
  return result;
}

}  // namespace qpcr
