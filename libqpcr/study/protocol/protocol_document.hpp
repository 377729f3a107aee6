// A protocol as written, in TOML or in the workbook form: the same tables, rows and texts, each with its place.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/core/provenance.hpp"

namespace qpcr {

/// Where a value stands, for errors.
struct ProtocolPlace {
  std::string path;  ///< "protocol.toml", "protocol.xlsx:centre"
  long line = 0;     ///< line of the text or row of the sheet
  std::string column;
};

/// A value in its one spelling, whatever the file's form: numbers as the shortest text that reads back to the same
/// bits, "yes" and "no", several values between "; ", line ends as '\n'.
struct ProtocolValue {
  std::string text;
  ProtocolPlace place;
};

struct ProtocolRow {
  std::map<std::string, ProtocolValue, std::less<>> values;  ///< by key; absent ones are not there
  ProtocolPlace place;
};

/// Every table of the schema that the file fills, with its rows in order.
struct ProtocolDocument {
  std::map<std::string, std::vector<ProtocolRow>, std::less<>> tables;
  SourceFile source;

  const std::vector<ProtocolRow>& rows(std::string_view table) const;
};

/// Reads `qpcr.protocol/1` (docs/formats/protocol.md): TOML.
/// @throws Error malformed_file, study_invalid for unknown tables and keys, missing required ones, a table twice, a
/// value of another kind or outside its words; personal_data; each with line and field.
ProtocolDocument parse_protocol_toml(std::string_view bytes, const std::string& path);

/// Reads the workbook form: one sheet "protocol" (key, value) and one a repeated table, headed by keys or "label
/// (key)". Sheets and columns of other names are an error; rows without any value are passed over. Flags may also be
/// 是, 否, TRUE and FALSE. @throws Error as above, with sheet, row and column.
ProtocolDocument parse_protocol_workbook(std::string_view bytes, const std::string& path);

/// By its bytes: a zip is a workbook. @throws Error file_*, and as above.
ProtocolDocument read_protocol_document(const std::filesystem::path& path);

/// The content alone, as canonical JSON: equal for a TOML file and a workbook that say the same.
std::string to_canonical_protocol(const ProtocolDocument& document);

/// The first difference in content, as "[centre 2] name_zh: 'A' / 'B'"; empty where they say the same.
std::string find_protocol_difference(const ProtocolDocument& left, const ProtocolDocument& right);

/// The document as TOML; parse_protocol_toml() reads back the same content.
std::string render_protocol_toml(const ProtocolDocument& document);

}  // namespace qpcr
