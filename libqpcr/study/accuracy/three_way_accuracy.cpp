// Five fourfold tables from one table with indeterminate results.
#include "libqpcr/study/accuracy/three_way_accuracy.hpp"

#include <fmt/format.h>

#include "libqpcr/study/request_checks.hpp"

namespace qpcr {

std::string_view to_string(IndeterminateAs rule) {
  switch (rule) {
    case IndeterminateAs::excluded:
      return "excluded";
    case IndeterminateAs::positive:
      return "positive";
    case IndeterminateAs::negative:
      return "negative";
    case IndeterminateAs::wrong:
      return "worst_case";
    case IndeterminateAs::right:
      break;
  }
  return "best_case";
}

FourfoldTable resolve_indeterminate(const ThreeWayTable& table, IndeterminateAs rule) {
  FourfoldTable made{table.true_positive, table.false_positive, table.false_negative, table.true_negative};
  if (rule == IndeterminateAs::excluded) return made;
  const bool case_positive = rule == IndeterminateAs::positive || rule == IndeterminateAs::right;
  const bool control_positive = rule == IndeterminateAs::positive || rule == IndeterminateAs::wrong;
  (case_positive ? made.true_positive : made.false_negative) += table.indeterminate_cases;
  (control_positive ? made.false_positive : made.true_negative) += table.indeterminate_controls;
  return made;
}

ThreeWayAccuracy estimate_three_way_accuracy(const ThreeWayTable& table, const AccuracyOptions& options) {
  options.validate();
  for (const long count : {table.true_positive, table.indeterminate_cases, table.false_negative, table.false_positive,
                           table.indeterminate_controls, table.true_negative}) {
    if (count < 0) refuse_value("three-way table", fmt::format("{}", count), "counts of at least 0");
  }
  ThreeWayAccuracy made;
  made.confidence = options.confidence;
  made.table = table;
  made.indeterminate =
      estimate_proportion(table.indeterminate_cases + table.indeterminate_controls, table.cases() + table.controls(),
                          options.confidence, "not_estimable_no_subjects");
  made.indeterminate_cases =
      estimate_proportion(table.indeterminate_cases, table.cases(), options.confidence, "not_estimable_no_cases");
  made.indeterminate_controls = estimate_proportion(table.indeterminate_controls, table.controls(), options.confidence,
                                                    "not_estimable_no_controls");
  for (const IndeterminateAs rule : {IndeterminateAs::excluded, IndeterminateAs::positive, IndeterminateAs::negative,
                                     IndeterminateAs::wrong, IndeterminateAs::right}) {
    made.scenarios.push_back({rule, estimate_accuracy(resolve_indeterminate(table, rule), options)});
  }
  return made;
}

}  // namespace qpcr
