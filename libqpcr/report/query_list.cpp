// Writing findings as a table for centres and as lines for a terminal.
#include "libqpcr/report/query_list.hpp"

#include <fmt/format.h>

#include "libqpcr/study/conduct/link_table.hpp"
#include "libqpcr/tabular/csv.hpp"

namespace qpcr {

std::string render_query_csv(const StudyFindings& findings, const std::map<std::string, QueryAnswer>& answers,
                             const std::string& centre) {
  CsvWriter writer(',', true);
  for (const std::string_view heading : {"query", "severity", "check", "centre", "subject", "sample", "run", "well",
                                         "file", "line", "zh", "en", "resolution", "answer"})
    writer.add(heading);
  writer.end_row();
  for (const StudyFinding& finding : findings) {
    if (finding.severity == Severity::note || (!centre.empty() && finding.centre != centre)) continue;
    writer.add(derive_query_id(finding)).add(to_string(finding.severity)).add(finding.check).add(finding.centre);
    writer.add(finding.subject).add(finding.sample).add(finding.run).add(finding.well).add(finding.file);
    if (finding.line > 0) {
      writer.add_number(finding.line);
    } else {
      writer.add_empty();
    }
    writer.add(render_message(finding.what, Language::zh)).add(render_message(finding.what, Language::en));
    const auto answer = answers.find(derive_query_id(finding));
    if (answer == answers.end()) {
      writer.add_empty().add_empty();
    } else {
      writer.add(answer->second.resolution).add(answer->second.text);
    }
    writer.end_row();
  }
  return writer.text();
}

std::string render_findings_text(const StudyFindings& findings, const std::map<std::string, QueryAnswer>& answers,
                                 Language language) {
  std::string text;
  for (const StudyFinding& finding : findings) {
    const std::string severity = render_text(fmt::format("query_severity.{}", to_string(finding.severity)), language);
    text += fmt::format("[{} {}]", severity, derive_query_id(finding));
    for (const std::string* const place : {&finding.centre, &finding.run, &finding.well}) {
      if (!place->empty()) text += fmt::format(" {}", *place);
    }
    text += fmt::format(": {}", render_message(finding.what, language));
    const auto answer = answers.find(derive_query_id(finding));
    if (answer != answers.end()) text += fmt::format(" → {}: {}", answer->second.resolution, answer->second.text);
    text += '\n';
  }
  return text;
}

}  // namespace qpcr
