// Which wells of a plate are which controls, by sample name, role and place.
#pragma once

#include "libqpcr/assay/matching.hpp"

namespace qpcr {

/// Sets MatchedWell::control. A well is a control by the name of its sample; else by the role the run gives it, where
/// the definition has exactly one control of that kind. A name that contradicts the role, a role without a known name
/// among several controls, a control outside its wells and another sample inside them are added to `run_reasons`.
void match_controls(const AssayDefinition& definition, std::vector<MatchedWell>& wells,
                    std::vector<Message>& run_reasons);

}  // namespace qpcr
