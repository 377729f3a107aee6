// Clinical data in the study's own words: one record a subject, with everything that could not be read as findings.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/core/provenance.hpp"
#include "libqpcr/study/clinical/clinical_mapping.hpp"
#include "libqpcr/study/conduct/finding.hpp"
#include "libqpcr/study/subjects.hpp"
#include "libqpcr/tabular/csv.hpp"

namespace qpcr {

/// A value as the study spells it: a code, "yes", an ISO 8601 day, or a number with what kind of bound it is.
struct ClinicalValue {
  std::string text;
  std::optional<double> number;
  Bound bound = Bound::exact;
};

struct ClinicalRecord {
  std::string subject;
  std::string centre;
  std::map<std::string, ClinicalValue, std::less<>> values;  ///< by variable; what is not known is not there
  std::string file;
  long line = 0;

  /// Null where the value is not known.
  const ClinicalValue* find(std::string_view variable) const;
  /// Empty where it is not known.
  std::string text(std::string_view variable) const;
  bool is_yes(std::string_view variable) const { return text(variable) == "yes"; }
};

struct ClinicalTable {
  std::vector<ClinicalRecord> records;  ///< order of the file
  StudyFindings findings;               ///< cells that could not be read, each with line and column
  std::vector<NotRead> not_read;        ///< columns that the mapping does not name
};

/// Applies a mapping to a table. A cell that cannot be read is a finding ("clinical_…", blocks) and its value is not
/// known; nothing else is left out. Numbers are in the variable's unit: sizes given in cm come out in mm.
/// @param centre of the import; a column of centres must say the same.
/// @throws Error missing_column for a mapped column that the table lacks.
ClinicalTable read_clinical_table(const CsvTable& table, const ClinicalMapping& mapping,
                                  const std::vector<ClinicalVariable>& variables, const std::string& centre);

/// A day written in an order, with '-', '/', '.' or 年月日 between its parts, a time of day after it passed over; in
/// year-month-day also eight digits. ISO 8601, or nothing where it is no day or written in another order.
std::optional<std::string> parse_clinical_day(std::string_view text, DateOrder order);

}  // namespace qpcr
