// Whether the runs of a study are different measurements, or one of them counted twice.
#pragma once

#include <vector>

#include "libqpcr/study/disposition.hpp"

namespace qpcr {

/// Refuses data that stand in two runs of a study: a file of the same bytes under another name, and a curve whose
/// readings are equal, bit for bit, to those of a well of another run. Curves that say too little to be told apart
/// (fewer than ten readings, or fewer than five different ones: a flat line of zeros) are not compared. Linear in the
/// number of curves.
/// @param runs one for each run of the plan, in its order; a list of another length is left to derive_disposition().
/// @throws Error study_invalid naming both runs, and both files or both wells with their samples (masked).
void check_distinct_runs(const StudyPlan& plan, const std::vector<TestedRun>& runs);

}  // namespace qpcr
