// From an RDML document to runs.
#pragma once

#include <string>
#include <vector>

#include "instruments/base/reader.hpp"
#include "libqpcr/tabular/xml_source.hpp"

namespace qpcr::rdml {

/// @param not_read takes every element that no result comes from, and is copied into each run.
/// @throws Error malformed_file, unsupported_format (another root or version), duplicate_entry, invalid_value; each
/// with the
///   line and the element.
std::vector<RunData> read_document(const XmlSource& source, NotReadList not_read);

}  // namespace qpcr::rdml
