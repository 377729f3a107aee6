// An assay definition in words, for the terminal.
#pragma once

#include <string>

#include "libqpcr/assay/definition.hpp"
#include "libqpcr/report/catalogue.hpp"

namespace qpcr {

/// Identity, targets, controls, validity, covariates, values, rules and the call, one line each; labels from the
/// catalogue, enumerators in the definition's own spelling.
std::string render_assay(const AssayDefinition& definition, Language language);

}  // namespace qpcr
