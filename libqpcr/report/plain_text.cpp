// A document as plain text for the terminal.
#include "libqpcr/report/plain_text.hpp"

#include <fmt/format.h>

namespace qpcr {
namespace {

/// Line breaks within a text become "; ".
std::string on_one_line(const std::string& text) {
  std::string line;
  for (const char c : text) {
    if (c != '\n') {
      line += c;
    } else if (!line.empty()) {
      line += "; ";
    }
  }
  return line;
}

bool says_something(const std::string& text) { return !text.empty() && text != "–" && text != "\n"; }

struct Writer {
  std::string text;

  void line(const std::string& content) { text += content + "\n"; }

  void operator()(const Heading& heading) {
    line("");
    line(heading.detail.empty() ? heading.text : fmt::format("{}  {}", heading.text, heading.detail));
  }
  void operator()(const Paragraph& paragraph) { line("  " + on_one_line(paragraph.text)); }
  void operator()(const Notice& notice) {
    line(notice.text.empty() ? "  ! " + notice.title
                             : fmt::format("  ! {}: {}", notice.title, on_one_line(notice.text)));
  }
  void operator()(const Verdict& verdict) {
    line(fmt::format("{} {}", verdict.symbol, verdict.title));
    for (const std::string& reason : verdict.lines) line("  " + on_one_line(reason));
  }
  void operator()(const Tiles& tiles) {
    for (const Tile& tile : tiles.tiles) line(fmt::format("  {} {}: {}", tile.symbol, tile.label, tile.value));
  }
  void operator()(const KeyValues& pairs) {
    for (const auto& [key, value] : pairs.rows) line(fmt::format("  {}: {}", key, on_one_line(value)));
  }
  void operator()(const ItemList& list) {
    for (const std::string& item : list.items) line("  - " + on_one_line(item));
  }
  void operator()(const ReportTable& table) {
    for (const std::vector<ReportCell>& row : table.rows) {
      line("  " + on_one_line(row.front().text));
      for (std::size_t i = 1; i < row.size(); ++i) {
        if (!says_something(row[i].text)) continue;
        line(fmt::format("      {}: {}", table.columns[i].title, on_one_line(row[i].text)));
      }
    }
    if (!table.note.empty()) line("  " + on_one_line(table.note));
  }
  void operator()(const Figure&) {}
  void operator()(const PageBreak&) {}
};

}  // namespace

std::string render_plain_text(const Document& document) {
  Writer writer;
  if (!document.watermark.empty()) writer.line("*** " + on_one_line(document.watermark) + " ***");
  if (!document.banner.empty()) writer.line("*** " + on_one_line(document.banner) + " ***");
  writer.line(document.title);
  if (!document.subtitle.empty()) writer.line(document.subtitle);
  for (const Block& block : document.blocks) std::visit(writer, block);
  return writer.text;
}

}  // namespace qpcr
