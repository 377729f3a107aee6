// The cryptographic primitives as plain functions, and hexadecimal text, so that one file alone touches libsodium.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace qpcr {

using Ed25519Seed = std::array<unsigned char, 32>;
using Ed25519PublicKey = std::array<unsigned char, 32>;
using Ed25519SecretKey = std::array<unsigned char, 64>;  ///< the seed, then the public key
using Ed25519Signature = std::array<unsigned char, 64>;

struct Ed25519Pair {
  Ed25519PublicKey public_key{};
  Ed25519SecretKey secret_key{};
};

/// Overwrites memory in a way that the compiler keeps.
void wipe(void* memory, std::size_t size);

/// Lower-case hexadecimal digits.
std::string to_hex(const unsigned char* bytes, std::size_t size);

/// The bytes of lower-case hexadecimal text, so that each value has one spelling. @return nothing for any other text.
std::optional<std::vector<unsigned char>> parse_hex(std::string_view text);

/// parse_hex() of exactly N bytes.
template <std::size_t N>
std::optional<std::array<unsigned char, N>> parse_hex_of(std::string_view text) {
  if (text.size() != 2 * N) return std::nullopt;
  const auto bytes = parse_hex(text);
  if (!bytes) return std::nullopt;
  std::array<unsigned char, N> result{};
  for (std::size_t i = 0; i < N; ++i) result[i] = (*bytes)[i];
  return result;
}

/// From the random numbers of the operating system.
Ed25519Seed make_seed();

/// Key generation of RFC 8032, section 5.1.5.
Ed25519Pair derive_pair(const Ed25519Seed& seed);

/// Pure Ed25519, RFC 8032, section 5.1.6.
Ed25519Signature sign_bytes(const Ed25519SecretKey& secret_key, std::string_view message);

/// In constant time; refuses points of small order and scalars that are not reduced.
bool verify_bytes(const Ed25519PublicKey& public_key, std::string_view message, const Ed25519Signature& signature);

/// A seed under a passphrase: XSalsa20-Poly1305 with a key from Argon2id (version 1.3).
struct SealedSeed {
  std::uint64_t operations = 0;
  std::uint64_t memory_bytes = 0;
  std::array<unsigned char, 16> salt{};
  std::array<unsigned char, 24> nonce{};
  std::array<unsigned char, 48> bytes{};  ///< the tag, then the seed
};

SealedSeed seal_seed(const Ed25519Seed& seed, std::string_view passphrase);

/// @return nothing where the passphrase is another one, the bytes were changed, or the costs are outside 1 to 10
/// operations and 8 KiB to 1 GiB (a file must not decide how long a program hangs).
std::optional<Ed25519Seed> open_seed(const SealedSeed& sealed, std::string_view passphrase);

}  // namespace qpcr
