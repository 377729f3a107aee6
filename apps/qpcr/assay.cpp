// qpcr assay: checks a definition, or shows it as a page; compares, signs and verifies in files of their own.
#include <filesystem>
#include <memory>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "apps/common/console.hpp"
#include "apps/qpcr/commands.hpp"
#include "libqpcr/assay/definition.hpp"
#include "libqpcr/assay/findings.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/file.hpp"
#include "libqpcr/report/assay_page.hpp"
#include "libqpcr/report/plain_text.hpp"

namespace qpcr::apps {
namespace {

struct Options {
  std::string file;
  std::string output;
  std::string language;
  bool json = false;
};

nlohmann::ordered_json to_json(const AssayIdentity& identity) {
  const auto both = [](const LocalizedText& text) { return nlohmann::ordered_json{{"zh", text.zh}, {"en", text.en}}; };
  nlohmann::ordered_json json;
  json["schema"] = "qpcr.assay-identity/1";
  json["id"] = identity.id;
  json["version"] = identity.version;
  json["status"] = to_string(identity.status);
  json["sha256"] = identity.sha256;
  json["title"] = both(identity.title);
  json["intended_use"] = both(identity.intended_use);
  json["citations"] = identity.citations;
  return json;
}

nlohmann::ordered_json to_json(const Finding& finding, Language language) {
  nlohmann::ordered_json json;
  json["severity"] = to_string(finding.severity);
  json["code"] = finding.code;
  json["field"] = finding.field;
  json["line"] = finding.line;
  json["text"] = render_message(finding.message, language);
  return json;
}

/// "a.toml line 12, 'rules[1].at_most': error: …", as compilers write it.
std::string render_finding(const std::string& path, const Finding& finding, Language language) {
  std::string place = path;
  if (finding.line > 0) place += fmt::format(":{}", finding.line);
  if (!finding.field.empty()) place += fmt::format(": {}", finding.field);
  return fmt::format("{}: {}: {}\n", place,
                     render_text(fmt::format("finding_severity.{}", to_string(finding.severity)), language),
                     render_message(finding.message, language));
}

int check(const Options& options) {
  const Language language = choose_language(options.language);
  const std::vector<Finding> findings = inspect_assay_file(options.file);
  bool refused = false;
  for (const Finding& finding : findings) refused = refused || finding.severity == Finding::Severity::error;
  nlohmann::ordered_json json;
  if (!refused) {
    const AssayIdentity identity = identify(read_assay(options.file));
    json = to_json(identity);
    if (!options.json) {
      const bool is_template = identity.status == AssayStatus::template_only;
      print_data(fmt::format("{} {} ({}) sha256 {}{}\n", identity.id, identity.version, to_string(identity.status),
                             identity.sha256, is_template ? "; a template: refuses to run" : ""));
    }
  }
  if (options.json) {
    json["findings"] = nlohmann::ordered_json::array();
    for (const Finding& finding : findings) json["findings"].push_back(to_json(finding, language));
    print_data(json.dump(1) + "\n");
  } else {
    for (const Finding& finding : findings) print_data(render_finding(options.file, finding, language));
  }
  return refused ? describe(qpcr::ErrorCode::assay_invalid).exit_status : exit_ok;
}

int show(const Options& options) {
  const Document page = build_assay_page(read_assay(options.file), choose_language(options.language));
  if (options.output.empty()) {
    print_data(render_plain_text(page));
    return exit_ok;
  }
  const std::string extension = std::filesystem::path(options.output).extension().string();
  if (extension != ".pdf" && extension != ".html")
    refuse_option("--output", options.output, "a name that ends in .pdf or .html");
  write_file(options.output, extension == ".pdf" ? render_pdf(page) : render_html(page));
  print_message(fmt::format("qpcr: wrote {}", options.output));
  return exit_ok;
}

}  // namespace

void add_assay(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("assay", "assay definitions: check, show, compare, sign, verify");
  command->require_subcommand(1);

  const auto checked = std::make_shared<Options>();
  CLI::App* check_command =
      command->add_subcommand("check", "every finding about a definition, with its line; exit 5 when it is refused");
  check_command->add_option("FILE", checked->file, "assay definition (TOML)")->required();
  check_command->add_option("--lang", checked->language, "zh (default) or en");
  check_command->add_flag("--json", checked->json, "JSON on stdout");
  check_command->callback([checked, &action] { action = [checked] { return check(*checked); }; });

  const auto shown = std::make_shared<Options>();
  CLI::App* show_command = command->add_subcommand("show", "the definition as a page to read and to sign");
  show_command->add_option("FILE", shown->file, "assay definition (TOML)")->required();
  show_command->add_option("-o,--output", shown->output,
                           "PDF or HTML file with the decision drawn; else text on stdout");
  show_command->add_option("--lang", shown->language, "zh (default) or en");
  show_command->callback([shown, &action] { action = [shown] { return show(*shown); }; });

  add_assay_diff(*command, action);
  add_assay_release(*command, action);
}

}  // namespace qpcr::apps
