// Roles of samples in the spelling of the formats that are written.
#pragma once

#include <optional>
#include <string_view>

#include "libqpcr/core/run.hpp"

namespace qpcr {

/// RDML's and RDES's code (`unkn`, `std`, `ntc`, `nac`, `nrt`, `pos`, `ntp` for a negative control, `unkn` for a
/// calibrator); empty for an unspecified role.
std::string_view to_rdml_role(SampleRole role);

/// The role of such a code; `unkn` is an unknown. Nothing for any other text.
std::optional<SampleRole> parse_rdml_role(std::string_view code);

}  // namespace qpcr
