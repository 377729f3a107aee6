// The only file that touches libsodium.
#include "libqpcr/seal/primitives.hpp"

#include <sodium.h>

#include "libqpcr/core/error.hpp"

namespace qpcr {
namespace {

static_assert(crypto_sign_SEEDBYTES == sizeof(Ed25519Seed));
static_assert(crypto_sign_PUBLICKEYBYTES == sizeof(Ed25519PublicKey));
static_assert(crypto_sign_SECRETKEYBYTES == sizeof(Ed25519SecretKey));
static_assert(crypto_sign_BYTES == sizeof(Ed25519Signature));
static_assert(crypto_pwhash_SALTBYTES == sizeof(SealedSeed::salt));
static_assert(crypto_secretbox_NONCEBYTES == sizeof(SealedSeed::nonce));
static_assert(crypto_secretbox_MACBYTES + sizeof(Ed25519Seed) == sizeof(SealedSeed::bytes));

constexpr std::uint64_t chosen_operations = 3;
constexpr std::uint64_t chosen_memory_bytes = std::uint64_t{64} << 20U;
constexpr std::uint64_t most_operations = 10;
constexpr std::uint64_t most_memory_bytes = std::uint64_t{1} << 30U;

[[noreturn]] void fail(std::string problem) {
  throw Error(
      ErrorCode::integrity_failure,
      {.path = {}, .line = 0, .column = {}, .field = {}, .found = {}, .expected = {}, .problem = std::move(problem)});
}

/// Must precede every other call of the library; may be called again, from any thread.
void start_sodium() {
  if (sodium_init() < 0) fail("the cryptographic library cannot be started");
}

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

struct BoxKey {
  std::array<unsigned char, crypto_secretbox_KEYBYTES> bytes{};
  ~BoxKey() { sodium_memzero(bytes.data(), bytes.size()); }
};

/// @return false where the memory is not to be had.
bool derive_box_key(const SealedSeed& sealed, std::string_view passphrase, BoxKey& key) {
  return crypto_pwhash(key.bytes.data(), key.bytes.size(), passphrase.data(), passphrase.size(), sealed.salt.data(),
                       sealed.operations, sealed.memory_bytes, crypto_pwhash_ALG_ARGON2ID13) == 0;
}

}  // namespace

void wipe(void* memory, std::size_t size) { sodium_memzero(memory, size); }

std::string to_hex(const unsigned char* bytes, std::size_t size) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * size);
  for (std::size_t i = 0; i < size; ++i) {
    text += digits[bytes[i] >> 4U];
    text += digits[bytes[i] & 0x0FU];
  }
  return text;
}

std::optional<std::vector<unsigned char>> parse_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::vector<unsigned char> bytes;
  bytes.reserve(text.size() / 2);
  const auto digit = [](char character) {
    if (character >= '0' && character <= '9') return character - '0';
    if (character >= 'a' && character <= 'f') return character - 'a' + 10;
    return -1;
  };
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = digit(text[i]);
    const int low = digit(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes.push_back(static_cast<unsigned char>(high * 16 + low));
  }
  return bytes;
}

Ed25519Seed make_seed() {
  start_sodium();
  Ed25519Seed seed{};
  randombytes_buf(seed.data(), seed.size());
  return seed;
}

Ed25519Pair derive_pair(const Ed25519Seed& seed) {
  start_sodium();
  Ed25519Pair pair;
  if (crypto_sign_seed_keypair(pair.public_key.data(), pair.secret_key.data(), seed.data()) != 0) {
    fail("the key pair cannot be derived");
  }
  return pair;
}

Ed25519Signature sign_bytes(const Ed25519SecretKey& secret_key, std::string_view message) {
  start_sodium();
  Ed25519Signature signature{};
  if (crypto_sign_detached(signature.data(), nullptr, bytes_of(message), message.size(), secret_key.data()) != 0) {
    fail("the signature cannot be made");
  }
  return signature;
}

bool verify_bytes(const Ed25519PublicKey& public_key, std::string_view message, const Ed25519Signature& signature) {
  start_sodium();
  return crypto_sign_verify_detached(signature.data(), bytes_of(message), message.size(), public_key.data()) == 0;
}

SealedSeed seal_seed(const Ed25519Seed& seed, std::string_view passphrase) {
  start_sodium();
  SealedSeed sealed;
  sealed.operations = chosen_operations;
  sealed.memory_bytes = chosen_memory_bytes;
  randombytes_buf(sealed.salt.data(), sealed.salt.size());
  randombytes_buf(sealed.nonce.data(), sealed.nonce.size());
  BoxKey key;
  if (!derive_box_key(sealed, passphrase, key)) fail("there is too little memory to protect the key (64 MiB)");
  if (crypto_secretbox_easy(sealed.bytes.data(), seed.data(), seed.size(), sealed.nonce.data(), key.bytes.data()) !=
      0) {
    fail("the key cannot be protected");
  }
  return sealed;
}

std::optional<Ed25519Seed> open_seed(const SealedSeed& sealed, std::string_view passphrase) {
  start_sodium();
  if (sealed.operations < 1 || sealed.operations > most_operations) return std::nullopt;
  if (sealed.memory_bytes < crypto_pwhash_MEMLIMIT_MIN || sealed.memory_bytes > most_memory_bytes) return std::nullopt;
  BoxKey key;
  if (!derive_box_key(sealed, passphrase, key)) fail("there is too little memory to open the key");
  Ed25519Seed seed{};
  if (crypto_secretbox_open_easy(seed.data(), sealed.bytes.data(), sealed.bytes.size(), sealed.nonce.data(),
                                 key.bytes.data()) != 0) {
    return std::nullopt;
  }
  return seed;
}

}  // namespace qpcr
