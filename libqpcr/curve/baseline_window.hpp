// The baseline of a curve that is analysed already.
#pragma once

#include "libqpcr/curve/baseline.hpp"
#include "libqpcr/curve/curve_analysis.hpp"

namespace qpcr {

/// As the public form, for the curve that the analyser holds; options already validated.
Baseline estimate_baseline(const CurveAnalyser& analyser, CurveKind kind, const BaselineOptions& options);

/// @throws Error invalid_value when the cycles do not increase strictly (those that are no number aside), or differ in
///   number from the readings.
void check_cycles(CurveView curve);

}  // namespace qpcr
