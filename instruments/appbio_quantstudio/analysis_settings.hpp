// How the vendor's software was told to analyse: analysis_protocol.xml of an .eds.
#pragma once

#include <string>
#include <string_view>

#include "instruments/appbio_quantstudio/contents.hpp"
#include "instruments/base/reader.hpp"

namespace qpcr::appbio_quantstudio {

/// Settings as names with typed values. One that is not a number where there must be one is taken as not stated.
/// @throws Error malformed_file with the line.
AnalysisSettings read_analysis_settings(std::string_view bytes, const std::string& path, NotReadList& not_read);

/// What holds for a target in a well: the well's own settings, else the target's, else the defaults.
CtSetting find_ct_setting(const AnalysisSettings& settings, long well, const std::string& target);

}  // namespace qpcr::appbio_quantstudio
