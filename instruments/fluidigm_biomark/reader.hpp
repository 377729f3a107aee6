// Fluidigm BioMark: the table results of a dynamic array as CSV.
#pragma once

#include "instruments/base/reader.hpp"

namespace qpcr::fluidigm_biomark {

/// The reader of BioMark's table results. A well is a chamber, "S48-A01": sample inlet by assay inlet, which are the
/// row and the column of the array.
const Reader& reader();

}  // namespace qpcr::fluidigm_biomark
