// Many draws of an index for the inner loops of a bootstrap: two from each 64 random bits.
#pragma once

#include <cstddef>
#include <cstdint>

#include "libqpcr/math/resampling.hpp"

namespace qpcr {

/// Calls take(index) `draws` times with 0 … count − 1, each equally likely: the upper half of a product of 32 random
/// bits and `count`, the lower half rejected where it would favour an index (Lemire 2019, 10.1145/3230636).
/// @param count 1 … 2³² − 1.
template <typename Take>
void draw_indices(ResamplingStream& stream, std::uint32_t count, std::size_t draws, Take take) {
  const std::uint32_t surplus = (0U - count) % count;
  std::size_t done = 0;
  while (done < draws) {
    const std::uint64_t bits = stream.bits();
    const std::uint64_t first = (bits >> 32U) * count;
    if (static_cast<std::uint32_t>(first) >= surplus) {
      take(static_cast<std::uint32_t>(first >> 32U));
      if (++done == draws) return;
    }
    const std::uint64_t second = (bits & 0xFFFFFFFFU) * count;
    if (static_cast<std::uint32_t>(second) >= surplus) {
      take(static_cast<std::uint32_t>(second >> 32U));
      ++done;
    }
  }
}

}  // namespace qpcr
