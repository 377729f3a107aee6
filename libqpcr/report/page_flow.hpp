// The flow of blocks over A4 pages: positions first, so that the number of pages is known when the first one is
// painted.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "libqpcr/report/document.hpp"
#include "libqpcr/report/pdf_canvas.hpp"

namespace qpcr {

inline constexpr double page_width = 595.28;
inline constexpr double page_height = 841.89;
inline constexpr double margin = 42;
inline constexpr double body_width = page_width - 2 * margin;
inline constexpr double body_top = 62;
inline constexpr double body_bottom = page_height - 48;
inline constexpr double body_height = body_bottom - body_top;
inline constexpr double cell_padding_x = 4;

struct ToneInks {
  Ink ink;
  Ink tint;
};

ToneInks to_inks(Tone tone);

using Command = std::function<void(cairo_t*)>;

struct OutlineEntry {
  int level;
  std::string text;
  std::size_t page;
  double y;
};

/// Type sizes and space of a table's rows.
struct RowStyle {
  double text_size = 8;
  double detail_size = 6.6;
  double monospace_size = 6.6;
  double padding_y = 2.6;
};

/// A line of a cell, with the colour it gets.
struct CellLine {
  TextLine line;
  Ink ink = Ink::text;
};

struct FlowCell {
  std::vector<CellLine> lines;
  double x = 0;
  std::string link;
};

/// Places the blocks of a document on pages as painting commands, then paints them.
class PageFlow {
 public:
  explicit PageFlow(const Document& document);

  void place_all();

  std::string paint();
  void operator()(const Heading& heading);
  void operator()(const Paragraph& paragraph);
  void operator()(const Notice& notice);
  void operator()(const Verdict& verdict);
  void operator()(const Tiles& tiles);
  void operator()(const KeyValues& pairs);
  void operator()(const ItemList& items);
  void operator()(const ReportTable& table);
  void operator()(const Figure& figure);
  void operator()(const PageBreak&);

 private:
  void add(Command command) { pages_.back().push_back(std::move(command)); }
  void new_page();
  double remaining() const { return body_bottom - y_; }
  void require(double height);

  double caption_height(const Figure& figure);

  /// What of a block, and of those it leads to, must stand on the page of a heading above it.
  double height_to_keep(std::size_t index);

  /// Caption, header and first row of a table, as far as that row is not to be split.
  double table_start_height(const ReportTable& table);

  void add_lines(const ShapedText& text, double x, double y, Ink ink);

  void add_rule(double y, Ink ink, double width);

  /// Text that may go on over pages, line by line; moves the position below it.
  void flow_text(const std::string& text, const TextStyle& style, double x, double width, Ink ink);

  /// A tinted box of stacked texts, each of them whole where the box fits a page.
  void place_box(const std::vector<std::pair<const ShapedText*, Ink>>& parts, ToneInks inks, double indent,
                 const ShapedText* symbol = nullptr);

  struct TileTexts {
    const ShapedText* value;
    const ShapedText* label;
    const ShapedText* detail;
  };
  TileTexts shape_tile(const Tile& tile, double width);
  double tile_height(const Tile& tile, double width);
  void place_tile(const Tile& tile, double x, double width, double height);

  void place_title();

  void place_anchor(const std::string& anchor);

  void collect_anchors(const Heading& heading) { anchors_.insert(heading.anchor); }
  void collect_anchors(const Figure& figure) { anchors_.insert(figure.id); }
  void collect_anchors(const ReportTable& table);
  template <typename Other>
  void collect_anchors(const Other&) {}

  FlowCell shape_cell(const ReportCell& cell, const ReportColumn& column, double x, double width, bool header);

  std::vector<FlowCell> shape_row(const ReportTable& table, const std::vector<ReportCell>& row, bool header);

  std::vector<FlowCell> shape_header(const ReportTable& table);

  double row_height(const std::vector<FlowCell>& cells) const;

  /// Paints of each cell, from line `starts[i]` on, what fits in the height; advances `starts`. @return false when
  /// lines are left.
  bool place_fragment(const std::vector<FlowCell>& cells, std::vector<std::size_t>& starts, double available,
                      bool header);
  void place_table_header(const ReportTable& table, const std::vector<FlowCell>& header, bool continued);

  void paint_furniture(cairo_t* cairo, std::size_t page);
  void add_outline(cairo_surface_t* surface) const;

  const Document& document_;
  TextShaper shaper_;
  std::vector<std::vector<Command>> pages_;
  std::vector<OutlineEntry> outline_;
  std::set<std::string> anchors_;
  std::size_t next_ = 0;  ///< index of the block after the one being placed
  RowStyle row_style_;    ///< of the table being placed or measured
  double y_ = body_top;
};

}  // namespace qpcr
