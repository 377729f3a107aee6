// A score fitted by logistic regression, by maximum likelihood or with Firth's penalty, and all of its specification.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/study/scores/score_design.hpp"
#include "libqpcr/study/scores/score_inputs.hpp"

namespace qpcr {

struct LogisticScoreOptions {
  double confidence = 0.95;
  bool firth = false;    ///< penalised likelihood: estimates exist under separation too
  bool profiles = true;  ///< profile-likelihood intervals and likelihood-ratio tests of each coefficient

  /// @throws Error invalid_option.
  void validate() const;
};

/// A coefficient of the logit of the event. With Firth's penalty, profile and likelihood ratio are penalised ones.
struct ScoreCoefficient {
  std::string name;
  Estimate wald;  ///< standard error from the expected information at the estimate
  std::optional<double> z;
  std::optional<double> wald_p;
  /// Firth only: from the information of the data augmented by the penalty, which logistf prints since 1.24.
  std::optional<double> augmented_standard_error;
  Estimate profile;           ///< the same value with the profile-likelihood interval
  Estimate odds_ratio;        ///< exp(coefficient) with the exponents of the profile interval (Wald without profiles)
  Estimate likelihood_ratio;  ///< chi-square of the coefficient being 0, 1 degree of freedom
  std::optional<double> likelihood_ratio_p;

  bool operator==(const ScoreCoefficient&) const = default;
};

/// Likelihood-ratio test of all columns of a term together.
struct ScoreTermTest {
  std::string term;
  long degrees_of_freedom = 0;
  Estimate likelihood_ratio;
  std::optional<double> p_value;

  bool operator==(const ScoreTermTest&) const = default;
};

struct LogisticScore {
  std::string_view method = "maximum_likelihood";  ///< or "firth"
  double confidence = 0.95;
  long rows = 0;
  double subjects = 0.0;  ///< sum of the weights
  double events = 0.0;
  /// "none", "quasi_complete", "complete": whether the columns separate the outcomes.
  std::string_view separation = "none";
  std::vector<ScoreCoefficient> coefficients;  ///< the intercept first
  std::vector<ScoreTermTest> terms;
  std::vector<double> covariance;  ///< by row; empty where there is no estimate
  Estimate log_likelihood;
  Estimate deviance;
  Estimate null_deviance;
  Estimate aic;
  Estimate penalised_log_likelihood;       ///< Firth only
  Estimate penalised_null_log_likelihood;  ///< all but the intercept held at 0
  Estimate likelihood_ratio;               ///< of the whole model against an intercept (penalised with Firth)
  long degrees_of_freedom = 0;
  std::optional<double> likelihood_ratio_p;
  Estimate cox_snell_r2;
  Estimate nagelkerke_r2;
  Estimate mcfadden_r2;
  /// Uniform shrinkage (χ² − degrees)/χ² of the likelihood-ratio chi-square, maximum likelihood only, and the
  /// coefficients shrunken by it with the intercept fitted anew.
  Estimate shrinkage;
  std::vector<double> shrunken_coefficients;
  std::vector<double> linear_predictors;  ///< a row; empty where there is no estimate
  std::vector<double> risks;
  std::vector<Message> warnings;

  bool operator==(const LogisticScore&) const = default;
  bool exists() const { return !risks.empty(); }
};

/// Logistic regression of `outcomes` on the design, rows counted `weights` times (empty: once). Maximum likelihood as
/// McCullagh & Nelder 1989; Firth 1993 (10.1093/biomet/80.1.27) with penalised profile intervals and tests of Heinze &
/// Schemper 2002 (10.1002/sim.1047), in which the penalty keeps all columns; profile intervals of Venzon & Moolgavkar
/// 1988 (10.2307/2347496), solved exactly; shrinkage of van Houwelingen & le Cessie 1990 (10.1002/sim.4780091109).
/// Separated outcomes leave maximum likelihood not estimable, columns that depend on each other both.
/// @throws Error invalid_value (lengths, weights negative or not finite, outcomes), invalid_option.
LogisticScore fit_logistic_score(const ScoreDesign& design, std::span<const int> outcomes,
                                 std::span<const double> weights, const LogisticScoreOptions& options);

/// Σ column · coefficient of each row, summed in the order of the columns: equal rows have equal predictors.
std::vector<double> derive_linear_predictors(const ScoreDesign& design, std::span<const double> coefficients);

/// 1/(1 + e^−η)
double derive_risk(double linear_predictor);

}  // namespace qpcr
