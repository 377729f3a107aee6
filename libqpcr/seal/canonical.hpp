// The one byte form of a JSON value, so that the same content has the same hash.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

namespace qpcr {

/// UTF-8 JSON without white space, keys in byte order, numbers as the shortest text that reads back to the same double
/// (after RFC 8785; integers stay integers). @throws Error integrity_failure for NaN, infinities or text that is not
/// UTF-8.
std::string to_canonical_json(const nlohmann::json& value);

/// sha256_hex(to_canonical_json(value)).
std::string canonical_sha256(const nlohmann::json& value);

}  // namespace qpcr
