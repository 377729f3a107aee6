// Counter-seeded draws and percentile limits.
#include "libqpcr/math/resampling.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr {
namespace {

constexpr std::uint64_t golden_gamma = 0x9E3779B97F4A7C15ULL;

std::uint64_t mix(std::uint64_t z) {
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31U);
}

[[noreturn]] void refuse(std::string field, std::string found, std::string expected) {
  ErrorContext context;
  context.field = std::move(field);
  context.found = std::move(found);
  context.expected = std::move(expected);
  throw Error(ErrorCode::invalid_value, context);
}

}  // namespace

ResamplingStream::ResamplingStream(std::uint64_t seed, std::uint64_t replicate)
    : state_(mix(mix(seed + golden_gamma) ^ (replicate * golden_gamma))) {}

std::uint64_t ResamplingStream::bits() {
  state_ += golden_gamma;
  return mix(state_);
}

std::size_t ResamplingStream::index(std::size_t count) {
  if (count == 0) refuse("count", "0", "at least one value to draw from");
  const std::uint64_t range = count;
  // 2^64 mod range values at the end would make some indices likelier.
  const std::uint64_t surplus = (0 - range) % range;
  std::uint64_t draw = bits();
  while (draw < surplus) draw = bits();
  return static_cast<std::size_t>(draw % range);
}

double quantile_in_place(std::span<double> values, double probability) {
  if (!(probability >= 0.0 && probability <= 1.0))
    refuse("probability", format_double(probability), "a number between 0 and 1");
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  std::sort(values.begin(), values.end());
  const double position = probability * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  if (values[below] == values[above]) return values[below];
  return values[below] + (position - static_cast<double>(below)) * (values[above] - values[below]);
}

Interval percentile_interval(std::span<double> replicates, double confidence) {
  if (!(confidence > 0.0 && confidence < 1.0))
    refuse("confidence", format_double(confidence), "a number between 0 and 1, both excluded");
  const double tail = (1.0 - confidence) / 2.0;
  return {quantile_in_place(replicates, tail), quantile_in_place(replicates, 1.0 - tail)};
}

}  // namespace qpcr
