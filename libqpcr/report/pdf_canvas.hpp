// Shaped text and drawings on a Cairo context: what the page flow of a PDF is painted with.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include <pango/pangocairo.h>

#include "libqpcr/report/document.hpp"

namespace qpcr {

struct TextStyle {
  double size = 9;
  bool bold = false;
  bool monospace = false;
  Alignment alignment = Alignment::left;
};

/// One line of a wrapped text, measured from the text's upper left corner in points.
struct TextLine {
  PangoLayoutLine* line = nullptr;  ///< owned by its ShapedText
  double x = 0;
  double baseline = 0;
  double top = 0;
  double bottom = 0;
};

struct ShapedText {
  std::shared_ptr<PangoLayout> layout;
  std::vector<TextLine> lines;
  double width = 0;
  double height = 0;
};

/// Turns text into lines of glyphs, each text once. Its results live as long as it does.
class TextShaper {
 public:
  explicit TextShaper(Language language);

  /// @param width in points to wrap at; not wrapped when negative (and then aligned left).
  const ShapedText& shape(const std::string& text, const TextStyle& style, double width);

 private:
  using Key = std::tuple<std::string, double, bool, bool, Alignment, double>;
  std::shared_ptr<PangoFontMap> fonts_;
  std::shared_ptr<PangoContext> context_;
  std::map<Key, ShapedText> shaped_;
};

void set_ink(cairo_t* cairo, Ink ink, double opacity = 1);

/// Paints one line with its text's corner at (x, y).
void paint_line(cairo_t* cairo, const TextLine& line, double x, double y, Ink ink);

/// Paints a rectangle's fill and outline.
void paint_box(cairo_t* cairo, const Rectangle& box);

/// Paints a drawing with its upper left corner at (x, y), enlarged by `scale`.
void paint_drawing(cairo_t* cairo, TextShaper& shaper, const Drawing& drawing, double x, double y, double scale);

}  // namespace qpcr
