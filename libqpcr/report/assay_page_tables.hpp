// The tables of the page of a definition: reactions, controls, covariates, values, cut-offs, sources.
#pragma once

#include <vector>

#include "libqpcr/assay/definition.hpp"
#include "libqpcr/report/document.hpp"

namespace qpcr {

/// Targets, Cq, controls, sample validity, covariates, values, cut-offs and classes; parts that are absent have no
/// table.
void append_assay_tables(std::vector<Block>& blocks, const AssayDefinition& definition, Language language);

/// Where the constants come from.
void append_sources(std::vector<Block>& blocks, const AssayDefinition& definition, Language language);

}  // namespace qpcr
