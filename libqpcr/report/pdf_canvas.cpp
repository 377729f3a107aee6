// Pango layouts by content and the Cairo form of every shape.
#include "libqpcr/report/pdf_canvas.hpp"

#include <numbers>

#include "libqpcr/core/text.hpp"
#include "libqpcr/report/markup.hpp"

namespace qpcr {
namespace {

template <typename Object>
std::shared_ptr<Object> adopt(Object* object) {
  return std::shared_ptr<Object>(object, [](Object* pointer) { g_object_unref(pointer); });
}

double to_points(int pango_units) { return pango_units / static_cast<double>(PANGO_SCALE); }

std::vector<TextLine> list_lines(PangoLayout* layout) {
  std::vector<TextLine> lines;
  PangoLayoutIter* position = pango_layout_get_iter(layout);
  do {
    PangoRectangle logical;
    pango_layout_iter_get_line_extents(position, nullptr, &logical);
    lines.push_back({pango_layout_iter_get_line_readonly(position), to_points(logical.x),
                     to_points(pango_layout_iter_get_baseline(position)), to_points(logical.y),
                     to_points(logical.y + logical.height)});
  } while (pango_layout_iter_next_line(position) != 0);
  pango_layout_iter_free(position);
  return lines;
}

class ShapePainter {
 public:
  ShapePainter(cairo_t* cairo, TextShaper& shaper) : cairo_(cairo), shaper_(shaper) {}

  void operator()(const Line& line) const {
    cairo_move_to(cairo_, line.from.x, line.from.y);
    cairo_line_to(cairo_, line.to.x, line.to.y);
    paint(Ink::none, line.stroke);
  }
  void operator()(const Polyline& line) const {
    if (line.points.empty()) return;
    cairo_new_path(cairo_);
    for (const Point& point : line.points) cairo_line_to(cairo_, point.x, point.y);
    if (line.closed) cairo_close_path(cairo_);
    paint(line.fill, line.stroke);
  }
  void operator()(const Rectangle& box) const {
    paint_box(cairo_, box);
    for (const Line& line : hatch_lines(box)) (*this)(line);
  }
  void operator()(const Circle& circle) const {
    cairo_new_path(cairo_);
    cairo_arc(cairo_, circle.centre.x, circle.centre.y, circle.radius, 0, 2 * std::numbers::pi);
    cairo_close_path(cairo_);
    paint(circle.fill, circle.stroke);
  }
  void operator()(const Text& text) const {
    const ShapedText& shaped = shaper_.shape(text.text, {text.size, text.bold, false, Alignment::left}, -1);
    const double share = text.anchor == Anchor::start ? 0 : text.anchor == Anchor::middle ? 0.5 : 1;
    cairo_save(cairo_);
    cairo_translate(cairo_, text.at.x, text.at.y);
    if (text.rotation_degrees != 0) cairo_rotate(cairo_, text.rotation_degrees * std::numbers::pi / 180);
    const TextLine& first = shaped.lines.front();
    paint_line(cairo_, first, -share * shaped.width, -first.baseline, text.ink);
    cairo_restore(cairo_);
  }

  void paint(Ink fill, const Stroke& stroke) const {
    if (fill != Ink::none) {
      set_ink(cairo_, fill);
      cairo_fill_preserve(cairo_);
    }
    if (stroke.ink != Ink::none) {
      static constexpr double dashes[] = {4, 2.5};
      static constexpr double dots[] = {1, 2};
      set_ink(cairo_, stroke.ink, stroke.opacity);
      cairo_set_line_width(cairo_, stroke.width);
      cairo_set_line_join(cairo_, CAIRO_LINE_JOIN_ROUND);
      if (stroke.dash == Dash::dashed) cairo_set_dash(cairo_, dashes, 2, 0);
      if (stroke.dash == Dash::dotted) cairo_set_dash(cairo_, dots, 2, 0);
      cairo_stroke_preserve(cairo_);
      cairo_set_dash(cairo_, nullptr, 0, 0);
    }
    cairo_new_path(cairo_);
  }

 private:
  cairo_t* cairo_;
  TextShaper& shaper_;
};

}  // namespace

TextShaper::TextShaper(Language language)
    : fonts_(adopt(pango_cairo_font_map_new())), context_(adopt(pango_font_map_create_context(fonts_.get()))) {
  // The language chooses the Chinese forms of characters that Chinese and Japanese share.
  pango_context_set_language(context_.get(), pango_language_from_string(language == Language::zh ? "zh-cn" : "en"));
  // Glyphs rounded to whole points would stand apart in small type.
  pango_context_set_round_glyph_positions(context_.get(), FALSE);
  cairo_font_options_t* options = cairo_font_options_create();
  cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
  cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
  pango_cairo_context_set_font_options(context_.get(), options);
  cairo_font_options_destroy(options);
}

const ShapedText& TextShaper::shape(const std::string& text, const TextStyle& style, double width) {
  const Key key{text, style.size, style.bold, style.monospace, style.alignment, width};
  const auto known = shaped_.find(key);
  if (known != shaped_.end()) return known->second;

  const auto layout = adopt(pango_layout_new(context_.get()));
  // Faces with TrueType outlines only: Cairo 1.16 can lose a glyph when it subsets the subroutines of a CFF face such
  // as Noto Sans CJK (docs/decisions/0006-fonts-with-truetype-outlines.md).
  PangoFontDescription* font = pango_font_description_new();
  pango_font_description_set_family(font, style.monospace ? "DejaVu Sans Mono, WenQuanYi Zen Hei Mono, monospace"
                                                          : "Noto Sans, WenQuanYi Zen Hei, DejaVu Sans, sans-serif");
  pango_font_description_set_absolute_size(font, style.size * PANGO_SCALE);
  if (style.bold) pango_font_description_set_weight(font, PANGO_WEIGHT_BOLD);
  pango_layout_set_font_description(layout.get(), font);
  pango_font_description_free(font);
  // A hyphen that the data do not hold must not appear inside an identifier.
  PangoAttrList* attributes = pango_attr_list_new();
  pango_attr_list_insert(attributes, pango_attr_insert_hyphens_new(FALSE));
  pango_layout_set_attributes(layout.get(), attributes);
  pango_attr_list_unref(attributes);
  const std::string clean = clean_text(text);
  pango_layout_set_text(layout.get(), clean.data(), static_cast<int>(clean.size()));
  if (width >= 0) {
    pango_layout_set_width(layout.get(), static_cast<int>(width * PANGO_SCALE));
    pango_layout_set_wrap(layout.get(), PANGO_WRAP_WORD_CHAR);
    pango_layout_set_alignment(layout.get(), style.alignment == Alignment::left    ? PANGO_ALIGN_LEFT
                                             : style.alignment == Alignment::right ? PANGO_ALIGN_RIGHT
                                                                                   : PANGO_ALIGN_CENTER);
  }
  ShapedText shaped;
  shaped.layout = layout;
  shaped.lines = list_lines(layout.get());
  int layout_width = 0;
  int layout_height = 0;
  pango_layout_get_size(layout.get(), &layout_width, &layout_height);
  shaped.width = to_points(layout_width);
  shaped.height = to_points(layout_height);
  return shaped_.emplace(key, std::move(shaped)).first->second;
}

void set_ink(cairo_t* cairo, Ink ink, double opacity) {
  const std::string_view hex = to_hex(ink);
  const auto channel = [&](std::size_t position) {
    const auto digit = [&](std::size_t i) { return hex[i] <= '9' ? hex[i] - '0' : hex[i] - 'a' + 10; };
    return (16 * digit(position) + digit(position + 1)) / 255.0;
  };
  cairo_set_source_rgba(cairo, channel(1), channel(3), channel(5), opacity);
}

void paint_line(cairo_t* cairo, const TextLine& line, double x, double y, Ink ink) {
  set_ink(cairo, ink);
  cairo_move_to(cairo, x + line.x, y + line.baseline);
  pango_cairo_show_layout_line(cairo, line.line);
}

void paint_box(cairo_t* cairo, const Rectangle& box) {
  const double radius = box.corner_radius;
  const double left = box.origin.x;
  const double top = box.origin.y;
  const double right = left + box.width;
  const double bottom = top + box.height;
  constexpr double quarter = std::numbers::pi / 2;
  cairo_new_path(cairo);
  if (radius > 0) {
    cairo_arc(cairo, right - radius, top + radius, radius, -quarter, 0);
    cairo_arc(cairo, right - radius, bottom - radius, radius, 0, quarter);
    cairo_arc(cairo, left + radius, bottom - radius, radius, quarter, 2 * quarter);
    cairo_arc(cairo, left + radius, top + radius, radius, 2 * quarter, 3 * quarter);
    cairo_close_path(cairo);
  } else {
    cairo_rectangle(cairo, left, top, box.width, box.height);
  }
  if (box.fill != Ink::none) {
    set_ink(cairo, box.fill);
    cairo_fill_preserve(cairo);
  }
  if (box.stroke.ink != Ink::none) {
    set_ink(cairo, box.stroke.ink, box.stroke.opacity);
    cairo_set_line_width(cairo, box.stroke.width);
    cairo_stroke_preserve(cairo);
  }
  cairo_new_path(cairo);
}

void paint_drawing(cairo_t* cairo, TextShaper& shaper, const Drawing& drawing, double x, double y, double scale) {
  cairo_save(cairo);
  cairo_translate(cairo, x, y);
  cairo_scale(cairo, scale, scale);
  const ShapePainter painter(cairo, shaper);
  for (const Shape& shape : drawing.shapes) std::visit(painter, shape);
  cairo_restore(cairo);
}

}  // namespace qpcr
