// Reading answers and telling what is still open.
#include "libqpcr/study/conduct/query_answers.hpp"

#include <map>
#include <set>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/privacy.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/study/conduct/link_table.hpp"
#include "libqpcr/tabular/csv.hpp"

namespace qpcr {
namespace {

constexpr std::string_view deviation = "deviation";

std::string list_resolutions(const StudyFinding& finding) {
  if (finding.severity != Severity::blocks) return "confirmed, explained or corrected";
  return may_be_deviation(finding) ? "corrected or deviation" : "corrected: it cannot stand as it is";
}

bool admits(const StudyFinding& finding, std::string_view resolution) {
  if (resolution == "corrected") return true;
  if (finding.severity == Severity::blocks) return resolution == deviation && may_be_deviation(finding);
  return resolution == "confirmed" || resolution == "explained";
}

}  // namespace

bool is_open(const StudyFinding& finding, const StudyState& state) {
  const auto answer = state.answers.find(derive_query_id(finding));
  if (answer == state.answers.end()) return true;
  const std::string& resolution = answer->second.resolution;
  return resolution == "corrected" || !admits(finding, resolution);
}

std::vector<ListedAnswer> parse_answers(std::string_view bytes, const std::string& path,
                                        const StudyFindings& findings) {
  std::map<std::string, const StudyFinding*> asked;
  for (const StudyFinding& finding : findings) asked.emplace(derive_query_id(finding), &finding);
  const CsvTable table = read_csv_table(bytes, path);
  const std::size_t query_column = table.column("query");
  const std::size_t resolution_column = table.column("resolution");
  const std::size_t text_column = table.column("answer");
  std::set<std::string> seen;
  std::vector<ListedAnswer> answers;
  for (const CsvRow& row : table.rows()) {
    const ListedAnswer answer{std::string(trim(row.cells[query_column])),
                              std::string(trim(row.cells[resolution_column])),
                              std::string(trim(row.cells[text_column]))};
    const auto refuse = [&](ErrorCode code, std::string column, std::string found, std::string expected) {
      throw Error(code, {.path = path,
                         .line = row.line,
                         .column = std::move(column),
                         .field = {},
                         .found = std::move(found),
                         .expected = std::move(expected),
                         .problem = {}});
    };
    if (answer.resolution.empty() && answer.text.empty()) continue;
    const auto finding = asked.find(answer.query);
    if (finding == asked.end())
      refuse(ErrorCode::invalid_value, "query", answer.query, "a query that the check asks now");
    if (!seen.insert(answer.query).second) refuse(ErrorCode::duplicate_entry, "query", answer.query, "each query once");
    if (answer.text.empty()) refuse(ErrorCode::invalid_value, "answer", {}, "a sentence beside the resolution");
    if (!admits(*finding->second, answer.resolution))
      refuse(ErrorCode::invalid_value, "resolution", answer.resolution, list_resolutions(*finding->second));
    const std::optional<PersonalKind> person = find_personal(answer.text);
    if (person && person != PersonalKind::person_name)
      refuse(ErrorCode::personal_data, "answer", answer.text, "a text without the number of a person");
    answers.push_back(answer);
  }
  return answers;
}

}  // namespace qpcr
