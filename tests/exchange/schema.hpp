// Validation of RDML against the consortium's schema, by xmllint.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

#include "libqpcr/core/file.hpp"
#include "tests/support/reference_data.hpp"

namespace qpcr::test {

/// Whether `xml` is valid RDML 1.3; nothing when xmllint is not installed. Only tests tagged [reference] may call it.
inline std::optional<bool> is_valid_rdml(const std::string& xml) {
  const std::filesystem::path schema = reference_data() / "schemas" / "RDML_v1_3_REC.xsd";
  if (!std::filesystem::is_regular_file(schema)) throw std::runtime_error("no schema " + schema.string());
  if (std::system("xmllint --version >/dev/null 2>&1") != 0) return std::nullopt;
  const std::filesystem::path file = std::filesystem::path(QPCR_BINARY_DIR) / "test_schema.rdml.xml";
  write_file(file, xml);
  const std::string command =
      "xmllint --noout --schema '" + schema.string() + "' '" + file.string() + "' >/dev/null 2>&1";
  const bool valid = std::system(command.c_str()) == 0;
  std::filesystem::remove(file);
  return valid;
}

}  // namespace qpcr::test
