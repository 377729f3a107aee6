// LightCycler 480 experiments as the software stores them (.ixo).
#pragma once

#include <string>
#include <string_view>

#include "instruments/base/reader.hpp"

namespace qpcr::roche_lightcycler480 {

/// True for the start of an object stream.
bool is_object_stream(std::string_view text);

/// @throws Error malformed_file, invalid_value, unsafe_archive with line and element; unsupported_format for an
///   experiment that was not run.
RunData read_ixo(const InputFile& file);

}  // namespace qpcr::roche_lightcycler480
