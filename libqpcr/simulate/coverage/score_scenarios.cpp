// Coverage of the intervals of risk scores: coefficients, calibration, Brier score, net benefit.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "libqpcr/simulate/coverage/scenarios.hpp"
#include "libqpcr/study/scores/brier_score.hpp"
#include "libqpcr/study/scores/decision_curve.hpp"
#include "libqpcr/study/scores/logistic_score.hpp"
#include "libqpcr/study/scores/risk_calibration.hpp"

namespace qpcr::coverage {
namespace {

CoverageScenario fit_coefficients(long subjects) {
  CoverageScenario scenario;
  scenario.setting = fmt::format("{} subjects, logistic regression", subjects);
  scenario.share = 0.2;
  scenario.draw = [subjects](RandomStream& stream, std::size_t, CoverageDraw& draw) {
    constexpr double truth[] = {-1.0, 1.0, 0.7};
    ScoreDesign design;
    design.names = {"(Intercept)", "marker", "group"};
    design.terms = {"", "marker", "group"};
    design.rows = static_cast<std::size_t>(subjects);
    std::vector<int> outcomes;
    for (long subject = 0; subject < subjects; ++subject) {
      const double marker = stream.normal();
      const double group = stream.uniform() < 0.3 ? 1.0 : 0.0;
      design.values.insert(design.values.end(), {1.0, marker, group});
      outcomes.push_back(stream.uniform() < derive_risk(truth[0] + truth[1] * marker + truth[2] * group) ? 1 : 0);
    }
    for (const bool firth : {false, true}) {
      LogisticScoreOptions options;
      options.firth = firth;
      const LogisticScore score = fit_logistic_score(design, outcomes, {}, options);
      for (std::size_t i = 1; i < 3; ++i) {
        const ScoreCoefficient coefficient = i < score.coefficients.size() ? score.coefficients[i] : ScoreCoefficient{};
        const std::string name = (firth ? "Firth, " : "maximum likelihood, ") + design.names[i];
        draw.add(name + ", Wald", coefficient.wald, truth[i]);
        draw.add(name + ", profile", coefficient.profile, truth[i]);
      }
    }
  };
  return scenario;
}

/// Mean over risks whose logit is N(−1, 1) of f, for logits from `least` on, by Simpson's rule.
template <class F>
double integrate_risks(double least, const F& f) {
  const double from = std::max(least, -11.0);
  constexpr int steps = 4000;
  const double step = (9.0 - from) / steps;
  double sum = 0.0;
  for (int i = 0; i <= steps; ++i) {
    const double logit = from + step * i;
    const double density = std::exp(-0.5 * (logit + 1.0) * (logit + 1.0)) / std::sqrt(2.0 * std::acos(-1.0));
    const double weight = i == 0 || i == steps ? 1.0 : (i % 2 == 1 ? 4.0 : 2.0);
    sum += weight * density * f(derive_risk(logit));
  }
  return sum * step / 3.0;
}

CoverageScenario estimate_risks(long subjects) {
  CoverageScenario scenario;
  scenario.setting = fmt::format("{} subjects, true risks", subjects);
  scenario.share = 0.2;
  constexpr double threshold = 0.3;
  const double brier = integrate_risks(-11.0, [](double risk) { return risk * (1.0 - risk); });
  const double benefit = integrate_risks(std::log(threshold / (1.0 - threshold)), [](double risk) {
    return risk - (1.0 - risk) * threshold / (1.0 - threshold);
  });
  scenario.draw = [subjects, brier, benefit](RandomStream& stream, std::size_t, CoverageDraw& draw) {
    std::vector<double> risks;
    std::vector<int> outcomes;
    for (long subject = 0; subject < subjects; ++subject) {
      risks.push_back(derive_risk(-1.0 + stream.normal()));
      outcomes.push_back(stream.uniform() < risks.back() ? 1 : 0);
    }
    const RiskCalibration calibration = estimate_risk_calibration(risks, outcomes, {});
    draw.add("calibration slope", calibration.slope, 1.0);
    draw.add("calibration intercept", calibration.intercept, 0.0);
    draw.add("calibration in the large", calibration.calibration_in_the_large, 0.0);
    draw.add("observed : expected", calibration.observed_over_expected, 1.0);
    draw.add("Brier score", estimate_brier_score(risks, outcomes).brier, brier);
    DecisionCurveOptions options;
    options.thresholds = {threshold};
    options.replicates = 400;
    options.seed = stream.index(1u << 30);
    options.threads = 1;
    draw.add("net benefit at 0.3, bootstrap", estimate_decision_curve(risks, outcomes, options).points[0].net_benefit,
             benefit);
  };
  return scenario;
}

}  // namespace

CoverageSection make_score_section() {
  return {
      "Risk scores",
      "Simulated: logit of the risk −1 + marker + 0.7·group, marker N(0, 1), group in 30 %; validation of true risks "
      "whose logit is "
      "N(−1, 1).",
      {fit_coefficients(50), fit_coefficients(100), fit_coefficients(300), estimate_risks(100), estimate_risks(400)}};
}

}  // namespace qpcr::coverage
