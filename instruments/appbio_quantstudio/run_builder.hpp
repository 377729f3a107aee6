// Joins what was read from an .eds to a run.
#pragma once

#include "instruments/appbio_quantstudio/contents.hpp"
#include "instruments/base/reader.hpp"

namespace qpcr::appbio_quantstudio {

/// One measurement for each target of a well, one without a target for each dye that no target uses, and one for each
/// raw filter.
/// @throws Error invalid_value for a well outside the plate.
RunData build_run(Contents contents, NotReadList& not_read);

}  // namespace qpcr::appbio_quantstudio
