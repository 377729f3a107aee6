// Detached Ed25519 signatures over the hash of a content, with who, when and what for.
#pragma once

#include <string>
#include <string_view>

#include "libqpcr/seal/key.hpp"

namespace qpcr {

/// One signature, as its file says (schema qpcr.signature/1). It covers every member above `bytes`.
struct Signature {
  std::string content_sha256;
  std::string subject;  ///< what was signed, for people: "demo-methylation 1.0.0"
  KeyPurpose purpose = KeyPurpose::release;
  std::string reason;     ///< why it was signed, in the signer's words
  std::string signed_at;  ///< ISO 8601, UTC
  std::string key_id;
  std::string bytes;  ///< 128 hexadecimal digits

  bool operator==(const Signature&) const = default;
};

Signature sign(const SigningKey& key, std::string content_sha256, std::string subject, KeyPurpose purpose,
               std::string reason, std::string signed_at);

/// The trusted key behind a signature. `accept_test_keys` is for tests.
/// @throws Error integrity_failure where the content is another one, the key is unknown, not for this purpose, not
/// valid on the day of signing, a test key, or the bytes do not fit.
const TrustedKey& verify(const Signature& signature, std::string_view content_sha256, KeyPurpose purpose,
                         const TrustList& trust, bool accept_test_keys = false);

}  // namespace qpcr
