// Passing and Bablok's line with its interval against forming and selecting all slopes.
#include <algorithm>
#include <cmath>

#include <benchmark/benchmark.h>

#include "libqpcr/math/resampling.hpp"
#include "libqpcr/study/agreement/passing_bablok.hpp"

namespace {

struct Pairs {
  std::vector<double> x;
  std::vector<double> y;
};

Pairs make_pairs(std::size_t count) {
  qpcr::ResamplingStream stream(1, 1);
  const auto uniform = [&] { return static_cast<double>(stream.bits() >> 11) * 0x1p-53; };
  Pairs pairs;
  for (std::size_t i = 0; i < count; ++i) {
    const double level = 10.0 + 90.0 * uniform();
    pairs.x.push_back(level + 3.0 * (uniform() + uniform() - 1.0));
    pairs.y.push_back(level + 3.0 * (uniform() + uniform() - 1.0));
  }
  return pairs;
}

void fit_with_interval(benchmark::State& state) {
  const Pairs pairs = make_pairs(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(qpcr::estimate_passing_bablok(pairs.x, pairs.y).slope);
}

void form_all_slopes(benchmark::State& state) {
  const Pairs pairs = make_pairs(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    std::vector<double> slopes;
    slopes.reserve(pairs.x.size() * (pairs.x.size() - 1) / 2);
    for (std::size_t i = 0; i < pairs.x.size(); ++i) {
      for (std::size_t j = i + 1; j < pairs.x.size(); ++j)
        slopes.push_back((pairs.y[j] - pairs.y[i]) / (pairs.x[j] - pairs.x[i]));
    }
    const auto shift = std::count_if(slopes.begin(), slopes.end(), [](double slope) { return slope < -1.0; });
    const auto middle = slopes.begin() + static_cast<std::ptrdiff_t>(slopes.size() / 2) + shift;
    std::nth_element(slopes.begin(), middle, slopes.end());
    benchmark::DoNotOptimize(*middle);
  }
}

BENCHMARK(fit_with_interval)->Arg(100)->Arg(1000)->Arg(10000)->Arg(100000)->Unit(benchmark::kMillisecond);
BENCHMARK(form_all_slopes)->Arg(100)->Arg(1000)->Arg(10000)->Unit(benchmark::kMillisecond);

}  // namespace
BENCHMARK_MAIN();
