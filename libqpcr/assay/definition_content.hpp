// The complete content of a definition as JSON: what is hashed, signed and compared.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "libqpcr/assay/definition.hpp"

namespace qpcr {

/// Every member of every part of the definition, under the name its TOML key has where it has one. What is absent is
/// left out; an unpublished number of a template is null. Two definitions are equal exactly when their contents are
/// (templates: NaN counts as equal to NaN).
/// @throws Error assay_invalid for Cq options that no definition can hold (docs/formats/assay.md, [cq]).
nlohmann::json to_content(const AssayDefinition& definition);

}  // namespace qpcr
