// A document as one HTML file that needs nothing else: no script, no font, no request.
#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include <fmt/format.h>

#include "libqpcr/core/text.hpp"
#include "libqpcr/report/document.hpp"
#include "libqpcr/report/markup.hpp"

namespace qpcr {
namespace {

constexpr std::string_view style_sheet = R"css(
:root{color-scheme:light dark;--measure:60rem}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);font:15px/1.6 "Noto Sans CJK SC","Noto Sans SC","PingFang SC","Microsoft YaHei",system-ui,sans-serif;font-variant-numeric:tabular-nums}
.banner{position:sticky;top:0;z-index:3;background:var(--invalid);color:var(--on-solid);text-align:center;font-weight:700;padding:.35rem 1rem;letter-spacing:.04em}
.watermark{position:fixed;inset:0;z-index:2;display:flex;align-items:center;justify-content:center;pointer-events:none;overflow:hidden}
.watermark span{transform:rotate(-28deg);font-size:min(7vw,4.6rem);font-weight:700;line-height:1.25;text-align:center;white-space:pre;color:var(--text);opacity:.06}
main,header.top,footer.end{max-width:var(--measure);margin:0 auto;padding:0 1.5rem}
header.top{padding-top:1.6rem}
footer.end{padding:1.5rem;color:var(--muted);font-size:.82rem;border-top:1px solid var(--rule);margin-top:2.5rem}
h1{font-size:1.75rem;line-height:1.3;margin:.2rem 0}
h2{font-size:1.22rem;margin:2.4rem 0 .7rem;padding-bottom:.3rem;border-bottom:2px solid var(--grid)}
h3{font-size:1.05rem;margin:1.6rem 0 .5rem}h4{font-size:.95rem;margin:1.2rem 0 .4rem}
.detail{color:var(--muted);font-size:.78em;font-weight:400}
h2 .detail,h3 .detail,h1 .detail{margin-left:.6em}
.running{color:var(--muted);font-size:.82rem}.subtitle{color:var(--muted);margin:0 0 .8rem}
nav{font-size:.86rem;display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;margin:.8rem 0 1.4rem}
a{color:var(--accent);text-underline-offset:.15em}
.t-muted{color:var(--muted)}.t-accent{color:var(--accent)}.t-positive{color:var(--positive)}.t-negative{color:var(--negative)}
.t-indeterminate{color:var(--indeterminate)}.t-invalid{color:var(--invalid)}.t-good{color:var(--good)}.t-warning{color:var(--indeterminate)}
p{margin:.5rem 0}.small{font-size:.84rem}
.notice{border-left:4px solid currentColor;border-radius:0 6px 6px 0;padding:.6rem .9rem;margin:.9rem 0}
.notice>*{color:var(--text)}.notice strong{display:block}
.verdict{display:flex;gap:1.1rem;align-items:center;border:1.5px solid currentColor;border-radius:10px;padding:1rem 1.3rem;margin:1rem 0}
.verdict .symbol{font-size:2.6rem;line-height:1;font-weight:700}.verdict .title{font-size:1.7rem;font-weight:700;line-height:1.25}
.verdict .detail{font-size:.9rem}.verdict ul{margin:.4rem 0 0;padding-left:1.1rem;color:var(--text)}
.b-positive{background:var(--positive-tint)}.b-negative{background:var(--negative-tint)}.b-indeterminate,.b-warning{background:var(--indeterminate-tint)}
.b-invalid{background:var(--invalid-tint)}.b-good{background:var(--good-tint)}.b-neutral,.b-muted,.b-accent{background:var(--panel)}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(7.5rem,1fr));gap:.7rem;margin:1rem 0;padding:0;list-style:none}
.tiles li{border-radius:8px;padding:.65rem .9rem;border-top:3px solid currentColor}
.tiles .value{font-size:1.7rem;font-weight:700;line-height:1.2}.tiles .symbol{font-size:1.1rem;font-weight:700;margin-right:.35rem}
.tiles .label{color:var(--text);font-size:.88rem}
dl{display:grid;grid-template-columns:minmax(8rem,13rem) 1fr;gap:.25rem 1.1rem;margin:.7rem 0}
dt{color:var(--muted)}dd{margin:0;overflow-wrap:anywhere}
.scroll{overflow-x:auto;margin:.9rem 0}.scroll:focus-visible,a:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
table{border-collapse:collapse;width:100%;font-size:.87rem}
caption{text-align:left;color:var(--muted);padding-bottom:.4rem}
th,td{padding:.34rem .55rem;vertical-align:top;border-bottom:1px solid var(--grid);text-align:left;overflow-wrap:anywhere}
thead th{background:var(--panel);border-bottom:1.5px solid var(--rule);vertical-align:bottom;line-height:1.35}
table.compact{font-size:.78rem}table.compact th,table.compact td{padding:.2rem .45rem;line-height:1.4}
tbody th{font-weight:400}tr:target,td:target,th:target{background:var(--indeterminate-tint)}
.right{text-align:right}.center{text-align:center}.bold{font-weight:700}td .detail,th .detail{display:block;line-height:1.4}
.mono{font-family:ui-monospace,"DejaVu Sans Mono",monospace;font-size:.82em}
.note{color:var(--muted);font-size:.82rem}
figure{margin:1.1rem 0}figure svg{width:100%;height:auto;max-width:100%;font-family:inherit}
figcaption{font-weight:700;font-size:.92rem;margin-bottom:.3rem}
.visually-hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
@media(max-width:40rem){main,header.top{padding:0 .9rem}dl{grid-template-columns:1fr}dd{margin-bottom:.4rem}}
@page{size:A4;margin:14mm 13mm}
@media print{body{font-size:10.5px}.banner{position:static}.scroll{overflow:visible}nav{display:none}
figure,.verdict,.notice,tr{break-inside:avoid}h2,h3{break-after:avoid}thead{display:table-header-group}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}main,header.top,footer.end{max-width:none;padding:0}}
)css";

struct DarkInk {
  Ink ink;
  std::string_view hex;
};

constexpr std::array<DarkInk, 23> dark_inks = {{
    {Ink::paper, "#161c24"},
    {Ink::text, "#e6ebf1"},
    {Ink::muted, "#9fadbd"},
    {Ink::rule, "#4a5868"},
    {Ink::grid, "#2b3643"},
    {Ink::panel, "#1d2631"},
    {Ink::accent, "#7ab8f5"},
    {Ink::positive, "#ff9a57"},
    {Ink::positive_tint, "#44281a"},
    {Ink::negative, "#9cb6d1"},
    {Ink::negative_tint, "#222d39"},
    {Ink::indeterminate, "#f0c04a"},
    {Ink::indeterminate_tint, "#3d3212"},
    {Ink::invalid, "#d3a6e6"},
    {Ink::invalid_tint, "#35253d"},
    {Ink::good, "#4fcfae"},
    {Ink::good_tint, "#143a31"},
    {Ink::series_1, "#56a8e0"},
    {Ink::series_2, "#f58a45"},
    {Ink::series_3, "#35c49b"},
    {Ink::series_4, "#e0a3c4"},
    {Ink::series_5, "#cfae2e"},
    {Ink::series_6, "#8fd0f5"},
}};

std::string render_colours() {
  std::string light = ":root{--page:#ffffff;--on-solid:#ffffff;";
  std::string dark = "--page:#12171d;--on-solid:#12171d;";
  std::string classes;
  for (const auto& [ink, hex] : dark_inks) {
    light += fmt::format("--{}:{};", to_string(ink), to_hex(ink));
    dark += fmt::format("--{}:{};", to_string(ink), hex);
    classes += fmt::format(".f-{0}{{fill:var(--{0})}}.s-{0}{{stroke:var(--{0})}}", to_string(ink));
  }
  return light + "}\n@media screen and (prefers-color-scheme:dark){:root{" + dark + "}}\n" + classes + "\n";
}

std::string_view tone_name(Tone tone) {
  constexpr std::array<std::string_view, 9> names = {"neutral",       "muted",   "accent", "positive", "negative",
                                                     "indeterminate", "invalid", "good",   "warning"};
  return names.at(static_cast<std::size_t>(tone));
}

/// Escaped, with line breaks.
std::string words(std::string_view text) {
  std::string out;
  bool first = true;
  for (const std::string_view line : split(text, '\n')) {
    if (!first) out += "<br/>";
    out += escape_markup(line);
    first = false;
  }
  return out;
}

std::string detail_span(const std::string& detail) {
  return detail.empty() ? std::string{} : fmt::format("<span class=\"detail\">{}</span>", words(detail));
}

class HtmlWriter {
 public:
  explicit HtmlWriter(const Document& document) {
    for (const Block& block : document.blocks) std::visit([this](const auto& b) { collect(b); }, block);
  }

  std::string out;

  void operator()(const Heading& heading) {
    const int level = std::clamp(heading.level, 1, 3) + 1;
    std::string id = heading.anchor;
    if (id.empty() && heading.level == 1) id = section_id(++sections_);
    out += fmt::format("<h{0}{1}>{2} {3}</h{0}>\n", level, id.empty() ? "" : fmt::format(" id=\"{}\"", id),
                       words(heading.text), detail_span(heading.detail));
  }
  void operator()(const Paragraph& paragraph) {
    out += fmt::format("<p class=\"t-{}{}\">{}</p>\n", tone_name(paragraph.tone), paragraph.small ? " small" : "",
                       words(paragraph.text));
  }
  void operator()(const Notice& notice) {
    out += fmt::format("<div class=\"notice t-{0} b-{0}\" role=\"note\">", tone_name(notice.tone));
    if (!notice.title.empty()) out += fmt::format("<strong>{}</strong>", words(notice.title));
    if (!notice.text.empty()) out += fmt::format("<span>{}</span>", words(notice.text));
    out += "</div>\n";
  }
  void operator()(const Verdict& verdict) {
    out += fmt::format(
        "<div class=\"verdict t-{0} b-{0}\"><span class=\"symbol\" aria-hidden=\"true\">{1}</span><div>"
        "<div class=\"title\">{2}</div>{3}",
        tone_name(verdict.tone), words(verdict.symbol), words(verdict.title), detail_span(verdict.detail));
    list(verdict.lines);
    out += "</div></div>\n";
  }
  void operator()(const Tiles& tiles) {
    out += "<ul class=\"tiles\">";
    for (const Tile& tile : tiles.tiles) {
      out += fmt::format("<li class=\"t-{0} b-{0}\"><div class=\"value\">", tone_name(tile.tone));
      if (!tile.symbol.empty())
        out += fmt::format("<span class=\"symbol\" aria-hidden=\"true\">{}</span>", words(tile.symbol));
      out += fmt::format("{}</div><div class=\"label\">{}</div>{}</li>", words(tile.value), words(tile.label),
                         detail_span(tile.detail));
    }
    out += "</ul>\n";
  }
  void operator()(const KeyValues& pairs) {
    if (pairs.rows.empty()) return;
    out += "<dl>";
    for (const auto& [key, value] : pairs.rows) out += fmt::format("<dt>{}</dt><dd>{}</dd>", words(key), words(value));
    out += "</dl>\n";
  }
  void operator()(const ItemList& items) { list(items.items); }
  void operator()(const ReportTable& table) {
    out += fmt::format(
        "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-labelledby=\"{0}-caption\">"
        "<table id=\"{0}\"{2}><caption id=\"{0}-caption\">{1}</caption>",
        table.id, words(table.caption), table.compact ? " class=\"compact\"" : "");
    double total = 0;
    for (const ReportColumn& column : table.columns) total += column.relative_width;
    out += "<colgroup>";
    for (const ReportColumn& column : table.columns)
      out += fmt::format("<col style=\"width:{:.1f}%\"/>", 100 * column.relative_width / total);
    out += "</colgroup><thead><tr>";
    for (const ReportColumn& column : table.columns) {
      out += fmt::format("<th scope=\"col\"{}>{}{}</th>", class_attribute(column.alignment, nullptr),
                         words(column.title), detail_span(column.detail));
    }
    out += "</tr></thead><tbody>\n";
    for (const auto& row : table.rows) {
      out += "<tr>";
      for (std::size_t i = 0; i < row.size(); ++i) cell(row[i], table.columns[i].alignment, i == 0);
      out += "</tr>\n";
    }
    out += "</tbody></table></div>\n";
    if (!table.note.empty()) out += fmt::format("<p class=\"note\">{}</p>\n", words(table.note));
  }
  void operator()(const Figure& figure) {
    out += fmt::format("<figure id=\"{}\"><figcaption>{}</figcaption>", figure.id, words(figure.caption));
    out += render_svg(figure.drawing, figure.id, figure.caption, figure.alternative_text);
    out += "</figure>\n";
  }
  void operator()(const PageBreak&) { out += "<div style=\"break-after:page\"></div>\n"; }

  static std::string section_id(int number) { return fmt::format("section-{}", number); }

 private:
  void collect(const Heading& heading) { anchors_.insert(heading.anchor); }
  void collect(const Figure& figure) { anchors_.insert(figure.id); }
  void collect(const ReportTable& table) {
    anchors_.insert(table.id);
    for (const auto& row : table.rows) {
      for (const ReportCell& each : row) anchors_.insert(each.anchor);
    }
  }
  template <typename Other>
  void collect(const Other&) {}

  void list(const std::vector<std::string>& items) {
    if (items.empty()) return;
    out += "<ul>";
    for (const std::string& item : items) out += fmt::format("<li>{}</li>", words(item));
    out += "</ul>";
  }

  static std::string class_attribute(Alignment alignment, const ReportCell* cell) {
    std::string classes;
    if (alignment == Alignment::right) classes += " right";
    if (alignment == Alignment::center) classes += " center";
    if (cell != nullptr) {
      if (cell->bold) classes += " bold";
      if (cell->monospace) classes += " mono";
      if (cell->tone != Tone::neutral) classes += fmt::format(" t-{}", tone_name(cell->tone));
    }
    return classes.empty() ? std::string{} : fmt::format(" class=\"{}\"", classes.substr(1));
  }

  void cell(const ReportCell& each, Alignment alignment, bool first) {
    const std::string_view tag = first ? "th" : "td";
    out += fmt::format("<{}{}{}{}>", tag, first ? " scope=\"row\"" : "",
                       each.anchor.empty() ? "" : fmt::format(" id=\"{}\"", each.anchor),
                       class_attribute(alignment, &each));
    const bool linked = !each.link.empty() && anchors_.count(each.link) != 0;
    if (linked) out += fmt::format("<a href=\"#{}\">", each.link);
    out += words(each.text);
    if (linked) out += "</a>";
    out += detail_span(each.detail);
    out += fmt::format("</{}>", tag);
  }

  std::set<std::string> anchors_;
  int sections_ = 0;
};

std::string render_navigation(const Document& document) {
  std::string out;
  int sections = 0;
  for (const Block& block : document.blocks) {
    const auto* heading = std::get_if<Heading>(&block);
    if (heading == nullptr || heading->level != 1) continue;
    const std::string id = heading->anchor.empty() ? HtmlWriter::section_id(++sections) : heading->anchor;
    out += fmt::format("<a href=\"#{}\">{}</a>", id, words(heading->text));
  }
  if (out.empty()) return out;
  return fmt::format("<nav aria-label=\"{}\">{}</nav>\n",
                     escape_markup(render_text("report.contents", document.language)), out);
}

}  // namespace

std::string render_html(const Document& document) {
  validate(document);
  HtmlWriter writer(document);
  std::string& out = writer.out;
  out = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\"/>"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"/>"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/><title>{}</title>\n<style>{}{}</style>"
      "</head>\n<body>\n",
      to_language_tag(document.language), escape_markup(document.title), render_colours(), style_sheet);
  if (!document.banner.empty())
    out += fmt::format("<div class=\"banner\" role=\"note\">{}</div>\n", words(document.banner));
  if (!document.watermark.empty())
    out +=
        fmt::format("<div class=\"watermark\" aria-hidden=\"true\"><span>{}</span></div>\n", words(document.watermark));
  out += "<header class=\"top\">";
  if (!document.header.empty()) out += fmt::format("<div class=\"running\">{}</div>", words(document.header));
  out += fmt::format("<h1>{}</h1>", words(document.title));
  if (!document.subtitle.empty()) out += fmt::format("<p class=\"subtitle\">{}</p>", words(document.subtitle));
  out += "</header>\n<main>\n";
  out += render_navigation(document);
  for (const Block& block : document.blocks) std::visit(writer, block);
  out += "</main>\n";
  if (!document.footer.empty()) out += fmt::format("<footer class=\"end\">{}</footer>\n", words(document.footer));
  out += "</body></html>\n";
  return out;
}

}  // namespace qpcr
