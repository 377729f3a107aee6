// Time of the processor for all Cq of a plate of 384 wells × 5 targets × 45 cycles, and from its file to its results.
#include <memory>
#include <vector>

#include <benchmark/benchmark.h>

#include "instruments/registry.hpp"
#include "libqpcr/curve/run_cq.hpp"
#include "tests/bench/plate_file.hpp"

namespace {

using namespace qpcr;

const Run& plate() {
  static const std::vector<Run> runs = load_bytes(test::archive(), "plate.rdml");
  return runs.front();
}

/// The shapes that the plate's own curves give, as a calibration would pin them.
std::vector<PinnedShape> learn_shapes() {
  std::vector<PinnedShape> shapes;
  const RunCq learned = estimate_run_cq(plate(), {});
  for (const GroupCq& group : learned.groups) {
    PinnedShape shape;
    shape.target = group.target;
    shape.dye = group.dye;
    shape.kind = learned.curves.front().kind;
    shape.shape = group.common_shape;
    shapes.push_back(shape);
  }
  return shapes;
}

RunCqOptions make_options(CqMethod method, bool pinned, int threads) {
  static const std::vector<PinnedShape> shapes = learn_shapes();
  RunCqOptions options;
  options.cq.method = method;
  options.threads = threads;
  if (pinned) options.shapes = shapes;
  return options;
}

void analyse_plate(benchmark::State& state, CqMethod method, bool pinned) {
  const RunCqOptions options = make_options(method, pinned, static_cast<int>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(estimate_run_cq(plate(), options).curves.data());
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(plate()->measurements.size()));
}

void analyse_file(benchmark::State& state, CqMethod method, bool pinned) {
  const RunCqOptions options = make_options(method, pinned, static_cast<int>(state.range(0)));
  const test::ArchiveFile file;
  for (auto _ : state) {
    const std::vector<Run> runs = load_runs({file.path()});
    benchmark::DoNotOptimize(estimate_run_cq(runs.front(), options).curves.data());
  }
}

/// Rounds of the benchmarks are interleaved (--benchmark_enable_random_interleaving), and medians reported.
void set_rounds(benchmark::internal::Benchmark* one) {
  one->Arg(1)->Arg(2)->ArgName("threads")->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime()->UseRealTime();
}

BENCHMARK_CAPTURE(analyse_plate, pinned_shape, CqMethod::common_shape, true)->Apply(set_rounds);
BENCHMARK_CAPTURE(analyse_plate, learned_shape, CqMethod::common_shape, false)->Apply(set_rounds);
BENCHMARK_CAPTURE(analyse_plate, threshold, CqMethod::threshold, false)->Apply(set_rounds);
BENCHMARK_CAPTURE(analyse_plate, second_derivative_maximum, CqMethod::second_derivative_maximum, false)
    ->Apply(set_rounds);
BENCHMARK_CAPTURE(analyse_file, pinned_shape, CqMethod::common_shape, true)->Apply(set_rounds);
BENCHMARK_CAPTURE(analyse_file, learned_shape, CqMethod::common_shape, false)->Apply(set_rounds);
BENCHMARK_CAPTURE(analyse_file, second_derivative_maximum, CqMethod::second_derivative_maximum, false)
    ->Apply(set_rounds);

}  // namespace

BENCHMARK_MAIN();
