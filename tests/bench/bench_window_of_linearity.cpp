// Reactions per second on one core: log-linear phases and target efficiencies of made curves with 45 cycles.
#include <benchmark/benchmark.h>

#include "libqpcr/curve/window_of_linearity.hpp"
#include "tests/curve/curve_data.hpp"

namespace {

using namespace qpcr;

std::vector<AmplificationCurve> make_reactions(std::size_t count) {
  test::Random random(1);
  std::vector<AmplificationCurve> reactions;
  for (std::size_t i = 0; i < count; ++i) {
    test::Shape shape;
    shape.e = 18.0 + 18.0 * random.uniform();
    shape.b = -0.6 * shape.e;
    shape.noise_sd = 2.0;
    reactions.push_back(test::make_curve(shape, 45, random));
  }
  return reactions;
}

std::vector<CurveView> to_views(const std::vector<AmplificationCurve>& reactions) {
  std::vector<CurveView> views;
  for (const auto& reaction : reactions) views.push_back(to_view(reaction));
  return views;
}

void estimate_phases(benchmark::State& state) {
  const auto reactions = make_reactions(384);
  LinearPhaseEstimator estimator;
  const LinearPhaseOptions options;
  for (auto _ : state) {
    for (const auto& reaction : reactions)
      benchmark::DoNotOptimize(estimator.estimate(to_view(reaction), options).efficiency);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(reactions.size()));
}

/// From a plate to 10⁵ reactions: the cost of one does not grow with their number.
void estimate_target(benchmark::State& state, EfficiencyWindow window) {
  const auto reactions = make_reactions(static_cast<std::size_t>(state.range(0)));
  const auto views = to_views(reactions);
  WindowOfLinearityOptions options;
  options.window = window;
  for (auto _ : state) benchmark::DoNotOptimize(estimate_window_of_linearity(views, {}, options).efficiency);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(reactions.size()));
}

BENCHMARK(estimate_phases);
BENCHMARK_CAPTURE(estimate_target, phase, EfficiencyWindow::phase)->Arg(384)->Arg(100000);
BENCHMARK_CAPTURE(estimate_target, common, EfficiencyWindow::common)->Arg(384)->Arg(100000);

}  // namespace
BENCHMARK_MAIN();
