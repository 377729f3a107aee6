// SHA-256 by OpenSSL.
#include "libqpcr/seal/hash.hpp"

#include <array>

#include <openssl/evp.h>

#include "libqpcr/core/error.hpp"

namespace qpcr {

std::string sha256_hex(std::string_view bytes) {
  std::array<unsigned char, 32> digest{};
  unsigned int length = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_sha256(), nullptr) != 1 ||
      length != digest.size()) {
    throw Error(ErrorCode::integrity_failure, {.path = {},
                                               .line = 0,
                                               .column = {},
                                               .field = {},
                                               .found = {},
                                               .expected = {},
                                               .problem = "SHA-256 could not be computed"});
  }
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : digest) {
    text += digits[byte >> 4U];
    text += digits[byte & 0x0FU];
  }
  return text;
}

}  // namespace qpcr
