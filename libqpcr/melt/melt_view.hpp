// What a melting analysis sees of a curve, and its readings put in order.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "libqpcr/core/curve.hpp"

namespace qpcr {

struct MeltView {
  CurveKind kind = CurveKind::unknown;
  std::span<const double> temperatures_celsius;
  std::span<const double> fluorescence;
};

inline MeltView to_view(const MeltCurve& curve) { return {curve.kind, curve.temperatures_celsius, curve.fluorescence}; }

/// How a melting analysis ended. "No peak" is a status, not a number.
enum class MeltStatus {
  peaks_found,
  no_peak,                    ///< usable, but nothing stands out from noise and background
  too_few_readings,           ///< fewer than smallest_reading_count distinct temperatures
  constant,                   ///< all readings equal: no signal, a saturated detector or missing data
  temperatures_not_monotone,  ///< the temperature goes up and down: not one ramp
  readings_out_of_range,      ///< a finite reading beyond ±1e100, or nothing but zero and values below 1e-100
  excluded,                   ///< omitted by the instrument's user
};

std::string_view to_string(MeltStatus status);

/// Distinct temperatures that a local cubic with a noise estimate needs.
inline constexpr std::size_t smallest_reading_count = 10;

/// Readings without missing ones, in rising temperature, readings at one temperature averaged. Buffers are reused.
class MeltReadings {
 public:
  /// A falling ramp is turned round. Temperatures that jitter (steps against the ramp of at most a twentieth of the
  /// range in all) are sorted.
  /// @return peaks_found where the readings can be analysed, else the status that says why not.
  /// @throws Error invalid_value for arrays of unequal length.
  MeltStatus assign(MeltView curve);

  const std::vector<double>& temperatures_celsius() const { return temperatures_; }
  const std::vector<double>& fluorescence() const { return fluorescence_; }
  std::size_t size() const { return temperatures_.size(); }
  /// True when temperatures that were not in order were sorted or averaged.
  bool reordered() const { return reordered_; }

 private:
  struct Reading {
    double temperature;
    double fluorescence;
  };

  void sort_readings();
  void merge_equal_temperatures();

  std::vector<double> temperatures_;
  std::vector<double> fluorescence_;
  std::vector<Reading> sorted_;
  bool reordered_ = false;
};

}  // namespace qpcr
