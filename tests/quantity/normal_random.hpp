// A small generator whose numbers are the same everywhere, for simulated Cq values.
#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>

namespace qpcr::test {

class NormalRandom {
 public:
  explicit NormalRandom(std::uint64_t seed) : state_(seed) {}

  double uniform() {
    state_ += 0x9E3779B97F4A7C15u;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return (static_cast<double>((z ^ (z >> 31)) >> 11) + 0.5) * 0x1.0p-53;
  }

  double normal() {
    const double radius = std::sqrt(-2.0 * std::log(uniform()));
    return radius * std::cos(2.0 * std::numbers::pi * uniform());
  }

 private:
  std::uint64_t state_;
};

}  // namespace qpcr::test
