// Position and weight of the two order statistics that a quantile lies between.
#include "libqpcr/math/sample_quantiles.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "libqpcr/core/error.hpp"

namespace qpcr {
namespace {

[[noreturn]] void refuse(std::string field, std::string found, std::string expected) {
  ErrorContext context;
  context.field = std::move(field);
  context.found = std::move(found);
  context.expected = std::move(expected);
  throw Error(ErrorCode::invalid_value, context);
}

/// m of Hyndman and Fan: the quantile lies at n·p + m among the values counted from 1.
double find_offset(int type, double probability) {
  switch (type) {
    case 3:
      return -0.5;
    case 5:
      return 0.5;
    case 6:
      return probability;
    case 7:
      return 1.0 - probability;
    case 8:
      return (probability + 1.0) / 3.0;
    case 9:
      return probability / 4.0 + 0.375;
    default:
      return 0.0;
  }
}

}  // namespace

double sorted_quantile(std::span<const double> sorted, double probability, int type) {
  if (type < 1 || type > 9) refuse("type", std::to_string(type), "1 to 9");
  if (!(probability >= 0.0 && probability <= 1.0)) refuse("probability", std::to_string(probability), "0 to 1");
  if (sorted.empty()) return std::numeric_limits<double>::quiet_NaN();
  const double n = static_cast<double>(sorted.size());
  // A product such as 120·0.025 may lie a rounding beside the whole number that it is.
  const double fuzz = 4.0 * std::numeric_limits<double>::epsilon();
  const double position = n * probability + find_offset(type, probability);
  const double whole = std::floor(position + fuzz * std::max(1.0, std::abs(position)));
  double weight = position - whole;
  if (std::abs(weight) < fuzz * std::max(1.0, std::abs(position))) weight = 0.0;
  if (type == 1) weight = weight > 0.0 ? 1.0 : 0.0;
  if (type == 2) weight = weight > 0.0 ? 1.0 : 0.5;
  if (type == 3) weight = weight == 0.0 && std::fmod(whole, 2.0) == 0.0 ? 0.0 : 1.0;
  const auto pick = [&](double index) { return sorted[static_cast<std::size_t>(std::clamp(index, 1.0, n)) - 1]; };
  const double lower = pick(whole);
  const double upper = pick(whole + 1.0);
  if (weight == 0.0 || lower == upper) return lower;
  return weight == 1.0 ? upper : lower + weight * (upper - lower);
}

}  // namespace qpcr
