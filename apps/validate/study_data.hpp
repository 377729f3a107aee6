// Everything that a study's current imports hold, read and analysed, with what was wrong on the way as findings.
#pragma once

#include <deque>
#include <vector>

#include "apps/validate/study_folder.hpp"
#include "libqpcr/assay/definition.hpp"
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
  StudyFindings findings;  ///< files that were changed, cannot be read, or do not fit the definition
};

/// Reads every current import. A file that differs from what was imported is an error; a run that cannot be read, or
/// whose bytes are not those that its centre listed, is a finding.
/// @throws Error integrity_failure; of the tables; of the assay definition.
StudyData read_study_data(const OpenStudy& study);

/// All checks over the data, in the order of the ledger.
StudyFindings check_study(const OpenStudy& study, const StudyData& data);

}  // namespace qpcr::apps
