// Everything that is wrong or odd in a definition, each with its place and reason.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/assay/definition.hpp"
#include "libqpcr/core/message.hpp"

namespace qpcr {

struct Finding {
  /// error: refused. warning: a person must look and may accept. note: said for completeness.
  enum class Severity { error, warning, note };

  Severity severity = Severity::error;
  std::string code;     ///< "duplicate_identifier"; docs/formats/assay_findings.md lists all
  std::string field;    ///< full name of the key: "values[2].terms"
  long line = 0;        ///< 1-based; 0 where no file was read
  Message message;      ///< finding.<code>, worded by the catalogue
  std::string english;  ///< the same in English, for errors

  bool operator==(const Finding&) const = default;
};

std::string_view to_string(Finding::Severity severity);

/// Every finding, in the order of the parts of a definition. Never throws for a parsed definition.
std::vector<Finding> inspect_assay(const AssayDefinition& definition);

/// Parses and inspects a file, in the order of its lines; what cannot be parsed is one error with its line.
/// @throws Error file_not_found, file_unreadable.
std::vector<Finding> inspect_assay_file(const std::filesystem::path& path);

/// The same of a text. `path` is used in messages alone.
std::vector<Finding> inspect_assay_text(std::string_view toml, const std::string& path);

bool has_errors(const std::vector<Finding>& findings);

}  // namespace qpcr
