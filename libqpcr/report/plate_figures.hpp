// The two figures of a plate report: the map of the plate and the curves of a target.
#pragma once

#include <string>

#include "libqpcr/report/drawing.hpp"
#include "libqpcr/report/plate_view.hpp"

namespace qpcr {

struct PictureWithWords {
  Drawing drawing;
  std::string alternative_text;
};

/// Wells in the plate's grid with the symbol of their sample's outcome. @return nothing for a run without a plate.
std::optional<PictureWithWords> draw_plate_map(const PlateView& view);

/// Baseline-corrected curves of one target, linear and logarithmic side by side, with the threshold.
/// The baseline is the one of the result; nothing is estimated here.
PictureWithWords draw_curves(const PlateView& view, const TargetView& target);

}  // namespace qpcr
