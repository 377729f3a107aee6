// Tables and options in, results of one shape out: evaluations of two procedures.
#include "libqpcr/study/agreement/method_evaluations.hpp"

#include <array>
#include <cmath>
#include <map>

#include "libqpcr/core/text.hpp"
#include "libqpcr/study/agreement/bland_altman.hpp"
#include "libqpcr/study/agreement/bridging.hpp"
#include "libqpcr/study/agreement/intraclass_correlation.hpp"
#include "libqpcr/study/agreement/method_comparison.hpp"

namespace qpcr {
namespace {

using Column = std::vector<std::optional<double>>;

/// The enumerator whose name was chosen; the names are the choices of the option, in the order of the enumerators.
template <typename Enum, std::size_t size>
Enum choose(const EvaluationOptions& options, std::string_view name, const std::array<std::string_view, size>& names) {
  for (std::size_t i = 0; i < size; ++i) {
    if (options.text(name) == names[i]) return static_cast<Enum>(i);
  }
  return static_cast<Enum>(0);
}

constexpr std::array<std::string_view, 7> line_names{"ordinary",       "weighted",    "deming",   "weighted_deming",
                                                     "passing_bablok", "equivariant", "theil_sen"};
constexpr std::array<std::string_view, 3> interval_names{"analytic", "jackknife", "bootstrap"};
constexpr std::array<std::string_view, 2> average_names{"angle", "slope"};
constexpr std::array<std::string_view, 3> rank_names{"nearest", "published", "outward"};
constexpr std::array<std::string_view, 3> expected_names{"automatic", "positive", "negative"};
constexpr std::array<std::string_view, 3> scale_names{"absolute", "percent", "logarithm"};
constexpr std::array<std::string_view, 2> truth_names{"constant", "varying"};

template <std::size_t size>
EvaluationOption choice(std::string name, std::string default_value, const std::array<std::string_view, size>& names) {
  const std::string about = "evaluation_option.agreement_" + name;
  return {std::move(name), std::move(default_value), {names.begin(), names.end()}, about};
}

EvaluationOption value(std::string name, std::string default_value = "") {
  const std::string about = "evaluation_option.agreement_" + name;
  return {std::move(name), std::move(default_value), {}, about};
}

EvaluationColumn column(std::string name, ColumnKind kind = ColumnKind::number, bool required = true) {
  const std::string about = "evaluation_column.agreement_" + name;
  return {std::move(name), kind, required, about};
}

std::vector<long> list_lines(const DataTable& table) {
  std::vector<long> lines;
  for (std::size_t row = 0; row < table.rows(); ++row) lines.push_back(table.line(row));
  return lines;
}

Column to_column(const std::vector<double>& values) { return {values.begin(), values.end()}; }

MethodComparisonOptions read_comparison(const EvaluationOptions& options) {
  MethodComparisonOptions read;
  read.line = choose<ComparisonLine>(options, "line", line_names);
  read.interval = choose<ComparisonInterval>(options, "interval", interval_names);
  read.confidence = options.fraction("confidence");
  read.error_ratio = options.number("error_ratio");
  read.slopes.average = choose<SlopeAverage>(options, "slope_average", average_names);
  read.slopes.ranks = choose<IntervalRanks>(options, "interval_ranks", rank_names);
  read.slopes.expected = choose<ExpectedSlope>(options, "expected_slope", expected_names);
  read.slopes.minus_one_tolerance = options.number("minus_one_tolerance");
  if (options.has("levels")) read.levels = options.numbers("levels");
  read.replicates = options.count("replicates", 1);
  read.seed = static_cast<std::uint64_t>(options.count("seed"));
  read.threads = static_cast<int>(options.count("threads"));
  return read;
}

EvaluationResult to_result(const MethodComparison& found) {
  EvaluationResult result;
  result.method = std::string(found.line) + "_" + std::string(found.interval);
  result.confidence = found.confidence;
  const auto add = [&](std::string name, const Estimate& estimate, std::string stratum = "", std::string unit = "") {
    result.estimates.push_back({std::move(name), estimate, "", std::move(stratum), std::move(unit)});
  };
  add("slope", found.slope);
  add("intercept", found.intercept);
  for (const BiasAtLevel& bias : found.bias) {
    const std::string stratum = "level=" + format_double(bias.level);
    add("bias", bias.absolute, stratum);
    add("bias_percent", bias.percent, stratum, "%");
  }
  add("pearson", found.pearson);
  add("spearman", found.spearman);
  const auto count = [&](std::string name, long number) {
    Estimate estimate;
    estimate.value = static_cast<double>(number);
    add(std::move(name), estimate);
  };
  count("pairs", found.pairs);
  if (found.slopes) {
    count("slopes", found.slopes->slopes);
    count("slopes_below_minus_one", found.slopes->shift);
    count("slopes_of_minus_one", found.slopes->minus_ones);
  }
  if (found.interval == "jackknife" || found.interval == "bootstrap")
    count("resamples_without_line", found.resamples_without_line);
  result.assumptions = found.assumptions;
  result.warnings = found.warnings;
  result.exclusions = found.exclusions;
  result.tables.push_back({"pairs", {{"x", to_column(found.x)}, {"y", to_column(found.y)}}});
  result.tables.push_back(
      {"cusum", {{"distance", to_column(found.linearity.distance)}, {"cusum", to_column(found.linearity.cusum)}}});
  return result;
}

EvaluationResult compute_comparison(const DataTable& table, const EvaluationOptions& options) {
  return to_result(
      compare_methods(table.numbers("x"), table.numbers("y"), read_comparison(options), list_lines(table)));
}

/// Values of each sample in the order of first appearance; rows are replicates and cells may be empty.
struct ReplicateTable {
  std::vector<std::string> names;
  Replicates x;
  Replicates y;
};

ReplicateTable read_replicates(const DataTable& table, const std::string& key, bool paired) {
  ReplicateTable read;
  std::map<std::string, std::size_t, std::less<>> places;
  const auto names = table.texts(key);
  const auto x = table.numbers("x");
  const auto y = table.numbers("y");
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const auto [place, is_new] = places.emplace(std::string(names[row]), read.names.size());
    if (is_new) {
      read.names.emplace_back(names[row]);
      read.x.emplace_back();
      read.y.emplace_back();
    }
    if (paired && (std::isnan(x[row]) || std::isnan(y[row]))) continue;
    if (!std::isnan(x[row])) read.x[place->second].push_back(x[row]);
    if (!std::isnan(y[row])) read.y[place->second].push_back(y[row]);
  }
  return read;
}

/// Samples without a value on one side, named and taken out.
std::vector<Exclusion> drop_empty(ReplicateTable& read) {
  ReplicateTable kept;
  Exclusion empty;
  empty.reason = Message{"agreement_exclusion_no_value_on_one_side", {}};
  for (std::size_t i = 0; i < read.names.size(); ++i) {
    if (read.x[i].empty() || read.y[i].empty()) {
      ++empty.rows;
      continue;
    }
    kept.names.push_back(read.names[i]);
    kept.x.push_back(read.x[i]);
    kept.y.push_back(read.y[i]);
  }
  read = kept;
  return empty.rows > 0 ? std::vector<Exclusion>{empty} : std::vector<Exclusion>{};
}

EvaluationResult compute_replicates(const DataTable& table, const EvaluationOptions& options) {
  ReplicateTable read = read_replicates(table, "sample", false);
  const std::vector<Exclusion> excluded = drop_empty(read);
  const double confidence = options.fraction("confidence");
  const ErrorRatio ratio = estimate_error_ratio(read.x, read.y, confidence);
  MethodComparisonOptions comparison;
  comparison.line = choose<ComparisonLine>(options, "line", line_names);
  comparison.interval = choose<ComparisonInterval>(options, "interval", interval_names);
  comparison.confidence = confidence;
  if (options.has("levels")) comparison.levels = options.numbers("levels");
  comparison.replicates = options.count("replicates", 1);
  comparison.seed = static_cast<std::uint64_t>(options.count("seed"));
  comparison.threads = static_cast<int>(options.count("threads"));
  EvaluationResult result;
  if (ratio.ratio_of_means.value) {
    comparison.error_ratio = *ratio.ratio_of_means.value;
    result = to_result(compare_methods(ratio.x_mean, ratio.y_mean, comparison));
  } else {
    result.method = std::string(to_string(comparison.line)) + "_" + std::string(to_string(comparison.interval));
    result.confidence = confidence;
    result.estimates.push_back({"slope", ratio.ratio_of_means, "", "", ""});
    result.estimates.push_back({"intercept", ratio.ratio_of_means, "", "", ""});
  }
  result.estimates.push_back({"error_variance_x", ratio.x_variance, "", "", ""});
  result.estimates.push_back({"error_variance_y", ratio.y_variance, "", "", ""});
  result.estimates.push_back({"error_ratio_of_means", ratio.ratio_of_means, "", "", ""});
  result.exclusions.insert(result.exclusions.end(), excluded.begin(), excluded.end());
  return result;
}

BlandAltmanOptions read_limits(const EvaluationOptions& options) {
  BlandAltmanOptions read;
  read.confidence = options.fraction("confidence");
  read.coverage = options.fraction("coverage");
  return read;
}

EvaluationResult compute_limits(const DataTable& table, const EvaluationOptions& options) {
  BlandAltmanOptions read = read_limits(options);
  read.scale = choose<DifferenceScale>(options, "scale", scale_names);
  read.allowed_difference = options.find_number("allowed_difference");
  const BlandAltman found =
      estimate_limits_of_agreement(table.numbers("x"), table.numbers("y"), read, list_lines(table));
  EvaluationResult result;
  result.method = "bland_altman_" + std::string(found.scale);
  result.confidence = found.confidence;
  const std::string unit = read.scale == DifferenceScale::percent ? "%" : "";
  const auto add = [&](std::string name, const Estimate& estimate, std::string method = "") {
    result.estimates.push_back({std::move(name), estimate, std::move(method), "", unit});
  };
  add("mean_difference", found.mean);
  add("standard_deviation", found.standard_deviation);
  add("lower_limit", found.lower_limit, "bland_altman_1999");
  add("upper_limit", found.upper_limit, "bland_altman_1999");
  add("lower_limit", found.lower_limit_simple, "bland_altman_1986");
  add("upper_limit", found.upper_limit_simple, "bland_altman_1986");
  add("lower_limit", found.lower_limit_exact, "carkeet_2015");
  add("upper_limit", found.upper_limit_exact, "carkeet_2015");
  if (read.allowed_difference)
    result.estimates.push_back({"share_within_allowed_difference", found.within_allowed, "clopper_pearson", "", ""});
  if (found.bias_p_value)
    result.estimates.push_back({"bias_p_value", make_estimate(*found.bias_p_value, ""), "student_t", "", ""});
  if (found.regression) {
    const RegressionLimits& lines = *found.regression;
    const auto coefficient = [&](std::string name, double number) {
      result.estimates.push_back({std::move(name), make_estimate(number, "agreement_not_estimable_values_all_equal"),
                                  "bland_altman_1999_regression", "", ""});
    };
    coefficient("difference_intercept", lines.difference.intercept);
    coefficient("difference_slope", lines.difference.slope);
    coefficient("absolute_residual_intercept", lines.absolute_residual.intercept);
    coefficient("absolute_residual_slope", lines.absolute_residual.slope);
    coefficient("limit_factor", lines.factor);
  }
  result.assumptions = found.assumptions;
  result.warnings = found.warnings;
  result.exclusions = found.exclusions;
  result.tables.push_back(
      {"differences", {{"mean", to_column(found.mean_of_pair)}, {"difference", to_column(found.difference)}}});
  return result;
}

EvaluationResult compute_repeated_limits(const DataTable& table, const EvaluationOptions& options) {
  const auto true_value = choose<TrueValue>(options, "true_value", truth_names);
  ReplicateTable read = read_replicates(table, "subject", true_value == TrueValue::varying);
  const std::vector<Exclusion> excluded = drop_empty(read);
  const BlandAltmanOptions limits = read_limits(options);
  const RepeatedBlandAltman found = estimate_repeated_limits(read.x, read.y, true_value, limits);
  EvaluationResult result;
  result.method = "bland_altman_2007_" + std::string(found.true_value);
  result.confidence = limits.confidence;
  result.estimates = {{"mean_difference", found.mean, "", "", ""},
                      {"standard_deviation", found.standard_deviation, "", "", ""},
                      {"lower_limit", found.lower_limit, "", "", ""},
                      {"upper_limit", found.upper_limit, "", "", ""}};
  result.exclusions = excluded;
  return result;
}

EvaluationResult compute_concordance(const DataTable& table, const EvaluationOptions& options) {
  MethodComparisonOptions plain;
  plain.line = ComparisonLine::ordinary;
  const MethodComparison pairs = compare_methods(table.numbers("x"), table.numbers("y"), plain, list_lines(table));
  const double confidence = options.fraction("confidence");
  const ConcordanceCorrelation found = estimate_concordance(pairs.x, pairs.y, confidence);
  EvaluationResult result;
  result.method = "lin_1989";
  result.confidence = confidence;
  result.estimates = {{"concordance", found.concordance, "", "", ""},
                      {"precision", found.precision, "", "", ""},
                      {"accuracy", found.accuracy, "", "", ""}};
  result.exclusions = pairs.exclusions;
  return result;
}

std::vector<BridgedSample> read_bridged(const DataTable& table) {
  const auto names = table.texts("sample");
  const auto reference = table.numbers("reference");
  const auto candidate = table.numbers("candidate");
  std::vector<std::optional<bool>> reference_calls(table.rows());
  std::vector<std::optional<bool>> candidate_calls(table.rows());
  if (table.has("reference_call")) reference_calls = table.binaries("reference_call");
  if (table.has("candidate_call")) candidate_calls = table.binaries("candidate_call");
  const auto present = [](double number) { return std::isnan(number) ? std::nullopt : std::optional(number); };
  std::vector<BridgedSample> samples;
  for (std::size_t row = 0; row < table.rows(); ++row)
    samples.push_back({std::string(names[row]), present(reference[row]), present(candidate[row]), reference_calls[row],
                       candidate_calls[row], table.line(row)});
  return samples;
}

EvaluationResult compute_bridging(const DataTable& table, const EvaluationOptions& options) {
  BridgingOptions rule;
  rule.confidence = options.fraction("confidence");
  rule.equivalence_confidence = options.fraction("equivalence_confidence");
  rule.bias_margin = options.find_number("bias_margin");
  rule.largest_sd_ratio = options.find_number("largest_sd_ratio");
  rule.least_ppa = options.find_number("least_ppa");
  rule.least_npa = options.find_number("least_npa");
  rule.least_opa = options.find_number("least_opa");
  const Bridging found = estimate_bridging(read_bridged(table), rule);
  EvaluationResult result;
  result.method = "bridging";
  result.confidence = found.confidence;
  result.estimates = {{"bias", found.bias, "student_t", "", ""},
                      {"bias", found.bias_for_equivalence, "two_one_sided_tests", "", ""},
                      {"sd_ratio", found.sd_ratio, "pitman_morgan", "", ""},
                      {"ppa", found.positive_agreement, "wilson", "", ""},
                      {"npa", found.negative_agreement, "wilson", "", ""},
                      {"opa", found.overall_agreement, "wilson", "", ""}};
  const auto add = [&](std::string name, std::optional<double> number, std::string method) {
    if (number) result.estimates.push_back({std::move(name), make_estimate(*number, ""), std::move(method), "", ""});
  };
  add("equivalence_p_value", found.equivalence_p_value, "two_one_sided_tests");
  add("sd_p_value", found.sd_p_value, "pitman_morgan");
  add("samples", static_cast<double>(found.samples), "");
  add("both_values", static_cast<double>(found.both_values), "");
  add("reference_only", static_cast<double>(found.reference_only), "");
  add("candidate_only", static_cast<double>(found.candidate_only), "");
  add("neither_value", static_cast<double>(found.neither_value), "");
  std::vector<std::string> names;
  std::vector<std::string> verdicts;
  std::vector<std::string> reasons;
  Column limits;
  Column judged;
  for (const BridgingCriterion& criterion : found.criteria) {
    names.push_back(criterion.name);
    verdicts.emplace_back(to_string(criterion.verdict));
    reasons.push_back(criterion.why ? criterion.why->id : "");
    limits.emplace_back(criterion.limit);
    judged.push_back(criterion.judged_value);
  }
  result.tables.push_back({"criteria",
                           {{"criterion", names},
                            {"limit", limits},
                            {"judged_value", judged},
                            {"verdict", verdicts},
                            {"why_absent", reasons}}});
  result.tables.push_back({"verdict", {{"verdict", std::vector<std::string>{std::string(to_string(found.verdict))}}}});
  result.tables.push_back({"samples_without_a_pair", {{"sample", found.one_sided_samples}}});
  result.warnings = found.warnings;
  result.warnings.push_back({"agreement_bridging_verdict_" + std::string(to_string(found.verdict)), {}});
  result.exclusions = found.exclusions;
  return result;
}

}  // namespace

std::vector<Evaluation> method_evaluations() {
  const std::array<std::string_view, 2> deming_names{"deming", "weighted_deming"};
  return {
      {"bland_altman",
       "agreement",
       "evaluation.bland_altman",
       "CLSI EP09",
       "Bland & Altman 1999, 10.1177/096228029900800204; Carkeet 2015, 10.1097/OPX.0000000000000513",
       {column("x"), column("y")},
       {confidence_option(), choice("scale", "absolute", scale_names), value("coverage", "0.95"),
        value("allowed_difference")},
       compute_limits},
      {"bland_altman_repeated",
       "agreement",
       "evaluation.bland_altman_repeated",
       "",
       "Bland & Altman 2007, 10.1080/10543400701329422",
       {column("subject", ColumnKind::text), column("x"), column("y")},
       {confidence_option(), choice("true_value", "varying", truth_names), value("coverage", "0.95")},
       compute_repeated_limits},
      {"bridging",
       "agreement",
       "evaluation.bridging",
       "",
       "Schuirmann 1987, 10.1007/BF01068419; Pitman 1939; Morgan 1939; Wilson 1927, 10.1080/01621459.1927.10502953",
       {column("sample", ColumnKind::text), column("reference"), column("candidate"),
        column("reference_call", ColumnKind::binary, false), column("candidate_call", ColumnKind::binary, false)},
       {confidence_option(), value("equivalence_confidence", "0.90"), value("bias_margin"), value("largest_sd_ratio"),
        value("least_ppa"), value("least_npa"), value("least_opa")},
       compute_bridging},
      {"concordance_correlation",
       "agreement",
       "evaluation.concordance_correlation",
       "",
       "Lin 1989, 10.2307/2532051",
       {column("x"), column("y")},
       {confidence_option()},
       compute_concordance},
      {"deming_replicates",
       "agreement",
       "evaluation.deming_replicates",
       "CLSI EP09",
       "Linnet 1990, 10.1002/sim.4780091210; Linnet 1993, 10.1093/clinchem/39.3.424",
       {column("sample", ColumnKind::text), column("x"), column("y")},
       {confidence_option(), choice("line", "deming", deming_names), choice("interval", "jackknife", interval_names),
        value("levels"), replicates_option("1999"), seed_option(), threads_option()},
       compute_replicates},
      {"method_comparison",
       "agreement",
       "evaluation.method_comparison",
       "CLSI EP09",
       "Passing & Bablok 1983, 10.1515/cclm.1983.21.11.709; Linnet 1993, 10.1093/clinchem/39.3.424",
       {column("x"), column("y")},
       {confidence_option(), choice("line", "passing_bablok", line_names),
        choice("interval", "analytic", interval_names), value("error_ratio", "1"), value("levels"),
        choice("slope_average", "angle", average_names), choice("interval_ranks", "nearest", rank_names),
        choice("expected_slope", "automatic", expected_names), value("minus_one_tolerance", "1e-8"),
        replicates_option("1999"), seed_option(), threads_option()},
       compute_comparison},
  };
}

}  // namespace qpcr
