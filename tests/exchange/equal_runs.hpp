// What must survive a round trip through a format of one curve a reaction.
#pragma once

#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "libqpcr/core/run.hpp"

namespace qpcr::test {

/// Readings that are there, with their cycle or temperature; of a temperature that repeats the first.
inline std::vector<std::pair<double, double>> present(const std::vector<double>& axis,
                                                      const std::vector<double>& readings, bool once_each) {
  std::vector<std::pair<double, double>> result;
  std::map<float, bool> seen;
  for (std::size_t i = 0; i < axis.size(); ++i) {
    if (std::isnan(readings[i])) continue;
    if (once_each && !seen.emplace(static_cast<float>(axis[i]), true).second) continue;
    result.emplace_back(axis[i], readings[i]);
  }
  return result;
}

inline std::vector<std::pair<double, double>> analysis_readings(const Measurement& measurement) {
  const AmplificationCurve* curve = find_analysis_curve(measurement);
  if (curve == nullptr) return {};
  return present(curve->cycles, curve->fluorescence, false);
}

inline std::vector<std::pair<double, double>> melt_readings(const Measurement& measurement) {
  if (measurement.melt.empty()) return {};
  return present(measurement.melt.front().temperatures_celsius, measurement.melt.front().fluorescence, true);
}

inline CqStatus read_status(CqStatus status) {
  if (status == CqStatus::found || status == CqStatus::not_measured) return status;
  return status == CqStatus::excluded ? CqStatus::not_measured : CqStatus::no_amplification;
}

}  // namespace qpcr::test
