// Speed of variance components at the size of VCA's largest data set, beside a plain C++ solution of the same
// equations.
#include <cmath>
#include <map>
#include <random>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

#include "libqpcr/math/random_model.hpp"
#include "libqpcr/math/variance_components.hpp"

namespace {

struct Study {
  std::vector<double> values;
  std::vector<qpcr::RandomTerm> terms;
};

/// Eight batches of unequal numbers of samples in duplicate: 8 070 values as in that data set, or more.
Study draw_study(std::size_t values) {
  std::mt19937 random(20261124);
  std::normal_distribution<double> normal;
  Study study;
  std::binomial_distribution<int> draw_batch(7, 0.5);
  qpcr::RandomTerm batch{{}, 8};
  qpcr::RandomTerm sample;
  std::vector<double> effects(8);
  for (double& effect : effects) effect = 70.0 * normal(random);
  for (std::size_t i = 0; i < values; i += 2) {
    const int level = i < 16 ? static_cast<int>(i / 2) : draw_batch(random);
    const double centre = 1230.0 + effects[static_cast<std::size_t>(level)] + 110.0 * normal(random);
    for (int k = 0; k < 2; ++k) {
      study.values.push_back(centre + 115.0 * normal(random));
      batch.level.push_back(level);
      sample.level.push_back(sample.levels);
    }
    ++sample.levels;
  }
  study.terms = {batch, sample};
  return study;
}

void estimate_nested_anova(benchmark::State& state) {
  const Study study = draw_study(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    const auto model = qpcr::make_random_model(study.values, study.terms);
    benchmark::DoNotOptimize(
        qpcr::estimate_anova_components(*model, qpcr::ComponentCovariance::giesbrecht_burns).components->variances);
  }
}

void fit_nested_reml(benchmark::State& state) {
  const Study study = draw_study(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    const auto model = qpcr::make_random_model(study.values, study.terms);
    benchmark::DoNotOptimize(qpcr::fit_reml(*model).variances);
  }
}

/// The peer: sums of squares by maps of means and the three expectation equations, without any covariance.
void solve_plain_anova(benchmark::State& state) {
  const Study study = draw_study(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    std::map<int, std::pair<double, double>> batches;
    std::map<std::pair<int, int>, std::pair<double, double>> samples;
    double mean = 0.0;
    for (std::size_t i = 0; i < study.values.size(); ++i) {
      const int batch = study.terms[0].level[i];
      auto& upper = batches[batch];
      auto& lower = samples[{batch, study.terms[1].level[i]}];
      upper.first += 1.0;
      upper.second += study.values[i];
      lower.first += 1.0;
      lower.second += study.values[i];
      mean += study.values[i];
    }
    const auto n = static_cast<double>(study.values.size());
    mean /= n;
    double between = 0.0, inner = 0.0, within = 0.0, squares = 0.0, nested = 0.0;
    for (const auto& [batch, sum] : batches) {
      between += sum.first * std::pow(sum.second / sum.first - mean, 2);
      squares += sum.first * sum.first;
    }
    for (const auto& [key, sum] : samples) {
      const auto& upper = batches[key.first];
      inner += sum.first * std::pow(sum.second / sum.first - upper.second / upper.first, 2);
      nested += sum.first * sum.first / upper.first;
    }
    for (std::size_t i = 0; i < study.values.size(); ++i) {
      const auto& lower = samples[{study.terms[0].level[i], study.terms[1].level[i]}];
      within += std::pow(study.values[i] - lower.second / lower.first, 2);
    }
    const auto counts = static_cast<double>(samples.size());
    const auto upper = static_cast<double>(batches.size());
    const double error = within / (n - counts);
    const double sample = (inner - (counts - upper) * error) / (n - nested);
    benchmark::DoNotOptimize((between - (upper - 1.0) * error - sample * nested) / (n - squares / n));
  }
}

}  // namespace

BENCHMARK(estimate_nested_anova)->Arg(8070)->Arg(1000000)->Unit(benchmark::kMillisecond);
BENCHMARK(fit_nested_reml)->Arg(8070)->Arg(1000000)->Unit(benchmark::kMillisecond);
BENCHMARK(solve_plain_anova)->Arg(8070)->Arg(1000000)->Unit(benchmark::kMillisecond);

BENCHMARK_MAIN();
