// The covariates that an assay asks for, taken from the clinical data of a study.
#pragma once

#include <vector>

#include "libqpcr/assay/covariates.hpp"
#include "libqpcr/assay/definition.hpp"
#include "libqpcr/study/clinical/clinical_joining.hpp"
#include "libqpcr/study/protocol/protocol.hpp"

namespace qpcr::apps {

/// For each sample whose subject is known, its covariates by identifier: `sex`, `age` or `age_years`, and comparators
/// by their own identifier (`afp`), in the comparator's unit, which must be the definition's or one that it converts.
/// @throws Error study_invalid for a covariate that no clinical variable answers, or a unit that does not fit.
CovariateTable derive_covariates(const AssayDefinition& assay, const std::vector<ClinicalRecord>& records,
                                 const std::vector<SampleLink>& links, const BlindingCodes& codes,
                                 const Protocol& protocol);

}  // namespace qpcr::apps
