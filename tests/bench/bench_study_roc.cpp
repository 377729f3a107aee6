// Time of areas under ROC curves and their bootstrap, beside the textbook ways to compute them.
#include <algorithm>
#include <cstddef>
#include <numeric>
#include <random>
#include <vector>

#include <benchmark/benchmark.h>

#include "libqpcr/study/roc/auc.hpp"
#include "libqpcr/study/roc/auc_comparison.hpp"
#include "libqpcr/study/roc/optimal_cutoff.hpp"

namespace {

using qpcr::RocSample;

RocSample make_sample(std::size_t subjects, unsigned seed) {
  std::mt19937_64 generator(seed);
  std::normal_distribution<double> normal;
  RocSample sample;
  for (std::size_t i = 0; i < subjects / 2; ++i) sample.cases.push_back(normal(generator) + 1.0);
  for (std::size_t i = sample.cases.size(); i < subjects; ++i) sample.controls.push_back(normal(generator));
  return sample;
}

/// Midranks by sorting indices.
std::vector<double> find_midranks(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (std::size_t i = 0; i < order.size();) {
    std::size_t j = i;
    while (j < order.size() && values[order[j]] == values[order[i]]) ++j;
    for (std::size_t k = i; k < j; ++k) ranks[order[k]] = 0.5 * static_cast<double>(i + j - 1) + 1.0;
    i = j;
  }
  return ranks;
}

/// Sun and Xu's algorithm as printed: midranks of all, of the cases and of the controls.
double find_delong_by_midranks(const RocSample& sample) {
  std::vector<double> all = sample.cases;
  all.insert(all.end(), sample.controls.begin(), sample.controls.end());
  const std::vector<double> ranks = find_midranks(all);
  const std::vector<double> of_cases = find_midranks(sample.cases);
  const std::vector<double> of_controls = find_midranks(sample.controls);
  const std::size_t m = sample.cases.size();
  const std::size_t n = sample.controls.size();
  const auto find_variance = [](const std::vector<double>& values) {
    const auto count = static_cast<double>(values.size());
    const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
    double squares = 0.0;
    for (const double value : values) squares += (value - mean) * (value - mean);
    return squares / (count - 1.0) / count;
  };
  std::vector<double> placed_cases(m);
  std::vector<double> placed_controls(n);
  for (std::size_t i = 0; i < m; ++i) placed_cases[i] = (ranks[i] - of_cases[i]) / static_cast<double>(n);
  for (std::size_t j = 0; j < n; ++j)
    placed_controls[j] = 1.0 - (ranks[m + j] - of_controls[j]) / static_cast<double>(m);
  return find_variance(placed_cases) + find_variance(placed_controls);
}

void delong(benchmark::State& state) {
  const RocSample sample = make_sample(static_cast<std::size_t>(state.range(0)), 1);
  for (auto _ : state) benchmark::DoNotOptimize(qpcr::estimate_auc(sample, {}));
}

void delong_by_midranks(benchmark::State& state) {
  const RocSample sample = make_sample(static_cast<std::size_t>(state.range(0)), 1);
  for (auto _ : state) benchmark::DoNotOptimize(find_delong_by_midranks(sample));
}

void delong_paired(benchmark::State& state) {
  const RocSample first = make_sample(static_cast<std::size_t>(state.range(0)), 1);
  const RocSample second = make_sample(static_cast<std::size_t>(state.range(0)), 2);
  for (auto _ : state) benchmark::DoNotOptimize(qpcr::compare_auc(first, second, {}));
}

void bootstrap(benchmark::State& state) {
  const RocSample sample = make_sample(1000, 1);
  qpcr::AucOptions options;
  options.resampling = {2000, 1, 1};
  for (auto _ : state) benchmark::DoNotOptimize(qpcr::estimate_auc(sample, options));
}

/// Draws values, ranks them anew, takes the quantiles.
void bootstrap_by_sorting(benchmark::State& state) {
  const RocSample sample = make_sample(1000, 1);
  std::mt19937_64 generator(1);
  for (auto _ : state) {
    std::vector<double> areas;
    for (int replicate = 0; replicate < 2000; ++replicate) {
      std::vector<double> all;
      for (const std::vector<double>* group : {&sample.cases, &sample.controls}) {
        std::uniform_int_distribution<std::size_t> index(0, group->size() - 1);
        for (std::size_t i = 0; i < group->size(); ++i) all.push_back((*group)[index(generator)]);
      }
      const std::vector<double> ranks = find_midranks(all);
      const auto m = static_cast<double>(sample.cases.size());
      const double sum =
          std::accumulate(ranks.begin(), ranks.begin() + static_cast<std::ptrdiff_t>(sample.cases.size()), 0.0);
      areas.push_back((sum - m * (m + 1.0) / 2.0) / (m * static_cast<double>(sample.controls.size())));
    }
    std::sort(areas.begin(), areas.end());
    benchmark::DoNotOptimize(areas[50] + areas[1950]);
  }
}

void cutoff_bootstrap(benchmark::State& state) {
  const RocSample sample = make_sample(1000, 1);
  qpcr::CutoffOptions options;
  options.resampling = {2000, 1, 1};
  for (auto _ : state) benchmark::DoNotOptimize(qpcr::estimate_optimal_cutoff(sample, options));
}

BENCHMARK(delong)->Arg(1000)->Arg(100000)->Unit(benchmark::kMillisecond);
BENCHMARK(delong_by_midranks)->Arg(1000)->Arg(100000)->Unit(benchmark::kMillisecond);
BENCHMARK(delong_paired)->Arg(100000)->Unit(benchmark::kMillisecond);
BENCHMARK(bootstrap)->Unit(benchmark::kMillisecond);
BENCHMARK(bootstrap_by_sorting)->Unit(benchmark::kMillisecond);
BENCHMARK(cutoff_bootstrap)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
