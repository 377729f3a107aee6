// From the files a study names to runs that were read and analysed.
#pragma once

#include <optional>
#include <vector>

#include "libqpcr/core/provenance.hpp"
#include "libqpcr/study/disposition.hpp"

namespace qpcr::apps {

struct TestedRuns {
  std::vector<TestedRun> runs;           ///< one for each run of the plan
  std::optional<SourceFile> covariates;  ///< the file that was used
};

/// Reads the definition, the covariates and every run of a plan, and analyses the runs. Covariates are compared with
/// `subjects` before any run is read. Progress on a terminal.
/// @throws Error of the readers, of the definition and of the analysis with the file; as check_shared_fields();
/// integrity_failure when a file is not the one
///   whose hash the plan holds.
TestedRuns test_runs(const StudyPlan& plan, const SubjectTable& subjects);

}  // namespace qpcr::apps
