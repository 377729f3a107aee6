// Draws the figures of the accuracy benchmark.
#include "libqpcr/report/accuracy_figures.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "libqpcr/core/text.hpp"

namespace qpcr {
namespace {

constexpr double figure_width = 511;

struct Look {
  Ink ink;
  Dash dash;
};

constexpr std::array<Look, 6> looks{{{Ink::series_1, Dash::solid},
                                     {Ink::series_2, Dash::solid},
                                     {Ink::series_3, Dash::dashed},
                                     {Ink::series_4, Dash::solid},
                                     {Ink::series_5, Dash::dashed},
                                     {Ink::series_6, Dash::dotted}}};
constexpr int mark_shapes = 4;

struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();

  void include(double value) {
    if (!std::isfinite(value)) return;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  bool is_empty() const { return !(high >= low); }
};

/// A mark that tells series apart without colour.
void draw_mark(Drawing& drawing, Point at, std::size_t index, Ink ink) {
  constexpr double r = 2.6;
  switch (index % mark_shapes) {
    case 0:
      drawing.add(make_circle(at, r, Ink::paper, ink, 1.1));
      break;
    case 1:
      drawing.add(Rectangle{{at.x - r + 0.3, at.y - r + 0.3},
                            2 * r - 0.6,
                            2 * r - 0.6,
                            Ink::paper,
                            {ink, 1.1, Dash::solid, 1},
                            0,
                            Ink::none});
      break;
    case 2:
      drawing.add(Polyline{{{at.x, at.y - r - 0.4}, {at.x + r, at.y + r - 0.6}, {at.x - r, at.y + r - 0.6}},
                           {ink, 1.1, Dash::solid, 1},
                           Ink::paper,
                           true});
      break;
    default:
      drawing.add(
          Polyline{{{at.x, at.y - r - 0.6}, {at.x + r + 0.6, at.y}, {at.x, at.y + r + 0.6}, {at.x - r - 0.6, at.y}},
                   {ink, 1.1, Dash::solid, 1},
                   Ink::paper,
                   true});
      break;
  }
}

/// Powers of ten, and 2 and 5 times them, inside a range.
std::vector<double> decade_ticks(double low, double high, bool between) {
  std::vector<double> ticks;
  for (int power = static_cast<int>(std::floor(std::log10(low))) - 1; std::pow(10.0, power) <= high; ++power) {
    for (const double factor : {1.0, 2.0, 5.0}) {
      const double tick = factor * std::pow(10.0, power);
      if (tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9) && (between || factor == 1.0)) ticks.push_back(tick);
    }
  }
  return ticks;
}

std::string number_text(double value) {
  if (value != 0 && (std::abs(value) < 1e-3 || std::abs(value) >= 1e5)) {
    const int power = static_cast<int>(std::floor(std::log10(std::abs(value)) + 1e-9));
    const double factor = value / std::pow(10.0, power);
    const std::string mantissa = std::abs(factor - 1) < 1e-6 ? "" : fmt::format("{:g}·", factor);
    std::string digits;
    constexpr std::array<const char*, 10> superscripts = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
    for (const char c : fmt::format("{}", std::abs(power)))
      digits += superscripts.at(static_cast<std::size_t>(c - '0'));
    return fmt::format("{}10{}{}", mantissa, power < 0 ? "⁻" : "", digits);
  }
  return fmt::format("{:g}", value);
}

void draw_log_frame(Drawing& drawing, const Axis& x, const Axis& y, const VarianceFigure& figure) {
  const bool few_decades = y.high / y.low < 1000;
  for (const double tick : decade_ticks(x.low, x.high, false)) {
    const double at = x.to_position(tick);
    drawing.add(make_line({at, y.start}, {at, y.end}, Ink::grid, 0.5));
    drawing.add(make_text({at, y.start + 10}, number_text(tick), 7, Anchor::middle, Ink::muted));
  }
  for (const double tick : decade_ticks(y.low, y.high, few_decades)) {
    const double at = y.to_position(tick);
    drawing.add(make_line({x.start, at}, {x.end, at}, Ink::grid, 0.5));
    drawing.add(make_text({x.start - 4, at + 2.4}, number_text(tick), 7, Anchor::end, Ink::muted));
  }
  drawing.add(make_rectangle({x.start, y.end}, x.end - x.start, y.start - y.end, Ink::none, Ink::rule));
  drawing.add(make_text({(x.start + x.end) / 2, y.start + 23}, figure.horizontal_label, 8, Anchor::middle));
  Text vertical = make_text({10, (y.start + y.end) / 2}, figure.vertical_label, 8, Anchor::middle);
  vertical.rotation_degrees = -90;
  drawing.add(vertical);
}

/// The area no method can reach.
void draw_floor(Drawing& drawing, const Axis& x, const Axis& y, const VarianceFigure& figure) {
  const auto height = [&](double copies) {
    return y.to_position(std::clamp(figure.floor_at_one_copy / copies, y.low, y.high));
  };
  // Where the floor leaves the frame below, the line ends.
  const double last = std::min(x.high, figure.floor_at_one_copy / y.low);
  if (last <= x.low) return;
  Polyline area;
  area.fill = Ink::panel;
  area.closed = true;
  area.points = {{x.to_position(x.low), y.start}, {x.to_position(x.low), height(x.low)}};
  const double first = std::max(x.low, figure.floor_at_one_copy / y.high);
  area.points.push_back({x.to_position(first), height(first)});
  area.points.push_back({x.to_position(last), height(last)});
  area.points.push_back({x.to_position(last), y.start});
  drawing.add(area);
  Line line = make_line({x.to_position(first), height(first)}, {x.to_position(last), height(last)}, Ink::text, 1.1,
                        Dash::dashed);
  drawing.add(line);
  // Beside the line, along it.
  const double across = x.to_position(last) - x.to_position(first);
  const double down = height(last) - height(first);
  const double length = std::hypot(across, down);
  if (length < 60) return;
  constexpr double distance = 10;
  Text label = make_text({(x.to_position(first) + x.to_position(last)) / 2 - distance * down / length,
                          (height(first) + height(last)) / 2 + distance * across / length},
                         figure.floor_label, 7.5, Anchor::middle);
  label.rotation_degrees = std::atan2(down, across) * 180 / 3.14159265358979;
  drawing.add(label);
}

/// Where text wants to stand, moved apart so that labels do not cover each other.
std::vector<double> spread(std::vector<double> wanted, double distance, double lowest, double highest) {
  std::vector<std::size_t> order(wanted.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return wanted[a] < wanted[b]; });
  double next = lowest;
  for (const std::size_t i : order) {
    wanted[i] = std::max(wanted[i], next);
    next = wanted[i] + distance;
  }
  double limit = highest;
  for (auto i = order.rbegin(); i != order.rend(); ++i) {
    wanted[*i] = std::min(wanted[*i], limit);
    limit = wanted[*i] - distance;
  }
  return wanted;
}

void draw_panel_axes(Drawing& drawing, const Axis& x, const Axis& y, int ticks, bool with_cycles) {
  for (const double tick : nice_ticks(x.low, x.high, 6)) {
    const double at = x.to_position(tick);
    drawing.add(make_line({at, y.start}, {at, y.end}, Ink::grid, 0.4));
    if (with_cycles)
      drawing.add(make_text({at, y.start + 8}, fmt::format("{:g}", tick), 6, Anchor::middle, Ink::muted));
  }
  for (const double tick : nice_ticks(y.low, y.high, ticks)) {
    const double at = y.to_position(tick);
    drawing.add(make_line({x.start, at}, {x.end, at}, Ink::grid, 0.4));
    drawing.add(
        make_text({x.start - 3, at + 2}, number_text(std::abs(tick) < 1e-12 ? 0 : tick), 6, Anchor::end, Ink::muted));
  }
  drawing.add(make_rectangle({x.start, y.end}, x.end - x.start, y.start - y.end, Ink::none, Ink::rule));
}

struct PanelPlace {
  Point origin;
  double width;
};

constexpr double panel_height = 196;

void draw_fit_panel(Drawing& drawing, const FitPanel& panel, const FitFigure& figure, const PanelPlace& place) {
  const double left = place.origin.x + 40;
  const double right = place.origin.x + place.width - 6;
  const double top = place.origin.y + 24;
  drawing.add(make_text({left, place.origin.y + 9}, panel.title, 7.5, Anchor::start, Ink::text, true));
  drawing.add(make_text({left, place.origin.y + 19}, panel.detail, 6.5, Anchor::start, Ink::muted));
  Range cycles;
  Range levels;
  Range residuals;
  for (const Point& reading : panel.readings) {
    cycles.include(reading.x);
    levels.include(reading.y);
  }
  for (const FittedLine& fit : panel.fits) {
    for (const Point& one : fit.residuals) residuals.include(std::abs(one.y));
  }
  if (cycles.is_empty() || levels.is_empty()) return;
  const double head = std::max(levels.high - levels.low, 1e-12) * 0.06;
  const Axis x{cycles.low - 0.5, cycles.high + 0.5, left, right, false};
  const Axis y{levels.low - head, levels.high + head, top + 96, top, false};
  draw_panel_axes(drawing, x, y, 5, false);
  for (std::size_t i = 0; i < panel.marks.size() && i < panel.fits.size(); ++i) {
    if (!std::isfinite(panel.marks[i])) continue;
    const double at = x.to_position(panel.marks[i]);
    drawing.add(make_line({at, y.start}, {at, y.end}, looks.at(i % looks.size()).ink, 0.7, Dash::dotted));
  }
  for (const Point& reading : panel.readings)
    drawing.add(make_circle({x.to_position(reading.x), y.to_position(reading.y)}, 1.3, Ink::muted));
  const double reach = residuals.is_empty() || residuals.high == 0 ? 1.0 : residuals.high * 1.15;
  const Axis below{-reach, reach, top + 150, top + 104, false};
  draw_panel_axes(drawing, x, below, 4, true);
  drawing.add(make_line({left, below.to_position(0)}, {right, below.to_position(0)}, Ink::muted, 0.6));
  for (std::size_t i = 0; i < panel.fits.size(); ++i) {
    const Look look = looks.at(i % looks.size());
    Polyline line;
    line.stroke = {look.ink, 1.1, i == 0 ? Dash::solid : Dash::dashed, 1};
    for (const Point& one : panel.fits[i].curve) line.points.push_back({x.to_position(one.x), y.to_position(one.y)});
    drawing.add(line);
    Polyline path;
    path.stroke = {look.ink, 0.8, i == 0 ? Dash::solid : Dash::dashed, 1};
    for (const Point& one : panel.fits[i].residuals) {
      path.points.push_back({x.to_position(one.x), below.to_position(one.y)});
    }
    drawing.add(path);
  }
  const auto rotated = [&](const std::string& text, double at) {
    Text label = make_text({place.origin.x + 8, at}, text, 6.5, Anchor::middle, Ink::muted);
    label.rotation_degrees = -90;
    drawing.add(label);
  };
  rotated(figure.fluorescence_label, (y.start + y.end) / 2);
  rotated(figure.residual_label, (below.start + below.end) / 2);
  drawing.add(make_text({(left + right) / 2, top + 167}, figure.cycle_label, 6.5, Anchor::middle, Ink::muted));
}

}  // namespace

Drawing draw_variance(const VarianceFigure& figure) {
  Drawing drawing;
  drawing.width = figure_width;
  drawing.height = 300;
  Range copies;
  Range variances;
  for (const VarianceSeries& one : figure.series) {
    for (const Point& point : one.points) {
      copies.include(point.x);
      if (!one.peer) variances.include(point.y);
    }
  }
  // A peer that fails by an order of magnitude must not flatten the rest.
  const Range own_range = variances;
  for (const VarianceSeries& one : figure.series) {
    for (const Point& point : one.points) {
      if (own_range.is_empty() || (point.y < 3 * own_range.high && point.y > own_range.low / 3))
        variances.include(point.y);
    }
  }
  if (copies.is_empty() || variances.is_empty()) return drawing;
  variances.include(figure.floor_at_one_copy / copies.low);
  drawing.add(make_rectangle({0, 0}, drawing.width, drawing.height, Ink::paper));
  const Axis x{copies.low / 1.6, copies.high * 1.6, 52, 372, true};
  const Axis y{variances.low / 1.8, variances.high * 1.5, 262, 12, true};
  draw_floor(drawing, x, y, figure);
  draw_log_frame(drawing, x, y, figure);
  long peers_shown = 0;
  long peers_outside = 0;
  for (const VarianceSeries& one : figure.series) {
    if (!one.peer) continue;
    std::vector<Point> path;
    for (const Point& point : one.points) {
      if (point.y <= y.high && point.y >= y.low) path.push_back({x.to_position(point.x), y.to_position(point.y)});
    }
    if (path.empty()) continue;
    if (path.size() < one.points.size()) {
      ++peers_outside;
      continue;
    }
    drawing.add(make_polyline(path, Ink::rule, 0.9));
    ++peers_shown;
  }
  std::vector<const VarianceSeries*> own;
  std::vector<double> wanted;
  for (const VarianceSeries& one : figure.series) {
    if (one.peer || one.points.empty()) continue;
    own.push_back(&one);
    const auto last = std::max_element(one.points.begin(), one.points.end(),
                                       [](const Point& a, const Point& b) { return a.x < b.x; });
    wanted.push_back(y.to_position(last->y));
  }
  const std::vector<double> places = spread(wanted, 11, y.end + 6, y.start - 16);
  for (std::size_t i = 0; i < own.size(); ++i) {
    const Look look = looks.at(i % looks.size());
    Polyline line;
    line.stroke = {look.ink, 1.2, look.dash, 1};
    for (const Point& point : own[i]->points) line.points.push_back({x.to_position(point.x), y.to_position(point.y)});
    std::sort(line.points.begin(), line.points.end(), [](const Point& a, const Point& b) { return a.x < b.x; });
    const Point end = line.points.back();
    drawing.add(line);
    for (const Point& point : line.points) draw_mark(drawing, point, i, look.ink);
    drawing.add(make_line({end.x + 4, end.y}, {x.end + 14, places[i]}, look.ink, 0.5));
    draw_mark(drawing, {x.end + 18, places[i]}, i, look.ink);
    drawing.add(make_text({x.end + 25, places[i] + 2.6}, own[i]->label, 7.5, Anchor::start));
  }
  if (peers_shown + peers_outside > 0) {
    drawing.add(make_line({x.end + 13, y.start - 3}, {x.end + 23, y.start - 3}, Ink::rule, 1.2));
    drawing.add(make_text({x.end + 25, y.start - 0.5}, fmt::format(fmt::runtime(figure.peers_label), peers_shown), 7.5,
                          Anchor::start, Ink::muted));
  }
  if (peers_outside > 0) {
    drawing.add(make_text({x.end + 25, y.start + 9}, fmt::format(fmt::runtime(figure.outside_label), peers_outside), 7,
                          Anchor::start, Ink::muted));
  }
  return drawing;
}

Drawing draw_fits(const FitFigure& figure) {
  constexpr std::size_t columns = 2;
  constexpr double legend_height = 16;
  Drawing drawing;
  drawing.width = figure_width;
  const std::size_t rows = (figure.panels.size() + columns - 1) / columns;
  drawing.height = legend_height + static_cast<double>(rows) * panel_height;
  if (figure.panels.empty()) return drawing;
  drawing.add(make_rectangle({0, 0}, drawing.width, drawing.height, Ink::paper));
  double at = 40;
  const std::vector<FittedLine>& fits = figure.panels.front().fits;
  for (std::size_t i = 0; i < fits.size(); ++i) {
    drawing.add(
        Line{{at, 7.5}, {at + 16, 7.5}, {looks.at(i % looks.size()).ink, 1.2, i == 0 ? Dash::solid : Dash::dashed, 1}});
    drawing.add(make_text({at + 20, 10}, fits[i].label, 7, Anchor::start));
    at += 30 + 4.2 * static_cast<double>(fits[i].label.size());
  }
  constexpr double width = figure_width / static_cast<double>(columns);
  for (std::size_t i = 0; i < figure.panels.size(); ++i) {
    const PanelPlace place{
        {static_cast<double>(i % columns) * width, legend_height + static_cast<double>(i / columns) * panel_height},
        width};
    draw_fit_panel(drawing, figure.panels[i], figure, place);
  }
  return drawing;
}

}  // namespace qpcr
