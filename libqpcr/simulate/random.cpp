// Uniform, normal, Poisson and binomial numbers from the Mersenne Twister.
#include "libqpcr/simulate/random.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr {
namespace {

std::uint64_t mix(std::uint64_t value) {
  value += 0x9E3779B97F4A7C15ULL;
  value = (value ^ (value >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  value = (value ^ (value >> 27U)) * 0x94D049BB133111EBULL;
  return value ^ (value >> 31U);
}

[[noreturn]] void refuse(const char* field, double found, const char* expected) {
  throw Error(ErrorCode::invalid_option, {.path = {},
                                          .line = 0,
                                          .column = {},
                                          .field = field,
                                          .found = format_double(found),
                                          .expected = expected,
                                          .problem = {}});
}

}  // namespace

RandomStream::RandomStream(std::uint64_t seed, std::uint64_t stream)
    : engine_(mix(mix(seed) ^ (stream * 0xD1342543DE82EF95ULL))) {}

double RandomStream::uniform() { return static_cast<double>(engine_() >> 11U) * 0x1.0p-53; }

double RandomStream::normal() {
  if (has_spare_) {
    has_spare_ = false;
    return spare_;
  }
  double x = 0;
  double y = 0;
  double squared = 0;
  do {
    x = 2 * uniform() - 1;
    y = 2 * uniform() - 1;
    squared = x * x + y * y;
  } while (squared >= 1 || squared == 0);
  const double factor = std::sqrt(-2 * std::log(squared) / squared);
  spare_ = y * factor;
  has_spare_ = true;
  return x * factor;
}

long RandomStream::poisson(double mean) {
  if (!(mean >= 0) || mean > 1e7) refuse("mean", mean, "a mean between 0 and 1e7");
  constexpr double largest_part = 16;
  long count = 0;
  for (double rest = mean; rest > 0; rest -= largest_part) {
    const double limit = std::exp(-std::min(rest, largest_part));
    for (double product = uniform(); product > limit; product *= uniform()) ++count;
  }
  return count;
}

long RandomStream::binomial(long trials, double probability) {
  if (trials < 0) refuse("trials", static_cast<double>(trials), "a number of trials from 0");
  if (!(probability >= 0) || probability > 1) refuse("probability", probability, "a probability");
  long count = 0;
  for (long i = 0; i < trials; ++i) count += uniform() < probability ? 1 : 0;
  return count;
}

std::uint64_t RandomStream::index(std::uint64_t count) {
  if (count == 0) refuse("count", 0, "a count above 0");
  return static_cast<std::uint64_t>(uniform() * static_cast<double>(count));
}

}  // namespace qpcr
