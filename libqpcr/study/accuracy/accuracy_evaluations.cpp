// The evaluations of this area as the registry knows them: tables in, results of one shape out.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "libqpcr/core/text.hpp"
#include "libqpcr/study/accuracy/clustered_accuracy.hpp"
#include "libqpcr/study/accuracy/fourfold_accuracy.hpp"
#include "libqpcr/study/accuracy/percent_agreement.hpp"
#include "libqpcr/study/accuracy/predictive_values.hpp"
#include "libqpcr/study/accuracy/simultaneous_accuracy.hpp"
#include "libqpcr/study/accuracy/single_proportion.hpp"
#include "libqpcr/study/accuracy/three_way_accuracy.hpp"
#include "libqpcr/study/evaluation_areas.hpp"

namespace qpcr {
namespace {

constexpr const char* fda_2007 = "FDA 2007, CLSI EP12, EP24, STARD 2015";

// ---- reading tables

/// Notes rows that lack a value.
class MissingRows {
 public:
  void add(long line) {
    ++rows_.rows;
    if (rows_.lines.size() < 100) rows_.lines.push_back(line);
  }

  void report(EvaluationResult& result) const {
    if (rows_.rows == 0) return;
    result.exclusions.push_back(rows_);
    result.exclusions.back().reason = Message{"accuracy_row_without_value", {}};
  }

 private:
  Exclusion rows_;
};

/// The column "count" where a row stands for several subjects; 1 for each row without it.
std::vector<long> read_weights(const DataTable& table) {
  return table.has("count") ? table.counts("count") : std::vector<long>(table.rows(), 1);
}

FourfoldTable read_fourfold(const DataTable& table, const char* truth, EvaluationResult& result) {
  const auto reference = table.binaries(truth);
  const auto test = table.binaries("test");
  const std::vector<long> weights = read_weights(table);
  FourfoldTable made;
  MissingRows missing;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (!reference[row] || !test[row]) {
      missing.add(table.line(row));
      continue;
    }
    long& cell = *reference[row] ? (*test[row] ? made.true_positive : made.false_negative)
                                 : (*test[row] ? made.false_positive : made.true_negative);
    cell += weights[row];
  }
  missing.report(result);
  return made;
}

EvaluationColumn binary_column(std::string name, std::string about) {
  return {std::move(name), ColumnKind::binary, true, std::move(about)};
}

EvaluationColumn reference_column() { return binary_column("reference", "evaluation_column.accuracy_reference"); }
EvaluationColumn test_column() { return binary_column("test", "evaluation_column.accuracy_test"); }
EvaluationColumn weight_column() { return {"count", ColumnKind::count, false, "evaluation_column.accuracy_count"}; }

EvaluationOption sampling_option() {
  return {"sampling", "enriched", {"enriched", "consecutive"}, "evaluation_option.accuracy_sampling", false};
}

EvaluationOption interval_option(std::string default_value, bool with_all) {
  std::vector<std::string> choices;
  if (with_all) choices.push_back("all");
  for (const ProportionInterval interval : list_proportion_intervals()) choices.emplace_back(to_string(interval));
  return {"interval", std::move(default_value), std::move(choices), "evaluation_option.accuracy_interval", false};
}

EvaluationOption sides_option() {
  return {"sides", "two_sided", {"two_sided", "lower", "upper"}, "evaluation_option.accuracy_sides", false};
}

ProportionInterval read_interval(const EvaluationOptions& options) {
  for (const ProportionInterval interval : list_proportion_intervals()) {
    if (to_string(interval) == options.text("interval")) return interval;
  }
  return ProportionInterval::wilson;
}

ProportionSides read_sides(const EvaluationOptions& options) {
  const std::string& text = options.text("sides");
  return text == "lower"   ? ProportionSides::lower
         : text == "upper" ? ProportionSides::upper
                           : ProportionSides::two_sided;
}

AccuracyOptions read_accuracy_options(const EvaluationOptions& options) {
  AccuracyOptions read;
  read.confidence = options.fraction("confidence");
  read.sampling = options.text("sampling") == "consecutive" ? Sampling::consecutive : Sampling::enriched;
  return read;
}

// ---- writing results

void add(EvaluationResult& result, std::string name, Estimate estimate, std::string method = {},
         std::string stratum = {}) {
  result.estimates.push_back({std::move(name), std::move(estimate), std::move(method), std::move(stratum), {}});
}

void add_proportion(EvaluationResult& result, const std::string& name, const Proportion& proportion,
                    const std::string& stratum = {}) {
  if (!proportion.estimate) {
    add(result, name, not_estimable(*proportion.why_absent), {}, stratum);
    return;
  }
  Estimate estimate;
  estimate.value = proportion.estimate;
  estimate.interval = proportion.wilson;
  add(result, name, estimate, "wilson", stratum);
  estimate.interval = proportion.clopper_pearson;
  add(result, name, estimate, "clopper_pearson", stratum);
}

void add_accuracy(EvaluationResult& result, const AccuracyResult& found, const std::string& stratum = {}) {
  const std::pair<const char*, const Proportion*> proportions[] = {
      {"sensitivity", &found.sensitivity},
      {"specificity", &found.specificity},
      {"overall_accuracy", &found.overall_accuracy},
      {"positive_predictive_value", &found.positive_predictive_value},
      {"negative_predictive_value", &found.negative_predictive_value},
      {"false_positive_rate", &found.false_positive_rate},
      {"false_negative_rate", &found.false_negative_rate},
      {"false_discovery_rate", &found.false_discovery_rate},
      {"false_omission_rate", &found.false_omission_rate},
      {"apparent_prevalence", &found.apparent_prevalence},
      {"true_prevalence", &found.true_prevalence},
      {"ruled_out", &found.ruled_out},
  };
  for (const auto& [name, proportion] : proportions) add_proportion(result, name, *proportion, stratum);
  add(result, "positive_likelihood_ratio", found.positive_likelihood_ratio, "simel", stratum);
  add(result, "negative_likelihood_ratio", found.negative_likelihood_ratio, "simel", stratum);
  add(result, "diagnostic_odds_ratio", found.diagnostic_odds_ratio, "woolf", stratum);
  add(result, "youden_index", found.youden_index, {}, stratum);
  add(result, "number_needed_to_diagnose", found.number_needed_to_diagnose, {}, stratum);
  add(result, "kappa", found.kappa, "fleiss_cohen_everitt", stratum);
}

std::vector<std::optional<double>> to_cells(std::initializer_list<long> counts) {
  std::vector<std::optional<double>> cells;
  for (const long count : counts) cells.emplace_back(static_cast<double>(count));
  return cells;
}

ResultTable fourfold_table(const FourfoldTable& table) {
  return {"fourfold_table",
          {{"test", std::vector<std::string>{"positive", "negative"}},
           {"reference_positive", to_cells({table.true_positive, table.false_negative})},
           {"reference_negative", to_cells({table.false_positive, table.true_negative})}}};
}

EvaluationResult start(const EvaluationOptions& options, std::string_view method) {
  EvaluationResult result;
  result.method = method;
  result.confidence = options.fraction("confidence");
  return result;
}

// ---- the evaluations

EvaluationResult compute_single_proportion(const DataTable& table, const EvaluationOptions& options) {
  EvaluationResult result = start(options, "single_proportion");
  const std::vector<long> successes = table.counts("successes");
  const std::vector<long> trials = table.counts("trials");
  const bool named = table.has("stratum");
  const auto names = named ? table.texts("stratum") : std::vector<std::string_view>(table.rows());
  SingleProportionOptions read{options.fraction("confidence"), read_interval(options), read_sides(options)};
  std::vector<ProportionInterval> kinds{read.interval};
  if (options.text("interval") == "all")
    kinds.assign(list_proportion_intervals().begin(), list_proportion_intervals().end());
  const std::optional<double> target = options.find_number("target");
  const std::string& word = options.text("alternative");
  const TargetAlternative alternative = word == "greater" ? TargetAlternative::greater
                                        : word == "less"  ? TargetAlternative::less
                                                          : TargetAlternative::two_sided;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (successes[row] > trials[row])
      table.refuse(row, "successes", fmt::format("at most the {} trials of the row", trials[row]));
    const std::string stratum = named              ? std::string(names[row])
                                : table.rows() > 1 ? fmt::format("line={}", table.line(row))
                                                   : std::string();
    for (const ProportionInterval kind : kinds) {
      if (kind == ProportionInterval::blaker && kinds.size() > 1 && read.sides != ProportionSides::two_sided) continue;
      read.interval = kind;
      add(result, "proportion", estimate_single_proportion(successes[row], trials[row], read),
          std::string(to_string(kind)), stratum);
    }
    if (!target) continue;
    const TargetComparison found = compare_with_target(successes[row], trials[row], *target, alternative);
    add(result, "p_value", found.exact, "exact", stratum);
    add(result, "p_value", found.mid_p, "mid_p", stratum);
    add(result, "p_value", found.score, "score", stratum);
    add(result, "p_value", found.score_corrected, "score_corrected", stratum);
  }
  return result;
}

EvaluationResult compute_coverage(const DataTable&, const EvaluationOptions& options) {
  EvaluationResult result = start(options, "exact_coverage");
  std::vector<double> proportions = options.numbers("proportions");
  const SingleProportionOptions read{options.fraction("confidence"), read_interval(options), read_sides(options)};
  ResultTable rows{"coverage", {}};
  std::vector<std::optional<double>> at;
  std::vector<std::optional<double>> coverage;
  std::vector<std::optional<double>> width;
  for (const IntervalCoverage& row : derive_interval_coverage(options.count("trials", 1), proportions, read)) {
    at.emplace_back(row.proportion);
    coverage.emplace_back(row.coverage);
    width.emplace_back(row.mean_width);
  }
  rows.columns = {{"proportion", at}, {"coverage", coverage}, {"mean_width", width}};
  if (!coverage.empty()) {
    double least = 1.0;
    for (const auto& each : coverage) least = std::min(least, *each);
    add(result, "least_coverage", make_estimate(least, "not_estimable_no_subjects"), options.text("interval"));
  }
  result.tables.push_back(std::move(rows));
  return result;
}

EvaluationResult compute_fourfold(const DataTable& table, const EvaluationOptions& options) {
  AccuracyOptions read = read_accuracy_options(options);
  if (options.text("youden_interval") == "marginal_limits") read.youden_interval = YoudenInterval::marginal_limits;
  if (options.text("zero_cells") == "add_half") read.zero_cells = ZeroCells::add_half;
  EvaluationResult result = start(options, "fourfold_accuracy");
  const FourfoldTable counts = read_fourfold(table, "reference", result);
  add_accuracy(result, estimate_accuracy(counts, read));
  result.tables.push_back(fourfold_table(counts));
  return result;
}

EvaluationResult compute_agreement(const DataTable& table, const EvaluationOptions& options) {
  EvaluationResult result = start(options, "percent_agreement");
  const FourfoldTable counts = read_fourfold(table, "comparator", result);
  const PercentAgreement found = estimate_percent_agreement(
      {counts.true_positive, counts.false_positive, counts.false_negative, counts.true_negative}, *result.confidence);
  add_proportion(result, "positive_percent_agreement", found.positive);
  add_proportion(result, "negative_percent_agreement", found.negative);
  add_proportion(result, "overall_percent_agreement", found.overall);
  add(result, "average_positive_agreement", found.average_positive, "logit");
  add(result, "average_negative_agreement", found.average_negative, "logit");
  add(result, "kappa", found.kappa, "fleiss_cohen_everitt");
  result.warnings.push_back({"percent_agreement_is_not_accuracy", {}});
  return result;
}

EvaluationResult compute_predictive(const DataTable& table, const EvaluationOptions& options) {
  EvaluationResult result = start(options, "predictive_values");
  const FourfoldTable counts = read_fourfold(table, "reference", result);
  const PredictiveInterval kind =
      options.text("method") == "logit_adjusted" ? PredictiveInterval::logit_adjusted : PredictiveInterval::logit;
  for (const double prevalence : options.numbers("prevalences")) {
    const PredictiveValues found = estimate_predictive_values(counts, prevalence, *result.confidence, kind);
    const std::string stratum = fmt::format("prevalence={}", format_double(prevalence));
    result.method = found.method;
    add(result, "positive_predictive_value", found.positive, options.text("method"), stratum);
    add(result, "negative_predictive_value", found.negative, options.text("method"), stratum);
  }
  return result;
}

EvaluationResult compute_three_way(const DataTable& table, const EvaluationOptions& options) {
  EvaluationResult result = start(options, "three_way_accuracy");
  const auto reference = table.binaries("reference");
  const auto texts = table.texts("result");
  const std::vector<long> weights = read_weights(table);
  ThreeWayTable counts;
  MissingRows missing;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (!reference[row] || texts[row].empty() || texts[row] == "NA") {
      missing.add(table.line(row));
      continue;
    }
    const bool is_case = *reference[row];
    if (texts[row] == "positive") {
      (is_case ? counts.true_positive : counts.false_positive) += weights[row];
    } else if (texts[row] == "negative") {
      (is_case ? counts.false_negative : counts.true_negative) += weights[row];
    } else if (texts[row] == "indeterminate") {
      (is_case ? counts.indeterminate_cases : counts.indeterminate_controls) += weights[row];
    } else {
      table.refuse(row, "result", "positive, indeterminate or negative");
    }
  }
  missing.report(result);
  const ThreeWayAccuracy found = estimate_three_way_accuracy(counts, read_accuracy_options(options));
  add_proportion(result, "indeterminate", found.indeterminate);
  add_proportion(result, "indeterminate", found.indeterminate_cases, "cases");
  add_proportion(result, "indeterminate", found.indeterminate_controls, "controls");
  for (const ThreeWayAccuracy::Scenario& scenario : found.scenarios)
    add_accuracy(result, scenario.accuracy, fmt::format("indeterminate={}", to_string(scenario.rule)));
  return result;
}

void add_clustered(EvaluationResult& result, const std::string& name, const ClusteredProportion& found) {
  add(result, name, found.wilson, "wilson_effective");
  add(result, name, found.wald, "ratio_t");
  add(result, name, found.bootstrap, "bootstrap_subjects");
  add(result, name, found.naive, "wilson_independent");
  add(result, name + "_design_effect", found.design_effect);
  add(result, name + "_intraclass_correlation", found.intraclass_correlation, "analysis_of_variance");
  add_proportion(result, name + "_subjects_all_right", found.subjects_all_right);
}

EvaluationResult compute_clustered(const DataTable& table, const EvaluationOptions& options) {
  EvaluationResult result = start(options, "clustered_ratio_estimator");
  const auto subjects = table.texts("subject");
  const auto reference = table.binaries("reference");
  const auto test = table.binaries("test");
  std::vector<ClusteredSpecimen> specimens;
  MissingRows missing;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (subjects[row].empty() || !reference[row] || !test[row]) {
      missing.add(table.line(row));
      continue;
    }
    specimens.push_back({std::string(subjects[row]), *reference[row], *test[row]});
  }
  missing.report(result);
  ClusteredOptions read;
  read.confidence = *result.confidence;
  read.replicates = options.count("replicates");
  read.seed = static_cast<std::uint64_t>(options.count("seed"));
  read.threads = static_cast<int>(options.count("threads"));
  const ClusteredAccuracy found = estimate_clustered_accuracy(specimens, read);
  add_clustered(result, "sensitivity", found.sensitivity);
  add_clustered(result, "specificity", found.specificity);
  add(result, "youden_index", found.youden_index, "ratio_normal");
  result.tables.push_back(fourfold_table(found.table));
  return result;
}

EvaluationResult compute_simultaneous(const DataTable& table, const EvaluationOptions& options) {
  EvaluationResult result = start(options, "simultaneous_" + options.text("rule"));
  SimultaneousOptions read;
  read.confidence = *result.confidence;
  read.rule = options.text("rule") == "sidak" ? SimultaneousRule::sidak : SimultaneousRule::bonferroni;
  read.interval = read_interval(options);
  read.sides = read_sides(options);
  const SimultaneousAccuracy found = estimate_simultaneous_accuracy(read_fourfold(table, "reference", result), read);
  add(result, "sensitivity", found.sensitivity, options.text("interval"));
  add(result, "specificity", found.specificity, options.text("interval"));
  add(result, "marginal_confidence", make_estimate(found.marginal_confidence, "not_estimable_no_subjects"));
  return result;
}

Evaluation make(std::string name, std::string standard, std::string source, std::vector<EvaluationColumn> columns,
                std::vector<EvaluationOption> options,
                EvaluationResult (*compute)(const DataTable&, const EvaluationOptions&)) {
  Evaluation made;
  made.title = "evaluation." + name;
  made.name = std::move(name);
  made.area = "accuracy";
  made.standard = std::move(standard);
  made.source = std::move(source);
  made.columns = std::move(columns);
  made.options = std::move(options);
  made.options.insert(made.options.begin(), confidence_option());
  made.compute = compute;
  made.needs_data = !made.columns.empty();
  return made;
}

}  // namespace

std::vector<Evaluation> accuracy_evaluations() {
  const std::vector<EvaluationColumn> fourfold{reference_column(), test_column(), weight_column()};
  return {
      make("single_proportion", "FDA 2007, CLSI EP12",
           "Newcombe 1998, 10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E; Brown, Cai & DasGupta "
           "2001, 10.1214/ss/1009213286; Blaker 2000, 10.2307/3315916",
           {{"successes", ColumnKind::count, true, "evaluation_column.accuracy_successes"},
            {"trials", ColumnKind::count, true, "evaluation_column.accuracy_trials"},
            {"stratum", ColumnKind::text, false, "evaluation_column.accuracy_stratum"}},
           {interval_option("wilson", true),
            sides_option(),
            {"target", "", {}, "evaluation_option.accuracy_target", false},
            {"alternative",
             "two_sided",
             {"two_sided", "greater", "less"},
             "evaluation_option.accuracy_alternative",
             false}},
           compute_single_proportion),
      make("proportion_coverage", "", "Brown, Cai & DasGupta 2001, 10.1214/ss/1009213286", {},
           {interval_option("wilson", false),
            sides_option(),
            {"trials", "", {}, "evaluation_option.accuracy_trials", true},
            {"proportions",
             "0.01,0.02,0.05,0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8,0.9,0.95,0.98,0.99",
             {},
             "evaluation_option.accuracy_proportions",
             false}},
           compute_coverage),
      make("fourfold_accuracy", fda_2007,
           "Wilson 1927, 10.1080/01621459.1927.10502953; Clopper & Pearson 1934, 10.1093/biomet/26.4.404; Simel 1991, "
           "10.1016/0895-4356(91)90128-V; Woolf 1955, 10.1111/j.1469-1809.1955.tb01348.x",
           fourfold,
           {sampling_option(),
            {"youden_interval",
             "newcombe",
             {"newcombe", "marginal_limits"},
             "evaluation_option.accuracy_youden_interval",
             false},
            {"zero_cells",
             "not_estimable",
             {"not_estimable", "add_half"},
             "evaluation_option.accuracy_zero_cells",
             false}},
           compute_fourfold),
      make("percent_agreement", "FDA 2007, CLSI EP12", "FDA 2007; Graham & Bull 1998, Journal of Clinical Epidemiology",
           {binary_column("comparator", "evaluation_column.accuracy_comparator"), test_column(), weight_column()}, {},
           compute_agreement),
      make("predictive_values", fda_2007, "Mercaldo, Lau & Zhou 2007, 10.1002/sim.2677", fourfold,
           {{"prevalences",
             "0.001,0.005,0.01,0.02,0.05,0.1,0.2,0.5",
             {},
             "evaluation_option.accuracy_prevalences",
             false},
            {"method", "logit", {"logit", "logit_adjusted"}, "evaluation_option.accuracy_predictive_method", false}},
           compute_predictive),
      make("three_way_accuracy", "FDA 2007, STARD 2015", "FDA 2007; Wilson 1927, 10.1080/01621459.1927.10502953",
           {reference_column(),
            {"result", ColumnKind::text, true, "evaluation_column.accuracy_three_way_result"},
            weight_column()},
           {sampling_option()}, compute_three_way),
      make("clustered_accuracy", "FDA 2007",
           "Rao & Scott 1992, 10.2307/2532311; Obuchowski 1998, Statistics in Medicine 17",
           {{"subject", ColumnKind::text, true, "evaluation_column.accuracy_subject"},
            reference_column(),
            test_column()},
           {replicates_option("2000"), seed_option(), threads_option()}, compute_clustered),
      make("simultaneous_accuracy", "FDA 2007",
           "Pepe 2003, The Statistical Evaluation of Medical Tests; Clopper & Pearson 1934, 10.1093/biomet/26.4.404",
           fourfold,
           {{"rule", "sidak", {"sidak", "bonferroni"}, "evaluation_option.accuracy_simultaneous_rule", false},
            interval_option("clopper_pearson", false),
            sides_option()},
           compute_simultaneous),
  };
}

}  // namespace qpcr
