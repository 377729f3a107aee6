// Curves per second on one core: fits, calls and Cq of made curves with 45 cycles.
#include <benchmark/benchmark.h>

#include "libqpcr/curve/cq.hpp"
#include "libqpcr/curve/sigmoid_fitter.hpp"
#include "tests/curve/curve_data.hpp"

namespace {

using namespace qpcr;

std::vector<AmplificationCurve> make_plate() {
  test::Random random(1);
  std::vector<AmplificationCurve> plate;
  for (int i = 0; i < 384; ++i) {
    test::Shape shape;
    shape.e = 15.0 + 22.0 * random.uniform();
    shape.b = -0.6 * shape.e;
    shape.f = 0.6 + 2.0 * random.uniform();
    shape.slope_per_cycle = 0.3;
    shape.noise_sd = 3.0;
    plate.push_back(test::make_curve(shape, 45, random));
  }
  return plate;
}

void fit_sigmoids(benchmark::State& state, SigmoidModel model) {
  const auto plate = make_plate();
  SigmoidFitter fitter;
  SigmoidOptions options;
  options.model = model;
  for (auto _ : state) {
    for (const auto& curve : plate)
      benchmark::DoNotOptimize(fitter.fit(to_view(curve), options).residual_sum_of_squares);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(plate.size()));
}

void estimate_cqs(benchmark::State& state, CqMethod method) {
  const auto plate = make_plate();
  std::vector<CurveView> views;
  for (const auto& curve : plate) views.push_back(to_view(curve));
  CqOptions options;
  options.method = method;
  if (method == CqMethod::threshold) options.threshold = 150.0;
  for (auto _ : state) benchmark::DoNotOptimize(estimate_cq_batch(views, options).data());
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(plate.size()));
}

BENCHMARK_CAPTURE(fit_sigmoids, log_logistic_4, SigmoidModel::log_logistic_4);
BENCHMARK_CAPTURE(fit_sigmoids, log_logistic_5, SigmoidModel::log_logistic_5);
BENCHMARK_CAPTURE(estimate_cqs, threshold, CqMethod::threshold);
BENCHMARK_CAPTURE(estimate_cqs, second_derivative_maximum, CqMethod::second_derivative_maximum);

}  // namespace

BENCHMARK_MAIN();
