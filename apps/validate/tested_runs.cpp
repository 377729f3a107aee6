// Reading and analysing the runs of a study.
#include "apps/validate/tested_runs.hpp"

#include <string>
#include <utility>

#include <fmt/format.h>

#include "apps/common/console.hpp"
#include "instruments/registry.hpp"
#include "libqpcr/assay/analysis.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/file.hpp"
#include "libqpcr/seal/hash.hpp"
#include "libqpcr/study/shared_fields.hpp"

namespace qpcr::apps {
namespace {

/// The files that were read are the files that the study names, byte for byte.
void check_hashes(const PlannedRun& planned, const std::vector<Run>& runs) {
  for (std::size_t i = 0; i < planned.sha256.size(); ++i) {
    const std::string name = planned.paths[i].filename().string();
    bool found = false;
    for (const Run& run : runs) {
      for (const SourceFile& source : run->provenance.sources) {
        if (source.name != name) continue;
        found = true;
        if (source.sha256 != planned.sha256[i]) {
          throw Error(ErrorCode::integrity_failure,
                      {.path = planned.paths[i].string(),
                       .line = 0,
                       .column = {},
                       .field = "sha256",
                       .found = source.sha256,
                       .expected = fmt::format("the file that the study names, {}", planned.sha256[i]),
                       .problem = {}});
        }
      }
    }
    if (!found) {
      throw Error(ErrorCode::integrity_failure, {.path = planned.paths[i].string(),
                                                 .line = 0,
                                                 .column = {},
                                                 .field = "sha256",
                                                 .found = {},
                                                 .expected = {},
                                                 .problem = "no run was read from a file with this hash"});
    }
  }
}

TestedRun test_run(const PlannedRun& planned, const AssayDefinition& assay, const CovariateTable& covariates) {
  LoadOptions load;
  load.find_companions = false;  // a study names every file that its numbers come from
  TestedRun tested;
  tested.id = planned.id;
  tested.runs = load_runs(planned.paths, load);
  check_hashes(planned, tested.runs);
  for (const Run& run : tested.runs) {
    try {
      tested.results.push_back(analyze_run(run, assay, covariates));
    } catch (const Error& error) {
      throw error.context().path.empty() ? error.with_path(planned.paths.front().string()) : error;
    }
  }
  return tested;
}

}  // namespace

TestedRuns test_runs(const StudyPlan& plan, const SubjectTable& subjects) {
  TestedRuns tested;
  const AssayDefinition assay = read_assay(plan.assay);
  CovariateTable covariates;
  if (plan.covariates) {
    const std::string bytes = read_file(*plan.covariates);
    covariates = parse_covariates(bytes, plan.covariates->string(), assay);
    tested.covariates = SourceFile{plan.covariates->filename().string(), sha256_hex(bytes), bytes.size()};
    check_shared_fields(plan, subjects, assay, covariates);
  }
  Progress progress(plan.runs.size());
  for (const PlannedRun& planned : plan.runs) {
    progress.step(planned.id);
    tested.runs.push_back(test_run(planned, assay, covariates));
  }
  return tested;
}

}  // namespace qpcr::apps
