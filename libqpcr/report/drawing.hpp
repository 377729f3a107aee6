// Vector drawings in points: the one form of a figure that becomes SVG in HTML and Cairo paths in PDF.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace qpcr {

/// Colours by meaning, so that a page can be dark and paper stays white. Chosen to differ for the common kinds of
/// colour blindness (after Okabe and Ito 2008); no figure relies on colour alone.
enum class Ink {
  none,
  paper,
  text,
  muted,
  rule,
  grid,
  panel,
  accent,
  positive,
  positive_tint,
  negative,
  negative_tint,
  indeterminate,
  indeterminate_tint,
  invalid,
  invalid_tint,
  good,
  good_tint,
  series_1,
  series_2,
  series_3,
  series_4,
  series_5,
  series_6,
};

/// "positive", "positive-tint": the name of the CSS class and variable.
std::string_view to_string(Ink ink);
/// "#d55e00": the colour on paper.
std::string_view to_hex(Ink ink);

struct Point {
  double x = 0;
  double y = 0;  ///< downwards
};

enum class Dash { solid, dashed, dotted };
enum class Anchor { start, middle, end };

struct Stroke {
  Ink ink = Ink::none;
  double width = 0.75;
  Dash dash = Dash::solid;
  double opacity = 1;
};

struct Line {
  Point from;
  Point to;
  Stroke stroke;
};

struct Polyline {
  std::vector<Point> points;
  Stroke stroke;
  Ink fill = Ink::none;
  bool closed = false;
};

struct Rectangle {
  Point origin;  ///< upper left corner
  double width = 0;
  double height = 0;
  Ink fill = Ink::none;
  Stroke stroke;
  double corner_radius = 0;
  Ink hatch = Ink::none;  ///< diagonal lines in this colour over the fill
};

struct Circle {
  Point centre;
  double radius = 0;
  Ink fill = Ink::none;
  Stroke stroke;
};

struct Text {
  Point at;  ///< on the base line
  std::string text;
  double size = 8;
  Anchor anchor = Anchor::start;
  Ink ink = Ink::text;
  bool bold = false;
  double rotation_degrees = 0;  ///< clockwise about `at`
};

using Shape = std::variant<Line, Polyline, Rectangle, Circle, Text>;

/// Shapes in painting order on a canvas of width × height points.
struct Drawing {
  double width = 0;
  double height = 0;
  std::vector<Shape> shapes;

  void add(Shape shape) { shapes.push_back(std::move(shape)); }
};

/// Short constructors for the shapes that figures use most.
Line make_line(Point from, Point to, Ink ink, double width = 0.75, Dash dash = Dash::solid);
Polyline make_polyline(std::vector<Point> points, Ink ink, double width = 1, double opacity = 1);
Rectangle make_rectangle(Point origin, double width, double height, Ink fill, Ink stroke = Ink::none,
                         double radius = 0);
Circle make_circle(Point centre, double radius, Ink fill, Ink stroke = Ink::none, double stroke_width = 0.75);
Text make_text(Point at, std::string text, double size = 8, Anchor anchor = Anchor::start, Ink ink = Ink::text,
               bool bold = false);

/// The diagonal lines of a hatched rectangle, clipped to it.
std::vector<Line> hatch_lines(const Rectangle& rectangle);

/// An `<svg>` element. Colours stand as attributes and as classes `f-<ink>` (fill) and `s-<ink>` (stroke), so that a
/// page may recolour it. `id` prefixes the identifiers of its title and description; both texts are for screen readers.
std::string render_svg(const Drawing& drawing, std::string_view id, std::string_view title,
                       std::string_view description);

/// Round values that cover [low, high] in about `count` steps of 1, 2 or 5 × 10^k; one value when low == high.
std::vector<double> nice_ticks(double low, double high, int count);

/// A linear or logarithmic map from values to positions in points.
struct Axis {
  double low = 0;
  double high = 1;
  double start = 0;  ///< position of low
  double end = 1;    ///< position of high
  bool logarithmic = false;

  double to_position(double value) const;
};

}  // namespace qpcr
