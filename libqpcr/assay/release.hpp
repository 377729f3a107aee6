// Whether the results of a definition may reach a patient: status, signature, registration, verification, validity.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/assay/definition.hpp"
#include "libqpcr/seal/signature.hpp"

namespace qpcr {

/// What a verified signature on a definition proves. Made by verify_release() alone.
struct ReleaseProof {
  std::string definition_sha256;  ///< of the content that was signed; as identify() gives it
  std::string signer;             ///< name or role of the key's holder, as the trusted key list gives it
  std::string key_id;
  std::string signed_at;         ///< ISO 8601
  bool test_key = false;         ///< a key of the tests: it proves nothing outside them
  std::string signature_sha256;  ///< of the signature as render_signature() writes it, as the log of signings has it
  std::string trust_sha256;      ///< of the list of trusted keys, as identify_trust_list() gives it

  bool operator==(const ReleaseProof&) const = default;
};

/// "demo-methylation 1.0.0": what the subject of a signature on a definition says.
std::string release_subject(const AssayDefinition& definition);

/// The proof that a trusted key signed this content for release. `accept_test_keys` is for tests: no program sets it.
/// @throws Error integrity_failure as verify() of the seal room, and where the subject names another definition.
ReleaseProof verify_release(const AssayDefinition& definition, const Signature& signature, const TrustList& trust,
                            bool accept_test_keys = false);

/// Why results of the definition may not reach a patient report, LIS or outbox; empty when they may, as far as the
/// definition is concerned. `today` is an ISO 8601 date in UTC, as signatures are dated; any other text, also an empty
/// one, blocks.
std::vector<Message> find_release_blocks(const AssayDefinition& definition, const std::optional<ReleaseProof>& proof,
                                         std::string_view today);

/// Why the definition must not be signed for release: the blocks that neither a signature nor its first day of validity
/// lifts.
std::vector<Message> find_signing_blocks(const AssayDefinition& definition, std::string_view today);

/// As require_runnable(), and @throws Error assay_refused for a definition marked released whose proof is absent or
/// belongs to other content.
void require_runnable(const AssayDefinition& definition, const std::optional<ReleaseProof>& proof);

}  // namespace qpcr
