// What keeps a curve that did not amplify from counting as silent.
#pragma once

#include <optional>

#include "libqpcr/core/message.hpp"
#include "libqpcr/curve/baseline.hpp"
#include "libqpcr/curve/curve_analysis.hpp"

namespace qpcr {

/// Why a curve that was not called amplified says nothing either: all its readings are equal, or three readings in a
/// row lie more than `threshold` (fluorescence above the baseline) over the baseline or away from a straight line.
/// Without a threshold, a multiple of the noise stands in for it. Nothing for a quiet curve; slow drift that stays
/// straight, or small beside the threshold, is quiet.
/// Limits and their effect on labelled curves: docs/methods/amplification.md.
std::optional<Message> find_irregularity(const CurveAnalyser& analyser, const Baseline& baseline, CurveKind kind,
                                         std::optional<double> threshold);

}  // namespace qpcr
