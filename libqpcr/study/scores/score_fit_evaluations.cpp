// Tables of predictors in, fitted and locked scores out.
#include "libqpcr/study/scores/score_fit_evaluations.hpp"

#include "libqpcr/study/scores/brier_score.hpp"
#include "libqpcr/study/scores/logistic_score.hpp"
#include "libqpcr/study/scores/score_optimism.hpp"
#include "libqpcr/study/scores/score_tables.hpp"

namespace qpcr {
namespace {

EvaluationColumn outcome_column(bool required = true) {
  return {"outcome", ColumnKind::binary, required, "evaluation_column.score_outcome"};
}

EvaluationOption terms_option() { return {"terms", "", {}, "evaluation_option.score_terms", true}; }

/// A test: its statistic with its degrees of freedom, and its p-value.
void add_test(EvaluationResult& result, const std::string& name, const Estimate& chi_square, long degrees,
              std::optional<double> p, const std::string& stratum) {
  add_estimate(result, name + "_chi_square", chi_square, "df=" + std::to_string(degrees), stratum);
  Estimate made;
  made.value = p;
  if (!p) made.why_absent = chi_square.why_absent;
  add_estimate(result, name + "_p", made, "df=" + std::to_string(degrees), stratum);
}

void add_coefficients(EvaluationResult& result, const LogisticScore& score, bool firth) {
  for (const ScoreCoefficient& one : score.coefficients) {
    const std::string stratum = "term=" + one.name;
    add_estimate(result, "coefficient", one.wald, "wald", stratum);
    add_estimate(result, "coefficient", one.profile, firth ? "penalised_profile" : "profile", stratum);
    add_estimate(result, "odds_ratio", one.odds_ratio, firth ? "penalised_profile" : "profile", stratum);
    if (one.augmented_standard_error) {
      Estimate augmented = one.wald;
      augmented.standard_error = one.augmented_standard_error;
      augmented.interval.reset();
      add_estimate(result, "coefficient", augmented, "augmented_data", stratum);
    }
    Estimate p;
    p.value = one.wald_p;
    if (!p.value) p.why_absent = one.wald.why_absent;
    add_estimate(result, "wald_p", p, "wald", stratum);
    add_test(result, "likelihood_ratio", one.likelihood_ratio, 1, one.likelihood_ratio_p, stratum);
  }
  for (const ScoreTermTest& term : score.terms) {
    if (term.degrees_of_freedom > 1)
      add_test(result, "likelihood_ratio", term.likelihood_ratio, term.degrees_of_freedom, term.p_value,
               "terms=" + term.term);
  }
}

void add_covariance(EvaluationResult& result, const LogisticScore& score) {
  const std::size_t columns = score.coefficients.size();
  ResultTable table{"covariance", {}};
  std::vector<std::string> names;
  for (const ScoreCoefficient& one : score.coefficients) names.push_back(one.name);
  table.columns.push_back(text_column("name", names));
  for (std::size_t k = 0; k < columns; ++k) {
    std::vector<std::optional<double>> cells;
    for (std::size_t i = 0; i < columns; ++i) cells.emplace_back(score.covariance[i * columns + k]);
    table.columns.push_back(number_column(names[k], cells));
  }
  result.tables.push_back(std::move(table));
}

void add_risks(EvaluationResult& result, const DataTable& table, const ScoreRows& rows, const LogisticScore& score) {
  std::vector<std::optional<double>> lines;
  for (const std::size_t row : rows.kept) lines.emplace_back(static_cast<double>(table.line(row)));
  result.tables.push_back(
      {"risks",
       {number_column("line", lines),
        number_column("linear_predictor", {score.linear_predictors.begin(), score.linear_predictors.end()}),
        number_column("risk", {score.risks.begin(), score.risks.end()})}});
}

EvaluationResult compute_fit(const DataTable& table, const EvaluationOptions& options, bool firth) {
  const std::vector<ScoreTerm> terms = parse_score_terms(options.text("terms"));
  const ScoreRows rows = read_score_rows(table, terms, table.has("weight"));
  const ScoreDesign design = build_score_design(rows.predictors, terms, rows.kept.size());
  LogisticScoreOptions fit_options;
  fit_options.confidence = options.fraction("confidence");
  fit_options.firth = firth;
  const std::vector<double> weights = table.has("weight") ? rows.numbers("weight") : std::vector<double>();
  const LogisticScore score = fit_logistic_score(design, rows.outcomes, weights, fit_options);
  EvaluationResult result;
  result.method = std::string(score.method);
  result.confidence = score.confidence;
  result.exclusions = rows.exclusions;
  result.warnings = score.warnings;
  add_coefficients(result, score, firth);
  add_test(result, "model_likelihood_ratio", score.likelihood_ratio, score.degrees_of_freedom, score.likelihood_ratio_p,
           "");
  add_estimate(result, "subjects", make_estimate(score.subjects, ""));
  add_estimate(result, "events", make_estimate(score.events, ""));
  add_estimate(result, "log_likelihood", score.log_likelihood);
  add_estimate(result, "deviance", score.deviance);
  add_estimate(result, "null_deviance", score.null_deviance);
  if (firth) {
    add_estimate(result, "penalised_log_likelihood", score.penalised_log_likelihood);
    add_estimate(result, "penalised_null_log_likelihood", score.penalised_null_log_likelihood);
  } else {
    add_estimate(result, "aic", score.aic);
    add_estimate(result, "r2", score.cox_snell_r2, "cox_snell");
    add_estimate(result, "r2", score.nagelkerke_r2, "nagelkerke");
    add_estimate(result, "r2", score.mcfadden_r2, "mcfadden");
    add_estimate(result, "shrinkage", score.shrinkage, "van_houwelingen_le_cessie");
  }
  result.assumptions.push_back({{"score_assumes_no_separation", {}},
                                "stiemke_gordan_alternatives",
                                std::nullopt,
                                std::nullopt,
                                score.separation == "none"});
  if (!score.exists()) return result;
  LockedScore locked;
  for (const ScoreCoefficient& one : score.coefficients) locked.coefficients.push_back({one.name, *one.wald.value});
  add_specification(result, locked);
  if (!score.shrunken_coefficients.empty())
    result.tables.push_back(
        {"shrunken_coefficients",
         {text_column("name", design.names),
          number_column("coefficient", {score.shrunken_coefficients.begin(), score.shrunken_coefficients.end()})}});
  add_covariance(result, score);
  add_risks(result, table, rows, score);
  return result;
}

void add_optimism(EvaluationResult& result, const std::string& name, const OptimismIndex& index) {
  add_estimate(result, name, index.apparent, "apparent");
  add_estimate(result, name, index.optimism, "optimism");
  add_estimate(result, name, index.corrected, "corrected");
}

EvaluationResult compute_optimism(const DataTable& table, const EvaluationOptions& options) {
  const std::vector<ScoreTerm> terms = parse_score_terms(options.text("terms"));
  const ScoreRows rows = read_score_rows(table, terms, false);
  const ScoreDesign design = build_score_design(rows.predictors, terms, rows.kept.size());
  ScoreOptimismOptions asked;
  asked.confidence = options.fraction("confidence");
  asked.firth = options.text("fit") == "firth";
  asked.replicates = options.count("replicates", 2);
  asked.seed = static_cast<std::uint64_t>(options.count("seed"));
  asked.threads = static_cast<int>(options.count("threads"));
  const ScoreOptimism found = estimate_score_optimism(design, rows.outcomes, asked);
  EvaluationResult result;
  result.method = std::string(found.method);
  result.confidence = found.confidence;
  result.exclusions = rows.exclusions;
  result.warnings = found.warnings;
  add_optimism(result, "concordance", found.concordance);
  add_optimism(result, "somers_d", found.somers_d);
  add_optimism(result, "brier", found.brier);
  add_optimism(result, "calibration_slope", found.calibration_slope);
  add_optimism(result, "calibration_intercept", found.calibration_intercept);
  add_estimate(result, "replicates_separated", make_estimate(static_cast<double>(found.separated), ""));
  add_estimate(result, "replicates_without_fit", make_estimate(static_cast<double>(found.without_fit), ""));
  return result;
}

EvaluationResult compute_locked(const DataTable& table, const EvaluationOptions& options) {
  LockedScore locked;
  locked.coefficients = parse_locked_coefficients(options.text("coefficients"));
  locked.cut_off = options.find_number("cut_off");
  locked.positive_at_cut_off = options.text("positive") == "at_or_above";
  locked.validate();
  // A class is named after an equals sign; every other predictor must be numbers.
  std::vector<std::string> numbers;
  std::vector<std::string> classes;
  for (const std::string& name : list_predictors(locked)) {
    bool is_class = false;
    for (const LockedCoefficient& one : locked.coefficients)
      is_class = is_class || (":" + one.name).find(":" + name + "=") != std::string::npos;
    (is_class ? classes : numbers).push_back(name);
  }
  const bool with_outcome = table.has("outcome");
  const ScoreRows rows = read_score_rows(table, with_outcome, numbers, classes);
  const std::vector<ScoredSubject> subjects = apply_locked_score(locked, rows.predictors, rows.kept.size());
  EvaluationResult result;
  result.method = "locked_logistic_score";
  result.exclusions = rows.exclusions;
  std::vector<std::optional<double>> lines;
  std::vector<std::optional<double>> predictors;
  std::vector<std::optional<double>> risks;
  std::vector<std::optional<double>> positives;
  std::vector<double> plain_risks;
  double count = 0.0;
  for (std::size_t i = 0; i < subjects.size(); ++i) {
    lines.emplace_back(static_cast<double>(table.line(rows.kept[i])));
    predictors.emplace_back(subjects[i].linear_predictor);
    risks.emplace_back(subjects[i].risk);
    plain_risks.push_back(subjects[i].risk);
    positives.push_back(subjects[i].is_positive ? std::optional(*subjects[i].is_positive ? 1.0 : 0.0) : std::nullopt);
    count += subjects[i].is_positive.value_or(false) ? 1.0 : 0.0;
  }
  add_estimate(result, "subjects", make_estimate(static_cast<double>(subjects.size()), ""));
  if (locked.cut_off) add_estimate(result, "positive", make_estimate(count, ""));
  if (with_outcome) add_estimate(result, "brier", estimate_brier_score(plain_risks, rows.outcomes).brier);
  add_specification(result, locked);
  result.tables.push_back({"scores",
                           {number_column("line", lines), number_column("linear_predictor", predictors),
                            number_column("risk", risks), number_column("positive", positives)}});
  return result;
}

Evaluation fit_evaluation(const std::string& name, const std::string& source, bool firth) {
  return {
      name,
      "scores",
      "evaluation." + name,
      "TRIPOD+AI",
      source,
      {outcome_column(), {"weight", ColumnKind::number, false, "evaluation_column.score_weight"}},
      {terms_option(), confidence_option()},
      [firth](const DataTable& table, const EvaluationOptions& options) { return compute_fit(table, options, firth); },
      true};
}

}  // namespace

std::vector<Evaluation> score_fit_evaluations() {
  return {
      fit_evaluation("logistic_regression",
                     "McCullagh & Nelder 1989; profile intervals: Venzon & Moolgavkar 1988, 10.2307/2347496", false),
      fit_evaluation("firth_logistic_regression",
                     "Firth 1993, 10.1093/biomet/80.1.27; Heinze & Schemper 2002, 10.1002/sim.1047", true),
      {"score_optimism",
       "scores",
       "evaluation.score_optimism",
       "TRIPOD+AI",
       "Harrell, Lee & Mark 1996, 10.1002/(SICI)1097-0258(19960229)15:4<361::AID-SIM168>3.0.CO;2-4",
       {outcome_column()},
       {terms_option(),
        {"fit", "maximum_likelihood", {"maximum_likelihood", "firth"}, "evaluation_option.score_fit", false},
        confidence_option(),
        replicates_option("2000"),
        seed_option(),
        threads_option()},
       compute_optimism,
       true},
      {"locked_score",
       "scores",
       "evaluation.locked_score",
       "TRIPOD+AI",
       "Collins et al. 2024, 10.1136/bmj-2023-078378",
       {outcome_column(false)},
       {{"coefficients", "", {}, "evaluation_option.score_coefficients", true},
        {"cut_off", "", {}, "evaluation_option.score_cut_off", false},
        {"positive", "at_or_above", {"at_or_above", "above"}, "evaluation_option.score_positive", false}},
       compute_locked,
       true}};
}

}  // namespace qpcr
