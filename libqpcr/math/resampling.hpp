// Resampling that gives the same numbers everywhere: draws named by seed and replicate, and the quantiles of what they
// gave.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "libqpcr/math/distributions.hpp"

namespace qpcr {

/// The draws of one bootstrap replicate. They depend on seed and replicate alone, so replicates may run in any order
/// and on any thread. SplitMix64 (Steele et al. 2014, 10.1145/2660193.2660195) from a state mixed of both.
class ResamplingStream {
 public:
  ResamplingStream(std::uint64_t seed, std::uint64_t replicate);

  /// 64 random bits.
  std::uint64_t bits();

  /// 0 … count − 1, each equally likely (rejection of the incomplete last block).
  /// @throws Error invalid_value for count 0.
  std::size_t index(std::size_t count);

 private:
  std::uint64_t state_;
};

/// Sample quantile by linear interpolation of the order statistics (Hyndman & Fan 1996, 10.1080/00031305.1996.10473566,
/// type 7). Sorts `values`, which must hold no NaN. NaN when there are none.
/// @throws Error invalid_value for a probability outside [0, 1].
double quantile_in_place(std::span<double> values, double probability);

/// Percentile interval of bootstrap replicates (Efron & Tibshirani 1993, 10.1201/9780429246593, chapter 13). Sorts
/// `replicates`, which must hold no NaN; NaN limits when there are none.
/// @throws Error invalid_value unless 0 < confidence < 1.
Interval percentile_interval(std::span<double> replicates, double confidence);

}  // namespace qpcr
