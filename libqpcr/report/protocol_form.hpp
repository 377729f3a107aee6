// The protocol as a form that people fill in: an annotated TOML file and a workbook, empty or filled.
#pragma once

#include <string>

#include "libqpcr/study/protocol/protocol.hpp"

namespace qpcr {

/// A TOML form with every field of the kind of study, each explained in Chinese and English, none filled in.
std::string render_protocol_template(StudyKind kind);

/// The workbook form (parse_protocol_workbook() reads it): what `document` says is filled in, everything else is empty.
/// Sheets are those of the study's kind, or of `kind` where the document does not say it.
/// @throws Error file_unwritable.
std::string render_protocol_workbook(const ProtocolDocument& document, StudyKind kind);

}  // namespace qpcr
