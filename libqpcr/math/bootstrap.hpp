// Replicates of a statistic, the same at any number of threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "libqpcr/math/resampling.hpp"

namespace qpcr {

/// Calls statistic(stream, worker) once for each replicate; `stream` is a function of seed and replicate alone, so the
/// values are the same for any number of threads. `worker` numbers blocks of replicates that never run at once with
/// the same scratch memory: use it to index scratch buffers of bootstrap_workers() entries.
/// @param threads 0: one for each processor.
/// @return values in replicate order; a statistic that does not exist in a replicate is NaN there.
std::vector<double> run_replicates(std::size_t replicates, std::uint64_t seed, int threads,
                                   const std::function<double(ResamplingStream&, std::size_t)>& statistic);

/// Blocks that run_replicates() forms for this many replicates.
std::size_t bootstrap_workers(std::size_t replicates);

}  // namespace qpcr
