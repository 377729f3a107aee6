// Joining subjects with calls, and the rule for samples tested twice.
#include "libqpcr/study/disposition.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/privacy.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/study/identifiers.hpp"

namespace qpcr {
namespace {

[[noreturn]] void refuse(std::string field, std::string found, std::string problem) {
  throw Error(ErrorCode::study_invalid, {.path = {},
                                         .line = 0,
                                         .column = {},
                                         .field = std::move(field),
                                         .found = std::move(found),
                                         .expected = {},
                                         .problem = std::move(problem)});
}

bool is_replaced(RepeatRule rule, Outcome outcome) {
  if (rule == RepeatRule::none) return false;
  return outcome == Outcome::invalid ||
         (rule == RepeatRule::invalid_or_indeterminate && outcome == Outcome::indeterminate);
}

/// Calls of every sample in the order of testing.
std::map<std::string, std::vector<IndexTest>> collect_tests(const std::vector<TestedRun>& runs) {
  std::map<std::string, std::vector<IndexTest>> tests;
  for (std::size_t run = 0; run < runs.size(); ++run) {
    for (std::size_t result = 0; result < runs[run].results.size(); ++result) {
      const PlateResult& plate = runs[run].results[result];
      for (std::size_t call = 0; call < plate.calls.size(); ++call) {
        tests[plate.calls[call].sample].push_back({run, result, call, false});
      }
    }
  }
  return tests;
}

Outcome effective_outcome(const std::vector<TestedRun>& runs, const IndexTest& test) {
  const PlateResult& plate = runs[test.run].results[test.result];
  return plate.run_valid ? plate.calls[test.call].outcome : Outcome::invalid;
}

/// @return the index of the test that counts. Every later test must be a declared repeat of the one before it.
std::size_t choose_counting(const StudyPlan& plan, const std::vector<TestedRun>& runs, const std::string& sample,
                            const std::vector<IndexTest>& tests) {
  std::size_t counting = 0;
  for (std::size_t i = 1; i < tests.size(); ++i) {
    const PlannedRun& earlier = plan.runs[tests[i - 1].run];
    const PlannedRun& later = plan.runs[tests[i].run];
    if (tests[i].run == tests[i - 1].run) {
      refuse("sample", sample, fmt::format("a sample is called twice in run '{}'", later.id));
    }
    if (plan.repeats == RepeatRule::none) {
      refuse("sample", sample,
             fmt::format("a sample was tested in runs '{}' and '{}', and the study declares no rule for repeats",
                         earlier.id, later.id));
    }
    if (std::find(later.repeat_of.begin(), later.repeat_of.end(), earlier.id) == later.repeat_of.end()) {
      refuse("sample", sample,
             fmt::format("a sample was tested in run '{}' and again in run '{}', which does not name it in repeat_of",
                         earlier.id, later.id));
    }
    if (is_replaced(plan.repeats, effective_outcome(runs, tests[counting]))) counting = i;
  }
  return counting;
}

Place choose_place(const Subject& subject, const SubjectOutcome& outcome, const std::vector<TestedRun>& runs) {
  if (subject.excluded) return Place::excluded;
  if (!subject.reference) return Place::reference_missing;
  if (!outcome.counting) return Place::no_index_result;
  const IndexTest& test = outcome.tests[*outcome.counting];
  if (!runs[test.run].results[test.result].run_valid) return Place::run_invalid;
  switch (*outcome.outcome) {
    case Outcome::invalid:
      return Place::sample_invalid;
    case Outcome::indeterminate:
      return Place::indeterminate;
    case Outcome::positive:
    case Outcome::negative:
      return Place::analysed;
    case Outcome::scored:
      // A score without positive and negative has no place in a study of a diagnosis.
      return Place::no_index_result;
  }
  return Place::no_index_result;
}

/// A sample of the runs that belongs to nobody, but is spelt almost as a subject's, is most likely that subject's.
void check_spellings(const StudyPlan& plan, const SubjectTable& subjects, Disposition& disposition) {
  std::map<std::string, std::vector<const Subject*>> by_skeleton;
  for (const Subject& subject : subjects.subjects) {
    if (!subject.sample.empty()) by_skeleton[to_skeleton(subject.sample)].push_back(&subject);
  }
  for (const UnassignedSample& unassigned : disposition.unassigned) {
    const auto similar = by_skeleton.find(to_skeleton(unassigned.sample));
    if (similar == by_skeleton.end()) continue;
    const std::string& run = plan.runs[unassigned.run].id;
    for (const Subject* subject : similar->second) {
      if (equals_ignoring_case(trim(unassigned.sample), subject->sample)) {
        refuse("sample", unassigned.sample,
               fmt::format("a sample of run '{}' belongs to no subject, and differs only in upper and lower case from "
                           "'{}' of subject '{}' (table of subjects, line {})",
                           run, mask_personal(subject->sample), mask_personal(subject->id), subject->line));
      }
      disposition.warnings.push_back(
          {"study_sample_spelt_otherwise",
           {{"sample", unassigned.sample}, {"run", run}, {"subject", subject->id}, {"expected", subject->sample}}});
    }
  }
}

void warn_about_centres(const StudyPlan& plan, const SubjectTable& subjects, Disposition& disposition) {
  std::map<std::string, bool> has_run;
  for (const Subject& subject : subjects.subjects) has_run.emplace(subject.centre, false);
  for (const PlannedRun& run : plan.runs) {
    const auto it = has_run.find(run.centre);
    if (it == has_run.end()) {
      disposition.warnings.push_back({"study_run_of_unknown_centre", {{"run", run.id}, {"centre", run.centre}}});
    } else {
      it->second = true;
    }
  }
  for (const auto& [centre, seen] : has_run) {
    if (!seen) disposition.warnings.push_back({"study_centre_without_run", {{"centre", centre}}});
  }
  for (const SubjectOutcome& outcome : disposition.subjects) {
    const Subject& subject = subjects.subjects[outcome.subject];
    for (const IndexTest& test : outcome.tests) {
      if (plan.runs[test.run].centre != subject.centre) {
        disposition.warnings.push_back(
            {"study_sample_in_other_centre",
             {{"subject", subject.id}, {"centre", subject.centre}, {"run", plan.runs[test.run].id}}});
      }
    }
  }
}

}  // namespace

std::string_view to_string(Place place) {
  switch (place) {
    case Place::excluded:
      return "excluded";
    case Place::reference_missing:
      return "reference_missing";
    case Place::no_index_result:
      return "no_index_result";
    case Place::run_invalid:
      return "run_invalid";
    case Place::sample_invalid:
      return "sample_invalid";
    case Place::indeterminate:
      return "indeterminate";
    case Place::analysed:
      return "analysed";
  }
  return "";
}

const std::vector<Place>& all_places() {
  static const std::vector<Place> places{Place::excluded,    Place::reference_missing, Place::no_index_result,
                                         Place::run_invalid, Place::sample_invalid,    Place::indeterminate,
                                         Place::analysed};
  return places;
}

long count_place(const Disposition& disposition, Place place) {
  return static_cast<long>(std::count_if(disposition.subjects.begin(), disposition.subjects.end(),
                                         [place](const SubjectOutcome& outcome) { return outcome.place == place; }));
}

void check_simulated(const StudyPlan& plan, const SubjectTable& subjects, const std::vector<TestedRun>& runs) {
  for (std::size_t i = 0; i < runs.size(); ++i) {
    for (const PlateResult& result : runs[i].results) {
      const std::string& file = plan.runs[i].files.front();
      if (result.assay.status == AssayStatus::simulated && !plan.simulated) {
        refuse("assay", result.assay.id, "a definition of status simulated in a study that is not declared simulated");
      }
      if (result.simulated && !plan.simulated) {
        refuse(fmt::format("run {}", runs[i].id), file, "simulated data in a study that is not declared simulated");
      }
      if (!result.simulated && plan.simulated) {
        refuse(fmt::format("run {}", runs[i].id), file,
               "data that do not declare themselves simulated in a simulated study");
      }
    }
  }
  if (plan.simulated) return;
  for (const Subject& subject : subjects.subjects) {
    if (subject.id.starts_with("SIM-") || subject.sample.starts_with("SIM-")) {
      refuse("subject", subject.id, "a simulated subject in a study that is not declared simulated");
    }
  }
}

Disposition derive_disposition(const StudyPlan& plan, const SubjectTable& subjects,
                               const std::vector<TestedRun>& runs) {
  if (plan.runs.size() != runs.size())
    refuse("run", fmt::format("{}", runs.size()), "not one result for each run of the plan");
  check_simulated(plan, subjects, runs);
  std::map<std::string, std::vector<IndexTest>> tests = collect_tests(runs);
  for (auto& [sample, list] : tests) list[choose_counting(plan, runs, sample, list)].counts = true;

  Disposition disposition;
  std::map<std::string, std::vector<IndexTest>> unassigned = tests;
  for (std::size_t i = 0; i < subjects.subjects.size(); ++i) {
    const Subject& subject = subjects.subjects[i];
    SubjectOutcome outcome;
    outcome.subject = i;
    const auto found = subject.sample.empty() ? tests.end() : tests.find(subject.sample);
    if (found != tests.end()) {
      outcome.tests = found->second;
      for (std::size_t j = 0; j < outcome.tests.size(); ++j) {
        if (outcome.tests[j].counts) outcome.counting = j;
      }
      outcome.outcome = effective_outcome(runs, outcome.tests[*outcome.counting]);
      unassigned.erase(subject.sample);
    }
    outcome.place = choose_place(subject, outcome, runs);
    disposition.subjects.push_back(std::move(outcome));
  }
  for (const auto& [sample, list] : unassigned) {
    for (const IndexTest& test : list) {
      disposition.unassigned.push_back({test.run, test.result, sample, effective_outcome(runs, test)});
    }
  }
  warn_about_centres(plan, subjects, disposition);
  check_spellings(plan, subjects, disposition);

  long sum = 0;
  for (const Place place : all_places()) sum += count_place(disposition, place);
  if (sum != static_cast<long>(subjects.subjects.size())) {
    throw Error(ErrorCode::integrity_failure,
                {.path = {},
                 .line = 0,
                 .column = {},
                 .field = "flow of subjects",
                 .found = fmt::format("{}", sum),
                 .expected = fmt::format("{} subjects in all places", subjects.subjects.size()),
                 .problem = {}});
  }
  return disposition;
}

}  // namespace qpcr
