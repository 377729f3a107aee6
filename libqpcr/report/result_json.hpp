// A plate result as JSON of the schema "qpcr.result/2" (docs/formats/qpcr.result-2.schema.json).
#pragma once

#include <string>

#include "libqpcr/assay/result.hpp"

namespace qpcr {

/// UTF-8, keys in a fixed order, two spaces of indentation, numbers as the shortest text that reads back to the same
/// bits, null for what is missing, every message as {id, values, zh, en}. The same result gives the same bytes.
/// @throws Error invalid_option for a message that the catalogue lacks.
std::string render_result_json(const PlateResult& result);

}  // namespace qpcr
