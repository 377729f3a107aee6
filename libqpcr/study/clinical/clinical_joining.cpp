// Reading codes and comparing samples with subjects.
#include "libqpcr/study/clinical/clinical_joining.hpp"

#include <fmt/format.h>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/privacy.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/study/conduct/run_ledger.hpp"
#include "libqpcr/study/identifiers.hpp"
#include "libqpcr/tabular/csv.hpp"

namespace qpcr {
namespace {

using Values = std::vector<std::pair<std::string, std::string>>;

std::string read_identifier(const CsvTable& table, const CsvRow& row, std::string_view column) {
  const std::string found(trim(row.cells[table.column(column)]));
  const auto refuse = [&](ErrorCode code, std::string expected, std::string problem) {
    throw Error(code, {.path = table.path(),
                       .line = row.line,
                       .column = std::string(column),
                       .field = {},
                       .found = found,
                       .expected = std::move(expected),
                       .problem = std::move(problem)});
  };
  if (found.empty()) refuse(ErrorCode::invalid_value, "an identifier, got an empty cell", {});
  if (find_personal(found)) refuse(ErrorCode::personal_data, "a coded identifier", {});
  if (const auto fault = find_identifier_fault(found))
    refuse(ErrorCode::study_invalid, "one identifier", std::string(*fault));
  return found;
}

StudyFinding make_sample_finding(const SampleLink& link, const std::string& check, Severity severity, Values values) {
  StudyFinding finding;
  finding.check = check;
  finding.severity = severity;
  values.emplace_back("sample", link.sample);
  finding.what = {check, std::move(values)};
  finding.centre = link.centre;
  finding.sample = link.sample;
  finding.file = link.file;
  finding.line = link.line;
  return finding;
}

}  // namespace

BlindingCodes parse_blinding_codes(std::string_view bytes, const std::string& path) {
  const CsvTable table = read_csv_table(bytes, path);
  BlindingCodes codes;
  for (const CsvRow& row : table.rows()) {
    const std::string code = read_identifier(table, row, "blinding_code");
    if (!codes.emplace(code, read_identifier(table, row, "subject")).second) {
      throw Error(ErrorCode::duplicate_entry, {.path = path,
                                               .line = row.line,
                                               .column = "blinding_code",
                                               .field = {},
                                               .found = code,
                                               .expected = {},
                                               .problem = "a code that stands twice"});
    }
  }
  return codes;
}

std::string find_linked_subject(const SampleLink& link, const BlindingCodes& codes) {
  if (!link.subject.empty()) return link.subject;
  const auto found = codes.find(link.blinding_code);
  return found == codes.end() ? std::string() : found->second;
}

StudyFindings find_joining_faults(const std::vector<ClinicalRecord>& records, const std::vector<SampleLink>& links,
                                  const BlindingCodes& codes) {
  std::map<std::string, const ClinicalRecord*> subjects;
  for (const ClinicalRecord& record : records) subjects.emplace(record.subject, &record);
  std::map<std::string, const SampleLink*> tested;
  StudyFindings findings;
  for (const SampleLink& link : links) {
    const std::string subject = find_linked_subject(link, codes);
    if (subject.empty()) {
      findings.push_back(
          make_sample_finding(link, "joining_code_unknown", Severity::blocks, {{"code", link.blinding_code}}));
      continue;
    }
    const auto known = subjects.find(subject);
    if (known == subjects.end()) {
      findings.push_back(
          make_sample_finding(link, "joining_subject_unknown", Severity::blocks, {{"subject", subject}}));
      continue;
    }
    const ClinicalRecord& record = *known->second;
    if (record.centre != link.centre)
      findings.push_back(make_sample_finding(link, "joining_other_centre", Severity::blocks,
                                             {{"subject", subject}, {"other_centre", record.centre}}));
    const std::string collected = parse_local_day(link.collected_at);
    const std::string stated = record.text("collected_on");
    if (!collected.empty() && !stated.empty() && collected != stated)
      findings.push_back(make_sample_finding(link, "joining_other_day", Severity::query,
                                             {{"subject", subject}, {"found", collected}, {"expected", stated}}));
    const auto [first, added] = tested.emplace(subject, &link);
    if (!added)
      findings.push_back(make_sample_finding(link, "joining_two_samples", Severity::blocks,
                                             {{"subject", subject},
                                              {"other_sample", first->second->sample},
                                              {"other_line", fmt::format("{}", first->second->line)}}));
  }
  for (const ClinicalRecord& record : records) {
    if (record.subject.empty() || record.is_yes("excluded") || tested.contains(record.subject)) continue;
    StudyFinding finding;
    finding.check = "joining_subject_without_sample";
    finding.severity = Severity::query;
    finding.what = {finding.check, {{"subject", record.subject}}};
    finding.centre = record.centre;
    finding.subject = record.subject;
    finding.file = record.file;
    finding.line = record.line;
    findings.push_back(std::move(finding));
  }
  return findings;
}

}  // namespace qpcr
