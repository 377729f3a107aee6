// Readings of a melting curve put in order; what cannot be one ramp is named, not repaired.
#include "libqpcr/melt/melt_view.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "libqpcr/core/error.hpp"

namespace qpcr {
namespace {

// Instruments report the block's measured temperature, which jitters by tenths of a degree where a ramp begins.
constexpr double largest_jitter_fraction = 0.05;
constexpr double largest_reading = 1e100;

}  // namespace

std::string_view to_string(MeltStatus status) {
  switch (status) {
    case MeltStatus::peaks_found:
      return "peaks_found";
    case MeltStatus::no_peak:
      return "no_peak";
    case MeltStatus::too_few_readings:
      return "too_few_readings";
    case MeltStatus::constant:
      return "constant";
    case MeltStatus::temperatures_not_monotone:
      return "temperatures_not_monotone";
    case MeltStatus::readings_out_of_range:
      return "readings_out_of_range";
    case MeltStatus::excluded:
      return "excluded";
  }
  return "no_peak";
}

MeltStatus MeltReadings::assign(MeltView curve) {
  if (curve.temperatures_celsius.size() != curve.fluorescence.size()) {
    ErrorContext context;
    context.field = "fluorescence";
    context.found = std::to_string(curve.fluorescence.size()) + " readings";
    context.expected =
        "one reading for each of the " + std::to_string(curve.temperatures_celsius.size()) + " temperatures";
    throw Error(ErrorCode::invalid_value, context);
  }
  temperatures_.clear();
  fluorescence_.clear();
  reordered_ = false;
  double largest = 0.0;
  for (std::size_t i = 0; i < curve.fluorescence.size(); ++i) {
    if (!std::isfinite(curve.fluorescence[i]) || !std::isfinite(curve.temperatures_celsius[i])) continue;
    temperatures_.push_back(curve.temperatures_celsius[i]);
    fluorescence_.push_back(curve.fluorescence[i]);
    largest = std::max(largest, std::abs(curve.fluorescence[i]));
  }
  if (size() < smallest_reading_count) return MeltStatus::too_few_readings;
  if (largest > largest_reading || (largest > 0.0 && largest < 1.0 / largest_reading))
    return MeltStatus::readings_out_of_range;

  if (temperatures_.back() < temperatures_.front()) {
    std::reverse(temperatures_.begin(), temperatures_.end());
    std::reverse(fluorescence_.begin(), fluorescence_.end());
  }
  double against = 0.0;
  bool repeats = false;
  for (std::size_t i = 1; i < size(); ++i) {
    const double step = temperatures_[i] - temperatures_[i - 1];
    against += std::max(0.0, -step);
    repeats = repeats || !(step > 0.0);
  }
  if (repeats) {
    const auto [low, high] = std::minmax_element(temperatures_.begin(), temperatures_.end());
    if (against > largest_jitter_fraction * (*high - *low)) return MeltStatus::temperatures_not_monotone;
    sort_readings();
    merge_equal_temperatures();
    reordered_ = true;
    if (size() < smallest_reading_count) return MeltStatus::too_few_readings;
  }
  const auto [low, high] = std::minmax_element(fluorescence_.begin(), fluorescence_.end());
  return *low == *high ? MeltStatus::constant : MeltStatus::peaks_found;
}

void MeltReadings::sort_readings() {
  sorted_.clear();
  for (std::size_t i = 0; i < size(); ++i) sorted_.push_back({temperatures_[i], fluorescence_[i]});
  // By value too, so that the result does not depend on the order of readings at one temperature.
  std::sort(sorted_.begin(), sorted_.end(), [](const Reading& left, const Reading& right) {
    return left.temperature != right.temperature ? left.temperature < right.temperature
                                                 : left.fluorescence < right.fluorescence;
  });
  for (std::size_t i = 0; i < size(); ++i) {
    temperatures_[i] = sorted_[i].temperature;
    fluorescence_[i] = sorted_[i].fluorescence;
  }
}

void MeltReadings::merge_equal_temperatures() {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < size();) {
    std::size_t next = i;
    double sum = 0.0;
    while (next < size() && temperatures_[next] == temperatures_[i]) sum += fluorescence_[next++];
    temperatures_[kept] = temperatures_[i];
    fluorescence_[kept++] = sum / static_cast<double>(next - i);
    i = next;
  }
  temperatures_.resize(kept);
  fluorescence_.resize(kept);
}

}  // namespace qpcr
