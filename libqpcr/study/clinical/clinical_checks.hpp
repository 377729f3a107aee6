// What clinical data must not say: subjects twice, contradictions between group, stage and size, dates out of order.
#pragma once

#include <vector>

#include "libqpcr/study/clinical/clinical_table.hpp"
#include "libqpcr/study/protocol/protocol.hpp"

namespace qpcr {

/// Over all centres together. Subjects that stand twice, in two groups or at two centres, and one person at two centres
/// (by `person`) or twice at one; a group that contradicts the reference standard; stages of controls; size or number
/// of lesions that contradicts BCLC or CNLC; a missing reference standard, stage or comparator; exclusions without a
/// reason; samples after treatment; dates out of order; and, where they decide nothing, bounds ("<0.8").
/// Limits of stages: BCLC 2022 (10.1016/j.jhep.2021.11.018) and the Chinese guideline of 2024 (CNLC).
StudyFindings find_clinical_faults(const std::vector<ClinicalRecord>& records, const Protocol& protocol);

}  // namespace qpcr
