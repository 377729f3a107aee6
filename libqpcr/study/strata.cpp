// Counting the analysed subjects by centre, stage and control class.
#include "libqpcr/study/strata.hpp"

#include <algorithm>
#include <functional>
#include <set>

namespace qpcr {
namespace {

using Label = std::function<std::string(const Subject&)>;

StrataResult estimate_strata(const SubjectTable& subjects, const Disposition& disposition, double confidence,
                             ReferenceStandard reference, Outcome success, const std::vector<std::string>& order,
                             const Label& label) {
  StrataResult result;
  result.confidence = confidence;
  result.exclusions = count_exclusions(subjects, disposition, {}, reference);
  for (const std::string& id : order) {
    long numerator = 0;
    long denominator = 0;
    for (const SubjectOutcome& outcome : disposition.subjects) {
      const Subject& subject = subjects.subjects[outcome.subject];
      if (outcome.place != Place::analysed || subject.reference != reference || label(subject) != id) continue;
      ++denominator;
      if (outcome.outcome == success) ++numerator;
    }
    if (denominator == 0) continue;
    result.strata.push_back({id, estimate_proportion(numerator, denominator, confidence, "not_estimable_no_subjects")});
  }
  return result;
}

}  // namespace

FourfoldTable count_fourfold(const SubjectTable& subjects, const Disposition& disposition, std::string_view centre) {
  FourfoldTable table;
  for (const SubjectOutcome& outcome : disposition.subjects) {
    const Subject& subject = subjects.subjects[outcome.subject];
    if (outcome.place != Place::analysed || (!centre.empty() && subject.centre != centre)) continue;
    const bool positive = outcome.outcome == Outcome::positive;
    if (subject.reference == ReferenceStandard::positive) {
      ++(positive ? table.true_positive : table.false_negative);
    } else {
      ++(positive ? table.false_positive : table.true_negative);
    }
  }
  return table;
}

std::vector<ExcludedCount> count_exclusions(const SubjectTable& subjects, const Disposition& disposition,
                                            std::string_view centre, std::optional<ReferenceStandard> reference) {
  std::vector<ExcludedCount> counts;
  for (const Place place : all_places()) {
    if (place == Place::analysed) continue;
    long number = 0;
    for (const SubjectOutcome& outcome : disposition.subjects) {
      const Subject& subject = subjects.subjects[outcome.subject];
      if (outcome.place == place && (centre.empty() || subject.centre == centre) &&
          (!reference || subject.reference == reference)) {
        ++number;
      }
    }
    counts.push_back({std::string(to_string(place)), number});
  }
  return counts;
}

std::vector<std::string> list_centres(const SubjectTable& subjects) {
  std::set<std::string> centres;
  for (const Subject& subject : subjects.subjects) centres.insert(subject.centre);
  return {centres.begin(), centres.end()};
}

std::vector<CentreAccuracy> estimate_accuracy_by_centre(const SubjectTable& subjects, const Disposition& disposition,
                                                        const AccuracyOptions& options) {
  std::vector<CentreAccuracy> centres;
  for (const std::string& centre : list_centres(subjects)) {
    CentreAccuracy entry{centre, estimate_accuracy(count_fourfold(subjects, disposition, centre), options)};
    entry.accuracy.exclusions = count_exclusions(subjects, disposition, centre);
    centres.push_back(std::move(entry));
  }
  return centres;
}

StrataResult estimate_sensitivity_by_stage(const SubjectTable& subjects, const Disposition& disposition,
                                           double confidence) {
  std::vector<std::string> order;
  for (const BclcStage stage : all_bclc_stages()) order.emplace_back(to_string(stage));
  order.emplace_back("not_stated");
  StrataResult result = estimate_strata(
      subjects, disposition, confidence, ReferenceStandard::positive, Outcome::positive, order,
      [](const Subject& subject) { return subject.stage ? std::string(to_string(*subject.stage)) : "not_stated"; });
  result.method = "sensitivity_by_stage";
  return result;
}

StrataResult estimate_specificity_by_class(const SubjectTable& subjects, const Disposition& disposition,
                                           double confidence) {
  std::vector<std::string> order;
  for (const ControlClass control_class : all_control_classes()) order.emplace_back(to_string(control_class));
  order.emplace_back("not_stated");
  StrataResult result = estimate_strata(subjects, disposition, confidence, ReferenceStandard::negative,
                                        Outcome::negative, order, [](const Subject& subject) {
                                          return subject.control_class ? std::string(to_string(*subject.control_class))
                                                                       : std::string("not_stated");
                                        });
  result.method = "specificity_by_control_class";
  return result;
}

}  // namespace qpcr
