// Who stands behind a sample: codes, samples and subjects put together.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/study/clinical/clinical_table.hpp"
#include "libqpcr/study/conduct/link_table.hpp"

namespace qpcr {

/// Who stands behind the codes of a coded study: blinding code → subject.
using BlindingCodes = std::map<std::string, std::string>;

/// Reads `blinding_code,subject`.
/// @throws Error as read_csv_table(); missing_column; duplicate_entry for a code twice; invalid_value for an empty
/// cell; study_invalid for identifiers that find_identifier_fault() faults; personal_data.
BlindingCodes parse_blinding_codes(std::string_view bytes, const std::string& path);

/// The subject behind a link: the one it names, or that of its code; empty where the code is unknown.
std::string find_linked_subject(const SampleLink& link, const BlindingCodes& codes);

/// Samples and subjects put together: samples of unknown codes, samples of subjects that no centre entered ("a result
/// without a subject"), subjects with two samples, subjects that are not excluded and have none, a sample of another
/// centre than its subject, and a sample collected on another day than the clinical data say.
StudyFindings find_joining_faults(const std::vector<ClinicalRecord>& records, const std::vector<SampleLink>& links,
                                  const BlindingCodes& codes);

}  // namespace qpcr
