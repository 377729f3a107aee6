// The list of keys that a laboratory trusts, as its TOML file says it (docs/formats/key.md, schema qpcr.trust/1).
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "libqpcr/seal/key.hpp"

namespace qpcr {

/// @throws Error file_not_found, file_unreadable, and as parse_trust_list().
TrustList read_trust_list(const std::filesystem::path& path);

/// `path` is used in errors alone. @throws Error malformed_file with line and field for unknown members, wrong types,
/// a public key that is none, and a validity that ends before it begins; duplicate_entry for a key listed twice;
/// integrity_failure for an id that is not that of its public key.
TrustList parse_trust_list(std::string_view toml, const std::string& path);

/// The whole list; parse_trust_list() reads back the same keys.
std::string render_trust_list(const TrustList& list);

/// The text of a trust list with one more key at its end; what stands there, comments too, is kept. An empty text
/// becomes a new list. @throws Error as parse_trust_list() where the list, or the list with the key, is wrong.
std::string add_trusted_key(std::string_view toml, const TrustedKey& key, const std::string& path);

/// SHA-256 of the canonical content of a list: order and layout do not count.
std::string identify_trust_list(const TrustList& list);

const TrustedKey* find_key(const TrustList& list, std::string_view id);

}  // namespace qpcr
