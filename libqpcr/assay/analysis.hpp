// A whole run by one assay definition: the verdict of the batch, every well, every call.
#pragma once

#include "libqpcr/assay/covariates.hpp"
#include "libqpcr/assay/definition.hpp"
#include "libqpcr/assay/release.hpp"
#include "libqpcr/assay/result.hpp"
#include "libqpcr/assay/run_sheet.hpp"
#include "libqpcr/assay/threshold_calibration.hpp"
#include "libqpcr/core/run.hpp"

namespace qpcr {

/// What stands beside a run and its covariates.
struct AnalysisContext {
  std::optional<RunSheet> sheet;
  std::vector<ThresholdCalibration> calibrations;
  std::optional<ReleaseProof> proof;
  std::string today;  ///< ISO 8601 date of the analysis; empty: nothing with a date is valid
};

/// Analyses a run. Wells are matched to targets by name or alias (case does not count) and dye; a channel without a
/// target name is matched by dye alone, with a warning, when no channel of the run names that target. Controls are
/// found by sample name, else by the role the run gives them. Wells that the instrument's user excluded, and wells of
/// another assay on the plate, are left out and listed.
///
/// The run's validity comes first: a control that is missing, misplaced or fails, a lot past its date, or curves
/// shorter than the protocol make every call invalid with those reasons, and values and rules are still shown. What
/// keeps the results from a patient is listed apart: `not_releasable`.
///
/// A single-sample analysis gives the same call as one in a batch wherever thresholds are fixed; an automatic threshold
/// is derived from all curves of its target on the plate. The order of wells in the file does not matter.
/// @throws Error assay_refused (require_runnable, and for a definition without targets); assay_mismatch for a target in
///   another dye than the definition's, a target that the run does not hold (or, where the instrument's Cq counts, one
///   without it), two channels of a well for one target, a well with two samples, a signal on another scale than the
///   thresholds, an instrument or plate other than the run sheet's; personal_data for a sample name that looks like a
///   person's; invalid_value for a covariate out of range.
PlateResult analyze_run(const Run& run, const AssayDefinition& definition, const CovariateTable& covariates,
                        const AnalysisContext& context = {});

/// Calls every row of a covariate table by a definition without targets: a score needs no run. The result has no wells
/// and no controls, and `run` is empty; dates of lots are judged by the run sheet, where there is one.
/// @throws Error assay_refused (require_runnable, and for a definition with targets).
PlateResult analyze_covariates(const AssayDefinition& definition, const CovariateTable& covariates,
                               const AnalysisContext& context = {});

}  // namespace qpcr
