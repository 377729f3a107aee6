// The list of a centre's runs, as it is submitted: which files, which instrument and lot, when, and what became of
// each.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/core/provenance.hpp"

namespace qpcr {

enum class RunStatus { completed, aborted, failed };
std::string_view to_string(RunStatus status);

/// One line of `runs.csv`.
struct ListedRun {
  std::string id;
  std::string centre;
  std::vector<std::string> files;   ///< names relative to the list; empty only for a run that was not completed
  std::vector<std::string> sha256;  ///< of the files when the centre sent them, or none
  std::string instrument;
  std::string serial;
  std::string lot;
  std::string operator_code;
  std::string started_at;  ///< as written by the instrument; local time, a zone only where it says one
  std::string ended_at;
  RunStatus status = RunStatus::completed;
  std::string repeat_of;
  std::string reason;
  long line = 0;
};

struct RunList {
  std::vector<ListedRun> runs;  ///< order of the list
  std::vector<NotRead> not_read;
};

/// Reads `run,centre,files,sha256,instrument,serial,lot,operator,started_at,ended_at,status,repeat_of,reason`; several
/// files and hashes stand between ';'. Columns `run`, `centre`, `files` and `status` are required.
/// @throws Error as read_csv_table(); duplicate_entry for a run twice or a file of two runs; invalid_value for a status
/// that is none, hashes that are not as many as files, a completed run without files, a repeat without its reason;
/// study_invalid for identifiers that find_identifier_fault() faults; personal_data; unsafe_archive for a file name
/// that leaves the folder. All with line and column.
RunList parse_run_list(std::string_view bytes, const std::string& path);

}  // namespace qpcr
