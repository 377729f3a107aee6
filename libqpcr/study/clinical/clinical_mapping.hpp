// A declared mapping from a hospital's table to the study's clinical variables (qpcr.mapping/1).
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/study/clinical/clinical_variables.hpp"

namespace qpcr {

/// How a file is laid out: one row a subject, or what the two exchange formats of trial databases have instead.
enum class ClinicalFormat { csv, xlsx, redcap, odm };
enum class DateOrder { year_month_day, day_month_year, month_day_year };

std::string_view to_string(ClinicalFormat format);

struct MappedColumn {
  std::string variable;
  std::string heading;
  std::string unit;                          ///< of the column's numbers; empty: that of the variable
  std::string unit_heading;                  ///< of a column with the unit of each row; empty: none
  std::map<std::string, std::string> words;  ///< as written → code, flag or number
  long line = 0;                             ///< of the mapping
};

/// Nothing in it is guessed from the data: decimal sign, order of dates and words for "missing" are declared.
struct ClinicalMapping {
  ClinicalFormat format = ClinicalFormat::csv;
  std::string sheet;  ///< of a workbook; empty: its only one
  bool decimal_comma = false;
  DateOrder dates = DateOrder::year_month_day;
  std::vector<std::string> missing;       ///< words for "not known", beside the empty cell
  std::vector<std::string> drop;          ///< columns of persons that must not enter the study
  std::vector<std::string> pseudonymise;  ///< columns of persons that a keyed hash replaces
  std::vector<MappedColumn> columns;
  std::string path;
};

/// Reads docs/formats/mapping.md.
/// @throws Error study_invalid with line and field for unknown keys, variables and words, a variable or heading twice,
/// a unit that cannot become the variable's, a required variable without a column, and a person's column that is
/// neither dropped nor pseudonymised.
ClinicalMapping parse_clinical_mapping(std::string_view toml, const std::string& path,
                                       const std::vector<ClinicalVariable>& variables);

}  // namespace qpcr
