// Detached Ed25519 signatures over the hash of a content, with who, when and what for.
#pragma once

#include <filesystem>
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

/// @throws Error invalid_value where the hash is no SHA-256, the subject or the reason is empty, longer than 1000 bytes
/// or not UTF-8, or the time is no moment in UTC ("2026-11-23T19:49:10Z").
Signature sign(const SigningKey& key, std::string content_sha256, std::string subject, KeyPurpose purpose,
               std::string reason, std::string signed_at);

/// The trusted key behind a signature. `accept_test_keys` is for tests. `today` is a day in UTC; a signature from a
/// later day is refused, where it is not empty.
/// @throws Error integrity_failure where the content is another one, the key is unknown, not for this purpose, not
/// valid on the day of signing, a test key, or the bytes do not fit.
const TrustedKey& verify(const Signature& signature, std::string_view content_sha256, KeyPurpose purpose,
                         const TrustList& trust, bool accept_test_keys = false, std::string_view today = {});
/// The key lives in the list.
const TrustedKey& verify(const Signature& signature, std::string_view content_sha256, KeyPurpose purpose,
                         TrustList&& trust, bool accept_test_keys = false, std::string_view today = {}) = delete;

/// The bytes that the key signs: the line "qpcr.signature/1" ("qpcr.signature/1 test" for a test key), then the
/// canonical JSON of every member but `bytes`.
std::string to_signed_bytes(const Signature& signature);

/// JSON, one member a line. parse_signature() reads it back.
std::string render_signature(const Signature& signature);

/// What a file says; whether it holds is for verify(). @throws Error wrong_encoding; malformed_file for anything but
/// the members of the schema, each once, with its type.
Signature parse_signature(std::string_view json, const std::string& path);

/// @throws Error file_not_found, file_unreadable, and as parse_signature().
Signature read_signature(const std::filesystem::path& path);

}  // namespace qpcr
