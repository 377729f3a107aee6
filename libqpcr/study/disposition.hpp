// Where each subject ended: the flow from enrolment to the analysed set, every subject exactly once.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/assay/result.hpp"
#include "libqpcr/core/run.hpp"
#include "libqpcr/study/study_file.hpp"
#include "libqpcr/study/subjects.hpp"

namespace qpcr {

/// The places of the flow in the order in which they are asked.
enum class Place {
  excluded,
  reference_missing,
  no_index_result,
  run_invalid,
  sample_invalid,
  indeterminate,
  analysed,
};

std::string_view to_string(Place place);
const std::vector<Place>& all_places();

/// A planned run with what was read from its files and what the assay made of it; the two lists are parallel.
struct TestedRun {
  std::string id;
  std::vector<Run> runs;
  std::vector<PlateResult> results;
};

/// One call of a subject's sample.
struct IndexTest {
  std::size_t run = 0;     ///< into the tested runs (and the plan's runs)
  std::size_t result = 0;  ///< into that run's results
  std::size_t call = 0;    ///< into that result's calls
  bool counts = false;
};

struct SubjectOutcome {
  std::size_t subject = 0;  ///< into the table of subjects
  Place place = Place::no_index_result;
  std::vector<IndexTest> tests;         ///< all of them, in the order of testing
  std::optional<std::size_t> counting;  ///< into `tests`
  std::optional<Outcome> outcome;       ///< of the counting test
};

/// A called sample that belongs to no subject.
struct UnassignedSample {
  std::size_t run = 0;
  std::size_t result = 0;
  std::string sample;
  Outcome outcome = Outcome::invalid;
};

struct Disposition {
  std::vector<SubjectOutcome> subjects;  ///< order of the table of subjects
  std::vector<UnassignedSample> unassigned;
  std::vector<Message> warnings;
};

/// Joins subjects with the calls of the runs by the rule of the plan.
/// @param runs one for each run of the plan, in its order.
/// @throws Error study_invalid when a sample was tested twice without a rule that decides, when a sample of the runs
/// that belongs to no subject differs only in case from a subject's (a difference in spaces, hyphens, underscores or
/// dots is a warning), when runs or assay are simulated in a
///   study that is not, or the other way round; integrity_failure when the places do not add up.
Disposition derive_disposition(const StudyPlan& plan, const SubjectTable& subjects, const std::vector<TestedRun>& runs);

/// Subjects in a place.
long count_place(const Disposition& disposition, Place place);

/// Refuses simulated data in a study that is not declared simulated, and the other way round (rules of clinical safety,
/// 4).
/// @throws Error study_invalid naming the run, the subject or the assay.
void check_simulated(const StudyPlan& plan, const SubjectTable& subjects, const std::vector<TestedRun>& runs);

}  // namespace qpcr
