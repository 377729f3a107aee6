// oneTBB's loop, or plain threads where the thread sanitizer watches: it cannot see oneTBB's own synchronisation.
#include "libqpcr/math/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#ifndef QPCR_PLAIN_THREADS
#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/partitioner.h>
#include <oneapi/tbb/task_arena.h>
#endif

namespace qpcr {
namespace {

using Body = std::function<void(std::size_t)>;

#ifdef QPCR_PLAIN_THREADS
void run_blocks(std::size_t blocks, int threads, const Body& body) {
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::exception_ptr failure;
  const auto work = [&] {
    for (std::size_t i = next++; i < blocks; i = next++) {
      try {
        body(i);
      } catch (...) {
        const std::lock_guard lock(mutex);
        if (!failure) failure = std::current_exception();
        next = blocks;
      }
    }
  };
  std::vector<std::thread> helpers;
  for (int i = 1; i < threads; ++i) helpers.emplace_back(work);
  work();
  for (std::thread& helper : helpers) helper.join();
  if (failure) std::rethrow_exception(failure);
}
#else
void run_blocks(std::size_t blocks, int threads, const Body& body) {
  // Asked for more than there are, oneTBB prints a warning.
  tbb::task_arena arena(std::min(threads, tbb::this_task_arena::max_concurrency()));
  arena.execute([&] {
    tbb::parallel_for(
        tbb::blocked_range<std::size_t>(0, blocks, 1),
        [&](const tbb::blocked_range<std::size_t>& range) {
          for (std::size_t i = range.begin(); i < range.end(); ++i) body(i);
        },
        tbb::simple_partitioner());
  });
}
#endif

}  // namespace

void parallel_for(std::size_t count, std::size_t block, int threads,
                  const std::function<void(std::size_t, std::size_t)>& body) {
  block = std::max<std::size_t>(block, 1);
  const std::size_t blocks = count / block + (count % block == 0 ? 0 : 1);
  const auto run = [&](std::size_t i) { body(i * block, std::min(count, (i + 1) * block)); };
  if (threads <= 0) threads = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  if (threads == 1 || blocks <= 1) {
    for (std::size_t i = 0; i < blocks; ++i) run(i);
    return;
  }
  run_blocks(blocks, threads, run);
}

}  // namespace qpcr
