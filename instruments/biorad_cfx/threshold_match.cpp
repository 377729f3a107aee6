// Intersects, over all wells, the thresholds that a Cq as written allows.
#include "instruments/biorad_cfx/threshold_match.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace qpcr::biorad_cfx {
namespace {

/// Half a unit of the last decimal of a number as written, and no less than the rounding of a double.
double to_half_unit(std::string_view text) {
  constexpr double least = 1e-12;
  const std::size_t mark = text.find_first_of(".,");
  if (mark == std::string_view::npos) return 0.5;
  const std::size_t end = std::min(text.find_first_not_of("0123456789", mark + 1), text.size());
  return std::max(0.5 * std::pow(10.0, -static_cast<double>(end - mark - 1)), least);
}

double interpolate(const WideColumn& curve, double cycle) {
  const auto right = std::lower_bound(curve.axis.begin(), curve.axis.end(), cycle);
  if (right == curve.axis.end()) return std::numeric_limits<double>::quiet_NaN();
  const auto i = static_cast<std::size_t>(right - curve.axis.begin());
  if (*right == cycle) return curve.readings[i];
  if (i == 0) return std::numeric_limits<double>::quiet_NaN();
  const double share = (cycle - curve.axis[i - 1]) / (curve.axis[i] - curve.axis[i - 1]);
  return curve.readings[i - 1] + share * (curve.readings[i] - curve.readings[i - 1]);
}

}  // namespace

bool follow_one_threshold(const std::vector<WideColumn>& curves, const std::vector<const Measurement*>& rows) {
  constexpr double slack = 1e-9;
  constexpr int enough = 3;
  std::map<GridPosition, const WideColumn*> by_well;
  for (const WideColumn& curve : curves) by_well.emplace(curve.position, &curve);
  double lowest = -std::numeric_limits<double>::infinity();
  double highest = std::numeric_limits<double>::infinity();
  int used = 0;
  for (const Measurement* row : rows) {
    if (!row->vendor.cq_cycles) continue;
    const auto curve = by_well.find(*row->well.position);
    if (curve == by_well.end()) return false;
    const double half = to_half_unit(row->vendor.cq_text);
    const double low = interpolate(*curve->second, *row->vendor.cq_cycles - half);
    const double high = interpolate(*curve->second, *row->vendor.cq_cycles + half);
    if (!(low <= high)) return false;
    const double margin = slack * std::max(std::abs(low), std::abs(high));
    lowest = std::max(lowest, low - margin);
    highest = std::min(highest, high + margin);
    ++used;
  }
  return used >= enough && lowest <= highest && highest > 0;
}

}  // namespace qpcr::biorad_cfx
