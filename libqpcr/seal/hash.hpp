// SHA-256 of bytes: the fingerprint of input files, definitions and results.
#pragma once

#include <string>
#include <string_view>

namespace qpcr {

/// SHA-256 (FIPS 180-4) as 64 lower-case hexadecimal digits. @throws Error integrity_failure when the cryptographic
/// library fails.
std::string sha256_hex(std::string_view bytes);

}  // namespace qpcr
