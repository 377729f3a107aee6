// Figures of the accuracy benchmark: the floor lies where it must, every method is drawn, nothing leaves the canvas.
#include <algorithm>
#include <cmath>
#include <limits>

#include <catch2/catch.hpp>

#include "libqpcr/report/accuracy_figures.hpp"

namespace {

using namespace qpcr;

template <class Kind>
std::vector<Kind> collect(const Drawing& drawing) {
  std::vector<Kind> found;
  for (const Shape& shape : drawing.shapes) {
    if (const auto* one = std::get_if<Kind>(&shape)) found.push_back(*one);
  }
  return found;
}

bool holds_text(const Drawing& drawing, const std::string& text) {
  const std::vector<Text> texts = collect<Text>(drawing);
  return std::any_of(texts.begin(), texts.end(), [&](const Text& one) { return one.text == text; });
}

void check_inside(const Drawing& drawing) {
  const auto inside = [&](Point p) {
    return p.x >= -1e-9 && p.x <= drawing.width + 1e-9 && p.y >= -1e-9 && p.y <= drawing.height + 1e-9;
  };
  for (const Polyline& line : collect<Polyline>(drawing)) {
    for (const Point& point : line.points) CHECK(inside(point));
  }
  for (const Line& line : collect<Line>(drawing)) CHECK((inside(line.from) && inside(line.to)));
  for (const Circle& circle : collect<Circle>(drawing)) CHECK(inside(circle.centre));
  for (const Text& text : collect<Text>(drawing)) CHECK(inside(text.at));
}

VarianceFigure make_variances() {
  VarianceFigure figure;
  figure.floor_label = "floor";
  figure.peers_label = "peers ({})";
  figure.outside_label = "outside: {}";
  figure.floor_at_one_copy = 0.1886;
  for (int method = 0; method < 8; ++method) {
    VarianceSeries one{"method " + std::to_string(method), {}, false};
    for (const double copies : {15.0, 150.0, 1500.0, 15000.0})
      one.points.push_back({copies, 0.2 / copies + 0.0003 * (1 + method)});
    figure.series.push_back(one);
  }
  figure.series.push_back({"near", {{15, 0.015}, {15000, 0.0005}}, true});
  figure.series.push_back({"far", {{15, 0.015}, {15000, 5.0}}, true});
  return figure;
}

TEST_CASE("variances: every method has a label and its marks, a far peer is only counted") {
  const Drawing drawing = draw_variance(make_variances());
  check_inside(drawing);
  for (int method = 0; method < 8; ++method) CHECK(holds_text(drawing, "method " + std::to_string(method)));
  CHECK(holds_text(drawing, "peers (1)"));
  CHECK(holds_text(drawing, "outside: 1"));
  CHECK(holds_text(drawing, "floor"));
  // Method 0 and method 4 have round marks: one a point and one in the legend.
  CHECK(collect<Circle>(drawing).size() == 2 * 5);
}

TEST_CASE("variances: the floor meets a method that lies on it") {
  VarianceFigure figure = make_variances();
  figure.series = {{"on the floor", {{10, 0.01886}, {100, 0.001886}, {1000, 0.0001886}}, false}};
  const Drawing drawing = draw_variance(figure);
  const std::vector<Line> lines = collect<Line>(drawing);
  const auto floor =
      std::find_if(lines.begin(), lines.end(), [](const Line& line) { return line.stroke.dash == Dash::dashed; });
  REQUIRE(floor != lines.end());
  const std::vector<Circle> marks = collect<Circle>(drawing);
  REQUIRE(marks.size() == 4);
  for (std::size_t i = 0; i < 3; ++i) {
    const double share = (marks[i].centre.x - floor->from.x) / (floor->to.x - floor->from.x);
    CHECK(floor->from.y + share * (floor->to.y - floor->from.y) == Approx(marks[i].centre.y).margin(1e-6));
  }
}

TEST_CASE("variances: nothing to show is an empty canvas") {
  const Drawing drawing = draw_variance(VarianceFigure{});
  CHECK(drawing.shapes.empty());
  CHECK(drawing.width > 0);
}

FitPanel make_panel(double scale) {
  FitPanel panel;
  panel.title = "well";
  FittedLine line{"fit", {}, {}};
  for (int cycle = 1; cycle <= 40; ++cycle) {
    const double value = scale / (1 + std::exp(20.0 - cycle));
    panel.readings.push_back({static_cast<double>(cycle), value + 0.01 * scale * std::sin(cycle)});
    line.curve.push_back({static_cast<double>(cycle), value});
    line.residuals.push_back({static_cast<double>(cycle), 0.01 * scale * std::sin(cycle)});
  }
  panel.fits.push_back(line);
  panel.marks.push_back(18.7);
  return panel;
}

TEST_CASE("fits: each reading is a dot, each fit a curve and its residuals, each cycle a mark") {
  FitFigure figure;
  figure.panels = {make_panel(1e-3), make_panel(1e6), make_panel(1.0)};
  const Drawing drawing = draw_fits(figure);
  check_inside(drawing);
  CHECK(collect<Circle>(drawing).size() == 3 * 40);
  CHECK(collect<Polyline>(drawing).size() == 3 * 2);
  const std::vector<Line> lines = collect<Line>(drawing);
  CHECK(std::count_if(lines.begin(), lines.end(), [](const Line& line) { return line.stroke.dash == Dash::dotted; }) ==
        3);
}

TEST_CASE("fits: a flat curve, no curve and no cycle are drawn without numbers that are none") {
  FitFigure figure;
  FitPanel flat = make_panel(0.0);
  flat.marks = {std::numeric_limits<double>::quiet_NaN()};
  figure.panels = {flat, FitPanel{}};
  const Drawing drawing = draw_fits(figure);
  check_inside(drawing);
  CHECK(render_svg(drawing, "f", "t", "d").find("nan") == std::string::npos);
  CHECK(draw_fits(FitFigure{}).shapes.empty());
}

}  // namespace
