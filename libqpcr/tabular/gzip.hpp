// Single streams compressed with gzip (RFC 1952) or zlib (RFC 1950), inflated in memory with limits.
#pragma once

#include <string>
#include <string_view>

#include "libqpcr/tabular/zip.hpp"

namespace qpcr {

/// True for the first bytes of a gzip file.
bool is_gzip(std::string_view bytes);

/// All members joined, checksums verified. The limits are those of archives; a size is believed only as far as they go.
/// @throws Error unsafe_archive over a limit, malformed_file for damaged or cut data.
std::string inflate_gzip(std::string_view bytes, const std::string& path, const ArchiveLimits& limits = {});

/// One zlib stream, checksum verified; nothing may follow it. The limits are those of archives.
/// @throws Error as inflate_gzip().
std::string inflate_zlib(std::string_view bytes, const std::string& path, const ArchiveLimits& limits = {});

}  // namespace qpcr
