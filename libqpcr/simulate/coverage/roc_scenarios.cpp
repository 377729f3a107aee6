// Coverage of the intervals of ROC curves: two normal distributions of unit variance.
#include <cmath>

#include <fmt/format.h>

#include "libqpcr/math/distributions.hpp"
#include "libqpcr/simulate/coverage/scenarios.hpp"
#include "libqpcr/study/roc/auc.hpp"
#include "libqpcr/study/roc/auc_comparison.hpp"
#include "libqpcr/study/roc/binormal_roc.hpp"
#include "libqpcr/study/roc/clustered_auc.hpp"
#include "libqpcr/study/roc/optimal_cutoff.hpp"
#include "libqpcr/study/roc/partial_auc.hpp"
#include "libqpcr/study/roc/sensitivity_at_specificity.hpp"

namespace qpcr::coverage {
namespace {

constexpr long resamples = 400;

RocResampling resample(RandomStream& stream) { return {resamples, stream.index(1u << 30), 1}; }

struct RocSetting {
  long cases = 0;
  long controls = 0;
  double auc = 0.0;

  std::string text() const { return fmt::format("AUC {}, {} cases + {} controls", auc, cases, controls); }
};

constexpr RocSetting roc_settings[] = {{20, 20, 0.7},   {20, 20, 0.85},   {20, 20, 0.95},
                                       {50, 50, 0.7},   {50, 50, 0.85},   {50, 50, 0.95},
                                       {100, 300, 0.7}, {100, 300, 0.85}, {100, 300, 0.95}};

CoverageScenario estimate_areas(const RocSetting& setting) {
  CoverageScenario scenario;
  scenario.setting = setting.text();
  scenario.draw = [setting](RandomStream& stream, std::size_t, CoverageDraw& draw) {
    const RocSample sample =
        draw_binormal(stream, setting.cases, setting.controls, find_binormal_distance(setting.auc));
    const AucResult result = estimate_auc(sample, {});
    draw.add("AUC, DeLong", result.delong, setting.auc);
    draw.add("AUC, DeLong on the logit", result.logit, setting.auc);
    draw.add("AUC, Hanley–McNeil", result.hanley_mcneil, setting.auc);
    draw.add("AUC, binormal", fit_binormal_roc(sample, {}).auc, setting.auc);
  };
  return scenario;
}

/// Area of the binormal curve right of the specificity `lower`, by Simpson's rule in the value of the controls.
double integrate_partial_auc(double distance, double lower) {
  const double from = normal_quantile(lower);
  constexpr int steps = 2000;
  const double step = (from + 10.0 - from) / steps;
  double sum = 0.0;
  for (int i = 0; i <= steps; ++i) {
    const double z = from + step * i;
    const double density = std::exp(-0.5 * z * z) / std::sqrt(2.0 * std::acos(-1.0));
    const double weight = i == 0 || i == steps ? 1.0 : (i % 2 == 1 ? 4.0 : 2.0);
    sum += weight * density * normal_cumulative(distance - z);
  }
  return sum * step / 3.0;
}

CoverageScenario resample_curve(const RocSetting& setting) {
  CoverageScenario scenario;
  scenario.setting = setting.text();
  scenario.share = 0.2;
  const double distance = find_binormal_distance(setting.auc);
  const double partial = integrate_partial_auc(distance, 0.9);
  scenario.draw = [setting, distance, partial](RandomStream& stream, std::size_t, CoverageDraw& draw) {
    const RocSample sample = draw_binormal(stream, setting.cases, setting.controls, distance);
    AucOptions area;
    area.resampling = resample(stream);
    draw.add("AUC, bootstrap", estimate_auc(sample, area).bootstrap, setting.auc);
    PartialAucOptions part;
    part.resampling = resample(stream);
    const PartialAucResult parts = estimate_partial_auc(sample, part);
    constexpr double least = 0.005;
    constexpr double most = 0.1;
    draw.add("partial AUC, specificity ≥ 0.9, bootstrap", parts.area, partial);
    draw.add("partial AUC, corrected, bootstrap", parts.corrected, 0.5 * (1 + (partial - least) / (most - least)));
    RocReadingOptions reading;
    reading.levels = {0.9};
    reading.resampling = resample(stream);
    draw.add("sensitivity at specificity 0.9, bootstrap", estimate_roc_readings(sample, reading).levels[0].estimate,
             normal_cumulative(distance - normal_quantile(0.9)));
    CutoffOptions options;
    options.resampling = resample(stream);
    const OptimalCutoff best = estimate_optimal_cutoff(sample, options);
    const double cutoff = best.cutoff.value.value_or(0.0);
    const double sensitivity = normal_cumulative(distance - cutoff);
    const double specificity = normal_cumulative(cutoff);
    draw.add("Youden cut-off, bootstrap", best.cutoff, distance / 2);
    draw.add("sensitivity at the chosen cut-off, apparent", best.sensitivity.apparent, sensitivity);
    draw.add("sensitivity at the chosen cut-off, corrected", best.sensitivity.corrected, sensitivity);
    draw.add("specificity at the chosen cut-off, apparent", best.specificity.apparent, specificity);
    draw.add("specificity at the chosen cut-off, corrected", best.specificity.corrected, specificity);
    draw.add("Youden's index at the chosen cut-off, corrected", best.youden.corrected, sensitivity + specificity - 1);
  };
  return scenario;
}

/// Two markers of correlation 0.5 in every subject, areas 0.85 and 0.80.
CoverageScenario compare_areas(long cases, long controls) {
  CoverageScenario scenario;
  scenario.setting = fmt::format("AUC 0.85 − 0.80, {} cases + {} controls", cases, controls);
  scenario.share = 0.3;
  scenario.draw = [cases, controls](RandomStream& stream, std::size_t, CoverageDraw& draw) {
    const double distances[] = {find_binormal_distance(0.85), find_binormal_distance(0.80)};
    RocSample first;
    RocSample second;
    const auto draw_group = [&stream](long count, double first_mean, double second_mean, std::vector<double>& a,
                                      std::vector<double>& b) {
      for (long i = 0; i < count; ++i) {
        const double shared = stream.normal();
        const double own = stream.normal();
        a.push_back(first_mean + shared);
        b.push_back(second_mean + 0.5 * shared + std::sqrt(0.75) * own);
      }
    };
    draw_group(cases, distances[0], distances[1], first.cases, second.cases);
    draw_group(controls, 0.0, 0.0, first.controls, second.controls);
    AucComparisonOptions options;
    options.resampling = resample(stream);
    const AucComparison paired = compare_auc(first, second, options);
    draw.add("paired difference, DeLong", paired.difference, 0.05);
    draw.add("paired difference, bootstrap", paired.bootstrap_difference, 0.05);
    options.paired = false;
    options.resampling.replicates = 0;
    const RocSample other = draw_binormal(stream, cases, controls, distances[1]);
    draw.add("difference of other subjects, DeLong", compare_auc(first, other, options).difference, 0.05);
  };
  return scenario;
}

/// Two specimens a subject of correlation 0.5, subjects with cases and subjects with controls.
CoverageScenario estimate_clusters(long subjects) {
  CoverageScenario scenario;
  scenario.setting = fmt::format("AUC 0.85, {} + {} subjects of 2 specimens", subjects, subjects);
  scenario.share = 0.5;
  scenario.draw = [subjects](RandomStream& stream, std::size_t, CoverageDraw& draw) {
    std::vector<ClusteredValue> specimens;
    RocSample sample;
    for (long subject = 0; subject < 2 * subjects; ++subject) {
      const bool is_case = subject < subjects;
      const double shared = std::sqrt(0.5) * stream.normal() + (is_case ? find_binormal_distance(0.85) : 0.0);
      for (int specimen = 0; specimen < 2; ++specimen) {
        const double value = shared + std::sqrt(0.5) * stream.normal();
        specimens.push_back({std::to_string(subject), value, is_case});
        (is_case ? sample.cases : sample.controls).push_back(value);
      }
    }
    draw.add("AUC, Obuchowski", estimate_clustered_auc(specimens, {}).auc, 0.85);
    draw.add("AUC, DeLong as if independent", estimate_auc(sample, {}).delong, 0.85);
  };
  return scenario;
}

}  // namespace

CoverageSection make_auc_section() {
  CoverageSection section{"Area under the ROC curve", "Simulated: controls N(0, 1), cases N(δ, 1).", {}};
  for (const RocSetting& setting : roc_settings) section.scenarios.push_back(estimate_areas(setting));
  for (const auto& [cases, controls] : {std::pair{20L, 20L}, {50L, 50L}, {100L, 300L}})
    section.scenarios.push_back(compare_areas(cases, controls));
  for (const long subjects : {20L, 60L}) section.scenarios.push_back(estimate_clusters(subjects));
  return section;
}

CoverageSection make_roc_bootstrap_section() {
  CoverageSection section{"ROC curve: bootstrap, readings, chosen cut-offs",
                          fmt::format("Simulated as above, {} resamples. Sensitivity, specificity and Youden's index "
                                      "at the chosen cut-off are held "
                                      "against their true values at the cut-off that was chosen in that replicate.",
                                      resamples),
                          {}};
  for (const RocSetting& setting : roc_settings)
    if (setting.auc > 0.8) section.scenarios.push_back(resample_curve(setting));
  return section;
}

}  // namespace qpcr::coverage
