// Where the text, boxes and figures of a document stand on its pages.
#include "libqpcr/report/page_flow.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace qpcr {

ToneInks to_inks(Tone tone) {
  constexpr std::array<ToneInks, 9> inks = {{{Ink::text, Ink::panel},
                                             {Ink::muted, Ink::panel},
                                             {Ink::accent, Ink::panel},
                                             {Ink::positive, Ink::positive_tint},
                                             {Ink::negative, Ink::negative_tint},
                                             {Ink::indeterminate, Ink::indeterminate_tint},
                                             {Ink::invalid, Ink::invalid_tint},
                                             {Ink::good, Ink::good_tint},
                                             {Ink::indeterminate, Ink::indeterminate_tint}}};
  return inks.at(static_cast<std::size_t>(tone));
}

namespace {

struct HeadingStyle {
  int level;
  double size;
  double above;
};

HeadingStyle style_of(const Heading& heading) {
  constexpr std::array<double, 3> sizes = {13, 11, 9.5};
  const int level = std::clamp(heading.level, 1, 3);
  return {level, sizes.at(static_cast<std::size_t>(level - 1)), level == 1 ? 16.0 : 10.0};
}

}  // namespace

PageFlow::PageFlow(const Document& document) : document_(document), shaper_(document.language) {
  for (const Block& block : document.blocks) std::visit([this](const auto& b) { collect_anchors(b); }, block);
  new_page();
}

void PageFlow::place_all() {
  place_title();
  for (std::size_t i = 0; i < document_.blocks.size(); ++i) {
    next_ = i + 1;
    std::visit(*this, document_.blocks[i]);
  }
}

void PageFlow::operator()(const Heading& heading) {
  const auto [level, size, above] = style_of(heading);
  const ShapedText& text = shaper_.shape(heading.text, {size, true, false, Alignment::left}, body_width);
  if (y_ > body_top) y_ += above;
  require(text.height + 8 + height_to_keep(next_));
  outline_.push_back({level, heading.text, pages_.size() - 1, y_});
  place_anchor(heading.anchor);
  const double first_line_end = text.lines.size() == 1 ? text.width : body_width;
  add_lines(text, margin, y_, Ink::text);
  if (!heading.detail.empty() && first_line_end < body_width - 60) {
    const ShapedText& detail =
        shaper_.shape(heading.detail, {size * 0.68, false, false, Alignment::left}, body_width - first_line_end - 8);
    add_lines(detail, margin + first_line_end + 8, y_ + text.lines.front().baseline - detail.lines.front().baseline,
              Ink::muted);
  }
  y_ += text.height;
  if (level == 1) {
    add_rule(y_ + 2, Ink::grid, 1.4);
    y_ += 4;
  }
  y_ += 4;
}

void PageFlow::operator()(const Paragraph& paragraph) {
  const double size = paragraph.small ? 7.5 : 9;
  flow_text(paragraph.text, {size, false, false, Alignment::left}, margin, body_width, to_inks(paragraph.tone).ink);
  y_ += 4;
}

void PageFlow::operator()(const Notice& notice) {
  const ToneInks inks = to_inks(notice.tone);
  std::vector<std::pair<const ShapedText*, Ink>> parts;
  if (!notice.title.empty())
    parts.emplace_back(&shaper_.shape(notice.title, {9.5, true, false, Alignment::left}, body_width - 24), inks.ink);
  if (!notice.text.empty())
    parts.emplace_back(&shaper_.shape(notice.text, {9, false, false, Alignment::left}, body_width - 24), Ink::text);
  place_box(parts, inks, 14);
}

void PageFlow::operator()(const Verdict& verdict) {
  const ToneInks inks = to_inks(verdict.tone);
  const ShapedText& symbol = shaper_.shape(verdict.symbol, {30, true, false, Alignment::left}, -1);
  const double indent = 24 + symbol.width;
  const double width = body_width - indent - 12;
  std::vector<std::pair<const ShapedText*, Ink>> parts;
  parts.emplace_back(&shaper_.shape(verdict.title, {20, true, false, Alignment::left}, width), inks.ink);
  if (!verdict.detail.empty())
    parts.emplace_back(&shaper_.shape(verdict.detail, {9, false, false, Alignment::left}, width), Ink::muted);
  for (const std::string& line : verdict.lines)
    parts.emplace_back(&shaper_.shape("• " + line, {9, false, false, Alignment::left}, width), Ink::text);
  place_box(parts, inks, indent, &symbol);
}

void PageFlow::operator()(const Tiles& tiles) {
  constexpr std::size_t most_per_row = 6;
  constexpr double gap = 8;
  for (std::size_t first = 0; first < tiles.tiles.size(); first += most_per_row) {
    const std::size_t count = std::min(most_per_row, tiles.tiles.size() - first);
    const auto shown = static_cast<double>(std::clamp<std::size_t>(count, 3, most_per_row));
    const double width = (body_width - gap * (shown - 1)) / shown;
    double height = 0;
    for (std::size_t i = 0; i < count; ++i) height = std::max(height, tile_height(tiles.tiles[first + i], width));
    require(height);
    for (std::size_t i = 0; i < count; ++i)
      place_tile(tiles.tiles[first + i], margin + static_cast<double>(i) * (width + gap), width, height);
    y_ += height + gap;
  }
  y_ += 2;
}

void PageFlow::operator()(const KeyValues& pairs) {
  constexpr double key_width = 118;
  for (const auto& [key, value] : pairs.rows) {
    const ShapedText& key_text = shaper_.shape(key, {8.5, false, false, Alignment::left}, key_width - 8);
    const ShapedText& value_text = shaper_.shape(value, {8.5, false, false, Alignment::left}, body_width - key_width);
    require(std::min(std::max(key_text.height, value_text.height), body_height));
    add_lines(key_text, margin, y_, Ink::muted);
    const double start = y_;
    const std::size_t page = pages_.size();
    flow_text(value, {8.5, false, false, Alignment::left}, margin + key_width, body_width - key_width, Ink::text);
    if (pages_.size() == page) y_ = std::max(y_, start + key_text.height);
    y_ += 1.5;
  }
  y_ += 4;
}

void PageFlow::operator()(const ItemList& items) {
  for (const std::string& item : items.items) {
    const ShapedText& bullet = shaper_.shape("•", {9, true, false, Alignment::left}, -1);
    require(bullet.height);
    add_lines(bullet, margin + 3, y_, Ink::muted);
    flow_text(item, {9, false, false, Alignment::left}, margin + 14, body_width - 14, Ink::text);
    y_ += 1.5;
  }
  y_ += 4;
}

void PageFlow::operator()(const Figure& figure) {
  const double scale = std::min(
      {1.0, body_width / figure.drawing.width, (body_height - caption_height(figure)) / figure.drawing.height});
  require(caption_height(figure) + figure.drawing.height * scale);
  place_anchor(figure.id);
  const ShapedText& caption = shaper_.shape(figure.caption, {9, true, false, Alignment::left}, body_width);
  add_lines(caption, margin, y_, Ink::text);
  y_ += caption.height + 3;
  const double top = y_;
  const Drawing* drawing = &figure.drawing;
  add([this, drawing, top, scale](cairo_t* cairo) { paint_drawing(cairo, shaper_, *drawing, margin, top, scale); });
  y_ += drawing->height * scale + 10;
}

void PageFlow::operator()(const PageBreak&) {
  if (y_ > body_top) new_page();
}

void PageFlow::new_page() {
  pages_.emplace_back();
  y_ = body_top;
}

void PageFlow::require(double height) {
  if (height > remaining() && y_ > body_top) new_page();
}

double PageFlow::caption_height(const Figure& figure) {
  return shaper_.shape(figure.caption, {9, true, false, Alignment::left}, body_width).height + 3;
}

double PageFlow::height_to_keep(std::size_t index) {
  if (index >= document_.blocks.size()) return 0;
  const Block& block = document_.blocks[index];
  constexpr double two_lines = 27;
  if (const auto* figure = std::get_if<Figure>(&block)) {
    const double scale = std::min(1.0, body_width / figure->drawing.width);
    return std::min(caption_height(*figure) + figure->drawing.height * scale, body_height - 60);
  }
  if (const auto* table = std::get_if<ReportTable>(&block)) return table_start_height(*table);
  if (const auto* heading = std::get_if<Heading>(&block)) {
    const HeadingStyle style = style_of(*heading);
    return style.above + shaper_.shape(heading->text, {style.size, true, false, Alignment::left}, body_width).height +
           8 + height_to_keep(index + 1);
  }
  if (const auto* paragraph = std::get_if<Paragraph>(&block)) {
    const double size = paragraph->small ? 7.5 : 9;
    const double height = shaper_.shape(paragraph->text, {size, false, false, Alignment::left}, body_width).height + 4;
    // A short paragraph leads to what follows it; a long one may stand alone.
    return height > 2 * two_lines ? two_lines : height + std::min(height_to_keep(index + 1), body_height / 2);
  }
  return std::holds_alternative<PageBreak>(block) ? 0 : 54;
}

void PageFlow::add_lines(const ShapedText& text, double x, double y, Ink ink) {
  add([&text, x, y, ink](cairo_t* cairo) {
    for (const TextLine& line : text.lines) paint_line(cairo, line, x, y, ink);
  });
}

void PageFlow::add_rule(double y, Ink ink, double width) {
  add([y, ink, width](cairo_t* cairo) {
    set_ink(cairo, ink);
    cairo_set_line_width(cairo, width);
    cairo_move_to(cairo, margin, y);
    cairo_line_to(cairo, margin + body_width, y);
    cairo_stroke(cairo);
  });
}

void PageFlow::flow_text(const std::string& text, const TextStyle& style, double x, double width, Ink ink) {
  for (const TextLine& line : shaper_.shape(text, style, width).lines) {
    const double height = line.bottom - line.top;
    require(height);
    const double top = y_ - line.top;
    add([line, x, top, ink](cairo_t* cairo) { paint_line(cairo, line, x, top, ink); });
    y_ += height;
  }
}

void PageFlow::place_box(const std::vector<std::pair<const ShapedText*, Ink>>& parts, ToneInks inks, double indent,
                         const ShapedText* symbol) {
  double height = 16;
  for (const auto& part : parts) height += part.first->height;
  if (symbol != nullptr) height = std::max(height, symbol->height + 4);
  if (height > body_height) {  // a list of reasons longer than a page: let it flow without the box
    for (const auto& part : parts) {
      for (const TextLine& line : part.first->lines) {
        const double line_height = line.bottom - line.top;
        require(line_height);
        const double top = y_ - line.top;
        const Ink ink = part.second;
        add([line, top, ink](cairo_t* cairo) { paint_line(cairo, line, margin + 14, top, ink); });
        y_ += line_height;
      }
    }
    return;
  }
  y_ += 4;
  require(height);
  const double top = y_;
  add([=](cairo_t* cairo) {
    paint_box(cairo, make_rectangle({margin, top}, body_width, height, inks.tint));
    paint_box(cairo, make_rectangle({margin, top}, 3.5, height, inks.ink));
  });
  double y = top + 8;
  if (symbol != nullptr) {
    double text_height = 0;
    for (const auto& part : parts) text_height += part.first->height;
    y = top + (height - text_height) / 2;
    add_lines(*symbol, margin + 14, top + (height - symbol->height) / 2, inks.ink);
  }
  for (const auto& part : parts) {
    add_lines(*part.first, margin + indent, y, part.second);
    y += part.first->height;
  }
  y_ = top + height + 6;
}

PageFlow::TileTexts PageFlow::shape_tile(const Tile& tile, double width) {
  const std::string value = tile.symbol.empty() ? tile.value : tile.symbol + " " + tile.value;
  const double inner = width - 16;
  return {&shaper_.shape(value, {17, true, false, Alignment::left}, inner),
          &shaper_.shape(tile.label, {8.5, false, false, Alignment::left}, inner),
          tile.detail.empty() ? nullptr : &shaper_.shape(tile.detail, {7, false, false, Alignment::left}, inner)};
}

double PageFlow::tile_height(const Tile& tile, double width) {
  const TileTexts texts = shape_tile(tile, width);
  return 12 + texts.value->height + texts.label->height + (texts.detail == nullptr ? 0 : texts.detail->height);
}

void PageFlow::place_tile(const Tile& tile, double x, double width, double height) {
  const ToneInks inks = to_inks(tile.tone);
  const double top = y_;
  add([=](cairo_t* cairo) {
    paint_box(cairo, make_rectangle({x, top}, width, height, inks.tint));
    paint_box(cairo, make_rectangle({x, top}, width, 2.2, inks.ink));
  });
  const TileTexts texts = shape_tile(tile, width);
  add_lines(*texts.value, x + 8, top + 5, inks.ink);
  add_lines(*texts.label, x + 8, top + 5 + texts.value->height, Ink::text);
  if (texts.detail != nullptr)
    add_lines(*texts.detail, x + 8, top + 5 + texts.value->height + texts.label->height, Ink::muted);
}

void PageFlow::place_title() {
  const ShapedText& title = shaper_.shape(document_.title, {20, true, false, Alignment::left}, body_width);
  add_lines(title, margin, y_, Ink::text);
  y_ += title.height;
  if (!document_.subtitle.empty()) {
    flow_text(document_.subtitle, {9, false, false, Alignment::left}, margin, body_width, Ink::muted);
    y_ += 4;
  }
}

void PageFlow::place_anchor(const std::string& anchor) {
  if (anchor.empty()) return;
  const std::string attributes = fmt::format("name='{}' x={:.2f} y={:.2f}", anchor, margin, y_);
  add([attributes](cairo_t* cairo) {
    cairo_tag_begin(cairo, CAIRO_TAG_DEST, attributes.c_str());
    cairo_tag_end(cairo, CAIRO_TAG_DEST);
  });
}

void PageFlow::collect_anchors(const ReportTable& table) {
  anchors_.insert(table.id);
  for (const auto& row : table.rows) {
    for (const ReportCell& cell : row) anchors_.insert(cell.anchor);
  }
}

}  // namespace qpcr
