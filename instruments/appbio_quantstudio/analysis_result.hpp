// What the vendor's software made of an .eds: analysis_result.txt and meltcuve_result.txt.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "instruments/appbio_quantstudio/contents.hpp"
#include "instruments/base/reader.hpp"

namespace qpcr::appbio_quantstudio {

/// Rn, ΔRn and Ct, or genotype calls. Columns that no result has a place for, and the lines of standard curves and
/// relative quantities, become tables.
/// @throws Error malformed_file, missing_column, invalid_value, duplicate_entry with the line.
std::vector<AnalysisResult> read_analysis_result(std::string_view bytes, const std::string& path,
                                                 std::vector<VendorTable>& tables, NotReadList& not_read);

/// Melting curves (Rn) and temperatures of their peaks.
/// @throws Error as read_analysis_result().
std::map<WellTarget, MeltResult> read_melt_result(std::string_view bytes, const std::string& path,
                                                  NotReadList& not_read);

/// True for the text of such a table that was saved without its archive.
bool looks_like_analysis_result(std::string_view utf8);

}  // namespace qpcr::appbio_quantstudio
