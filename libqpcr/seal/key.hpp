// Ed25519 keys: made, kept in files that only their owner reads, and lists of those that a laboratory trusts.
#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace qpcr {

/// A key that signs. The secret never leaves memory and its own file, and is overwritten when the key goes.
struct SigningKey {
  std::string id;          ///< first 16 hexadecimal digits of the SHA-256 of the public key
  std::string holder;      ///< person or role, as given when the key was made
  std::string public_key;  ///< 64 hexadecimal digits
  std::array<unsigned char, 64> secret{};
  bool test_key = false;  ///< made for tests, as the id says: what it signs proves nothing outside them

  ~SigningKey();
};

/// What a key may vouch for.
enum class KeyPurpose { release, calibration, audit, study };

std::string_view to_string(KeyPurpose purpose);
std::optional<KeyPurpose> parse_key_purpose(std::string_view text);

struct TrustedKey {
  std::string id;
  std::string holder;
  std::string public_key;
  std::vector<KeyPurpose> purposes;
  std::string valid_from;   ///< ISO 8601 date; empty: always
  std::string valid_until;  ///< ISO 8601 date; empty: always
  bool test_key = false;    ///< accepted only where the caller says that this is a test

  bool operator==(const TrustedKey&) const = default;
};

/// The keys a laboratory trusts; a TOML file (docs/formats/key.md).
struct TrustList {
  std::vector<TrustedKey> keys;
};

/// A passphrase, overwritten when it goes; it can be moved, never copied.
class Passphrase {
 public:
  explicit Passphrase(std::string_view text) : text_(text.begin(), text.end()) {}
  ~Passphrase();
  Passphrase(Passphrase&&) noexcept = default;
  Passphrase(const Passphrase&) = delete;
  Passphrase& operator=(const Passphrase&) = delete;
  Passphrase& operator=(Passphrase&&) = delete;
  std::string_view view() const { return {text_.data(), text_.size()}; }

 private:
  std::vector<char> text_;
};

/// The first line of a file that only its owner may read. @throws Error file_not_found, file_unreadable;
/// integrity_failure where group or others may read it; invalid_value for an empty line.
Passphrase read_passphrase(const std::filesystem::path& path);

/// First 16 hexadecimal digits of the SHA-256 of the 32 bytes. @return nothing where the text is no such key.
std::optional<std::string> derive_key_id(std::string_view public_key);

/// Test keys are known by their id, which is a property of the key itself: it begins with "7e5", and no other key's
/// does. Neither a key file nor a trust list can say otherwise.
bool is_test_key_id(std::string_view id);

/// A new key from the random numbers of the operating system; drawn again until its id fits `test_key`. @throws Error
/// invalid_value for a holder that is empty, longer than 200 bytes, not UTF-8, or holds control characters.
SigningKey make_signing_key(std::string_view holder, bool test_key = false);

/// Writes a new file with mode 0600; with a passphrase the secret is encrypted. @throws Error file_unwritable, also
/// where a file of that name exists: a key is never overwritten.
void write_signing_key(const std::filesystem::path& path, const SigningKey& key, const Passphrase* passphrase);

/// What a key file says without its secret.
struct KeyFileSummary {
  std::string id;
  std::string holder;
  std::string public_key;
  bool test_key = false;
  bool encrypted = false;

  bool operator==(const KeyFileSummary&) const = default;
};

/// The public part, without a passphrase: not proven to belong to the secret, which read_signing_key() proves.
/// @throws Error as read_signing_key().
KeyFileSummary read_key_summary(const std::filesystem::path& path);

/// @throws Error file_not_found, file_unreadable, wrong_encoding, malformed_file; invalid_option where the file is
/// encrypted and no passphrase is given; integrity_failure where group or others may read the file, the passphrase is
/// another one, or the parts of the file do not belong together.
SigningKey read_signing_key(const std::filesystem::path& path, const Passphrase* passphrase);

}  // namespace qpcr
