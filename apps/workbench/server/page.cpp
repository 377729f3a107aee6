// HTML of the workbench's page.
#include "apps/workbench/server/page.hpp"

#include <fmt/format.h>

namespace qpcr::apps {
namespace {

std::string escape(const std::string& text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\'':
        result += "&#39;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

std::string render_frame(const std::string& body, Language language) {
  return fmt::format(
      "<!doctype html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\"><title>{}</title>"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
      "<link rel=\"stylesheet\" href=\"/style.css\"></head><body><main>{}</main></body></html>\n",
      to_language_tag(language), escape(render_text("workbench_title", language)), body);
}

}  // namespace

std::string render_start_page(const std::vector<AssayIdentity>& assays, Language language) {
  const auto label = [&](std::string_view id) { return escape(render_text(id, language)); };
  std::string choices;
  for (const AssayIdentity& assay : assays) {
    choices += fmt::format("<option value=\"{}\">{} {} · {}</option>", escape(assay.sha256), escape(assay.id),
                           escape(assay.version), escape(pick(assay.title, language)));
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
                                  escape(render_text("workbench_refused", language)), escape(message),
                                  to_string(language), escape(render_text("workbench_back", language))),
                      language);
}

}  // namespace qpcr::apps
