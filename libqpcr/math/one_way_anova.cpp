// Exact centring of decimal texts, and sums of squares from group means.
#include "libqpcr/math/one_way_anova.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include <fmt/format.h>

#include "libqpcr/core/error.hpp"
#include "libqpcr/math/robust.hpp"

namespace qpcr {
namespace {

[[noreturn]] void refuse(std::string field, std::string found, std::string expected) {
  ErrorContext context;
  context.field = std::move(field);
  context.found = std::move(found);
  context.expected = std::move(expected);
  throw Error(ErrorCode::invalid_value, context);
}

/// A decimal as a whole number of units of 10^-places.
struct Decimal {
  std::int64_t units = 0;
  int places = 0;
};

constexpr int most_digits = 18;

std::optional<Decimal> read_decimal(std::string_view text) {
  Decimal read;
  const bool negative = !text.empty() && text.front() == '-';
  if (negative) text.remove_prefix(1);
  int digits = 0;
  bool point = false;
  bool any = false;
  for (const char c : text) {
    if (c == '.' && !point) {
      point = true;
      continue;
    }
    if (c < '0' || c > '9') return std::nullopt;
    any = true;
    if (read.units != 0 || c != '0') ++digits;
    if (digits > most_digits) return std::nullopt;
    read.units = read.units * 10 + (c - '0');
    if (point) ++read.places;
  }
  if (!any || read.places > most_digits) return std::nullopt;
  if (negative) read.units = -read.units;
  return read;
}

/// Sum with Neumaier's correction (1974, 10.1002/zamm.19740540106).
class Sum {
 public:
  void add(double value) {
    const double next = sum_ + value;
    lost_ += std::abs(sum_) >= std::abs(value) ? (sum_ - next) + value : (value - next) + sum_;
    sum_ = next;
  }
  double value() const { return sum_ + lost_; }

 private:
  double sum_ = 0.0;
  double lost_ = 0.0;
};

}  // namespace

std::optional<CentredValues> centre_decimals(std::span<const std::string_view> texts) {
  std::vector<Decimal> read;
  read.reserve(texts.size());
  int places = 0;
  for (const std::string_view text : texts) {
    const std::optional<Decimal> one = read_decimal(text);
    if (!one) return std::nullopt;
    places = std::max(places, one->places);
    read.push_back(*one);
  }
  if (read.empty()) return std::nullopt;
  // Half the range of a 64-bit number, so that no difference overflows.
  constexpr std::int64_t most = std::int64_t{4'000'000'000'000'000'000};
  for (Decimal& one : read) {
    for (; one.places < places; ++one.places) {
      if (one.units > most / 10 || one.units < -most / 10) return std::nullopt;
      one.units *= 10;
    }
  }
  double scale = 1.0;  // a power of ten up to 10^18, exact
  for (int i = 0; i < places; ++i) scale *= 10.0;
  CentredValues found;
  found.centre = static_cast<double>(read.front().units) / scale;
  found.differences.reserve(read.size());
  for (const Decimal& one : read)
    found.differences.push_back(static_cast<double>(one.units - read.front().units) / scale);
  return found;
}

CentredValues centre_values(std::span<const double> values) {
  CentredValues found;
  found.centre = values.empty() ? 0.0 : median(values);
  for (const double value : values) found.differences.push_back(value - found.centre);
  return found;
}

OneWayAnova fit_one_way_anova(std::span<const double> differences, std::span<const int> group, long groups) {
  if (group.size() != differences.size())
    refuse("group", fmt::format("{}", group.size()), fmt::format("{} as there are values", differences.size()));
  OneWayAnova found;
  found.groups = groups;
  found.values = static_cast<long>(differences.size());
  std::vector<Sum> sums(static_cast<std::size_t>(groups));
  std::vector<double> counts(static_cast<std::size_t>(groups), 0.0);
  Sum total;
  for (std::size_t i = 0; i < differences.size(); ++i) {
    if (group[i] < 0 || group[i] >= groups)
      refuse("group", fmt::format("{}", group[i]), fmt::format("0 to {}", groups - 1));
    sums[static_cast<std::size_t>(group[i])].add(differences[i]);
    counts[static_cast<std::size_t>(group[i])] += 1.0;
    total.add(differences[i]);
  }
  const auto n = static_cast<double>(differences.size());
  found.mean = n > 0.0 ? total.value() / n : 0.0;
  std::vector<double> means(sums.size());
  Sum between;
  for (std::size_t g = 0; g < sums.size(); ++g) {
    if (counts[g] == 0.0) refuse("group", "a group without values", "values in each group");
    means[g] = sums[g].value() / counts[g];
    between.add(counts[g] * (means[g] - found.mean) * (means[g] - found.mean));
  }
  Sum within;
  for (std::size_t i = 0; i < differences.size(); ++i) {
    const double away = differences[i] - means[static_cast<std::size_t>(group[i])];
    within.add(away * away);
  }
  found.between_sum = between.value();
  found.within_sum = within.value();
  found.between_degrees = static_cast<double>(groups) - 1.0;
  found.within_degrees = n - static_cast<double>(groups);
  return found;
}

}  // namespace qpcr
