// The curves of a run that are analysed, and which of them share reagents and optics.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "libqpcr/core/run.hpp"

namespace qpcr {

struct RunCurve {
  std::size_t measurement = 0;  ///< index into the run's measurements
  std::size_t group = 0;        ///< index into the groups
  const AmplificationCurve* curve = nullptr;
};

/// One target in one dye.
struct CurveGroup {
  std::string target;
  std::string dye;
  std::vector<CurveView> views;  ///< of its curves that the instrument's user did not omit
};

struct RunCurves {
  std::vector<RunCurve> curves;    ///< in the run's order
  std::vector<CurveGroup> groups;  ///< by target, then dye
  /// Measurements without a curve to analyse: the passive reference, single filters, none of the kind asked for.
  std::vector<std::size_t> left_out;
};

/// Selects the curves of `kind`, or of the kind that find_analysis_curve() chooses. Views and pointers live as long as
/// the run.
RunCurves select_run_curves(const Run& run, std::optional<CurveKind> kind);

}  // namespace qpcr
