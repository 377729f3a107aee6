// Joins the RDML document of a LightCycler 96 project with the software's own members.
#pragma once

#include <vector>

#include "instruments/base/reader.hpp"

namespace qpcr::roche_lightcycler96 {

/// @throws Error as the readers of RDML and XML.
std::vector<RunData> read_project(const InputFile& file);

}  // namespace qpcr::roche_lightcycler96
