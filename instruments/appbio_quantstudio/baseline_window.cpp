// Fits a line through a window and compares it with the baseline that was subtracted.
#include "instruments/appbio_quantstudio/baseline_window.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace qpcr::appbio_quantstudio {

bool is_baseline_window(const std::vector<double>& rn, const std::vector<double>& delta_rn, double first, double last) {
  const auto size = static_cast<double>(rn.size());
  if (rn.empty() || rn.size() != delta_rn.size() || !(first >= 1 && first <= last && last <= size)) return false;
  const auto begin = static_cast<std::size_t>(first) - 1;
  const auto end = static_cast<std::size_t>(last);
  const auto count = static_cast<double>(end - begin);
  double mean_cycle = 0;
  double mean_rn = 0;
  for (std::size_t i = begin; i < end; ++i) {
    mean_cycle += static_cast<double>(i) / count;
    mean_rn += rn[i] / count;
  }
  double squares = 0;
  double products = 0;
  for (std::size_t i = begin; i < end; ++i) {
    const double offset = static_cast<double>(i) - mean_cycle;
    squares += offset * offset;
    products += offset * (rn[i] - mean_rn);
  }
  const double slope = squares > 0 ? products / squares : 0;
  double largest = 0;
  double worst = 0;
  for (std::size_t i = 0; i < rn.size(); ++i) {
    const double line = mean_rn + slope * (static_cast<double>(i) - mean_cycle);
    const double difference = std::abs(rn[i] - delta_rn[i] - line);
    if (!(difference >= 0)) return false;
    largest = std::max(largest, std::abs(rn[i]));
    worst = std::max(worst, difference);
  }
  constexpr double tolerance = 1e-5;
  return worst <= tolerance * largest;
}

}  // namespace qpcr::appbio_quantstudio
