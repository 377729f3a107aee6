// The plan and the lock of a study as contents that are signed.
#pragma once

#include <filesystem>
#include <string>

#include "libqpcr/seal/key.hpp"
#include "libqpcr/seal/signature.hpp"
#include "libqpcr/study/conduct/study_log.hpp"
#include "libqpcr/study/protocol/protocol.hpp"

namespace qpcr {

/// What a lock binds together.
struct LockContent {
  std::string study;
  std::string protocol_sha256;
  std::string dataset_sha256;
  std::string assay_sha256;
  std::string blinding_sha256;
};

/// SHA-256 of the canonical content: what the signature of a lock covers.
std::string derive_lock_sha256(const LockContent& content);

/// Adds one event to the log of a study.
LogHead append_study_event(const std::filesystem::path& folder, const std::string& time, const std::string& event,
                           const std::map<std::string, std::string>& details);

/// Begins a study: its log with the event study_created. @throws Error file_unwritable where one is there already.
LogHead create_study_log(const std::filesystem::path& folder, const std::string& time, const std::string& study);

/// Signs the plan. The signature file is written as seal/plan-<sequence>.signature.json.
/// @throws Error study_invalid where the study is locked.
LogHead sign_plan(const std::filesystem::path& folder, const Protocol& protocol, const SigningKey& key,
                  const std::string& reason, const std::string& time);

/// Locks the data and the protocol. `assay_sha256` and `blinding_sha256` may be empty.
/// @throws Error study_invalid where the study is locked, nothing was imported, the plan is unsigned or signed for
/// another protocol, or a coded study has no table of codes to commit to; integrity_failure for a changed import.
LogHead lock_study(const std::filesystem::path& folder, const Protocol& protocol, const std::string& assay_sha256,
                   const std::string& blinding_sha256, const SigningKey& key, const std::string& reason,
                   const std::string& time);

/// Takes a lock back while the study is blinded. @throws Error study_invalid.
LogHead unlock_study(const std::filesystem::path& folder, const std::string& reason, const std::string& time);

/// Records the unblinding, once, and keeps the table of codes beside the log (blinding/codes.csv).
/// @throws Error study_invalid where the study is not locked or was unblinded before; integrity_failure for another
/// table than the one committed to.
LogHead unblind_study(const std::filesystem::path& folder, std::string_view codes, const SigningKey& key,
                      const std::string& reason, const std::string& time);

/// The signatures of plan and lock, verified against the log.
struct SealCheck {
  std::string what;  ///< "plan", "lock"
  std::string holder;
  std::string key_id;
  std::string signed_at;
};

/// @throws Error integrity_failure where a signature is missing, is not the one of the log, or does not hold.
std::vector<SealCheck> verify_seals(const std::filesystem::path& folder, const StudyState& state,
                                    const TrustList& trust, bool accept_test_keys);

}  // namespace qpcr
