// Samples that the ROC tests share: random ones with ties, by a generator of their own.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>

#include "libqpcr/study/roc/roc_sample.hpp"

namespace qpcr::test {

/// Values on a lattice of 1/steps, so that ties abound where it is coarse; cases are shifted up.
inline RocSample make_roc_sample(std::uint32_t seed, std::size_t cases, std::size_t controls, double shift = 0.8,
                                 double steps = 4.0) {
  std::mt19937 generator(seed);
  const auto draw = [&] {
    double sum = -6.0;
    for (int i = 0; i < 12; ++i) sum += static_cast<double>(generator()) / 4294967296.0;
    return sum;
  };
  RocSample sample;
  for (std::size_t i = 0; i < cases; ++i) sample.cases.push_back(std::round((draw() + shift) * steps) / steps);
  for (std::size_t i = 0; i < controls; ++i) sample.controls.push_back(std::round(draw() * steps) / steps);
  return sample;
}

}  // namespace qpcr::test
