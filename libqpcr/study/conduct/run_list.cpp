// Reading and checking the list of a centre's runs.
#include "libqpcr/study/conduct/run_list.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>

#include <fmt/format.h>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/privacy.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/study/identifiers.hpp"
#include "libqpcr/tabular/csv.hpp"

namespace qpcr {
namespace {

constexpr std::array<std::string_view, 13> known_columns{"run",    "centre",    "files",    "sha256",     "instrument",
                                                         "serial", "lot",       "operator", "started_at", "ended_at",
                                                         "status", "repeat_of", "reason"};

class RowReader {
 public:
  RowReader(const CsvTable& table, const CsvRow& row) : table_(table), row_(row) {}

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

  std::vector<std::string> list(std::string_view column) const {
    std::vector<std::string> parts;
    const std::string found = text(column);
    for (const std::string_view part : split(found, ';')) {
      if (!trim(part).empty()) parts.emplace_back(trim(part));
    }
    return parts;
  }

 private:
  const CsvTable& table_;
  const CsvRow& row_;
};

RunStatus read_status(const RowReader& row) {
  const std::string found = row.text("status");
  for (const RunStatus status : {RunStatus::completed, RunStatus::aborted, RunStatus::failed}) {
    if (to_string(status) == found) return status;
  }
  row.refuse(ErrorCode::invalid_value, "status", found, "completed, aborted or failed");
}

void check_files(const RowReader& row, const ListedRun& run, std::set<std::string>& named) {
  if (run.files.empty() && run.status == RunStatus::completed)
    row.refuse(ErrorCode::invalid_value, "files", {}, "the files of a completed run, got an empty cell");
  if (!run.sha256.empty() && run.sha256.size() != run.files.size()) {
    row.refuse(ErrorCode::invalid_value, "sha256", fmt::format("{} hashes", run.sha256.size()),
               fmt::format("one for each of {} files, or none", run.files.size()));
  }
  for (const std::string& file : run.files) {
    const std::filesystem::path path(file);
    bool inside = !path.is_absolute() && file.find_first_of("\\:") == std::string::npos;
    for (const auto& part : path) inside = inside && part != "..";
    if (!inside) row.refuse(ErrorCode::unsafe_archive, "files", file, "a path below the folder of the list, with '/'");
    if (!named.insert(file).second)
      row.refuse(ErrorCode::duplicate_entry, "files", file, {}, fmt::format("'{}' is a file of two runs", file));
  }
}

ListedRun read_run(const RowReader& row, long line) {
  ListedRun run;
  run.line = line;
  run.id = row.identifier("run", true);
  run.centre = row.identifier("centre", true);
  run.files = row.list("files");
  run.sha256 = row.list("sha256");
  run.instrument = row.text("instrument");
  run.serial = row.identifier("serial", false);
  run.lot = row.identifier("lot", false);
  run.operator_code = row.identifier("operator", false);
  run.started_at = row.text("started_at");
  run.ended_at = row.text("ended_at");
  run.status = read_status(row);
  run.repeat_of = row.identifier("repeat_of", false);
  run.reason = row.text("reason");
  if (find_personal(run.reason))
    row.refuse(ErrorCode::personal_data, "reason", run.reason, "a reason, not the name of a person");
  if (!run.repeat_of.empty() && run.reason.empty())
    row.refuse(ErrorCode::invalid_value, "reason", {}, "why the samples were tested again, got an empty cell");
  return run;
}

}  // namespace

std::string_view to_string(RunStatus status) {
  switch (status) {
    case RunStatus::completed:
      return "completed";
    case RunStatus::aborted:
      return "aborted";
    case RunStatus::failed:
      return "failed";
  }
  return "";
}

RunList parse_run_list(std::string_view bytes, const std::string& path) {
  const CsvTable table = read_csv_table(bytes, path);
  for (const std::string_view column : {"run", "centre", "files", "status"}) table.column(column);
  RunList list;
  for (const std::string& heading : table.header()) {
    if (std::find(known_columns.begin(), known_columns.end(), trim(heading)) == known_columns.end())
      list.not_read.push_back({path + ":" + heading, "a column that nothing uses"});
  }
  std::set<std::string> named;
  for (const CsvRow& row : table.rows()) {
    const RowReader reader(table, row);
    ListedRun run = read_run(reader, row.line);
    for (const ListedRun& other : list.runs) {
      if (other.id == run.id)
        reader.refuse(ErrorCode::duplicate_entry, "run", run.id, {}, "a run that is listed twice");
    }
    const bool repeat_known =
        run.repeat_of.empty() || std::any_of(list.runs.begin(), list.runs.end(),
                                             [&](const ListedRun& other) { return other.id == run.repeat_of; });
    if (!repeat_known) reader.refuse(ErrorCode::invalid_value, "repeat_of", run.repeat_of, "a run listed above");
    check_files(reader, run, named);
    list.runs.push_back(std::move(run));
  }
  return list;
}

}  // namespace qpcr
