// A whole trial evaluated: every number of the trial report, with what it was made from.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/study/accuracy/predictive_values.hpp"
#include "libqpcr/study/demographics.hpp"
#include "libqpcr/study/disposition.hpp"
#include "libqpcr/study/strata.hpp"

namespace qpcr {

/// One row of the table index result × reference standard; the row "indeterminate" is there even when it is 0.
struct CrossRow {
  std::string
      id;  ///< "positive", "negative", or a place: "indeterminate", "sample_invalid", "run_invalid", "no_index_result"
  long reference_positive = 0;
  long reference_negative = 0;
};

/// The accuracy if the results that are neither positive nor negative had been something else.
struct Scenario {
  std::string id;  ///< "indeterminate_as_positive", "indeterminate_as_negative", "best_case", "worst_case"
  AccuracyResult accuracy;
};

/// A technical rate with its denominator.
struct TechnicalRate {
  std::string id;  ///< "invalid_runs", "first_test_invalid", "sample_invalid", "indeterminate"
  Proportion proportion;
};

struct TrialResult {
  std::string schema = "qpcr.trial/1";
  std::string library_version;
  StudyPlan plan;
  AssayIdentity assay;
  SubjectTable subjects;
  std::vector<TestedRun> runs;
  std::optional<SourceFile> covariates;
  Disposition disposition;
  Demographics demographics;
  std::vector<CrossRow> cross_table;
  AccuracyResult overall;
  std::vector<CentreAccuracy> centres;
  StrataResult stages;
  StrataResult classes;
  std::vector<PredictiveValues> predictive_values;
  std::vector<Scenario> scenarios;
  std::vector<TechnicalRate> rates;
  std::vector<Message> warnings;
};

/// Evaluates a study whose runs were read and analysed.
/// @param runs one for each run of the plan, in its order, each with at least one result.
/// @param covariates the file of covariates, when one was used.
/// @throws Error as check_distinct_runs() and derive_disposition(); study_invalid for a run without results;
/// integrity_failure when the definition is not the
///   one that the study locks, when runs were analysed by different definitions, or when the tables do not add up.
TrialResult evaluate_trial(StudyPlan plan, SubjectTable subjects, std::vector<TestedRun> runs,
                           std::optional<SourceFile> covariates = std::nullopt);

/// True when no run of the trial passed its controls.
bool all_runs_invalid(const TrialResult& trial);

}  // namespace qpcr
