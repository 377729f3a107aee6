// Validation of written documents against the schemas of their consortia, by programs of others.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

#include "libqpcr/core/file.hpp"
#include "libqpcr/exchange/rdml.hpp"
#include "tests/support/reference_data.hpp"

namespace qpcr::test {

/// Whether `xml` is valid RDML of the version; nothing when xmllint is not installed. Only tests tagged [reference] may
/// call it.
inline std::optional<bool> is_valid_rdml(const std::string& xml, RdmlVersion version = RdmlVersion::v1_3) {
  const std::filesystem::path schema =
      reference_data() / "schemas" / (version == RdmlVersion::v1_2 ? "RDML_v1_2_REC.xsd" : "RDML_v1_3_REC.xsd");
  if (!std::filesystem::is_regular_file(schema)) throw std::runtime_error("no schema " + schema.string());
  if (std::system("xmllint --version >/dev/null 2>&1") != 0) return std::nullopt;
  const std::filesystem::path file = std::filesystem::path(QPCR_BINARY_DIR) / "test_schema.rdml.xml";
  write_file(file, xml);
  const std::string command =
      "xmllint --huge --noout --schema '" + schema.string() + "' '" + file.string() + "' >/dev/null 2>&1";
  const bool valid = std::system(command.c_str()) == 0;
  std::filesystem::remove(file);
  return valid;
}

/// Validates every *.json of a folder against the ASM schema (tests/exchange/validate_asm.py); nothing when
/// python3-jsonschema is not installed.
inline std::optional<bool> are_valid_asm(const std::filesystem::path& folder) {
  if (std::system("/usr/bin/python3 -c 'import jsonschema' >/dev/null 2>&1") != 0) return std::nullopt;
  const std::filesystem::path schema = reference_data() / "schemas" / "asm_qpcr_REC_2024_09.schema.json";
  const std::string command = "/usr/bin/python3 '" QPCR_SOURCE_DIR "/tests/exchange/validate_asm.py' '" +
                              schema.string() + "' '" + folder.string() + "'";
  return std::system(command.c_str()) == 0;
}

}  // namespace qpcr::test
