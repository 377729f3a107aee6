// The controls of a plate against their limits, and what they give to the samples.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "libqpcr/assay/definition.hpp"
#include "libqpcr/assay/matching.hpp"
#include "libqpcr/assay/run_context.hpp"

namespace qpcr {

/// Water in place of a sample, from whichever step on: nothing of the targets may amplify in it.
bool is_blank(ControlKind kind);
/// Material that holds the targets: no Cq in it is a failure, whatever else a limit allows.
bool must_amplify(ControlKind kind);

struct ControlFindings {
  std::vector<ControlResult> controls;  ///< every limit in every well, then the counts
  std::vector<Message> run_reasons;
  std::vector<Message> warnings;  ///< excluded wells, failures that passing_count allows, standards left out
  RunContext context;             ///< means of the controls and the run's standard curves; no control_values yet
  /// Labels of the wells of controls that failed a limit: what samples are compared with does not rest on them.
  std::set<std::string> failed_wells;
};

/// `rows` are those of estimate_plate_cq(). A control that is missing, unreadable or fails in more wells than it may
/// makes the run invalid.
ControlFindings check_controls(const RunData& run, const AssayDefinition& definition, const PlateMatch& match,
                               const std::vector<WellResult>& rows);

/// Least squares of Cq on log10(quantity) over the wells of the controls of kind standard, without excluded ones.
/// `warnings` gets the standards that were left out.
RunStandardCurve fit_standard_curve(const RunData& run, const AssayDefinition& definition,
                                    const StandardCurveDefinition& curve, const PlateMatch& match,
                                    const std::vector<WellResult>& rows, std::vector<Message>& warnings);

}  // namespace qpcr
