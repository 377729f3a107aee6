// What a protocol may say: its tables and fields, the one list behind the TOML file, the workbook form and the reader.
#pragma once

#include <string_view>
#include <vector>

namespace qpcr {

enum class ProtocolKind {
  text,        ///< a sentence, without the name or number of a person
  identifier,  ///< a coded identifier (find_identifier_fault())
  choice,      ///< one of the field's words
  flag,        ///< yes or no
  number,      ///< finite
  count,       ///< whole, 0 or more
  numbers,     ///< several
  texts,       ///< several, such as "option=value"
  date,        ///< ISO 8601 day
  hash,        ///< SHA-256
  path,        ///< relative, with '/'
};

struct ProtocolField {
  std::string_view key;
  ProtocolKind kind = ProtocolKind::text;
  bool required = false;
  std::vector<std::string_view> choices = {};
};

/// A table that stands once ([study]) or as often as needed ([[centre]]). Labels and explanations are catalogue entries
/// "protocol.<table>" and "protocol.<table>.<key>".
struct ProtocolTable {
  std::string_view name;
  bool repeated = false;
  bool required = false;
  std::vector<ProtocolField> fields;
};

/// Tables in the order of the forms.
const std::vector<ProtocolTable>& protocol_tables();

/// Null where there is none.
const ProtocolTable* find_protocol_table(std::string_view name);
const ProtocolField* find_protocol_field(const ProtocolTable& table, std::string_view key);

}  // namespace qpcr
