// Signal per dye of an .eds in the 7500 and StepOne layout: multicomponent_data.txt.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "instruments/appbio_quantstudio/contents.hpp"
#include "instruments/base/reader.hpp"

namespace qpcr::appbio_quantstudio {

/// Records of a well, a reading and a dye, each followed by lines of pure dye coefficients. The record of a slot
/// without a dye has no line end, so that the next record stands on its line.
/// @param protocol says what the readings, which are only numbered, are.
/// @throws Error malformed_file, invalid_value, duplicate_entry with the line.
Signals read_multicomponent_text(std::string_view bytes, const std::string& path, const std::vector<Stage>& protocol,
                                 std::vector<std::string>& warnings);

/// Adds the temperatures of images/temperatures.txt: a row an image, a number a well; 0 is none.
/// @return false when its rows cannot be matched with the readings.
bool add_image_temperatures(std::string_view bytes, Signals& signals);

}  // namespace qpcr::appbio_quantstudio
