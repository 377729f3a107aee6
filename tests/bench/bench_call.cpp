// Speed of the decision: samples of demo-methylation and demo-rna decided on one core after Cq.
#include <cmath>
#include <filesystem>
#include <random>
#include <vector>

#include <benchmark/benchmark.h>

#include "libqpcr/assay/evaluation.hpp"

namespace {

/// Samples as laboratories see them: most targets silent or late, some early, one well in fifty unreadable.
std::vector<qpcr::CompactObservation> make_samples(const qpcr::AssayProgram& program, std::size_t count) {
  std::mt19937 random(20261123);
  std::uniform_real_distribution<double> late(28, 44);
  std::uniform_real_distribution<double> early(23, 27);
  std::uniform_real_distribution<double> exponent(-0.9, 4);
  const qpcr::AssayDefinition& definition = *program.definition;
  std::vector<qpcr::CompactObservation> samples;
  for (std::size_t i = 0; i < count; ++i) {
    qpcr::SampleObservation sample;
    for (int well = 0; well < definition.replicates.count; ++well) {
      qpcr::ReplicateObservation replicate;
      for (const qpcr::AssayTarget& target : definition.targets) {
        qpcr::CqObservation& seen = replicate.targets[target.id];
        const unsigned kind = random() % 50;
        if (target.role != qpcr::TargetRole::target) {
          seen = {qpcr::CqStatus::found, early(random), 0.05};
        } else if (kind == 0) {
          seen.status = qpcr::CqStatus::fit_failed;
        } else if (kind < 25) {
          seen.status = qpcr::CqStatus::no_amplification;
        } else {
          seen = {qpcr::CqStatus::found, late(random), 0.05};
        }
      }
      sample.replicates.push_back(std::move(replicate));
    }
    for (const qpcr::CovariateDefinition& covariate : definition.covariates) {
      qpcr::CovariateValue& value = sample.covariates[covariate.id];
      if (covariate.kind == qpcr::CovariateKind::category) {
        value.category = random() % 2 == 0 ? covariate.coding.begin()->first : covariate.coding.rbegin()->first;
      } else {
        value.range = qpcr::ValueRange::point(std::pow(10, exponent(random)));
      }
    }
    samples.push_back(to_compact(program, sample));
  }
  return samples;
}

void decide_samples(benchmark::State& state, const char* file) {
  const auto assay = qpcr::read_assay(std::filesystem::path(QPCR_SOURCE_DIR) / "validation_data/assays" / file);
  const qpcr::AssayProgram program = qpcr::compile(assay);
  const qpcr::CompactContext context = to_compact(program, qpcr::RunContext{});
  const auto samples = make_samples(program, static_cast<std::size_t>(state.range(0)));
  std::vector<qpcr::BatchCall> calls(samples.size());
  for (auto _ : state) {
    qpcr::decide_batch(program, context, samples, calls);
    benchmark::DoNotOptimize(calls.data());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void tell_samples(benchmark::State& state) {
  const auto assay =
      qpcr::read_assay(std::filesystem::path(QPCR_SOURCE_DIR) / "validation_data/assays/demo-methylation.toml");
  const qpcr::AssayProgram program = qpcr::compile(assay);
  qpcr::SampleObservation sample;
  qpcr::ReplicateObservation replicate;
  for (const char* id : {"DM1", "DM2", "DM3"}) replicate.targets[id].status = qpcr::CqStatus::no_amplification;
  replicate.targets["DIC"] = {qpcr::CqStatus::found, 26.0, 0.05};
  sample.replicates.push_back(replicate);
  sample.covariates["sex"].category = "male";
  sample.covariates["afp"].range = qpcr::ValueRange::point(4);
  for (auto _ : state) benchmark::DoNotOptimize(qpcr::call_sample(program, sample).outcome);
  state.SetItemsProcessed(state.iterations());
}

}  // namespace

BENCHMARK_CAPTURE(decide_samples, demo_methylation, "demo-methylation.toml")
    ->Arg(1000000)
    ->Unit(benchmark::kMillisecond)
    ->Iterations(1);
BENCHMARK_CAPTURE(decide_samples, demo_rna, "demo-rna.toml")->Arg(100000)->Unit(benchmark::kMillisecond)->Iterations(1);
BENCHMARK(tell_samples)->Unit(benchmark::kMicrosecond);

BENCHMARK_MAIN();
