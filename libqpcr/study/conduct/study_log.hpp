// The state of a study, told by its hash-chained log alone: what was imported, checked, locked and unblinded, and when.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/seal/chained_log.hpp"

namespace qpcr {

/// What an import brings. `key` tells imports of one kind apart: a centre, or the name of a table.
enum class ImportKind {
  clinical,     ///< subjects and clinical data of a centre, with the mapping that reads them
  links,        ///< sample ↔ blinding code (or subject, in an open study) of a centre
  runs,         ///< list of runs of a centre with their instrument files
  instruments,  ///< the instruments' own lists of runs
  table,        ///< a table for an evaluation
};

std::string_view to_string(ImportKind kind);
std::optional<ImportKind> parse_import_kind(std::string_view text);

struct ImportRecord {
  long sequence = 0;  ///< of the log; the files stand in the folder of this number
  ImportKind kind = ImportKind::clinical;
  std::string key;
  std::string manifest_sha256;
  std::string reason;  ///< empty in a first import
  std::string time;
  long added = 0;  ///< against the import before it; 0 in a first one
  long removed = 0;
  long changed = 0;
  bool after_lock = false;
};

struct PlanSignature {
  std::string protocol_sha256;  ///< of the content
  std::string key_id;
  std::string signature_sha256;
  std::string time;
};

struct LockRecord {
  long sequence = 0;
  std::string dataset_sha256;
  std::string protocol_sha256;
  std::string assay_sha256;     ///< of the definition's file; empty without an index test
  std::string blinding_sha256;  ///< of the table of codes that was committed to; empty in an open study
  std::string key_id;
  std::string signature_sha256;
  std::string time;
};

struct UnblindingRecord {
  long sequence = 0;
  std::string blinding_sha256;
  std::string key_id;
  std::string time;
};

/// How a query was closed.
struct QueryAnswer {
  std::string resolution;  ///< "confirmed", "corrected", "explained"
  std::string text;
  std::string time;
};

enum class StudyPhase { open, locked, unblinded };
std::string_view to_string(StudyPhase phase);

struct StudyState {
  std::string study;  ///< identifier
  StudyPhase phase = StudyPhase::open;
  std::vector<ImportRecord> imports;  ///< all, in order
  std::optional<PlanSignature> plan;  ///< the latest
  std::optional<LockRecord> lock;     ///< the one that holds
  std::optional<UnblindingRecord> unblinding;
  std::map<std::string, QueryAnswer> answers;  ///< by query; the latest
  std::string last_checked_dataset_sha256;
  LogHead head;

  /// The import of each kind and key that holds, by kind and then key.
  std::vector<ImportRecord> current() const;
  const ImportRecord* find_current(ImportKind kind, std::string_view key) const;
};

/// The state that a log tells. Events: study_created, imported, plan_signed, checked, query_answered, locked, unlocked,
/// unblinded, reported.
/// @throws Error integrity_failure for an event that could not have happened there (a second unblinding, a lock of a
/// locked study, an import into a locked one that does not say so), naming the log and the line.
StudyState derive_study_state(const ChainedLog& log, const std::string& path);

/// Reads `study.log` of a study's folder. @throws Error file_not_found where there is no study; as read_log().
StudyState read_study_state(const std::filesystem::path& folder,
                            const std::optional<LogHead>& known_head = std::nullopt);

/// The hash of everything that is analysed: kinds, keys and manifests of the current imports.
std::string derive_dataset_sha256(const StudyState& state);

std::filesystem::path study_log_path(const std::filesystem::path& folder);

}  // namespace qpcr
