// Refuses a definition for the first error that its inspection finds.
#include <algorithm>

#include "libqpcr/assay/findings.hpp"
#include "libqpcr/core/error.hpp"

namespace qpcr {

void check_assay(const AssayDefinition& definition) {
  const std::vector<Finding> findings = inspect_assay(definition);
  const auto error = std::find_if(findings.begin(), findings.end(),
                                  [](const Finding& finding) { return finding.severity == Finding::Severity::error; });
  if (error == findings.end()) return;
  // Error writes what was found itself, masked where it may identify a person.
  std::string problem = error->english;
  const std::string found(find_value(error->message, "found"));
  const std::string tail = ", got '" + found + "'";
  const bool ends_with_found = problem.ends_with(tail);
  if (ends_with_found) problem.resize(problem.size() - tail.size());
  throw Error(ErrorCode::assay_invalid, {.path = {},
                                         .line = 0,
                                         .column = {},
                                         .field = error->field,
                                         .found = ends_with_found ? found : std::string(),
                                         .expected = {},
                                         .problem = std::move(problem)});
}

}  // namespace qpcr
