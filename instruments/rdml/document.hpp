// From an RDML document to runs.
#pragma once

#include <string>
#include <vector>

#include "instruments/base/reader.hpp"
#include "libqpcr/tabular/xml_source.hpp"

namespace qpcr::rdml {

/// LightCycler 96 says outside the document, by a call, whether the Cq of a reaction is one.
enum class OutsideCalls {
  by_writer,  ///< missing where the document says that it is of LightCycler 96
  missing,
  follow,  ///< the caller applies them
};

/// A Cq whose call is missing is kept as text, is none, and a warning names the well; RDML of this software holds only
/// those that had a call.
/// @param not_read takes every element that no result comes from, and is copied into each run.
/// @throws Error malformed_file, unsupported_format (another root or version), duplicate_entry, invalid_value; each
/// with the
///   line and the element.
std::vector<RunData> read_document(const XmlSource& source, NotReadList not_read,
                                   OutsideCalls calls = OutsideCalls::by_writer);

}  // namespace qpcr::rdml
