// Fluidigm BioMark CSV.
#pragma once

#include "instruments/base/reader.hpp"

namespace qpcr::fluidigm_biomark {

const Reader& reader();

}  // namespace qpcr::fluidigm_biomark
