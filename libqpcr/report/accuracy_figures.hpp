// The figures of the accuracy benchmark: variance against the Poisson floor, and curves with fits and residuals.
#pragma once

#include <string>
#include <vector>

#include "libqpcr/report/drawing.hpp"

namespace qpcr {

/// One method's variances of log10 quantity.
struct VarianceSeries {
  std::string label;
  std::vector<Point> points;  ///< copies, variance; both > 0
  bool peer = false;          ///< drawn thin and grey behind the others
};

struct VarianceFigure {
  std::string horizontal_label;
  std::string vertical_label;
  std::string floor_label;
  std::string peers_label;         ///< "peers ({})": how many are drawn
  std::string outside_label;       ///< "outside: {}": how many do not fit
  double floor_at_one_copy = 0.0;  ///< the floor falls as 1/copies
  std::vector<VarianceSeries> series;
};

/// Both axes logarithmic, the floor a dashed line over a hatched area, peers in grey, the others in colour, each with
/// its own mark. A peer that lies more than threefold outside the range of the others is counted, not drawn.
Drawing draw_variance(const VarianceFigure& figure);

/// A model's curve through the readings of one reaction.
struct FittedLine {
  std::string label;
  std::vector<Point> curve;      ///< cycle, fluorescence; dense
  std::vector<Point> residuals;  ///< cycle, observed − fitted
};

struct FitPanel {
  std::string title;
  std::string detail;
  std::vector<Point> readings;  ///< cycle, fluorescence
  std::vector<FittedLine> fits;
  std::vector<double> marks;  ///< cycles to mark, one a fit; NaN for none
};

struct FitFigure {
  std::string cycle_label;
  std::string fluorescence_label;
  std::string residual_label;
  std::vector<FitPanel> panels;  ///< two in a row
};

/// Readings as dots, fits as lines with their cycle marked, residuals on their own scale below.
Drawing draw_fits(const FitFigure& figure);

}  // namespace qpcr
