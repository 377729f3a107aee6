// Colours, SVG text and the small geometry that both ways of drawing share.
#include "libqpcr/report/drawing.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "libqpcr/core/text.hpp"
#include "libqpcr/report/markup.hpp"

namespace qpcr {
namespace {

struct InkInfo {
  std::string_view name;
  std::string_view hex;
};

// In the order of the enumerators.
constexpr std::array<InkInfo, 24> inks = {{
    {"none", "none"},
    {"paper", "#ffffff"},
    {"text", "#1d2733"},
    {"muted", "#5b6776"},
    {"rule", "#aab4c0"},
    {"grid", "#e3e8ee"},
    {"panel", "#f5f7f9"},
    {"accent", "#1f5a96"},
    {"positive", "#c44e00"},
    {"positive-tint", "#fbe6d8"},
    {"negative", "#5f7d9c"},
    {"negative-tint", "#edf2f7"},
    {"indeterminate", "#9a6a00"},
    {"indeterminate-tint", "#fff1cc"},
    {"invalid", "#6b3d7d"},
    {"invalid-tint", "#efe6f3"},
    {"good", "#00755c"},
    {"good-tint", "#dff3ed"},
    {"series-1", "#0072b2"},
    {"series-2", "#d55e00"},
    {"series-3", "#009e73"},
    {"series-4", "#cc79a7"},
    {"series-5", "#8a6d00"},
    {"series-6", "#56b4e9"},
}};

const InkInfo& describe(Ink ink) { return inks.at(static_cast<std::size_t>(ink)); }

/// Two decimals are a hundredth of a point; zeros at the end are left out.
std::string number(double value) {
  std::string text = format_fixed(value, 2);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

std::string fill_attributes(Ink ink) {
  if (ink == Ink::none) return " fill=\"none\"";
  return fmt::format(" class=\"f-{0}\" fill=\"{1}\"", to_string(ink), to_hex(ink));
}

std::string paint_attributes(Ink fill, const Stroke& stroke) {
  if (stroke.ink == Ink::none) return fill_attributes(fill);
  std::string classes = fmt::format("s-{}", to_string(stroke.ink));
  if (fill != Ink::none) classes += fmt::format(" f-{}", to_string(fill));
  std::string text = fmt::format(" class=\"{}\" fill=\"{}\" stroke=\"{}\" stroke-width=\"{}\"", classes, to_hex(fill),
                                 to_hex(stroke.ink), number(stroke.width));
  if (stroke.dash == Dash::dashed) text += " stroke-dasharray=\"4 2.5\"";
  if (stroke.dash == Dash::dotted) text += " stroke-dasharray=\"1 2\"";
  if (stroke.opacity < 1) text += fmt::format(" stroke-opacity=\"{}\"", number(stroke.opacity));
  return text;
}

struct SvgPainter {
  std::string& out;

  void operator()(const Line& line) const {
    out += fmt::format("<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\"{}/>", number(line.from.x), number(line.from.y),
                       number(line.to.x), number(line.to.y), paint_attributes(Ink::none, line.stroke));
  }
  void operator()(const Polyline& line) const {
    out += line.closed ? "<polygon points=\"" : "<polyline points=\"";
    for (const Point& point : line.points) {
      if (out.back() != '"') out += ' ';
      out += number(point.x);
      out += ',';
      out += number(point.y);
    }
    out += fmt::format("\"{} stroke-linejoin=\"round\"/>", paint_attributes(line.fill, line.stroke));
  }
  void operator()(const Rectangle& box) const {
    out += fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"", number(box.origin.x), number(box.origin.y),
                       number(box.width), number(box.height));
    if (box.corner_radius > 0) out += fmt::format(" rx=\"{}\"", number(box.corner_radius));
    out += paint_attributes(box.fill, box.stroke);
    out += "/>";
    for (const Line& line : hatch_lines(box)) (*this)(line);
  }
  void operator()(const Circle& circle) const {
    out += fmt::format("<circle cx=\"{}\" cy=\"{}\" r=\"{}\"{}/>", number(circle.centre.x), number(circle.centre.y),
                       number(circle.radius), paint_attributes(circle.fill, circle.stroke));
  }
  void operator()(const Text& text) const {
    constexpr std::array<std::string_view, 3> anchors = {"start", "middle", "end"};
    out += fmt::format("<text x=\"{}\" y=\"{}\" font-size=\"{}\" text-anchor=\"{}\"{}", number(text.at.x),
                       number(text.at.y), number(text.size), anchors.at(static_cast<std::size_t>(text.anchor)),
                       fill_attributes(text.ink));
    if (text.bold) out += " font-weight=\"bold\"";
    if (text.rotation_degrees != 0) {
      out += fmt::format(" transform=\"rotate({} {} {})\"", number(text.rotation_degrees), number(text.at.x),
                         number(text.at.y));
    }
    out += fmt::format(">{}</text>", escape_markup(text.text));
  }
};

}  // namespace

std::string_view to_string(Ink ink) { return describe(ink).name; }
std::string_view to_hex(Ink ink) { return describe(ink).hex; }

Line make_line(Point from, Point to, Ink ink, double width, Dash dash) { return {from, to, {ink, width, dash, 1}}; }

Polyline make_polyline(std::vector<Point> points, Ink ink, double width, double opacity) {
  return {std::move(points), {ink, width, Dash::solid, opacity}, Ink::none, false};
}

Rectangle make_rectangle(Point origin, double width, double height, Ink fill, Ink stroke, double radius) {
  return {origin, width, height, fill, {stroke, 0.75, Dash::solid, 1}, radius, Ink::none};
}

Circle make_circle(Point centre, double radius, Ink fill, Ink stroke, double stroke_width) {
  return {centre, radius, fill, {stroke, stroke_width, Dash::solid, 1}};
}

Text make_text(Point at, std::string text, double size, Anchor anchor, Ink ink, bool bold) {
  return {at, std::move(text), size, anchor, ink, bold, 0};
}

std::vector<Line> hatch_lines(const Rectangle& rectangle) {
  std::vector<Line> lines;
  if (rectangle.hatch == Ink::none) return lines;
  constexpr double spacing = 3;
  const double left = rectangle.origin.x;
  const double top = rectangle.origin.y;
  // Lines x + y = const, cut at the four sides.
  for (double offset = spacing; offset < rectangle.width + rectangle.height; offset += spacing) {
    const double start_x = std::min(offset, rectangle.width);
    const double end_y = std::min(offset, rectangle.height);
    lines.push_back(make_line({left + start_x, top + offset - start_x}, {left + offset - end_y, top + end_y},
                              rectangle.hatch, 0.5));
  }
  return lines;
}

std::string render_svg(const Drawing& drawing, std::string_view id, std::string_view title,
                       std::string_view description) {
  std::string out = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\" role=\"img\" "
      "aria-labelledby=\"{2}-title {2}-desc\"><title id=\"{2}-title\">{3}</title><desc id=\"{2}-desc\">{4}</desc>",
      number(drawing.width), number(drawing.height), escape_markup(id), escape_markup(title),
      escape_markup(description));
  for (const Shape& shape : drawing.shapes) std::visit(SvgPainter{out}, shape);
  out += "</svg>";
  return out;
}

std::vector<double> nice_ticks(double low, double high, int count) {
  if (!std::isfinite(low) || !std::isfinite(high) || !(high > low) || count < 1) return {low};
  const double rough = (high - low) / count;
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  const double ratio = rough / power;
  const double step = power * (ratio <= 1 ? 1 : ratio <= 2 ? 2 : ratio <= 5 ? 5 : 10);
  std::vector<double> ticks;
  const double first = std::ceil(low / step - 1e-9);
  const double last = std::floor(high / step + 1e-9);
  for (double index = first; index <= last; ++index) ticks.push_back(index * step);
  return ticks;
}

double Axis::to_position(double value) const {
  const double share = logarithmic ? std::log(value / low) / std::log(high / low) : (value - low) / (high - low);
  return start + share * (end - start);
}

}  // namespace qpcr
