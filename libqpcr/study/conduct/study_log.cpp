// Replaying the log of a study.
#include "libqpcr/study/conduct/study_log.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/seal/hash.hpp"

namespace qpcr {
namespace {

constexpr std::array all_kinds{ImportKind::clinical, ImportKind::links, ImportKind::runs, ImportKind::instruments,
                               ImportKind::table};

/// Applies events one by one and refuses those that could not have happened.
class Replay {
 public:
  explicit Replay(std::string path) : path_(std::move(path)) {}

  void apply(const LogRecord& record) {
    record_ = &record;
    if (record.sequence == 1 && record.event != "study_created") refuse("a study's log begins with 'study_created'");
    if (record.event == "study_created") {
      if (record.sequence != 1) refuse("a study is created once");
      state_.study = detail("study");
    } else if (record.event == "imported") {
      apply_import();
    } else if (record.event == "plan_signed") {
      state_.plan = {detail("protocol_sha256"), detail("key"), detail("signature_sha256"), record.time};
    } else if (record.event == "checked") {
      state_.last_checked_dataset_sha256 = detail("dataset_sha256");
    } else if (record.event == "query_answered") {
      state_.answers[detail("query")] = {detail("resolution"), detail("text"), record.time};
    } else if (record.event == "locked") {
      apply_lock();
    } else if (record.event == "unlocked") {
      if (state_.phase != StudyPhase::locked) refuse("only a locked study that is still blinded can be unlocked");
      state_.phase = StudyPhase::open;
      state_.lock.reset();
    } else if (record.event == "unblinded") {
      if (state_.phase != StudyPhase::locked) refuse("a study is unblinded once, and only when it is locked");
      state_.phase = StudyPhase::unblinded;
      state_.unblinding = {record.sequence, detail("blinding_sha256"), detail("key"), record.time};
    } else if (record.event != "reported" && record.event != "codes_consulted") {
      refuse(fmt::format("an event that no study has: '{}'", record.event));
    }
  }

  StudyState finish(LogHead head) && {
    state_.head = std::move(head);
    return std::move(state_);
  }

 private:
  std::string find(const std::string& name) const {
    const auto found = record_->details.find(name);
    return found == record_->details.end() ? std::string() : found->second;
  }

  std::string detail(const std::string& name) const {
    std::string text = find(name);
    if (text.empty()) refuse(fmt::format("event '{}' without '{}'", record_->event, name));
    return text;
  }

  [[noreturn]] void refuse(std::string problem) const {
    throw Error(ErrorCode::integrity_failure, {.path = path_,
                                               .line = record_->sequence,
                                               .column = {},
                                               .field = {},
                                               .found = {},
                                               .expected = {},
                                               .problem = std::move(problem)});
  }

  void apply_import() {
    ImportRecord import;
    const std::optional<ImportKind> kind = parse_import_kind(detail("kind"));
    if (!kind) refuse("an import of unknown kind");
    import.kind = *kind;
    import.sequence = record_->sequence;
    import.key = detail("key");
    import.manifest_sha256 = detail("manifest_sha256");
    import.reason = find("reason");
    import.time = record_->time;
    import.added = parse_integer(find("added")).value_or(0);
    import.removed = parse_integer(find("removed")).value_or(0);
    import.changed = parse_integer(find("changed")).value_or(0);
    import.after_lock = find("after_lock") == "yes";
    if (import.after_lock != (state_.phase != StudyPhase::open))
      refuse("an import that does not say truly whether the study was locked");
    if (import.reason.empty() && (import.after_lock || state_.find_current(import.kind, import.key) != nullptr))
      refuse("an import again, or after the lock, without a reason");
    state_.imports.push_back(std::move(import));
  }

  void apply_lock() {
    if (state_.phase != StudyPhase::open) refuse("a study that is locked already");
    state_.phase = StudyPhase::locked;
    state_.lock = {record_->sequence,          detail("dataset_sha256"),
                   detail("protocol_sha256"),  find("assay_sha256"),
                   find("blinding_sha256"),    detail("key"),
                   detail("signature_sha256"), record_->time};
    if (state_.lock->dataset_sha256 != derive_dataset_sha256(state_))
      refuse("a lock of other data than those that were imported");
  }

  std::string path_;
  const LogRecord* record_ = nullptr;
  StudyState state_;
};

}  // namespace

std::string_view to_string(ImportKind kind) {
  switch (kind) {
    case ImportKind::clinical:
      return "clinical";
    case ImportKind::links:
      return "links";
    case ImportKind::runs:
      return "runs";
    case ImportKind::instruments:
      return "instruments";
    case ImportKind::table:
      return "table";
  }
  return "";
}

std::optional<ImportKind> parse_import_kind(std::string_view text) {
  for (const ImportKind kind : all_kinds) {
    if (to_string(kind) == text) return kind;
  }
  return std::nullopt;
}

std::string_view to_string(StudyPhase phase) {
  switch (phase) {
    case StudyPhase::open:
      return "open";
    case StudyPhase::locked:
      return "locked";
    case StudyPhase::unblinded:
      return "unblinded";
  }
  return "";
}

const ImportRecord* StudyState::find_current(ImportKind kind, std::string_view key) const {
  for (auto import = imports.rbegin(); import != imports.rend(); ++import) {
    if (import->kind == kind && import->key == key) return &*import;
  }
  return nullptr;
}

std::vector<ImportRecord> StudyState::current() const {
  std::vector<ImportRecord> holding;
  for (const ImportRecord& import : imports) {
    if (find_current(import.kind, import.key) == &import) holding.push_back(import);
  }
  std::sort(holding.begin(), holding.end(), [](const ImportRecord& left, const ImportRecord& right) {
    return left.kind != right.kind ? left.kind < right.kind : left.key < right.key;
  });
  return holding;
}

StudyState derive_study_state(const ChainedLog& log, const std::string& path) {
  Replay replay(path);
  for (const LogRecord& record : log.records) replay.apply(record);
  return std::move(replay).finish(log.head);
}

StudyState read_study_state(const std::filesystem::path& folder, const std::optional<LogHead>& known_head) {
  const std::filesystem::path path = study_log_path(folder);
  return derive_study_state(read_log(path, known_head), path.string());
}

std::string derive_dataset_sha256(const StudyState& state) {
  std::string text;
  for (const ImportRecord& import : state.current())
    text += fmt::format("{}\t{}\t{}\n", to_string(import.kind), import.key, import.manifest_sha256);
  return sha256_hex(text);
}

std::filesystem::path study_log_path(const std::filesystem::path& folder) { return folder / "study.log"; }

}  // namespace qpcr
