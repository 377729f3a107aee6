// Names of the text files that people export from one LightCycler 480 experiment.
#pragma once

#include <string>
#include <string_view>

namespace qpcr::roche_lightcycler480 {

/// The part that the exports of one experiment share: the name in lower case without its ending (also ".txt.gz") and
/// without a known word for the table behind '-', '_', '.' or a blank ("-ct", "_Cq", " melt"). Empty for a name that
/// is none of a text export.
std::string companion_key(std::string_view name);

/// The name without its ending, as written.
std::string find_stem(std::string_view name);

}  // namespace qpcr::roche_lightcycler480
