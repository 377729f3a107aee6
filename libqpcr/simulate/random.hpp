// Random numbers that are the same on every machine: the engine is fixed by the C++ standard, the distributions are
// written here.
#pragma once

#include <cstdint>
#include <random>

namespace qpcr {

/// One independent sequence. std::mt19937_64 is specified to the bit, std::normal_distribution and its kin are not, so
/// none is used.
class RandomStream {
 public:
  /// `stream` names what is drawn (a well, a subject), so that adding one does not move the others. Seed and stream are
  /// mixed by SplitMix64 (Steele et al. 2014, doi:10.1145/2660193.2660195).
  RandomStream(std::uint64_t seed, std::uint64_t stream);

  /// 53 random bits in [0, 1).
  double uniform();
  double uniform(double low, double high) { return low + (high - low) * uniform(); }

  /// Standard normal by Marsaglia's polar method (1964, doi:10.1137/1006063).
  double normal();

  /// Exact for every mean: a sum of Poisson numbers of mean ≤ 16, each by Knuth's product of uniforms; time grows with
  /// the mean.
  /// @throws Error invalid_option for a mean that is negative, not finite or above 1e7.
  long poisson(double mean);

  /// Exact: `trials` Bernoulli draws. @throws Error invalid_option for negative trials or a probability outside [0, 1].
  long binomial(long trials, double probability);

  /// 0 … count − 1. @throws Error invalid_option for count 0.
  std::uint64_t index(std::uint64_t count);

 private:
  std::mt19937_64 engine_;
  double spare_ = 0;
  bool has_spare_ = false;
};

}  // namespace qpcr
