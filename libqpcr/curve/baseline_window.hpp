// The baseline of a curve that is analysed already.
#pragma once

#include "libqpcr/curve/baseline.hpp"
#include "libqpcr/curve/curve_analysis.hpp"

namespace qpcr {

/// As the public form, for the curve that the analyser holds; options already validated.
Baseline estimate_baseline(const CurveAnalyser& analyser, CurveKind kind, const BaselineOptions& options);

}  // namespace qpcr
