// The decision of a definition as a drawing.
#pragma once

#include "libqpcr/assay/definition.hpp"
#include "libqpcr/report/catalogue.hpp"
#include "libqpcr/report/drawing.hpp"

namespace qpcr {

/// From left to right: what is measured (targets, covariates), values, rules, how they combine, and the outcomes. An
/// arrow leads from each part to what uses it; the connective stands in its box. At most 511 points wide.
Drawing draw_decision(const AssayDefinition& definition, Language language);

}  // namespace qpcr
