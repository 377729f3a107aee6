// Facts that stand both in the table of subjects and in the table of covariates must not contradict each other.
#pragma once

#include "libqpcr/assay/covariates.hpp"
#include "libqpcr/study/study_file.hpp"
#include "libqpcr/study/subjects.hpp"

namespace qpcr {

/// Compares, sample by sample, sex, age and AFP of the subjects with the covariates of the same meaning: `sex` (codes
/// male/m/男 and female/f/女; under other codes each must stand for one sex throughout), `age` or `age_years` in years
/// (less than one year apart), `afp` or `afp_ng_ml` in ng/mL or ug/L (equal numbers; a bound must allow the other
/// value). A value missing on one side contradicts nothing; a sample without a subject or without covariates is passed
/// over.
/// @throws Error study_invalid with the path, line and column of the subject, and the path, line and value of the
/// covariate; also where the assay's covariate is AFP or age in a unit that cannot be compared and the subjects state
/// it.
void check_shared_fields(const StudyPlan& plan, const SubjectTable& subjects, const AssayDefinition& assay,
                         const CovariateTable& covariates);

}  // namespace qpcr
