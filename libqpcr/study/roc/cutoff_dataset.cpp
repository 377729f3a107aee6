// Reads the tables of cut-off studies and compares their subjects.
#include "libqpcr/study/roc/cutoff_dataset.hpp"

#include <filesystem>
#include <map>
#include <utility>

#include "libqpcr/core/privacy.hpp"
#include "libqpcr/seal/hash.hpp"
#include "libqpcr/study/data_table.hpp"
#include "libqpcr/study/identifiers.hpp"
#include "libqpcr/study/roc/roc_tables.hpp"

namespace qpcr {
namespace {

[[noreturn]] void refuse_subject(ErrorCode code, const std::string& path, long line, const std::string& found,
                                 std::string expected) {
  ErrorContext context;
  context.path = path;
  context.line = line;
  context.column = "subject";
  context.found = found;
  context.expected = std::move(expected);
  throw Error(code, context);
}

void check_subject(const DataTable& table, std::size_t row, const std::string& subject) {
  if (subject.empty())
    refuse_subject(ErrorCode::invalid_value, table.path(), table.line(row), "", "the coded identifier of a subject");
  if (find_personal(subject))
    refuse_subject(ErrorCode::personal_data, table.path(), table.line(row), subject, "a code, not a person");
  if (const auto fault = find_identifier_fault(subject))
    refuse_subject(ErrorCode::invalid_value, table.path(), table.line(row), subject,
                   "an identifier without " + std::string(*fault));
}

}  // namespace

CutoffDataset read_cutoff_dataset(std::string_view bytes, const std::string& path, MissingRows missing) {
  CutoffDataset dataset;
  const std::string name = std::filesystem::path(path).filename().string();
  dataset.source = {name, sha256_hex(bytes), bytes.size()};
  const DataTable table = read_data_table(bytes, path);
  std::map<std::string, long> first_lines;
  const std::vector<std::string_view> subjects = table.texts("subject");
  for (std::size_t row = 0; row < subjects.size(); ++row) {
    const std::string& subject = dataset.subjects.emplace_back(subjects[row]);
    check_subject(table, row, subject);
    const auto inserted = first_lines.emplace(to_skeleton(subject), table.line(row));
    if (!inserted.second)
      refuse_subject(ErrorCode::duplicate_entry, path, table.line(row), subject,
                     "a subject once (it is on line " + std::to_string(inserted.first->second) + ")");
  }
  const RocTable rows = read_roc_table(table, {"value"}, false);
  dataset.sample = rows.sample();
  dataset.exclusions = rows.exclusions;
  if (missing == MissingRows::refuse && !rows.exclusions.empty()) {
    const Exclusion& first = rows.exclusions.front();
    ErrorContext context;
    context.path = path;
    context.line = first.lines.front();
    context.found = first.reason.id == "roc_excluded_no_value" ? "no value" : "no reference";
    context.expected =
        "both (a sample without Cq takes a number beyond the last cycle); rows may be left out by "
        "--missing exclude";
    throw Error(ErrorCode::invalid_value, context);
  }
  return dataset;
}

void check_independent_subjects(const CutoffDataset& establishment, const CutoffDataset& verification) {
  std::map<std::string, std::string> established;
  for (const std::string& subject : establishment.subjects) established.emplace(to_skeleton(subject), subject);
  long shared = 0;
  std::string first;
  for (const std::string& subject : verification.subjects) {
    if (established.count(to_skeleton(subject)) == 0) continue;
    if (++shared == 1) first = subject;
  }
  if (shared > 0)
    refuse_subject(
        ErrorCode::duplicate_entry, verification.source.name, 0, first,
        "subjects that are not in " + establishment.source.name + " (" + std::to_string(shared) + " are in both)");
}

}  // namespace qpcr
