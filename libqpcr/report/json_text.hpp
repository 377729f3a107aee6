// JSON values as the text of our files.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace qpcr {

/// Two spaces of indentation, keys as inserted, numbers as the shortest text that reads back to the same bits (the
/// library's own writer gives "1.0" and, rarely, a digit more than needed), texts cleaned, a line feed at the end.
std::string render_json(const nlohmann::ordered_json& json);

}  // namespace qpcr
