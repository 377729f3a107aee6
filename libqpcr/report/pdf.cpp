// Furniture of every page and the bytes of the PDF: banner, watermark, running lines, page numbers, outline, metadata.
#include <algorithm>
#include <array>

#include <cairo-pdf.h>
#include <fmt/format.h>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/version.hpp"
#include "libqpcr/report/markup.hpp"
#include "libqpcr/report/page_flow.hpp"

namespace qpcr {
namespace {

cairo_status_t append_bytes(void* target, const unsigned char* bytes, unsigned int length) {
  static_cast<std::string*>(target)->append(reinterpret_cast<const char*>(bytes), length);
  return CAIRO_STATUS_SUCCESS;
}

}  // namespace

void PageFlow::paint_furniture(cairo_t* cairo, std::size_t page) {
  const auto put = [&](const std::string& text, double x, double y, double width, Alignment alignment, double size,
                       bool bold, Ink ink) {
    const ShapedText& shaped = shaper_.shape(text, {size, bold, false, alignment}, width);
    // A running line is one line: what does not fit is left to the body of the report.
    if (!shaped.lines.empty()) paint_line(cairo, shaped.lines.front(), x, y, ink);
  };
  double y = 22;
  if (!document_.banner.empty()) {
    paint_box(cairo, make_rectangle({0, 0}, page_width, 18, Ink::invalid));
    put(document_.banner, margin, 2, body_width, Alignment::center, 9, true, Ink::paper);
    y = 28;
  }
  if (!document_.header.empty()) put(document_.header, margin, y, body_width, Alignment::left, 7.5, false, Ink::muted);
  const double foot = page_height - 34;
  set_ink(cairo, Ink::grid);
  cairo_set_line_width(cairo, 0.75);
  cairo_move_to(cairo, margin, foot - 4);
  cairo_line_to(cairo, margin + body_width, foot - 4);
  cairo_stroke(cairo);
  if (!document_.footer.empty())
    put(document_.footer, margin, foot, body_width - 90, Alignment::left, 7.5, false, Ink::muted);
  const Message number{"report.page_number",
                       {{"page", fmt::format("{}", page + 1)}, {"pages", fmt::format("{}", pages_.size())}}};
  put(render_message(number, document_.language), margin, foot, body_width, Alignment::right, 7.5, false, Ink::muted);
  if (document_.watermark.empty()) return;
  // As large as fits the diagonal.
  constexpr double room = 640;
  const double natural = shaper_.shape(document_.watermark, {44, true, false, Alignment::left}, -1).width;
  const double size = 44 * std::min(1.0, room / natural);
  const ShapedText& mark = shaper_.shape(document_.watermark, {size, true, false, Alignment::center}, page_height);
  cairo_save(cairo);
  cairo_translate(cairo, page_width / 2, page_height / 2);
  cairo_rotate(cairo, -0.72);
  set_ink(cairo, Ink::text, 0.055);
  for (const TextLine& line : mark.lines) {
    cairo_move_to(cairo, line.x - page_height / 2, line.baseline - mark.height / 2);
    pango_cairo_show_layout_line(cairo, line.line);
  }
  cairo_restore(cairo);
}

void PageFlow::add_outline(cairo_surface_t* surface) const {
  std::array<int, 4> parents = {CAIRO_PDF_OUTLINE_ROOT, CAIRO_PDF_OUTLINE_ROOT, CAIRO_PDF_OUTLINE_ROOT,
                                CAIRO_PDF_OUTLINE_ROOT};
  for (const OutlineEntry& entry : outline_) {
    const auto level = static_cast<std::size_t>(entry.level);
    const std::string place = fmt::format("page={} pos=[{:.2f} {:.2f}]", entry.page + 1, margin, entry.y);
    const int id = cairo_pdf_surface_add_outline(surface, parents.at(level - 1), clean_text(entry.text).c_str(),
                                                 place.c_str(), CAIRO_PDF_OUTLINE_FLAG_OPEN);
    for (std::size_t deeper = level; deeper < parents.size(); ++deeper) parents.at(deeper) = id;
  }
}

std::string PageFlow::paint() {
  std::string bytes;
  cairo_surface_t* surface = cairo_pdf_surface_create_for_stream(append_bytes, &bytes, page_width, page_height);
  cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, clean_text(document_.title).c_str());
  cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR, fmt::format("qpcr {}", library_version).c_str());
  // Cairo would write the present time; the same result must give the same bytes.
  cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, "2000-01-01T00:00:00Z");
  cairo_t* cairo = cairo_create(surface);
  for (std::size_t page = 0; page < pages_.size(); ++page) {
    for (const Command& command : pages_[page]) command(cairo);
    paint_furniture(cairo, page);
    cairo_show_page(cairo);
  }
  add_outline(surface);
  cairo_status_t status = cairo_status(cairo);
  cairo_destroy(cairo);
  cairo_surface_finish(surface);
  if (status == CAIRO_STATUS_SUCCESS) status = cairo_surface_status(surface);
  cairo_surface_destroy(surface);
  if (status != CAIRO_STATUS_SUCCESS) {
    ErrorContext context;
    context.field = "PDF";
    context.problem = cairo_status_to_string(status);
    throw Error(ErrorCode::file_unwritable, context);
  }
  return bytes;
}

std::string render_pdf(const Document& document) {
  validate(document);
  PageFlow flow(document);
  flow.place_all();
  return flow.paint();
}

}  // namespace qpcr
