// The evaluations of strata, centres and target values as the registry knows them.
#include <utility>

#include "libqpcr/study/comparison/centre_equivalence.hpp"
#include "libqpcr/study/comparison/comparison_results.hpp"
#include "libqpcr/study/comparison/comparison_tables.hpp"
#include "libqpcr/study/comparison/non_inferiority.hpp"
#include "libqpcr/study/comparison/proportion_trend.hpp"
#include "libqpcr/study/comparison/stratified_tables.hpp"

namespace qpcr {
namespace {

ExactContingencyOptions exact_options(const EvaluationOptions& options) {
  ExactContingencyOptions exact;
  exact.most_states = options.count("most_states", 1);
  exact.replicates = options.count("replicates");
  exact.seed = static_cast<std::uint64_t>(options.count("seed"));
  exact.threads = static_cast<int>(options.count("threads"));
  return exact;
}

Estimate plain(double value) {
  Estimate made;
  made.value = value;
  return made;
}

EvaluationResult evaluate_stratified(const DataTable& table, const EvaluationOptions& options) {
  ReadStratifiedPairs read =
      read_stratified_pairs(table, options.text("first"), parse_proportion_of(options.text("of")));
  const StratifiedTablesOptions chosen{options.fraction("confidence"), options.flag("exact")};
  const StratifiedTablesResult found = compare_stratified_tables(read.pairs, chosen);
  EvaluationResult result;
  result.method = "cochran_mantel_haenszel";
  result.confidence = found.confidence;
  add_methods(result, "odds_ratio", {found.mantel_haenszel_odds, found.conditional_odds});
  add_methods(result, "risk_difference", {found.risk_difference});
  for (const ComparisonTest& test : found.tests) add_test(result, test);
  for (const ComparisonTest& test : found.homogeneity) add_test(result, test);
  const ComparisonTest& tarone = find_method(found.homogeneity, "breslow_day_tarone");
  Assumption assumption;
  assumption.what = Message{"comparison_common_odds_ratio", {}};
  assumption.test = tarone.method;
  assumption.statistic = tarone.statistic;
  assumption.p_value = tarone.p_value;
  if (tarone.p_value) assumption.holds = *tarone.p_value > 0.05;
  result.assumptions.push_back(assumption);
  result.warnings = found.warnings;
  result.exclusions = std::move(read.exclusions);
  return result;
}

ResultTable forest_table(const CentreHomogeneityResult& found) {
  std::vector<std::string> strata;
  std::vector<std::optional<double>> successes;
  std::vector<std::optional<double>> totals;
  std::vector<std::optional<double>> proportions;
  std::vector<std::optional<double>> lower;
  std::vector<std::optional<double>> upper;
  std::vector<std::optional<double>> weights;
  std::vector<std::optional<double>> p_holm;
  for (const StratumProportion& row : found.rows) {
    strata.push_back(row.stratum);
    successes.push_back(static_cast<double>(row.successes));
    totals.push_back(static_cast<double>(row.total));
    proportions.push_back(row.proportion.value);
    lower.push_back(row.proportion.interval->lower);
    upper.push_back(row.proportion.interval->upper);
    weights.push_back(row.weight);
    p_holm.push_back(row.p_holm);
  }
  return {"forest",
          {{"stratum", strata},
           {"successes", successes},
           {"total", totals},
           {"proportion", proportions},
           {"lower", lower},
           {"upper", upper},
           {"weight", weights},
           {"p_against_rest_holm", p_holm}}};
}

EvaluationResult evaluate_homogeneity(const DataTable& table, const EvaluationOptions& options) {
  const ReadStrata read = read_strata(table, "stratum", parse_proportion_of(options.text("of")));
  CentreHomogeneityOptions chosen;
  chosen.confidence = options.fraction("confidence");
  chosen.exact = exact_options(options);
  const CentreHomogeneityResult found = compare_strata(read.strata, chosen);
  EvaluationResult result;
  result.method = "pearson_chi_square";
  result.confidence = found.confidence;
  for (const StratumProportion& row : found.rows)
    add_estimate(result, "proportion", row.proportion, "wilson", row.stratum);
  add_methods(result, "pooled", {found.pooled, found.random_effects});
  add_estimate(result, "i_squared", found.i_squared, "cochran_q_logit");
  add_estimate(result, "tau_squared", found.tau_squared, "dersimonian_laird_logit");
  for (const ComparisonTest& test : found.tests) add_test(result, test);
  add_test(result, found.cochran_q);
  if (found.monte_carlo_error) add_estimate(result, "monte_carlo_error", plain(*found.monte_carlo_error));
  result.tables.push_back(forest_table(found));
  result.warnings = found.warnings;
  result.exclusions = read.exclusions;
  result.exclusions.insert(result.exclusions.end(), found.exclusions.begin(), found.exclusions.end());
  return result;
}

EvaluationResult evaluate_trend(const DataTable& table, const EvaluationOptions& options) {
  const ReadStrata read = read_strata(table, "stratum", parse_proportion_of(options.text("of")));
  ProportionTrendOptions chosen;
  chosen.scores = options.numbers("scores");
  chosen.exact = options.flag("exact");
  chosen.most_states = options.count("most_states", 1);
  const ProportionTrendResult found = estimate_proportion_trend(read.strata, chosen);
  EvaluationResult result;
  result.method = "cochran_armitage";
  std::vector<std::string> names;
  std::vector<std::optional<double>> scores;
  for (std::size_t i = 0; i < read.strata.size(); ++i) {
    names.push_back(read.strata[i].stratum);
    scores.push_back(chosen.scores.empty() ? static_cast<double>(i + 1) : chosen.scores[i]);
  }
  add_estimate(result, "slope", found.slope, "least_squares");
  add_test(result, found.asymptotic);
  add_test(result, found.exact);
  result.tables.push_back({"scores", {{"stratum", names}, {"score", scores}}});
  result.exclusions = read.exclusions;
  result.exclusions.insert(result.exclusions.end(), found.exclusions.begin(), found.exclusions.end());
  return result;
}

EvaluationResult evaluate_equivalence(const DataTable& table, const EvaluationOptions& options) {
  const ReadStrata read = read_strata(table, "stratum", parse_proportion_of(options.text("of")));
  const CentreEquivalenceResult found =
      compare_centre_equivalence(read.strata, {options.number("margin"), options.number("alpha")});
  EvaluationResult result;
  result.method = "two_one_sided_tests";
  result.confidence = 1.0 - 2.0 * found.alpha;
  for (const CentreDifference& centre : found.centres) {
    add_estimate(result, "difference_from_rest", centre.difference, "newcombe", centre.centre);
    add_estimate(result, "p_value", plain(centre.p_value), "two_one_sided_score", centre.centre);
    add_estimate(result, "p_holm", plain(centre.p_holm), "two_one_sided_score", centre.centre);
    add_estimate(result, "equivalent", plain(centre.equivalent ? 1.0 : 0.0), "holm", centre.centre);
  }
  add_estimate(result, "range", found.range, "newcombe_bonferroni");
  if (found.all_equivalent) add_estimate(result, "all_equivalent", plain(*found.all_equivalent ? 1.0 : 0.0), "holm");
  result.exclusions = read.exclusions;
  result.exclusions.insert(result.exclusions.end(), found.exclusions.begin(), found.exclusions.end());
  return result;
}

EvaluationResult evaluate_contingency(const DataTable& table, const EvaluationOptions& options) {
  ReadContingency read = read_contingency(table);
  const ExactContingencyResult found = compare_contingency_exactly(read.table, exact_options(options));
  EvaluationResult result;
  result.method = found.test.method;
  add_test(result, found.test);
  if (found.monte_carlo_error) add_estimate(result, "monte_carlo_error", plain(*found.monte_carlo_error));
  result.exclusions = std::move(read.exclusions);
  return result;
}

std::vector<EvaluationColumn> strata_columns() {
  return {comparison_column("stratum", ColumnKind::text), comparison_column("result", ColumnKind::binary),
          comparison_column("reference", ColumnKind::binary, false),
          comparison_column("count", ColumnKind::count, false), comparison_column("subject", ColumnKind::text, false)};
}

EvaluationOption states_option() {
  return {"most_states", "1000000", {}, "evaluation_option.comparison_most_states", false};
}

EvaluationOption exact_option() {
  return {"exact", "true", {"true", "false"}, "evaluation_option.comparison_exact", false};
}

}  // namespace

std::vector<Evaluation> strata_evaluations() {
  std::vector<EvaluationColumn> stratified = strata_columns();
  stratified.insert(stratified.begin(), comparison_column("group", ColumnKind::text));
  return {
      comparison_entry("stratified_tables", "FDA 2007",
                       "Mantel & Haenszel 1959, 10.1093/jnci/22.4.719; Robins et al. 1986, "
                       "10.2307/2531052; Tarone 1985, 10.1093/biomet/72.1.91",
                       stratified,
                       {confidence_option(),
                        {"first", "", {}, "evaluation_option.comparison_first", false},
                        comparison_of_option(),
                        exact_option()},
                       evaluate_stratified),
      comparison_entry(
          "strata_homogeneity", "NMPA 2021-72",
          "Freeman & Halton 1951, 10.1093/biomet/38.1-2.141; DerSimonian & Laird 1986, 10.1016/0197-2456(86)90046-2",
          strata_columns(),
          {confidence_option(), comparison_of_option(), states_option(), replicates_option("100000"), seed_option(),
           threads_option()},
          evaluate_homogeneity),
      comparison_entry("proportion_trend", "NMPA 2021-72", "Armitage 1955, 10.2307/3001775", strata_columns(),
                       {comparison_of_option(),
                        {"scores", "", {}, "evaluation_option.comparison_scores", false},
                        exact_option(),
                        states_option()},
                       evaluate_trend),
      comparison_entry("centre_equivalence", "NMPA 2021-72",
                       "Schuirmann 1987; Farrington & Manning 1990, 10.1002/sim.4780091208; Holm 1979",
                       strata_columns(),
                       {{"margin", "", {}, "evaluation_option.comparison_equivalence_margin", true},
                        {"alpha", "0.05", {}, "evaluation_option.comparison_alpha", false},
                        comparison_of_option()},
                       evaluate_equivalence),
      comparison_entry("contingency_exact", "FDA 2007", "Freeman & Halton 1951, 10.1093/biomet/38.1-2.141",
                       {comparison_column("row", ColumnKind::text), comparison_column("column", ColumnKind::text),
                        comparison_column("count", ColumnKind::count, false)},
                       {states_option(), replicates_option("100000"), seed_option(), threads_option()},
                       evaluate_contingency)};
}

}  // namespace qpcr
