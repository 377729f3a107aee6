// Coverage of the intervals of agreement between measurement procedures and readers.
#include <cmath>

#include <fmt/format.h>

#include "libqpcr/math/distributions.hpp"
#include "libqpcr/simulate/coverage/scenarios.hpp"
#include "libqpcr/study/agreement/bland_altman.hpp"
#include "libqpcr/study/agreement/intraclass_correlation.hpp"
#include "libqpcr/study/agreement/method_comparison.hpp"
#include "libqpcr/study/quantitative/correlation.hpp"

namespace qpcr::coverage {
namespace {

CoverageScenario estimate_limits(long pairs) {
  CoverageScenario scenario;
  scenario.setting = fmt::format("{} pairs, differences N(0.2, 1)", pairs);
  scenario.draw = [pairs](RandomStream& stream, std::size_t, CoverageDraw& draw) {
    const std::vector<double> x = draw_normals(stream, pairs, 30.0, 3.0);
    std::vector<double> y = x;
    for (double& value : y) value += 0.2 + stream.normal();
    BlandAltmanOptions options;
    options.allowed_difference = 2.0;
    const BlandAltman result = estimate_limits_of_agreement(x, y, options);
    const double z = normal_quantile(0.975);
    draw.add("mean difference, t", result.mean, 0.2);
    draw.add("standard deviation, χ²", result.standard_deviation, 1.0);
    draw.add("upper limit, 1999", result.upper_limit, 0.2 + z);
    draw.add("upper limit, 1986", result.upper_limit_simple, 0.2 + z);
    draw.add("upper limit, exact", result.upper_limit_exact, 0.2 + z);
    draw.add("lower limit, exact", result.lower_limit_exact, 0.2 - z);
    draw.add("share within 2, Clopper–Pearson", result.within_allowed,
             normal_cumulative(1.8) - normal_cumulative(-2.2));
  };
  return scenario;
}

/// Values of subjects (variance 4) by readers (variance given) with errors of variance 1.
std::vector<std::vector<double>> draw_readings(RandomStream& stream, long subjects, int readers, double variance) {
  const std::vector<double> reader = draw_normals(stream, readers, 0.0, std::sqrt(variance));
  std::vector<std::vector<double>> values;
  for (long subject = 0; subject < subjects; ++subject) {
    const double own = 2.0 * stream.normal();
    std::vector<double> row;
    for (const double shift : reader) row.push_back(own + shift + stream.normal());
    values.push_back(std::move(row));
  }
  return values;
}

CoverageScenario estimate_readers(long subjects) {
  constexpr int readers = 5;
  CoverageScenario scenario;
  scenario.setting = fmt::format("{} subjects, {} readers", subjects, readers);
  scenario.share = 0.5;
  scenario.draw = [subjects](RandomStream& stream, std::size_t, CoverageDraw& draw) {
    const IntraclassCorrelations alike =
        estimate_intraclass_correlations(draw_readings(stream, subjects, readers, 0.0));
    draw.add("ICC(1,1)", alike.single_one_way, 0.8);
    draw.add("ICC(1,k)", alike.mean_one_way, 4.0 / (4.0 + 1.0 / readers));
    const IntraclassCorrelations differing =
        estimate_intraclass_correlations(draw_readings(stream, subjects, readers, 0.25));
    draw.add("ICC(2,1), readers differ", differing.single_agreement, 4.0 / 5.25);
    draw.add("ICC(2,k), readers differ", differing.mean_agreement, 4.0 / (4.0 + 1.25 / readers));
    draw.add("ICC(3,1), readers differ", differing.single_consistency, 0.8);
    draw.add("ICC(3,k), readers differ", differing.mean_consistency, 4.0 / (4.0 + 1.0 / readers));
  };
  return scenario;
}

CoverageScenario estimate_correlations(long pairs, double correlation) {
  CoverageScenario scenario;
  scenario.setting = fmt::format("{} pairs, correlation {}", pairs, correlation);
  scenario.share = 0.5;
  scenario.draw = [pairs, correlation](RandomStream& stream, std::size_t, CoverageDraw& draw) {
    const std::vector<double> x = draw_normals(stream, pairs, 0.0, 1.0);
    std::vector<double> y;
    for (const double value : x)
      y.push_back(0.2 + correlation * value + std::sqrt(1.0 - correlation * correlation) * stream.normal());
    const CorrelationResult result = estimate_correlation(x, y);
    const double pi = std::acos(-1.0);
    draw.add("Pearson, Fisher's z", result.pearson.estimate, correlation);
    draw.add("Spearman, Bonett–Wright", result.spearman.estimate, 6.0 / pi * std::asin(correlation / 2.0));
    draw.add("Kendall, Fieller", result.kendall.estimate, 2.0 / pi * std::asin(correlation));
    draw.add("Lin's concordance, z", estimate_concordance(x, y).concordance, 2.0 * correlation / 2.04);
  };
  return scenario;
}

enum class MeasurementError { none_in_x, constant, proportional };

struct LineCase {
  const char* name;
  ComparisonLine line;
  ComparisonInterval interval;
};

constexpr double line_slope = 1.05;
constexpr double line_intercept = -0.1;
constexpr double line_level = 5.0;

/// Adds slope, intercept and bias at the level of each line.
void add_lines(CoverageDraw& draw, const std::vector<double>& x, const std::vector<double>& y,
               const std::vector<LineCase>& cases, std::uint64_t seed) {
  for (const LineCase& wanted : cases) {
    MethodComparisonOptions options;
    options.line = wanted.line;
    options.interval = wanted.interval;
    options.levels = {line_level};
    options.replicates = 400;
    options.seed = seed;
    options.threads = 1;
    const MethodComparison result = compare_methods(x, y, options);
    const std::string name = wanted.name;
    draw.add(name + ": slope", result.slope, line_slope);
    draw.add(name + ": intercept", result.intercept, line_intercept);
    if (wanted.line != ComparisonLine::passing_bablok || wanted.interval != ComparisonInterval::analytic)
      draw.add(name + ": bias at 5", result.bias.at(0).absolute, line_intercept + (line_slope - 1.0) * line_level);
  }
}

CoverageScenario fit_lines(long pairs, MeasurementError error, const char* text, double share,
                           const std::vector<LineCase>& cases) {
  CoverageScenario scenario;
  scenario.setting = fmt::format("{} pairs, {}", pairs, text);
  scenario.share = share;
  scenario.draw = [pairs, error, cases](RandomStream& stream, std::size_t, CoverageDraw& draw) {
    std::vector<double> x;
    std::vector<double> y;
    for (long pair = 0; pair < pairs; ++pair) {
      const double level = stream.uniform(1.0, 10.0);
      const double expected = line_intercept + line_slope * level;
      const bool proportional = error == MeasurementError::proportional;
      const double x_error = error == MeasurementError::none_in_x ? 0.0 : (proportional ? 0.05 * level : 0.3);
      x.push_back(level + x_error * stream.normal());
      y.push_back(expected + (proportional ? 0.05 * expected : 0.3) * stream.normal());
    }
    add_lines(draw, x, y, cases, stream.index(1u << 30));
  };
  return scenario;
}

}  // namespace

CoverageSection make_limits_of_agreement_section() {
  return {"Limits of agreement (Bland–Altman)",
          "Simulated: normal differences.",
          {estimate_limits(20), estimate_limits(50), estimate_limits(100)}};
}

CoverageSection make_correlation_section() {
  return {"Intraclass, concordance and other correlations",
          "Simulated: subjects of variance 4, errors of variance 1, readers of variance 0 (one-way) or 0.25; "
          "correlations from bivariate "
          "normal pairs whose means differ by 0.2 standard deviations.",
          {estimate_readers(20), estimate_readers(60), estimate_correlations(20, 0.9), estimate_correlations(60, 0.9),
           estimate_correlations(60, 0.5)}};
}

CoverageSection make_line_section() {
  using Line = ComparisonLine;
  using From = ComparisonInterval;
  CoverageSection section{
      "Lines of method comparison",
      "Simulated: levels uniform from 1 to 10, y = −0.1 + 1.05·x; errors of standard deviation 0.3 or of CV 5 %.",
      {}};
  for (const long pairs : {40L, 100L}) {
    section.scenarios.push_back(fit_lines(pairs, MeasurementError::none_in_x, "x without error", 0.2,
                                          {{"ordinary, analytic", Line::ordinary, From::analytic},
                                           {"Theil–Sen, analytic", Line::theil_sen, From::analytic}}));
    section.scenarios.push_back(fit_lines(pairs, MeasurementError::constant, "constant error", 0.2,
                                          {{"Deming, analytic", Line::deming, From::analytic},
                                           {"Deming, jackknife", Line::deming, From::jackknife},
                                           {"Passing–Bablok, analytic", Line::passing_bablok, From::analytic},
                                           {"equivariant, analytic", Line::equivariant, From::analytic}}));
    section.scenarios.push_back(fit_lines(pairs, MeasurementError::proportional, "constant CV", 0.2,
                                          {{"weighted Deming, jackknife", Line::weighted_deming, From::jackknife},
                                           {"Passing–Bablok, analytic", Line::passing_bablok, From::analytic}}));
    section.scenarios.push_back(fit_lines(pairs, MeasurementError::constant, "constant error, bootstrap", 0.2,
                                          {{"Deming, bootstrap", Line::deming, From::bootstrap},
                                           {"Passing–Bablok, bootstrap", Line::passing_bablok, From::bootstrap}}));
  }
  return section;
}

}  // namespace qpcr::coverage
