// Loops over blocks of indices on several threads.
#pragma once

#include <cstddef>
#include <functional>

namespace qpcr {

/// Calls body(first, last) for consecutive blocks of `block` indices (the last may be shorter) that cover 0 … count,
/// each exactly once, on up to `threads` threads; 1, or a single block, runs in the calling thread, 0 means one for
/// each processor. Blocks never depend on the number of threads, so that a body whose blocks are independent gives the
/// same result for any.
/// @throws what a body throws; the other blocks may or may not have run then.
void parallel_for(std::size_t count, std::size_t block, int threads,
                  const std::function<void(std::size_t, std::size_t)>& body);

}  // namespace qpcr
