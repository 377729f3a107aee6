// Roles of samples in the spelling of the formats that are written.
#pragma once

#include <string_view>

#include "libqpcr/core/run.hpp"

namespace qpcr {

/// RDML's and RDES's code (`unkn`, `std`, `ntc`, `nac`, `nrt`, `pos`, `ntp` for a negative control, `unkn` for a
/// calibrator); empty for an unspecified role.
std::string_view to_rdml_role(SampleRole role);

}  // namespace qpcr
