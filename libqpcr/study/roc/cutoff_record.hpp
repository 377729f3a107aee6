// The record of a decision cut-off as a file: JSON, schema qpcr.cutoff/1, with its identity.
#pragma once

#include <string>
#include <string_view>

#include "libqpcr/study/roc/cutoff_establishment.hpp"

namespace qpcr {

/// Numbers as the shortest text that reads back to the same bits; `identity` is the SHA-256 of the canonical JSON of
/// all the rest, and what an assay definition names as `record_sha256` (docs/formats/cutoff.md).
/// @throws Error integrity_failure for text that is not UTF-8.
std::string render_cutoff_record(const CutoffEstablishment& made);

/// The lines of a rule in an assay definition (docs/formats/assay.md) that carry the cut-off: relation, gray zone where
/// it holds the cut-off, establishment, verification; TOML.
std::string render_cutoff_rule(const CutoffEstablishment& made, std::string_view identity);

/// The identity of a record whose content has it.
/// @throws Error malformed_file (not such a document), integrity_failure (content and identity disagree).
std::string check_cutoff_record(std::string_view text, const std::string& path);

}  // namespace qpcr
