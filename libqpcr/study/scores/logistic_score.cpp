// Fits a score, profiles its coefficients and sums it up.
#include "libqpcr/study/scores/logistic_score.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include <fmt/format.h>

#include "libqpcr/math/binomial_regression.hpp"
#include "libqpcr/math/roots.hpp"
#include "libqpcr/study/scores/risk_discrimination.hpp"

namespace qpcr {
namespace {

using Held = std::vector<std::optional<double>>;

/// The data of a score and the likelihood they give, penalised or not.
class ScoreLikelihood {
 public:
  ScoreLikelihood(const ScoreDesign& design, std::span<const int> outcomes, std::span<const double> weights, bool firth)
      : columns_(design.columns()), firth_(firth), trials_(outcomes.size(), 1.0) {
    if (!weights.empty()) trials_.assign(weights.begin(), weights.end());
    for (std::size_t i = 0; i < outcomes.size(); ++i) events_.push_back(trials_[i] * outcomes[i]);
    data_.design = design.values;
    data_.successes = events_;
    data_.trials = trials_;
  }
  ScoreLikelihood(const ScoreLikelihood&) = delete;
  ScoreLikelihood& operator=(const ScoreLikelihood&) = delete;

  const BinomialData& data() const { return data_; }

  BinomialFit fit(const Held& held, bool searches) const {
    BinomialRegressionOptions options;
    options.firth = firth_;
    options.held = held;
    options.find_separation = searches;
    return fit_binomial_regression(data_, options);
  }

  double value(const BinomialFit& fit) const {
    return firth_ ? fit.penalised_log_likelihood : fit.kernel_log_likelihood;
  }

  /// The greatest with some coefficients held; nothing where it was not found.
  std::optional<double> maximum(const Held& held) const {
    const BinomialFit found = fit(held, false);
    return found.exists() ? std::optional(value(found)) : std::nullopt;
  }

  std::optional<double> maximum(std::size_t column, double at) const {
    Held held(columns_);
    held[column] = at;
    return maximum(held);
  }

 private:
  std::size_t columns_;
  bool firth_;
  std::vector<double> events_;
  std::vector<double> trials_;
  BinomialData data_;
};

/// Where 2·(maximum − profile) reaches `quantile` on one side of the estimate; nothing where it is not reached.
std::optional<double> find_limit(const ScoreLikelihood& likelihood, double maximum, std::size_t column, double estimate,
                                 double step, double quantile) {
  const std::function<double(double)> lack = [&](double at) {
    const std::optional<double> found = likelihood.maximum(column, at);
    return found ? 2.0 * (maximum - *found) - quantile : std::numeric_limits<double>::quiet_NaN();
  };
  double inner = estimate;
  for (int tries = 0; tries < 60; ++tries) {
    const double outer = inner + step;
    const double beyond = lack(outer);
    if (std::isnan(beyond)) return std::nullopt;
    if (beyond >= 0.0) return find_root(lack, std::min(inner, outer), std::max(inner, outer));
    inner = outer;
    step *= 1.5;
  }
  return std::nullopt;
}

Estimate estimate_profile(const ScoreLikelihood& likelihood, double maximum, std::size_t column, const Estimate& wald,
                          double confidence) {
  Estimate profile;
  profile.value = wald.value;
  const double quantile = chi_square_quantile(confidence, 1.0);
  const double step = std::sqrt(quantile) * *wald.standard_error;
  const auto lower = find_limit(likelihood, maximum, column, *wald.value, -step, quantile);
  const auto upper = find_limit(likelihood, maximum, column, *wald.value, step, quantile);
  if (lower && upper) {
    profile.interval = Interval{*lower, *upper};
  } else {
    profile.why_absent = Message{"score_profile_not_closed", {}};
  }
  return profile;
}

Estimate estimate_ratio_test(const ScoreLikelihood& likelihood, double maximum, const Held& held) {
  const std::optional<double> restricted = likelihood.maximum(held);
  if (!restricted) return not_estimable("score_not_converged");
  return make_estimate(std::max(0.0, 2.0 * (maximum - *restricted)), "score_not_converged");
}

std::optional<double> derive_p(const Estimate& chi_square, long degrees) {
  if (!chi_square.value || degrees < 1) return std::nullopt;
  return chi_square_upper_tail(*chi_square.value, static_cast<double>(degrees));
}

Estimate make_odds_ratio(const Estimate& coefficient) {
  Estimate ratio = make_estimate(std::exp(*coefficient.value), "score_odds_ratio_overflow");
  ratio.why_absent = ratio.why_absent ? ratio.why_absent : coefficient.why_absent;
  if (ratio.value && coefficient.interval)
    ratio.interval = Interval{std::exp(coefficient.interval->lower), std::exp(coefficient.interval->upper)};
  return ratio;
}

std::string_view name_of(Separation separation) {
  if (separation == Separation::none) return "none";
  return separation == Separation::complete ? "complete" : "quasi_complete";
}

std::string explain(const BinomialFit& fit, std::size_t columns) {
  if (fit.rank < static_cast<int>(columns)) return "score_collinear";
  if (fit.separation != Separation::none) return "score_separation";
  return "score_not_converged";
}

void mark_absent(LogisticScore& score, const std::string& why) {
  for (Estimate* one : {&score.log_likelihood, &score.deviance, &score.aic, &score.likelihood_ratio,
                        &score.cox_snell_r2, &score.nagelkerke_r2, &score.mcfadden_r2, &score.shrinkage,
                        &score.penalised_log_likelihood, &score.penalised_null_log_likelihood})
    *one = not_estimable(why);
  for (ScoreCoefficient& one : score.coefficients)
    one.wald = one.profile = one.odds_ratio = one.likelihood_ratio = not_estimable(why);
  for (ScoreTermTest& one : score.terms) one.likelihood_ratio = not_estimable(why);
}

void list_terms(LogisticScore& score, const ScoreDesign& design) {
  for (std::size_t k = 0; k < design.columns(); ++k) {
    score.coefficients.emplace_back();
    score.coefficients.back().name = design.names[k];
    if (design.terms[k].empty()) continue;
    if (score.terms.empty() || score.terms.back().term != design.terms[k]) {
      score.terms.emplace_back();
      score.terms.back().term = design.terms[k];
    }
    ++score.terms.back().degrees_of_freedom;
  }
}

void add_wald(LogisticScore& score, const BinomialFit& fit, const BinomialFit* augmented) {
  const std::size_t columns = score.coefficients.size();
  for (std::size_t k = 0; k < columns; ++k) {
    ScoreCoefficient& one = score.coefficients[k];
    const double error = std::sqrt(fit.covariance[k * columns + k]);
    one.wald = score_inputs::make_wald_estimate(fit.coefficients[k], error, score.confidence);
    one.z = fit.coefficients[k] / error;
    one.wald_p = score_inputs::normal_two_sided(*one.z);
    if (augmented != nullptr && augmented->exists())
      one.augmented_standard_error = std::sqrt(augmented->covariance[k * columns + k]);
    one.odds_ratio = make_odds_ratio(one.wald);
  }
}

/// Firth's score equations are those of maximum likelihood of events + h/2 among (1 + h) trials, h the leverages
/// (Heinze & Schemper 2002, section 2), so that its fit gives the covariance of the augmented data.
BinomialFit fit_augmented(const ScoreLikelihood& likelihood, const BinomialFit& fit) {
  std::vector<double> events(likelihood.data().successes.begin(), likelihood.data().successes.end());
  std::vector<double> trials(likelihood.data().trials.begin(), likelihood.data().trials.end());
  for (std::size_t i = 0; i < trials.size(); ++i) {
    if (!(trials[i] > 0.0)) continue;
    events[i] += fit.leverage[i] / 2.0;
    trials[i] += fit.leverage[i];
  }
  BinomialData data;
  data.design = likelihood.data().design;
  data.successes = events;
  data.trials = trials;
  return fit_binomial_regression(data, {});
}

void add_profiles(LogisticScore& score, const ScoreLikelihood& likelihood, const ScoreDesign& design, double maximum) {
  for (std::size_t k = 0; k < design.columns(); ++k) {
    ScoreCoefficient& one = score.coefficients[k];
    one.profile = estimate_profile(likelihood, maximum, k, one.wald, score.confidence);
    one.odds_ratio = make_odds_ratio(one.profile);
    Held held(design.columns());
    held[k] = 0.0;
    one.likelihood_ratio = estimate_ratio_test(likelihood, maximum, held);
    one.likelihood_ratio_p = derive_p(one.likelihood_ratio, 1);
  }
  for (ScoreTermTest& term : score.terms) {
    Held held(design.columns());
    for (std::size_t k = 0; k < design.columns(); ++k) {
      if (design.terms[k] == term.term) held[k] = 0.0;
    }
    term.likelihood_ratio = estimate_ratio_test(likelihood, maximum, held);
    term.p_value = derive_p(term.likelihood_ratio, term.degrees_of_freedom);
  }
}

void add_shrinkage(LogisticScore& score, const ScoreLikelihood& likelihood, const ScoreDesign& design) {
  if (score.degrees_of_freedom == 0) {
    score.shrinkage = not_estimable("score_no_predictors");
    return;
  }
  const auto degrees = static_cast<double>(score.degrees_of_freedom);
  if (*score.likelihood_ratio.value <= degrees) {
    score.shrinkage = not_estimable("score_shrinkage_beyond_zero");
    return;
  }
  const double factor = (*score.likelihood_ratio.value - degrees) / *score.likelihood_ratio.value;
  score.shrinkage.value = factor;
  std::vector<double> coefficients{0.0};
  for (std::size_t k = 1; k < design.columns(); ++k) coefficients.push_back(factor * *score.coefficients[k].wald.value);
  const std::vector<double> offset = derive_linear_predictors(design, coefficients);
  const std::vector<double> ones(design.rows, 1.0);
  BinomialData data = likelihood.data();
  data.design = ones;
  data.offset = offset;
  const BinomialFit fit = fit_binomial_regression(data, {});
  if (!fit.exists()) return;
  coefficients[0] = fit.coefficients[0];
  score.shrunken_coefficients = std::move(coefficients);
}

void add_whole_model(LogisticScore& score, const ScoreLikelihood& likelihood, const ScoreDesign& design,
                     const BinomialFit& fit, bool firth) {
  const double maximum = likelihood.value(fit);
  score.log_likelihood.value = fit.kernel_log_likelihood;
  score.deviance.value = -2.0 * fit.kernel_log_likelihood;
  score.aic.value = *score.deviance.value + 2.0 * static_cast<double>(design.columns());
  Held held(design.columns(), 0.0);
  held[0] = std::nullopt;
  score.likelihood_ratio = estimate_ratio_test(likelihood, maximum, held);
  score.likelihood_ratio_p = derive_p(score.likelihood_ratio, score.degrees_of_freedom);
  if (firth) {
    score.penalised_log_likelihood.value = maximum;
    score.penalised_null_log_likelihood = make_estimate(
        likelihood.maximum(held).value_or(std::numeric_limits<double>::quiet_NaN()), "score_not_converged");
    score.cox_snell_r2 = score.nagelkerke_r2 = score.mcfadden_r2 = not_estimable("score_penalised_without_r2");
    score.shrinkage = not_estimable("score_penalised_already_shrunken");
    return;
  }
  score.penalised_log_likelihood = score.penalised_null_log_likelihood = not_estimable("score_not_penalised");
  const PseudoR2 r2 = derive_pseudo_r2(*score.null_deviance.value, *score.deviance.value, score.subjects);
  score.cox_snell_r2 = make_estimate(r2.cox_snell, "score_no_variation");
  score.nagelkerke_r2 = make_estimate(r2.nagelkerke, "score_no_variation");
  score.mcfadden_r2 = make_estimate(r2.mcfadden, "score_no_variation");
  if (score.likelihood_ratio.value) {
    add_shrinkage(score, likelihood, design);
  } else {
    score.shrinkage = not_estimable("score_not_converged");
  }
}

Estimate derive_null_deviance(double events, double subjects) {
  if (!(events > 0.0) || !(events < subjects))
    return not_estimable(events > 0.0 ? "score_no_nonevents" : "score_no_events");
  const double rate = events / subjects;
  return make_estimate(-2.0 * (events * std::log(rate) + (subjects - events) * std::log1p(-rate)),
                       "score_no_variation");
}

/// Below ten events (of the rarer outcome) a coefficient, maximum likelihood is biased away from 0.
void warn_of_few_events(LogisticScore& score) {
  const double rarer = std::min(score.events, score.subjects - score.events);
  const auto slopes = static_cast<double>(score.coefficients.size() - 1);
  if (slopes > 0.0 && rarer < 10.0 * slopes)
    score.warnings.push_back({"score_few_events_per_coefficient", {{"events", fmt::format("{:.3g}", rarer / slopes)}}});
}

}  // namespace

void LogisticScoreOptions::validate() const { score_inputs::check_confidence(confidence); }

double derive_risk(double linear_predictor) { return inverse_link(BinomialLink::logit, linear_predictor); }

std::vector<double> derive_linear_predictors(const ScoreDesign& design, std::span<const double> coefficients) {
  std::vector<double> sums(design.rows);
  for (std::size_t i = 0; i < design.rows; ++i) {
    double sum = 0.0;
    for (std::size_t k = 0; k < design.columns(); ++k) sum += design.values[i * design.columns() + k] * coefficients[k];
    sums[i] = sum;
  }
  return sums;
}

LogisticScore fit_logistic_score(const ScoreDesign& design, std::span<const int> outcomes,
                                 std::span<const double> weights, const LogisticScoreOptions& options) {
  options.validate();
  score_inputs::count_outcomes(outcomes);
  if (design.rows != outcomes.size())
    refuse_value("outcome", fmt::format("{} values", outcomes.size()),
                 fmt::format("one for each of {} rows", design.rows));
  if (!weights.empty()) score_inputs::check_values(weights, outcomes.size(), "weight");
  LogisticScore score;
  score.method = options.firth ? "firth" : "maximum_likelihood";
  score.confidence = options.confidence;
  score.rows = static_cast<long>(outcomes.size());
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const double weight = weights.empty() ? 1.0 : weights[i];
    if (weight < 0.0) refuse_value("weight", fmt::format("{}", weight), "weights of at least 0");
    score.subjects += weight;
    score.events += weight * outcomes[i];
  }
  list_terms(score, design);
  score.degrees_of_freedom = static_cast<long>(design.columns()) - 1;
  score.null_deviance = derive_null_deviance(score.events, score.subjects);
  if (!(score.subjects > 0.0)) {
    score.null_deviance = not_estimable("score_no_subjects");
    mark_absent(score, "score_no_subjects");
    return score;
  }
  if (score.null_deviance.why_absent) {
    mark_absent(score, score.null_deviance.why_absent->id);
    return score;
  }
  warn_of_few_events(score);
  const ScoreLikelihood likelihood(design, outcomes, weights, options.firth);
  const BinomialFit fit = likelihood.fit({}, true);
  score.separation = name_of(fit.separation);
  if (fit.separation != Separation::none)
    score.warnings.push_back({options.firth ? "score_separation_penalised" : "score_separation", {}});
  if (!fit.exists()) {
    mark_absent(score, explain(fit, design.columns()));
    return score;
  }
  score.covariance = fit.covariance;
  score.linear_predictors = derive_linear_predictors(design, fit.coefficients);
  for (const double predictor : score.linear_predictors) score.risks.push_back(derive_risk(predictor));
  const BinomialFit augmented = options.firth ? fit_augmented(likelihood, fit) : BinomialFit();
  add_wald(score, fit, options.firth ? &augmented : nullptr);
  add_whole_model(score, likelihood, design, fit, options.firth);
  if (options.profiles) {
    add_profiles(score, likelihood, design, likelihood.value(fit));
  } else {
    const Estimate none = not_estimable("score_profiles_not_asked");
    for (ScoreCoefficient& one : score.coefficients) one.profile = one.likelihood_ratio = none;
    for (ScoreTermTest& one : score.terms) one.likelihood_ratio = none;
  }
  return score;
}

}  // namespace qpcr
