// qpcr-validate sign-plan, lock, unlock, unblind, audit: what makes a study's data and plan provable.
#include <algorithm>
#include <memory>
#include <string>

#include <fmt/format.h>

#include "apps/common/clock.hpp"
#include "apps/common/console.hpp"
#include "apps/common/passphrase.hpp"
#include "apps/validate/commands.hpp"
#include "apps/validate/study_data.hpp"
#include "libqpcr/assay/definition.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/file.hpp"
#include "libqpcr/seal/chained_log.hpp"
#include "libqpcr/seal/hash.hpp"
#include "libqpcr/seal/trust_list.hpp"
#include "libqpcr/study/conduct/import_store.hpp"
#include "libqpcr/study/conduct/query_answers.hpp"
#include "libqpcr/study/conduct/study_lock.hpp"

namespace qpcr::apps {
namespace {

struct SealOptions {
  std::string study;
  std::string key;
  std::string passphrase_file;
  std::string reason;
  std::string codes;
};

struct AuditOptions {
  std::string study;
  std::string trust;
  std::string head;
  bool accept_test_keys = false;
};

/// The hash of the definition that the protocol names, which must be the locked one.
std::string find_assay_sha256(const OpenStudy& study) {
  if (!study.protocol.index_test) return {};
  const ProtocolIndexTest& index_test = study.protocol.index_test.value();
  const std::filesystem::path path = study.folder / index_test.assay;
  const AssayIdentity identity = identify(read_assay(path));
  if (identity.sha256 != index_test.assay_sha256 || identity.version != index_test.assay_version) {
    throw Error(
        ErrorCode::integrity_failure,
        {.path = path.string(),
         .line = 0,
         .column = {},
         .field = "index_test.assay_sha256",
         .found = fmt::format("{} {}", identity.version, identity.sha256),
         .expected = fmt::format("{} {}, as the protocol says", index_test.assay_version, index_test.assay_sha256),
         .problem = {}});
  }
  return identity.sha256;
}

int sign_study_plan(const SealOptions& options) {
  const OpenStudy study = open_study(options.study);
  const SigningKey key = open_signing_key(options.key, options.passphrase_file);
  print_head(sign_plan(study.folder, study.protocol, key, options.reason, utc_now()));
  return exit_ok;
}

/// Data that still have something to answer for are not locked.
void refuse_open_findings(const OpenStudy& study, const std::string& codes_file) {
  const StudyData data = read_study_data(study, find_codes(study, codes_file));
  const StudyFindings findings = check_study(study, data);
  const auto open = [&](const StudyFinding& finding) {
    return finding.severity != Severity::note && is_open(finding, study.state);
  };
  const auto first = std::find_if(findings.begin(), findings.end(), open);
  if (first == findings.end()) return;
  throw Error(ErrorCode::study_invalid,
              {.path = study.folder.string(),
               .line = 0,
               .column = {},
               .field = "findings",
               .found = fmt::format("{} open, the first [{}] {}", std::count_if(findings.begin(), findings.end(), open),
                                    derive_query_id(*first), render_message(first->what, choose_language({}))),
               .expected = "none before the lock: qpcr-validate check, correct or answer",
               .problem = {}});
}

int lock(const SealOptions& options) {
  const OpenStudy study = open_study(options.study);
  if (study.state.phase == StudyPhase::open && study.state.plan) refuse_open_findings(study, options.codes);
  const std::string assay_sha256 = find_assay_sha256(study);
  const std::string codes_sha256 = options.codes.empty() ? std::string() : sha256_hex(read_file(options.codes));
  const SigningKey key = open_signing_key(options.key, options.passphrase_file);
  print_head(lock_study(study.folder, study.protocol, assay_sha256, codes_sha256, key, options.reason, utc_now()));
  return exit_ok;
}

int unlock(const SealOptions& options) {
  const OpenStudy study = open_study(options.study);
  print_head(unlock_study(study.folder, options.reason, utc_now()));
  return exit_ok;
}

int unblind(const SealOptions& options) {
  const OpenStudy study = open_study(options.study);
  const SigningKey key = open_signing_key(options.key, options.passphrase_file);
  print_head(unblind_study(study.folder, read_file(options.codes), key, options.reason, utc_now()));
  return exit_ok;
}

int audit(const AuditOptions& options) {
  const std::filesystem::path folder = options.study;
  const ChainedLog log = read_log(study_log_path(folder), parse_known_head(options.head));
  const StudyState state = derive_study_state(log, study_log_path(folder).string());
  verify_imports(folder, state);
  std::string text;
  for (const LogRecord& record : log.records) {
    text += fmt::format("{} {} {}", record.sequence, record.time, record.event);
    for (const auto& [name, value] : record.details) text += fmt::format(" {}={}", name, value);
    text += '\n';
  }
  text += fmt::format("phase {}\ndataset sha256 {}\n", to_string(state.phase), derive_dataset_sha256(state));
  if (!options.trust.empty()) {
    const TrustList trust = read_trust_list(options.trust);
    for (const SealCheck& check : verify_seals(folder, state, trust, options.accept_test_keys))
      text += fmt::format("{} signed by {} (key {}) at {}\n", check.what, check.holder, check.key_id, check.signed_at);
  }
  print_data(text);
  print_head(state.head);
  return exit_ok;
}

struct SealCommand {
  const char* name;
  const char* about;
  int (*run)(const SealOptions&);
  bool signs = true;
  bool takes_codes = false;
  bool needs_codes = false;
};

void add_seal_command(CLI::App& app, Action& action, const SealCommand& seal) {
  const auto options = std::make_shared<SealOptions>();
  CLI::App* command = app.add_subcommand(seal.name, seal.about);
  command->add_option("STUDY", options->study, "folder of the study")->required();
  command->add_option("--reason", options->reason, "why, in a sentence")->required();
  if (seal.signs) {
    command->add_option("--key", options->key, "key file of qpcr key new")->required();
    command->add_option("--passphrase-file", options->passphrase_file, "first line of a file of mode 0600");
  }
  if (seal.takes_codes) {
    command
        ->add_option("--codes", options->codes, "table of codes (blinding_code,subject), kept apart until unblinding")
        ->required(seal.needs_codes);
  }
  command->callback([options, run = seal.run, &action] { action = [options, run] { return run(*options); }; });
}

}  // namespace

void add_seals(CLI::App& app, Action& action) {
  add_seal_command(app, action, {"sign-plan", "signs the protocol as the plan of the analysis", sign_study_plan});
  add_seal_command(
      app, action,
      {"lock", "hashes and signs protocol and data; of the table of codes only the hash is kept", lock, true, true});
  add_seal_command(app, action, {"unlock", "takes a lock back, while the study is blinded", unlock, false});
  add_seal_command(app, action, {"unblind", "records the unblinding, once", unblind, true, true, true});

  const auto options = std::make_shared<AuditOptions>();
  CLI::App* command =
      app.add_subcommand("audit", "verifies the log, every imported file and, with --trust, the signatures; exit 6");
  command->add_option("STUDY", options->study, "folder of the study")->required();
  command->add_option("--trust", options->trust, "list of trusted keys (TOML)");
  command->add_option("--head", options->head, "LINE:SHA256 of a head that was noted elsewhere: shows a cut log");
  command->add_flag("--accept-test-keys", options->accept_test_keys, "for tests");
  command->callback([options, &action] { action = [options] { return audit(*options); }; });
}

}  // namespace qpcr::apps
