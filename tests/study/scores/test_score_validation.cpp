// Optimism by bootstrap and locked scores: resamples written out, threads, hashes, and what is refused.
#include <cmath>
#include <limits>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/math/resampling.hpp"
#include "libqpcr/study/data_table.hpp"
#include "libqpcr/study/evaluation.hpp"
#include "libqpcr/study/scores/locked_score.hpp"
#include "libqpcr/study/scores/logistic_score.hpp"
#include "libqpcr/study/scores/score_optimism.hpp"

using namespace qpcr;

namespace {

struct Sample {
  std::vector<ScorePredictor> predictors;
  std::vector<int> outcomes;
};

/// A predictor that says something, another that does not.
Sample make_sample(std::uint64_t seed, std::size_t rows, double strength) {
  ResamplingStream stream(seed, 3);
  std::vector<double> a;
  std::vector<double> b;
  Sample sample;
  for (std::size_t i = 0; i < rows; ++i) {
    a.push_back(static_cast<double>(stream.index(2001)) / 1000.0 - 1.0);
    b.push_back(static_cast<double>(stream.index(2001)) / 1000.0 - 1.0);
    sample.outcomes.push_back(static_cast<double>(stream.index(100000)) / 1e5 < derive_risk(strength * a.back()) ? 1
                                                                                                                 : 0);
  }
  sample.predictors = {{"a", a}, {"b", b}};
  return sample;
}

ScoreDesign design_of(const Sample& sample) {
  return build_score_design(sample.predictors, parse_score_terms("a + b"), sample.outcomes.size());
}

double count_concordance(const ScoreDesign& design, const std::vector<int>& outcomes, const std::vector<double>& beta) {
  const std::vector<double> eta = derive_linear_predictors(design, beta);
  double won = 0.0;
  double pairs = 0.0;
  for (std::size_t i = 0; i < eta.size(); ++i) {
    for (std::size_t j = 0; j < eta.size(); ++j) {
      if (outcomes[i] != 1 || outcomes[j] != 0) continue;
      pairs += 1.0;
      won += eta[i] > eta[j] ? 1.0 : eta[i] == eta[j] ? 0.5 : 0.0;
    }
  }
  return won / pairs;
}

}  // namespace

TEST_CASE("optimism is the mean over resamples, each written out", "[score_optimism]") {
  const Sample sample = make_sample(5, 60, 1.5);
  const ScoreDesign design = design_of(sample);
  ScoreOptimismOptions options;
  options.replicates = 40;
  options.seed = 77;
  const ScoreOptimism found = estimate_score_optimism(design, sample.outcomes, options);
  CHECK(found.separated == 0);
  double concordance = 0.0;
  double brier = 0.0;
  LogisticScoreOptions plain;
  plain.profiles = false;
  for (std::uint64_t replicate = 0; replicate < 40; ++replicate) {
    ResamplingStream stream(77, replicate);
    ScoreDesign drawn = design;
    std::vector<int> outcomes;
    for (std::size_t i = 0; i < 60; ++i) {
      const std::size_t row = stream.index(60);
      for (std::size_t k = 0; k < 3; ++k) drawn.values[3 * i + k] = design.values[3 * row + k];
      outcomes.push_back(sample.outcomes[row]);
    }
    const LogisticScore fit = fit_logistic_score(drawn, outcomes, {}, plain);
    REQUIRE(fit.exists());
    std::vector<double> beta;
    for (const ScoreCoefficient& one : fit.coefficients) beta.push_back(*one.wald.value);
    concordance += (count_concordance(drawn, outcomes, beta) - count_concordance(design, sample.outcomes, beta)) / 40.0;
    const auto error = [&](const ScoreDesign& rows, const std::vector<int>& truth) {
      const std::vector<double> eta = derive_linear_predictors(rows, beta);
      double sum = 0.0;
      for (std::size_t i = 0; i < 60; ++i) sum += std::pow(derive_risk(eta[i]) - truth[i], 2) / 60.0;
      return sum;
    };
    brier += (error(drawn, outcomes) - error(design, sample.outcomes)) / 40.0;
  }
  CHECK(std::abs(*found.concordance.optimism.value - concordance) < 1e-10);
  CHECK(std::abs(*found.somers_d.optimism.value - 2.0 * concordance) < 1e-10);
  CHECK(std::abs(*found.brier.optimism.value - brier) < 1e-10);
  CHECK(std::abs(*found.somers_d.corrected.value - (2.0 * *found.concordance.corrected.value - 1.0)) < 1e-12);
}

TEST_CASE("optimism is the same on any number of threads", "[score_optimism]") {
  const Sample sample = make_sample(6, 50, 1.0);
  ScoreOptimismOptions options;
  options.replicates = 150;
  options.threads = 1;
  const ScoreOptimism one = estimate_score_optimism(design_of(sample), sample.outcomes, options);
  options.threads = 3;
  CHECK(one == estimate_score_optimism(design_of(sample), sample.outcomes, options));
  options.seed = 2;
  CHECK_FALSE(one == estimate_score_optimism(design_of(sample), sample.outcomes, options));
}

TEST_CASE("a score flatters itself on its own subjects", "[score_optimism]") {
  const Sample sample = make_sample(6, 80, 1.0);
  ScoreOptimismOptions options;
  options.replicates = 300;
  const ScoreOptimism found = estimate_score_optimism(design_of(sample), sample.outcomes, options);
  CHECK(*found.concordance.optimism.value > 0.0);
  CHECK(*found.brier.optimism.value < 0.0);
  CHECK(*found.calibration_slope.apparent.value == Approx(1.0).epsilon(1e-9));
  CHECK(std::abs(*found.calibration_intercept.apparent.value) < 1e-9);
  CHECK(*found.calibration_slope.corrected.value < 1.0);
}

TEST_CASE("resamples that separate are counted, and separated subjects not estimable", "[score_optimism]") {
  Sample sparse;
  sparse.predictors = {{"a", std::vector<double>{1, 2, 3, 4, 5, 6, 7, 8}},
                       {"b", std::vector<double>{3, 1, 4, 1, 5, 9, 2, 6}}};
  sparse.outcomes = {0, 0, 1, 0, 1, 0, 1, 1};
  ScoreOptimismOptions options;
  options.replicates = 100;
  const ScoreOptimism found = estimate_score_optimism(design_of(sparse), sparse.outcomes, options);
  CHECK(found.separated + found.without_fit > 0);
  REQUIRE(found.warnings.size() == 1);
  CHECK(found.warnings[0].id == "score_replicates_without_fit");
  Sample separated = sparse;
  separated.outcomes = {0, 0, 0, 0, 1, 1, 1, 1};
  CHECK(
      estimate_score_optimism(design_of(separated), separated.outcomes, options).concordance.apparent.why_absent->id ==
      "score_separation");
  Sample one_class = sparse;
  one_class.outcomes.assign(8, 1);
  CHECK(estimate_score_optimism(design_of(one_class), one_class.outcomes, options).brier.apparent.why_absent->id ==
        "score_no_nonevents");
  options.firth = true;
  const ScoreOptimism firth = estimate_score_optimism(design_of(sparse), sparse.outcomes, options);
  CHECK(firth.concordance.apparent.value);
  CHECK(firth.separated < found.separated + found.without_fit);
  options.replicates = 1;
  CHECK_THROWS_AS(estimate_score_optimism(design_of(sparse), sparse.outcomes, options), Error);
  CHECK_THROWS_AS(estimate_score_optimism(design_of(sparse), std::vector<int>{0, 1}, {}), Error);
}

TEST_CASE("a locked score gives the risks of the fit it was locked from", "[locked_score]") {
  const std::vector<ScorePredictor> predictors{
      {"age", std::vector<double>{50, 61, 47, 72, 55, 66, 58, 49}},
      {"sex", std::vector<std::string>{"male", "female", "male", "male", "female", "female", "male", "female"}}};
  const std::vector<int> outcomes{0, 1, 1, 1, 0, 0, 0, 1};
  const std::vector<ScoreTerm> terms = parse_score_terms("log(age) + sex + age:sex");
  const ScoreDesign design = build_score_design(predictors, terms, 8);
  LogisticScoreOptions options;
  options.firth = true;
  const LogisticScore fit = fit_logistic_score(design, outcomes, {}, options);
  REQUIRE(fit.exists());
  LockedScore locked;
  for (const ScoreCoefficient& one : fit.coefficients) locked.coefficients.push_back({one.name, *one.wald.value});
  locked.cut_off = fit.risks[3];
  const std::vector<ScoredSubject> scored = apply_locked_score(locked, predictors, 8);
  for (std::size_t i = 0; i < 8; ++i) {
    CHECK(scored[i].linear_predictor == fit.linear_predictors[i]);
    CHECK(scored[i].risk == fit.risks[i]);
    CHECK(*scored[i].is_positive == (fit.risks[i] >= fit.risks[3]));
  }
  locked.positive_at_cut_off = false;
  CHECK_FALSE(*apply_locked_score(locked, predictors, 8)[3].is_positive);
  CHECK(list_predictors(locked) == std::vector<std::string>{"age", "sex"});
}

TEST_CASE("the hash of a specification follows every part of it and no order", "[locked_score]") {
  LockedScore score;
  score.coefficients = parse_locked_coefficients("(Intercept)=-3.4; s100b=5.05 ;sex=male=0.25");
  REQUIRE(score.coefficients.size() == 3);
  CHECK(score.coefficients[2] == LockedCoefficient{"sex=male", 0.25});
  const std::string hash = derive_specification_hash(score);
  CHECK(hash.size() == 64);
  CHECK(render_specification(score) ==
        R"json({"coefficients":{"(Intercept)":-3.4,"s100b":5.05,"sex=male":0.25},"link":"logit"})json");
  LockedScore other = score;
  std::swap(other.coefficients[0], other.coefficients[2]);
  CHECK(derive_specification_hash(other) == hash);
  other.coefficients[0].value = std::nextafter(other.coefficients[0].value, 1.0);
  CHECK(derive_specification_hash(other) != hash);
  other = score;
  other.cut_off = 0.5;
  CHECK(derive_specification_hash(other) != hash);
  LockedScore above = other;
  above.positive_at_cut_off = false;
  CHECK(derive_specification_hash(above) != derive_specification_hash(other));
}

TEST_CASE("malformed locked scores are refused", "[locked_score]") {
  const std::vector<ScorePredictor> predictors{{"x", std::vector<double>{1, 2}},
                                               {"t", std::vector<std::string>{"a", "b"}}};
  const auto apply = [&](const std::string& text) {
    LockedScore score;
    score.coefficients = parse_locked_coefficients(text);
    return apply_locked_score(score, predictors, 2);
  };
  CHECK(apply("x=2")[1].linear_predictor == 4.0);
  for (const char* text : {"", "x", "x=", "x=one", "x=1;x=2", "y=1", "t=1", "exp(x)=1", "x=a=1", "x=nan", "x=inf"}) {
    INFO(text);
    CHECK_THROWS_AS(apply(text), Error);
  }
  LockedScore score;
  score.coefficients = {{"x", 1.0}};
  score.cut_off = 1.0;
  CHECK_THROWS_AS(score.validate(), Error);
  score.cut_off.reset();
  CHECK_THROWS_AS(apply_locked_score(score, predictors, 3), Error);
}

TEST_CASE("evaluations of scores leave incomplete rows out and say so", "[locked_score]") {
  const DataTable table =
      read_data_table("outcome,x,weight\n1,2,1\n0,1,1\n,3,1\n1,NA,1\n1,4,1\n0,3,1\n1,1,1\n0,2.5,1\n", "t.csv");
  const EvaluationResult result = evaluate(find_evaluation("firth_logistic_regression"), table, {{"terms", "x"}});
  REQUIRE(result.exclusions.size() == 1);
  CHECK(result.exclusions[0].rows == 2);
  CHECK(result.exclusions[0].lines == std::vector<long>{4, 5});
  // Texts are classes only where that is said.
  const DataTable texts = read_data_table("outcome,sex\n1,m\n0,f\n1,f\n0,m\n1,m\n", "t.csv");
  CHECK_THROWS_AS(evaluate(find_evaluation("logistic_regression"), texts, {{"terms", "sex"}}), Error);
  CHECK_NOTHROW(evaluate(find_evaluation("logistic_regression"), texts, {{"terms", "factor(sex)"}}));
  CHECK_THROWS_AS(evaluate(find_evaluation("logistic_regression"), texts, {}), Error);
  CHECK_THROWS_AS(evaluate(find_evaluation("brier_score"), texts, {}), Error);
}
