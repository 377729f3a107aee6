// Reading links and instrument lists, and comparing links with the plates.
#include "libqpcr/study/conduct/link_table.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include <fmt/format.h>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/privacy.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/seal/hash.hpp"
#include "libqpcr/study/identifiers.hpp"
#include "libqpcr/tabular/csv.hpp"

namespace qpcr {
namespace {

constexpr std::array<std::string_view, 7> known_columns{"centre",  "sample",       "blinding_code", "subject",
                                                        "barcode", "collected_at", "received_at"};

class Row {
 public:
  Row(const CsvTable& table, const CsvRow& row) : table_(table), row_(row) {}

  std::string text(std::string_view column) const {
    const auto index = table_.find_column(column);
    return index ? std::string(trim(row_.cells[*index])) : std::string();
  }

  [[noreturn]] void refuse(ErrorCode code, std::string_view column, std::string found, std::string expected,
                           std::string problem = {}) const {
    throw Error(code, {.path = table_.path(),
                       .line = row_.line,
                       .column = std::string(column),
                       .field = {},
                       .found = std::move(found),
                       .expected = std::move(expected),
                       .problem = std::move(problem)});
  }

  std::string identifier(std::string_view column, bool required) const {
    std::string found = text(column);
    if (found.empty() && required) refuse(ErrorCode::invalid_value, column, {}, "an identifier, got an empty cell");
    if (find_personal(found))
      refuse(ErrorCode::personal_data, column, found, "a coded identifier, not the name or number of a person");
    if (const auto fault = find_identifier_fault(found))
      refuse(ErrorCode::study_invalid, column, found, "one identifier", std::string(*fault));
    return found;
  }

 private:
  const CsvTable& table_;
  const CsvRow& row_;
};

StudyFinding make_link_finding(const SampleLink& link, std::string check, Severity severity,
                               std::vector<std::pair<std::string, std::string>> values) {
  StudyFinding finding;
  finding.check = std::move(check);
  finding.severity = severity;
  values.emplace_back("sample", mask_personal(link.sample));
  finding.what = {fmt::format("link_{}", finding.check), std::move(values)};
  finding.centre = link.centre;
  finding.sample = link.sample;
  finding.subject = link.subject;
  finding.file = link.file;
  finding.line = link.line;
  return finding;
}

void find_twice(const std::vector<SampleLink>& links, const std::string& check, std::string SampleLink::*member,
                StudyFindings& findings) {
  std::map<std::string, const SampleLink*> seen;
  for (const SampleLink& link : links) {
    const std::string& text = link.*member;
    if (text.empty()) continue;
    const auto [first, added] = seen.emplace(text, &link);
    if (added) continue;
    findings.push_back(make_link_finding(link, check, Severity::blocks,
                                         {{"found", text},
                                          {"other_sample", first->second->sample},
                                          {"other_centre", first->second->centre},
                                          {"other_line", fmt::format("{}", first->second->line)}}));
  }
}

}  // namespace

LinkTable parse_links(std::string_view bytes, const std::string& path) {
  const CsvTable table = read_csv_table(bytes, path);
  table.column("centre");
  table.column("sample");
  const bool coded = table.find_column("blinding_code").has_value();
  if (coded == table.find_column("subject").has_value()) {
    throw Error(ErrorCode::study_invalid, {.path = path,
                                           .line = table.header_line(),
                                           .column = {},
                                           .field = {},
                                           .found = {},
                                           .expected = {},
                                           .problem = "links hold either blinding_code or subject"});
  }
  LinkTable made;
  for (const std::string& heading : table.header()) {
    if (std::find(known_columns.begin(), known_columns.end(), trim(heading)) == known_columns.end())
      made.not_read.push_back({path + ":" + heading, "a column that nothing uses"});
  }
  for (const CsvRow& each : table.rows()) {
    const Row row(table, each);
    SampleLink link;
    link.centre = row.identifier("centre", true);
    link.sample = row.identifier("sample", true);
    link.blinding_code = row.identifier("blinding_code", coded);
    link.subject = row.identifier("subject", !coded);
    link.barcode = row.identifier("barcode", false);
    link.collected_at = row.text("collected_at");
    if (!link.collected_at.empty() && parse_local_day(link.collected_at).empty())
      row.refuse(ErrorCode::invalid_value, "collected_at", link.collected_at, "a day or moment as 2026-01-31T08:30");
    link.file = path;
    link.line = each.line;
    made.links.push_back(std::move(link));
  }
  return made;
}

StudyFindings find_link_faults(const std::vector<SampleLink>& links, const std::vector<LedgerRun>& runs) {
  StudyFindings findings;
  find_twice(links, "sample_linked_twice", &SampleLink::sample, findings);
  find_twice(links, "code_linked_twice", &SampleLink::blinding_code, findings);
  find_twice(links, "barcode_twice", &SampleLink::barcode, findings);
  std::map<std::string, const SampleLink*> by_sample;
  for (const SampleLink& link : links) by_sample.emplace(link.sample, &link);
  std::set<std::string> tested;
  for (const LedgerRun& run : runs) {
    for (const PlateResult* const result : run.results) {
      for (const SampleCall& call : result->calls) {
        tested.insert(call.sample);
        const auto link = by_sample.find(call.sample);
        const std::string masked = mask_personal(call.sample);
        if (link == by_sample.end()) {
          findings.push_back(
              make_run_finding(run, "sample_not_linked", Severity::blocks,
                               {"link_sample_not_linked", {{"sample", masked}, {"run", run.listed.id}}}));
          findings.back().sample = call.sample;
        } else if (link->second->centre != run.listed.centre) {
          findings.push_back(
              make_run_finding(run, "sample_from_elsewhere", Severity::query,
                               {"link_sample_from_elsewhere",
                                {{"sample", masked}, {"run", run.listed.id}, {"other_centre", link->second->centre}}}));
          findings.back().sample = call.sample;
        }
      }
    }
  }
  if (runs.empty()) return findings;
  for (const SampleLink& link : links) {
    if (!tested.contains(link.sample))
      findings.push_back(make_link_finding(link, "sample_not_tested", Severity::query, {}));
  }
  return findings;
}

std::vector<InstrumentEntry> parse_instrument_list(std::string_view bytes, const std::string& path) {
  const CsvTable table = read_csv_table(bytes, path);
  table.column("run");
  table.column("serial");
  std::vector<InstrumentEntry> entries;
  for (const CsvRow& each : table.rows()) {
    const Row row(table, each);
    entries.push_back({row.identifier("run", true), row.identifier("serial", true), row.text("started_at"),
                       row.text("ended_at"), row.text("status"), path, each.line});
  }
  return entries;
}

std::string derive_query_id(const StudyFinding& finding) {
  std::string text = finding.check;
  for (const std::string* const part :
       {&finding.centre, &finding.subject, &finding.sample, &finding.run, &finding.well, &finding.column})
    text += '\n' + *part;
  for (const auto& [name, value] : finding.what.values) {
    // Line numbers move when a table is sent again; the finding is the same.
    if (name.find("line") == std::string::npos) text += fmt::format("\n{}={}", name, value);
  }
  constexpr std::size_t shown = 8;
  return sha256_hex(text).substr(0, shown);
}

}  // namespace qpcr
