// Tables that go on over pages under a repeated header; a row longer than a page is split between lines.
#include <algorithm>

#include <fmt/format.h>

#include "libqpcr/report/page_flow.hpp"

namespace qpcr {
namespace {

/// A row higher than this may be split between pages, with at least this much of it on the first.
constexpr double tall_row = 120;

RowStyle style_of(const ReportTable& table) { return table.compact ? RowStyle{7, 6, 5.7, 1.7} : RowStyle{}; }

}  // namespace

FlowCell PageFlow::shape_cell(const ReportCell& cell, const ReportColumn& column, double x, double width, bool header) {
  FlowCell flow;
  flow.x = x + cell_padding_x;
  if (!cell.link.empty() && anchors_.count(cell.link) != 0) flow.link = cell.link;
  const double size = cell.monospace ? row_style_.monospace_size : row_style_.text_size;
  // A right-aligned number keeps clear of the left-aligned text beside it.
  const double inner = width - (column.alignment == Alignment::right ? 2.8 : 2) * cell_padding_x;
  const Ink ink = !flow.link.empty() && cell.tone == Tone::neutral ? Ink::accent : to_inks(cell.tone).ink;
  double top = 0;
  const auto append = [&](const std::string& text, const TextStyle& style, Ink line_ink) {
    if (text.empty()) return;
    const ShapedText& shaped = shaper_.shape(text, style, inner);
    for (TextLine line : shaped.lines) {
      line.top += top;
      line.bottom += top;
      line.baseline += top;
      flow.lines.push_back({line, line_ink});
    }
    top += shaped.height;
  };
  append(cell.text, {size, cell.bold || header, cell.monospace, column.alignment}, ink);
  append(cell.detail, {row_style_.detail_size, false, false, column.alignment}, Ink::muted);
  return flow;
}

std::vector<FlowCell> PageFlow::shape_row(const ReportTable& table, const std::vector<ReportCell>& row, bool header) {
  double total = 0;
  for (const ReportColumn& column : table.columns) total += column.relative_width;
  std::vector<FlowCell> cells;
  double x = margin;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const double width = body_width * table.columns[i].relative_width / total;
    cells.push_back(shape_cell(row[i], table.columns[i], x, width, header));
    x += width;
  }
  return cells;
}

double PageFlow::row_height(const std::vector<FlowCell>& cells) const {
  double height = 0;
  for (const FlowCell& cell : cells) {
    if (!cell.lines.empty()) height = std::max(height, cell.lines.back().line.bottom);
  }
  return height + 2 * row_style_.padding_y;
}

bool PageFlow::place_fragment(const std::vector<FlowCell>& cells, std::vector<std::size_t>& starts, double available,
                              bool header) {
  double height = 0;
  bool complete = true;
  std::vector<Command> commands;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const FlowCell& cell = cells[i];
    std::size_t& next = starts[i];
    if (next >= cell.lines.size()) continue;
    const double offset = cell.lines[next].line.top;
    const double top = y_ + row_style_.padding_y - offset;
    std::vector<CellLine> shown;
    // The first line is taken even where the page is too short for it: the flow must go on.
    while (next < cell.lines.size() &&
           (shown.empty() || cell.lines[next].line.bottom - offset <= available - 2 * row_style_.padding_y)) {
      shown.push_back(cell.lines[next++]);
    }
    height = std::max(height, shown.back().line.bottom - offset);
    complete = complete && next >= cell.lines.size();
    const double x = cell.x;
    const std::string link = cell.link;
    commands.push_back([shown, x, top, link](cairo_t* cairo) {
      if (!link.empty()) cairo_tag_begin(cairo, CAIRO_TAG_LINK, fmt::format("dest='{}'", link).c_str());
      for (const CellLine& each : shown) paint_line(cairo, each.line, x, top, each.ink);
      if (!link.empty()) cairo_tag_end(cairo, CAIRO_TAG_LINK);
    });
  }
  height += 2 * row_style_.padding_y;
  if (header) {
    const double top = y_;
    add([top, height](cairo_t* cairo) {
      paint_box(cairo, make_rectangle({margin, top}, body_width, height, Ink::panel));
    });
  }
  for (Command& command : commands) add(std::move(command));
  y_ += height;
  add_rule(y_, header ? Ink::rule : Ink::grid, header ? 0.9 : 0.5);
  return complete;
}

void PageFlow::place_table_header(const ReportTable& table, const std::vector<FlowCell>& header, bool continued) {
  if (!table.caption.empty()) {
    std::string caption = table.caption;
    if (continued) {
      if (document_.language == Language::en) caption += " ";
      caption += render_text("report.continued", document_.language);
    }
    const ShapedText& text = shaper_.shape(caption, {8.5, false, false, Alignment::left}, body_width);
    add_lines(text, margin, y_, Ink::muted);
    y_ += text.height + 2;
  }
  std::vector<std::size_t> starts(header.size(), 0);
  place_fragment(header, starts, body_height, true);
}

std::vector<FlowCell> PageFlow::shape_header(const ReportTable& table) {
  std::vector<ReportCell> titles;
  for (const ReportColumn& column : table.columns)
    titles.push_back(make_cell(column.title, Tone::neutral, true, column.detail));
  return shape_row(table, titles, true);
}

double PageFlow::table_start_height(const ReportTable& table) {
  row_style_ = style_of(table);
  double height = row_height(shape_header(table));
  if (!table.caption.empty())
    height += shaper_.shape(table.caption, {8.5, false, false, Alignment::left}, body_width).height + 2;
  if (!table.rows.empty()) height += std::min(row_height(shape_row(table, table.rows.front(), false)), tall_row);
  return std::min(height, body_height / 2);
}

void PageFlow::operator()(const ReportTable& table) {
  row_style_ = style_of(table);
  const std::vector<FlowCell> header = shape_header(table);
  require(table_start_height(table));
  place_anchor(table.id);
  place_table_header(table, header, false);
  const double top_of_rows = y_;
  bool first_page = true;
  const auto turn_page = [&] {
    new_page();
    place_table_header(table, header, true);
    first_page = false;
  };
  const double room_on_new_page = body_height - row_height(header) - 20;
  for (const auto& row : table.rows) {
    const std::vector<FlowCell> cells = shape_row(table, row, false);
    const double height = row_height(cells);
    const bool at_top = first_page && y_ == top_of_rows && top_of_rows < body_top + 60;
    const bool split = height > tall_row && remaining() >= tall_row;
    if (height > remaining() && height <= room_on_new_page && !at_top && !split) turn_page();
    if (height > room_on_new_page && remaining() < 60) turn_page();
    for (const ReportCell& cell : row) place_anchor(cell.anchor);
    std::vector<std::size_t> starts(cells.size(), 0);
    while (!place_fragment(cells, starts, remaining(), false)) turn_page();
  }
  y_ += 3;
  if (!table.note.empty()) flow_text(table.note, {7.5, false, false, Alignment::left}, margin, body_width, Ink::muted);
  y_ += 8;
}

}  // namespace qpcr
