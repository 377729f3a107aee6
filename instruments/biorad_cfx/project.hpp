// The CFX project (.pcrd): encrypted by the vendor's software, read only with a key that the user supplies.
#pragma once

#include <vector>

#include "instruments/base/reader.hpp"
#include "libqpcr/core/run.hpp"

namespace qpcr::biorad_cfx {

/// True for a zip whose only member is a project.
bool is_project(const std::vector<std::string>& members);
/// True for a zip whose only member is a plate set-up (.pltd) or a protocol (.prcl), which hold no readings.
bool is_set_up(const std::vector<std::string>& members);

/// @throws Error unsupported_format without a key, invalid_option for another key, malformed_file.
RunData read_project(const InputFile& file);

}  // namespace qpcr::biorad_cfx
