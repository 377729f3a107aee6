// Sorts doubles by six digits of eleven bits.
#include "libqpcr/math/radix_sort.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace qpcr {
namespace {

constexpr std::size_t least_for_digits = 512;
constexpr unsigned digit_bits = 11;
constexpr std::size_t digits = 6;
constexpr std::uint64_t digit_mask = (std::uint64_t{1} << digit_bits) - 1;
constexpr std::uint64_t sign_bit = std::uint64_t{1} << 63U;

/// Unsigned integers in the order of the numbers.
std::uint64_t to_key(double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  return (bits & sign_bit) != 0 ? ~bits : bits | sign_bit;
}

double to_value(std::uint64_t key) { return std::bit_cast<double>((key & sign_bit) != 0 ? key & ~sign_bit : ~key); }

std::size_t find_digit(std::uint64_t key, std::size_t place) {
  return static_cast<std::size_t>((key >> (digit_bits * place)) & digit_mask);
}

}  // namespace

void sort_ascending(std::vector<double>& values) {
  if (values.size() < least_for_digits) {
    std::sort(values.begin(), values.end(), [](double a, double b) { return to_key(a) < to_key(b); });
    return;
  }
  std::vector<std::array<std::size_t, digit_mask + 1>> starts(digits);
  std::vector<std::uint64_t> keys(values.size());
  std::transform(values.begin(), values.end(), keys.begin(), to_key);
  for (const std::uint64_t key : keys) {
    for (std::size_t place = 0; place < digits; ++place) ++starts[place][find_digit(key, place)];
  }
  std::vector<std::uint64_t> sorted(keys.size());
  for (std::size_t place = 0; place < digits; ++place) {
    std::array<std::size_t, digit_mask + 1>& next = starts[place];
    if (next[find_digit(keys.front(), place)] == keys.size()) continue;
    std::size_t sum = 0;
    for (std::size_t& start : next) {
      const std::size_t count = start;
      start = sum;
      sum += count;
    }
    for (const std::uint64_t key : keys) sorted[next[find_digit(key, place)]++] = key;
    keys.swap(sorted);
  }
  std::transform(keys.begin(), keys.end(), values.begin(), to_value);
}

}  // namespace qpcr
