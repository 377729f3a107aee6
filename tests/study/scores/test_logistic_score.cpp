// Fitted scores: analytic 2×2 tables, the score equations, exact identities, and what does not exist.
#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/math/distributions.hpp"
#include "libqpcr/math/resampling.hpp"
#include "libqpcr/study/scores/logistic_score.hpp"

using namespace qpcr;

namespace {

LogisticScoreOptions firth_options() {
  LogisticScoreOptions options;
  options.firth = true;
  return options;
}

ScoreDesign design_of(const std::vector<ScorePredictor>& predictors, const std::string& terms, std::size_t rows) {
  const std::vector<ScoreTerm> parsed = parse_score_terms(terms);
  return build_score_design(predictors, parsed, rows);
}

/// Exposure 0/1 with a, b events and c, d non-events among exposed and not exposed, as weighted rows.
struct TwoByTwo {
  std::vector<ScorePredictor> predictors{{"x", std::vector<double>{1.0, 0.0, 1.0, 0.0}}};
  std::vector<int> outcomes{1, 1, 0, 0};
};

LogisticScore fit_table(double a, double b, double c, double d, const LogisticScoreOptions& options) {
  const TwoByTwo table;
  const std::vector<double> weights{a, b, c, d};
  return fit_logistic_score(design_of(table.predictors, "x", 4), table.outcomes, weights, options);
}

/// A data set of two predictors whose outcomes follow a known score, the same for each seed.
struct Sample {
  std::vector<ScorePredictor> predictors{{"a", std::vector<double>()}, {"b", std::vector<double>()}};
  std::vector<int> outcomes;

  std::vector<double>& values(std::size_t k) { return std::get<std::vector<double>>(predictors[k].values); }
};

double uniform(ResamplingStream& stream) { return (static_cast<double>(stream.index(1U << 30U)) + 0.5) / (1U << 30U); }

Sample make_sample(std::uint64_t seed, std::size_t rows) {
  ResamplingStream stream(seed, 0);
  Sample sample;
  for (std::size_t i = 0; i < rows; ++i) {
    const double a = normal_quantile(uniform(stream));
    const double b = normal_quantile(uniform(stream));
    sample.values(0).push_back(a);
    sample.values(1).push_back(b);
    sample.outcomes.push_back(uniform(stream) < derive_risk(-0.5 + 0.9 * a - 0.4 * b) ? 1 : 0);
  }
  return sample;
}

double log_likelihood(const ScoreDesign& design, const std::vector<int>& outcomes, const std::vector<double>& beta) {
  const std::vector<double> eta = derive_linear_predictors(design, beta);
  double sum = 0.0;
  for (std::size_t i = 0; i < eta.size(); ++i) sum += outcomes[i] * eta[i] - std::log1p(std::exp(eta[i]));
  return sum;
}

/// ln of the determinant of the 3 × 3 information, written out.
double log_determinant(const ScoreDesign& design, const std::vector<double>& beta) {
  double f[3][3] = {};
  const std::vector<double> eta = derive_linear_predictors(design, beta);
  for (std::size_t i = 0; i < eta.size(); ++i) {
    const double p = 1.0 / (1.0 + std::exp(-eta[i]));
    for (std::size_t j = 0; j < 3; ++j) {
      for (std::size_t k = 0; k < 3; ++k)
        f[j][k] += p * (1.0 - p) * design.values[3 * i + j] * design.values[3 * i + k];
    }
  }
  return std::log(f[0][0] * (f[1][1] * f[2][2] - f[1][2] * f[2][1]) -
                  f[0][1] * (f[1][0] * f[2][2] - f[1][2] * f[2][0]) +
                  f[0][2] * (f[1][0] * f[2][1] - f[1][1] * f[2][0]));
}

std::vector<double> coefficients_of(const LogisticScore& score) {
  std::vector<double> values;
  for (const ScoreCoefficient& one : score.coefficients) values.push_back(one.wald.value.value());
  return values;
}

/// Greatest likelihood by plain coordinate-wise golden steps: nothing in common with Fisher scoring.
std::vector<double> climb(const std::function<double(const std::vector<double>&)>& height, std::vector<double> at) {
  for (double step = 1.0; step > 1e-9; step /= 2.0) {
    for (bool moved = true; moved;) {
      moved = false;
      for (std::size_t k = 0; k < at.size(); ++k) {
        for (const double sign : {-1.0, 1.0}) {
          std::vector<double> next = at;
          next[k] += sign * step;
          if (height(next) > height(at)) {
            at = next;
            moved = true;
          }
        }
      }
    }
  }
  return at;
}

}  // namespace

TEST_CASE("the score of a fourfold table is its log odds ratio", "[logistic_score]") {
  const LogisticScore score = fit_table(12, 5, 7, 16, {});
  REQUIRE(score.exists());
  const ScoreCoefficient& slope = score.coefficients[1];
  CHECK(std::abs(*slope.wald.value - std::log(12.0 * 16.0 / (5.0 * 7.0))) < 1e-12);
  CHECK(std::abs(*score.coefficients[0].wald.value - std::log(5.0 / 16.0)) < 1e-12);
  // Woolf's standard error.
  CHECK(std::abs(*slope.wald.standard_error - std::sqrt(1 / 12.0 + 1 / 5.0 + 1 / 7.0 + 1 / 16.0)) < 1e-12);
  CHECK(std::abs(*slope.odds_ratio.value - 192.0 / 35.0) < 1e-11);
  // The likelihood-ratio test is the G² of independence.
  const double cells[4] = {12, 5, 7, 16};
  const double expected[4] = {19.0 * 17 / 40, 21.0 * 17 / 40, 19.0 * 23 / 40, 21.0 * 23 / 40};
  double g = 0.0;
  for (int k = 0; k < 4; ++k) g += 2.0 * cells[k] * std::log(cells[k] / expected[k]);
  CHECK(std::abs(*slope.likelihood_ratio.value - g) < 1e-10);
  CHECK(std::abs(*score.likelihood_ratio.value - g) < 1e-10);
  CHECK(std::abs(*score.terms[0].likelihood_ratio.value - g) < 1e-10);
}

TEST_CASE("Firth's score of a fourfold table adds a half to each cell", "[logistic_score]") {
  for (const auto& [a, b, c, d] : {std::tuple(12.0, 5.0, 7.0, 16.0), std::tuple(4.0, 0.0, 3.0, 6.0),
                                   std::tuple(5.0, 0.0, 0.0, 5.0), std::tuple(1.0, 0.0, 0.0, 1.0)}) {
    const LogisticScore score = fit_table(a, b, c, d, firth_options());
    REQUIRE(score.exists());
    const double wanted = std::log((a + 0.5) * (d + 0.5) / ((b + 0.5) * (c + 0.5)));
    CHECK(std::abs(*score.coefficients[1].wald.value - wanted) < 1e-9);
    CHECK(std::abs(*score.coefficients[0].wald.value - std::log((b + 0.5) / (d + 0.5))) < 1e-9);
  }
}

TEST_CASE("a profile limit is where twice the likelihood drops by the quantile", "[logistic_score]") {
  const Sample sample = make_sample(3, 60);
  const ScoreDesign design = design_of(sample.predictors, "a + b", 60);
  for (const bool firth : {false, true}) {
    LogisticScoreOptions options;
    options.firth = firth;
    const LogisticScore score = fit_logistic_score(design, sample.outcomes, {}, options);
    REQUIRE(score.exists());
    const auto height = [&](const std::vector<double>& beta) {
      return log_likelihood(design, sample.outcomes, beta) + (firth ? 0.5 * log_determinant(design, beta) : 0.0);
    };
    const double top = height(coefficients_of(score));
    // The top is a maximum, and climbing without derivatives ends there.
    const std::vector<double> climbed = climb(height, {0.0, 0.0, 0.0});
    for (std::size_t k = 0; k < 3; ++k) CHECK(std::abs(climbed[k] - *score.coefficients[k].wald.value) < 1e-5);
    for (const double limit :
         {score.coefficients[1].profile.interval->lower, score.coefficients[1].profile.interval->upper}) {
      const auto held = [&](const std::vector<double>& rest) { return height({rest[0], limit, rest[1]}); };
      const std::vector<double> best = climb(held, {0.0, 0.0});
      CHECK(std::abs(2.0 * (top - held(best)) - chi_square_quantile(0.95, 1.0)) < 1e-8);
    }
  }
}

TEST_CASE("Firth's estimate zeroes the derivative of the penalised likelihood", "[logistic_score]") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Sample sample = make_sample(seed, 25);
    const ScoreDesign design = design_of(sample.predictors, "a + b", 25);
    const LogisticScore score = fit_logistic_score(design, sample.outcomes, {}, firth_options());
    REQUIRE(score.exists());
    const std::vector<double> beta = coefficients_of(score);
    for (std::size_t k = 0; k < 3; ++k) {
      std::vector<double> up = beta;
      std::vector<double> down = beta;
      up[k] += 1e-5;
      down[k] -= 1e-5;
      const double slope = (log_likelihood(design, sample.outcomes, up) + 0.5 * log_determinant(design, up) -
                            log_likelihood(design, sample.outcomes, down) - 0.5 * log_determinant(design, down)) /
                           2e-5;
      CHECK(std::abs(slope) < 1e-6);
    }
    CHECK(std::abs(*score.penalised_log_likelihood.value - log_likelihood(design, sample.outcomes, beta) -
                   0.5 * log_determinant(design, beta)) < 1e-9);
  }
}

TEST_CASE("scores follow changes of scale, of order and of outcome", "[logistic_score]") {
  const Sample sample = make_sample(8, 80);
  const ScoreDesign design = design_of(sample.predictors, "a + b", 80);
  for (const bool firth : {false, true}) {
    LogisticScoreOptions options;
    options.firth = firth;
    const LogisticScore score = fit_logistic_score(design, sample.outcomes, {}, options);

    Sample scaled = sample;
    for (double& value : scaled.values(0)) value = 40.0 * value + 7.0;
    const LogisticScore rescaled =
        fit_logistic_score(design_of(scaled.predictors, "a + b", 80), scaled.outcomes, {}, options);
    CHECK(*rescaled.coefficients[1].wald.value == Approx(*score.coefficients[1].wald.value / 40.0).epsilon(1e-9));
    CHECK(rescaled.coefficients[1].profile.interval->upper ==
          Approx(score.coefficients[1].profile.interval->upper / 40.0).epsilon(1e-7));
    CHECK(*rescaled.coefficients[2].wald.value == Approx(*score.coefficients[2].wald.value).epsilon(1e-9));
    CHECK(*rescaled.likelihood_ratio.value == Approx(*score.likelihood_ratio.value).epsilon(1e-9));

    Sample turned = sample;
    std::reverse(turned.values(0).begin(), turned.values(0).end());
    std::reverse(turned.values(1).begin(), turned.values(1).end());
    std::reverse(turned.outcomes.begin(), turned.outcomes.end());
    const LogisticScore reversed =
        fit_logistic_score(design_of(turned.predictors, "a + b", 80), turned.outcomes, {}, options);
    CHECK(*reversed.coefficients[1].wald.value == Approx(*score.coefficients[1].wald.value).epsilon(1e-10));

    Sample flipped = sample;
    for (int& outcome : flipped.outcomes) outcome = 1 - outcome;
    const LogisticScore opposite =
        fit_logistic_score(design_of(flipped.predictors, "a + b", 80), flipped.outcomes, {}, options);
    for (std::size_t k = 0; k < 3; ++k)
      CHECK(*opposite.coefficients[k].wald.value == Approx(-*score.coefficients[k].wald.value).epsilon(1e-9));
    CHECK(opposite.coefficients[1].profile.interval->lower ==
          Approx(-score.coefficients[1].profile.interval->upper).epsilon(1e-7));
  }
}

TEST_CASE("weights count rows, and rows of weight 0 do not count", "[logistic_score]") {
  const Sample sample = make_sample(5, 40);
  Sample doubled = sample;
  std::vector<double> weights;
  for (std::size_t i = 0; i < 40; ++i) {
    weights.push_back(i % 3 == 0 ? 2.0 : i % 3 == 1 ? 1.0 : 0.0);
  }
  Sample expanded;
  for (std::size_t i = 0; i < 40; ++i) {
    for (int copy = 0; copy < static_cast<int>(weights[i]); ++copy) {
      expanded.values(0).push_back(doubled.values(0)[i]);
      expanded.values(1).push_back(doubled.values(1)[i]);
      expanded.outcomes.push_back(doubled.outcomes[i]);
    }
  }
  const std::size_t rows = expanded.outcomes.size();
  const LogisticScore weighted =
      fit_logistic_score(design_of(sample.predictors, "a + b", 40), sample.outcomes, weights, {});
  const LogisticScore repeated =
      fit_logistic_score(design_of(expanded.predictors, "a + b", rows), expanded.outcomes, {}, {});
  REQUIRE(weighted.exists());
  for (std::size_t k = 0; k < 3; ++k) {
    CHECK(*weighted.coefficients[k].wald.value == Approx(*repeated.coefficients[k].wald.value).epsilon(1e-10));
    CHECK(*weighted.coefficients[k].wald.standard_error ==
          Approx(*repeated.coefficients[k].wald.standard_error).epsilon(1e-10));
  }
  CHECK(*weighted.deviance.value == Approx(*repeated.deviance.value).epsilon(1e-10));
  CHECK(*weighted.null_deviance.value == Approx(*repeated.null_deviance.value).epsilon(1e-10));
}

TEST_CASE("shrunken coefficients keep the expected number of events", "[logistic_score]") {
  const Sample sample = make_sample(8, 80);
  const ScoreDesign design = design_of(sample.predictors, "a + b", 80);
  const LogisticScore score = fit_logistic_score(design, sample.outcomes, {}, {});
  REQUIRE(score.shrunken_coefficients.size() == 3);
  const double factor = (*score.likelihood_ratio.value - 2.0) / *score.likelihood_ratio.value;
  CHECK(*score.shrinkage.value == Approx(factor));
  CHECK(score.shrunken_coefficients[2] == Approx(factor * *score.coefficients[2].wald.value));
  double expected = 0.0;
  for (const double eta : derive_linear_predictors(design, score.shrunken_coefficients)) expected += derive_risk(eta);
  CHECK(expected == Approx(score.events).epsilon(1e-9));
}

TEST_CASE("separated outcomes have no maximum likelihood but Firth's estimate", "[logistic_score]") {
  const std::vector<ScorePredictor> x{{"x", std::vector<double>{1, 2, 3, 4, 5, 6, 7, 8}}};
  const ScoreDesign design = design_of(x, "x", 8);
  for (const std::vector<int>& outcomes :
       {std::vector<int>{0, 0, 0, 0, 1, 1, 1, 1}, std::vector<int>{1, 1, 1, 0, 0, 0, 0, 0}}) {
    const LogisticScore plain = fit_logistic_score(design, outcomes, {}, {});
    CHECK_FALSE(plain.exists());
    CHECK(plain.separation == "complete");
    for (const ScoreCoefficient& one : plain.coefficients) {
      CHECK_FALSE(one.wald.value);
      CHECK(one.wald.why_absent->id == "score_separation");
      CHECK_FALSE(one.odds_ratio.value);
    }
    const LogisticScore firth = fit_logistic_score(design, outcomes, {}, firth_options());
    REQUIRE(firth.exists());
    CHECK(firth.separation == "complete");
    CHECK(firth.warnings.back().id == "score_separation_penalised");
    CHECK(firth.coefficients[1].profile.interval.has_value());
  }
  // A zero cell separates in part.
  const LogisticScore quasi = fit_table(4, 0, 3, 6, {});
  CHECK(quasi.separation == "quasi_complete");
  CHECK_FALSE(quasi.exists());
}

TEST_CASE("one class, dependent columns and constant predictors are not estimable", "[logistic_score]") {
  const std::vector<ScorePredictor> predictors{{"x", std::vector<double>{1, 2, 3, 4, 5, 6}},
                                               {"twice", std::vector<double>{2, 4, 6, 8, 10, 12}},
                                               {"same", std::vector<double>{3, 3, 3, 3, 3, 3}}};
  const std::vector<int> mixed{0, 1, 0, 1, 0, 1};
  for (const bool firth : {false, true}) {
    LogisticScoreOptions options;
    options.firth = firth;
    for (const int outcome : {0, 1}) {
      const LogisticScore one_class =
          fit_logistic_score(design_of(predictors, "x", 6), std::vector<int>(6, outcome), {}, options);
      CHECK_FALSE(one_class.exists());
      CHECK(one_class.coefficients[1].wald.why_absent->id == (outcome == 0 ? "score_no_events" : "score_no_nonevents"));
      CHECK_FALSE(one_class.null_deviance.value);
    }
    for (const std::string terms : {"x + twice", "x + same"}) {
      const LogisticScore dependent = fit_logistic_score(design_of(predictors, terms, 6), mixed, {}, options);
      CHECK_FALSE(dependent.exists());
      CHECK(dependent.coefficients[1].wald.why_absent->id == "score_collinear");
    }
  }
  const LogisticScore empty = fit_logistic_score(design_of({{"x", std::vector<double>()}}, "x", 0), {}, {}, {});
  CHECK(empty.coefficients[0].wald.why_absent->id == "score_no_subjects");
  const LogisticScore more_columns =
      fit_logistic_score(design_of({{"x", std::vector<double>{1, 2}}, {"z", std::vector<double>{0, 5}}}, "x + z", 2),
                         std::vector<int>{0, 1}, {}, {});
  CHECK_FALSE(more_columns.exists());
}

TEST_CASE("malformed scores are refused", "[logistic_score]") {
  const std::vector<ScorePredictor> x{{"x", std::vector<double>{1, 2, 3}}};
  const ScoreDesign design = design_of(x, "x", 3);
  const std::vector<int> outcomes{0, 1, 0};
  CHECK_THROWS_AS(fit_logistic_score(design, std::vector<int>{0, 1}, {}, {}), Error);
  CHECK_THROWS_AS(fit_logistic_score(design, std::vector<int>{0, 1, 2}, {}, {}), Error);
  CHECK_THROWS_AS(fit_logistic_score(design, outcomes, std::vector<double>{1, 1}, {}), Error);
  CHECK_THROWS_AS(fit_logistic_score(design, outcomes, std::vector<double>{1, -1, 1}, {}), Error);
  LogisticScoreOptions options;
  options.confidence = 1.0;
  CHECK_THROWS_AS(fit_logistic_score(design, outcomes, {}, options), Error);
  for (const double bad : {std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()})
    CHECK_THROWS_AS(design_of({{"x", std::vector<double>{1, bad, 3}}}, "x", 3), Error);
  CHECK_THROWS_AS(design_of(x, "x", 4), Error);
  CHECK_THROWS_AS(design_of(x, "y", 3), Error);
  CHECK_THROWS_AS(design_of(x, "x +", 3), Error);
  CHECK_THROWS_AS(design_of(x, "exp(x)", 3), Error);
  CHECK_THROWS_AS(design_of({{"x", std::vector<double>{1, 0, 3}}}, "log(x)", 3), Error);
  CHECK_THROWS_AS(design_of({{"x", std::vector<std::string>{"a", "a", "a"}}}, "x", 3), Error);
  CHECK_THROWS_AS(design_of({{"x", std::vector<std::string>{"a", "b", "a"}}}, "log(x)", 3), Error);
}

TEST_CASE("terms become columns", "[logistic_score]") {
  const std::vector<ScorePredictor> predictors{{"age", std::vector<double>{10, 20, 30, 40}},
                                               {"race", std::vector<double>{10, 2, 2, 3}},
                                               {"sex", std::vector<std::string>{"male", "female", "male", "female"}}};
  const ScoreDesign design = design_of(predictors, "age*sex + factor(race) + log2(age)", 4);
  CHECK(design.names ==
        std::vector<std::string>{"(Intercept)", "age", "sex=male", "race=3", "race=10", "log2(age)", "age:sex=male"});
  CHECK(design.terms[3] == "factor(race)");
  CHECK(design.terms[4] == "factor(race)");
  const std::size_t columns = design.columns();
  const std::vector<double> interaction{10, 0, 30, 0};
  const std::vector<double> last_race{1, 0, 0, 0};
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(design.values[i * columns + 6] == interaction[i]);
    CHECK(design.values[i * columns + 4] == last_race[i]);
    CHECK(design.values[i * columns] == 1.0);
  }
  CHECK(design.values[5] == Approx(std::log2(10.0)));
  // A factor's test holds all of its columns.
  const std::vector<ScorePredictor> factor{
      {"f", std::vector<std::string>{"a", "a", "a", "b", "b", "b", "c", "c", "c"}}};
  const std::vector<int> outcomes{0, 1, 0, 1, 1, 0, 0, 1, 1};
  const LogisticScore score = fit_logistic_score(design_of(factor, "f", 9), outcomes, {}, {});
  REQUIRE(score.terms.size() == 1);
  CHECK(score.terms[0].degrees_of_freedom == 2);
  CHECK(*score.terms[0].likelihood_ratio.value == Approx(*score.likelihood_ratio.value));
}
