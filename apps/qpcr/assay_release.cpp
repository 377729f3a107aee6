// qpcr assay sign, qpcr assay verify.
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "apps/common/clock.hpp"
#include "apps/common/console.hpp"
#include "apps/common/passphrase.hpp"
#include "apps/qpcr/commands.hpp"
#include "libqpcr/assay/release.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/file.hpp"
#include "libqpcr/report/catalogue.hpp"
#include "libqpcr/seal/chained_log.hpp"
#include "libqpcr/seal/hash.hpp"
#include "libqpcr/seal/moment.hpp"
#include "libqpcr/seal/signature.hpp"
#include "libqpcr/seal/trust_list.hpp"

namespace qpcr::apps {
namespace {

struct SignOptions {
  std::string file;
  std::string key;
  std::string passphrase_file;
  std::string reason;
  std::string output;
  std::string log;
  std::string language;
};

struct VerifyOptions {
  std::string file;
  std::string trust;
  std::string signature;
  std::string language;
};

std::string default_signature(const std::string& file) { return file + ".signature.json"; }

void print_blocks(const std::vector<Message>& blocks, Language language) {
  for (const Message& block : blocks) print_message("- " + render_message(block, language));
}

/// @throws Error assay_refused after saying everything that is missing.
void require_signable(const AssayDefinition& definition, const std::string& file, std::string_view today,
                      Language language) {
  const std::vector<Message> blocks = find_signing_blocks(definition, today);
  if (blocks.empty()) return;
  print_blocks(blocks, language);
  throw Error(ErrorCode::assay_refused, {.path = file,
                                         .line = 0,
                                         .column = {},
                                         .field = {},
                                         .found = {},
                                         .expected = {},
                                         .problem = "is not complete for release and was not signed"});
}

int sign_definition(const SignOptions& options) {
  const Language language = choose_language(options.language);
  const std::filesystem::path output = options.output.empty() ? default_signature(options.file) : options.output;
  std::error_code ignored;
  if (std::filesystem::exists(output, ignored)) {
    refuse_option("-o", output.string(), "a file that is not there yet: a signature is never overwritten");
  }
  const AssayDefinition definition = read_assay(options.file);
  const std::string now = utc_now();
  require_signable(definition, options.file, day_of(now), language);
  const AssayIdentity identity = identify(definition);
  const SigningKey key = open_signing_key(options.key, options.passphrase_file);
  const Signature signature =
      sign(key, identity.sha256, release_subject(definition), KeyPurpose::release, options.reason, now);
  const std::string text = render_signature(signature);
  // Logged first: a signature that is in no log must not exist.
  if (!options.log.empty()) {
    const LogHead head = append_log(options.log, now, "assay_signed",
                                    {{"assay", identity.id},
                                     {"version", identity.version},
                                     {"sha256", identity.sha256},
                                     {"key", key.id},
                                     {"signature_sha256", sha256_hex(text)}});
    print_message(fmt::format("qpcr: log line {} sha256 {}", head.sequence, head.sha256));
  }
  write_files(output.parent_path(), {{output.filename().string(), text}});
  print_data(fmt::format("{} sha256 {} signed with key {} at {}: {}\n", signature.subject, identity.sha256, key.id, now,
                         output.string()));
  if (key.test_key) print_message("qpcr: signed with a test key: no program accepts this signature");
  return exit_ok;
}

int verify_definition(const VerifyOptions& options) {
  const Language language = choose_language(options.language);
  const AssayDefinition definition = read_assay(options.file);
  const std::string path = options.signature.empty() ? default_signature(options.file) : options.signature;
  const Signature signature = read_signature(path);
  const TrustList trust = read_trust_list(options.trust);
  const std::string now = utc_now();
  ReleaseProof proof;
  try {
    proof = verify_release(definition, signature, trust);
    verify(signature, proof.definition_sha256, KeyPurpose::release, trust, false, day_of(now));
  } catch (const Error& error) {
    throw error.with_path(path);
  }
  print_data(
      fmt::format("{} sha256 {}\nsigned by {} (key {}) at {}\nreason: {}\nsignature sha256 {}\ntrust list sha256 {}\n",
                  signature.subject, proof.definition_sha256, proof.signer, proof.key_id, proof.signed_at,
                  signature.reason, proof.signature_sha256, proof.trust_sha256));
  const std::vector<Message> blocks = find_release_blocks(definition, proof, day_of(now));
  if (blocks.empty()) return exit_ok;
  print_blocks(blocks, language);
  throw Error(ErrorCode::assay_refused, {.path = options.file,
                                         .line = 0,
                                         .column = {},
                                         .field = {},
                                         .found = {},
                                         .expected = {},
                                         .problem = "the signature holds, and its results may not reach a patient"});
}

}  // namespace

void add_assay_release(CLI::App& assay, Action& action) {
  const auto signing = std::make_shared<SignOptions>();
  CLI::App* sign_command =
      assay.add_subcommand("sign", "signs a released definition; exit 5 where something is missing for release");
  sign_command->add_option("FILE", signing->file, "assay definition (TOML) with status \"released\"")->required();
  sign_command->add_option("--key", signing->key, "key file of qpcr key new")->required();
  sign_command->add_option("--reason", signing->reason, "why it is released, in a sentence")->required();
  sign_command->add_option("--passphrase-file", signing->passphrase_file,
                           "first line of a file of mode 0600; without it an encrypted key asks on the terminal");
  sign_command->add_option("-o,--out", signing->output, "signature file; default FILE.signature.json");
  sign_command->add_option("--log", signing->log, "hash-chained log that the signing is added to");
  sign_command->add_option("--lang", signing->language, "zh (default) or en");
  sign_command->callback([signing, &action] { action = [signing] { return sign_definition(*signing); }; });

  const auto verifying = std::make_shared<VerifyOptions>();
  CLI::App* verify_command = assay.add_subcommand(
      "verify",
      "who signed what, when; exit 6 where the signature does not hold, 5 where anything else blocks release");
  verify_command->add_option("FILE", verifying->file, "assay definition (TOML)")->required();
  verify_command->add_option("--trust", verifying->trust, "list of trusted keys (TOML)")->required();
  verify_command->add_option("--signature", verifying->signature, "default FILE.signature.json");
  verify_command->add_option("--lang", verifying->language, "zh (default) or en");
  verify_command->callback([verifying, &action] { action = [verifying] { return verify_definition(*verifying); }; });
}

}  // namespace qpcr::apps
