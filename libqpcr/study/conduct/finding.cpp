// The words of a finding's severity.
#include "libqpcr/study/conduct/finding.hpp"

namespace qpcr {

std::string_view to_string(Severity severity) {
  switch (severity) {
    case Severity::blocks:
      return "blocks";
    case Severity::query:
      return "query";
    case Severity::note:
      return "note";
  }
  return "";
}

bool may_be_deviation(const StudyFinding& finding) {
  const std::string& text = finding.what.id;
  return text.starts_with("authenticity_") || text.starts_with("study_run_");
}

}  // namespace qpcr
