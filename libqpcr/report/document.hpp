// The one model of a report: blocks of text, tables and figures that become HTML or PDF with the same contents.
#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "libqpcr/report/catalogue.hpp"
#include "libqpcr/report/drawing.hpp"

namespace qpcr {

/// What a text means; colour, border and weight follow from it, never the meaning from the colour.
enum class Tone { neutral, muted, accent, positive, negative, indeterminate, invalid, good, warning };

/// In every text '\n' breaks the line. `detail` is a smaller, paler companion: the English beside the Chinese, a unit,
/// a range.

struct Heading {
  int level = 1;  ///< 1 to 3; the document's title stands above level 1
  std::string text;
  std::string detail;
  std::string anchor;  ///< target for links; empty: none
};

struct Paragraph {
  std::string text;
  Tone tone = Tone::neutral;
  bool small = false;
};

/// A boxed remark.
struct Notice {
  Tone tone = Tone::warning;
  std::string title;
  std::string text;
};

/// The large answer at the head of a report.
struct Verdict {
  Tone tone = Tone::good;
  std::string symbol;  ///< "✓", "✗": beside the words, never alone
  std::string title;
  std::string detail;
  std::vector<std::string> lines;  ///< why
};

/// Figures of merit side by side: counts, rates with their interval.
struct Tile {
  std::string symbol;
  std::string value;
  std::string label;
  std::string detail;
  Tone tone = Tone::neutral;
};

struct Tiles {
  std::vector<Tile> tiles;
};

struct KeyValues {
  std::vector<std::pair<std::string, std::string>> rows;
};

struct ItemList {
  std::vector<std::string> items;
};

enum class Alignment { left, right, center };

struct ReportColumn {
  std::string title;
  Alignment alignment = Alignment::left;
  double relative_width = 1;
  std::string detail;
};

struct ReportCell {
  std::string text;
  Tone tone = Tone::neutral;
  bool bold = false;
  std::string detail;
  std::string anchor;  ///< makes the cell a target
  std::string link;    ///< anchor that the text leads to; ignored where no block carries it
  bool monospace = false;
};

struct ReportTable {
  std::string id;  ///< ASCII, unique in the document; an anchor too
  std::string caption;
  std::vector<ReportColumn> columns;
  std::vector<std::vector<ReportCell>> rows;  ///< each as long as columns
  std::string note;
  bool compact = false;  ///< smaller type and less space, for long lists
};

struct Figure {
  std::string id;  ///< ASCII, unique in the document; an anchor too
  std::string caption;
  std::string alternative_text;  ///< what the figure shows, in words
  Drawing drawing;               ///< at most 511 points wide to stand on A4 unscaled
};

struct PageBreak {};

using Block =
    std::variant<Heading, Paragraph, Notice, Verdict, Tiles, KeyValues, ItemList, ReportTable, Figure, PageBreak>;

struct Document {
  Language language = Language::zh;
  std::string title;
  std::string subtitle;
  std::string watermark;  ///< across every page; empty: none
  std::string banner;     ///< one line in a band at the head of every page; empty: none
  std::string header;     ///< running line at the head of every page
  std::string footer;     ///< running line at the foot, beside the page number
  std::vector<Block> blocks;
};

/// Short constructors.
Heading make_heading(int level, std::string text, std::string detail = {}, std::string anchor = {});
Paragraph make_paragraph(std::string text, Tone tone = Tone::neutral, bool small = false);
ReportColumn make_column(std::string title, Alignment alignment = Alignment::left, double relative_width = 1,
                         std::string detail = {});
ReportCell make_cell(std::string text, Tone tone = Tone::neutral, bool bold = false, std::string detail = {});

/// @throws Error invalid_option for a row whose length is not the table's, or an identifier that is used twice or is
/// not
///   made of ASCII letters, digits, '-', '_' and '.'.
void validate(const Document& document);

/// One self-contained UTF-8 file, well-formed as XML too: inline CSS and SVG, no script, nothing loaded from elsewhere.
std::string render_html(const Document& document);

/// A4 PDF by Cairo and Pango in "Noto Sans" and "WenQuanYi Zen Hei" with fall-back: running header and footer with
/// page n/N, watermark and banner on every page, tables that continue with their header repeated, links and an outline.
/// The same document gives the same bytes on one machine; other fonts give other bytes.
std::string render_pdf(const Document& document);

}  // namespace qpcr
