// Contradictions within clinical data.
#include "libqpcr/study/clinical/clinical_checks.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "libqpcr/core/text.hpp"
#include "libqpcr/study/conduct/finding.hpp"

namespace qpcr {
namespace {

using Values = std::vector<std::pair<std::string, std::string>>;

class RecordChecks {
 public:
  RecordChecks(const ClinicalRecord& record, const Protocol& protocol, StudyFindings& findings)
      : record_(record), protocol_(protocol), findings_(findings) {}

  void check() {
    check_group();
    check_stage();
    check_exclusion();
    check_dates();
    check_comparators();
  }

 private:
  void add(const std::string& check, Severity severity, Values values, const std::string& column = {}) {
    StudyFinding finding;
    finding.check = "clinical_" + check;
    finding.severity = severity;
    values.emplace_back("subject", record_.subject);
    finding.what = {finding.check, std::move(values)};
    finding.centre = record_.centre;
    finding.subject = record_.subject;
    finding.file = record_.file;
    finding.line = record_.line;
    finding.column = column;
    findings_.push_back(std::move(finding));
  }

  bool is_case() const { return record_.text("reference_standard") == "positive"; }

  void check_group() {
    const std::string reference = record_.text("reference_standard");
    if (reference.empty() && !record_.is_yes("excluded")) add("reference_missing", Severity::query, {});
    const std::string group = record_.text("group");
    for (const ProtocolGroup& each : protocol_.groups) {
      if (each.id != group || reference.empty() || to_string(each.reference) == reference) continue;
      add("group_against_reference", Severity::blocks, {{"group", group}, {"reference", reference}}, "group");
    }
  }

  void check_stage() {
    for (const std::string_view stage : {"stage_bclc", "stage_cnlc"}) {
      const std::string found = record_.text(stage);
      if (!found.empty() && record_.text("reference_standard") == "negative")
        add("stage_of_control", Severity::blocks, {{"found", found}}, std::string(stage));
    }
    if (is_case() && record_.text("stage_bclc").empty() && record_.text("stage_cnlc").empty() &&
        !record_.is_yes("excluded"))
      add("stage_missing", Severity::query, {});
    const ClinicalValue* const size = record_.find("lesion_size_mm");
    const ClinicalValue* const count = record_.find("lesion_count");
    check_bclc(size, count);
    check_cnlc(size, count);
  }

  void contradict(const std::string& system, const std::string& stage, const ClinicalValue* size,
                  const ClinicalValue* count) {
    add("size_against_stage", Severity::query,
        {{"system", system},
         {"stage", stage},
         {"size", size == nullptr ? "–" : format_double(size->number.value_or(0))},
         {"count", count == nullptr ? "–" : format_double(count->number.value_or(0))}},
        "lesion_size_mm");
  }

  /// Single tumour up to 2 cm: 0; single, or two or three up to 3 cm: A. Vascular invasion and liver function are not
  /// known here, so that a larger stage contradicts no size.
  void check_bclc(const ClinicalValue* size, const ClinicalValue* count) {
    const std::string stage = record_.text("stage_bclc");
    const double lesions = count == nullptr ? 1 : count->number.value_or(1);
    const double millimetres = size == nullptr ? 0 : size->number.value_or(0);
    const bool too_large = (stage == "0" && (millimetres > 20 || lesions > 1)) ||
                           (stage == "A" && (lesions > 3 || (lesions > 1 && millimetres > 30)));
    if (too_large) contradict("BCLC", stage, size, count);
  }

  /// Ia: single up to 5 cm; Ib: single above 5 cm, or two or three up to 3 cm; IIa: two or three above 3 cm; IIb: four
  /// or more.
  void check_cnlc(const ClinicalValue* size, const ClinicalValue* count) {
    const std::string stage = record_.text("stage_cnlc");
    if (size == nullptr || stage.empty()) return;
    const double millimetres = size->number.value_or(0);
    const double lesions = count == nullptr ? 1 : count->number.value_or(1);
    const bool known = count != nullptr;
    const bool wrong = (stage == "Ia" && (millimetres > 50 || lesions > 1)) ||
                       (stage == "Ib" && known &&
                        (lesions > 3 || (lesions > 1 && millimetres > 30) || (lesions == 1 && millimetres <= 50))) ||
                       (stage == "IIa" && known && (lesions < 2 || lesions > 3 || millimetres <= 30)) ||
                       (stage == "IIb" && known && lesions < 4);
    if (wrong) contradict("CNLC", stage, size, count);
  }

  void check_exclusion() {
    const bool excluded = record_.is_yes("excluded");
    const std::string reason = record_.text("exclusion_reason");
    if (excluded && reason.empty()) add("excluded_without_reason", Severity::blocks, {}, "exclusion_reason");
    if (!excluded && !reason.empty())
      add("reason_without_exclusion", Severity::query, {{"reason", reason}}, "exclusion_reason");
    const std::string treated = record_.text("treated_on");
    const std::string collected = record_.text("collected_on");
    const bool after_treatment =
        record_.is_yes("treated_before_collection") || (!treated.empty() && !collected.empty() && treated < collected);
    if (after_treatment && !excluded)
      add("sample_after_treatment", Severity::blocks,
          {{"treated", treated.empty() ? "–" : treated}, {"collected", collected.empty() ? "–" : collected}});
  }

  void check_dates() {
    const std::string enrolled = record_.text("enrolled_on");
    const std::string collected = record_.text("collected_on");
    if (!enrolled.empty() && !collected.empty() && collected < enrolled)
      add("collected_before_enrolment", Severity::query, {{"enrolled", enrolled}, {"collected", collected}},
          "collected_on");
    for (const ProtocolCentre& centre : protocol_.centres) {
      if (centre.id != record_.centre || centre.ethics_approved_on.empty() || enrolled.empty()) continue;
      if (enrolled < centre.ethics_approved_on)
        add("enrolled_before_approval", Severity::blocks,
            {{"enrolled", enrolled}, {"approved", centre.ethics_approved_on}}, "enrolled_on");
    }
  }

  void check_comparators() {
    if (record_.is_yes("excluded")) return;
    for (const ProtocolComparator& comparator : protocol_.comparators) {
      const std::string variable = fmt::format("comparator.{}", comparator.id);
      const ClinicalValue* const value = record_.find(variable);
      if (value == nullptr) {
        add("comparator_missing", Severity::query, {{"comparator", comparator.id}}, variable);
      } else if (value->bound != Bound::exact && comparator.positive_from) {
        const bool decides = value->bound == Bound::below ? value->number.value_or(0) <= *comparator.positive_from
                                                          : value->number.value_or(0) >= *comparator.positive_from;
        add(decides ? "bound_decides" : "bound_undecided", decides ? Severity::note : Severity::query,
            {{"comparator", comparator.id},
             {"found", value->text},
             {"limit", format_double(*comparator.positive_from)}},
            variable);
      }
    }
  }

  const ClinicalRecord& record_;
  const Protocol& protocol_;
  StudyFindings& findings_;
};

StudyFinding make_finding(const ClinicalRecord& record, const std::string& check, Severity severity, Values values) {
  StudyFinding finding;
  finding.check = "clinical_" + check;
  finding.severity = severity;
  values.emplace_back("subject", record.subject);
  finding.what = {finding.check, std::move(values)};
  finding.centre = record.centre;
  finding.subject = record.subject;
  finding.file = record.file;
  finding.line = record.line;
  return finding;
}

Values name_other(const ClinicalRecord& other) {
  return {
      {"other_subject", other.subject}, {"other_centre", other.centre}, {"other_line", fmt::format("{}", other.line)}};
}

void find_twice(const std::vector<ClinicalRecord>& records, StudyFindings& findings) {
  std::map<std::string, const ClinicalRecord*> subjects;
  std::map<std::string, const ClinicalRecord*> persons;
  for (const ClinicalRecord& record : records) {
    if (record.subject.empty()) continue;
    const auto [first, added] = subjects.emplace(record.subject, &record);
    if (!added) {
      const ClinicalRecord& other = *first->second;
      const bool two_groups = other.text("group") != record.text("group");
      Values values = name_other(other);
      values.emplace_back("group", record.text("group"));
      values.emplace_back("other_group", other.text("group"));
      findings.push_back(make_finding(record,
                                      two_groups                      ? "subject_in_two_groups"
                                      : other.centre != record.centre ? "subject_at_two_centres"
                                                                      : "subject_twice",
                                      Severity::blocks, std::move(values)));
      continue;
    }
    const std::string person = record.text("person");
    if (person.empty() || record.is_yes("excluded")) continue;
    const auto [other_person, new_person] = persons.emplace(person, &record);
    if (!new_person)
      findings.push_back(
          make_finding(record, other_person->second->centre != record.centre ? "person_at_two_centres" : "person_twice",
                       Severity::blocks, name_other(*other_person->second)));
  }
}

}  // namespace

StudyFindings find_clinical_faults(const std::vector<ClinicalRecord>& records, const Protocol& protocol) {
  StudyFindings findings;
  find_twice(records, findings);
  for (const ClinicalRecord& record : records) RecordChecks(record, protocol, findings).check();
  return findings;
}

}  // namespace qpcr
