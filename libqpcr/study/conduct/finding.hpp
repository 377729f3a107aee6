// What a check of a study's data found: where, how grave, and in words that a centre can answer.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/core/message.hpp"

namespace qpcr {

/// How a finding acts on the study.
enum class Severity {
  blocks,  ///< the data cannot be locked until it is resolved
  query,   ///< the centre is asked; the answer is recorded, then the data can be locked
  note,    ///< shown, nothing is asked
};

std::string_view to_string(Severity severity);

/// One finding. Every place that is known is filled in; the others are empty.
struct StudyFinding {
  std::string check;  ///< identifier of the check: "curve_repeated"
  Severity severity = Severity::query;
  Message what;  ///< a catalogue entry with its values; texts of persons masked
  std::string centre;
  std::string subject;
  std::string sample;
  std::string run;
  std::string well;
  std::string file;
  long line = 0;
  std::string column;

  bool operator==(const StudyFinding&) const = default;
};

using StudyFindings = std::vector<StudyFinding>;

/// Whether a blocking finding may stand as a deviation that the report lists: what happened at a laboratory bench can
/// no longer be changed, but clinical data and links that contradict themselves must be corrected.
bool may_be_deviation(const StudyFinding& finding);

}  // namespace qpcr
