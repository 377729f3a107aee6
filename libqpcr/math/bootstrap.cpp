// Runs bootstrap replicates in fixed blocks on several threads.
#include "libqpcr/math/bootstrap.hpp"

#include "libqpcr/math/parallel.hpp"

namespace qpcr {
namespace {

constexpr std::size_t replicates_per_block = 64;

}  // namespace

std::size_t bootstrap_workers(std::size_t replicates) {
  return (replicates + replicates_per_block - 1) / replicates_per_block;
}

std::vector<double> run_replicates(std::size_t replicates, std::uint64_t seed, int threads,
                                   const std::function<double(ResamplingStream&, std::size_t)>& statistic) {
  std::vector<double> values(replicates);
  parallel_for(replicates, replicates_per_block, threads, [&](std::size_t first, std::size_t last) {
    for (std::size_t replicate = first; replicate < last; ++replicate) {
      ResamplingStream stream(seed, replicate);
      values[replicate] = statistic(stream, first / replicates_per_block);
    }
  });
  return values;
}

}  // namespace qpcr
