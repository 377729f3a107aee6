// Everything that a study's current imports hold, read and analysed, with what was wrong on the way as findings.
#pragma once

#include <deque>
#include <vector>

#include "apps/validate/study_folder.hpp"
#include "libqpcr/assay/definition.hpp"
#include "libqpcr/study/clinical/clinical_joining.hpp"
#include "libqpcr/study/clinical/clinical_table.hpp"
#include "libqpcr/study/conduct/link_table.hpp"
#include "libqpcr/study/conduct/run_ledger.hpp"

namespace qpcr::apps {

/// Runs and results stand in deques, so that the ledger may point at them.
struct StudyData {
  std::deque<Run> plates;
  std::deque<PlateResult> results;
  std::vector<LedgerRun> ledger;
  std::vector<SampleLink> links;
  std::vector<InstrumentEntry> instruments;
  std::vector<ClinicalRecord> records;
  std::optional<BlindingCodes> codes;  ///< of a coded study, where they were given
  std::vector<NotRead> not_read;       ///< columns and contents that nothing uses
  StudyFindings findings;              ///< files that were changed, cannot be read, or do not fit the definition
};

/// Reads every current import. A file that differs from what was imported is an error; a run that cannot be read, or
/// whose bytes are not those that its centre listed, is a finding. Covariates of the assay come from the clinical data,
/// so that a coded study has them with its codes alone.
/// @param codes bytes of the table of codes; nothing while the study is blinded.
/// @throws Error integrity_failure; of the tables; of the assay definition.
StudyData read_study_data(const OpenStudy& study, const std::optional<std::string>& codes);

/// All checks over the data. Samples and subjects are put together where the study is open or the codes are given.
StudyFindings check_study(const OpenStudy& study, const StudyData& data);

}  // namespace qpcr::apps
