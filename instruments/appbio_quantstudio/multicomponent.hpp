// Signal per dye of an .eds in the SDS layout: multicomponentdata.xml.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "instruments/appbio_quantstudio/contents.hpp"
#include "instruments/base/reader.hpp"

namespace qpcr::appbio_quantstudio {

/// @param bytes of the member. @param path for errors. @param protocol where the member does not say its read points.
/// @throws Error malformed_file, invalid_value, duplicate_entry with the line.
Signals read_multicomponent(std::string_view bytes, const std::string& path, const std::vector<Stage>& protocol,
                            NotReadList& not_read);

}  // namespace qpcr::appbio_quantstudio
