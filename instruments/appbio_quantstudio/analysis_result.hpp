// Rn, ΔRn and Ct of an .eds: analysis_result.txt.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "instruments/base/reader.hpp"

namespace qpcr::appbio_quantstudio {

/// One target in one well as analysed by the vendor's software.
struct AnalysisResult {
  long well = 0;  ///< zero-based row-major
  long line = 0;
  std::string sample;
  std::string target;
  std::string task;
  std::string ct_text;
  std::optional<double> ct;  ///< as written, also when it is the number of cycles
  std::string amplification_status;
  std::optional<double> confidence;
  std::vector<double> rn;
  std::vector<double> delta_rn;
};

/// @param member name for `not_read`. @throws Error malformed_file, missing_column, invalid_value, duplicate_entry with
/// the line.
std::vector<AnalysisResult> read_analysis_result(std::string_view bytes, const std::string& path,
                                                 NotReadList& not_read);

/// True for the text of such a table that was saved without its archive.
bool looks_like_analysis_result(std::string_view utf8);

}  // namespace qpcr::appbio_quantstudio
