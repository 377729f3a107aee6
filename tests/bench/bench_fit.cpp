// Sigmoid fits against cminpack and Ceres TinySolver: Google Benchmark, or a quality gate and a table with --markdown.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <limits>
#include <string>

#include <benchmark/benchmark.h>

#include "libqpcr/curve/sigmoid_batch.hpp"
#include "tests/bench/fit_curves.hpp"
#include "tests/curve/curve_data.hpp"

namespace {

using namespace qpcr;
using namespace qpcr::bench;

constexpr SigmoidModel both_models[] = {SigmoidModel::log_logistic_5, SigmoidModel::log_logistic_4};
constexpr PeerParameters both_parameters[] = {PeerParameters::published, PeerParameters::shape};

std::vector<CurveView> to_views(const std::vector<AmplificationCurve>& curves) {
  std::vector<CurveView> views;
  for (const auto& curve : curves) views.push_back(to_view(curve));
  return views;
}

SigmoidOptions with_model(SigmoidModel model) {
  SigmoidOptions options;
  options.model = model;
  return options;
}

struct Gate {
  std::size_t curves = 0;
  std::size_t ours = 0;  ///< within 1e-6 of the best of all
  std::size_t cminpack = 0;
  std::size_t tiny = 0;
  double worst = 0.0;  ///< largest excess of ours

  void add(const Gate& other) {
    curves += other.curves;
    ours += other.ours;
    cminpack += other.cminpack;
    tiny += other.tiny;
    worst = std::max(worst, other.worst);
  }
};

/// A fit that rises and explains 98 % inside the cycles: what the classification leaves as amplified.
bool is_amplified(CurveView curve, const SigmoidFit& fit) {
  double mean = 0.0;
  int n = 0;
  double last = 0.0;
  for (std::size_t i = 0; i < curve.cycles.size(); ++i) {
    if (!std::isfinite(curve.fluorescence[i])) continue;
    mean += curve.fluorescence[i];
    ++n;
    last = curve.cycles[i];
  }
  mean /= n;
  double total = 0.0;
  for (const double value : curve.fluorescence) total += std::isfinite(value) ? (value - mean) * (value - mean) : 0.0;
  const auto cycle = derive_second_derivative_maximum(fit);
  return fit.status == FitStatus::converged && fit.d > fit.c && fit.residual_sum_of_squares < 0.02 * total && cycle &&
         cycle->cycle < last;
}

/// Every peer in both parametrisations from the same start, up to 4 000 evaluations, against our batch.
void judge(const std::vector<CurveView>& views, SigmoidModel model, Gate& amplified, Gate& others) {
  std::vector<SigmoidFit> fits(views.size());
  SigmoidBatch batch;
  batch.fit(views, with_model(model), fits);
  for (std::size_t i = 0; i < views.size(); ++i) {
    if (fits[i].status == FitStatus::too_few_points || std::isnan(fits[i].b)) continue;
    const PeerStart start = find_start(views[i], model);
    double cminpack = std::numeric_limits<double>::infinity();
    double tiny = cminpack;
    double best = fits[i].residual_sum_of_squares;
    const double floor = 1e-20 * (fits[i].d - fits[i].c) * (fits[i].d - fits[i].c);
    for (const PeerParameters parameters : both_parameters) {
      const PeerTask task{model, parameters, 4000, 1e-12};
      const auto finite = [](double value) { return std::isfinite(value) ? value : HUGE_VAL; };
      cminpack = std::min(cminpack, finite(fit_cminpack(views[i], task, start).residual_sum_of_squares));
      tiny = std::min(tiny, finite(fit_tiny_solver(views[i], task, start).residual_sum_of_squares));
      best = std::min(best, finite(fit_scalar(views[i], task, start).residual_sum_of_squares));
    }
    best = std::min(best, std::min(cminpack, tiny));
    const double limit = best * (1.0 + 1e-6) + floor;
    Gate one{1, fits[i].residual_sum_of_squares <= limit ? 1u : 0u, cminpack <= limit ? 1u : 0u,
             tiny <= limit ? 1u : 0u, fits[i].residual_sum_of_squares / best - 1.0};
    (is_amplified(views[i], fits[i]) ? amplified : others).add(one);
  }
}

void print_gate(const char* what, SigmoidModel model, const Gate& gate) {
  if (gate.curves == 0) return;
  const auto share = [&gate](std::size_t count) {
    return 100.0 * static_cast<double>(count) / static_cast<double>(gate.curves);
  };
  std::printf("| %s | %s | %zu | %.3f %% | %.3f %% | %.3f %% | %.1e |\n", what,
              model == SigmoidModel::log_logistic_5 ? "5PL" : "4PL", gate.curves, share(gate.ours),
              share(gate.cminpack), share(gate.tiny), gate.worst);
}

/// Exit status 0 when the gate is passed.
int run_gate() {
  std::printf("| curves | model | number | ours | cminpack | TinySolver | largest excess of ours |\n");
  std::printf("|---|---|---|---|---|---|---|\n");
  bool passed = true;
  const auto demand = [&passed](const Gate& amplified, const Gate& others) {
    if (static_cast<double>(amplified.ours) < 0.999 * static_cast<double>(amplified.curves)) passed = false;
    if (others.ours < others.cminpack) passed = false;
  };
  const auto made = make_amplified(5'000);
  const auto flat = make_flat(500);
  for (const SigmoidModel model : both_models) {
    Gate amplified;
    Gate others;
    judge(to_views(made), model, amplified, others);
    judge(to_views(flat), model, amplified, others);
    print_gate("simulated, amplified", model, amplified);
    print_gate("simulated, others", model, others);
    demand(amplified, others);
  }
  const char* const data = std::getenv("QPCR_REFERENCE_DATA");
  if (data == nullptr) return passed ? 0 : 1;
  std::vector<AmplificationCurve> real;
  const auto folder = std::filesystem::path(data) / "curves" / "data";
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  for (const auto& path : files) {
    const std::string truth = path.stem().string() + ".truth.csv";
    if (path.extension() != ".csv" || !std::filesystem::exists(path.parent_path() / truth)) continue;
    const test::Table table = test::read_table(path);
    if (table.header.empty() || table.header[0] != "cycle") continue;
    const test::WideTable wide = test::read_wide_table(path);
    real.insert(real.end(), wide.curves.begin(), wide.curves.end());
  }
  for (const SigmoidModel model : both_models) {
    Gate amplified;
    Gate others;
    judge(to_views(real), model, amplified, others);
    print_gate("reference data, amplified", model, amplified);
    print_gate("reference data, others", model, others);
    demand(amplified, others);
  }
  std::printf("\nGate %s.\n", passed ? "passed" : "NOT passed");
  return passed ? 0 : 1;
}

double read_cpu_seconds() {
  std::timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

double read_wall_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double find_median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

struct Rounds {
  std::vector<double> whole;
  std::vector<double> kernel;
  std::vector<double> cminpack[2];
  std::vector<double> tiny[2];
  double evaluations[5] = {};
};

/// Interleaved rounds: every contender once in each, in CPU time of this thread a curve.
Rounds measure(const std::vector<CurveView>& views, SigmoidModel model) {
  constexpr int rounds = 9;
  constexpr std::size_t peer_curves = 1'000;
  Rounds result;
  std::vector<PeerStart> starts;
  PreparedCurves prepared;
  std::size_t readings = 0;
  for (const CurveView& view : views) {
    starts.push_back(find_start(view, model));
    readings += view.cycles.size();
  }
  prepared.clear(readings);
  std::vector<SigmoidJob> jobs;
  for (std::size_t i = 0; i < views.size(); ++i) {
    prepared.add(i, views[i], 6);
  }
  for (std::size_t i = 0; i < views.size(); ++i)
    jobs.push_back(prepared.make_job(prepared.curves()[i], starts[i].shape));
  std::vector<SigmoidMinimum> minima(jobs.size());
  SigmoidLanes lanes;
  SigmoidBatch batch;
  std::vector<SigmoidFit> fits(views.size());
  SigmoidOptions options = with_model(model);
  options.max_iterations = 200;
  batch.fit(views, options, fits);
  const auto time = [](std::size_t count, auto&& body) {
    const double start = read_cpu_seconds();
    body();
    return (read_cpu_seconds() - start) / static_cast<double>(count);
  };
  for (int round = 0; round < rounds; ++round) {
    result.whole.push_back(time(views.size(), [&] { batch.fit(views, options, fits); }));
    result.kernel.push_back(time(views.size(), [&] {
      fit_sigmoid_jobs(model == SigmoidModel::log_logistic_5 ? 3 : 2, jobs, minima, 200, lanes);
    }));
    for (const PeerParameters parameters : both_parameters) {
      const auto which = static_cast<std::size_t>(parameters);
      const PeerTask task{model, parameters, 200, 1.5e-8};
      double evaluations[2] = {};
      result.cminpack[which].push_back(time(peer_curves, [&] {
        for (std::size_t i = 0; i < peer_curves; ++i)
          evaluations[0] += fit_cminpack(views[i], task, starts[i]).evaluations;
      }));
      result.tiny[which].push_back(time(peer_curves, [&] {
        for (std::size_t i = 0; i < peer_curves; ++i)
          evaluations[1] += fit_tiny_solver(views[i], task, starts[i]).evaluations;
      }));
      result.evaluations[1 + which] = evaluations[0] / peer_curves;
      result.evaluations[3 + which] = evaluations[1] / peer_curves;
    }
  }
  for (const SigmoidMinimum& minimum : minima)
    result.evaluations[0] += (minimum.iterations + 1.0) / static_cast<double>(minima.size());
  return result;
}

void print_speed() {
  const auto curves = make_amplified(4'096);
  const auto views = to_views(curves);
  std::printf("\nTarget %s; CPU time of one thread, medians of 9 interleaved rounds, 45 cycles, f64.\n\n",
              find_sigmoid_target());
  std::printf("| model | fit | evaluations | µs a curve | curves/s | ours is faster by (kernel; whole) |\n");
  std::printf("|---|---|---|---|---|---|\n");
  for (const SigmoidModel model : both_models) {
    const char* const name = model == SigmoidModel::log_logistic_5 ? "5PL" : "4PL";
    const Rounds rounds = measure(views, model);
    const double kernel = find_median(rounds.kernel);
    const double whole = find_median(rounds.whole);
    const auto line = [&](const char* what, double evaluations, double seconds) {
      std::printf("| %s | %s | %.1f | %.3f | %.0f | %.1f; %.1f |\n", name, what, evaluations, 1e6 * seconds,
                  1.0 / seconds, seconds / kernel, seconds / whole);
    };
    line("ours, kernel from the start given", rounds.evaluations[0], kernel);
    line("ours, whole: readings to parameters with errors", rounds.evaluations[0], whole);
    line("cminpack lmder, published parameters", rounds.evaluations[1], find_median(rounds.cminpack[0]));
    line("cminpack lmder, our parameters", rounds.evaluations[2], find_median(rounds.cminpack[1]));
    line("Ceres TinySolver, published parameters", rounds.evaluations[3], find_median(rounds.tiny[0]));
    line("Ceres TinySolver, our parameters", rounds.evaluations[4], find_median(rounds.tiny[1]));
  }
  std::printf("\n| curves | µs a curve, one thread | two threads, wall | speed-up |\n|---|---|---|---|\n");
  for (const std::size_t count : {1'000u, 10'000u, 100'000u, 1'000'000u}) {
    std::vector<CurveView> many;
    for (std::size_t i = 0; i < count; ++i) many.push_back(views[i % views.size()]);
    std::vector<SigmoidFit> fits(count);
    std::vector<double> one;
    std::vector<double> one_wall;
    std::vector<double> two_wall;
    for (int round = 0; round < 5; ++round) {
      const double cpu = read_cpu_seconds();
      double wall = read_wall_seconds();
      fit_sigmoid_batch(many, with_model(SigmoidModel::log_logistic_5), fits, 1);
      one.push_back(read_cpu_seconds() - cpu);
      one_wall.push_back(read_wall_seconds() - wall);
      wall = read_wall_seconds();
      fit_sigmoid_batch(many, with_model(SigmoidModel::log_logistic_5), fits, 2);
      two_wall.push_back(read_wall_seconds() - wall);
    }
    const auto n = static_cast<double>(count);
    std::printf("| %zu | %.3f | %.3f | %.2f |\n", count, 1e6 * find_median(one) / n, 1e6 * find_median(two_wall) / n,
                find_median(one_wall) / find_median(two_wall));
  }
}

void fit_batch(benchmark::State& state, SigmoidModel model) {
  const auto curves = make_amplified(static_cast<std::size_t>(state.range(0)));
  const auto views = to_views(curves);
  std::vector<SigmoidFit> fits(views.size());
  SigmoidBatch batch;
  for (auto _ : state) {
    batch.fit(views, with_model(model), fits);
    benchmark::DoNotOptimize(fits.data());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

template <class Fit>
void fit_peer(benchmark::State& state, SigmoidModel model, PeerParameters parameters, Fit fit) {
  const auto curves = make_amplified(1'000);
  std::vector<PeerStart> starts;
  for (const auto& curve : curves) starts.push_back(find_start(to_view(curve), model));
  const PeerTask task{model, parameters, 200, 1.5e-8};
  for (auto _ : state) {
    for (std::size_t i = 0; i < curves.size(); ++i)
      benchmark::DoNotOptimize(fit(to_view(curves[i]), task, starts[i]).residual_sum_of_squares);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(curves.size()));
}

BENCHMARK_CAPTURE(fit_batch, log_logistic_5, SigmoidModel::log_logistic_5)->RangeMultiplier(10)->Range(1'000, 100'000);
BENCHMARK_CAPTURE(fit_batch, log_logistic_4, SigmoidModel::log_logistic_4)->Arg(1'000);
BENCHMARK_CAPTURE(fit_peer, cminpack_5, SigmoidModel::log_logistic_5, PeerParameters::published, fit_cminpack);
BENCHMARK_CAPTURE(fit_peer, cminpack_4, SigmoidModel::log_logistic_4, PeerParameters::published, fit_cminpack);
BENCHMARK_CAPTURE(fit_peer, tiny_5, SigmoidModel::log_logistic_5, PeerParameters::published, fit_tiny_solver);
BENCHMARK_CAPTURE(fit_peer, tiny_4, SigmoidModel::log_logistic_4, PeerParameters::published, fit_tiny_solver);

}  // namespace

int main(int argc, char** argv) {
  (void)std::setvbuf(stdout, nullptr, _IOLBF, 0);
  if (argc > 1 && std::strcmp(argv[1], "--gate") == 0) return run_gate();
  if (argc > 1 && std::strcmp(argv[1], "--speed") == 0) {
    print_speed();
    return 0;
  }
  if (argc > 1 && std::strcmp(argv[1], "--markdown") == 0) {
    const int status = run_gate();
    print_speed();
    return status;
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
