// Text as XML and its schema types demand it.
#pragma once

#include <string>
#include <string_view>

namespace qpcr {

/// Text for an element or an attribute in double quotes; line ends are kept as references so that no reader folds them.
/// @throws Error invalid_value for text that is not UTF-8 or holds a control character.
std::string escape_xml(std::string_view text);

/// YYYY-MM-DDThh:mm:ss with an optional zone, every field in its range for any month.
bool is_iso_instant(std::string_view text);

}  // namespace qpcr
