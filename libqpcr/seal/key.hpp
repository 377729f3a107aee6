// Ed25519 keys: made, kept in files that only their owner reads, and lists of those that a laboratory trusts.
#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace qpcr {

/// A key that signs. The secret never leaves memory and its own file.
struct SigningKey {
  std::string id;          ///< first 16 hexadecimal digits of the SHA-256 of the public key
  std::string holder;      ///< person or role, as given when the key was made
  std::string public_key;  ///< 64 hexadecimal digits
  std::array<unsigned char, 64> secret{};
};

/// What a key may vouch for.
enum class KeyPurpose { release, calibration, audit };

std::string_view to_string(KeyPurpose purpose);

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

}  // namespace qpcr
