// Signing plans, locking and unblinding studies.
#include "libqpcr/study/conduct/study_lock.hpp"

#include <fmt/format.h>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/file.hpp"
#include "libqpcr/seal/hash.hpp"
#include "libqpcr/study/conduct/import_store.hpp"

namespace qpcr {
namespace {

[[noreturn]] void refuse(const std::filesystem::path& folder, ErrorCode code, std::string field, std::string found,
                         std::string expected, std::string problem = {}) {
  throw Error(code, {.path = folder.string(),
                     .line = 0,
                     .column = {},
                     .field = std::move(field),
                     .found = std::move(found),
                     .expected = std::move(expected),
                     .problem = std::move(problem)});
}

std::string seal_path(std::string_view what, std::string_view signature_sha256) {
  constexpr std::size_t shown = 16;
  return fmt::format("seal/{}-{}.signature.json", what, signature_sha256.substr(0, shown));
}

std::string keep_signature(const std::filesystem::path& folder, std::string_view what, const Signature& signature) {
  const std::string text = render_signature(signature);
  std::string sha256 = sha256_hex(text);
  OutputFiles output(folder);
  output.add(seal_path(what, sha256), text);
  output.commit();
  return sha256;
}

LockContent content_of(const StudyState& state) {
  return {state.study, state.lock->protocol_sha256, state.lock->dataset_sha256, state.lock->assay_sha256,
          state.lock->blinding_sha256};
}

SealCheck verify_seal(const std::filesystem::path& folder, std::string_view what, const std::string& signature_sha256,
                      const std::string& content_sha256, const TrustList& trust, bool accept_test_keys) {
  const std::filesystem::path path = folder / seal_path(what, signature_sha256);
  const std::string text = read_file(path);
  if (sha256_hex(text) != signature_sha256)
    refuse(path, ErrorCode::integrity_failure, "sha256", sha256_hex(text), signature_sha256);
  const Signature signature = parse_signature(text, path.string());
  try {
    const TrustedKey& key = verify(signature, content_sha256, KeyPurpose::study, trust, accept_test_keys);
    return {std::string(what), key.holder, key.id, signature.signed_at};
  } catch (const Error& error) {
    throw error.with_path(path.string());
  }
}

}  // namespace

std::string derive_lock_sha256(const LockContent& content) {
  return sha256_hex(fmt::format("qpcr.lock/1\nstudy {}\nprotocol {}\ndataset {}\nassay {}\nblinding {}\n",
                                content.study, content.protocol_sha256, content.dataset_sha256, content.assay_sha256,
                                content.blinding_sha256));
}

LogHead append_study_event(const std::filesystem::path& folder, const std::string& time, const std::string& event,
                           const std::map<std::string, std::string>& details) {
  return append_log(study_log_path(folder), time, event, details);
}

LogHead create_study_log(const std::filesystem::path& folder, const std::string& time, const std::string& study) {
  std::error_code ignored;
  if (std::filesystem::exists(study_log_path(folder), ignored))
    refuse(study_log_path(folder), ErrorCode::file_unwritable, {}, {}, {}, "this study exists already");
  std::filesystem::create_directories(folder, ignored);
  return append_study_event(folder, time, "study_created", {{"study", study}});
}

LogHead sign_plan(const std::filesystem::path& folder, const Protocol& protocol, const SigningKey& key,
                  const std::string& reason, const std::string& time) {
  const StudyState state = read_study_state(folder);
  if (state.study != protocol.id) refuse(folder, ErrorCode::study_invalid, "study.id", protocol.id, state.study);
  if (state.phase != StudyPhase::open)
    refuse(folder, ErrorCode::study_invalid, {}, {}, {}, "the study is locked: its plan stands");
  const Signature signature =
      sign(key, protocol.content_sha256, fmt::format("plan {} {}", protocol.id, protocol.version), KeyPurpose::study,
           reason, time);
  return append_study_event(folder, time, "plan_signed",
                            {{"protocol_sha256", protocol.content_sha256},
                             {"version", protocol.version},
                             {"key", key.id},
                             {"signature_sha256", keep_signature(folder, "plan", signature)}});
}

LogHead lock_study(const std::filesystem::path& folder, const Protocol& protocol, const std::string& assay_sha256,
                   const std::string& blinding_sha256, const SigningKey& key, const std::string& reason,
                   const std::string& time) {
  const StudyState state = read_study_state(folder);
  if (state.phase != StudyPhase::open)
    refuse(folder, ErrorCode::study_invalid, {}, {}, {}, "the study is locked already");
  if (state.imports.empty()) refuse(folder, ErrorCode::study_invalid, {}, {}, {}, "nothing was imported yet");
  if (!state.plan) refuse(folder, ErrorCode::study_invalid, {}, {}, {}, "the plan is not signed");
  if (state.plan->protocol_sha256 != protocol.content_sha256) {
    refuse(folder, ErrorCode::study_invalid, "protocol", protocol.content_sha256,
           fmt::format("the protocol whose plan was signed, {}", state.plan->protocol_sha256));
  }
  const bool coded = protocol.design && protocol.design->blinding == Blinding::coded;
  if (coded == blinding_sha256.empty()) {
    refuse(folder, ErrorCode::study_invalid, "blinding", {}, {},
           coded ? "a coded study is locked with the table of codes that will unblind it"
                 : "an open study has no table of codes");
  }
  verify_imports(folder, state);
  const LockContent content{state.study, protocol.content_sha256, derive_dataset_sha256(state), assay_sha256,
                            blinding_sha256};
  const Signature signature =
      sign(key, derive_lock_sha256(content), fmt::format("lock {}", state.study), KeyPurpose::study, reason, time);
  return append_study_event(folder, time, "locked",
                            {{"protocol_sha256", content.protocol_sha256},
                             {"dataset_sha256", content.dataset_sha256},
                             {"assay_sha256", content.assay_sha256},
                             {"blinding_sha256", content.blinding_sha256},
                             {"key", key.id},
                             {"signature_sha256", keep_signature(folder, "lock", signature)}});
}

LogHead unlock_study(const std::filesystem::path& folder, const std::string& reason, const std::string& time) {
  const StudyState state = read_study_state(folder);
  if (state.phase != StudyPhase::locked) {
    refuse(folder, ErrorCode::study_invalid, {}, {}, {},
           state.phase == StudyPhase::open ? "the study is not locked" : "an unblinded study cannot be unlocked");
  }
  return append_study_event(folder, time, "unlocked", {{"reason", reason}});
}

LogHead unblind_study(const std::filesystem::path& folder, std::string_view codes, const SigningKey& key,
                      const std::string& reason, const std::string& time) {
  const StudyState state = read_study_state(folder);
  if (state.phase == StudyPhase::unblinded)
    refuse(folder, ErrorCode::study_invalid, {}, {}, {}, fmt::format("was unblinded at {}", state.unblinding->time));
  if (state.phase != StudyPhase::locked)
    refuse(folder, ErrorCode::study_invalid, {}, {}, {}, "the study is not locked");
  if (state.lock->blinding_sha256.empty())
    refuse(folder, ErrorCode::study_invalid, {}, {}, {}, "an open study has nothing to unblind");
  const std::string sha256 = sha256_hex(codes);
  if (sha256 != state.lock->blinding_sha256) {
    refuse(folder, ErrorCode::integrity_failure, "codes", sha256,
           fmt::format("the table that the lock names, {}", state.lock->blinding_sha256));
  }
  OutputFiles output(folder);
  output.add("blinding/codes.csv", codes);
  output.commit();
  return append_study_event(folder, time, "unblinded",
                            {{"blinding_sha256", sha256}, {"key", key.id}, {"reason", reason}});
}

std::vector<SealCheck> verify_seals(const std::filesystem::path& folder, const StudyState& state,
                                    const TrustList& trust, bool accept_test_keys) {
  std::vector<SealCheck> checks;
  if (state.plan) {
    checks.push_back(verify_seal(folder, "plan", state.plan->signature_sha256, state.plan->protocol_sha256, trust,
                                 accept_test_keys));
  }
  if (state.lock) {
    checks.push_back(verify_seal(folder, "lock", state.lock->signature_sha256, derive_lock_sha256(content_of(state)),
                                 trust, accept_test_keys));
  }
  return checks;
}

}  // namespace qpcr
