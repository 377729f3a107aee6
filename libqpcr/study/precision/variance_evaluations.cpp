// Adapts tables to variance components, reproducibility and one-way ANOVA.
#include "libqpcr/study/precision/variance_evaluations.hpp"

#include <algorithm>

#include "libqpcr/study/precision/one_way_anova.hpp"
#include "libqpcr/study/precision/precision_results.hpp"
#include "libqpcr/study/precision/reproducibility.hpp"

namespace qpcr {
namespace {

constexpr auto missing_reason = "precision_missing_value_or_level";

std::vector<PrecisionFactor> read_factors(const DataTable& table, const VarianceFormula& formula) {
  std::vector<PrecisionFactor> factors;
  for (const std::vector<std::string>& term : formula.terms) {
    for (const std::string& name : term) {
      if (std::any_of(factors.begin(), factors.end(), [&](const auto& one) { return one.name == name; })) continue;
      factors.push_back(number_levels(name, table.texts(name)));
    }
  }
  return factors;
}

/// The dot figure: values with their levels, in the order of the design.
void add_figure(EvaluationResult& result, std::span<const double> values, const std::vector<PrecisionFactor>& factors,
                const std::vector<std::size_t>& excluded) {
  constexpr std::size_t most = 5000;
  if (values.size() > most) {
    result.warnings.push_back({"precision_figure_left_out", {{"values", std::to_string(values.size())}}});
    return;
  }
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < values.size(); ++row)
    if (!std::binary_search(excluded.begin(), excluded.end(), row)) rows.push_back(row);
  std::stable_sort(rows.begin(), rows.end(), [&](std::size_t a, std::size_t b) {
    for (const PrecisionFactor& factor : factors)
      if (factor.level[a] != factor.level[b]) return factor.level[a] < factor.level[b];
    return false;
  });
  ResultTable figure{"values", {}};
  for (const PrecisionFactor& factor : factors) {
    std::vector<std::string> labels;
    for (const std::size_t row : rows) labels.push_back(factor.labels[static_cast<std::size_t>(factor.level[row])]);
    figure.columns.push_back({factor.name, labels});
  }
  std::vector<std::optional<double>> shown;
  for (const std::size_t row : rows) shown.emplace_back(values[row]);
  figure.columns.push_back({"value", shown});
  result.tables.push_back(std::move(figure));
}

VarianceComponentsOptions read_options(const EvaluationOptions& options, ComponentMethod method) {
  VarianceComponentsOptions read;
  read.method = method;
  read.confidence = options.fraction("confidence");
  if (method == ComponentMethod::anova && options.text("covariance") == "searle_casella_mcculloch")
    read.covariance = ComponentCovarianceKind::searle_casella_mcculloch;
  return read;
}

EvaluationResult compute_components(const DataTable& table, const EvaluationOptions& options, ComponentMethod method) {
  const VarianceFormula formula = parse_variance_formula(options.text("formula"));
  const std::vector<double> values = table.numbers(formula.response);
  const std::vector<PrecisionFactor> factors = read_factors(table, formula);
  const VarianceComponentsResult found =
      estimate_variance_components(values, factors, formula, read_options(options, method));
  EvaluationResult result;
  add_components(result, found);
  result.exclusions = list_exclusions(table, found.excluded, missing_reason);
  add_figure(result, values, factors, found.excluded);
  return result;
}

EvaluationResult compute_reproducibility(const DataTable& table, const EvaluationOptions& options) {
  const std::vector<double> values = table.numbers("value");
  const auto read = [&](const std::string& name) {
    return table.has(name) ? std::optional(number_levels(name, table.texts(name))) : std::nullopt;
  };
  const ReproducibilityFactors factors{read("site"), read("lot"), read("day"), read("run")};
  const ComponentMethod method = options.text("method") == "reml" ? ComponentMethod::reml : ComponentMethod::anova;
  VarianceComponentsOptions read_in = read_options(options, method);
  const ReproducibilityResult found = estimate_reproducibility(values, factors, read_in);
  EvaluationResult result;
  add_component(result, found.repeatability, "repeatability");
  add_component(result, found.within_laboratory, "within_laboratory");
  add_component(result, found.reproducibility, "reproducibility");
  add_components(result, found.components);
  result.exclusions = list_exclusions(table, found.components.excluded, missing_reason);
  std::vector<PrecisionFactor> shown;
  for (const auto* factor : {&factors.site, &factors.lot, &factors.day, &factors.run})
    if (*factor) shown.push_back(**factor);
  add_figure(result, values, shown, found.components.excluded);
  return result;
}

EvaluationResult compute_one_way_anova(const DataTable& table, const EvaluationOptions&) {
  // Exact where every cell is a plain decimal; numbers() still refuses what is no number.
  const std::vector<double> values = table.numbers("value");
  const auto texts = table.texts("value");
  const std::optional<CentredValues> exact = centre_decimals(texts);
  const OneWayAnovaResult found =
      estimate_one_way_anova(exact ? *exact : centre_values(values), number_levels("group", table.texts("group")));
  EvaluationResult result;
  result.method = exact ? "one_way_anova_exact_centring" : "one_way_anova";
  for (const auto& [name, estimate] :
       std::vector<std::pair<std::string, const Estimate*>>{{"between_mean_square", &found.between_mean_square},
                                                            {"within_mean_square", &found.within_mean_square},
                                                            {"f", &found.f},
                                                            {"p_value", &found.p_value},
                                                            {"r_squared", &found.r_squared},
                                                            {"residual_sd", &found.residual_sd}})
    result.estimates.push_back({name, *estimate, {}, {}, {}});
  using Numbers = std::vector<std::optional<double>>;
  result.tables.push_back({"anova",
                           {{"source", std::vector<std::string>{"between", "within"}},
                            {"degrees_of_freedom", Numbers{found.between_degrees, found.within_degrees}},
                            {"sum_of_squares", Numbers{found.between_sum, found.within_sum}}}});
  result.exclusions = list_exclusions(table, found.excluded, missing_reason);
  return result;
}

EvaluationOption formula_option() { return {"formula", "", {}, "evaluation_option.precision_formula", true}; }

EvaluationOption covariance_option() {
  return {"covariance",
          "giesbrecht_burns",
          {"giesbrecht_burns", "searle_casella_mcculloch"},
          "evaluation_option.precision_covariance",
          false};
}

}  // namespace

std::vector<Evaluation> variance_evaluations() {
  const std::string area = "precision";
  std::vector<Evaluation> all;
  all.push_back({"variance_components_anova",
                 area,
                 "evaluation.variance_components_anova",
                 "CLSI EP05-A3",
                 "Searle, Casella & McCulloch 1992, 10.1002/9780470316856",
                 {},
                 {formula_option(), covariance_option(), confidence_option()},
                 [](const DataTable& table, const EvaluationOptions& options) {
                   return compute_components(table, options, ComponentMethod::anova);
                 },
                 true});
  all.push_back({"variance_components_reml",
                 area,
                 "evaluation.variance_components_reml",
                 "CLSI EP05-A3",
                 "Patterson & Thompson 1971, 10.1093/biomet/58.3.545",
                 {},
                 {formula_option(), confidence_option()},
                 [](const DataTable& table, const EvaluationOptions& options) {
                   return compute_components(table, options, ComponentMethod::reml);
                 },
                 true});
  all.push_back({"reproducibility",
                 area,
                 "evaluation.reproducibility",
                 "CLSI EP05-A3",
                 "Searle, Casella & McCulloch 1992, 10.1002/9780470316856",
                 {{"value", ColumnKind::number, true, "evaluation_column.precision_value"},
                  {"site", ColumnKind::text, false, "evaluation_column.precision_site"},
                  {"lot", ColumnKind::text, false, "evaluation_column.precision_lot"},
                  {"day", ColumnKind::text, false, "evaluation_column.precision_day"},
                  {"run", ColumnKind::text, false, "evaluation_column.precision_run"}},
                 {{"method", "anova", {"anova", "reml"}, "evaluation_option.precision_method", false},
                  covariance_option(),
                  confidence_option()},
                 compute_reproducibility,
                 true});
  all.push_back({"one_way_anova",
                 area,
                 "evaluation.one_way_anova",
                 "",
                 "Fisher 1925; accuracy: NIST StRD",
                 {{"value", ColumnKind::number, true, "evaluation_column.precision_value"},
                  {"group", ColumnKind::text, true, "evaluation_column.precision_group"}},
                 {},
                 compute_one_way_anova,
                 true});
  return all;
}

}  // namespace qpcr
