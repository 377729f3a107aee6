// SHA-256 of bytes, the fingerprint of input files, definitions and results; and the same under a key.
#pragma once

#include <string>
#include <string_view>

namespace qpcr {

/// SHA-256 (FIPS 180-4) as 64 lower-case hexadecimal digits. @throws Error integrity_failure when the cryptographic
/// library fails.
std::string sha256_hex(std::string_view bytes);

/// HMAC-SHA-256 (FIPS 198-1) in the same form: a fingerprint that only who has the key can make.
/// @throws Error integrity_failure when the cryptographic library fails.
std::string hmac_sha256_hex(std::string_view key, std::string_view bytes);

}  // namespace qpcr
