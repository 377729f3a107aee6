// The answers of centres to what the checks of a study asked.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/study/conduct/finding.hpp"
#include "libqpcr/study/conduct/study_log.hpp"

namespace qpcr {

/// Whether a finding still has to be answered for: a query without an answer, or a blocking one that is not recorded as
/// a deviation. A finding whose answer was "corrected" and that is still there is open.
bool is_open(const StudyFinding& finding, const StudyState& state);

struct ListedAnswer {
  std::string query;
  std::string resolution;  ///< "confirmed", "explained", "corrected", "deviation"
  std::string text;
};

/// Reads a query list that a centre filled in: `query,resolution,answer`, other columns passed over. Rows without both
/// are not answered yet and give nothing.
/// @throws Error as read_csv_table(); missing_column; invalid_value for a resolution without a text and the reverse, a
/// resolution that is none, one that the finding does not admit ("deviation" for what must be corrected, anything else
/// for what blocks), and a query that none of `findings` asks; duplicate_entry; personal_data.
std::vector<ListedAnswer> parse_answers(std::string_view bytes, const std::string& path, const StudyFindings& findings);

}  // namespace qpcr
