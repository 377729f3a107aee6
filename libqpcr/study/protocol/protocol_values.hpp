// The one spelling of a protocol's values, and what is refused as a value.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/study/protocol/protocol_document.hpp"
#include "libqpcr/study/protocol/protocol_schema.hpp"

namespace qpcr {

/// Separates the parts of a value that holds several.
inline constexpr std::string_view protocol_list_separator = "; ";

/// `written`, as one cell of a form, in its one spelling.
/// @throws Error study_invalid or personal_data at the place, naming `field`.
std::string normalise_protocol_value(const ProtocolField& field, std::string_view written, const ProtocolPlace& place,
                                     const std::string& name);

/// The parts of a value that holds several; none for an empty text.
std::vector<std::string> split_protocol_list(std::string_view text);

[[noreturn]] void refuse_protocol(const ProtocolPlace& place, std::string field, std::string found,
                                  std::string expected, std::string problem = {});

/// Refuses unknown tables, missing required tables and fields, and a single table with several rows.
void check_protocol_completeness(const ProtocolDocument& document, const std::string& path);

}  // namespace qpcr
