// The thermal protocol of a run as RDML's thermalCyclingConditions.
#pragma once

#include <string>

#include "libqpcr/core/run.hpp"
#include "libqpcr/exchange/not_written.hpp"

namespace qpcr {

/// The element with the identifier `id`, or an empty text when the run has no protocol or RDML cannot say it. RDML
/// demands a temperature and a whole number of seconds of every step; a protocol in which one step has neither would be
/// another protocol without it, so that it is left out as a whole and listed. A stage that repeats ends in a `loop`
/// whose `repeat` is the number of times it is run, as the schema defines it. Stages that are run once have no mark of
/// their own; where several follow each other their borders are listed.
std::string render_rdml_protocol(const RunData& run, const std::string& id, NotWrittenList& not_written);

}  // namespace qpcr
