// The readings of a LightCycler 480 experiment: a compressed object stream inside the experiment's own.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/core/run.hpp"

namespace qpcr::roche_lightcycler480 {

/// One reading of all wells through one channel.
struct Acquisition {
  long program = 0;  ///< index into the list of programs
  long segment = 0;
  long cycle = 1;  ///< 1-based
  long channel = 0;
  std::optional<double> temperature_celsius;
  std::vector<double> fluorescence;  ///< by position, row by row; NaN where the instrument calls the reading invalid
};

struct AcquisitionStore {
  std::vector<Acquisition> acquisitions;  ///< in the order of the file
  std::vector<std::string> warnings;
};

/// Readings are given as the software exports them, stored × ScalingFactor / (RefValue × IntgrTime); as stored, with a
/// warning, where no acquisition has the three.
/// @param encoded base64 of a zlib stream. @param wells positions of the plate.
/// @throws Error malformed_file, invalid_value, unsafe_archive.
AcquisitionStore read_acquisition_store(std::string_view encoded, long wells, const std::string& path);

}  // namespace qpcr::roche_lightcycler480
