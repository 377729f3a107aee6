// The clinical variables that a study may hold: their kinds, code lists, units and ranges, in one list.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/study/protocol/protocol.hpp"

namespace qpcr {

enum class ClinicalKind {
  identifier,
  code,     ///< one of the variable's codes
  flag,     ///< yes or no
  number,   ///< finite, within the range
  bounded,  ///< a number of at least 0, or a bound such as "<0.8"
  date,     ///< a day
  text,     ///< free, without the number of a person
};

struct ClinicalVariable {
  std::string name;
  ClinicalKind kind = ClinicalKind::text;
  std::vector<std::string> codes;  ///< of a code, in the order of the reports
  std::string unit;                ///< UCUM; empty for none
  double lowest = 0;
  double highest = 0;
  bool required = false;  ///< a mapping must name its column
};

/// The variables of a study: those that every clinical study may hold (docs/formats/mapping.md), `group` with the
/// protocol's groups as codes, and `comparator.<id>` for each comparator: positive/negative, or bounded in its unit.
std::vector<ClinicalVariable> list_clinical_variables(const Protocol& protocol);

/// Null where there is none.
const ClinicalVariable* find_clinical_variable(const std::vector<ClinicalVariable>& variables, std::string_view name);

/// The factor from one unit of a length, a mass concentration or a time to another: 10 from "cm" to "mm", 1 from "ug/L"
/// to "ng/mL". Nothing between units of different things ("mAU/mL" and "ng/mL"), however often they are confused.
std::optional<double> find_unit_factor(std::string_view from, std::string_view to);

}  // namespace qpcr
