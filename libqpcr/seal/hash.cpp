// SHA-256 by OpenSSL.
#include "libqpcr/seal/hash.hpp"

#include <array>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "libqpcr/core/error.hpp"

namespace qpcr {

namespace {

[[noreturn]] void refuse_digest() {
  throw Error(ErrorCode::integrity_failure, {.path = {},
                                             .line = 0,
                                             .column = {},
                                             .field = {},
                                             .found = {},
                                             .expected = {},
                                             .problem = "SHA-256 could not be computed"});
}

std::string to_hex(const std::array<unsigned char, 32>& digest) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : digest) {
    text += digits[byte >> 4U];
    text += digits[byte & 0x0FU];
  }
  return text;
}

}  // namespace

std::string sha256_hex(std::string_view bytes) {
  std::array<unsigned char, 32> digest{};
  unsigned int length = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_sha256(), nullptr) != 1 ||
      length != digest.size())
    refuse_digest();
  return to_hex(digest);
}

std::string hmac_sha256_hex(std::string_view key, std::string_view bytes) {
  // The bytes are only read; OpenSSL 3 takes them as unsigned.
  const std::basic_string<unsigned char> plain(bytes.begin(), bytes.end());
  std::array<unsigned char, 32> digest{};
  unsigned int length = 0;
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), plain.data(), plain.size(), digest.data(),
           &length) == nullptr ||
      length != digest.size())
    refuse_digest();
  return to_hex(digest);
}

}  // namespace qpcr
