// Putting the evaluations of a trial together and checking that they agree.
#include "libqpcr/study/trial.hpp"

#include <utility>

#include <fmt/format.h>

#include "libqpcr/core/refusal.hpp"
#include "libqpcr/core/version.hpp"
#include "libqpcr/study/distinct_runs.hpp"

namespace qpcr {
namespace {

AssayIdentity check_assay(const StudyPlan& plan, const std::vector<TestedRun>& runs) {
  std::optional<AssayIdentity> assay;
  for (const TestedRun& run : runs) {
    if (run.results.empty())
      refuse_request(ErrorCode::study_invalid, fmt::format("run {}", run.id), {}, "at least one plate in its files");
    for (const PlateResult& result : run.results) {
      if (!assay) assay = result.assay;
      if (result.assay.sha256 != assay->sha256) {
        refuse_request(ErrorCode::integrity_failure, fmt::format("assay of run {}", run.id), result.assay.sha256,
                       assay->sha256);
      }
    }
  }
  if (!assay) refuse_request(ErrorCode::study_invalid, "run", {}, "at least one run");
  if (!plan.assay_sha256.empty() && plan.assay_sha256 != assay->sha256) {
    refuse_request(ErrorCode::integrity_failure, "study.assay_sha256", assay->sha256,
                   fmt::format("the locked definition {}", plan.assay_sha256));
  }
  return *assay;
}

bool is_eligible(Place place) { return place != Place::excluded && place != Place::reference_missing; }

std::string row_of(const SubjectOutcome& outcome) {
  return std::string(outcome.place == Place::analysed ? to_string(*outcome.outcome) : to_string(outcome.place));
}

std::vector<CrossRow> count_cross_table(const SubjectTable& subjects, const Disposition& disposition) {
  std::vector<CrossRow> rows;
  for (const std::string_view id :
       {"positive", "negative", "indeterminate", "sample_invalid", "run_invalid", "no_index_result"}) {
    CrossRow row;
    row.id = std::string(id);
    for (const SubjectOutcome& outcome : disposition.subjects) {
      if (!is_eligible(outcome.place) || row_of(outcome) != row.id) continue;
      const bool reference_positive = subjects.subjects[outcome.subject].reference == ReferenceStandard::positive;
      ++(reference_positive ? row.reference_positive : row.reference_negative);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

/// Adds the undecided subjects of the given rows to a fourfold table as if the test had said so.
FourfoldTable complete(FourfoldTable table, const std::vector<CrossRow>& rows, bool all_undecided, bool cases_positive,
                       bool controls_positive) {
  for (const CrossRow& row : rows) {
    if (row.id == "positive" || row.id == "negative" || (!all_undecided && row.id != "indeterminate")) continue;
    (cases_positive ? table.true_positive : table.false_negative) += row.reference_positive;
    (controls_positive ? table.false_positive : table.true_negative) += row.reference_negative;
  }
  return table;
}

std::vector<Scenario> estimate_scenarios(const FourfoldTable& table, const std::vector<CrossRow>& rows,
                                         const AccuracyOptions& options) {
  return {
      {"indeterminate_as_positive", estimate_accuracy(complete(table, rows, false, true, true), options)},
      {"indeterminate_as_negative", estimate_accuracy(complete(table, rows, false, false, false), options)},
      {"best_case", estimate_accuracy(complete(table, rows, true, true, false), options)},
      {"worst_case", estimate_accuracy(complete(table, rows, true, false, true), options)},
  };
}

bool is_valid_test(const std::vector<TestedRun>& runs, const IndexTest& test) {
  const PlateResult& plate = runs[test.run].results[test.result];
  return plate.run_valid && plate.calls[test.call].outcome != Outcome::invalid;
}

std::vector<TechnicalRate> estimate_rates(const Disposition& disposition, const std::vector<TestedRun>& runs,
                                          double confidence) {
  long plates = 0;
  long invalid_plates = 0;
  for (const TestedRun& run : runs) {
    for (const PlateResult& result : run.results) {
      ++plates;
      if (!result.run_valid) ++invalid_plates;
    }
  }
  long tested = 0;
  long first_invalid = 0;
  long in_valid_run = 0;
  long sample_invalid = 0;
  long indeterminate = 0;
  for (const SubjectOutcome& outcome : disposition.subjects) {
    if (!is_eligible(outcome.place) || outcome.tests.empty()) continue;
    ++tested;
    if (!is_valid_test(runs, outcome.tests.front())) ++first_invalid;
    if (outcome.place == Place::run_invalid) continue;
    ++in_valid_run;
    if (outcome.place == Place::sample_invalid) ++sample_invalid;
    if (outcome.place == Place::indeterminate) ++indeterminate;
  }
  const auto rate = [confidence](std::string id, long numerator, long denominator) {
    return TechnicalRate{std::move(id),
                         estimate_proportion(numerator, denominator, confidence, "not_estimable_no_subjects")};
  };
  return {rate("invalid_runs", invalid_plates, plates), rate("first_test_invalid", first_invalid, tested),
          rate("sample_invalid", sample_invalid, in_valid_run), rate("indeterminate", indeterminate, in_valid_run)};
}

void check_sums(const TrialResult& trial) {
  const auto expect = [](std::string_view what, long found, long expected) {
    if (found != expected) {
      refuse_request(ErrorCode::integrity_failure, std::string(what), fmt::format("{}", found),
                     fmt::format("{}", expected));
    }
  };
  const long analysed = count_place(trial.disposition, Place::analysed);
  expect("total of the fourfold table", trial.overall.table.total(), analysed);
  long sum = 0;
  for (const CentreAccuracy& centre : trial.centres) sum += centre.accuracy.table.total();
  expect("sum of the centres", sum, analysed);
  sum = 0;
  for (const Stratum& stratum : trial.stages.strata) sum += stratum.proportion.denominator;
  expect("sum of the stages", sum, trial.overall.table.cases());
  sum = 0;
  for (const Stratum& stratum : trial.classes.strata) sum += stratum.proportion.denominator;
  expect("sum of the control classes", sum, trial.overall.table.controls());
  sum = 0;
  for (const CrossRow& row : trial.cross_table) sum += row.reference_positive + row.reference_negative;
  expect("total of the cross table", sum,
         static_cast<long>(trial.disposition.subjects.size()) - count_place(trial.disposition, Place::excluded) -
             count_place(trial.disposition, Place::reference_missing));
}

}  // namespace

bool all_runs_invalid(const TrialResult& trial) {
  for (const TestedRun& run : trial.runs) {
    for (const PlateResult& result : run.results) {
      if (result.run_valid) return false;
    }
  }
  return true;
}

TrialResult evaluate_trial(StudyPlan plan, SubjectTable subjects, std::vector<TestedRun> runs,
                           std::optional<SourceFile> covariates) {
  TrialResult trial;
  trial.library_version = library_version;
  check_distinct_runs(plan, runs);
  trial.disposition = derive_disposition(plan, subjects, runs);
  trial.assay = check_assay(plan, runs);
  trial.plan = std::move(plan);
  trial.subjects = std::move(subjects);
  trial.runs = std::move(runs);
  trial.covariates = std::move(covariates);
  trial.warnings = trial.disposition.warnings;

  AccuracyOptions options;
  options.confidence = trial.plan.confidence;
  options.sampling = trial.plan.sampling;
  trial.demographics = summarise_demographics(trial.subjects);
  trial.cross_table = count_cross_table(trial.subjects, trial.disposition);
  trial.overall = estimate_accuracy(count_fourfold(trial.subjects, trial.disposition), options);
  trial.overall.exclusions = count_exclusions(trial.subjects, trial.disposition);
  trial.centres = estimate_accuracy_by_centre(trial.subjects, trial.disposition, options);
  trial.stages = estimate_sensitivity_by_stage(trial.subjects, trial.disposition, options.confidence);
  trial.classes = estimate_specificity_by_class(trial.subjects, trial.disposition, options.confidence);
  for (const double prevalence : trial.plan.prevalences) {
    trial.predictive_values.push_back(estimate_predictive_values(trial.overall.table, prevalence, options.confidence));
  }
  trial.scenarios = estimate_scenarios(trial.overall.table, trial.cross_table, options);
  trial.rates = estimate_rates(trial.disposition, trial.runs, options.confidence);
  check_sums(trial);
  return trial;
}

}  // namespace qpcr
