// Detached Ed25519 signatures.
#include "libqpcr/seal/signature.hpp"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/file.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/seal/canonical.hpp"
#include "libqpcr/seal/moment.hpp"
#include "libqpcr/seal/primitives.hpp"
#include "libqpcr/seal/strict_json.hpp"
#include "libqpcr/seal/trust_list.hpp"

namespace qpcr {
namespace {

constexpr std::string_view signature_schema = "qpcr.signature/1";
constexpr std::size_t longest_text_bytes = 1000;
constexpr std::size_t sha256_bytes = 32;

[[noreturn]] void refuse_member(std::string field, std::string found, std::string expected) {
  throw Error(ErrorCode::invalid_value, {.path = {},
                                         .line = 0,
                                         .column = {},
                                         .field = std::move(field),
                                         .found = std::move(found),
                                         .expected = std::move(expected),
                                         .problem = {}});
}

[[noreturn]] void does_not_hold(std::string field, std::string problem, std::string found = {},
                                std::string expected = {}) {
  throw Error(ErrorCode::integrity_failure, {.path = {},
                                             .line = 0,
                                             .column = {},
                                             .field = std::move(field),
                                             .found = std::move(found),
                                             .expected = std::move(expected),
                                             .problem = "the signature does not hold: " + std::move(problem)});
}

bool is_text(std::string_view text) {
  return !trim(text).empty() && text.size() <= longest_text_bytes && is_valid_utf8(text);
}

/// The key may vouch for this, on that day.
void check_key(const TrustedKey& key, KeyPurpose purpose, std::string_view day, bool accept_test_keys) {
  const bool test_key = key.test_key || is_test_key_id(key.id);
  if (test_key && !accept_test_keys) does_not_hold("key_id", "the key " + key.id + " is a test key");
  if (std::find(key.purposes.begin(), key.purposes.end(), purpose) == key.purposes.end()) {
    does_not_hold("purpose",
                  "the key " + key.id + " is not trusted for the purpose " + std::string(to_string(purpose)));
  }
  if (!key.valid_from.empty() && day < key.valid_from) {
    does_not_hold("signed_at", "the key " + key.id + " was not valid yet on the day of signing", std::string(day),
                  "a day from " + key.valid_from + " on");
  }
  if (!key.valid_until.empty() && day > key.valid_until) {
    does_not_hold("signed_at", "the key " + key.id + " was no longer valid on the day of signing", std::string(day),
                  "a day up to " + key.valid_until);
  }
}

}  // namespace

std::string to_signed_bytes(const Signature& signature) {
  const nlohmann::json members = {{"content_sha256", signature.content_sha256}, {"subject", signature.subject},
                                  {"purpose", to_string(signature.purpose)},    {"reason", signature.reason},
                                  {"signed_at", signature.signed_at},           {"key_id", signature.key_id}};
  const std::string_view domain = is_test_key_id(signature.key_id) ? " test" : "";
  return std::string(signature_schema) + std::string(domain) + "\n" + to_canonical_json(members);
}

Signature sign(const SigningKey& key, std::string content_sha256, std::string subject, KeyPurpose purpose,
               std::string reason, std::string signed_at) {
  if (!parse_hex_of<sha256_bytes>(content_sha256)) {
    refuse_member("content_sha256", content_sha256, "64 lower-case hexadecimal digits");
  }
  constexpr const char* expected_text = "a text of 1 to 1000 bytes";
  if (!is_text(subject)) refuse_member("subject", to_valid_utf8(subject), expected_text);
  if (!is_text(reason)) refuse_member("reason", to_valid_utf8(reason), expected_text);
  day_of(signed_at);
  Signature signature;
  signature.content_sha256 = std::move(content_sha256);
  signature.subject = std::move(subject);
  signature.purpose = purpose;
  signature.reason = std::move(reason);
  signature.signed_at = std::move(signed_at);
  signature.key_id = key.id;
  const Ed25519Signature bytes = sign_bytes(key.secret, to_signed_bytes(signature));
  signature.bytes = to_hex(bytes.data(), bytes.size());
  return signature;
}

const TrustedKey& verify(const Signature& signature, std::string_view content_sha256, KeyPurpose purpose,
                         const TrustList& trust, bool accept_test_keys, std::string_view today) {
  if (!parse_hex_of<sha256_bytes>(content_sha256) || signature.content_sha256 != content_sha256) {
    does_not_hold("content_sha256", "it was made for another content", signature.content_sha256,
                  std::string(content_sha256));
  }
  if (signature.purpose != purpose) {
    does_not_hold("purpose", "it was made for another purpose", std::string(to_string(signature.purpose)),
                  std::string(to_string(purpose)));
  }
  const TrustedKey* key = find_key(trust, signature.key_id);
  if (key == nullptr) {
    does_not_hold("key_id", "its key is not in the list of trusted keys", to_valid_utf8(signature.key_id));
  }
  if (!is_utc_moment(signature.signed_at)) {
    does_not_hold("signed_at", "its time is none", to_valid_utf8(signature.signed_at),
                  "a moment in UTC such as 2026-11-23T19:49:10Z");
  }
  const std::string_view day = day_of(signature.signed_at);
  check_key(*key, purpose, day, accept_test_keys);
  if (!today.empty() && (!is_day(today) || day > today)) {
    does_not_hold("signed_at", "it is dated in the future", std::string(day), "a day up to " + std::string(today));
  }
  if (!is_text(signature.subject)) does_not_hold("subject", "its subject is empty, too long or not UTF-8");
  if (!is_text(signature.reason)) does_not_hold("reason", "its reason is empty, too long or not UTF-8");
  const auto public_key = parse_hex_of<sizeof(Ed25519PublicKey)>(key->public_key);
  const auto bytes = parse_hex_of<sizeof(Ed25519Signature)>(signature.bytes);
  if (!bytes) does_not_hold("bytes", "they are not 128 lower-case hexadecimal digits");
  if (!public_key || derive_key_id(key->public_key) != key->id) {
    does_not_hold("key_id", "the list of trusted keys gives the key " + key->id + " another public key");
  }
  if (!verify_bytes(*public_key, to_signed_bytes(signature), *bytes)) {
    does_not_hold("bytes",
                  "its bytes do not fit: the subject, the reason, the time or the bytes were changed, or "
                  "another key than " +
                      key->id + " made them");
  }
  return *key;
}

std::string render_signature(const Signature& signature) {
  nlohmann::ordered_json file;
  file["schema"] = signature_schema;
  file["content_sha256"] = signature.content_sha256;
  file["subject"] = signature.subject;
  file["purpose"] = to_string(signature.purpose);
  file["reason"] = signature.reason;
  file["signed_at"] = signature.signed_at;
  file["key_id"] = signature.key_id;
  file["bytes"] = signature.bytes;
  return file.dump(1) + "\n";
}

Signature parse_signature(std::string_view json, const std::string& path) {
  const StrictObject file = StrictObject::parse(json, path);
  file.demand_schema(signature_schema);
  file.allow_only({"schema", "content_sha256", "subject", "purpose", "reason", "signed_at", "key_id", "bytes"});
  Signature signature;
  signature.content_sha256 = file.get_text("content_sha256");
  signature.subject = file.get_text("subject");
  const auto purpose = parse_key_purpose(file.get_text("purpose"));
  if (!purpose) file.refuse("purpose", "'release', 'calibration' or 'audit'");
  signature.purpose = *purpose;
  signature.reason = file.get_text("reason");
  signature.signed_at = file.get_text("signed_at");
  signature.key_id = file.get_text("key_id");
  signature.bytes = file.get_text("bytes");
  return signature;
}

Signature read_signature(const std::filesystem::path& path) { return parse_signature(read_file(path), path.string()); }

}  // namespace qpcr
