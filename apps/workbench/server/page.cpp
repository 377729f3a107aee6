// HTML of the workbench's page.
#include "apps/workbench/server/page.hpp"

#include <fmt/format.h>

#include "libqpcr/report/markup.hpp"

namespace qpcr::apps {
namespace {

std::string render_frame(const std::string& body, Language language) {
  return fmt::format(
      "<!doctype html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\"><title>{}</title>"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
      "<link rel=\"stylesheet\" href=\"/style.css\"></head><body><main>{}</main></body></html>\n",
      to_language_tag(language), escape_markup(render_text("workbench_title", language)), body);
}

}  // namespace

std::string render_start_page(const std::vector<AssayIdentity>& assays, Language language) {
  const auto label = [&](std::string_view id) { return escape_markup(render_text(id, language)); };
  std::string choices;
  for (const AssayIdentity& assay : assays) {
    choices +=
        fmt::format("<option value=\"{}\">{} {} · {}</option>", escape_markup(assay.sha256), escape_markup(assay.id),
                    escape_markup(assay.version), escape_markup(pick(assay.title, language)));
  }
  const std::string other = language == Language::zh ? "en" : "zh";
  return render_frame(
      fmt::format("<h1>{}</h1><p>{}</p>"
                  "<form method=\"post\" action=\"/analyze?lang={}\" enctype=\"multipart/form-data\">"
                  "<p><label>{}<br><input type=\"file\" name=\"run\" multiple required></label></p>"
                  "<p><label>{}<br><select name=\"assay\" required>{}</select></label></p>"
                  "<p><label>{}<br><input type=\"file\" name=\"covariates\" accept=\".csv\"></label></p>"
                  "<p><button>{}</button></p></form><p><a href=\"/?lang={}\">{}</a></p>",
                  label("workbench_title"), label("workbench_notice"), to_string(language), label("workbench_run"),
                  label("workbench_assay"), choices, label("workbench_covariates"), label("workbench_analyze"), other,
                  label("workbench_other_language")),
      language);
}

std::string render_error_page(const std::string& message, Language language) {
  return render_frame(fmt::format("<h1>{}</h1><p role=\"alert\">{}</p><p><a href=\"/?lang={}\">{}</a></p>",
                                  escape_markup(render_text("workbench_refused", language)), escape_markup(message),
                                  to_string(language), escape_markup(render_text("workbench_back", language))),
                      language);
}

}  // namespace qpcr::apps
