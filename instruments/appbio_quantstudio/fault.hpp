// Errors at a place of an .eds member.
#pragma once

#include <string>

#include "libqpcr/core/error.hpp"
#include "libqpcr/tabular/xml.hpp"

namespace qpcr::appbio_quantstudio {

/// A problem at a line of a member; 0 for no line.
[[noreturn]] void refuse(ErrorCode code, const std::string& path, long line, std::string problem);
[[noreturn]] void refuse(ErrorCode code, const std::string& path, long line, std::string field, std::string found,
                         std::string expected);
/// A value of an XML element that is not as it must be.
[[noreturn]] void refuse(const XmlElement& element, std::string found, std::string expected);

}  // namespace qpcr::appbio_quantstudio
