// The Levey–Jennings chart of one control, target and instrument, its lots one after the other.
#pragma once

#include <cstddef>
#include <vector>

#include "libqpcr/assay/control_history.hpp"
#include "libqpcr/report/catalogue.hpp"
#include "libqpcr/report/drawing.hpp"

namespace qpcr {

/// What is drawn together: series that differ in their lots alone, their points in order of runs.
struct QualityChart {
  std::vector<std::size_t> series;  ///< indices into QualityHistory::series
  std::vector<PointPlace> points;
};

/// One chart a control (or constant of a standard curve), target and instrument, in the order of the series.
std::vector<QualityChart> arrange_charts(const QualityHistory& history);

/// Most points of one drawing; a longer chart is drawn in parts.
inline constexpr std::size_t most_points_of_drawing = 60;

/// Mean and ±1, ±2, ±3 SD of each lot over its runs; a point's verdict by shape and colour; rejected points with their
/// rules; excluded points hollow; a control without Cq as a cross at the foot; a change of lot as a vertical line. A
/// point beyond the frame stands at its edge with its value.
/// @param first first point of the part; as many as fit are drawn.
Drawing draw_levey_jennings(const QualityHistory& history, const QualityChart& chart, std::size_t first,
                            Language language);

}  // namespace qpcr
