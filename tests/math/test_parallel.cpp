// The parallel loop: every index once, blocks that do not depend on the threads, exceptions handed on.
#include <atomic>
#include <mutex>
#include <set>
#include <stdexcept>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "libqpcr/math/parallel.hpp"

namespace {

TEST_CASE("parallel_for covers every index once in the same blocks for any number of threads") {
  for (const std::size_t count : {0u, 1u, 7u, 64u, 1000u}) {
    std::set<std::pair<std::size_t, std::size_t>> expected;
    for (const int threads : {1, 2, 5, 0}) {
      std::vector<std::atomic<int>> visits(count);
      std::set<std::pair<std::size_t, std::size_t>> blocks;
      std::mutex mutex;
      qpcr::parallel_for(count, 64, threads, [&](std::size_t first, std::size_t last) {
        for (std::size_t i = first; i < last; ++i) ++visits[i];
        const std::lock_guard lock(mutex);
        blocks.emplace(first, last);
      });
      for (const auto& visit : visits) REQUIRE(visit == 1);
      if (threads == 1) expected = blocks;
      CHECK(blocks == expected);
    }
  }
}

TEST_CASE("parallel_for hands on what a body throws") {
  for (const int threads : {1, 2, 4}) {
    CHECK_THROWS_AS(qpcr::parallel_for(100, 1, threads,
                                       [](std::size_t first, std::size_t) {
                                         if (first == 40) throw std::runtime_error("40");
                                       }),
                    std::runtime_error);
  }
}

}  // namespace
