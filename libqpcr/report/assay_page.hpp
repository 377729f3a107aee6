// A definition as a page that a laboratory director reads and signs.
#pragma once

#include <string>

#include "libqpcr/assay/definition.hpp"
#include "libqpcr/report/document.hpp"

namespace qpcr {

/// Everything a definition says, in words and tables: identity and intended use, the decision as a drawing, targets,
/// Cq, controls, what makes a sample valid, covariates, values as formulas, cut-offs with their records, repeats,
/// outcomes, statements, sources of the constants, and lines to sign on. A definition that is not released carries the
/// research banner; a simulated one its watermark.
Document build_assay_page(const AssayDefinition& definition, Language language);

}  // namespace qpcr
