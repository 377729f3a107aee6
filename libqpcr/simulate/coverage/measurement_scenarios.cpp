// Coverage of the intervals of precision, detection capability, linearity and reference intervals.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "libqpcr/math/distributions.hpp"
#include "libqpcr/simulate/coverage/scenarios.hpp"
#include "libqpcr/study/detection/dose_response.hpp"
#include "libqpcr/study/detection/limit_of_blank.hpp"
#include "libqpcr/study/detection/limit_of_detection_cq.hpp"
#include "libqpcr/study/detection/single_hit.hpp"
#include "libqpcr/study/precision/cv_interval.hpp"
#include "libqpcr/study/precision/variance_components.hpp"
#include "libqpcr/study/quantitative/linearity.hpp"
#include "libqpcr/study/quantitative/reference_interval.hpp"

namespace qpcr::coverage {
namespace {

struct NestedDesign {
  int days = 0;
  int runs = 0;
  int replicates = 0;
};

constexpr double day_variance = 1.0;
constexpr double run_variance = 0.5;

/// The true variance of a component or of a sum as the result names it.
double find_variance(const std::string& name, bool has_runs) {
  const double total = day_variance + (has_runs ? run_variance : 0.0) + 1.0;
  if (name == "error") return 1.0;
  if (name == "day") return day_variance;
  if (name == "day:run") return run_variance;
  if (name == "day:run+error") return 1.0 + run_variance;
  return total;
}

void add_component(CoverageDraw& draw, const std::string& method, const VarianceComponent& component, bool has_runs) {
  const double sd = std::sqrt(find_variance(component.name, has_runs));
  const std::string name = method + ", SD of " + component.name;
  if (component.name != "error") draw.add(name + ", Wald", component.wald.two_sided.sd, sd);
  draw.add(name + ", Satterthwaite", component.satterthwaite.two_sided.sd, sd);
}

CoverageScenario estimate_components(const NestedDesign& design) {
  CoverageScenario scenario;
  scenario.setting = design.runs > 1
                         ? fmt::format("{} days × {} runs × {} replicates", design.days, design.runs, design.replicates)
                         : fmt::format("{} days × {} replicates", design.days, design.replicates);
  scenario.share = 0.2;
  scenario.draw = [design](RandomStream& stream, std::size_t, CoverageDraw& draw) {
    const bool has_runs = design.runs > 1;
    PrecisionFactor day{"day", {}, {}};
    PrecisionFactor run{"run", {}, {}};
    std::vector<double> values;
    for (int i = 0; i < design.days; ++i) {
      day.labels.push_back(std::to_string(i));
      const double of_day = 30.0 + std::sqrt(day_variance) * stream.normal();
      for (int j = 0; j < design.runs; ++j) {
        if (i == 0) run.labels.push_back(std::to_string(j));
        const double of_run = of_day + (has_runs ? std::sqrt(run_variance) * stream.normal() : 0.0);
        for (int k = 0; k < design.replicates; ++k) {
          day.level.push_back(i);
          run.level.push_back(j);
          values.push_back(of_run + stream.normal());
        }
      }
    }
    const VarianceFormula formula = parse_variance_formula(has_runs ? "y ~ day/run" : "y ~ day");
    for (const ComponentMethod method : {ComponentMethod::anova, ComponentMethod::reml}) {
      VarianceComponentsOptions options;
      options.method = method;
      const VarianceComponentsResult result = estimate_variance_components(values, {day, run}, formula, options);
      const std::string name = method == ComponentMethod::anova ? "ANOVA" : "REML";
      for (const VarianceComponent& component : result.components) add_component(draw, name, component, has_runs);
      for (const VarianceComponent& sum : result.sums)
        if (sum.name != "error") add_component(draw, name, sum, has_runs);
    }
  };
  return scenario;
}

CoverageScenario estimate_variation(long count, double cv) {
  CoverageScenario scenario;
  scenario.setting = fmt::format("{} values, CV {} %", count, cv);
  scenario.draw = [count, cv](RandomStream& stream, std::size_t, CoverageDraw& draw) {
    const CvResult result = estimate_cv(draw_normals(stream, count, 100.0, cv), 0.95);
    draw.add("mean, t", result.mean, 100.0);
    draw.add("SD, χ²", result.sd, cv);
    draw.add("CV, naive", result.cv_naive, cv);
    draw.add("CV, McKay", result.cv_mckay, cv);
    draw.add("CV, Vangel", result.cv_vangel, cv);
  };
  return scenario;
}

constexpr double hit_doses[] = {1, 2, 4, 8, 16, 32, 64};

/// Rows of a study in which the dose is detected with the chance.
template <class Chance>
std::vector<HitRow> draw_hits(RandomStream& stream, long tested, const Chance& chance) {
  std::vector<HitRow> rows;
  for (const double dose : hit_doses) rows.push_back({dose, stream.binomial(tested, chance(dose)), tested});
  return rows;
}

CoverageScenario estimate_hit_rate_limit(long tested) {
  CoverageScenario scenario;
  scenario.setting = fmt::format("7 levels × {} replicates, hits", tested);
  scenario.share = 0.5;
  scenario.draw = [tested](RandomStream& stream, std::size_t, CoverageDraw& draw) {
    const double centre = std::log10(6.0);
    const double spread = 0.3;
    DoseResponseOptions options;
    options.targets = {0.95};
    const DoseResponse curve = fit_dose_response(
        draw_hits(stream, tested, [&](double dose) { return normal_cumulative((std::log10(dose) - centre) / spread); }),
        options);
    const DoseAtTarget at = curve.doses.empty() ? DoseAtTarget{} : curve.doses[0];
    const double limit = std::pow(10.0, centre + spread * normal_quantile(0.95));
    draw.add("LoD 95 %, probit, delta", at.delta, limit);
    draw.add("LoD 95 %, probit, Fieller", at.fieller, limit);
    constexpr double rate = 0.15;
    SingleHitOptions single;
    single.targets = {0.95};
    const SingleHitFit fit =
        fit_single_hit(draw_hits(stream, tested, [](double dose) { return -std::expm1(-rate * dose); }), single);
    const SingleHitDose dose = fit.doses.empty() ? SingleHitDose{} : fit.doses[0];
    draw.add("LoD 95 %, single hit, Wald", dose.wald, -std::log(0.05) / rate);
    draw.add("LoD 95 %, single hit, profile", dose.profile, -std::log(0.05) / rate);
  };
  return scenario;
}

CoverageScenario estimate_cq_limit(long tested) {
  CoverageScenario scenario;
  scenario.setting = fmt::format("7 levels × {} replicates, Cq censored at 45", tested);
  scenario.share = 0.2;
  scenario.draw = [tested](RandomStream& stream, std::size_t, CoverageDraw& draw) {
    constexpr double intercept = 42.0;
    constexpr double slope = -3.32;
    constexpr double spread = 0.8;
    std::vector<CqReplicate> replicates;
    for (const double dose : {0.05, 0.1, 0.2, 0.5, 1.0, 10.0, 100.0})
      for (long i = 0; i < tested; ++i) {
        const double cq = intercept + slope * std::log10(dose) + spread * stream.normal();
        replicates.push_back({dose, cq > 45.0 ? std::nullopt : std::optional(cq)});
      }
    const CqDetection result = estimate_cq_detection_limit(replicates, {});
    const double limit = std::pow(10.0, (45.0 - intercept - spread * normal_quantile(0.95)) / slope);
    draw.add("LoD 95 %, censored line, delta", result.delta, limit);
    draw.add("LoD 95 %, censored line, Fieller", result.fieller, limit);
  };
  return scenario;
}

CoverageScenario estimate_blank_limit(long blanks) {
  CoverageScenario scenario;
  scenario.setting = fmt::format("{} blanks", blanks);
  scenario.share = 0.5;
  scenario.draw = [blanks](RandomStream& stream, std::size_t, CoverageDraw& draw) {
    std::vector<BlankResult> normal;
    std::vector<BlankResult> skewed;
    for (long i = 0; i < blanks; ++i) {
      const double value = stream.normal();
      normal.push_back({10.0 + value, "", ""});
      skewed.push_back({std::exp(value), "", ""});
    }
    const double z = normal_quantile(0.95);
    draw.add("LoB by rank, normal blanks", estimate_limit_of_blank(normal, {}).rank, 10.0 + z);
    draw.add("LoB by rank, log-normal blanks", estimate_limit_of_blank(skewed, {}).rank, std::exp(z));
  };
  return scenario;
}

CoverageScenario estimate_straight_line(int levels, int replicates) {
  CoverageScenario scenario;
  scenario.setting = fmt::format("{} decades × {} replicates", levels, replicates);
  scenario.share = 0.5;
  scenario.draw = [levels, replicates](RandomStream& stream, std::size_t, CoverageDraw& draw) {
    std::vector<double> quantity;
    std::vector<double> cq;
    for (int level = 1; level <= levels; ++level)
      for (int i = 0; i < replicates; ++i) {
        quantity.push_back(std::pow(10.0, level));
        cq.push_back(40.0 - 3.4 * level + 0.2 * stream.normal());
      }
    LinearityOptions options;
    options.confidence = 0.95;
    options.log10_level = true;
    for (const LevelWeights weights : {LevelWeights::equal, LevelWeights::inverse_variance}) {
      options.weights = weights;
      const LinearityResult result = estimate_linearity(quantity, cq, options);
      const std::string name = weights == LevelWeights::equal ? "equal weights" : "weights 1/variance";
      draw.add("Cq against log₁₀ quantity, slope, " + name, result.weighted_slope, -3.4);
      draw.add("Cq against log₁₀ quantity, intercept, " + name, result.weighted_intercept, 40.0);
      draw.add("deviation of the middle level, " + name, result.levels[result.levels.size() / 2].deviation, 0.0);
    }
  };
  return scenario;
}

CoverageScenario estimate_reference_limits(long count) {
  CoverageScenario scenario;
  scenario.setting = fmt::format("{} subjects", count);
  scenario.share = 0.2;
  scenario.draw = [count](RandomStream& stream, std::size_t, CoverageDraw& draw) {
    ReferenceIntervalOptions options;
    options.confidence = 0.95;
    options.replicates = 200;
    options.threads = 1;
    options.seed = stream.index(1u << 30);
    const std::vector<double> normal = draw_normals(stream, count, 100.0, 10.0);
    const ReferenceIntervalResult result = estimate_reference_interval(normal, options);
    const double limit = 100.0 + 10.0 * normal_quantile(0.975);
    draw.add("upper limit, nonparametric", result.nonparametric.upper, limit);
    draw.add("upper limit, nonparametric, bootstrap", result.bootstrap.upper, limit);
    draw.add("upper limit, parametric", result.parametric.upper, limit);
    draw.add("upper limit, Box–Cox", result.parametric_box_cox.upper, limit);
    draw.add("upper limit, robust, bootstrap", result.robust.upper, limit);
    std::vector<double> skewed;
    for (const double value : normal) skewed.push_back(std::exp(value / 20.0));
    options.replicates = 100;
    const ReferenceIntervalResult of_skewed = estimate_reference_interval(skewed, options);
    draw.add("upper limit, logarithms, log-normal values", of_skewed.parametric_log.upper, std::exp(limit / 20.0));
    draw.add("upper limit, Box–Cox, log-normal values", of_skewed.parametric_box_cox.upper, std::exp(limit / 20.0));
  };
  return scenario;
}

}  // namespace

CoverageSection make_precision_section() {
  return {
      "Precision: variance components and coefficient of variation",
      "Simulated: days of variance 1, runs of 0.5 (where there are several), errors of 1; normal values of mean 100.",
      {estimate_components({5, 1, 5}), estimate_components({20, 1, 2}), estimate_components({20, 2, 2}),
       estimate_variation(10, 10.0), estimate_variation(20, 10.0), estimate_variation(20, 25.0),
       estimate_variation(60, 25.0)}};
}

CoverageSection make_detection_section() {
  return {"Limits of blank and of detection",
          "Simulated: doses 1, 2, 4 … 64 with a probit curve (50 % at 6, slope 1/0.3 a decade) and with one target in "
          "0.15 a unit of dose; Cq = 42 − 3.32·log₁₀ dose + N(0, 0.8) over doses 0.05 … 100; 95 % of blanks.",
          {estimate_hit_rate_limit(8), estimate_hit_rate_limit(20), estimate_hit_rate_limit(60), estimate_cq_limit(8),
           estimate_cq_limit(20), estimate_blank_limit(60), estimate_blank_limit(200)}};
}

CoverageSection make_distribution_section() {
  return {"Standard curve, linearity and reference intervals",
          "Simulated: Cq of slope −3.4 a decade with errors of 0.2; 95 % reference intervals of N(100, 10) and of its "
          "exponentials, "
          "each limit with a 95 % interval (200 resamples).",
          {estimate_straight_line(5, 3), estimate_straight_line(6, 8), estimate_reference_limits(40),
           estimate_reference_limits(120), estimate_reference_limits(240)}};
}

}  // namespace qpcr::coverage
