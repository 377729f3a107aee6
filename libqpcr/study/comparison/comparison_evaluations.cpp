// The evaluations of this area as the registry knows them: tables in, results of one shape out.
#include <utility>

#include "libqpcr/study/comparison/comparison_results.hpp"
#include "libqpcr/study/comparison/comparison_tables.hpp"
#include "libqpcr/study/comparison/independent_proportions.hpp"
#include "libqpcr/study/comparison/non_inferiority.hpp"
#include "libqpcr/study/comparison/paired_predictive_values.hpp"
#include "libqpcr/study/evaluation_areas.hpp"

namespace qpcr {
namespace {

ComparisonOrder order_of(const EvaluationOptions& options) {
  return options.text("order") == "second_minus_first" ? ComparisonOrder::second_minus_first
                                                       : ComparisonOrder::first_minus_second;
}

PairedProportionsOptions paired_options(const EvaluationOptions& options) {
  return {options.fraction("confidence"), order_of(options)};
}

EvaluationResult evaluate_independent(const DataTable& table, const EvaluationOptions& options) {
  ReadPair read = read_pair(table, options.text("first"), parse_proportion_of(options.text("of")));
  const IndependentProportionsOptions chosen{options.fraction("confidence"), order_of(options)};
  const IndependentProportionsResult found = compare_independent_proportions(read.pair, chosen);
  EvaluationResult result;
  result.method = found.differences.front().method;
  result.confidence = found.confidence;
  add_proportion(result, read.first, read.pair.first_successes, read.pair.first_total, found.confidence);
  add_proportion(result, read.second, read.pair.second_successes, read.pair.second_total, found.confidence);
  add_methods(result, "difference", found.differences);
  add_methods(result, "ratio", found.ratios);
  add_methods(result, "odds_ratio", {found.odds_ratio});
  for (const ComparisonTest& test : found.tests) add_test(result, test);
  result.warnings = found.warnings;
  result.exclusions = std::move(read.exclusions);
  return result;
}

void add_paired(EvaluationResult& result, const PairedProportionsResult& found, const std::string& stratum) {
  add_estimate(result, "first_rate", found.first_positive_rate, "wilson", stratum);
  add_estimate(result, "second_rate", found.second_positive_rate, "wilson", stratum);
  add_methods(result, "difference", found.differences, stratum);
  add_methods(result, "ratio", {found.ratio}, stratum);
  add_methods(result, "odds_ratio", found.odds_ratios, stratum);
  add_estimate(result, "phi", found.phi, "", stratum);
  for (const ComparisonTest& test : found.tests) add_test(result, test, stratum);
  for (const Message& warning : found.warnings) add_warning(result, warning);
}

EvaluationResult evaluate_paired(const DataTable& table, const EvaluationOptions& options) {
  CountedSubjects read = read_paired(table, false);
  const PairedProportionsResult found = compare_paired_proportions(read.counts.cases, paired_options(options));
  EvaluationResult result;
  result.method = "mcnemar_tango";
  result.confidence = found.confidence;
  add_paired(result, found, "");
  result.tables.push_back(paired_table("cross_table", read.counts.cases));
  result.exclusions = std::move(read.exclusions);
  return result;
}

EvaluationResult evaluate_paired_accuracy(const DataTable& table, const EvaluationOptions& options) {
  CountedSubjects read = read_paired(table, true);
  const PairedAccuracyResult found = compare_paired_accuracy(read.counts, paired_options(options));
  EvaluationResult result;
  result.method = "mcnemar_tango";
  result.confidence = found.confidence;
  add_paired(result, found.sensitivity, "sensitivity");
  add_paired(result, found.specificity, "specificity");
  result.tables.push_back(paired_table("cases", read.counts.cases));
  result.tables.push_back(paired_table("controls", read.counts.controls));
  result.exclusions = std::move(read.exclusions);
  return result;
}

void add_values(EvaluationResult& result, const PairedValueComparison& found, const std::string& stratum,
                bool with_scores) {
  add_estimate(result, "first", found.first, "wald", stratum);
  add_estimate(result, "second", found.second, "wald", stratum);
  if (with_scores) add_estimate(result, "difference", found.difference, "", stratum);
  add_estimate(result, "ratio", found.ratio, "log", stratum);
  if (with_scores) {
    add_test(result, found.weighted_generalised_score, stratum);
    add_test(result, found.generalised_score, stratum);
  }
  add_test(result, found.ratio_test, stratum);
}

EvaluationResult evaluate_predictive_values(const DataTable& table, const EvaluationOptions& options) {
  CountedSubjects read = read_paired(table, true);
  const PairedPredictiveValuesResult found = compare_paired_predictive_values(read.counts, paired_options(options));
  EvaluationResult result;
  result.method = "weighted_generalised_score";
  result.confidence = found.confidence;
  add_values(result, found.positive, "positive_predictive_value", true);
  add_values(result, found.negative, "negative_predictive_value", true);
  result.warnings = found.warnings;
  result.exclusions = std::move(read.exclusions);
  return result;
}

EvaluationResult evaluate_likelihood_ratios(const DataTable& table, const EvaluationOptions& options) {
  CountedSubjects read = read_paired(table, true);
  const PairedLikelihoodRatiosResult found = compare_paired_likelihood_ratios(read.counts, paired_options(options));
  EvaluationResult result;
  result.method = "log_ratio";
  result.confidence = found.confidence;
  add_values(result, found.positive, "positive_likelihood_ratio", false);
  add_values(result, found.negative, "negative_likelihood_ratio", false);
  result.exclusions = std::move(read.exclusions);
  return result;
}

EvaluationResult margin_result(const NonInferiorityResult& found, std::vector<Exclusion> exclusions) {
  EvaluationResult result;
  result.method = found.findings.front().test.method;
  result.confidence = 1.0 - 2.0 * found.alpha;
  for (const NonInferiorityFinding& finding : found.findings) {
    add_estimate(result, "difference", finding.difference, finding.test.method);
    if (!finding.test.why_absent || finding.test.why_absent->id != "comparison_interval_only")
      add_test(result, finding.test);
    Estimate shown;
    if (finding.shown) {
      shown.value = *finding.shown ? 1.0 : 0.0;
    } else {
      shown.why_absent = finding.test.why_absent;
    }
    add_estimate(result, "shown", shown, finding.test.method);
  }
  result.warnings = found.warnings;
  result.exclusions = std::move(exclusions);
  return result;
}

NonInferiorityOptions margin_options(const EvaluationOptions& options) {
  return {options.number("margin"), options.number("alpha")};
}

EvaluationResult evaluate_independent_margin(const DataTable& table, const EvaluationOptions& options) {
  ReadPair read = read_pair(table, options.text("first"), parse_proportion_of(options.text("of")));
  return margin_result(compare_independent_with_margin(read.pair, margin_options(options)), std::move(read.exclusions));
}

/// Among cases or controls, where a reference is asked for.
EvaluationResult evaluate_paired_margin(const DataTable& table, const EvaluationOptions& options) {
  const ProportionOf of = parse_proportion_of(options.text("of"));
  CountedSubjects read = read_paired(table, of != ProportionOf::result);
  const PairedCounts counts = of == ProportionOf::specificity ? read.counts.controls.mirrored() : read.counts.cases;
  return margin_result(compare_paired_with_margin(counts, margin_options(options)), std::move(read.exclusions));
}

EvaluationResult evaluate_target(const DataTable& table, const EvaluationOptions& options) {
  ReadStrata read = read_single(table, parse_proportion_of(options.text("of")));
  const StratumCount& all = read.strata.front();
  EvaluationResult result =
      margin_result(compare_with_target(all.successes, all.total, options.number("target"), margin_options(options)),
                    std::move(read.exclusions));
  add_proportion(result, "", all.successes, all.total, *result.confidence);
  return result;
}

EvaluationOption order_option() {
  return {"order",
          "first_minus_second",
          {"first_minus_second", "second_minus_first"},
          "evaluation_option.comparison_order",
          false};
}

std::vector<EvaluationColumn> pair_columns() {
  return {comparison_column("group", ColumnKind::text), comparison_column("result", ColumnKind::binary),
          comparison_column("reference", ColumnKind::binary, false),
          comparison_column("count", ColumnKind::count, false), comparison_column("subject", ColumnKind::text, false)};
}

std::vector<EvaluationColumn> paired_columns(bool reference_required) {
  return {comparison_column("test1", ColumnKind::binary), comparison_column("test2", ColumnKind::binary),
          comparison_column("reference", ColumnKind::binary, reference_required),
          comparison_column("count", ColumnKind::count, false), comparison_column("subject", ColumnKind::text, false)};
}

EvaluationOption first_option() { return {"first", "", {}, "evaluation_option.comparison_first", false}; }

std::vector<EvaluationOption> margin_choices() {
  return {{"margin", "", {}, "evaluation_option.comparison_margin", true},
          {"alpha", "0.025", {}, "evaluation_option.comparison_alpha", false},
          comparison_of_option()};
}

}  // namespace

std::vector<Evaluation> comparison_evaluations() {
  std::vector<EvaluationOption> independent_margin = margin_choices();
  independent_margin.push_back(first_option());
  std::vector<EvaluationColumn> target_columns = pair_columns();
  target_columns.erase(target_columns.begin());
  std::vector<EvaluationOption> target_choices = margin_choices();
  target_choices.front() = {"margin", "0", {}, "evaluation_option.comparison_margin", false};
  target_choices.push_back({"target", "", {}, "evaluation_option.comparison_target", true});
  std::vector<Evaluation> all{
      comparison_entry("independent_proportions", "CLSI EP24, FDA 2007",
                       "Newcombe 1998, 10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I",
                       pair_columns(), {confidence_option(), order_option(), first_option(), comparison_of_option()},
                       evaluate_independent),
      comparison_entry("paired_proportions", "CLSI EP12, FDA 2007",
                       "McNemar 1947, 10.1007/BF02295996; Tango 1998, "
                       "10.1002/(SICI)1097-0258(19980430)17:8<891::AID-SIM780>3.0.CO;2-B",
                       paired_columns(false), {confidence_option(), order_option()}, evaluate_paired),
      comparison_entry("paired_accuracy", "CLSI EP24, FDA 2007",
                       "McNemar 1947, 10.1007/BF02295996; Tango 1998, "
                       "10.1002/(SICI)1097-0258(19980430)17:8<891::AID-SIM780>3.0.CO;2-B",
                       paired_columns(true), {confidence_option(), order_option()}, evaluate_paired_accuracy),
      comparison_entry(
          "paired_predictive_values", "CLSI EP24",
          "Kosinski 2013, 10.1002/sim.5587; Leisenring et al. 2000, 10.1111/j.0006-341X.2000.00345.x; Moskowitz & "
          "Pepe 2006, 10.1191/1740774506cn147oa",
          paired_columns(true), {confidence_option(), order_option()}, evaluate_predictive_values),
      comparison_entry("paired_likelihood_ratios", "CLSI EP24", "Gu & Pepe 2009, 10.2202/1557-4679.1138",
                       paired_columns(true), {confidence_option(), order_option()}, evaluate_likelihood_ratios),
      comparison_entry("non_inferiority_independent", "NMPA 2021-72",
                       "Farrington & Manning 1990, 10.1002/sim.4780091208", pair_columns(), independent_margin,
                       evaluate_independent_margin),
      comparison_entry(
          "non_inferiority_paired", "NMPA 2021-72",
          "Nam 1997, 10.2307/2533508; Tango 1998, 10.1002/(SICI)1097-0258(19980430)17:8<891::AID-SIM780>3.0.CO;2-B; "
          "Liu et al. 2002, 10.1002/sim.1012",
          paired_columns(false), margin_choices(), evaluate_paired_margin),
      comparison_entry("target_value_margin", "NMPA 2021-72",
                       "Clopper & Pearson 1934, 10.1093/biomet/26.4.404; Wilson 1927, 10.1080/01621459.1927.10502953",
                       target_columns, target_choices, evaluate_target)};
  for (Evaluation& one : strata_evaluations()) all.push_back(std::move(one));
  return all;
}

}  // namespace qpcr
